"""The MRR summary: what it tells, and that it tells nothing where the book does not add up."""

import re
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from tests.books import contract, day, make_book
from tests.test_ledger_properties import Opened, books, reference
from tests.test_tools import account, book_at, cells, facts, notes, part, run, said
from tools import Chart, Facts, Note, Table, ToolError
from tools.metrics import Money, Period, Share, all_metrics, ledger_rows
from tools.metrics._book import mrr_movements
from tools.metrics._opening import book_engine

WEEK = Period.parse("2026-W43")
"""The last full week before the tests' Friday: 19 to 25 October."""


def line(name, price, start, end=None, **more):
    return contract(f"{name}-{start}", name, price * 100, start, end, **more)


DECLINE = {
    "accounts": [
        account("steady", "Ana", "enterprise"), account("n1", "Ana", "smb"),
        *(account(f"c{n}", "Bia", "smb") for n in range(1, 6)), account("c6", "Bia"),
    ],
    "subscriptions": [
        line("steady", 10_000, "2026-01-01"), line("n1", 100, "2026-09-22"),
        line("c1", 200, "2026-01-01", "2026-09-29"), line("c2", 300, "2026-01-01", "2026-10-06"),
        line("c3", 400, "2026-01-01", "2026-10-13"),
        line("c4", 700, "2026-01-01", "2026-10-20"), line("c5", 200, "2026-01-01", "2026-10-21"),
        line("c6", 100, "2026-01-01", "2026-10-22"), line("steady", 100, "2026-10-23"),
    ],
}  # fmt: skip
"""Net new MRR of the weeks: +100, −200, −300, −400, and in the last −700 −200 −100 +100 = −900 of 11,100."""


@pytest.fixture
def decline(tmp_path):
    return book_at(tmp_path, **DECLINE)


def prose(answer, language="en"):
    first = answer.parts[0]
    return said(first.text, language) if isinstance(first, Note) else ""


def kinds(answer):
    return [said(p.title) if isinstance(p, Table | Chart) else type(p).__name__ for p in answer.parts]


def test_the_story_of_a_week_is_told_in_five_sentences(decline):
    assert prose(run(decline, "mrr_summary")) == (
        "MRR fell by R$900.00, 8.11% of what it was; the largest movement was churn: -R$1,000.00 from 3 accounts. "
        "Net new MRR was R$500.00 lower than in the period before (week of 12 October 2026: -R$400.00). "
        "In the 4 weeks before net new MRR averaged -R$200.00: this time it is R$700.00 less. "
        "C4 alone makes 70.00% of the churn. "
        "Net new MRR has been negative for 4 weeks."
    )


def test_in_portuguese_with_the_same_figures(decline):
    assert prose(run(decline, "mrr_summary"), "pt-BR").replace("\xa0", " ") == (
        "O MRR caiu R$ 900,00, 8,11% do que era; o maior movimento foi de churn: -R$ 1.000,00 em 3 contas. "
        "O MRR novo líquido ficou R$ 500,00 abaixo do período anterior (semana de 12 de outubro de 2026: -R$ 400,00). "
        "Nas 4 semanas anteriores, o MRR novo líquido foi em média de -R$ 200,00: desta vez são R$ 700,00 a menos. "
        "A conta C4, sozinha, responde por 70,00% do total de churn. "
        "O MRR novo líquido está negativo há 4 semanas."
    )


def test_a_week_that_turns_is_no_streak_and_one_movement_is_no_concentration(decline):
    assert prose(run(decline, "mrr_summary", period="2026-W39")) == (
        "MRR rose by R$100.00, 0.84% of what it was; the largest movement was new business: R$100.00 from 1 account. "
        "Net new MRR was R$100.00 higher than in the period before (week of 14 September 2026: R$0.00). "
        "In the 4 weeks before net new MRR averaged R$0.00: this time it is R$100.00 more."
    )


