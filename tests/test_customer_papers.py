"""QBR pack, value case, plans and summary, on a customer whose numbers were counted by hand."""

from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, facts, notes, part, person, said
from tools import Action, Deps, Draft, Facts, Phrase, Table, ToolError, load
from tools._worth import assumed
from tools.metrics import Money

TODAY = day("2026-10-30")  # a Friday
TOOLS = load()


def used(on, events, users=4, feature="forms"):
    return {"account_id": "acme", "on_day": day(on), "feature": feature, "events": events, "users": users}


def ticket(id_, opened, solved=None, priority="normal", csat=None):
    return {
        "ticket_id": id_, "account_id": "acme", "opened_on": day(opened), "solved_on": solved and day(solved),
        "priority": priority, "csat": csat, "topic": id_,
    }  # fmt: skip


def answer_(id_, on, score, kind="nps"):
    return {"answer_id": id_, "account_id": "acme", "answered_on": day(on), "kind": kind, "score": score}


def goal(id_, name, start, target, now, unit, set_on="2026-01-01", due_on="2026-12-31"):
    return {
        "goal_id": id_, "account_id": "acme", "name": name, "baseline": start, "target": target, "current": now,
        "unit": unit, "set_on": day(set_on), "due_on": day(due_on),
    }  # fmt: skip


@pytest.fixture
def book(tmp_path):
    """Acme pays R$ 1.000,00 a month, by the year; it used to pay 800. In Q3 it used the product more than in Q2."""
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30",
        accounts=[account("acme", "Ana", "smb", "pt-BR"), account("gone", "Bia"), account("new"), account("never")],
        subscriptions=[
            contract("s1", "acme", 1_200_000, "2025-01-15", interval_unit="year", renews_on=day("2027-01-15"),
                     product="Suite", plan="Pro", notice_days=30),
            contract("s-gone", "gone", 10_000, "2025-01-01", "2026-08-01"),
            contract("s-new", "new", 10_000, "2026-10-05"),
        ],
        contacts=[person("Caio", "acme", "champion"), person("Rui", "acme", "buyer")],
        usage=[
            used("2026-04-06", 100), used("2026-06-29", 50, 3, "boards"),
            used("2026-07-06", 120, 5), used("2026-09-28", 90, 6, "boards"), used("2026-09-28", 10, 2, "reports"),
            used("2026-10-12", 7), used("2026-10-19", 7), used("2026-10-26", 8),
        ],
        tickets=[
            ticket("T1", "2026-05-01", "2026-05-02"), ticket("T2", "2026-07-01", "2026-07-03", csat=5),
            ticket("T3", "2026-08-01", "2026-08-09", csat=2), ticket("T4", "2026-09-20", priority="high"),
        ],
        survey_answers=[
            answer_("N1", "2026-05-10", 9), answer_("N2", "2026-08-10", 9), answer_("N3", "2026-09-10", 4),
        ],
        goals=[
            goal("G1", "Time to approve", 10.0, 2.0, 6.5, "hours"),
            goal("G2", "Paperless orders", 0.0, 80.0, 80.0, "%"),
            goal("G3", "Errors", 10.0, 0.0, 9.5, None),
            goal("G4", "Weekly users", 5.0, 40.0, None, "users"),
        ],
        touches=[{
            "touch_id": "K1", "account_id": "acme", "on_day": day("2026-10-20"), "team": "sales", "direction": "both",
            "author": "Sara", "note": "They fear the CFO",
        }],
        invoices=[
            {
                "invoice_id": "I1", "account_id": "acme", "kind": "recurring", "currency": "BRL",
                "amount_minor": 1_200_000, "issued_on": day("2026-01-15"), "due_on": day("2026-02-15"), "paid_on": None,
            },
        ],
        costs=[{
            "cost_id": "C1", "account_id": "acme", "on_day": day("2026-03-01"), "kind": "service", "currency": "BRL",
            "amount_minor": 300_000,
        }],
    )  # fmt: skip


