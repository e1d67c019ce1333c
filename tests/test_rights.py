"""Nobody reads past their rights, whatever they ask, press or follow up, in either language."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event

from bot import as_csv, as_json, blocks
from bot.app import Assistant
from bot.conversation import Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from tests.conftest import assistant_at
from tools import Download, load
from tools.metrics import NOTHING, SECRETS, Period, Sight, all_metrics, dimension_values
from tools.metrics._book import BOOK
from tools.metrics._sight import _OPEN

ANA, LEADER, VIEWER, STRANGER = "UANA", "ULEAD", "UVIEW", "USTRANGE"
OWNER = "Luana Prado"
TOOLS = sorted(load())
PEOPLE = {"cs_team": ANA, "leaders": LEADER, "viewers": VIEWER, "default_role": "none", "owners": f"{ANA}={OWNER}"}
_READS = re.compile(r"\b(?:FROM|JOIN) (main\.)?(\w+)")
_NAMED = re.compile(r"(?:WITH|,)\s+(\w+) AS\s+\(")


@pytest.fixture
def at(demo_home: Path, tmp_path: Path) -> Assistant:
    return assistant_at(demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", **PEOPLE)


def ask(
    bot: Assistant, who: str, text: str, call: Call | None = None, thread: str = "", kind: str = "channel"
) -> Reply:
    place = Place(kind, "T1", "C1", thread or uuid4().hex)  # type: ignore[arg-type]
    return bot.ask(Question(uuid4().hex, text, Person(who), place), call)


def everything(reply: Reply) -> str:
    """All that anybody could read of an answer: blocks, text, tables, files, buttons, JSON."""
    made = blocks.message(reply)
    parts = reply.answer.parts if reply.answer else ()
    files = [as_csv.text(part, Speaker(reply.language)) for part in parts if isinstance(part, Download)]
    shown = [made.text, *(file.content for file in made.files), *files]
    payload = [as_json.document(reply), list(made.blocks)]
    return "\n".join([*shown, json.dumps(payload, ensure_ascii=False, default=str)])


@cache
def accounts_of(home: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Of the demo company: id → name of the accounts of our rep, and of all others."""
    whole = assistant_at(home)
    book = whole.book()
    mine = book.within(Sight(frozenset({OWNER})))
    own = dict(whole.names(mine).accounts)
    return own, {key: name for key, name in whole.names(book).accounts.items() if key not in own}


@pytest.fixture
def own(demo_home: Path) -> dict[str, str]:
    return accounts_of(demo_home)[0]


@pytest.fixture
def others(demo_home: Path) -> dict[str, str]:
    return accounts_of(demo_home)[1]


def questions(tool: str, account: str) -> Iterator[str]:
    for examples in load()[tool].examples.values():
        said = {"account": account, "owner": "Hannah Whitlock", "figure": "f0123456789a"}
        yield from (text.format_map(said) for text in examples[:2])


def leaked(reply: Reply, others: dict[str, str]) -> list[str]:
    """The ids and names of these accounts that an answer says, beyond what the question itself said."""
    names = "|".join(re.escape(told) for account in others.items() for told in account)
    found = re.findall(rf"(?<!\w)(?:{names})(?!\w)", everything(reply))
    return [told for told in found if told not in reply.question.text]


# Book


def test_a_limited_book_counts_what_the_whole_one_does_of_these_accounts(at: Assistant) -> None:
    whole, period = at.book(), Period.parse("2026-Q3")
    limited = whole.within(Sight(frozenset({OWNER})))
    for metric in all_metrics().values():
        asked, within = metric(whole, period, {"owner": OWNER}), metric(limited, period)
        assert (within.value, dict(within.segment), within.id) == (asked.value, {"owner": OWNER}, asked.id), metric.name


def test_several_owners_are_counted_together_and_the_figure_can_be_counted_again(at: Assistant) -> None:
    whole, period = at.book(), Period.parse("2026-10")
    one, two, *_ = dimension_values(whole, "owner")
    mrr = all_metrics()["mrr"]
    both = mrr(whole.within(Sight(frozenset({one, two}))), period)
    assert both.value == sum(mrr(whole, period, {"owner": owner}).value or 0 for owner in (one, two))
    assert both.segment == {"owner": f"{one} + {two}"}
    assert mrr(whole, period, both.segment).value == both.value


