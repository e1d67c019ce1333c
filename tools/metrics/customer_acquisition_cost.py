"""Customer acquisition cost."""

from sqlalchemy import literal, select, union_all

from tools.metrics._book import costs
from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._spending import in_one_currency


@metric(unit="money")
def customer_acquisition_cost(book: Book, period: Period) -> Rows:
    """Customer acquisition cost (CAC).

    What was spent to win customers, over the customers won for the first time in the same period; accounts won back do
    not count. It holds what the book calls acquisition: what the company loads as such, ads only or fully loaded.

        CAC = acquisition costs of the period ÷ new accounts of the period

    Reference: common usage (no single authority); article 002 adds discounts, travel and offers to the costs.
    """
    c, won = in_one_currency(book, costs, "on_day").c, movements(period, "new").subquery("won")
    spent = select(c.account_id, c.cost_id.label("item"), c.reporting_minor.label("part"), literal(0).label("whole"))
    spent = spent.where(c.kind == "acquisition", c.on_day >= period.start, c.on_day < period.end)
    new = select(won.c.account_id, literal("new account").label("item"), literal(0), literal(1))
    rows = union_all(spent, new).subquery("spent_and_won")
    return select(*rows.c)
