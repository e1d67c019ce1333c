"""Contract lines that are in force, and what is agreed in them."""

from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select

from tools.metrics._book import subscriptions
from tools.metrics._counting import Rows
from tools.metrics._period import Period

_s = subscriptions.c


def agreed(value: ColumnElement[Any], period: Period) -> Rows:
    """A number of each contract line that is in force at the end of the period and has one; no repeat purchases."""
    rows = select(
        _s.account_id, _s.subscription_id, _s.product, _s.plan, value.label("part"), literal(1).label("whole")
    )
    runs = (_s.started_on < period.end, or_(_s.ended_on.is_(None), _s.ended_on >= period.end), _s.kind != "repeat")
    return rows.where(*runs, value.is_not(None))
