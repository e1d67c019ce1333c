"""What changed in the at-risk list, why an account is on it or not, how an earlier list did, and what reps say."""

import json
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import Assistant
from bot.conversation import Reply
from bot.locale import Speaker
from bot.privacy import erase
from bot.question import Person, Place, Question
from bot.router import Call
from bot.tables import audit_entries
from knowledge import playbook_title
from tests.books import contract, day, make_book
from tests.conftest import DEMO_DAY, ask
from tools import Allowed, Blocked, Deps, Facts, NextSteps, Note, RiskCase, Snooze, Table, ToolError, load
from tools._evidence_lines import LINES
from tools._letters import CATEGORIES, RIGHT
from tools._next_best import NextBest, Situation, next_best, next_best_rules
from tools._next_best_of import DEEDS, MESSAGES, WHY, next_bests
from tools.metrics import (
    Period,
    Share,
    account_names,
    contacted_each,
    evidence_of,
    flagged,
    interval,
    prospects,
    rank,
    risk_changes,
    risk_record,
)
from tools.metrics._evidence import BEHIND
from tools.metrics._risk_record import at_least

TODAY = day("2026-10-30")  # a Friday
WEEK_AGO = day("2026-10-23")
TOOLS = load()


class Said:
    """Stands in for the caseload: remembers what was said, by Ana."""

    def __init__(self, *cases: RiskCase) -> None:
        self.said = list(cases)

    def cases(self) -> tuple[RiskCase, ...]:
        return tuple(self.said)

    def judge(self, case: RiskCase) -> RiskCase:
        self.said.append(case)
        return case

    def snoozed(self, on: date) -> dict[str, Any]:
        return {}

    def snooze(self, account_id: str, until: date, reason: str | None) -> Snooze:
        return Snooze(account_id, until, reason, "Ana")

    def assigned(self) -> dict[str, str]:
        return {}


def run(book: Any, tool: str, caseload: Any = None, today: date = TODAY, **arguments: Any) -> Any:
    asked = TOOLS[tool].input.model_validate(arguments)
    return TOOLS[tool].run(asked, Deps(book, None, today, "en", caseload=caseload or Said()))  # type: ignore[arg-type]


def said(thing: Any) -> str:
    return Speaker("en").say(thing)


def table(answer: Any, title: str) -> list[list[str]]:
    found = next(p for p in answer.parts if isinstance(p, Table) and p.title.msgid.startswith(title))
    return [[said(cell) for cell in row] for row in found.rows]


def facts(answer: Any, title: str | None = None) -> dict[str, str]:
    found = next(p for p in answer.parts if isinstance(p, Facts) and (p.title.msgid if p.title else None) == title)
    return {said(fact.label): said(fact.value) for fact in found.items}


def notes(answer: Any) -> list[str]:
    return [said(part.text) for part in answer.parts if isinstance(part, Note)]


def steps(answer: Any) -> list[str]:
    return [said(q) for part in answer.parts if isinstance(part, NextSteps) for q in part.questions]


def yearly(name: str, mrr: int, start: str, renews: str, **more: Any) -> dict[str, Any]:
    more = {key: day(value) for key, value in more.items()}
    return contract(f"s-{name}", name, mrr * 1200, start, interval_unit="year", renews_on=day(renews), **more)


def nps(account: str, score: int, on: str) -> dict[str, Any]:
    return {
        "answer_id": f"n-{account}-{on}",
        "account_id": account,
        "answered_on": day(on),
        "kind": "nps",
        "score": score,
    }


def gone(account: str, on: str) -> dict[str, Any]:
    return {"contact_id": f"c-{account}", "account_id": account, "name": "Caio", "role": "champion", "left_on": day(on)}


def ticket(account: str, opened: str, solved: str | None = None) -> dict[str, Any]:
    return {
        "ticket_id": f"k-{account}-{opened}", "account_id": account, "opened_on": day(opened),
        "solved_on": day(solved) if solved else None, "priority": "high",
    }  # fmt: skip