def run(book, tool, language="en", today=TODAY, **arguments):
    deps = Deps(book, Playbooks(), today, language)
    return TOOLS[tool].run(TOOLS[tool].input.model_validate({"account": "acme", **arguments}), deps)


def section(answer, heading):
    return next(each for each in part(answer, Draft).sections if said(each.heading) == heading).lines


def spoken(lines, language="en"):
    return [said(line, language) for line in lines if isinstance(line, Phrase)]


def test_a_review_sets_the_last_full_quarter_beside_the_one_before(book):
    answer = run(book, "qbr_pack")
    assert (
        said(answer.headline)
        == "A draft pack for the review with Acme: 3rd quarter of 2026 beside 2nd quarter of 2026."
    )
    (usage,) = section(answer, "Usage and adoption")
    assert cells(usage) == [
        ["Times used", "220", "150", "+70"],  # 120 + 90 + 10, 100 + 50
        ["Peak users", "6", "4", "+2"],
        ["Features in use", "3", "2", "+1"],
    ]
    (support,) = section(answer, "Support")
    assert cells(support) == [
        ["Tickets opened", "3", "1", "+2"],
        ["Open at the end", "1", "0", "+1"],
        ["of these urgent", "1", "0", "+1"],
        ["Solved at first contact", "100.00% (2 of 2)", "100.00% (1 of 1)", "0.00 pp"],
        ["Satisfied with tickets", "50.00% (1 of 2)", "—", "—"],
    ]
    (voice,) = section(answer, "Feedback")
    assert cells(voice) == [["NPS", "0 (2 answers)", "100 (1 answer)", "-100"]]


def test_a_quarter_that_runs_is_set_beside_as_many_days(book):
    answer = run(book, "qbr_pack", period="2026-Q4")
    assert notes(answer)[1].startswith("4th quarter of 2026 is not over: compared with as many days")
    usage, unfinished = section(answer, "Usage and adoption")
    assert said(unfinished) == notes(answer)[1]
    assert cells(usage)[0] == ["Times used", "22", "120", "-98"]  # 30 days of July hold one report


def test_goals_are_told_against_the_calendar(book):
    """On 30 October 302 of 364 days are over, so a goal is late below 83% of its way and behind below 41.5%."""
    (table,) = section(run(book, "qbr_pack"), "Goals")
    assert [(row[0], row[1], row[2], row[3], row[4], row[6]) for row in cells(table)] == [
        ("Time to approve", "hours", "10", "6.5", "2", "somewhat late"),  # 3.5 of 8 is 43.75%
        ("Paperless orders", "%", "0", "80", "80", "reached"),
        ("Errors", "—", "10", "9.5", "0", "behind"),
        ("Weekly users", "users", "5", "—", "40", "not measured"),
    ]
    overdue = run(book, "qbr_pack", today=day("2027-01-10"))
    assert [row[6] for row in cells(section(overdue, "Goals")[0])] == [
        "not reached in time", "reached", "not reached in time", "not measured",
    ]  # fmt: skip


def test_only_what_was_measured_and_moved_is_value(book):
    assert spoken(section(run(book, "qbr_pack"), "Value delivered")) == [
        "Time to approve: from 10 to 6.5 (in hours; target 2).",
        "Paperless orders: from 0 to 80 (in %; target 80).",
        "Errors: from 10 to 9.5 (target 0).",
    ]


def test_decisions_and_actions_follow_from_what_the_book_shows(book):
    answer = run(book, "qbr_pack")
    assert spoken(section(answer, "Decisions to take")) == [
        "The contract renews on 15 Jan 2027: go on as it is, or change it? Who decides?",
        "“Paperless orders” is reached: what comes next?",
        "“Errors”: another date, another way, or drop it?",
        "[a decision that you need from them]",
    ]
    assert [(said(a.what), a.owner, a.due.isoformat()) for a in section(answer, "Actions")] == [
        ("Close every urgent ticket and report on it", "Ana", "2026-11-04"),
        ("Agree what brings “Errors” back on track, or drop it", "Ana", "2026-11-13"),
        ("Measure “Weekly users”", "Ana", "2026-11-13"),
        ("Confirm terms, notice period and who signs", "Sara", "2026-12-01"),  # 15 January less 45 days
        ("Hold the next business review", "Ana", "2027-01-28"),
    ]


