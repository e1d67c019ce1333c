"""Customer acquisition cost."""

from sqlalchemy import and_

from tools.metrics._book import costs
from tools.metrics._flows import flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio
from tools.metrics._spending import spent


@metric(unit="money")
def customer_acquisition_cost(book: Book, period: Period, where: Where) -> Measured:
    """Customer acquisition cost (CAC).

    What was spent to win customers, over the customers won for the first time in the same period; accounts won back do
    not count. It holds what the book calls acquisition: what the company loads as such, ads only or fully loaded.

        CAC = acquisition costs of the period ÷ new accounts of the period

    Reference: common usage (no single authority); article 002 adds discounts, travel and offers to the costs.
    """
    c = costs.c
    within = and_(c.on_day >= period.start, c.on_day < period.end)
    part, _, source = spent(book, costs, within, c.kind == "acquisition", where)
    return ratio(part, flows(book, period, where).accounts["new"]), source
