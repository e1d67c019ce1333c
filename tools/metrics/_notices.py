"""Cancellations: when they became known, and which of them leave the account paying."""

from sqlalchemy import Subquery, and_, case, func, select

from tools.metrics._book import mrr_movements, mrr_steps, subscriptions
from tools.metrics._dates import month_of
from tools.metrics._flows import Category, movements
from tools.metrics._ledger import MRR_KINDS
from tools.metrics._period import Period
from tools.metrics._registry import Rows

_m, _s = mrr_movements.c, subscriptions.c


def noticed_churn() -> Subquery:
    """Every churn of the ledger, those to come included, with `told_on`: the day on which it was known that the last
    of the contracts ending then would end. Of a pause, and of an end without notice, it is the day itself.
    """
    ending = and_(_s.account_id == _m.account_id, _s.ended_on == _m.on_day, _s.kind.in_(MRR_KINDS))
    known = func.max(func.coalesce(_s.cancelled_on, _s.ended_on))
    told_on = case((known < _m.on_day, known), else_=_m.on_day).label("told_on")
    columns = (_m.account_id, _m.on_day, _m.amount_minor)
    churn = select(*columns, told_on).join_from(mrr_movements, subscriptions, ending, isouter=True)
    return churn.where(_m.category == "churn").group_by(*columns).subquery("noticed")


def contractions(period: Period) -> Subquery:
    """The contractions of a period, each as `cancelled` (by contracts ending that day) plus `reduced` (the rest)."""
    whole, ended = movements(period, "contraction").subquery("contractions"), _ended_lines()
    that_day = and_(ended.c.account_id == whole.c.account_id, ended.c.on_day == whole.c.on_day)
    lost = func.coalesce(ended.c.amount_minor, 0)
    cancelled = case((lost < whole.c.part, whole.c.part), else_=lost)
    rows = select(
        whole.c.account_id, whole.c.on_day, cancelled.label("cancelled"), (whole.c.part - cancelled).label("reduced")
    )
    return rows.join_from(whole, ended, that_day, isouter=True).subquery("contracted")


def within_another_month(rows: Rows, category: Category) -> Rows:
    """Rows of the ledger without those whose account has a movement of this category in the same calendar month."""
    each, other = rows.subquery("each"), mrr_movements.alias("other")
    same_month = month_of(other.c.on_day) == month_of(each.c.on_day)
    met = select(other.c.account_id).where(
        other.c.account_id == each.c.account_id, other.c.category == category, same_month
    )
    return select(*each.c).where(~met.exists())


def _ended_lines() -> Subquery:
    """MRR that contract lines took with them on the day on which they ended, per account and day."""
    p = mrr_steps.c
    on_end = and_(_s.subscription_id == p.subscription_id, _s.ended_on == p.on_day)
    lost: Rows = select(p.account_id, p.on_day, func.sum(p.amount_minor).label("amount_minor"))
    return lost.join_from(mrr_steps, subscriptions, on_end).group_by(p.account_id, p.on_day).subquery("ended")
