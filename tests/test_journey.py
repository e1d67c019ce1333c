"""An account's journey: events as the tables have them, phases told from them, gaps, and how it is drawn."""

from datetime import date

import pytest
from sqlalchemy import create_engine, delete

from bot import timelines
from bot.locale import Speaker
from samples import TIMELINE
from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, nps, part, said
from tools import Contacting, Deps, Download, Table, Timeline, ToolError, load
from tools._guard import Touch
from tools.metrics import journey, open_book
from tools.metrics._book import touches

TOOL = load()["journey"]
TODAY = day("2026-10-30")


def touch(id_, on, direction="both", note=None, channel="call"):
    return {
        "touch_id": id_, "account_id": "acme", "on_day": day(on), "team": "cs", "direction": direction, "note": note,
        "channel": channel,
    }  # fmt: skip


def used(on, account_id="acme", events=5):
    return {"account_id": account_id, "on_day": day(on), "feature": "forms", "events": events}


@pytest.fixture
def url(tmp_path):
    """Signed up in January, paid from the 15th, used it in February, grew in June, cancelled in September, left in
    October; heard of in February, March and June. `old` came before usage was reported, `lost` never used it."""
    url = f"sqlite:///{tmp_path / 'book.sqlite'}"
    make_book(
        url, as_of="2026-10-30",
        accounts=[
            {**account("acme"), "signed_up_on": day("2026-01-01"), "source": "referral"}, account("old"),
            account("lost"), account("quiet"),
        ],
        subscriptions=[
            contract("s1", "acme", 10_000, "2026-01-15", "2026-10-10", cancelled_on=day("2026-09-20"),
                     cancel_reason="price", product="Platform"),
            contract("s2", "acme", 5_000, "2026-06-01", "2026-10-10", cancelled_on=day("2026-09-01"), product="Forms"),
            contract("s3", "old", 10_000, "2025-11-01"), contract("s4", "lost", 10_000, "2026-05-01"),
            contract("s5", "quiet", 10_000, "2026-05-01", "2026-05-20"),
        ],
        usage=[used("2026-01-10", "old"), used("2026-02-20"), used("2026-03-01"), used("2026-01-20", events=0)],
        touches=[
            touch("K-1", "2026-02-10"), touch("K-2", "2026-03-05", "outbound"),
            touch("K-3", "2026-06-20", note="QBR do trimestre"),
        ],
        survey_answers=[nps("acme", 3, "2026-09-10")],
        tickets=[{"ticket_id": "T-1", "account_id": "acme", "opened_on": day("2026-03-20"), "priority": "critical"}],
        goals=[{"goal_id": "g", "account_id": "acme", "name": "Faster", "set_on": day("2026-03-01"),
                "due_on": day("2027-03-01")}],
        exits=[{"exit_id": "x", "account_id": "acme", "on_day": day("2026-10-12"), "reason": "price"}],
    )  # fmt: skip
    return url


def run(url, account_id="acme", contacting=None, language="en"):
    deps = Deps(open_book(url), Playbooks(), TODAY, language, contacting=contacting or Contacting())
    return TOOL.run(TOOL.input(account=account_id), deps)


def phases(url, account_id="acme"):
    found = journey(open_book(url), account_id, TODAY).phases
    return [(each.phase, str(each.since), str(each.until), each.by.kind) for each in found]


def test_phases_are_told_from_the_events(url):
    assert phases(url) == [
        ("evaluation", "2026-01-01", "2026-01-15", "signed_up"),
        ("onboarding", "2026-01-15", "2026-02-20", "new"),
        ("adoption", "2026-02-20", "2026-06-01", "activated"),
        ("growth", "2026-06-01", "2026-09-20", "expansion"),
        ("leaving", "2026-09-20", "2026-10-10", "cancelled"),
        ("away", "2026-10-10", "2026-10-31", "churn"),
    ]


def test_who_came_before_usage_was_reported_is_onboarded_for_90_days_and_who_never_used_it_still_is(url):
    assert phases(url, "old") == [
        ("onboarding", "2025-11-01", "2026-01-30", "new"), ("adoption", "2026-01-30", "2026-10-31", "settled"),
    ]  # fmt: skip
    assert phases(url, "lost") == [("onboarding", "2026-05-01", "2026-10-31", "new")]