def test_a_period_that_runs_stands_beside_as_many_days_of_the_one_before(decline):
    """1 to 30 October: −300 −400 −900; 1 to 30 September: +100 −200."""
    assert prose(run(decline, "mrr_summary", period="2026-10")) == (
        "MRR fell by R$1,600.00, 13.56% of what it was; the largest movement was churn: -R$1,700.00 from 5 accounts. "
        "Net new MRR was R$1,500.00 lower than in the period before (1–30 Sept 2026: -R$100.00)."
    )


def test_what_is_too_small_to_show_is_not_said(tmp_path):
    book = book_at(tmp_path, subscriptions=[
        line("vast", 10_000_000, "2026-01-01"), contract("bit", "bit", 100, "2026-10-20"),
    ])  # fmt: skip
    assert prose(run(book, "mrr_summary")) == (
        "MRR rose by R$1.00; the largest movement was new business: R$1.00 from 1 account."
    )


def test_a_week_without_movements_has_a_trend_and_no_story_of_its_own(decline):
    answer = run(decline, "mrr_summary", period="2026-W30")
    assert kinds(answer)[:2] == ["From start to end", "MRR bridge"]
    assert "No account's MRR moved in this period." in notes(answer)
    assert "What changed and why" not in kinds(answer)


def test_the_parts_stand_in_the_order_of_reading(decline):
    assert kinds(run(decline, "mrr_summary")) == [
        "Note", "From start to end", "MRR bridge", "Facts", "Facts", "What changed and why", "Who moved it",
        "MRR since 2 Aug 2026", "NextSteps",
    ]  # fmt: skip


def test_accounts_and_movements_are_counted_apart(tmp_path):
    """Twice loses a seat twice and returns the one: one account, two contractions."""
    book = book_at(
        tmp_path,
        subscriptions=[line("twice", 100, "2026-01-01", quantity=5)],
        subscription_changes=[
            {"subscription_id": "twice-2026-01-01", "effective_on": day(on), "quantity": seats}
            for on, seats in (("2026-10-19", 4), ("2026-10-20", 5), ("2026-10-21", 2))
        ],
    )
    table = cells(part(run(book, "mrr_summary"), Table, "From start to end"))
    assert table == [
        ["Start", "R$500.00", "1", "—"],
        ["New", "R$0.00", "0", "0"],
        ["Expansion", "R$100.00", "1", "1"],
        ["Reactivation", "R$0.00", "0", "0"],
        ["Contraction", "-R$400.00", "1", "2"],
        ["Churn", "R$0.00", "0", "0"],
        ["End", "R$200.00", "1", "—"],
    ]


def test_what_changed_and_why_is_told_by_segment_and_adds_up(decline):
    why = part(run(decline, "mrr_summary"), Table, "What changed and why")
    assert cells(why) == [
        ["smb", "-R$900.00", "Churn"],
        ["enterprise", "R$100.00", "Expansion"],
        ["not known", "-R$100.00", "Churn"],
        ["Together", "-R$900.00", "—"],
    ]
    *groups, total = (row[1] for row in why.rows)
    assert sum(figure.value for figure in groups) == total.value
    assert [figure.segment["segment"] for figure in groups] == ["smb", "enterprise", ""]
    assert {figure.metric for figure in groups} == {"net_new_mrr"}


def test_it_can_be_told_by_something_else(decline):
    why = part(run(decline, "mrr_summary", by="owner"), Table, "What changed and why")
    assert cells(why) == [
        ["Bia", "-R$1,000.00", "Churn"], ["Ana", "R$100.00", "Expansion"], ["Together", "-R$900.00", "—"],
    ]  # fmt: skip


def test_of_one_segment_it_is_told_by_what_its_accounts_differ_in(decline):
    """Of smb only Bia's accounts moved in October's third week, of Ana's and Bia's in September's last two."""
    assert "What changed and why" not in kinds(run(decline, "mrr_summary", segment="smb"))
    why = part(run(decline, "mrr_summary", segment="smb", period="2026-09"), Table, "What changed and why")
    assert why.columns[0].label.msgid == "Owner"
    assert cells(why) == [["Bia", "-R$200.00", "Churn"], ["Ana", "R$100.00", "New"], ["Together", "-R$100.00", "—"]]