@pytest.fixture
def book(tmp_path: Any) -> Any:
    """Since a week ago: New came onto the list (12 to 20 points), Up rose, Old and Same are as they were, Quit has
    cancelled, Left is gone; Fine has 3 points and never was on it."""
    names = ["new", "old", "up", "same", "quit", "left", "fine"]
    base = {"start": "2025-12-01", "renews": "2026-12-01"}
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[{"account_id": name, "name": name.title(), "owner": "Ana"} for name in names],
        subscriptions=[
            *(yearly(name, 1_000, **base) for name in ("new", "old", "up", "same", "fine")),
            yearly("quit", 500, **base, cancelled_on="2026-10-28", ended_on="2026-12-01"),
            yearly("left", 300, **base, cancelled_on="2026-10-26", ended_on="2026-10-27"),
        ],
        survey_answers=[nps(name, 3, "2026-09-01") for name in names if name != "fine"],
        contacts=[
            *(gone(name, "2026-09-15") for name in ("old", "up", "same", "quit", "left")), gone("new", "2026-10-25"),
        ],
        tickets=[ticket("old", "2026-10-01"), ticket("up", "2026-10-26")],
    )  # fmt: skip


# What changed


def test_every_change_of_a_score_is_the_sum_of_what_its_signs_did(book: Any) -> None:
    changes = risk_changes(rank(book, WEEK_AGO), rank(book, TODAY)).each
    assert all(change.points == sum(shift.points for shift in change.shifts) for change in changes.values())
    assert {name: (change.points, [shift.driver for shift in change.shifts]) for name, change in changes.items()} == {
        "up": (6, ["urgent_tickets"]), "same": (0, []), "old": (0, []), "new": (8, ["sponsor_left"]), "fine": (0, []),
        "quit": (0, []), "left": (-20, ["nps", "sponsor_left", "renewal_days"]),
    }  # fmt: skip


def test_who_came_who_went_and_why_and_the_mrr_at_risk_adds_up(book: Any) -> None:
    answer = run(book, "accounts_at_risk", about="changes", since="2026-10-23")
    assert said(answer.headline) == (
        "Since 23 Oct 2026: 1 new on the list, 2 off it, 1 with another score; it went from 5 to 4 accounts."
    )
    assert table(answer, "Account by account") == [
        ["New", "new on the list", "12", "20", "+8", "R$1,000.00", "Ana"],
        ["Quit", "off the list: cancelled", "20", "20", "0", "R$500.00", "Ana"],
        ["Left", "off the list: left", "20", "—", "—", "R$300.00", "Ana"],
        ["Up", "score rose", "20", "26", "+6", "R$1,000.00", "Ana"],
    ]
    assert facts(answer) == {
        "MRR at risk on 23 Oct 2026": "R$3,800.00", "New on the list": "+R$1,000.00", "Off the list": "-R$800.00",
        "MRR at risk now": "R$4,000.00",
    }  # fmt: skip
    assert facts(answer, "What moved each score: the points add up to the change") == {
        "New, +8": "1 champion, sponsor or buyer left (+8)", "Up, +6": "1 urgent ticket open (+6)",
    }  # fmt: skip
    assert "2 accounts stayed on the list with the same scores." in notes(answer)


def test_nothing_changed_is_said_and_a_day_to_come_or_before_the_book_is_refused(book: Any) -> None:
    answer = run(book, "accounts_at_risk", about="changes", since="2026-10-29")
    assert (
        said(answer.headline)
        == "Nothing has changed since 29 Oct 2026: 4 accounts are on the list, with the same scores."
    )
    with pytest.raises(ToolError, match="is not over yet"):
        run(book, "accounts_at_risk", about="changes", since="2026-10-30")
    with pytest.raises(ToolError, match="knows no account that paid"):
        run(book, "accounts_at_risk", about="changes", since="2020-01-01")


