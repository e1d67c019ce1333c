"""Reasons for leaving that were fixed: kept with what was done, undone, and the argument of the win-back list."""

import pytest
from sqlalchemy import select

from bot.caseload import CaseloadAt
from bot.question import Person, Place, Question
from bot.store import open_store
from bot.tables import audit_entries
from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, facts, notes, part, said
from tools import Asker, Deps, Facts, Table, ToolError, load

TOOLS = load()
TODAY = day("2026-10-30")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """All left for a price but `late`, which left for it in July, and `slow`, which left for the service."""
    left = {"gone": "2026-01-01", "old": "2025-06-01", "late": "2026-07-01", "slow": "2026-03-01", "here": None}
    return make_book(
        f"sqlite:///{tmp_path_factory.mktemp('fixed') / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[account(name, "Ana", "smb") for name in left],
        subscriptions=[contract(f"s-{name}", name, 10_000, "2025-01-01", end) for name, end in left.items()],
        exits=[
            {"exit_id": f"x-{name}", "account_id": name, "on_day": day(on),
             "reason": "service_quality" if name == "slow" else "price"}
            for name, on in left.items() if on
        ],
    )  # fmt: skip


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


def run(book, store, tool="fixed_reason", leads=True, team="T1", language="en", **arguments):
    asked = Question(f"{team}/C1/1", "", Person("U1", "Ana"), Place("channel", team, "C1", "1.0"))
    caseload = CaseloadAt(store.engine, asked, Asker(leads=leads))
    deps = Deps(book, Playbooks(), TODAY, language, caseload=caseload)
    return TOOLS[tool].run(TOOLS[tool].input.model_validate(arguments), deps)


def fix(book, store, reason="price", period="2026-06", said="we fixed the price in June: a smaller plan", **more):
    return run(book, store, reason=reason, period=period, said=said, **more)


def test_a_fixed_reason_is_kept_with_who_when_and_what_and_can_be_taken_back(book, store):
    kept = fix(book, store)
    assert facts(part(kept, Facts)) == {"Fixed on": "30 Jun 2026", "What was done": "a smaller plan", "By": "Ana"}
    listed = run(book, store, act="list")
    assert cells(part(listed, Table)) == [["price", "30 Jun 2026", "a smaller plan", "Ana"]]
    assert said(run(book, store, act="end", reason="price").headline).startswith("Not kept as fixed any more: price.")
    assert said(run(book, store, act="end", reason="price").headline) == "It was not kept as fixed: price."
    assert said(run(book, store, act="list").headline) == "No reason for leaving is kept as fixed yet."
    with store.engine.connect() as connection:
        told = connection.execute(select(audit_entries.c.facts).order_by(audit_entries.c.n)).scalars().all()
    assert len(told) == 2 and all('"fixed_reasons"' in each for each in told) and '"unfix"' in told[1]


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"leads": False}, "Only leaders"),
        ({"reason": None}, "Which reason"),
        ({"said": "we fixed the price"}, "What was done about it"),
        ({"reason": "merged"}, "Nobody can mend"),
        ({"period": "2026-12"}, "still to come"),
    ],
)
def test_without_all_that_makes_an_argument_it_is_not_kept(book, store, more, refusal):
    with pytest.raises(ToolError, match=refusal):
        fix(book, store, **more)
    assert run(book, store, act="list").parts[:-1] == ()


def test_the_win_back_list_needs_no_reason_and_has_who_left_before_it_was_fixed(book, store):
    assert run(book, store, "worklist", kind="winback").listed == ()
    fix(book, store)
    answer = run(book, store, "worklist", kind="winback")
    rows = cells(part(answer, Table, "May be approached, by lost MRR"))
    assert [(row[0], row[-1]) for row in rows] == [("Gone", "price"), ("Old", "price")]
    argument = cells(part(answer, Table, "What has changed since: the argument"))
    assert argument == [["price", "30 Jun 2026", "a smaller plan", "Ana"]]
    assert said(answer.headline) == (
        "2 accounts that left for a reason we have fixed since may be approached, R$200.00 of lost MRR."
    )
    late = "1 account left for this after it was fixed, so it is not listed: price. Is it fixed?"
    assert late in notes(answer)
    assert run(book, store, "worklist", kind="winback", reason="price").listed == ("gone", "old")
    assert run(book, store, "worklist", kind="winback", reason="service_quality").listed == ("slow",), "as said"
    assert run(book, store, "worklist", kind="winback", team="T2").listed == (), "another workspace has fixed nothing"
    run(book, store, act="end", reason="price")
    assert run(book, store, "worklist", kind="winback").listed == ()


def test_since_march_is_from_its_first_day_on(book, store):
    kept = fix(book, store, period="2026-03-01..2026-10-30", language="pt-BR")
    assert facts(part(kept, Facts))["Fixed on"] == "1 Mar 2026"
    assert said(kept.headline, "pt-BR") == "Guardado como resolvido em 1 de mar. de 2026: preço."
