"""Earlier answers, as far as they may be seen from where a question is asked."""

import json
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, select

from bot.question import Place
from bot.store import exact
from bot.tables import figures, questions
from tools.metrics import Figure, Period, Source, Where, all_metrics

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class ShownAt:
    """What was shown to the workspace of a place; in the terminal, whose user holds the store, everything."""

    engine: Engine
    place: Place

    def figure(self, figure_id: str) -> Figure | None:
        return self._last_said(*self._visible(), figures.c.id == figure_id)

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        this = figures.c.question == (answer or self._last_answer())
        query = select(figures).join(questions).where(*self._visible(), this).order_by(figures.c.position)
        with self.engine.connect() as connection:
            return tuple(map(_figure, connection.execute(query)))

    def latest(self, metric: str, period: Period, where: Where, variant: str | None = None) -> Figure | None:
        return self._last_said(
            *self._in_this_channel(),
            figures.c.metric == metric,
            figures.c.period == str(period),
            figures.c.segment == exact(dict(where)),
            figures.c.variant == (variant or all_metrics()[metric].standard),
        )

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


def _number(written: str | None) -> int | Fraction | None:
    if written is None:
        return None
    return Fraction(written) if "/" in written else int(written)