def test_the_list_can_have_the_most_mrr_first_and_says_what_changed_in_a_week(book: Any) -> None:
    rows = table(run(book, "accounts_at_risk", limit=2, order="mrr"), "{first}")
    assert [row[:4] for row in rows] == [["Old", "26", "0", "R$1,000.00"], ["Up", "26", "+6", "R$1,000.00"]]


# Why one account is at risk, or is not


def test_its_points_and_their_changes_add_up_and_evidence_names_the_records(book: Any) -> None:
    answer = run(book, "account_risk", account="up")
    assert said(answer.headline) == (
        "Up is at risk: its score is 26, and from 17 on an account is on the list; it is number 2 of 4."
    )
    assert facts(answer, "Signs of risk, with their points of the score") == {
        "NPS": "last NPS answer 3 (9)", "Sponsor left": "1 champion, sponsor or buyer left (8)",
        "Urgent tickets": "1 urgent ticket open (6, +6)", "Renewal ahead": "renews in 32 days (3)",
        "Risk score": "26 (+6 since 23 Oct 2026)",
    }  # fmt: skip
    assert "Judged, and without points: Critical ticket and Contraction." in notes(answer)
    assert [row for row in table(answer, "Evidence") if row[1] != "Renewal ahead"] == [
        ["n-up-2026-09-01", "NPS", "1 Sept 2026", "NPS 3"],
        ["c-up", "Sponsor left", "15 Sept 2026", "Caio, champion, no longer there"],
        ["k-up-2026-10-26", "Urgent tickets", "26 Oct 2026", "high, open"],
    ]
    assert facts(answer)["Next best action"] == "escalate the urgent ticket"
    assert facts(answer)["Rule"] == "urgent ticket open"


@pytest.mark.parametrize(
    ("account", "why"),
    [
        ("fine", "Fine is not on the list: its score is 3, 14 short of the 17 from which on an account is at risk."),
        ("quit", "Quit is not on the list: it has cancelled and pays until 30 Nov 2026. Its score is 20."),
        ("left", "Left is not on the list: it left on 27 Oct 2026."),
    ],
)
def test_why_an_account_is_not_on_the_list(book: Any, account: str, why: str) -> None:
    assert said(run(book, "account_risk", account=account).headline) == why


def test_what_is_not_known_could_put_it_on_the_list(book: Any) -> None:
    assert "With what is not known it could be on the list: absence here is no good news." in notes(
        run(book, "account_risk", account="fine")
    )


def test_an_account_that_the_book_has_not_is_refused(book: Any) -> None:
    with pytest.raises(ToolError, match="has no account"):
        run(book, "account_risk", account="nobody")


def test_every_sign_has_rows_and_words_for_them(demo: Assistant) -> None:
    """On the demo company: whoever has points for a sign has rows behind it (silence may be that there are none)."""
    today, bare = date.fromisoformat(DEMO_DAY), []
    assert BEHIND.keys() == LINES.keys()
    found = demo.book()
    for risk in rank(found, today).at_risk:
        counting = [each.driver for each in risk.contributions if each.points > 0]
        evidence = evidence_of(found, risk.standing.account_id, today, counting)
        bare += [driver for driver in counting if not evidence[driver].rows and driver != "silence"]
        assert [list(LINES[name](each.rows, "BRL")) for name, each in evidence.items()]
    assert bare == []


# How an earlier list did


def past(tmp_path: Any, leavers: list[str]) -> Any:
    """Ten accounts that pay 100 since January, every other one small; four would have been on the list of 30 June."""
    names = [f"a{n}" for n in range(10)]
    return make_book(
        f"sqlite:///{tmp_path / 'past.sqlite'}", as_of="2026-10-30",
        accounts=[
            {"account_id": name, "name": name, "segment": None if int(name[1]) % 2 else "smb"} for name in names
        ],
        subscriptions=[
            contract(f"s-{name}", name, 10_000, "2026-01-01", "2026-08-01" if name in leavers else None)
            for name in names
        ],
        survey_answers=[nps(name, 3, "2026-05-01") for name in names[:4]],
        contacts=[gone(name, "2026-05-15") for name in names[:4]],
    )  # fmt: skip