def test_the_traced_sql_says_the_limit_and_an_engine_runs_it(at: Assistant) -> None:
    figure = all_metrics()["mrr"](at.book().within(Sight(frozenset({OWNER}))), Period.parse("2026-10"))
    ((sql, parameters),) = figure.source.statements
    assert sql.startswith("WITH accounts AS \n(SELECT * \nFROM main.accounts \nWHERE owner = :owner_1)")
    with at.book().engine.connect() as connection:
        (part, *_), *_ = connection.exec_driver_sql(sql, parameters).all()
    assert part == figure.value


def test_what_is_no_query_cannot_be_read_within_limits(at: Assistant) -> None:
    from sqlalchemy import text

    with at.book().within(NOTHING).connect() as connection, pytest.raises(TypeError):
        connection.execute(text("SELECT name FROM accounts"))
    assert not hasattr(connection, "exec_driver_sql")


def test_every_table_of_the_book_is_limited_or_known_to_speak_of_no_account(at: Assistant) -> None:
    """A table that is added later is empty in a limited book until somebody says how it is limited."""
    limited = at.book().within(NOTHING)
    for table in BOOK.sorted_tables:
        found = limited.run(table.select().limit(1))
        assert table in _OPEN or not found.rows, table.name
    assert {table.name for table in _OPEN} == {
        "exchange_rates",
        "book_info",
        "loads",
        "load_marks",
        "packages",
        "features",
    }


# Every tool


@pytest.mark.parametrize("tool", TOOLS)
def test_whatever_a_rep_asks_no_account_of_another_is_in_the_answer(
    tool: str, at: Assistant, own: dict[str, str], others: dict[str, str]
) -> None:
    at.classes()  # by which contacts are capped whoever makes them: worked out over all accounts, once a load
    read: list[str] = []
    event.listen(at.book().engine, "before_cursor_execute", lambda *args: read.append(args[2]))
    account = next(iter(own.values()))
    for text in questions(tool, account):
        reply = ask(at, ANA, text)
        assert reply.outcome != "failed"
        assert leaked(reply, others) == [], text
        assert not [f for f in (reply.answer.figures if reply.answer else ()) if all_metrics()[f.metric].secret], text
    for sql in read:  # each table is read through its view, wherever in the statement it stands
        tables = {name for within, name in _READS.findall(sql) if not within and name in BOOK.tables}
        assert tables - {table.name for table in _OPEN} <= set(_NAMED.findall(sql)), sql


@pytest.mark.parametrize("tool", [name for name in TOOLS if "account" in load()[name].input.model_fields])
def test_an_account_of_another_is_answered_in_the_words_for_one_that_does_not_exist(
    tool: str, at: Assistant, others: dict[str, str]
) -> None:
    key, name = next(iter(others.items()))
    called = {"account": key, "text": "x", "note": "x", "category": "cs", "document": "nps_request"}
    taken = {field: called[field] for field in load()[tool].input.model_fields if field in called}
    theirs = ask(at, ANA, "x", Call(tool, taken))
    nobodys = ask(at, ANA, "x", Call(tool, {**taken, "account": "A9999"}))
    assert everything(theirs).replace(key, "A9999").replace(theirs.question.key, "") == everything(nobodys).replace(
        nobodys.question.key, ""
    )
    assert name not in everything(theirs)


@pytest.mark.parametrize("text", ["Summary of {}", "Resumo de {}", "{}", "Trust plan for {}", "Posso contatar {}?"])
def test_asking_for_another_s_account_by_name_is_asking_for_one_that_nobody_knows(
    text: str, at: Assistant, others: dict[str, str]
) -> None:
    name = next(name for name in others.values() if " " in name and "Agro" not in name)  # a line of business is no name
    reply, made_up = ask(at, ANA, text.format(name)), ask(at, ANA, text.format("Zyxwvut Quorblat"))
    assert reply.outcome != "answered" and reply.outcome == made_up.outcome
    assert leaked(reply, others) == []


@pytest.mark.parametrize("tool", TOOLS)
def test_a_viewer_gets_playbooks_and_definitions_and_no_account(
    tool: str, at: Assistant, own: dict[str, str], others: dict[str, str]
) -> None:
    for text in questions(tool, next(iter(own.values()))):
        reply = ask(at, VIEWER, text)
        assert leaked(reply, {**own, **others}) == []
        assert not (reply.answer and reply.answer.figures)
        assert reply.needs == NOTHING or reply.needs.is_blind
    (refused,) = (ask(at, VIEWER, "Which accounts are at risk?"),)
    assert refused.outcome == "declined"
    said = "Your role does not include accounts and their figures. Please ask an administrator of this assistant."
    assert Speaker("en").say(refused.message) == said


