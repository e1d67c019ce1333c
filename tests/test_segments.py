"""Saved segments: kept in the store, counted anew, pinned at most three at a time, first in the weekly summary."""

from dataclasses import replace

import pytest

from bot.question import Person, Place, Question
from bot.segments import SegmentsAt
from bot.store import open_store
from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, facts, said
from tools import Asker, Code, Deps, Facts, Table, ToolError, load
from tools.metrics import Figure, Period, all_metrics

TOOLS = load()
TODAY = day("2026-10-30")
SAVE = 'save enterprise accounts in SP as "Large in SP"'


@pytest.fixture
def book(tmp_path):
    rows = [
        {**account("a", "Ana", "enterprise"), "region": "SP"}, {**account("b", "Bia", "enterprise"), "region": "SP"},
        {**account("c", "Ana", "enterprise"), "region": "RJ"}, {**account("d", "Ana", "smb"), "region": "SP"},
    ]  # fmt: skip
    lines = [contract(f"s-{row['account_id']}", row["account_id"], 10_000, "2025-01-01") for row in rows]
    lines.append(contract("more", "b", 2_000, "2026-10-21"))
    return make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30", accounts=rows, subscriptions=lines)


@pytest.fixture
def store(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")


class Caseload:
    def __init__(self, leads=True):
        self.asker = Asker("Ana", leads)


def run(book, store, tool="segments", who="U1", team="T1", leads=True, today=TODAY, **arguments):
    question = Question(f"k-{who}", "?", Person(who, name=f"Name of {who}"), Place("dm", team, "D1", "1"))
    kept = SegmentsAt(store.engine, question, Asker("Ana", leads))
    deps = Deps(book, Playbooks(), today, "en", caseload=Caseload(leads), segments=kept)
    return TOOLS[tool].run(TOOLS[tool].input.model_validate(arguments), deps)


def saved(book, store, name, **where):
    return run(book, store, act="save", said=f"save these as “{name}”", **where)


def part(answer, kind):
    return next(each for each in answer.parts if isinstance(each, kind))


def test_a_segment_is_kept_with_its_sql_owner_and_count_and_opens_with_the_same_count(book, store):
    answer = run(book, store, act="save", said=SAVE, segment="enterprise", region="SP")
    assert said(answer.headline) == "“Large in SP” is saved: 2 accounts."
    again = run(book, store, who="U2", act="open", said="open the large in sp segment")
    assert said(again.headline) == "“Large in SP”: 2 accounts, as when it was saved."
    assert facts(part(again, Facts))["Owner"] == "Name of U1"
    sql = part(again, Code).text
    assert "accounts.region = :region_1" in sql and "accounts.segment = :segment_1" in sql
    with book.engine.connect() as connection:
        found = connection.exec_driver_sql(
            sql.replace(":region_1", "'SP'").replace(":segment_1", "'enterprise'")
        ).fetchall()
    assert len(found) == 2


def test_another_workspace_has_other_segments_and_a_name_is_one_segment(book, store):
    saved(book, store, "Large", segment="enterprise")
    saved(book, store, "LARGE", segment="smb")
    assert [row[:3] for row in cells(part(run(book, store), Table))] == [["LARGE", "smb", "1"]]
    assert said(run(book, store, team="T2").headline) == "No segment is saved yet."


def test_what_is_missing_is_asked_for(book, store):
    with pytest.raises(ToolError, match="Say which accounts"):
        run(book, store, act="save", said=SAVE)
    with pytest.raises(ToolError, match="Say what to call it"):
        run(book, store, act="save", said="save this segment", segment="smb")
    with pytest.raises(ToolError, match="No segment is saved"):
        run(book, store, act="open", said="open Banks")
    saved(book, store, "Large", segment="enterprise")
    with pytest.raises(ToolError, match="Which saved segment"):
        run(book, store, act="open", said="open Banks")


def test_three_can_be_pinned_by_who_leads_and_a_fourth_is_refused(book, store):
    for name, where in (("One", {"segment": "smb"}), ("Two", {"segment": "enterprise"}), ("Three", {"region": "SP"}),
                        ("Four", {"region": "RJ"})):  # fmt: skip
        saved(book, store, name, **where)
    with pytest.raises(ToolError, match="Only who leads"):
        run(book, store, leads=False, act="pin", said="pin Two")
    for name in ("Two", "One", "Three"):
        run(book, store, act="pin", said=f"pin {name}")
    with pytest.raises(ToolError, match="can be in focus"):
        run(book, store, act="pin", said="pin Four")
    run(book, store, act="unpin", said="unpin One")
    run(book, store, act="pin", said="pin Four")
    assert [row[0] for row in cells(part(run(book, store), Table))] == ["Two", "Three", "Four", "One"]


def test_the_weekly_summary_begins_with_the_focus_segments_and_their_mrr_is_that_of_the_sql(book, store):
    saved(book, store, "Large in SP", segment="enterprise", region="SP")
    assert not any(said(each.title) == "Focus segments" for each in run(book, store, "mrr_summary").parts
                   if isinstance(each, Table))  # fmt: skip
    run(book, store, act="pin", said="pin Large in SP")
    first, *_ = run(book, store, "mrr_summary", period="2026-W43").parts
    assert cells(first) == [["Large in SP", "2", "R$200.00", "R$20.00", "R$220.00", "Name of U1"]]
    last = Period.parse("2026-10-25")
    assert first.rows[0][4] == all_metrics()["mrr"](book, last, {"segment": "enterprise", "region": "SP"})
    assert isinstance(first.rows[0][4], Figure)
    assert first is not run(book, store, "mrr_summary", period="2026-W43", segment="smb").parts[0]


def test_only_its_owner_or_who_leads_deletes_it(book, store):
    saved(book, store, "Large", segment="enterprise")
    with pytest.raises(ToolError, match="may delete"):
        run(book, store, who="U2", leads=False, act="delete", said="delete Large")
    run(book, store, leads=False, act="delete", said="delete Large")
    assert said(run(book, store).headline) == "No segment is saved yet."


def test_what_changed_is_in_the_audit_log_without_its_name(book, store):
    from sqlalchemy import select

    from bot.tables import audit_entries

    saved(book, store, "Large", segment="enterprise")
    run(book, store, act="pin", said="pin Large")
    with store.engine.connect() as connection:
        told = [row.facts for row in connection.execute(select(audit_entries).order_by(audit_entries.c.n))]
    assert len(told) == 2 and '"act": "save"' in told[0] and "Large" not in "".join(told)


def test_a_segment_whose_accounts_changed_says_so(book, store):
    saved(book, store, "Large", segment="enterprise")
    question = Question("k", "?", Person("U1"), Place("dm", "T1", "D1", "1"))
    kept = SegmentsAt(store.engine, question, Asker())
    kept.save(replace(kept.all()[0], count=7))
    assert said(run(book, store, act="open", said="open Large").headline) == (
        "“Large”: 3 accounts; 7 when it was saved on 30 Oct 2026."
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("save enterprise accounts at risk as “X”", "not “at risk”"),
        ("salva as contas enterprise em risco como “X”", "not “em risco”"),
        ("save enterprise accounts with MRR above 7,000 as “X”", "I cannot tell what “7,000” limits"),
    ],
)
def test_a_condition_that_cannot_be_kept_is_not_left_out_in_silence(book, store, text, why):
    with pytest.raises(ToolError) as refused:
        run(book, store, act="save", said=text, segment="enterprise")
    assert why in said(refused.value.message)
    run(book, store, act="save", said="save enterprise accounts as “At risk 2026”", segment="enterprise")


def test_a_name_without_quotes_is_what_comes_last_and_no_article(book, store):
    answer = run(book, store, act="save", said="salva as contas smb como Pequenas", segment="smb")
    assert said(answer.headline) == "“Pequenas” is saved: 1 account."


def test_what_accounts_pay_and_when_they_renew_can_be_conditions(book, store):
    text = "save accounts in SP with MRR below R$ 500 as “Small”"
    answer = run(book, store, act="save", said=text, region="SP", mrr_band="0–500")
    assert said(answer.headline) == "“Small” is saved: 3 accounts."
    assert facts(part(answer, Facts))["Conditions"] == "SP and MRR from 0 to under 500"
    assert facts(part(answer, Facts))["MRR"] == "R$320.00"
