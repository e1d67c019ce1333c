"""Renewal rate."""

from sqlalchemy import case, literal, select

from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric
from tools.metrics._terms import decisions


@metric(unit="percent")
def renewal_rate(book: Book, period: Period) -> Rows:
    """Renewal rate.

    Of the contracts whose term ended in the period, the share still paid 30 days later, as they were or by a contract
    of the same product that took their place. Only contracts with a decision to take count: those of a quarter or
    longer. One broken off before its term counts as not renewed on the day it ends; one that ended without notice
    counts once its 30 days are over.

        Renewal rate = contracts renewed ÷ contracts whose term ended in the period

    Reference: common usage (BigDelta, MetricKit); SaaSGrid prints the ratio upside down, expiring ÷ renewed.
    """
    each = decisions(book, period).c
    return select(*each, each.renewed.label("part"), literal(1).label("whole"))


@renewal_rate.variant("value", of_money=True)
def _value(book: Book, period: Period) -> Rows:
    """Renewed value ÷ expiring value: the MRR that those contracts bring in 30 days later over what they brought in on
    their last day. A smaller contract counts as less, a larger one as more, so it may exceed 100%.
    """
    each = decisions(book, period).c
    return select(*each, each.kept.label("part"), each.expiring.label("whole"))


@renewal_rate.variant("value_capped", of_money=True)
def _value_capped(book: Book, period: Period) -> Rows:
    """By value, each contract held to what expired: what is sold on top at the renewal hides no loss."""
    each = decisions(book, period).c
    kept = case((each.kept > each.expiring, each.expiring), else_=each.kept)
    return select(*each, kept.label("part"), each.expiring.label("whole"))


@renewal_rate.variant("manual")
def _manual(book: Book, period: Period) -> Rows:
    """Only contracts that somebody has to renew: those that renew by themselves, or of which that is not known, are
    left out, as their customers may simply not have looked.
    """
    each = decisions(book, period).c
    return select(*each, each.renewed.label("part"), literal(1).label("whole")).where(each.auto_renew.is_(False))
