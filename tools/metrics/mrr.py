"""Monthly recurring revenue."""

from sqlalchemy import func, select

from tools.metrics._book import mrr_steps
from tools.metrics._flows import level
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._registry import Measured, metric


@metric(unit="money")
def mrr(book: Book, period: Period, where: Where) -> Measured:
    """Monthly recurring revenue.

    The sum of what active paid contracts bring in, normalised to a month (a year ÷ 12), net of discounts, as it
    stands at the end of the period. Trials, pauses, one-off charges, repeat purchases, metered usage and taxes
    are left out; contracts in other currencies count at their latest rate.

        MRR = Σ price × quantity × (1 − discount) ÷ months of the billing interval, over contracts paid that day

    Reference: Stripe, Billing analytics glossary, "Monthly recurring revenue"; ChartMogul help 5908520151324, "MRR".
    """
    rows = (
        select(func.count())
        .select_from(mrr_steps)
        .where(mrr_steps.c.on_day < period.end, *limited_to(where, mrr_steps))
    )
    (row,), source = read(
        book, select(level(period.end, where).label("mrr"), rows.scalar_subquery().label("row_count"))
    )
    return row.mrr, source
