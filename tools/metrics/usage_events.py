"""Usage events."""

from sqlalchemy import select

from tools.metrics._book import usage
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="count")
def usage_events(book: Book, period: Period) -> Rows:
    """Usage events.

    How often the product was used in the period, over all features, as reported. A report of a week or month counts in
    the period that holds its first day; an account that reports nothing has none, which is not the same as no use.

        Usage events = Σ events of all reports dated in the period

    Reference: this project; what counts as an event is what the company's own product reports.
    """
    u = usage.c
    rows = select(u.account_id, u.on_day, u.feature, u.events.label("part"))
    return rows.where(u.on_day >= period.start, u.on_day < period.end)
