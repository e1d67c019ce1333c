"""Visits, advocates, win-backs and invitations, on a book counted by hand."""

from dataclasses import dataclass, field

import pytest

from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, facts, notes, nps, part, person, said
from tools import Contacting, Deps, Download, Facts, Table, ToolError, load
from tools._guard import Touch

TOOL = load()["worklist"]
TODAY = day("2026-10-30")  # a Friday


@dataclass
class Here:
    """Touches as they were logged here."""

    kept: list = field(default_factory=list)

    def of(self, account_id):
        return tuple(touch for touch in self.kept if touch.account_id == account_id)

    def all(self):
        return tuple(self.kept)


def touch(id_, name, on, channel="meeting", team="cs", direction="both", contact=None):
    return {
        "touch_id": id_, "account_id": name, "on_day": day(on), "team": team, "channel": channel,
        "direction": direction, "contact_id": contact,
    }  # fmt: skip


@pytest.fixture
def book(tmp_path):
    """`big` was never visited, `late` is 10 days overdue, `seen` is not due; `gone` and `quit` left for a price, `shut`
    closed; `back` left and came back."""

    def row(name, owner="Ana", segment="smb", source=None, region="SP"):
        return {**account(name, owner, segment), "source": source, "region": region}

    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[
            row("big", "Bia", "enterprise", "referral"), row("late", source="Referral partner"), row("seen"),
            row("young", region="RJ"), row("gone"), row("quit"), row("shut"), row("back", source="ads"),
        ],
        subscriptions=[
            contract("s1", "big", 90_000, "2025-01-01"), contract("s2", "late", 20_000, "2025-01-01"),
            contract("s3", "seen", 30_000, "2025-01-01"), contract("s4", "young", 10_000, "2026-09-01"),
            contract("s5", "gone", 50_000, "2025-01-01", "2026-05-01"),
            contract("s6", "quit", 70_000, "2025-01-01", "2026-10-01"),
            contract("s7", "shut", 10_000, "2025-01-01", "2026-05-01"),
            contract("s8", "back", 10_000, "2025-01-01", "2025-06-01"), contract("s9", "back", 5_000, "2026-08-01"),
        ],
        exits=[
            {"exit_id": f"x-{name}", "account_id": name, "on_day": day(on), "reason": reason}
            for name, on, reason in (
                ("gone", "2026-05-03", "price"), ("quit", "2026-10-02", "price"),
                ("shut", "2026-05-01", "business_closed"),
            )
        ],
        survey_answers=[
            nps("big", 9, "2026-06-01"), nps("late", 10, "2025-06-01"), nps("seen", 10, "2026-05-01"),
            nps("seen", 6, "2026-09-20"), nps("young", 10, "2026-10-01"), nps("back", 9, "2026-10-01"),
        ],
        touches=[
            touch("K-1", "late", "2026-04-23"), touch("K-2", "seen", "2026-10-01"),
            touch("K-3", "big", "2026-10-01", "call"),
            touch("K-4", "late", "2026-10-28", "email", "marketing", "outbound", "late-Leo"),
            touch("K-5", "late", "2026-10-20", "email", "marketing", "outbound", "late-Leo"),
            touch("K-6", "young", "2026-10-27", "email", "cs", "outbound"),
        ],
        contacts=[
            person("Bento", "big", "user"), person("Bruna", "big", "buyer"), person("Leo", "late", "buyer"),
            person("Sol", "seen", "user", left="2026-01-01"), person("Yuri", "young", None),
            person("Gui", "gone", "buyer"),
        ],
    )  # fmt: skip


def run(book, language="en", here=None, **arguments):
    contacting = Contacting(here or Here(), workspace="T1")
    deps = Deps(book, Playbooks(), TODAY, language, contacting=contacting)
    return TOOL.run(TOOL.input.model_validate(arguments), deps)


# Visits


def test_the_plan_lists_the_overdue_first_and_among_them_the_larger(book):
    answer = run(book)
    rows = cells(part(answer, Table, "Whom to visit, in this order"))
    assert [row[:4] for row in rows] == [
        ["Big", "—", "never visited", "R$900.00"], ["Late", "23 Apr 2026", "10", "R$200.00"],
        ["Young", "—", "never visited", "R$100.00"], ["Back", "—", "never visited", "R$50.00"],
        ["Seen", "1 Oct 2026", "0", "R$300.00"],
    ]  # fmt: skip
    assert rows[0][5:] == ["Bia", "Bruna"]
    assert said(answer.headline) == "4 accounts are overdue for a visit, with R$1,250.00 of MRR."
    assert answer.listed == tuple(row[0].lower() for row in rows)


