"""What accounts decided in a period: whom there is to ask why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from sqlalchemy import func, literal, or_, select, union_all

from tools.metrics._book import accounts, exits, mrr_movements, subscriptions, touches
from tools.metrics._fates import fates_of
from tools.metrics._figure import Source
from tools.metrics._opening import Book
from tools.metrics._period import Period
from tools.metrics._query import Where, limited_to, read
from tools.metrics._terms import decisions

Decided = Literal["churned", "won", "contracted", "renewed", "lost"]
DECIDED: tuple[Decided, ...] = get_args(Decided)
"""An account has one outcome: the first of these that is true of it. `won`: it began to pay, or came back, and pays at
the end; `churned`: it paid and no longer does; `contracted`: it pays less for something; `renewed`: a term ended and it
went on; `lost`: it never paid, and its exit was recorded or its trial ended."""
_FATES: dict[str, Decided] = {
    "left": "churned", "joined_and_left": "churned", "returned_and_left": "churned",
    "joined": "won", "joined_left_and_returned": "won", "returned": "won", "returned_left_and_returned": "won",
    "shrank": "contracted", "grew_and_shrank": "contracted",
}  # fmt: skip


@dataclass(frozen=True)
class Concluded:
    """An account that decided something in a period."""

    account_id: str
    name: str
    segment: str | None
    owner: str | None
    outcome: Decided


def concluded(book: Book, period: Period, where: Where) -> tuple[list[Concluded], Source]:
    """Every account with an outcome in the period, by id; those of which nothing is to be said are in no row."""
    fates, renewals = fates_of(period).c, decisions(book, period).c
    ranked = union_all(
        *(
            select(fates.account_id, literal(DECIDED.index(outcome)).label("place")).where(fates.fate == fate)
            for fate, outcome in _FATES.items()
        ),
        select(renewals.account_id, literal(DECIDED.index("renewed"))).where(renewals.renewed == 1),
        *_lost(period),
    ).subquery("ranked")
    first = select(ranked.c.account_id, func.min(ranked.c.place).label("place")).group_by(ranked.c.account_id)
    each, a = first.subquery("first"), accounts.c
    rows = select(each.c.account_id, each.c.place, a.name, a.segment, a.owner)
    joined = rows.join_from(each, accounts, a.account_id == each.c.account_id).order_by(each.c.account_id)
    found, source = read(book, joined.where(*limited_to(where, each, period.last_day)))
    return [Concluded(r.account_id, r.name, r.segment, r.owner, DECIDED[r.place]) for r in found], source


def _lost(period: Period) -> list[Any]:
    """Accounts that had never paid by the end of the period, by why we know that they will not."""
    paid = select(mrr_movements.c.account_id).where(mrr_movements.c.on_day < period.end)
    place = literal(DECIDED.index("lost"))
    e, s = exits.c, subscriptions.c
    recorded = select(e.account_id, place).where(e.on_day >= period.start, e.on_day < period.end)
    trials = select(s.account_id, place).where(s.ended_on >= period.start, s.ended_on < period.end)
    return [recorded.where(e.account_id.not_in(paid)), trials.where(s.account_id.not_in(paid))]


def touches_that_say(book: Book, teams: Sequence[str], words: Sequence[str], until: date) -> Sequence[Any]:
    """Touches of these teams, and those whose channel or note holds one of the words, up to a day (as in `touches`)."""
    t = touches.c
    said = (func.lower(column).like(f"%{word}%") for column in (t.note, t.channel) for word in words)
    found = select(touches).where(or_(func.lower(t.team).in_(teams), *said), t.on_day <= until)
    return read(book, found.order_by(t.on_day, t.touch_id))[0]
