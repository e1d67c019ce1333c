"""Ideal customers, leads, goals, motions and pillars, on books counted by hand."""

from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
from tests.test_tools import Playbooks, account, cells, notes, part, said
from tools import Deps, NextSteps, Table, ToolError, load
from tools.metrics import Figure, Period, Sight, all_metrics, ideal_customers, matched_prospects, motions
from tools.metrics._prospects import plain_domain, plain_name

TOOLS = load()
TODAY = day("2026-10-30")


def run(book, tool, language="en", **arguments):
    return TOOLS[tool].run(TOOLS[tool].input.model_validate(arguments), Deps(book, Playbooks(), TODAY, language))


# Ideal customers


@pytest.fixture
def book(tmp_path):
    """Forty customers: twelve large ones in finance pay most, and stay; of twenty small ones in food five left; eight
    of retail. Only four are called after a rare country."""
    rows, lines, billed = [], [], []
    for n in range(40):
        name = f"a{n:02}"
        segment, industry, price = ("enterprise", "finance", 90_000) if n < 12 else ("smb", "food", 10_000)
        industry = "retail" if n >= 32 else industry
        rows.append({
            **account(name, "Ana" if n % 2 else "Bia", segment), "industry": industry,
            "employees": 5_000 if n < 12 else 20,
            "country": "PT" if n < 4 else "BR", "domain": f"www.{name}.com.br",
        })  # fmt: skip
        end = "2026-06-01" if 12 <= n < 17 else None
        lines.append(contract(f"s-{name}", name, price, "2025-01-01", end))
        billed.append({
            "invoice_id": f"i-{name}", "account_id": name, "kind": "recurring", "currency": "BRL",
            "amount_minor": price * 12, "issued_on": day("2026-01-01"),
        })  # fmt: skip
    costs = [
        {"cost_id": "c", "account_id": "a00", "on_day": day("2026-02-01"), "kind": "service", "currency": "BRL",
         "amount_minor": 90_000 * 12},
        {"cost_id": "d", "account_id": None, "on_day": day("2026-02-01"), "kind": "acquisition", "currency": "BRL",
         "amount_minor": 5},
    ]  # fmt: skip
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-10-30", accounts=rows, subscriptions=lines,
        invoices=billed, costs=costs,
        prospects=[
            {"prospect_id": "P-1", "name": "A05 Ltda.", "domain": None},
            {"prospect_id": "P-2", "name": "Other name", "domain": "https://A13.com.br/contato"},
            {"prospect_id": "P-3", "name": "Bank of Nowhere", "industry": "finance", "employees": 2_000},
            {"prospect_id": "P-4", "name": "Corner shop", "industry": "food", "employees": 5,
             "domain": "corner.example"},
            {"prospect_id": "P-5", "name": "Corner Shop S.A."},
        ],
    )  # fmt: skip


def test_the_best_earn_most_after_costs_stay_and_their_traits_have_lift_and_n(book):
    found = ideal_customers(book, TODAY)
    assert (found.worth, found.customers, len(found.best)) == ("clv", 40, 13)
    assert "a00" not in found.best and not {f"a{n}" for n in range(12, 17)} & found.best  # a00 cost all it paid
    assert book.secrets == {"margin", "lifetime"}
    traits = {(each.dimension, each.value): each for each in found.traits}
    finance = traits["industry", "finance"]
    assert (finance.n, finance.best, finance.lift, finance.is_clear) == (
        12, 11, Fraction(11, 12) / Fraction(13, 40), True
    )  # fmt: skip
    assert ("country", "PT") not in traits and ("industry", "retail") not in traits  # fewer than ten
    assert found.hidden >= 2


def test_the_best_go_by_lifetime_value_else_by_margin_so_far_and_the_answer_says_which(book):
    (rule,) = (note for note in notes(run(book, "ideal_customers")) if note.startswith("The best:"))
    assert "by lifetime value (own margin of a year, expected stay, 10.00% a year)" in rule
    later = day("2027-06-15")  # no costs in the twelve months before
    found = ideal_customers(book, later)
    assert (found.worth, len(found.best)) == ("margin", 13 - 2)
    answer = TOOLS["ideal_customers"].run(TOOLS["ideal_customers"].input(), Deps(book, Playbooks(), later, "en"))
    assert any("by margin so far" in note for note in notes(answer))


def test_who_may_not_see_costs_gets_the_profile_without_them(book):
    limited = book.within(Sight(hidden=frozenset({"margin", "lifetime"})))
    assert ideal_customers(limited, TODAY).worth == "revenue"
    assert "costs" not in limited.used
    assert any("costs are not used" in note for note in notes(run(limited, "ideal_customers")))
    assert any("10 traits" in note or "are not shown" in note for note in notes(run(book, "ideal_customers")))


def test_criteria_for_prospecting_are_traits_that_can_be_told_of_strangers(book):
    table = cells(part(run(book, "ideal_customers", aspect="criteria"), Table))
    assert {row[0] for row in table} == {"Employees", "Industry"}


