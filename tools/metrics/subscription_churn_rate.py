"""Subscription churn rate."""

from sqlalchemy import case, func, literal, select

from tools.metrics._book import mrr_steps
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="percent", hides=True)
def subscription_churn_rate(book: Book, period: Period) -> Rows:
    """Subscription churn rate.

    Of the contract lines paid when the period opened, the share that stopped being paid in it, also where their account
    keeps another one. It is not logo churn: an account that drops one of two contracts has contracted, not left.

        Subscription churn = contract lines lost in the period ÷ contract lines paid at its start

    Reference: Stripe, Billing analytics glossary, where a cancelled subscription is churn of the subscription.
    """
    s = mrr_steps.c
    level = func.sum(s.native_minor).over(partition_by=s.subscription_id, order_by=s.on_day)
    levels = select(s.account_id, s.subscription_id, s.on_day, s.native_minor, level.label("level"))
    each = levels.where(s.on_day < period.end).subquery("levels").c
    opening = func.sum(case((each.on_day < period.start, each.native_minor), else_=0))
    stopped = func.max(case((each.on_day < period.start, 0), (each.level == 0, 1), else_=0))
    rows = select(each.account_id, each.subscription_id, stopped.label("part"), literal(1).label("whole"))
    return rows.group_by(each.account_id, each.subscription_id).having(opening > 0)
