"""One metric, in any way it can be asked for, on books small enough to be counted by hand."""

import itertools
from fractions import Fraction

import pytest

from tests.books import contract, day, make_book
from tests.conftest import ask
from tests.test_tools import cells, facts, notes, run, said
from tools import Chart, Facts, NextSteps, Table, ToolError
from tools.metrics import Money, Period, Share, all_metrics

TODAY = day("2026-11-20")
HIDING = [name for name, metric in all_metrics().items() if metric.hides]
HIDDEN = "What this figure hides"


def query(book, metric="churned_accounts", **arguments):
    return run(book, "query_metric", today=TODAY, metric=metric, **arguments)


def part(answer, kind, title=None):
    """The first part of a kind, or that with a title."""
    return next(
        p for p in answer.parts if isinstance(p, kind) and (title is None or (p.title and p.title.msgid == title))
    )


def account(name, segment="enterprise", country="BR", **more):
    return {"account_id": name, "name": name.title(), "segment": segment, "country": country, **more}


@pytest.fixture
def book(tmp_path):
    """Enterprise in Brazil: in Q2 one leaves over price; in Q3 two leave over price and one to a competitor."""
    leaves = [
        ("a", "2026-05-10", "price"), ("b", "2026-07-10", "price"), ("c", "2026-08-10", "price"),
        ("d", "2026-09-10", "competitor"), ("smb", "2026-07-20", "price"), ("abroad", "2026-07-20", "merged"),
    ]  # fmt: skip
    accounts = [account(name) for name, _, _ in leaves[:4]]
    accounts += [
        account("smb", segment="smb"),
        account("abroad", country="US"),
        *(account(f"stays{n}") for n in range(9)),
    ]
    lines = [contract(name, name, 10_000, "2025-01-01", on) for name, on, _ in leaves]
    lines += [contract(f"stays{n}", f"stays{n}", 10_000, "2025-01-01") for n in range(9)]
    exits = [{"exit_id": name, "account_id": name, "on_day": day(on), "reason": why} for name, on, why in leaves]
    return make_book(
        f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-11-20", accounts=accounts, subscriptions=lines, exits=exits
    )


def test_the_question_of_the_requirement_is_answered_to_the_last_account(book):
    answer = query(book, period="2026-Q3", by="reason", compare="2026-Q2", segment="enterprise", country="BR")
    assert said(answer.subject) == (
        "Churned accounts · enterprise · Brazil · 3rd quarter of 2026 · by reason · against 2nd quarter of 2026"
    )
    assert said(answer.headline) == "Churned accounts, 3rd quarter of 2026: 3, +2 against 1 (2nd quarter of 2026)."
    table = part(answer, Table)
    assert [said(column.label) for column in table.columns] == [
        "Reason", "3rd quarter of 2026", "2nd quarter of 2026", "Change"
    ]  # fmt: skip
    assert cells(table) == [["price", "2", "1", "+1"], ["competitor", "1", "0", "+1"], ["All", "3", "1", "+2"]]
    chart = part(answer, Chart)
    assert (chart.kind, [value for _, value in chart.points]) == ("waterfall", [1, 1, 1, 3])


def test_both_languages_give_the_same_figures(demo):
    english = ask(demo, "How many enterprise accounts in Brazil churned in Q3, by reason, against Q2?")
    portuguese = ask(demo, "Quantas contas enterprise do Brasil cancelaram no 3º trimestre, por motivo, contra o 2º?")
    assert (english.language, portuguese.language) == ("en", "pt-BR")
    assert english.call == portuguese.call and english.answer == portuguese.answer
    assert english.call.arguments == {
        "metric": "churned_accounts", "period": "2026-Q3", "compare": "2026-Q2", "by": "reason",
        "segment": "enterprise", "country": "BR",
    }  # fmt: skip