def test_each_groups_figure_is_the_metrics_own(decline):
    why = part(run(decline, "mrr_summary", by="owner"), Table, "What changed and why")
    net_new = all_metrics()["net_new_mrr"].by(decline, WEEK, "owner")
    assert {row[0]: row[1].id for row in why.rows[:-1]} == {owner: figure.id for owner, figure in net_new.items()}


def test_many_groups_are_counted_in_a_line_of_others(tmp_path):
    accounts = [account(f"a{n:02}") | {"country": f"X{n:02}"} for n in range(1, 12)]
    book = book_at(tmp_path, accounts=accounts, subscriptions=[line(f"a{n:02}", n, "2026-10-20") for n in range(1, 12)])
    rows = cells(part(run(book, "mrr_summary", by="country"), Table, "What changed and why"))
    assert rows[0] == ["X11", "R$11.00", "New"] and len(rows) == 10
    assert rows[-2:] == [["others (3)", "R$6.00", "—"], ["Together", "R$66.00", "—"]]


def test_who_is_scheduled_to_leave_stands_apart_and_is_no_churn(tmp_path):
    known = {"cancelled_on": day("2026-10-01")}
    book = book_at(
        tmp_path,
        subscriptions=[
            line("stays", 500, "2026-01-01"), line("soon", 100, "2026-01-01", "2026-11-10", **known),
            line("later", 200, "2026-01-01", "2026-12-10", **known),
            line("unknown", 50, "2026-01-01", "2026-12-10", cancelled_on=day("2026-10-28")),
        ],
    )  # fmt: skip
    answer = run(book, "mrr_summary")
    assert "Scheduled to leave: 2 accounts, -R$300.00 of MRR, the next on 10 Nov 2026." in notes(answer)
    shown = next(figure for figure in answer.figures if figure.metric == "scheduled_churned_mrr")
    assert (shown.value, shown.period) == (-30_000, Period.parse("2026-10-25"))
    assert facts(part(answer, Facts))["Logo churn in the period"] == "0.00%"


def test_the_trend_ends_where_the_bridge_ends(decline):
    trend = part(run(decline, "mrr_summary"), Chart, "MRR since {day}")
    assert [(label, value.minor) for label, value in trend.points[-6:]] == [
        (date(2026, 9, 20), 1_190_000), (date(2026, 9, 27), 1_200_000), (date(2026, 10, 4), 1_180_000),
        (date(2026, 10, 11), 1_150_000), (date(2026, 10, 18), 1_110_000), (date(2026, 10, 25), 1_020_000),
    ]  # fmt: skip
    assert len(trend.points) == 13


def test_a_trend_goes_by_the_months_of_a_month_and_no_further_back_than_the_book(decline):
    trend = part(run(decline, "mrr_summary", period="2026-09"), Chart, "MRR since {day}")
    assert [label for label, _ in trend.points] == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31),
        date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30),
    ]  # fmt: skip


def test_both_quick_ratios_are_the_metrics_own(tmp_path):
    """Gained 8 + 10, came back 4, lost 3 + 5: the worked example of Baremetrics, 2.25, or 2.75 with reactivation."""
    book = book_at(
        tmp_path,
        subscriptions=[
            line("base", 92, "2026-01-01"), line("base", 10, "2026-10-20"),
            line("less", 4, "2026-01-01"), line("less", 3, "2026-01-02", "2026-10-20"),
            line("gone", 5, "2026-01-01", "2026-10-21"), line("new", 8, "2026-10-22"),
            line("back", 4, "2026-01-01", "2026-03-01"), line("back", 4, "2026-10-23"),
        ],
    )  # fmt: skip
    answer = run(book, "mrr_summary")
    found = facts(part(answer, Facts))
    assert found["Quick ratio (Baremetrics: without reactivation)"] == "2.25"
    assert found["Quick ratio with reactivation"] == "2.75"
    shown = {figure.id for figure in answer.figures}
    for variant in ("baremetrics", "with_reactivation"):
        assert all_metrics()["quick_ratio"](book, WEEK, {}, variant).id in shown


