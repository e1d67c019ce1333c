"""Monthly recurring revenue."""

from sqlalchemy import select

from tools.metrics._flows import each_account
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
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
