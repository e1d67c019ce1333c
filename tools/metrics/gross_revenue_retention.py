"""Gross revenue retention."""

from tools.metrics._flows import cohort, flows
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where
from tools.metrics._registry import Measured, metric, ratio


@metric(unit="percent")
def gross_revenue_retention(book: Book, period: Period, where: Where) -> Measured:
    """Gross revenue retention (GRR).

    Of the MRR with which the period opened, the share those same accounts still pay at its end, each held to what
    it paid at the start: it never exceeds 100%. An account that stopped paying in between is lost.

        GRR = Σ min(MRR at start, MRR at end) of accounts paying at start ÷ MRR at start

    Reference: SaaS Metrics Standards Board, "Gross revenue retention".
    """
    found = cohort(book, period, where)
    return ratio(found.capped, found.opening), found.source


@gross_revenue_retention.variant("flow")
def _flow(book: Book, period: Period, where: Where) -> Measured:
    """By flows: (start − contraction − churn) ÷ start. Losses of accounts that joined after the start count too."""
    found = flows(book, period, where)
    return ratio(found.start + found.movements["contraction"] + found.movements["churn"], found.start), found.source