def retaining(tmp_path, lost, won):
    """A hundred accounts at the start of Q1 2026; so many leave and so many come on 1 February."""
    lines = [contract(f"s{n}", f"s{n}", 100, "2025-01-01") for n in range(100 - lost)]
    lines += [contract(f"l{n}", f"l{n}", 100, "2025-01-01", "2026-02-01") for n in range(lost)]
    lines += [contract(f"w{n}", f"w{n}", 100, "2026-02-01") for n in range(won)]
    return make_book(f"sqlite:///{tmp_path / 'book.sqlite'}", as_of="2026-11-20", subscriptions=lines)


@pytest.mark.parametrize(
    ("lost", "won", "cohort", "n"), [(1, 0, "99.00%", "1 account"), (21, 20, "79.00%", "21 accounts")]
)
def test_99_percent_of_article_001_never_hides_who_left_and_who_came(tmp_path, lost, won, cohort, n):
    answer = query(retaining(tmp_path, lost, won), "retention_rate", period="2026-Q1", variant="simple")
    assert said(answer.headline) == "Retention rate (customers) (simple), 1st quarter of 2026: 99.00%."
    hidden = facts(part(answer, Facts, HIDDEN))
    assert hidden["Lost"] == f"{n}, -R${lost}.00"
    assert hidden["Won, new"] == f"{won} accounts, R${won}.00"
    assert hidden["Paying accounts"] == "100 at the start, 99 at the end"
    assert hidden["MRR"] == "R$100.00 at the start, R$99.00 at the end"
    ways = facts(part(answer, Facts, "The same period by every definition of retention"))
    assert list(ways.values()) == ["99.00%", cohort, cohort, cohort, "not defined"]
    assert next(iter(ways)).startswith("Simple") and list(ways)[1].startswith("Cohort")


def test_the_five_ways_to_calculate_retention_stand_side_by_side(demo):
    answer = ask(demo, "In which ways can retention be calculated for Q3?").answer
    ways = part(answer, Facts, "The same period by every definition of retention").items
    assert [(fact.value.metric, fact.value.variant) for fact in ways] == [
        ("retention_rate", "simple"), ("retention_rate", "cohort"), ("net_revenue_retention", "standard"),
        ("gross_revenue_retention", "standard"), ("renewal_rate", "standard"),
    ]  # fmt: skip
    assert len({fact.value.id for fact in ways}) == 5 and all(fact.value.value is not None for fact in ways)


@pytest.mark.parametrize("metric", HIDING)
def test_no_argument_leaves_out_what_a_retention_rate_hides(book, metric):
    for by, compare, limit, variant in itertools.product(
        (None, "segment", "month"), (None, "previous"), (None, 1), (None, *all_metrics()[metric].variants)
    ):
        answer = query(book, metric, period="2026-Q3", by=by, compare=compare, limit=limit, variant=variant)
        assert facts(part(answer, Facts, HIDDEN))["Lost"] == "5 accounts, -R$500.00"
        assert part(answer, Facts, "The same period by every definition of retention")
        assert part(answer, Table, "Largest movers")


def test_what_is_hidden_is_that_of_the_accounts_asked_for(book):
    answer = query(book, "logo_churn_rate", period="2026-Q3", segment="smb")
    assert facts(part(answer, Facts, HIDDEN))["Lost"] == "1 account, -R$100.00"
    assert answer.accounts == {"smb"}


def test_the_largest_movers_and_all_others_are_the_change_of_mrr(demo):
    answer = ask(demo, "NRR in Q3").answer
    *named, all_of_them = part(answer, Table, "Largest movers").rows
    assert sum(row[2].minor for row in named) == all_of_them[2].minor
    up, down = [row[2].minor for row in named[:3]], [row[2].minor for row in named[3:6]]
    assert up == sorted(up, reverse=True) and down == sorted(down) and min(up) > 0 > max(down)


def test_contributions_are_shown_so_that_they_add_up_to_the_change_shown(demo):
    table = part(ask(demo, "Why did logo churn change in Q3, by industry?").answer, Table)
    *groups, whole = [row[-1].value for row in table.rows]
    assert said(table.columns[-1].label) == "Contribution"
    assert sum(groups) == Fraction(round(whole * 10_000), 10_000) and len(groups) == 12
    assert [abs(each) for each in groups] == sorted((abs(each) for each in groups), reverse=True)


