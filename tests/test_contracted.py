"""What is contracted and what comes up for renewal: by hand on small books, slowly and obviously on any book."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.books import contract, day, make_book
from tests.test_ledger_properties import FIRST, Opened, books, day_of, many, mrr_of_line, reported
from tests.test_tools import cells, notes, part, run, said
from tools import Table, ToolError
from tools.metrics import Period, add_months, all_metrics, changes_ahead, roll_forward
from tools.metrics._contracted import REASONS

TODAY = day("2026-10-30")
YEARLY = {"interval_unit": "year"}
REST, NOVEMBER, DECEMBER = (Period.parse(text) for text in ("2026-10-31..2026-10-31", "2026-11", "2026-12"))


@pytest.fixture
def known(url):
    """MRR today 10.00 + 50.00 + 20.00 + 30.00 + 4.00 (of A, B, C, D, E). Known: A's price rises on 15 Nov to 12.00; B's
    discount of half ends on 1 Dec (100.00) and it renews on 10 Dec; C ends on 30 Nov; D pauses in December; E, paid by
    the month, gets a second seat on 20 Nov; F starts on 1 Nov with 7.00."""
    lines = [
        contract("a", "A", 1_000, "2026-01-15"),
        contract("b", "B", 120_000, "2024-12-10", **YEARLY, renews_on=day("2026-12-10"), auto_renew=True),
        contract("c", "C", 24_000, "2025-11-30", "2026-11-30", **YEARLY, cancelled_on=day("2026-09-01")),
        contract("d", "D", 9_000, "2026-02-20", interval_count=3),
        contract("e", "E", 400, "2026-03-01"),
        contract("f", "F", 700, "2026-11-01"),
    ]  # fmt: skip
    return make_book(
        url, "2026-10-30", subscriptions=lines,
        subscription_changes=[
            {"subscription_id": "a", "effective_on": day("2026-11-15"), "quantity": 1, "unit_amount_minor": 1_200},
            {"subscription_id": "e", "effective_on": day("2026-11-20"), "quantity": 2, "unit_amount_minor": 400},
        ],
        discounts=[{"discount_id": "h", "subscription_id": "b", "percent_bp": 5_000, "starts_on": day("2024-12-10"),
                    "ends_on": day("2026-12-01")}],
        pauses=[{"subscription_id": "d", "starts_on": day("2026-12-01"), "ends_on": day("2027-01-01")}],
    )  # fmt: skip


def test_the_roll_forward_is_what_contracts_say_month_by_month(known):
    rolled = roll_forward(known, [REST, NOVEMBER, DECEMBER], {})
    assert rolled.opening == 11_400
    rest, november, december = rolled.months
    assert (rest.everything, set(rest.changes.values())) == (11_400, {0})
    assert november.changes == {"starts": 700, "terms": 600, "discounts": 0, "pauses": 0, "ends": -2_000, "rates": 0}
    assert december.changes == {"starts": 0, "terms": 0, "discounts": 5_000, "pauses": -3_000, "ends": 0, "rates": 0}
    assert (november.everything, december.everything) == (10_700, 12_700)


def test_what_comes_up_for_renewal_is_in_one_scenario_and_not_in_the_other(known):
    """D renews on 20 November, B on 10 December; C is known to end and A, E and F are paid by the month."""
    _, november, december = roll_forward(known, [REST, NOVEMBER, DECEMBER], {}).months
    assert [(m.renewing, m.renewing_mrr) for m in (november, december)] == [(1, 3_000), (1, 10_000)]
    assert [m.nothing for m in (november, december)] == [10_700 - 3_000, 12_700 - 10_000]  # D is paused by then


def test_each_change_says_what_it_is(known):
    span = Period(day("2026-10-31"), day("2027-01-01"))
    told = [(c.name, str(c.on_day), c.reason, c.amount, c.seats, c.price, c.discount)
            for c in changes_ahead(known, span, {}, "terms", "discounts")]  # fmt: skip
    assert told == [
        ("A", "2026-11-15", "terms", 200, False, True, False),
        ("E", "2026-11-20", "terms", 400, True, False, False),
        ("B", "2026-12-01", "discounts", 5_000, False, False, True),
    ]
    assert [(c.name, c.amount) for c in changes_ahead(known, span, {}, "ends")] == [("C", -2_000)]


def test_every_number_is_a_figure_that_can_be_traced(known):
    metrics, first = all_metrics(), day("2026-10-31")
    for month in roll_forward(known, [REST, NOVEMBER, DECEMBER], {}).months:
        so_far = Period(first, month.period.end)
        assert metrics["contracted_mrr"](known, so_far).value == month.everything
        assert metrics["contracted_mrr"](known, so_far, variant="nothing_renews").value == month.nothing
        assert metrics["scheduled_mrr_change"](known, month.period).value == sum(month.changes.values())
        for reason, amount in month.changes.items():
            assert metrics["scheduled_mrr_change"](known, month.period, variant=f"reason:{reason}").value == amount
    assert metrics["mrr_up_for_renewal"](known, DECEMBER).value == 10_000


@pytest.mark.parametrize(
    ("started", "renews", "unit", "count", "expected"),
    [
        ("2025-12-31", None, "year", 1, ["2026-12-31"]),
        ("2026-01-31", None, "month", 3, ["2026-10-31", "2027-01-31", "2027-04-30"]),
        ("2024-02-29", "2028-02-29", "year", 1, ["2027-02-28"]),
        ("2026-06-01", "2027-01-15", "month", 6, ["2027-01-15"]),
        ("2026-06-01", "2027-01-15", "month", 1, []),
        ("2026-11-15", None, "month", 3, ["2027-02-15"]),
        ("2026-01-01", None, "week", 26, []),
    ],
)
def test_renewals_are_the_recorded_day_or_the_ends_of_billing_intervals(
    tmp_path, started, renews, unit, count, expected
):
    line = contract("a", "A", 12_000, started, renews_on=day(renews) if renews else None,
                    interval_unit=unit, interval_count=count)  # fmt: skip
    book = make_book(f"sqlite:///{tmp_path / 'b'}", subscriptions=[line])
    found = [
        all_metrics()["mrr_up_for_renewal"].rows(book, Period.parse(f"{year}-{month:02}"))
        for year, month in [(2026, 10), (2026, 11), (2026, 12), (2027, 1), (2027, 2), (2027, 3), (2027, 4)]
    ]
    assert [str(row["on_day"]) for rows in found for row in rows] == expected


def test_the_answer_adds_up_and_every_figure_can_be_traced(known):
    answer = run(known, "contracted_mrr", until="2026-12")
    assert said(answer.headline) == (
        "By contract, MRR goes from R$114.00 to R$127.00 by 31 Dec 2026 if everything renews, "
        "and to R$27.00 if nothing does."
    )
    assert cells(part(answer, Table, "Month by month")) == [
        ["Today", "—", "R$114.00", "R$114.00", "—", "—"],
        ["to 31 Oct 2026", "R$0.00", "R$114.00", "R$114.00", "0", "R$0.00"],
        ["November 2026", "-R$7.00", "R$107.00", "R$77.00", "1", "R$30.00"],
        ["December 2026", "R$20.00", "R$127.00", "R$27.00", "1", "R$100.00"],
    ]
    assert cells(part(answer, Table, "What contracts already say")) == [
        ["to 31 Oct 2026", "R$0.00", "R$0.00", "R$0.00", "R$0.00", "R$0.00"],
        ["November 2026", "R$7.00", "R$6.00", "R$0.00", "R$0.00", "-R$20.00"],
        ["December 2026", "R$0.00", "R$0.00", "R$50.00", "-R$30.00", "R$0.00"],
        ["Total", "R$7.00", "R$6.00", "R$50.00", "-R$30.00", "-R$20.00"],
    ]
    for figure in answer.figures:
        assert all_metrics()[figure.metric](known, figure.period, figure.segment, figure.variant).id == figure.id
    assert answer.accounts == {"A", "B", "C"}


def test_price_rises_and_ending_discounts_are_no_surprise(known):
    """Row 0-18: a discount that expires in 32 days is in the list, and so is the price rise."""
    answer = run(known, "contracted_mrr")
    assert cells(part(answer, Table, "Price rises and discounts that end, soonest first")) == [
        ["A", "15 Nov 2026", "new price", "R$2.00"],
        ["B", "1 Dec 2026", "discount ends", "R$50.00"],
        ["Total", "—", "—", "R$52.00"],
    ]
    assert cells(part(answer, Table, "Contracts known to end, soonest first")) == [
        ["C", "30 Nov 2026", "-R$20.00"], ["Total", "—", "-R$20.00"]
    ]  # fmt: skip


def test_three_whole_months_are_usual_and_two_years_the_most(known):
    def last(**asked):
        return part(run(known, "contracted_mrr", **asked), Table, "Month by month").rows[-1][0]

    assert last() == last(until="2026-10-30..2027-01-29") == Period.parse("2027-01")
    assert last(until="2030") == Period.parse("2028-10")
    with pytest.raises(ToolError, match="is over"):
        run(known, "contracted_mrr", until="2026-09")


@pytest.fixture
def due(url):
    """B renews by itself on 10 December with 30 days' notice; D, of a quarter, on 20 November and of its own accord it
    does not; E pays by the month; C was not renewed in September, F, G, H and I were."""
    years = [contract(name.lower(), name, 12_000, "2024-09-15", **YEARLY) for name in "FGHI"]
    return make_book(
        url, "2026-10-30",
        accounts=[
            {"account_id": name, "name": name, "owner": owner, "country": country}
            for name, owner, country in (("B", "Ana", "BR"), ("D", "Bia", "AR"))
        ],
        subscriptions=[
            contract("b", "B", 120_000, "2024-12-10", **YEARLY, auto_renew=True, notice_days=30),
            contract("b2", "B", 12_000, "2025-12-10", **YEARLY, auto_renew=True),
            contract("d", "D", 9_000, "2026-02-20", interval_count=3, auto_renew=False),
            contract("e", "E", 400, "2026-03-01"),
            contract("c", "C", 24_000, "2024-09-20", "2026-09-20", **YEARLY, cancelled_on=day("2026-08-01")),
            *years,
        ],
    )  # fmt: skip


def test_coming_renewals_are_told_with_mrr_days_left_auto_renewal_notice_and_owner(due):
    answer = run(due, "renewals", renewing="2026-Q4")
    assert said(answer.headline) == (
        "3 contracts come up for renewal by 31 Dec 2026, with R$140.00 of MRR; renewing by themselves: 2."
    )
    assert cells(part(answer, Table, "Up for renewal, soonest first")) == [
        ["D", "20 Nov 2026", "21", "R$30.00", "no", "—", "Bia"],
        ["B", "10 Dec 2026", "41", "R$110.00", "yes", "10 Nov 2026", "Ana"],
        ["Total", "—", "—", "R$140.00", "—", "—", "—"],
    ]
    assert "1 account pays by the month: it renews all the time and is in no list of renewals." in notes(answer)
    first = part(run(due, "renewals", renewing="2026-Q4", limit=1), Table, "Up for renewal, soonest first")
    assert cells(first)[1] == ["2 later contracts", "—", "—", "R$110.00", "—", "—", "—"]
    assert said(run(due, "renewals", owner="Ana").headline).startswith("2 contracts come up for renewal by 27 Jan")
    assert said(run(due, "renewals", country="AR").headline).startswith("1 contract comes up for renewal by 27 Jan")


def test_the_renewal_rate_has_both_its_numbers_by_contracts_and_by_value(due):
    answer = run(due, "renewals", about="rate", period="2026-09")
    assert said(answer.headline) == "4 of 5 contracts were renewed: 80.00%."
    rates = next(each for each in answer.parts if isinstance(each, Table) and "What was renewed" in each.title.msgid)
    assert cells(rates) == [["Contracts", "4", "5", "80.00%"], ["MRR", "R$40.00", "R$60.00", "66.67%"]]
    assert cells(part(answer, Table, "Not renewed, largest first")) == [["C", "20 Sept 2026", "R$20.00"]]
    for figure in answer.figures:
        assert all_metrics()[figure.metric](due, figure.period, figure.segment, figure.variant).id == figure.id
    assert cells_of(run(due, "renewals", renewing="2026-09")) == cells_of(answer)  # a time that is over


def cells_of(answer):
    return [cells(each) for each in answer.parts if isinstance(each, Table)]


def test_of_few_contracts_no_rate_is_given(due):
    answer = run(due, "renewals", about="rate", period="2026-08")
    assert said(answer.headline) == "1 of 1 contracts were renewed."  # D, on 20 August
    assert not answer.figures


class Slowly:
    """A book's contract lines read day by day."""

    def __init__(self, rows):
        self.rows = rows

    def mrr(self, line, on):
        return reported(self.rows, line, on)

    def yesterdays(self, line, on):
        """What the line brought in the day before, at the rate of the day."""
        rates = sorted(self.rows["exchange_rates"], key=lambda row: row["on_day"])
        rate = ([row for row in rates if row["on_day"] <= on] or rates[:1])[-1]["rate_e6"]
        native = mrr_of_line(self.rows, line, on - timedelta(days=1))
        foreign = max(1, (2 * native * rate + 1_000_000) // 2_000_000)
        return foreign if native and line["currency"] == "USD" else native

    def renewals(self, line, span):
        """Days of the span on which somebody decides about the line, which goes on for all that is known by now."""
        months = {"month": 1, "year": 12}.get(line["interval_unit"], 0) * line["interval_count"]
        if months < 3 or line["kind"] == "repeat":
            return []
        paid_from = max(line["started_on"], line["trial_ends_on"] or line["started_on"])
        days = (add_months(line["renews_on"] or paid_from, n * months) for n in range(-40, 40))
        return [on for on in days if span.start <= on < span.end and on > paid_from
                and (line["ended_on"] is None or line["ended_on"] > on)]  # fmt: skip

    def reason(self, line, on):
        mine = lambda table: [row for row in self.rows[table] if row["subscription_id"] == line["subscription_id"]]
        if line["ended_on"] == on:
            return "ends"
        if max(line["started_on"], line["trial_ends_on"] or line["started_on"]) == on:
            return "starts"
        if any(on in (row["starts_on"], row["ends_on"]) for row in mine("pauses")):
            return "pauses"
        for column in ("quantity", "unit_amount_minor"):
            now = line[column]
            for row in sorted(mine("subscription_changes"), key=lambda row: row["effective_on"]):
                if row["effective_on"] == on and row[column] not in (None, now):
                    return "terms"
                now = now if row[column] is None else row[column]
        return "discounts"


@st.composite
def with_renewals(draw):
    rows = draw(books())
    for line in rows["subscriptions"]:
        line["renews_on"] = draw(st.none() | st.none() | day_of)
    return rows


@many
@given(with_renewals(), st.integers(0, 100))
def test_every_number_of_the_roll_forward_equals_sums_over_contracts_by_date(rows, offset):
    today = FIRST + timedelta(days=offset)
    tomorrow = today + timedelta(days=1)
    month = Period.containing(tomorrow, "month")
    months = [Period(tomorrow, month.end)]
    while len(months) < 4:
        months.append(Period.containing(months[-1].end, "month"))
    slowly, lines = Slowly(rows), rows["subscriptions"]
    with Opened(rows) as book:
        rolled = roll_forward(book, months, {})
        assert rolled.opening == sum(slowly.mrr(line, today) for line in lines)
        for found in rolled.months:
            so_far = Period(tomorrow, found.period.end)
            standing = {line["subscription_id"]: slowly.mrr(line, so_far.last_day) for line in lines}
            due = {line["subscription_id"]: slowly.renewals(line, so_far) for line in lines}
            assert found.everything == sum(standing.values())
            assert found.nothing == sum(mrr for line, mrr in standing.items() if not due[line])
            assert (found.renewing, found.renewing_mrr) == renewing(slowly, lines, due, found.period)
            assert found.changes == changes(slowly, lines, found.period)
            metrics = all_metrics()
            assert metrics["contracted_mrr"](book, so_far).value == found.everything
            assert metrics["contracted_mrr"](book, so_far, variant="nothing_renews").value == found.nothing
            assert metrics["mrr_up_for_renewal"](book, found.period).value == found.renewing_mrr


def renewing(slowly, lines, due, period):
    levels = [
        slowly.mrr(line, on - timedelta(days=1))
        for line in lines
        for on in due[line["subscription_id"]]
        if period.start <= on < period.end
    ]
    return sum(level > 0 for level in levels), sum(levels)


def changes(slowly, lines, period):
    found = dict.fromkeys(REASONS, 0)
    for line in lines:
        for n in range((period.end - period.start).days):
            on = period.start + timedelta(days=n)
            was = slowly.yesterdays(line, on)
            if change := slowly.mrr(line, on) - was:
                found[slowly.reason(line, on)] += change
            found["rates"] += was - slowly.mrr(line, on - timedelta(days=1))
    return found
