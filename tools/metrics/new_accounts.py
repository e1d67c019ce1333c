"""New accounts."""

from sqlalchemy import literal, select

from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def new_accounts(book: Book, period: Period) -> Rows:
    """New accounts.

    How many accounts paid for the first time in the period; those that come back are counted apart, as reactivated.

        New accounts = number of accounts whose first paid day lies in the period

    Reference: ChartMogul help 203299912, "New Business MRR", counted in customers.
    """
    won = movements(period, "new").subquery("won").c
    return select(won.account_id, won.on_day, literal(1).label("part"))


@new_accounts.variant("with_reactivation")
def _with_reactivation(book: Book, period: Period) -> Rows:
    """Accounts won back count as won: new + reactivated. Tools that know no reactivation count so."""
    won = movements(period, "new", "reactivation").subquery("won").c
    return select(won.account_id, won.on_day, literal(1).label("part"))