def test_what_is_for_us_only_is_in_the_internal_version_alone(book):
    lines = section(run(book, "qbr_pack"), "For us only")
    money = facts(next(line for line in lines if isinstance(line, Facts)))
    assert money == {
        "MRR": "R$1,000.00", "MRR a year before": "R$1,000.00",
        "Gross margin, 12 months": "75.00%",  # 12,000 billed less 3,000 of service
        "Overdue": "R$12,000.00",
    }  # fmt: skip
    assert spoken(lines) == [
        "Risk score 34 of 100: last NPS answer 4 (9), invoice 257 days overdue (8), 1 urgent ticket open (6), "
        "usage down 34% in 4 weeks (5), renews in 77 days (3) and 1 goal behind (3)."
    ]
    assert [said(each.what) for each in lines if isinstance(each, Action)] == [
        "Ask whoever rated us low what would have to change", "Settle the overdue invoices",
    ]  # fmt: skip
    theirs = run(book, "qbr_pack", version="customer")
    headings = [said(each.heading) for each in part(theirs, Draft).sections]
    assert "For us only" not in headings and "Sources" not in headings
    assert (part(theirs, Draft).language, part(theirs, Draft).kind) == ("pt-BR", "qbr_pack_customer")
    assert said(theirs.subject) == "Business review · Acme · 3rd quarter of 2026 · for the customer"


@pytest.mark.parametrize(
    ("account_id", "why"),
    [
        ("gone", "Gone left on 1 Aug 2026: there is no review to prepare."),
        ("never", "Never has never paid: there is no quarter to review."),
        ("new", "New became a customer on 5 Oct 2026, after that period."),
    ],
)
def test_where_there_is_nothing_to_review_it_says_so(book, account_id, why):
    with pytest.raises(ToolError) as refusal:
        run(book, "qbr_pack", account=account_id)
    assert said(refusal.value.message) == why


# Value case


@pytest.mark.parametrize(
    ("said_", "cases", "rate"),
    [
        ("value case for Acme, 200 approvals a month at R$ 60 an hour", 200, Money(6_000, "BRL")),
        ("ROI da Acme com 1.200 pedidos por mês a 45,50 por hora", 1_200, Money(4_550, "BRL")),
        ("300 support tickets per month, US$ 30/hour", 300, Money(3_000, "USD")),
        ("80 notas fiscais por mês", 80, None),
        ("at 1,250.5 euros per hour", None, Money(125_050, "EUR")),
        ("what value did Acme get in 3 months", None, None),
    ],
)
def test_assumptions_are_read_from_the_words(said_, cases, rate):
    found = assumed(said_, "BRL")
    assert (found.cases, found.rate) == (cases, rate)


def test_hours_and_money_come_only_from_stated_assumptions_and_add_up(book):
    answer = run(book, "value_case", said="value case for Acme, 200 approvals a month at R$ 60 an hour")
    table, note = section(answer, "In hours and money")
    assert [row[:2] for row in cells(table)] == [
        ["At the start, in hours", "10"],
        ["Now, in hours", "6.5"],
        ["= hours less per case", "3.50"],
        ["× cases a month", "200"],
        ["= hours a month", "700"],
        ["× value of an hour", "R$60.00"],
        ["= money a month", "R$42,000.00"],
    ]
    start, now, per_case, cases, hours, rate, money = (row[1] for row in table.rows)
    assert start.value - now.value == per_case == Fraction(7, 2)
    assert per_case * cases == hours and hours * rate.minor == money.minor
    assert said(note) == "This assumes that these are hours of work, not of waiting: only then is anything saved."
    assert spoken(section(answer, "For us only"))[0] == "Worked out: R$42,000.00 a month, against R$1,000.00 of MRR."


