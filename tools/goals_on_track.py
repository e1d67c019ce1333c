"""Customers' business goals: on track, late, behind, or not recorded at all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from tools import (
    ACCOUNT,
    COUNT,
    Answer,
    Cell,
    Choice,
    Column,
    Deps,
    Download,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    phrase,
    phrase_n,
)
from tools._account import read_account
from tools._goals import STATUS, UNITS, Status, goals_of, goals_table, status_of, way_of
from tools._limits import Limits, limited
from tools.metrics import Money, Share, goals_set, rank

ORDER: tuple[Status, ...] = ("overdue", "behind", "late", "on_track", "reached", "unknown")
"""What wants doing first."""
RULE = phrase(
    "The rule is a straight line from the day a goal was agreed to the day it is due. On track: as far as the calendar "
    "or farther; somewhat late: at least half as far; behind: less; not measured: a value or a date is missing."
)
_WANTED = Choice({
    "off": (
        "off track", "behind", "late", "overdue", "not on track", "at risk", "missed", "atrasad*", "fora do prazo",
        "fora do caminho", "fora da meta", "vencid*", "em risco", "nao estao no caminho", "nao no caminho",
        "past due", "past their", "past its", "slipp*", "slip", "won't make it", "not make it", "be missed",
        "out of time", "falling behind", "escorreg*", "nao vao chegar*", "nao vai chegar*", "nao vao ser batid*",
        "estour*", "passaram da data", "pra tras", "para tras", "no atraso", "com atraso",
    ),
    "missing": (
        "without goals", "without a goal", "no goal", "no goals", "missing goals", "sem meta", "sem metas",
        "sem objetivo*", "goals missing", "never agreed", "nunca combin*", "nao tem meta", "faltam", "nao sabemos",
        "lacuna*", "gap", "gaps", "falta meta", "do we not know", "do we know the goals", "never told us",
        "never said", "haven't told", "success criteria", "no objective*", "no target*", "has none", "have none",
        "nobody wrote", "none recorded", "not recorded", "nunca disse*", "nao disse*", "ninguem anotou",
        "sem criterio*", "nao tem criterio", "criterio de sucesso", "criterios de sucesso", "nenhuma meta",
        "meta nenhuma", "metas nenhuma", "nao informa*",
    ),
})  # fmt: skip


class Input(Limits):
    account: Annotated[str | None, ACCOUNT] = Field(default=None, description="Id of one account; empty: all that pay.")
    wanted: Annotated[Literal["off", "missing"] | None, _WANTED] = Field(
        default=None, description="off: only goals that are late, behind or overdue. missing: accounts without goals."
    )
    limit: Annotated[int, COUNT] = Field(default=15, ge=1, le=100, description="How many goals or accounts.")


def goals_on_track(ask: Input, deps: Deps) -> Answer:
    """Tell which customers' business goals are on track, late or behind, by a stated rule, and who has none recorded.

    Use when someone asks whether a customer reaches its goals or is on track, which goals are behind or overdue, or
    which accounts have no goal recorded.
    """
    return _of_account(ask.account, deps) if ask.account else _Everyone(ask, deps).answer()


def _of_account(account_id: str, deps: Deps) -> Answer:
    account = read_account(account_id, deps)
    goals, name = goals_of(account, deps), account.account.name
    steps = NextSteps(
        (phrase("Value case for {account}", account=name), phrase("QBR pack for {account}", account=name))
    )
    subject, about = phrase("Goals of {account}", account=name), frozenset({account_id})
    if not goals:
        said = phrase("No goal of {account} is recorded: a gap to close at the next meeting.", account=name)
        return Answer(subject, said, (Note(RULE), steps), about)
    well = sum(goal.status in ("on_track", "reached") for goal in goals)
    said = phrase("{account}: {well} of {n} goals on track or reached.", account=name, well=well, n=len(goals))
    return Answer(subject, said, (goals_table(goals), Note(RULE), steps), about)


@dataclass(frozen=True)
class _One:
    """A goal of a paying account."""

    row: Any
    status: Status
    mrr: Money
    owner: str | None


class _Everyone:
    """The goals of all paying accounts that match."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.ask, self.deps = ask, deps
        risks = rank(deps.book, deps.today, ask.where).risks
        self.standings = {risk.standing.account_id: risk.standing for risk in risks}
        rows = [row for row in goals_set(deps.book, deps.today) if row.account_id in self.standings]
        self.goals = sorted((self._one(row) for row in rows), key=_urgency)

    def answer(self) -> Answer:
        return Answer(
            limited(phrase("Goals on track"), self.ask.where),
            self._headline(),
            (*self._parts(), NextSteps(self._next())),
            listed=self._listed,
        )

    def _headline(self) -> Phrase:
        off = sum(each.status in ("late", "behind", "overdue") for each in self.goals)
        return phrase(
            "{well} of {n} goals are on track or reached, {off} are not; {missing} of {all} accounts have none "
            "recorded.",
            well=sum(each.status in ("on_track", "reached") for each in self.goals), n=len(self.goals), off=off,
            missing=len(self.missing), all=len(self.standings),
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._counts()
        if self.ask.wanted != "missing" and self.shown:
            yield self._table()
        if self.ask.wanted != "off" and self.missing:
            yield self._gaps()
        yield Note(RULE)
        if self.goals:
            everyone = tuple(self._row(each) for each in self.goals)
            yield Download("goals.csv", phrase("All goals"), self._columns(), everyone)

    def _counts(self) -> Table:
        counts = {status: sum(each.status == status for each in self.goals) for status in ORDER}
        whole = len(self.goals)
        rows = tuple((STATUS[status], n, Share(_part(n, whole))) for status, n in counts.items())
        columns = Column(phrase("Status")), Column(phrase("Goals"), True), Column(phrase("Share"), True)
        return Table(phrase("Where the goals stand"), columns, rows)

    @cached_property
    def shown(self) -> list[_One]:
        off = ("late", "behind", "overdue")
        return [each for each in self.goals if each.status in off][: self.ask.limit]

    @property
    def _listed(self) -> tuple[str, ...]:
        if self.ask.wanted == "missing":
            return tuple(account for account, _ in self.missing[: self.ask.limit])
        return tuple(dict.fromkeys(each.row.account_id for each in self.shown))

    def _table(self) -> Table:
        return Table(
            phrase("Not on track, the most urgent first"), self._columns(), tuple(map(self._row, self.shown)),
            accounts=tuple(each.row.account_id for each in self.shown),
        )  # fmt: skip

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column(phrase("Account")), Column(phrase("Goal")), Column(phrase("Status")),
            Column(phrase("Way gone"), True), Column(phrase("Due")), Column(phrase("MRR"), True),
            Column(phrase("Owner")),
        )  # fmt: skip

    def _row(self, each: _One) -> tuple[Cell, ...]:
        way, unit = way_of(each.row), each.row.unit
        name = phrase("{goal} ({unit})", goal=each.row.name, unit=UNITS.get(unit, unit)) if unit else each.row.name
        share = None if way is None else Share(way)
        account = self.standings[each.row.account_id].name
        return account, name, STATUS[each.status], share, each.row.due_on, each.mrr, each.owner

    @cached_property
    def missing(self) -> list[tuple[str, Any]]:
        """Accounts without a goal, those with most MRR first."""
        having = {each.row.account_id for each in self.goals}
        found = [(account, standing) for account, standing in self.standings.items() if account not in having]
        return sorted(found, key=lambda each: (-each[1].mrr_minor, each[0]))

    def _gaps(self) -> Table:
        columns = Column(phrase("Account")), Column(phrase("MRR"), True), Column(phrase("Owner"))
        shown = self.missing[: self.ask.limit if self.ask.wanted else 5]
        rows = tuple((s.name, Money(s.mrr_minor, self.deps.book.currency), s.owner) for _, s in shown)
        left = len(self.missing) - len(shown)
        more = phrase_n("and {n} more", "and {n} more", left) if left else None
        return Table(phrase("No goal recorded: gaps, by MRR"), columns, rows, more, tuple(a for a, _ in shown))

    def _one(self, row: Any) -> _One:
        standing = self.standings[row.account_id]
        mrr = Money(standing.mrr_minor, self.deps.book.currency)
        return _One(row, status_of(row, self.deps.today), mrr, standing.owner)

    def _next(self) -> tuple[Phrase, ...]:
        names = [self.standings[each.row.account_id].name for each in self.shown[:1]]
        first = (phrase("Is {account} on track with its goals?", account=name) for name in names)
        return (*first, phrase("Which accounts have no goal recorded?"), phrase("Which goals are behind?"))


_PLACE: Mapping[Status, int] = {status: place for place, status in enumerate(ORDER)}


def _urgency(each: _One) -> tuple[int, int, str]:
    return _PLACE[each.status], -each.mrr.minor, each.row.goal_id


def _part(n: int, whole: int) -> Fraction | None:
    return Fraction(n, whole) if whole else None