def test_names_and_domains_are_compared_without_what_lists_add():
    assert plain_domain("https://www.Acme.com.br/contact?x=1") == "acme.com.br" == plain_domain("acme.com.br")
    assert plain_domain(None) == "" == plain_domain("  ")
    assert plain_name("ACME Alimentação S.A.") == "acme alimentacao" == plain_name("Acme Alimentacao Ltda")
    assert plain_name("S.A.") == "s a"


def test_leads_are_never_customers_nor_companies_that_are_not_on_the_list(book):
    assert [(each.id, each.known) for each in matched_prospects(book, TODAY)] == [
        ("P-1", "customer"), ("P-2", "former"), ("P-3", "new"), ("P-4", "new"), ("P-5", "twin"),
    ]  # fmt: skip
    answer = run(book, "ideal_customers", aspect="leads")
    table = cells(part(answer, Table, "New to us, by criteria met"))
    assert [row[:2] for row in table] == [["Bank of Nowhere", "2"], ["Corner shop", "0"]]
    assert [row[0] for row in cells(part(answer, Table, "Left out: known already, by domain or name"))] == [
        "A05 Ltda.", "Other name", "Corner Shop S.A."
    ]  # fmt: skip


def test_what_is_absent_is_said(tmp_path):
    bare = make_book(
        f"sqlite:///{tmp_path / 'bare.sqlite'}",
        subscriptions=[contract(f"s{n}", f"a{n}", 100, "2025-01-01") for n in range(5)],
    )
    assert said(run(bare, "ideal_customers", aspect="web").headline).startswith("No web analytics connected")
    assert said(run(bare, "ideal_customers", aspect="social").headline).startswith("No social data connected")
    with pytest.raises(ToolError, match="Too few customers"):
        run(bare, "ideal_customers")


def test_a_list_that_is_not_there_is_not_made_up(book, tmp_path):
    rows = [contract(f"s{n}", f"a{n:02}", 100 * (n + 1), "2025-01-01") for n in range(40)]
    with pytest.raises(ToolError, match="I name no company that is not in one"):
        run(make_book(f"sqlite:///{tmp_path / 'x.sqlite'}", subscriptions=rows), "ideal_customers", aspect="leads")


def test_web_and_social_data_are_shown_by_segment_and_network(tmp_path):
    book = make_book(
        f"sqlite:///{tmp_path / 'web.sqlite'}", as_of="2026-10-30", accounts=[account("a", None, "smb")],
        subscriptions=[contract("s", "a", 100, "2025-01-01")],
        web_visits=[
            {"visit_id": str(n), "account_id": "a", "on_day": day("2026-09-01"), "content": page, "visits": visits,
             "seconds": 60, "conversions": 1}
            for n, (page, visits) in enumerate((("/a", 3), ("/b", 6), ("/c", 1), ("/d", 2)))
        ],
        audiences=[
            {"audience_id": "1", "network": "LinkedIn", "on_day": day("2026-09-01"), "trait": "job",
             "value": "IT", "people": 9},
            {"audience_id": "2", "network": "LinkedIn", "on_day": day("2026-10-01"), "trait": "job",
             "value": "IT", "people": 12},
        ],
    )  # fmt: skip
    assert cells(part(run(book, "ideal_customers", aspect="web"), Table)) == [
        ["smb", "/b", "6", "10", "1"], ["smb", "/a", "3", "20", "1"], ["smb", "/d", "2", "30", "1"],
    ]  # fmt: skip
    assert cells(part(run(book, "ideal_customers", aspect="social"), Table)) == [
        ["LinkedIn", "job", "IT", "12", "1 Oct 2026"]
    ]


# Goals


@pytest.fixture
def aims(tmp_path):
    def goal(id_, name, current, set_on="2026-01-01", due_on="2026-12-31", target=100.0):
        return {
            "goal_id": id_, "account_id": name, "name": id_, "baseline": 0.0, "target": target, "current": current,
            "set_on": day(set_on), "due_on": day(due_on) if due_on else None,
        }  # fmt: skip

    return make_book(
        f"sqlite:///{tmp_path / 'goals.sqlite'}", as_of="2026-10-30",
        accounts=[account("a", "Ana"), account("b", "Bia"), account("none", "Bia"), account("gone", "Ana")],
        subscriptions=[
            contract("s1", "a", 1_000, "2025-01-01"), contract("s2", "b", 9_000, "2025-01-01"),
            contract("s3", "none", 5_000, "2025-01-01"), contract("s4", "gone", 5_000, "2025-01-01", "2026-01-01"),
        ],
        goals=[
            goal("on track", "a", 84.0), goal("late", "a", 60.0), goal("behind", "b", 10.0),
            goal("reached", "b", 100.0),
            goal("missed", "b", 99.0, due_on="2026-10-29"), goal("unmeasured", "a", None),
            goal("undated", "a", 5.0, due_on=None),
            goal("of one that left", "gone", 5.0),
        ],
    )  # fmt: skip