def test_last_quarters_list_against_what_happened(tmp_path: Any) -> None:
    answer = run(past(tmp_path, ["a0", "a1", "a2"]), "risk_track_record")
    assert said(answer.headline) == (
        "Of 4 accounts on the list of 30 Jun 2026, 3 left by 30 Sept 2026 (75.00%); of all 10, 30.00% did."
    )
    assert table(answer, "What became of them") == [
        ["On the list", "4", "3", "75.00%", "0", "1", "R$400.00", "R$300.00"],
        ["Not on it", "6", "0", "0.00%", "0", "6", "R$600.00", "R$0.00"],
        ["All", "10", "3", "30.00%", "0", "7", "R$1,000.00", "R$300.00"],
    ]
    assert notes(answer)[0] == (
        "Better than chance: an account on the list was 2.50 times as likely to leave as any; "
        "a list drawn by lot does as well 3.33% of the time."
    )
    assert facts(answer)["Of those that left, on the list"] == "3 of 3"
    assert [row[2] for row in table(answer, "The list of")] == ["left", "left", "left", "stayed"]


def test_how_the_scorer_did_on_past_days_is_told_by_measure_and_by_segment(tmp_path: Any) -> None:
    """Of 30 October the tested days are 1 August, when seven still pay, 3 May and 2 February, when all ten do; the
    three leave on 1 August, within 90 days of 3 May alone. On none of these days does anybody score high enough."""
    answer = run(past(tmp_path, ["a0", "a1", "a2"]), "risk_track_record", by="segment")
    measures = {row[0]: row[1:] for row in table(answer, "The scorecard on past days")}
    assert measures["Accounts judged"] == ["27", "—"] and measures["Left within 90 days"] == ["3", "—"]
    assert measures["Base rate"] == ["11.11%", "—"]
    assert table(answer, "On past days, by segment") == [["smb", "13", "2", "0", "0", "—"]]
    assert not any(
        isinstance(part, Table) and part.title.msgid.startswith("On past days")
        for part in run(past(tmp_path, ["a0", "a1", "a2"]), "risk_track_record").parts
    )


@pytest.mark.parametrize(
    ("leavers", "verdict"),
    [
        (["a4", "a5", "a6"], "No better than chance"),
        (["a0", "a1", "a4"], "but that may be chance: a list drawn by lot does as well 33.33% of the time."),
        ([], "Nobody left, or nobody was on the list"),
    ],
)
def test_it_is_said_plainly_where_the_list_was_no_good(tmp_path: Any, leavers: list[str], verdict: str) -> None:
    assert verdict in notes(run(past(tmp_path, leavers), "risk_track_record"))[0]


def test_a_day_names_a_list_and_a_time_that_is_not_over_says_so(tmp_path: Any) -> None:
    found = past(tmp_path, ["a0"])
    answer = run(found, "risk_track_record", period="2026-07-01")
    assert said(answer.headline).startswith("Of 4 accounts on the list of 1 Jul 2026, 1 left by 29 Sept 2026 (25.00%)")
    running = run(found, "risk_track_record", period="2026-Q4")
    assert "That time is not over: who may still leave in it counts as staying." in notes(running)


def test_nothing_that_happened_later_changes_an_earlier_list(tmp_path: Any) -> None:
    """No leakage: the list of 30 June is the same whoever left in July, and whatever was opened then."""
    for leavers in (["a0", "a1"], ["a8", "a9"]):
        place = tmp_path / leavers[0]
        place.mkdir()
        record = risk_record(past(place, leavers), Period.parse("2026-Q3"))
        assert [each.risk.standing.account_id for each in record.listed] == ["a0", "a1", "a2", "a3"]


