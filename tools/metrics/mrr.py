"""Monthly recurring revenue."""

from sqlalchemy import ColumnElement, false, select

from tools.metrics._book import discounts, subscriptions
from tools.metrics._currency import foreign_currencies
from tools.metrics._flows import each_account
from tools.metrics._ledger import mrr_on
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money", usual="day")
def mrr(book: Book, period: Period) -> Rows:
    """Monthly recurring revenue.

    The sum of what active paid contracts bring in, normalised to a month (a year ÷ 12), net of discounts, as it
    stands at the end of the period. Trials, pauses, one-off charges, repeat purchases, metered usage and taxes
    are left out; contracts in other currencies count at the rate of the day.

        MRR = Σ price × quantity × (1 − discount) ÷ months of the billing interval, over contracts paid that day

    Reference: Stripe, Billing analytics glossary, "Monthly recurring revenue"; ChartMogul help 5908520151324, "MRR".
    """
    each = each_account(period)
    return select(each.c.account_id, (each.c.closing).label("part")).where(each.c.closing != 0)


@mrr.variant("stripe")
def _stripe(book: Book, period: Period) -> Rows:
    """Stripe (Billing analytics glossary): only discounts without an end reduce MRR; one that ends leaves it as if it
    were not there. ProfitWell subtracts them all, as we do.
    """
    return _reduced_by(book, period, discounts.c.ends_on.is_(None))


@mrr.variant("before_discounts")
def _before_discounts(book: Book, period: Period) -> Rows:
    """At list price: no discount reduces MRR. An option of Recurly's reports."""
    return _reduced_by(book, period, false())


def _reduced_by(book: Book, period: Period, which: ColumnElement[bool]) -> Rows:
    """MRR at the end of the period as it would be with these discounts only."""
    with book.connect() as connection:
        foreign = foreign_currencies(connection, subscriptions, book.currency)
    reductions = select(discounts).where(which).subquery("reductions")
    lines = mrr_on(period.last_day, book.currency, foreign, reductions).subquery("lines").c
    return select(*lines).where(lines.part != 0)