@pytest.mark.parametrize("tool", TOOLS)
def test_who_has_no_role_gets_nothing_at_all(tool: str, at: Assistant) -> None:
    reply = ask(at, STRANGER, next(questions(tool, "Caldwick Health")))
    assert (reply.outcome, reply.answer, reply.choices, reply.needs) == ("declined", None, (), NOTHING)


# Secrets


@pytest.mark.parametrize("metric", [metric.name for metric in all_metrics().values() if metric.secret])
@pytest.mark.parametrize("tool", ["query_metric", "compare_definitions"])
def test_margin_and_lifetime_value_are_refused_in_a_sentence_that_names_whom_to_ask(
    metric: str, tool: str, demo_home: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    bot = assistant_at(demo_home, store_url=url, leaders=LEADER, margin_for="admin", lifetime_for="admin",
                       rights_contact="Maria (RevOps)")  # fmt: skip
    reply = ask(bot, LEADER, "x", Call(tool, {"metric": metric}))
    assert reply.outcome == "declined"
    assert Speaker("en").say(reply.message).endswith("Please ask Maria (RevOps).")
    assert bot.book().within(Sight(None, SECRETS)).run(BOOK.tables["costs"].select()).rows == []


def test_what_a_secret_metric_means_is_no_secret(at: Assistant) -> None:
    reply = ask(at, ANA, "what is CLV?")
    assert reply.call and reply.call.tool == "define_metric" and reply.outcome == "answered"
    assert reply.answer and not reply.answer.figures


def test_a_pack_for_us_leaves_the_margin_out_for_whom_it_is_not(at: Assistant, own: dict[str, str]) -> None:
    for who, shown in ((LEADER, True), (ANA, False)):
        packs = [ask(at, who, "x", Call("qbr_pack", {"account": key})) for key in list(own)[:6]]
        margins = [f for pack in packs if pack.answer for f in pack.answer.figures if f.metric == "gross_margin"]
        assert bool(margins) is shown


# Totals


def test_a_rep_s_totals_are_of_the_own_accounts_and_say_so(at: Assistant) -> None:
    reply = ask(at, ANA, "MRR summary for October 2026")
    assert reply.answer and {f.segment["owner"] for f in reply.answer.figures if "account_id" not in f.segment} == {
        OWNER
    }
    assert Speaker("en").say(reply.answer.subject) == f"MRR summary · October 2026 · only accounts of {OWNER}"
    asked = all_metrics()["mrr"](at.book(), Period.parse("2026-10"), {"owner": OWNER})
    assert asked.value in {figure.value for figure in reply.answer.figures}


def test_where_company_totals_are_allowed_they_come_without_names(
    demo_home: Path, tmp_path: Path, own: dict[str, str], others: dict[str, str]
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    bot = assistant_at(demo_home, store_url=url, **PEOPLE, totals_for="admin,leader,rep,viewer")
    total = all_metrics()["mrr"](bot.book(), Period.parse("2026-10")).value
    for who in (ANA, VIEWER):
        for text in ("MRR summary for October 2026", "cohort retention", "MRR next 3 months"):
            reply = ask(bot, who, text)
            assert reply.outcome == "answered" and leaked(reply, others | own) == []
        assert total in {f.value for f in ask(bot, who, "MRR summary for October 2026").answer.figures}  # type: ignore[union-attr]
        assert leaked(ask(bot, who, "MRR by account"), others) == []
    assert ask(bot, VIEWER, "Which accounts are at risk?").outcome == "declined"


# What the store holds


def test_a_leader_s_figure_is_not_traced_by_a_rep_and_the_rep_s_own_is(at: Assistant, own: dict[str, str]) -> None:
    told = ask(at, LEADER, "MRR summary for October 2026")
    company = next(f for f in told.answer.figures if not f.segment)  # type: ignore[union-attr]
    pressed = Call("trace_figure", {"answer": told.question.key})
    assert ask(at, LEADER, "x", pressed).outcome == "answered"
    for call in (pressed, Call("trace_figure", {"figure": company.id})):
        assert ask(at, ANA, "x", call).outcome == "declined"
        assert ask(at, VIEWER, "x", call).outcome == "declined"
    account = ask(at, LEADER, "x", Call("account_summary", {"account": next(iter(own))}))
    shown = next(f for f in account.answer.figures if "account_id" in f.segment)  # type: ignore[union-attr]
    traced = ask(at, ANA, "x", Call("trace_figure", {"figure": shown.id}))
    assert traced.outcome == "answered" and "WITH accounts AS" in everything(traced)


@pytest.mark.parametrize("follow_up", ["and who is the second?", "e o segundo?", "why?", "summary of it", "as CSV"])
def test_a_leader_s_thread_followed_up_by_a_rep_stays_within_the_rep_s_rights(
    follow_up: str, at: Assistant, others: dict[str, str]
) -> None:
    ask(at, LEADER, "Which accounts are at risk?", thread="7.7")
    assert leaked(ask(at, ANA, follow_up, thread="7.7"), others) == []
    name = next(iter(others.values()))
    assert ask(at, LEADER, f"Summary of {name}", thread="8.8").outcome == "answered"
    assert leaked(ask(at, ANA, follow_up, thread="8.8"), others) == []


def test_a_leader_follows_up_as_ever(at: Assistant) -> None:
    first = ask(at, LEADER, "Which accounts are at risk?", thread="7.7")
    second = ask(at, LEADER, "and the second one?", thread="7.7")
    assert first.answer and second.call and second.call.arguments["account"] == first.answer.listed[1]


def test_a_button_is_answered_with_the_rights_of_whoever_presses_it(at: Assistant, others: dict[str, str]) -> None:
    pressed = Call("account_summary", {"account": next(iter(others))})
    assert ask(at, LEADER, "Summary", pressed).outcome == "answered"
    assert ask(at, ANA, "Summary", pressed).outcome == "declined"
    assert ask(at, VIEWER, "Summary", pressed).outcome == "declined"


def test_drafts_and_touches_of_others_accounts_do_not_exist_for_a_rep(
    at: Assistant, own: dict[str, str], others: dict[str, str]
) -> None:
    theirs, mine = next(iter(others)), next(iter(own))
    drafted = [ask(at, LEADER, "x", Call("exit_survey", {"account": key})) for key in (theirs, mine)]
    foreign, known = (re.findall(r"D-[0-9a-f]{8}", everything(reply))[0] for reply in drafted)
    waiting = everything(ask(at, ANA, "which drafts are waiting?"))
    assert (known in waiting, foreign in waiting) == (True, False)
    for act in ("show", "approve", "reject", "versions"):
        refused = ask(at, ANA, "x", Call("drafts", {"draft": foreign, "act": act}))
        assert Speaker("en").say(refused.message) == f"There is no draft {foreign} here."
        assert ask(at, VIEWER, "x", Call("drafts", {"draft": known, "act": act})).outcome == "declined"
    assert ask(at, ANA, "x", Call("drafts", {"draft": known, "act": "show"})).outcome == "answered"
    assert ask(at, LEADER, "x", Call("drafts", {"draft": foreign, "act": "show"})).outcome == "answered"


# Rooms


def test_an_answer_made_of_what_everybody_sees_may_be_said_to_all(
    at: Assistant, own: dict[str, str], others: dict[str, str]
) -> None:
    leader, rep = at.views([Person(LEADER), Person(ANA)])
    mine, theirs = next(iter(own)), next(iter(others))
    for key, public in ((mine, True), (theirs, False)):
        reply = ask(at, LEADER, "x", Call("account_summary", {"account": key}))
        assert not rep.covers(reply.needs) and at.says_the_same(reply, [leader, rep]) is public
    for text in ("Which accounts are at risk?", "Weekly MRR summary"):
        assert not at.says_the_same(ask(at, LEADER, text), [leader, rep])
    assert not at.says_the_same(ask(at, LEADER, "x", Call("account_summary", {"account": mine})), at.views(
        [Person(LEADER), Person(ANA), Person(VIEWER)]
    ))  # fmt: skip


# Terminal


def test_the_terminal_sees_everything_and_can_look_with_another_s_eyes(at: Assistant, others: dict[str, str]) -> None:
    def here(text: str, seen_as: str = "") -> Reply:
        return at.ask(Question(uuid4().hex, text, Person("terminal"), Place("terminal"), seen_as=seen_as))

    text = "Which accounts are at risk?"
    assert leaked(here(text), others) and leaked(here(text, "leader"), others)
    assert here(text, OWNER).outcome == "answered" and leaked(here(text, OWNER), others) == []
    assert here(text, "viewer").outcome == "declined"