def test_the_interval_is_wilsons_and_the_odds_are_those_of_a_lottery() -> None:
    """Wilson (1927), 9 of 20: 25.8% to 65.8%. Of 10 accounts 3 left: 4 drawn hold all of them 4 times in 120."""
    assert [round(float(end), 3) for end in interval(9, 20)] == [0.258, 0.658]
    assert (interval(0, 5)[0], interval(5, 5)[1]) == (0, 1)
    assert at_least(3, 4, 3, 10) == pytest.approx(4 / 120)
    assert at_least(0, 4, 3, 10) == pytest.approx(1)
    assert at_least(60, 1_000, 5_000, 100_000) == pytest.approx(0.08, abs=0.01)


# What reps say


def test_what_reps_say_is_kept_shown_with_who_and_when_and_changes_no_score(demo: Assistant) -> None:
    first = ask(demo, "which accounts are at risk?")
    assert first.answer is not None
    account = first.answer.listed[0]
    reply = _call(demo, "risk_feedback", account=account, verdict="not_at_risk", reason=": new sponsor <!channel>")
    assert said(reply.message).endswith(": not at risk.")
    again = ask(demo, "which accounts are at risk?")
    assert again.answer is not None and again.answer.listed == first.answer.listed
    assert again.answer.headline == first.answer.headline
    (told,) = facts(again.answer, "What we say of them ourselves").values()
    assert told == "not at risk, says terminal on 20 Nov 2026: new sponsor <!channel>"
    (case,) = demo.caseload(_question("x")).cases()
    assert (case.verdict, case.flagged, case.score) == ("not_at_risk", True, first.answer.parts[0].rows[0][1].value)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("{} is not at risk because they signed for three years", "they signed for three years"),
        ("a {} não está em risco porque renovaram ontem", "renovaram ontem"),
        ("{} is not at risk: the new CFO loves us", "the new CFO loves us"),
    ],
)
def test_the_reason_is_taken_from_the_words(demo: Assistant, words: str, reason: str) -> None:
    reply = ask(demo, words.format("Caldwick Health"))
    assert reply.call and reply.call.tool == "risk_feedback"
    (case,) = demo.caseload(_question("x")).cases()
    assert (case.verdict, case.reason) == ("not_at_risk", reason)


def test_said_twice_by_one_question_it_is_said_once_and_nothing_is_written_over(demo: Assistant) -> None:
    caseload = demo.caseload(_question("q1"))
    for _ in range(2):
        caseload.judge(RiskCase("A1", "saved", TODAY))
    demo.caseload(_question("q2")).judge(RiskCase("A1", "lost", TODAY))
    assert [case.verdict for case in caseload.cases()] == ["saved", "lost"]


def test_a_case_is_in_the_audit_log_and_stays_without_the_person_who_is_erased(demo: Assistant) -> None:
    ana = Question("T1/D1/9", "x", Person("U1", "Ana Souza"), Place("dm", "T1", "D1"), "en")
    demo.caseload(ana).judge(RiskCase("A1", "not_at_risk", TODAY, "said Ana", score=20, flagged=True))
    engine = demo.store.engine
    with engine.connect() as connection:
        facts_ = [json.loads(row.facts) for row in connection.execute(select(audit_entries))]
    assert {"what": "risk_cases", "which": "A1", "verdict": "not_at_risk"}.items() <= facts_[-1].items()
    erase(engine, "U1", Person("U9"))
    (case,) = demo.caseload(ana).cases()
    assert (case.verdict, case.flagged, case.reason) == ("not_at_risk", True, None)
    assert case.who.startswith("person-")


def test_disagreement_is_counted_beside_the_next_test_of_the_list(tmp_path: Any) -> None:
    cases = [
        RiskCase("a0", "not_at_risk", day("2026-07-10"), "they love us", "Ana", 17, flagged=True),
        RiskCase("a0", "not_at_risk", day("2026-07-20"), None, "Bia", 17, flagged=True),
        RiskCase("a3", "not_at_risk", day("2026-07-11"), None, "Ana", 17, flagged=True),
        RiskCase("a1", "lost", day("2026-08-02"), None, "Ana"),
        RiskCase("a9", "not_at_risk", day("2026-07-11"), None, "Ana", 0, flagged=False),
    ]
    answer = run(past(tmp_path, ["a0", "a1"]), "risk_track_record", caseload=Said(*cases))
    assert "We disagreed with 2 of these 4 flags; of these accounts, 1 left." in notes(answer)
    assert "We wrote down 0 as saved and 1 as lost anyway." in notes(answer)


