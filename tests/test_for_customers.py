"""What customers may read holds nothing of ours: every part and string of it, for every account of the demo company."""

from dataclasses import fields, is_dataclass

import pytest
from sqlalchemy import select

from bot import markdown
from bot.locale import Speaker
from tests.test_tools import Playbooks, part
from tools import Action, Deps, Draft, Note, Phrase, ToolError, load
from tools._for_customers import blank, blanks_in
from tools.metrics import Figure, Money, account_names
from tools.metrics._book import costs, exits, survey_answers, touches
from tools.metrics._query import read

TOOLS = load()
SHAREABLE = {
    "contract_term", "customer_satisfaction", "features_used", "first_contact_resolution", "goal_value",
    "net_promoter_score", "notice_period", "open_tickets", "peak_users", "tickets_opened", "usage_events",
}  # fmt: skip
"""Metrics of the customer's own."""
OURS = {
    "en": ("risk", "margin", "churn", "cost", "MRR", "upsell", "score", "internal"),
    "pt-BR": ("risco", "margem", "churn", "custo", "MRR", "upsell", "pontuação", "intern"),
}


def walked(thing):
    """Every object within, figures by themselves, phrases with their values."""
    yield thing
    if isinstance(thing, Figure):
        return
    if isinstance(thing, Phrase):
        yield from walked(tuple(thing.values.values()))
    elif isinstance(thing, tuple | frozenset):
        for each in thing:
            yield from walked(each)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from walked(getattr(thing, field.name))


def texts_of(book, table, *columns):
    """Free text of ours by account."""
    found = {}
    for row in read(book, select(table.c.account_id, *(table.c[name] for name in columns)))[0]:
        said = found.setdefault(row.account_id, set())
        said.update(str(text) for text in row[1:] if text and len(str(text)) > 7)
    return found


@pytest.fixture
def private(demo):
    """What is noted of each account: by us, or by them for nobody else."""
    book = demo.book()
    each = (
        texts_of(book, touches, "note"), texts_of(book, survey_answers, "comment"),
        texts_of(book, exits, "comment", "competitor"), texts_of(book, costs, "channel"),
    )  # fmt: skip
    return lambda account_id: set().union(*(found.get(account_id, set()) for found in each))


@pytest.mark.parametrize("tool", ["qbr_pack", "value_case", "trust_plan"])
def test_no_customers_version_shows_anything_of_ours_on_any_demo_account(demo, private, tool):
    seen, refused = 0, 0
    with demo.book().unchanging() as book:
        names, run = account_names(book), TOOLS[tool]
        for place, (account_id, name) in enumerate(names.items()):
            language = ("en", "pt-BR")[place % 2]
            asked = run.input.model_validate({"account": account_id, "version": "customer", "language": language})
            try:
                answer = run.run(asked, Deps(book, Playbooks(), demo.today(), "en"))
            except ToolError:
                refused += 1
                continue
            seen += 1
            _holds_nothing_of_ours(answer, name, language, private(account_id), _others(names, account_id))
    assert seen > 200 and refused > 50  # who has left or cancelled gets none


def _holds_nothing_of_ours(answer, name, language, private_texts, others):
    draft, inside = part(answer, Draft), list(walked(answer))
    assert draft.category == "cs" and draft.kind.endswith("_customer")
    assert {each.metric for each in inside if isinstance(each, Figure)} <= SHAREABLE, name
    assert not any(isinstance(each, Money) for each in inside), name
    plain = markdown.draft(draft).replace("\\", "")
    assert [text for text in (*private_texts, *others) if text in plain] == [], name
    words = plain.casefold().replace(name.casefold(), "")
    assert [word for word in OURS[language] if word.casefold() in words] == [], name


def _others(names, account_id):
    mine = names[account_id]
    return [name for id_, name in names.items() if id_ != account_id and name not in mine]


@pytest.mark.parametrize("tool", ["qbr_pack", "value_case", "trust_plan", "account_summary"])
def test_what_is_internal_says_so_first_and_every_action_has_an_owner_and_a_day(demo, tool):
    book = demo.book()
    answer = TOOLS[tool].run(TOOLS[tool].input(account="A-0003"), Deps(book, Playbooks(), demo.today(), "en"))
    first = next(each for each in answer.parts if isinstance(each, Note))
    assert Speaker("en").say(first.text).startswith("Internal: it shows risk")
    for action in (each for each in walked(answer) if isinstance(each, Action)):
        assert action.owner and action.due >= demo.today()


@pytest.mark.parametrize("tool", ["qbr_pack", "value_case", "trust_plan"])
def test_every_figure_of_an_internal_paper_stands_at_its_end_with_its_id(demo, tool):
    book = demo.book()
    answer = TOOLS[tool].run(TOOLS[tool].input(account="A-0003"), Deps(book, Playbooks(), demo.today(), "en"))
    draft = part(answer, Draft)
    (numbers,) = draft.sections[-1].lines
    ids = [row[-1] for row in numbers.rows]
    assert ids == list(dict.fromkeys(figure.id for figure in answer.figures)) and len(ids) > 5


def test_numbers_in_drafts_are_figures_or_stand_beside_one(demo):
    """A bare whole number only says what a rate was counted from, or the points that make the risk score."""
    book = demo.book()
    for tool in ("qbr_pack", "trust_plan"):
        answer = TOOLS[tool].run(TOOLS[tool].input(account="A-0003"), Deps(book, Playbooks(), demo.today(), "en"))
        for said in (each for each in walked(part(answer, Draft)) if isinstance(each, Phrase)):
            bare = {name for name, value in said.values.items() if isinstance(value, int)}
            assert bare <= {"part", "whole", "points", "n", "percent", "score"}, said.msgid


def test_blanks_are_found_wherever_they_stand_each_once():
    from tools import Section, phrase

    price = blank(phrase("two dates"))
    draft = Draft("x", phrase("{a}", a="x"), "en", (
        Section(phrase("Subject"), (phrase("{days} {text}", days=price, text=blank(phrase("your name"))), price)),
    ))  # fmt: skip
    assert [Speaker("pt-BR").say(each) for each in blanks_in(draft)] == ["duas datas", "seu nome"]