def test_groups_beyond_the_limit_are_one_row_and_the_table_still_adds_up(book):
    table = part(query(book, period="2026-Q3", by="reason", limit=1), Table)
    assert cells(table) == [["price", "3"], ["2 others", "2"], ["All", "5"]]
    rate = part(query(book, "logo_churn_rate", period="2026-Q3", by="country", limit=1, order="smallest"), Table)
    assert cells(rate) == [
        ["Brazil", "30.77%", "4", "13"],
        ["1 other", "100.00%", "1", "1"],
        ["All", "35.71%", "5", "14"],
    ]


def test_few_are_counted_and_none_is_not_defined(book):
    assert said(query(book, "logo_churn_rate", period="2026-Q3", segment="smb").headline) == (
        "Logo churn rate, 3rd quarter of 2026: 100.00% (1 of 1)."
    )
    gone = query(book, "logo_churn_rate", period="2026-10", segment="smb")
    assert said(gone.headline) == "Logo churn rate, October 2026: not defined."
    nrr = query(book, "net_revenue_retention", period="2026-Q3")
    assert said(nrr.headline) == "Net revenue retention (NRR), 3rd quarter of 2026: 64.29% (n = 14)."
    note = part(query(book, "logo_churn_rate", period="2026-Q3", by="segment"), Table).footnote
    assert said(note) == "Fewer than 20 counted, so the rate says little: smb and enterprise."


def test_along_time_there_is_a_figure_for_each_part_and_a_line_for_the_whole(book):
    answer = query(book, period="2026-Q3", by="month", compare="previous")
    assert cells(part(answer, Table)) == [
        ["July 2026", "3", "0", "+3"], ["August 2026", "1", "1", "0"], ["September 2026", "1", "0", "+1"],
        ["Whole period", "5", "1", "+4"],
    ]  # fmt: skip
    chart = part(answer, Chart)
    assert (chart.kind, [value for _, value in chart.points]) == ("line", [3, 1, 1])
    assert [value for _, value in chart.beside[0][1]] == [0, 1, 0]


def test_levels_along_time_have_no_sum(book):
    table = part(query(book, "mrr", period="2026-Q3", by="month"), Table)
    assert cells(table) == [
        ["July 2026", "R$1,100.00"], ["August 2026", "R$1,000.00"], ["September 2026", "R$900.00"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "arguments", "period"),
    [
        ("churned_accounts", {}, "2026-10"),
        ("mrr", {}, "2026-11-20"),
        ("net_revenue_retention", {}, "2025-11-01..2026-10-31"),
        ("churned_accounts", {"by": "month"}, "2025-11-01..2026-10-31"),
        ("churned_accounts", {"by": "quarter"}, "2024-10-01..2026-09-30"),
        ("churned_accounts", {"period": "2026-11"}, "2026-11-01..2026-11-20"),
    ],
)
def test_the_period_is_the_usual_one_and_never_looks_ahead(book, metric, arguments, period):
    assert str(query(book, metric, **arguments).figures[0].period.start) == str(Period.parse(period).start)
    (now, *_) = (
        query(book, metric, **(arguments | {"by": None})).figures
        if "by" in arguments
        else query(book, metric, **arguments).figures
    )
    assert now.period.last_day <= TODAY


def test_a_period_that_is_not_over_is_compared_with_as_many_days(book):
    answer = query(book, period="2026-11", compare="previous")
    assert [str(figure.period) for figure in answer.figures] == ["2026-11-01..2026-11-20", "2026-10-01..2026-10-20"]
    assert notes(answer)[0] == "November 2026 is not over: it is counted up to 20 Nov 2026."