def test_goals_are_judged_by_a_straight_line_and_missing_ones_are_a_gap(aims):
    answer = run(aims, "goals_on_track")
    assert said(answer.headline) == (
        "2 of 7 goals are on track or reached, 3 are not; 1 of 3 accounts have none recorded."
    )
    assert [row[1:4] for row in cells(part(answer, Table, "Not on track, the most urgent first"))] == [
        ["missed", "not reached in time", "99.00%"], ["behind", "behind", "10.00%"],
        ["late", "somewhat late", "60.00%"],
    ]  # fmt: skip
    assert cells(part(answer, Table, "No goal recorded: gaps, by MRR")) == [["None", "R$50.00", "Bia"]]
    assert {row[0]: row[1] for row in cells(part(answer, Table, "Where the goals stand"))}["not measured"] == "2"
    assert any(note.startswith("The rule is a straight line") for note in notes(answer))


def test_one_accounts_goals_agree_with_the_list_of_all(aims):
    answer = run(aims, "goals_on_track", account="a")
    assert said(answer.headline) == "A: 1 of 4 goals on track or reached."
    assert [row[0] for row in cells(part(run(aims, "goals_on_track", wanted="off", owner="Ana"), Table,
                                         "Not on track, the most urgent first"))] == ["A"]  # fmt: skip
    assert said(run(aims, "goals_on_track", account="none").headline).startswith("No goal of None is recorded: a gap")


# Motions


@pytest.fixture
def moved(tmp_path):
    """In the third quarter: three signed up, and one of them pays; two of four grew; one is back."""

    def signed(name, on):
        return {**account(name), "signed_up_on": day(on)}

    return make_book(
        f"sqlite:///{tmp_path / 'moved.sqlite'}", as_of="2026-10-30",
        accounts=[signed("n1", "2026-07-05"), signed("n2", "2026-08-01"), signed("n3", "2026-09-30"),
                  signed("n4", "2026-10-01")],
        subscriptions=[
            contract("s1", "n1", 1_000, "2026-10-05"), contract("s2", "old1", 10_000, "2025-01-01"),
            contract("s3", "old1", 500, "2026-07-20"), contract("s4", "old2", 10_000, "2025-01-01"),
            contract("s5", "old2", 700, "2026-08-20"), contract("s6", "old3", 10_000, "2025-01-01", "2026-08-01"),
            contract("s7", "gone", 4_000, "2025-01-01", "2025-09-01"), contract("s8", "gone", 3_000, "2026-09-01"),
            contract("s9", "lost", 4_000, "2025-01-01", "2025-09-01"), contract("s0", "old4", 2_000, "2025-01-01"),
            contract("sa", "first", 2_500, "2026-07-01"),
        ],
    )  # fmt: skip


def test_each_motion_has_what_moved_and_what_could_have(moved):
    found = motions(moved, Period.parse("2026-Q3"), {}, TODAY)
    assert (found.signed_up, found.converted, found.joined) == (3, 1, 1)
    assert (found.paying, found.expanded) == (4, 2)
    assert (found.away, found.back) == (3, 1)  # gone and lost before, old3 in it


def test_the_mrr_of_each_motion_is_that_of_its_movement(moved):
    answer = run(moved, "motion_board", period="2026-Q3")
    table = part(answer, Table)
    for motion, metric in (("New", "new_mrr"), ("Expansion", "expansion_mrr"), ("Win-back", "reactivation_mrr")):
        row = next(row for row in table.rows if said(row[0]) == motion)
        assert isinstance(row[4], Figure) and row[4] == all_metrics()[metric](moved, Period.parse("2026-Q3"))
    assert [row[1:3] for row in cells(table)] == [["1", "3"], ["2", "4"], ["0", "0"], ["1", "3"]]
    assert said(answer.headline).startswith("New brought R$25.00, expansion R$12.00 and win-back R$30.00")


def test_a_period_in_which_nobody_paid_is_no_board(moved):
    with pytest.raises(ToolError, match="Nobody paid anything"):
        run(moved, "motion_board", period="2020-Q1")


# Pillars


def test_four_pillars_have_a_status_with_a_figure_and_the_checklist_has_four_items(book):
    answer = run(book, "four_pillars")
    pillars, checklist = (each for each in answer.parts if isinstance(each, Table))
    assert len(pillars.rows) == 4 and len(checklist.rows) == 4
    assert all(isinstance(row[2], Figure) and row[3] == row[2].id for row in pillars.rows)
    assert {said(row[1]) for row in checklist.rows} <= {"done", "not done"}
    assert said(checklist.rows[0][1]) == "done"
    (steps,) = (each for each in answer.parts if isinstance(each, NextSteps))
    assert [said(row[3]) for row in checklist.rows] == [said(each) for each in steps.questions]


def test_unit_economics_are_left_out_where_they_may_not_be_seen(book):
    limited = book.within(Sight(hidden=frozenset({"margin", "lifetime"})))
    answer = run(limited, "four_pillars")
    assert cells(part(answer, Table))[0][1] == "not known"
    assert any(note.startswith("Unit economics are left out") for note in notes(answer))
    assert "costs" not in limited.used and not limited.secrets
