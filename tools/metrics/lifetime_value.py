"""Lifetime value."""

from collections.abc import Callable
from fractions import Fraction

from tools.metrics._lifetime import MONTHLY, month_of, months_before, present_value
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Composed, Metric, Term, metric, ratio
from tools.metrics.average_revenue_per_account import average_revenue_per_account
from tools.metrics.gross_margin import gross_margin
from tools.metrics.gross_mrr_churn_rate import gross_mrr_churn_rate
from tools.metrics.logo_churn_rate import logo_churn_rate


@metric(unit="money", standard="chartmogul", secret="lifetime")
def lifetime_value(book: Book, period: Period) -> Composed:
    """Lifetime value (simple LTV).

    What an account pays in all if it goes on like the average one: revenue, not margin, and not discounted. The churn
    is the mean of the six months before the one in which the period ends. Not defined where nobody left in them, nor
    while the book is younger.

        LTV = ARPA ÷ monthly customer churn rate, the mean of six months without the current one

    Reference: ChartMogul help 203359061, "Customer lifetime value (LTV)".
    """
    return _of_six_months(period, logo_churn_rate, "chartmogul", ratio)


@lifetime_value.variant("month")
def _month(book: Book, period: Period) -> Composed:
    """ChartMogul's older page: ARPA ÷ customer churn rate of the month in which the period ends."""
    churn = Term(logo_churn_rate, month_of(period), "chartmogul")
    return Composed(
        {"arpa": Term(average_revenue_per_account, period), "churn": churn}, lambda arpa, churn: ratio(arpa, churn)
    )


@lifetime_value.variant("revenue_churn")
def _revenue_churn(book: Book, period: Period) -> Composed:
    """ARPA ÷ gross MRR churn rate instead of customer churn, the mean of the same six months. Common usage."""
    return _of_six_months(period, gross_mrr_churn_rate, None, ratio)


@lifetime_value.variant("gross_margin")
def _gross_margin(book: Book, period: Period) -> Composed:
    """Finmark and most finance sources: ARPA × gross margin ÷ customer churn rate; the margin of the twelve months to
    the end of the period.
    """
    return _of_six_months(
        period, logo_churn_rate, "chartmogul", lambda arpa, churn, margin: ratio(arpa * margin, churn),
        margin=_margin(period),
    )  # fmt: skip


@lifetime_value.variant("discounted")
def _discounted(book: Book, period: Period) -> Composed:
    """Present value at 1% a month, first margin in a month: margin × retention ÷ (1 + 1% − retention)."""
    return _of_six_months(
        period, logo_churn_rate, "chartmogul",
        lambda arpa, churn, margin: present_value(arpa * margin, 1 - churn, MONTHLY), margin=_margin(period),
    )  # fmt: skip


def _margin(period: Period) -> Term:
    return Term(gross_margin, period.trailing_year())


def _of_six_months(
    period: Period, churn_rate: Metric, variant: str | None, formula: Callable[..., Fraction | None], **more: Term
) -> Composed:
    """A formula over ARPA, the mean churn of six months as `churn`, and what else it needs."""
    months = {f"churn_{n}": Term(churn_rate, month, variant) for n, month in enumerate(months_before(period), 1)}

    def with_mean(arpa: Fraction, **values: Fraction) -> Fraction | None:
        churn = sum((values.pop(name) for name in months), Fraction(0)) / len(months)
        return formula(arpa, churn, **values)

    return Composed({"arpa": Term(average_revenue_per_account, period), **months, **more}, with_mean)
