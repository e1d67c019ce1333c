"""Which paying accounts are most like one: by size, segment, tenure, MRR and usage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log1p, sqrt
from statistics import fmean, pstdev
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, cast, func, select

from tools.metrics._book import accounts, mrr_movements, usage
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._query import Reader

Feature = Literal["employees", "tenure", "mrr", "usage"]
FEATURES: tuple[Feature, ...] = get_args(Feature)
"""People working there, months since it first paid, MRR, and events in the 28 days to the last report."""
OTHER_SEGMENT = 1.0
"""How far apart two segments are: as far as one standard deviation of a number."""
WINDOW = timedelta(days=28)


@dataclass(frozen=True)
class Peer:
    """An account and how far it is away. `known`: the features that were compared, the segment too."""

    account_id: str
    name: str
    segment: str | None
    distance: float
    known: tuple[str, ...]


@dataclass(frozen=True)
class Described:
    """An account as it is compared: what is not known of it is absent from `features`."""

    account_id: str
    name: str
    segment: str | None
    features: Mapping[str, float]


def described(book: Book, day: date) -> tuple[dict[str, Described], Source]:
    """Every account that pays at the end of a day, by id."""
    reader = Reader(book)
    used = _used(reader, day)
    found = {row.account_id: _describe(row, used.get(row.account_id), day) for row in reader.rows(_paying(day))}
    return found, reader.source


def peers(book: Book, account_id: str, day: date, k: int) -> tuple[list[Peer], int, Source]:
    """The `k` nearest to an account, the nearest first, and how many there were to choose from; none where it does not
    pay.

    Numbers are compared by their logarithms in units of their spread over all; the distance is the root mean square
    over what is known of both, so that a missing number neither helps nor hurts.
    """
    found, source = described(book, day)
    if account_id not in found:
        return [], 0, source
    spreads = _spreads(list(found.values()))
    one = found.pop(account_id)
    near = sorted((_apart(one, other, spreads) for other in found.values()), key=lambda p: (p.distance, p.account_id))
    return near[:k], len(near), source


def _paying(day: date) -> Any:
    a, m = accounts.c, mrr_movements.c
    total = cast(func.sum(m.amount_minor), BigInteger)
    columns = (a.account_id, a.name, a.segment, a.employees)
    rows = select(*columns, total.label("mrr"), func.min(m.on_day).label("since"))
    joined = rows.join_from(accounts, mrr_movements, m.account_id == a.account_id).where(m.on_day <= day)
    return joined.group_by(*columns).having(total > 0)


def _used(reader: Reader, day: date) -> dict[str, float]:
    """Events in the 28 days to the latest report, by account."""
    u = usage.c
    latest = reader.rows(select(func.max(u.on_day).label("day")).where(u.on_day <= day))[0].day
    if latest is None:
        return {}
    rows = select(u.account_id, func.sum(u.events).label("events"))
    recent = rows.where(u.on_day <= latest, u.on_day > latest - WINDOW).group_by(u.account_id)
    return {row.account_id: float(row.events) for row in reader.rows(recent)}


def _describe(row: Any, events: float | None, day: date) -> Described:
    told = {
        "employees": row.employees, "tenure": (day - row.since).days / 30, "mrr": float(row.mrr) / 100, "usage": events,
    }  # fmt: skip
    known = {name: log1p(value) for name, value in told.items() if value is not None}
    return Described(row.account_id, row.name, row.segment, known)


def _spreads(all_: Sequence[Described]) -> dict[str, float]:
    values = {name: [each.features[name] for each in all_ if name in each.features] for name in FEATURES}
    return {name: pstdev(known) or 1.0 for name, known in values.items() if known}


def _apart(one: Described, other: Described, spreads: Mapping[str, float]) -> Peer:
    gaps = dict(_gaps(one, other, spreads))
    distance = sqrt(fmean(gap**2 for gap in gaps.values())) if gaps else float("inf")
    return Peer(other.account_id, other.name, other.segment, distance, tuple(gaps))


def _gaps(one: Described, other: Described, spreads: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    if one.segment and other.segment:
        yield "segment", 0.0 if one.segment == other.segment else OTHER_SEGMENT
    for name, spread in spreads.items():
        if name in one.features and name in other.features:
            yield name, (one.features[name] - other.features[name]) / spread
