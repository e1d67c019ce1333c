"""Churned MRR."""

from sqlalchemy import select, union_all

from tools.metrics._flows import movements
from tools.metrics._notices import contractions, noticed_churn, within_another_month
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric


@metric(unit="money")
def churned_mrr(book: Book, period: Period) -> Rows:
    """Churned MRR.

    MRR lost on the day on which an account's last paid contract ends or pauses. A cancellation known today that takes
    effect later is counted when it takes effect. Given as a negative amount.

        Churned MRR = Σ MRR of accounts on the day on which they stop paying

    Reference: ChartMogul help 201244842, "Churned MRR".
    """
    return movements(period, "churn")


@churned_mrr.variant("notice")
def _notice(book: Book, period: Period) -> Rows:
    """Stripe and others: counted on the day the cancellation became known, not on the day it takes effect.
    Cancellations still to come are in it; an end without notice counts when it comes.
    """
    churn = noticed_churn().c
    rows = select(churn.account_id, churn.on_day, churn.told_on, churn.amount_minor.label("part"))
    return rows.where(churn.told_on >= period.start, churn.told_on < period.end)


@churned_mrr.variant("with_ended_contracts")
def _with_ended_contracts(book: Book, period: Period) -> Rows:
    """Stripe: a cancelled subscription is churn, also of an account that keeps another one. What it adds, contraction
    has less.
    """
    lost, ended = movements(period, "churn").subquery("lost").c, contractions(period).c
    dropped = select(ended.account_id, ended.on_day, ended.cancelled).where(ended.cancelled != 0)
    rows = union_all(select(lost.account_id, lost.on_day, lost.part), dropped).subquery("lost_and_dropped")
    return select(*rows.c)


@churned_mrr.variant("profitwell")
def _profitwell(book: Book, period: Period) -> Rows:
    """ProfitWell: who signs up and leaves again within one calendar month counts neither as new nor as churned."""
    return within_another_month(movements(period, "churn"), "new")