def test_beside_the_list_it_is_told_how_often_who_disagreed_was_right(tmp_path: Any) -> None:
    found = past(tmp_path, ["a0"])
    cases = [
        RiskCase("a0", "not_at_risk", day("2026-07-10"), flagged=True),
        RiskCase("a3", "not_at_risk", day("2026-07-11"), flagged=True),
        RiskCase("a2", "not_at_risk", day("2026-10-29"), flagged=True),
    ]
    told = notes(run(found, "accounts_at_risk", caseload=Said(*cases), today=day("2026-10-15")))
    assert "We disagreed with 3 flags. Of 2 that are 90 days old, 1 left all the same." in told
    told = notes(run(found, "accounts_at_risk", caseload=Said(*cases[2:])))
    assert "We disagreed with 1 flag. None of them is 90 days old yet." in told


def _question(key: str) -> Question:
    return Question(f"T1/D1/{key}", "x", Person("terminal"), Place("terminal"), "en")


def _call(bot: Assistant, tool: str, **arguments: Any) -> Reply:
    return bot.ask(_question(f"{tool}{len(arguments)}"), Call(tool, arguments))


# The next best action


def test_every_account_of_the_demo_company_has_exactly_one_next_best_action(demo: Assistant) -> None:
    today, book = date.fromisoformat(DEMO_DAY), demo.book()
    accounts = account_names(book)
    risks = {risk.standing.account_id: risk for risk in rank(book, today).risks}
    deps = Deps(book, None, today, "en", contacting=demo.contacting(_question("x")))  # type: ignore[arg-type]
    found = next_bests(contacted_each(book, list(accounts), today), risks, deps)
    assert found.keys() == accounts.keys()
    assert len({best.rule.id for best in found.values()}) > 12
    assert all(best.on == today or best.on is None or best.on > today for best in found.values())
    assert all(best.waits for best in found.values() if best.rule.category and best.passed and best.on != today)


def test_every_rule_is_said_in_words_and_has_a_deed_and_a_playbook_in_both_languages() -> None:
    rules = next_best_rules()
    assert {rule.id for rule in rules} == WHY.keys() and {rule.do for rule in rules} == DEEDS.keys()
    assert all(playbook_title(rule.playbook, language) for rule in rules for language in ("en", "pt-BR"))
    for rule in rules:
        if kind := MESSAGES.get(rule.do):
            assert (rule.category, DEEDS[rule.do].roles) == (CATEGORIES[kind], RIGHT[kind])


def test_whatever_an_account_is_like_one_rule_fires() -> None:
    lifecycles = ("prospect", "gone", "leaving", "new", "renewing", "steady")
    for lifecycle, at_risk, plan in product(lifecycles, (True, False), (True, False)):
        situation = Situation(lifecycle, at_risk, plan=plan)  # type: ignore[arg-type]
        assert next_best(situation, next_best_rules(), lambda _: Allowed(TODAY)).rule.fits(situation)


SILENT = Situation("steady", at_risk=True, signals={"silence": 90.0, "goals_behind": 1.0})
FULL = Blocked(TODAY, (object(),), (), False, False, day("2026-11-05"))  # type: ignore[arg-type]
WEEKEND = Blocked(TODAY, (), (), True, False, day("2026-11-02"))


def decided(situation: Situation, blocked: Blocked) -> tuple[str, date | None, bool, list[str]]:
    """The rule, from when on, whether to wait, and what was passed over, where whatever contacts is blocked."""
    best: NextBest = next_best(situation, next_best_rules(), lambda rule: blocked if rule.category else Allowed(TODAY))
    return best.rule.id, best.on, best.waits, [rule.id for rule, _ in best.passed]


