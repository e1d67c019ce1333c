"""What a measured improvement is worth in hours and money: only with assumptions that somebody states."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from unicodedata import combining, normalize

from tools._answer import Cell, Column, Table
from tools._goals import Goal
from tools._phrase import Phrase, phrase
from tools.metrics import Money
from tools.metrics._cells import fold

HOURS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "hora", "horas"), Fraction(1)),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "minuto", "minutos"), Fraction(1, 60)),
}
"""Hours in one of a goal's unit."""
_SIGNS = {"r$": "BRL", "reais": "BRL", "brl": "BRL", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD",
          "dolares": "USD", "eur": "EUR", "euro": "EUR", "euros": "EUR", "€": "EUR"}  # fmt: skip
_NUMBER = r"(?P<number>\d[\d.,]*)"
_BEFORE, _AFTER = r"(?P<before>r\$|us\$|brl|usd|eur|€)?", r"(?P<after>reais|brl|usd|dollars?|dolares|eur|euros?|€)?"
_RATE = re.compile(rf"{_BEFORE}\s*{_NUMBER}\s*{_AFTER}\s*(?:per|an|a|por|/)\s*(?:hour|hora|h)\b")
_CASES = re.compile(rf"{_NUMBER}\s+[^\W\d]+(?:\s+[^\W\d]+)??\s+(?:per|a|each|every|por|ao)\s+(?:month|mes)\b")


@dataclass(frozen=True)
class Assumed:
    """What somebody says and the book does not know: cases a month, and what an hour costs."""

    cases: Fraction | None = None
    rate: Money | None = None


def assumed(said: str | None, currency: str) -> Assumed:
    """The assumptions that words state: “200 approvals a month at R$ 60 an hour”; without a sign, in `currency`."""
    words = _plain(said or "")
    cases, rate = _CASES.search(words), _RATE.search(words)
    return Assumed(_number(cases["number"]) if cases else None, _money(rate, currency) if rate else None)


@dataclass(frozen=True)
class Worth:
    """Hours saved on one goal, per case, and with the assumptions also a month and in money."""

    goal: Goal
    assumed: Assumed

    @property
    def per_case(self) -> Fraction:
        """Hours that a case takes less than at the start."""
        assert self.goal.moved is not None
        return -Fraction(self.goal.moved.value or 0) * HOURS[fold(self.goal.recorded.unit)]

    @property
    def hours(self) -> Fraction | None:
        return None if self.assumed.cases is None else self.per_case * self.assumed.cases

    @property
    def money(self) -> Money | None:
        if self.hours is None or self.assumed.rate is None:
            return None
        return Money(round(self.hours * self.assumed.rate.minor), self.assumed.rate.currency)

    def table(self) -> Table:
        """The formula line by line, each with where its number comes from."""
        recorded, said = phrase("the goal as recorded"), phrase("assumption, stated in the question")
        rows: list[tuple[Cell, ...]] = [
            (phrase("At the start, in {unit}", unit=self.goal.unit), self.goal.baseline, recorded),
            (phrase("Now, in {unit}", unit=self.goal.unit), self.goal.now, recorded),
            (phrase("= hours less per case"), _shown(self.per_case), phrase("start − now")),
        ]
        if self.hours is not None:
            rows += [
                (phrase("× cases a month"), _shown(self.assumed.cases), said),
                (phrase("= hours a month"), _shown(self.hours), phrase("hours less per case × cases")),
            ]
        if self.money is not None:
            rows += [
                (phrase("× value of an hour"), self.assumed.rate, said),
                (phrase("= money a month"), self.money, phrase("hours × value of an hour")),
            ]
        columns = (Column(phrase("Step")), Column(phrase("Value"), numeric=True), Column(phrase("Where from")))
        return Table(phrase("Worked out: {goal}", goal=self.goal.name), columns, tuple(rows))

    def missing(self) -> Iterator[Phrase]:
        """What keeps it from hours a month and money."""
        if self.assumed.cases is None:
            yield phrase("how many cases there are a month")
        if self.assumed.rate is None:
            yield phrase("what an hour is worth")


def worths(goals: Sequence[Goal], assumptions: Assumed) -> tuple[Worth, ...]:
    """Of the goals that are hours to be saved and of which some were."""
    return tuple(Worth(goal, assumptions) for goal in goals if _saves_hours(goal))


def _saves_hours(goal: Goal) -> bool:
    if fold(goal.recorded.unit or "") not in HOURS or not goal.improved:
        return False
    return goal.moved is not None and (goal.moved.value or 0) < 0


def _plain(text: str) -> str:
    """Without accents and capitals; commas, points and signs stay."""
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def _shown(value: Fraction | None) -> int | Fraction | None:
    """Whole numbers without decimals."""
    return int(value) if value is not None and value.denominator == 1 else value


def _money(found: re.Match[str], currency: str) -> Money:
    sign = found["before"] or found["after"]
    return Money(round(_number(found["number"]) * 100), _SIGNS[sign] if sign else currency)


def _number(text: str) -> Fraction:
    """A number as people write it in either language: the last separator is decimal if at most two digits follow."""
    whole, separator, decimals = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", text.rstrip(".,")).groups()  # type: ignore[union-attr]
    digits = re.sub(r"[.,]", "", whole)
    return Fraction(f"{digits}.{decimals}" if separator else digits)