def test_where_mrr_stands_is_compared_with_the_end_of_last_month(book):
    answer = query(book, "mrr", compare="previous")
    assert (
        said(answer.headline)
        == "Monthly recurring revenue, 20 Nov 2026: R$900.00, R$0.00 against R$900.00 (31 Oct 2026)."
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"segment": "enterprize"}, "Segment: no account has “enterprize”; there are: enterprise and smb."),
        ({"country": "FR"}, "Country: no account has “FR”; there are: BR and US."),
        ({"segment": "smb", "country": "US"}, "Country: no account (smb) has “US”; there are: BR."),
        ({"owner": "Ana"}, "Owner: no account has “Ana” or anything else."),
        ({"variant": "stripe"}, "Churned accounts has these variants: standard and cohort."),
        ({"period": "2027"}, "2027 has not begun yet, so nothing has happened in it."),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(book, arguments, sentence):
    with pytest.raises(ToolError) as refused:
        query(book, **{"period": "2026-Q3", **arguments})
    assert said(refused.value.message) == sentence


def test_a_value_may_be_written_in_any_case(book):
    assert query(book, period="2026-Q3", segment="Enterprise", country="br").figures[0].segment == {
        "segment": "enterprise", "country": "BR"
    }  # fmt: skip


def test_an_unknown_metric_is_answered_with_the_nearest(book):
    with pytest.raises(ToolError) as refused:
        query(book, "net retention rte")
    assert "Net revenue retention (NRR)" in said(refused.value.message)


def test_a_metric_by_account_names_the_accounts_and_leaves_out_those_without(book):
    answer = query(book, "mrr", by="account_id", limit=2)
    assert cells(part(answer, Table)) == [
        ["Stays0", "R$100.00"], ["Stays1", "R$100.00"], ["7 others", "R$700.00"], ["All", "R$900.00"]
    ]  # fmt: skip
    assert answer.accounts == {"stays0", "stays1"}


@pytest.mark.parametrize(
    "question",
    [
        "churned accounts by reason in Q3 against Q2", "NRR by segment in Q3 yoy", "MRR by month",
        "quick ratio by quarter",
        "logo churn enterprise in Brazil Q3", "ARPA by plan vs last month", "NPS by segment this year",
    ],
)  # fmt: skip
def test_every_figure_comes_out_the_same_when_it_is_counted_again(demo, question):
    reply = ask(demo, question)
    assert reply.call.tool == "query_metric"
    for figure in reply.answer.figures:
        again = all_metrics()[figure.metric](demo.book(), figure.period, figure.segment, figure.variant)
        assert (again.value, again.id) == (figure.value, figure.id)


def test_bars_and_points_are_in_the_unit_of_the_metric(demo):
    shares = part(ask(demo, "NRR by segment in Q3").answer, Chart)
    assert shares.kind == "bar" and all(isinstance(value, Share) for _, value in shares.points)
    money = part(ask(demo, "MRR by country").answer, Chart)
    assert all(isinstance(value, Money) for _, value in money.points)


def test_the_next_steps_keep_the_filters(book):
    steps = part_of_next(query(book, "logo_churn_rate", period="2026-Q3", segment="enterprise", country="BR"))
    assert steps[:2] == [
        "Why did Logo churn rate change: 3rd quarter of 2026, by plan, enterprise, Brazil",
        "Logo churn rate by month, enterprise, Brazil",
    ]


def part_of_next(answer):
    return [said(step) for each in answer.parts if isinstance(each, NextSteps) for step in each.questions]


def test_known_codes_are_said_in_the_readers_language_and_a_companys_own_as_it_wrote_them(url):
    lines = [contract(name, name, 1_000, "2026-01-01", "2026-08-01", cancel_reason=reason)
             for name, reason in (("A", "low_adoption"), ("B", "XYZ_9"))]  # fmt: skip
    answer = query(make_book(url, subscriptions=lines), period="2026-Q3", by="reason")
    table = part(answer, Table)
    assert [row[0] for row in cells(table)] == ["XYZ_9", "low adoption", "All"]
    assert said(table.rows[1][0], "pt-BR") == "baixa adoção"
