"""How long accounts are expected to stay: by what became of accounts like them, and by the risk that they show.

Like an account are those of its segment that commit themselves for as long at a time. What is known of a few is drawn
towards what is known of all, so that three accounts without a loss do not promise eternity.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from sqlalchemy import and_, case, func, or_, select

from tools.metrics._backtest import Backtest
from tools.metrics._book import accounts, mrr_movements, subscriptions
from tools.metrics._ledger import MRR_KINDS
from tools.metrics._query import Reader

Term = Literal["month", "quarter", "year"]
Kind = tuple[str | None, Term | None]
"""Segment, and how long accounts commit themselves at a time: below three months, below a year, longer."""
WINDOW = timedelta(days=730)
"""How far back it is looked what became of accounts."""
MONTH = Fraction(36525, 1200)
"""Days of an average month."""
DRAWN = 120
"""Account-months of all accounts that are added to what is known of a kind: ten accounts for a year."""
FLAGGED_FOR = 3
"""Months for which today's signs of risk say something; so far ahead the backtest looked."""
TOLD_FOR = 6
"""Months for which the risk model tells a chance to be lost."""
HORIZON = 120
"""Months beyond which no expectation is told: ten years."""
Stints = Sequence[tuple[date, date | None]]


@dataclass(frozen=True)
class Rate:
    """What became of accounts of one kind: how many left in so many account-months."""

    lost: int
    months: Fraction
    monthly: Fraction
    """Chance to leave within a month, drawn towards that of all."""


@dataclass(frozen=True)
class Rates:
    """Chances to leave by kind, and how many times likelier flagged and other accounts left than all did."""

    all: Rate
    by_kind: Mapping[Kind, Rate] = field(hash=False)
    flagged: Fraction = Fraction(1)
    others: Fraction = Fraction(1)

    def of(self, kind: Kind) -> Rate:
        return self.by_kind.get(kind, self.all)


@dataclass(frozen=True)
class Staying:
    """How long an account is expected to stay, and on what that is based."""

    kind: Kind
    rate: Rate
    year: Fraction
    """Chance to be a customer a year from now, in whole basis points."""
    months: int
    """Expected months from now on, at most `HORIZON`."""
    flagged: bool = False
    leaving_on: date | None = None
    chance: float | None = None
    """Of being lost within `TOLD_FOR` months, where the risk model tells it."""


def paying_stints(reader: Reader, day: date) -> Mapping[str, Stints]:
    """From when to when each account paid, as known at the end of a day; None: it pays then."""
    m = mrr_movements.c
    turns = select(m.account_id, m.on_day, m.category).where(m.category.in_(("new", "reactivation", "churn")))
    found: dict[str, list[tuple[date, date | None]]] = {}
    order = (m.account_id, m.on_day, case((m.category == "churn", 0), else_=1))
    for row in reader.rows(turns.where(m.on_day <= day).order_by(*order)):
        stints = found.setdefault(row.account_id, [])
        if row.category != "churn":
            stints.append((row.on_day, None))
        elif stints:
            stints[-1] = (stints[-1][0], row.on_day)
    return found


def kinds(reader: Reader, day: date) -> Mapping[str, Kind]:
    """Of which kind each account is that ever paid: by its longest contract in force, else of those before."""
    s = subscriptions.c
    months = case((s.interval_unit == "year", 12 * s.interval_count), (s.interval_unit == "month", s.interval_count))
    term = func.coalesce(s.term_months, months, 1)
    in_force = or_(s.ended_on.is_(None), s.ended_on > day)
    longest = func.max(case((in_force, term)))
    ever = func.max(term)
    lines = select(s.account_id, accounts.c.segment, func.coalesce(longest, ever).label("term")).join_from(
        subscriptions, accounts, accounts.c.account_id == s.account_id
    )
    known = lines.where(and_(s.kind.in_(MRR_KINDS), s.started_on <= day)).group_by(s.account_id, accounts.c.segment)
    return {row.account_id: (row.segment, _band(int(row.term))) for row in reader.rows(known)}


def rates(stints: Mapping[str, Stints], of_kind: Mapping[str, Kind], day: date, test: Backtest | None) -> Rates:
    """What became of accounts in the two years up to a day; `test`: how well signs of risk told it."""
    lost: Counter[Kind] = Counter()
    days: Counter[Kind] = Counter()
    for account, spans in stints.items():
        kind = of_kind.get(account, (None, None))
        for start, end in spans:
            since = max(start, day - WINDOW)
            days[kind] += max(0, ((end or day) - since).days)
            lost[kind] += end is not None and end > day - WINDOW
    everyone = _rate(sum(lost.values()), sum(days.values()), None)
    by_kind = {kind: _rate(lost[kind], days[kind], everyone.monthly) for kind in days}
    return Rates(everyone, by_kind, *_likelier(test))


def staying(
    kind: Kind, known: Rates, flagged: bool, leaving_on: date | None, day: date, chance: float | None = None
) -> Staying:
    """How long an account of this kind stays that is flagged at risk or not, or whose cancellation is known; `chance`:
    of being lost within half a year, as the risk model tells it of this very account."""
    rate = known.of(kind)
    if leaving_on:
        months = int(Fraction((leaving_on - day).days) / MONTH)
        stays = Fraction(int(leaving_on > day + timedelta(days=365)))
        return Staying(kind, rate, stays, months, flagged, leaving_on)
    now, soon = (
        1 - float(min(Fraction(9, 10), rate.monthly * (known.flagged if flagged else known.others))),
        FLAGGED_FOR,
    )
    if chance is not None:
        now, soon = (1 - min(chance, 0.99)) ** (1 / TOLD_FOR), TOLD_FOR
    later = 1 - float(rate.monthly)
    year = now**soon * later ** (12 - soon)
    first = sum(now**month for month in range(1, soon + 1))
    rest = now**soon * sum(later**month for month in range(1, HORIZON - soon + 1))
    return Staying(kind, rate, Fraction(round(year * 10_000), 10_000), round(first + rest), flagged, None, chance)


def _band(months: int) -> Term:
    return "month" if months < 3 else "quarter" if months < 12 else "year"


def _rate(lost: int, days: int, drawn_to: Fraction | None) -> Rate:
    months = Fraction(days) / MONTH
    if drawn_to is None:
        return Rate(lost, months, Fraction(lost) / months if months else Fraction(0))
    return Rate(lost, months, (lost + DRAWN * drawn_to) / (months + DRAWN))


def _likelier(test: Backtest | None) -> tuple[Fraction, Fraction]:
    """How many times likelier those flagged and the others left than any; nothing is told where too few left."""
    if test is None or not test.flagged or not test.lost or test.flagged == test.judged:
        return Fraction(1), Fraction(1)
    base = Fraction(test.lost, test.judged)
    others = Fraction(test.lost - test.flagged_lost, test.judged - test.flagged)
    return Fraction(test.flagged_lost, test.flagged) / base, others / base


def total(stints: Iterable[tuple[date, date | None]], day: date) -> int:
    """Days paid for, up to a day."""
    return sum(((end or day) - start).days for start, end in stints)