@pytest.fixture
def foreign(tmp_path):
    """A hundred dollars at 5.00 until Wednesday 21 October, then at 5.50; thirty reais are new on the Thursday."""
    rates = (("2026-01-01", 5_000_000), ("2026-10-21", 5_500_000))
    return book_at(
        tmp_path,
        subscriptions=[
            line("steady", 1_000, "2026-01-01"), line("dollars", 100, "2026-01-01", currency="USD"),
            line("n", 30, "2026-10-22"),
        ],
        exchange_rates=[{"currency": "USD", "on_day": day(on), "rate_e6": rate} for on, rate in rates],
    )  # fmt: skip


def test_what_exchange_rates_did_is_a_line_and_a_sentence_of_its_own(foreign):
    answer = run(foreign, "mrr_summary")
    assert prose(answer) == (
        "MRR rose by R$80.00, 5.33% of what it was; the largest movement was new business: R$30.00 from 1 account. "
        "Exchange rates alone added R$50.00. "
        "Net new MRR was R$30.00 higher than in the period before (week of 12 October 2026: R$0.00)."
    )
    table = cells(part(answer, Table, "From start to end"))
    assert [row[1] for row in table] == [
        "R$1,500.00", "R$30.00", "R$0.00", "R$0.00", "R$0.00", "R$0.00", "R$50.00", "R$1,580.00",
    ]  # fmt: skip
    assert table[-2] == ["Exchange rates", "R$50.00", "—", "—"]
    assert [value.minor for _, value in part(answer, Chart, "MRR bridge").points] == [
        150_000, 3_000, 0, 0, 0, 0, 5_000, 158_000,
    ]  # fmt: skip
    assert cells(part(answer, Table, "Who moved it")) == [["n", "New", "R$30.00"], ["Net new MRR", "—", "R$30.00"]]
    assert [value.minor for _, value in part(answer, Chart, "MRR since {day}").points[-2:]] == [150_000, 158_000]


def test_with_foreign_contracts_the_line_is_there_even_where_rates_stood_still(foreign):
    answer = run(foreign, "mrr_summary", period="2026-W41")
    assert cells(part(answer, Table, "From start to end"))[-2] == ["Exchange rates", "R$0.00", "—", "—"]
    assert len(part(answer, Chart, "MRR bridge").points) == 7


# Withheld


def damaged(url, book, account_id):
    """A row of the ledger is gone."""
    engine = book_engine(url)
    with engine.begin() as connection:
        gone = connection.execute(delete(mrr_movements).where(mrr_movements.c.account_id == account_id))
    engine.dispose()
    assert gone.rowcount
    return book.afresh()


def test_a_bridge_that_does_not_close_is_shown_to_nobody_and_its_owner_is_told(url):
    book = damaged(url, make_book(url, as_of="2026-10-30", **DECLINE), "n1")
    with pytest.raises(ToolError) as refusal:
        run(book, "mrr_summary", period="2026-W39")
    told = refusal.value
    assert said(told.message) == "The MRR bridge of this period does not close, so nothing of it is shown."
    assert said(told.alert.headline) == (
        "The MRR bridge does not close (week of 21 September 2026): R$11,900.00 at the start, R$0.00 of movements, "
        "R$12,000.00 at the end, but R$100.00 between contracts and movements. Load: by hand."
    )
    assert facts(told.alert.parts[0]) == {
        "Start": "R$11,900.00", "New": "R$0.00", "Expansion": "R$0.00", "Reactivation": "R$0.00",
        "Contraction": "R$0.00", "Churn": "R$0.00", "End": "R$12,000.00", "Difference": "R$100.00",
    }  # fmt: skip


def test_a_row_that_is_missing_long_before_the_period_withholds_it_too(url):
    """Retention and trend are sums over the ledger: they would be wrong, though the week's own bridge closes."""
    book = damaged(url, make_book(url, as_of="2026-10-30", **DECLINE), "n1")
    with pytest.raises(ToolError) as refusal:
        run(book, "mrr_summary")
    assert "but R$100.00 between" in said(refusal.value.alert.headline)
    assert "mas R$\xa0100,00 entre" in said(refusal.value.alert.headline, "pt-BR")


