"""Contract term."""

from sqlalchemy import case, func

from tools.metrics._book import subscriptions
from tools.metrics._in_force import agreed
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="months", usual="day")
def contract_term(book: Book, period: Period) -> Rows:
    """Contract term.

    The months between two renewals of the contract lines in force at the end of the period: as recorded, else one
    billing interval. Over several lines it is their mean. Lines billed by the day or week have none.

        Contract term = Σ months between two renewals ÷ number of contract lines in force

    Reference: this project, table `subscriptions` of the customer book.
    """
    s = subscriptions.c
    billed = case((s.interval_unit == "year", 12), (s.interval_unit == "month", 1)) * s.interval_count
    return agreed(func.coalesce(s.term_months, billed), period)