def test_the_plan_is_the_same_again_can_be_limited_and_is_exported_whole(book):
    assert cells(part(run(book), Table)) == cells(part(run(book), Table))
    answer = run(book, region="RJ")
    assert answer.listed == ("young",)
    assert len(part(run(book, limit=2), Download).rows) == 5


def test_a_visit_logged_here_counts(book):
    here = Here([Touch("T-1", "big", day("2026-10-29"), "cs", channel="meeting", direction="both")])
    assert run(book, here=here).listed[0] != "big"


# Advocates


def test_advocates_meet_three_criteria_and_each_is_counted(book):
    answer = run(book, kind="advocates")
    assert [row[:4] for row in cells(part(answer, Table))] == [["Big", "9", "1 Jun 2026", "1 Jan 2025"]]
    assert facts(part(answer, Facts)) == {
        "NPS answer of 9 or 10 in the last 365 days": "3",  # seen's last answer is a 6, late's is too old
        "Has paid for 365 days without a break": "3",  # back came back in August
        "Not at risk by the scorecard, and not leaving": "5",
        "Two of the three": "4",
        "Paying accounts looked at": "5",
    }
    assert any(note.startswith("2 paying accounts came by referral, with R$1,100.00 of MRR.") for note in notes(answer))


def test_without_a_source_referrals_are_not_counted(tmp_path):
    book = make_book(f"sqlite:///{tmp_path / 'bare.sqlite'}", subscriptions=[contract("s", "a", 1_000, "2025-01-01")])
    assert "Referrals cannot be counted: accounts.source is empty." in notes(run(book, kind="advocates"))


# Win-backs


def test_only_a_reason_that_was_mended_is_won_back_and_who_just_left_is_left_in_peace(book):
    answer = run(book, kind="winback", reason="price")
    assert [row[:4] for row in cells(part(answer, Table, "May be approached, by lost MRR"))] == [
        ["Gone", "R$500.00", "1 May 2026", "182"]
    ]
    assert cells(part(answer, Table, "Left in peace for now")) == [["Quit", "R$700.00", "30 Dec 2026"]]
    assert said(answer.subject) == "Win-back list · price"


def test_an_exit_survey_extends_the_peace(book):
    here = Here([Touch("T-1", "gone", day("2026-09-15"), "survey")])
    answer = run(book, kind="winback", reason="price", here=here)
    assert answer.listed == ()
    assert ["Gone", "R$500.00", "14 Dec 2026"] in cells(part(answer, Table, "Left in peace for now"))


def test_without_a_reason_there_are_only_reasons_and_what_nobody_can_mend_is_refused(book):
    answer = run(book, kind="winback")
    assert answer.listed == ()
    assert cells(part(answer, Table)) == [["price", "2", "R$1,200.00"], ["business closed", "1", "R$100.00"]]
    with pytest.raises(ToolError, match="Nobody can mend"):
        run(book, kind="winback", reason="business_closed")


# Invitations


def test_who_was_contacted_enough_is_left_out_and_counted(book):
    answer = run(book, kind="event")
    assert [row[:4] for row in cells(part(answer, Table, "Whom to contact, by MRR of the account"))] == [
        ["Big", "enterprise", "Bruna", "buyer"], ["Young", "smb", "Yuri", "—"],
    ]  # fmt: skip
    held = cells(part(answer, Table, "Left out by the contact guard"))
    assert [row[0] for row in held] == ["Late"] and "the budget is used up" in held[0][1]
    assert said(answer.headline) == (
        "2 people may be invited on 30 Oct 2026; 1 accounts are left out, as they were contacted enough."
    )
    assert any(note.startswith("2 accounts are passed over") for note in notes(answer))


def test_a_survey_that_was_logged_is_not_asked_for_again(book):
    assert "big" in run(book, kind="survey").listed
    asked = [
        Touch(f"T-{n}", "big", day("2026-10-15"), "survey", contact, "outbound", "email")
        for n, contact in enumerate(("big-Bruna", "big-Bento"))
    ]
    assert "big" not in run(book, kind="survey", here=Here(asked)).listed