def test_another_segments_summary_is_not_withheld_for_it(url):
    book = damaged(url, make_book(url, as_of="2026-10-30", **DECLINE), "n1")
    assert run(book, "mrr_summary", segment="enterprise")


# Whatever the book

NUMBER = re.compile(r"-?(?:R\$\xa0?)?\d(?:[\d.,]*\d)?%?")
UP, DOWN = {"en": "rose", "pt-BR": "subiu"}, {"en": "fell", "pt-BR": "caiu"}
ADDED = {"en": ("added", "took"), "pt-BR": ("acrescentou", "tirou")}
RUNNING = {"en": ("positive", "negative"), "pt-BR": ("positivo", "negativo")}
ABOVE = {"en": ("higher", "lower"), "pt-BR": ("acima", "abaixo")}
MORE = {"en": ("more.", "less."), "pt-BR": ("a mais", "a menos")}
periods = st.integers(1, 20).map(lambda n: Period.parse(f"2026-W{n:02}")) | st.sampled_from(
    [Period.parse(text) for text in ("2026-01", "2026-02", "2026-03", "2026-04", "2026-Q1", "2026-Q2")]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(books(), periods, st.sampled_from(["en", "pt-BR"]))
def test_every_number_of_the_story_was_counted_and_every_direction_is_its_sign(rows, told, language):
    with Opened(rows) as book:
        try:
            answer = run(book, "mrr_summary", period=str(told))
        except ToolError as refusal:
            assert refusal.alert is None  # nobody paid
            return
        text = prose(answer, language).replace(said(told.previous(), language), "")
        known = Known(rows, book, told)
    assert set(NUMBER.findall(text)) <= known.numbers(language), text
    directions = (
        (ABOVE[language], known.net - known.before), (MORE[language], known.net - known.average),
        ((UP[language], DOWN[language]), known.change), (ADDED[language], known.change - known.net),
        (RUNNING[language], known.net),
    )  # fmt: skip
    for (up, down), difference in directions:
        assert up not in text or difference > 0
        assert down not in text or difference < 0


class Known:
    """The facts of a period, worked out from the slow and obvious reading of the rows, day by day."""

    def __init__(self, rows, book, told):
        past = [told]
        for _ in range(13):
            past.append(past[-1].previous())
        level = [sum(reference(rows, each.last_day).values()) for each in past]
        fx = [
            sum(r["amount_minor"] for r in ledger_rows(book, each.start, each.last_day) if r["category"] == "fx")
            for each in past
        ]
        nets = [after - before - rate for (after, before), rate in zip(pairwise(level), fx, strict=False)]
        self.net, self.before, self.start, self.change = nets[0], nets[1], level[1], level[0] - level[1]
        self.averaged = 12 if told.grain == "month" else 4
        self.average = round(Fraction(sum(nets[1 : self.averaged + 1]), self.averaged))
        self.moved = {}
        for row in ledger_rows(book, told.start, told.last_day):
            if row["category"] != "fx":
                self.moved.setdefault(row["category"], {}).setdefault(row["account_id"], []).append(row["amount_minor"])

    def numbers(self, language):
        """Everything that may be said, as it is said; the lengths of streaks among it."""
        money = {self.change, self.change - self.net, self.before, self.average}
        money |= {self.net - self.before, self.net - self.average}
        shares = {Fraction(abs(self.change), self.start)} if self.start else set()
        counts = {self.averaged, *range(3, 14)}
        for by_account in self.moved.values():
            sums = [sum(amounts) for amounts in by_account.values()]
            money.add(sum(sums))
            counts.add(len(sums))
            shares |= {Fraction(each, sum(sums)) for each in sums}
        values = [Money(sign * minor, "BRL") for minor in money for sign in (1, -1)]
        everything = [*values, *map(Share, shares), *sorted(counts)]
        return {said(value, language) for value in everything}
