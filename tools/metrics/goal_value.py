"""Goal value."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, literal, select

from tools.metrics._book import goals
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._registry import Rows, metric

MILLIONTHS = 1_000_000
"""Measures are summed as whole millionths."""
_g = goals.c


@metric(unit="measure", usual="day")
def goal_value(book: Book, period: Period) -> Rows:
    """Goal value.

    Where a customer's goal stands, in the goal's own unit, as last recorded: the book keeps no earlier values. It says
    something of one goal only; over several it is their mean, whatever they are measured in.

        Goal value = Σ recorded values ÷ number of goals that were agreed by the end of the period and are measured

    Reference: this project, table `goals` of the customer book.
    """
    return _recorded(_g.current, period)


@goal_value.variant("baseline")
def _baseline(book: Book, period: Period) -> Rows:
    """Where the goal stood when it was agreed, as recorded then, in place of where it stands now."""
    return _recorded(_g.baseline, period)


@goal_value.variant("target")
def _target(book: Book, period: Period) -> Rows:
    """Where the goal should get, as agreed with the customer, in place of where it stands now."""
    return _recorded(_g.target, period)


def _recorded(value: ColumnElement[Any], period: Period) -> Rows:
    part = cast(func.round(value * MILLIONTHS), BigInteger).label("part")
    named = _g.name.label("goal")  # `name` is the account's
    rows = select(_g.account_id, _g.goal_id, named, _g.unit, part, literal(MILLIONTHS).label("whole"))
    return rows.where(_g.set_on < period.end, value.is_not(None))
