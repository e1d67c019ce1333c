"""Earlier answers, as far as they may be seen from where a question is asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, case, func, select

from bot.question import Place
from bot.store import aware, exact
from bot.tables import figures, questions
from tools import Said
from tools.metrics import Figure, Period, Source

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class ShownAt:
    """What was shown to the workspace of a place; in the terminal, whose user holds the store, everything."""

    engine: Engine
    place: Place
    timezone: str = "UTC"
    """In which a day begins and ends."""

    def figure(self, figure_id: str) -> Figure | None:
        return self._last_said(*self._visible(), figures.c.id == figure_id)

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        this = figures.c.question == (answer or self._last_answer())
        query = select(figures).join(questions).where(*self._visible(), this).order_by(figures.c.position)
        with self.engine.connect() as connection:
            return tuple(map(_figure, connection.execute(query)))

    def said(self, asked: Sequence[Figure]) -> Mapping[str, Said]:
        with self.engine.connect() as connection:
            rows = connection.execute(self._last_of_each(asked)).all()
        found = {_sameness(_figure(row)): Said(_figure(row), self._day(row.asked_at)) for row in rows}
        return {figure.id: found[_sameness(figure)] for figure in asked if _sameness(figure) in found}

    def _last_of_each(self, asked: Sequence[Figure]) -> Select[Any]:
        f, q = figures.c, questions.c
        same = (f.metric, f.version, f.variant, f.currency, f.period, f.segment)
        elsewhere = case((and_(*self._in_this_channel()), 0), else_=1)
        place = func.row_number().over(partition_by=same, order_by=(elsewhere, q.asked_at.desc())).label("place")
        told = (
            select(figures, q.asked_at, place)
            .join(questions)
            .where(*self._visible(), f.metric.in_({each.metric for each in asked}))
            .where(f.period.in_({str(each.period) for each in asked}))
            .subquery()
        )
        return select(told).where(told.c.place == 1)

    def _day(self, moment: datetime) -> date:
        return aware(moment).astimezone(ZoneInfo(self.timezone)).date()

    def _last_said(self, *conditions: Condition) -> Figure | None:
        query = select(figures).join(questions).where(*conditions).order_by(questions.c.asked_at.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return _figure(row) if row else None

    def _last_answer(self) -> str | None:
        """The last answer with figures in this conversation: a thread, but in a direct message all of it."""
        here = self._in_this_channel()
        if self.place.kind != "dm":
            here = (*here, questions.c.conversation == self.place.conversation)
        query = select(figures.c.question).join(questions).where(*here).order_by(questions.c.asked_at.desc()).limit(1)
        with self.engine.connect() as connection:
            return connection.execute(query).scalar()

    def _visible(self) -> tuple[Condition, ...]:
        return () if self.place.kind == "terminal" else (questions.c.team == self.place.team,)

    def _in_this_channel(self) -> tuple[Condition, ...]:
        return questions.c.team == self.place.team, questions.c.channel == self.place.channel


def _figure(row: Row[Any]) -> Figure:
    """The figure as it was shown: it has the same id again."""
    source = Source(row.sql, json.loads(row.parameters), row.row_count, date.fromisoformat(row.as_of))
    return Figure(
        row.metric, row.version, row.variant, _number(row.value), row.unit, Period.parse(row.period), source,
        row.currency, json.loads(row.segment),
    )  # fmt: skip


def _sameness(figure: Figure) -> tuple[Any, ...]:
    """What two figures have in common that speak of the same thing."""
    where = exact(dict(figure.segment))
    return figure.metric, figure.version, figure.variant, figure.currency, str(figure.period), where


def _number(written: str | None) -> int | Fraction | None:
    if written is None:
        return None
    return Fraction(written) if "/" in written else int(written)
