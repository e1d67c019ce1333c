"""Notice period."""

from tools.metrics._book import subscriptions
from tools.metrics._in_force import agreed
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="days", usual="day")
def notice_period(book: Book, period: Period) -> Rows:
    """Notice period.

    How many days before the renewal a cancellation has to be given, of the contract lines in force at the end of the
    period for which it is recorded. Over several lines it is their mean.

        Notice period = Σ days of notice ÷ number of contract lines in force that say so

    Reference: this project, table `subscriptions` of the customer book.
    """
    return agreed(subscriptions.c.notice_days, period)