def test_without_assumptions_no_money_is_stated(book):
    table, note = section(run(book, "value_case"), "In hours and money")
    assert cells(table)[-1][:2] == ["= hours less per case", "3.50"]
    assert said(note) == (
        "For more than this it takes how many cases there are a month and what an hour is worth, which the book does "
        "not know."
    )


def test_both_stretches_hold_thirteen_whole_weeks(book):
    """27 July to 25 October, a Sunday, beside the same weeks a year before, of which nothing was reported."""
    usage, *_ = section(run(book, "value_case"), "Before and after")
    assert [said(column.label) for column in usage.columns[1:3]] == [
        "27 Jul\u2009–\u200925 Oct 2026",
        "28 Jul\u2009–\u200926 Oct 2025",
    ]
    assert cells(usage)[0] == ["Times used", "114", "—", "—"]  # 90 + 10 + 7 + 7


def test_what_cannot_be_shown_is_listed(book):
    assert spoken(section(run(book, "value_case"), "What cannot be shown")) == [
        "“Weekly users”: it was not measured.",
        "What of this is due to us: other things changed in that time too.",
    ]
    new = run(book, "value_case", account="new")
    assert said(new.headline) == "Of New no measured result can be shown yet; the draft says what is missing."
    assert spoken(section(new, "Before and after")) == [
        "There is no stretch to compare with yet: that takes half a year."
    ]
    assert spoken(section(new, "What cannot be shown")) == [
        "Whether the goals were reached: none is recorded.",
        "How much it is used: nothing was reported in the last thirteen weeks.",
        "What of this is due to us: other things changed in that time too.",
    ]
    with pytest.raises(ToolError, match="ask them what it was worth"):
        run(book, "value_case", account="gone")


# Plan and summary


def test_a_joint_plan_shows_the_customer_neither_risk_nor_upsell(book):
    answer = run(book, "trust_plan", version="customer", language="en")
    draft = part(answer, Draft)
    assert [said(each.heading) for each in draft.sections] == [
        "Team", "Where we stand", "Goals and proof of value", "What we do", "What Acme does",
    ]  # fmt: skip
    assert spoken(section(answer, "Team"))[-1] == "Customer: Rui"  # whom we call a buyer is nothing for them
    assert {figure.metric for figure in answer.figures} == {"goal_value"}
    plan = section(answer, "What we do")
    assert all(action.owner in ("Ana", "Sara") and action.due >= TODAY for action in plan) and len(plan) == 5


def test_the_internal_plan_gives_the_score_that_its_risks_add_up_to(book):
    (line,) = section(run(book, "trust_plan"), "Risks to the renewal")
    points = sum(sign.values["points"] for sign in line.values["signs"])
    assert line.values["score"].value == points > 0


def test_the_summary_is_internal_and_its_numbers_are_figures(book):
    answer = run(book, "account_summary")
    assert notes(answer)[0].startswith("Internal: it shows risk and our notes.")
    pulse = facts(next(p for p in answer.parts if isinstance(p, Facts) and p.items[0].label.msgid == "Last NPS answer"))
    assert pulse == {
        "Last NPS answer": "4 on 10 Sept 2026", "Open tickets": "1", "of these urgent": "1",
        "Tickets in 90 days": "1",  # 1 August is a day too early
        "Overdue": "R$12,000.00", "Usage, last 4 full weeks": "22", "Usage, the 4 weeks before": "100",
        "Public mentions, 180 days": "no social data connected",
    }  # fmt: skip
    metrics = {figure.metric for figure in answer.figures}
    assert metrics >= {"mrr", "latest_nps", "open_tickets", "tickets_opened", "overdue_invoices", "usage_events"}
    todo = part(answer, Table, "What to do next")
    assert [row[1] for row in cells(todo)].count("Ana") == 6 and all(row[2] for row in cells(todo))