def test_a_used_up_budget_makes_way_for_the_next_rule() -> None:
    assert decided(SILENT, FULL) == ("goal_behind", TODAY, False, ["silent"])


def test_a_rest_day_is_waited_for() -> None:
    assert decided(SILENT, WEEKEND) == ("silent", day("2026-11-02"), False, [])


def test_where_nothing_else_is_to_be_done_the_answer_is_to_wait() -> None:
    assert decided(Situation("gone", left_for=90), FULL) == ("left", day("2026-11-05"), True, [])


# Renewals without a plan


def test_who_renews_without_a_live_trust_plan_and_the_share_that_has_one(demo: Assistant) -> None:
    before = _call(demo, "renewals", plans="without")
    assert before.answer is not None
    account = before.answer.listed[0]
    name = account_names(demo.book())[account]
    drafted = ask(demo, f"Trust plan for {name}")
    assert drafted.answer is not None
    (draft,) = drafted.answer.waiting
    waiting = _call(demo, "renewals", plans="without", limit=100)
    assert waiting.answer is not None and table(waiting.answer, "Renews without")[0][5] == draft
    ask(demo, f"Approve draft {draft}")
    after = _call(demo, "renewals", plans="without", limit=99)
    assert after.answer is not None and account not in after.answer.listed
    first, then = (facts(reply.answer)["With a live trust plan"] for reply in (before, after))
    of_all = int(first.split(" of ")[1].split(" ")[0])
    share = said(Share(Fraction(1, of_all)))
    assert (first, then) == (f"0 of {of_all} (0.00%)", f"1 of {of_all} ({share})")
    day_ = _call(demo, "my_day")
    assert day_.answer is not None
    assert any(note.startswith("Renewals in 90 days with a live trust plan: 1 of ") for note in notes(day_.answer))


def test_who_could_grow_and_has_a_plan_to_grow_by_is_counted_beside_the_renewals(demo: Assistant) -> None:
    paths = sorted({each.account.account_id for each in prospects(demo.book(), demo.today()).upsells})
    fact = "Accounts with an upsell path that have a plan to grow"
    before = _call(demo, "renewals", plans="without")
    (draft,) = _call(demo, "value_case", account=paths[0]).answer.waiting  # type: ignore[union-attr]
    ask(demo, f"Approve draft {draft}")
    after = _call(demo, "renewals", plans="without", limit=98)
    assert before.answer is not None and after.answer is not None
    assert facts(before.answer)[fact] == f"0 of {len(paths)} (0.00%)"
    assert facts(after.answer)[fact] == f"1 of {len(paths)} ({said(Share(Fraction(1, len(paths))))})"


def test_a_message_is_always_offered_whatever_is_best(book: Any) -> None:
    """The best for all of these is a call or an escalation."""
    assert steps(run(book, "accounts_at_risk"))[-3:] == [
        "Re-engagement message to Old", "What changed in the at-risk list since last week?",
        "How well did last quarter's at-risk list do?",
    ]  # fmt: skip


def test_flagged_means_on_the_list(book: Any) -> None:
    assert {r.standing.account_id for r in rank(book, TODAY).risks if flagged(r)} == {"new", "old", "up", "same"}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("snooze Acme until Friday", None),
        ("adia a Acme até sexta", None),
        ("snooze Acme until Friday because they are on holiday", "they are on holiday"),
        ("adia a Acme até sexta: esperando a diretoria", "esperando a diretoria"),
        ("they asked for time", "they asked for time"),  # from the form
    ],
)
def test_a_request_to_snooze_is_no_reason_for_it(book: Any, words: str, kept: str | None) -> None:
    answer = run(book, "snooze", account="fine", reason=words, day="2026-11-27")
    assert facts(answer)["Because"] == (kept or "—")