def test_the_events_are_the_rows_of_the_tables(url):
    found = journey(open_book(url), "acme", TODAY)
    assert [(str(each.on), each.kind, each.table, each.key) for each in found.events] == [
        ("2026-01-01", "signed_up", "accounts", "acme"),
        ("2026-01-15", "contract_began", "subscriptions", "s1"),
        ("2026-01-15", "new", "mrr_movements", "2026-01-15/new"),
        ("2026-02-10", "conversation", "touches", "K-1"),
        ("2026-02-20", "activated", "usage", "2026-02-20"),
        ("2026-03-01", "goal_set", "goals", "g"),
        ("2026-03-05", "message", "touches", "K-2"),
        ("2026-03-20", "ticket", "tickets", "T-1"),
        ("2026-06-01", "contract_began", "subscriptions", "s2"),
        ("2026-06-01", "expansion", "mrr_movements", "2026-06-01/expansion"),
        ("2026-06-20", "review", "touches", "K-3"),
        ("2026-09-01", "cancelled", "subscriptions", "s2"),
        ("2026-09-10", "survey", "survey_answers", "n-acme-2026-09-10"),
        ("2026-09-20", "cancelled", "subscriptions", "s1"),
        ("2026-10-10", "contract_ended", "subscriptions", "s1"),
        ("2026-10-10", "contract_ended", "subscriptions", "s2"),
        ("2026-10-10", "churn", "mrr_movements", "2026-10-10/churn"),
        ("2026-10-12", "exit", "exits", "x"),
    ]
    assert {"touches", "usage", "subscriptions", "goals"} <= set(found.source.tables)


def test_a_row_that_is_deleted_is_no_longer_on_the_map(url):
    def gaps():
        return [(str(first), str(last)) for first, last in journey(open_book(url), "acme", TODAY).gaps]

    assert gaps() == [("2026-03-21", "2026-06-19"), ("2026-06-21", "2026-09-09")]
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(delete(touches).where(touches.c.touch_id == "K-3"))
    engine.dispose()
    assert gaps() == [("2026-03-21", "2026-09-09")]
    assert "business review" not in [row[1] for row in cells(part(run(url), Table, "Milestones"))]


def test_the_answer_says_the_phase_and_lists_time_contacts_and_milestones(url):
    answer = run(url)
    assert said(answer.headline) == "Acme has been in this phase since 10 Oct 2026: pays nothing, 21 days so far."
    table = cells(part(answer, Table, "Phases, and the time in each"))
    assert table[2] == ["adoption", "20 Feb 2026", "31 May 2026", "101", "first use of the product", "0", "1", "1", "0"]
    assert table[-1][:4] == ["pays nothing", "10 Oct 2026", "—", "21"]
    milestones = cells(part(answer, Table, "Milestones"))
    assert milestones[0] == ["1 Jan 2026", "signed up", "referrals", "Accounts"]
    assert ["1 Jun 2026", "Expansion", "R$50.00, then R$150.00 of MRR", "MRR ledger"] in milestones
    assert ["20 Sept 2026", "a contract was cancelled", "Platform · price", "Contracts"] in milestones
    assert ["10 Sept 2026", "survey answered", "NPS 3", "Survey answers"] in milestones
    assert cells(part(answer, Table, "Gaps")) == [
        ["21 Mar 2026", "19 Jun 2026", "91", "adoption"], ["21 Jun 2026", "9 Sept 2026", "81", "growth"],
    ]  # fmt: skip
    file = part(answer, Download)
    assert (file.name, len(file.rows)) == ("journey-acme.csv", 18)


def test_a_touch_logged_here_closes_a_gap_and_is_not_counted_twice(url):
    class Logged:
        def of(self, account_id):
            told = Touch("K-3", "acme", day("2026-06-20"), "cs", direction="both", note="QBR")
            return told, Touch("T-9", "acme", day("2026-07-30"), "cs", direction="both", channel="call")

    answer = run(url, contacting=Contacting(Logged()))
    assert [row[:2] for row in cells(part(answer, Table, "Gaps"))] == [["21 Mar 2026", "19 Jun 2026"]]
    assert len(part(answer, Download).rows) == 19


def test_an_account_of_which_nothing_is_known_has_no_journey(tmp_path):
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    make_book(url, accounts=[account("acme")], subscriptions=[])
    with pytest.raises(ToolError, match="Nothing dated is known"):
        run(url)


# How it is drawn


def test_lines_of_characters_show_phases_and_marks_at_their_place():
    first, contract_line, tickets, days = timelines.lines(TIMELINE, 60, Speaker())
    assert first.startswith("          |on|growth")
    assert contract_line[10] == "▲" and contract_line.count("▼") == 1 and tickets.count("•") == 1
    assert days.split() == ["10", "Jan", "2025", *Speaker().cell(TIMELINE.last).split()]
    assert all(len(line) <= 60 for line in (first, contract_line, tickets, days))


def test_a_timeline_in_words_names_each_phase_and_counts_each_lane():
    said_of_it = timelines.alt(TIMELINE, Speaker())
    assert said_of_it.startswith("The journey of ACME, Inc.. onboarding: 10 Jan 2025 – 28 Feb 2025; growth: 1 Mar 2025")
    assert said_of_it.endswith("Contract: 2; Tickets: 1.")


def test_the_picture_is_1200_pixels_wide_and_higher_with_more_lanes():
    few = timelines.png(TIMELINE, Speaker())
    more = timelines.png(Timeline(TIMELINE.title, date(2025, 1, 1), TODAY, (), TIMELINE.lanes * 3), Speaker("pt-BR"))
    size = [tuple(int.from_bytes(png[at : at + 4]) for at in (16, 20)) for png in (few, more)]
    assert (size[0][0], size[1][0]) == (1200, 1200) and size[1][1] > size[0][1]
