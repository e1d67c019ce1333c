"""Customer acquisition cost."""

from sqlalchemy import literal, select, union_all

from tools.metrics._book import costs
from tools.metrics._flows import movements
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Definition, Rows, metric
from tools.metrics._spending import in_one_currency


@metric(unit="money", version=2, secret="lifetime")
def customer_acquisition_cost(book: Book, period: Period) -> Rows:
    """Customer acquisition cost (CAC).

    What was spent to win customers, over the customers won for the first time in the same period; accounts won back do
    not count. It holds what the book calls acquisition: what the company loads as such, ads only or fully loaded. Not
    defined where the book holds no such costs in the period (version 1 gave 0). Costs of no single account are left out
    where accounts are picked or grouped.

        CAC = acquisition costs of the period ÷ new accounts of the period

    Reference: common usage (no single authority); article 002 adds discounts, travel and offers to the costs.
    """
    return _per_account(book, period, movements(period, "new"))


@customer_acquisition_cost.variant("with_win_backs")
def _with_win_backs(book: Book, period: Period) -> Rows:
    """Accounts won back count as won too: the same costs over more accounts."""
    return _per_account(book, period, movements(period, "new", "reactivation"))


@customer_acquisition_cost.variant("costs_of_the_period_before")
def _costs_of_the_period_before(book: Book, period: Period) -> Rows:
    """With a lag between spending and winning: what was spent in the period before over those won in this one."""
    return _per_account(book, period.previous(), movements(period, "new"))


@customer_acquisition_cost.cut("booked")
def _booked(_: str) -> Definition:
    """What was spent on the very accounts, since ever, and not divided: the costs that are booked on them."""
    return _on_accounts


def _on_accounts(book: Book, period: Period) -> Rows:
    c = in_one_currency(book, costs, "on_day").c
    spent = select(c.account_id, c.on_day, c.cost_id.label("item"), c.reporting_minor.label("part"))
    return spent.where(c.kind == "acquisition", c.on_day < period.end, c.account_id.is_not(None))


def _per_account(book: Book, spending: Period, winning: Rows) -> Rows:
    """The acquisition costs of a period, over accounts won."""
    c, won = in_one_currency(book, costs, "on_day").c, winning.subquery("won").c
    acquisition = (c.kind == "acquisition", c.on_day >= spending.start, c.on_day < spending.end)
    spent = select(c.account_id, c.cost_id.label("item"), c.reporting_minor.label("part"), literal(0).label("whole"))
    known = select(c.cost_id).where(*acquisition).exists()
    new = select(won.account_id, literal("new account"), literal(0), literal(1)).where(known)
    rows = union_all(spent.where(*acquisition), new).subquery("spent_and_won")
    return select(*rows.c)
