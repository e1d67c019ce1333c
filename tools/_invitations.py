"""Whom to invite or to ask: one person per account whom the contact guard allows, and how many it leaves out."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from tools._account import role_name
from tools._answer import Cell, Column, Download, Note, Part, Table, ToolError
from tools._contacting import reasons
from tools._guard import Guard, Touch
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._whom import Whom, next_worked_day, whom_to_contact
from tools.metrics import Risk, Where, rank

Purpose = Literal["event", "survey"]
CATEGORY: dict[Purpose, Literal["marketing", "survey"]] = {"event": "marketing", "survey": "survey"}
MOST_ASKED = 600
"""Accounts of which the guard is asked at most for one list."""
HELD = 10
"""Of those left out, so many are listed."""
TOGETHER = 50
"""Accounts of which the book is asked at once."""
PEOPLE = (
    Column(phrase("Account")), Column(phrase("Segment")), Column(phrase("Person")), Column(phrase("Role")),
    Column(phrase("Owner")),
)  # fmt: skip


@dataclass
class Invitations:
    """Accounts in the order of their MRR; the first person at each who may be contacted."""

    purpose: Purpose
    where: Where
    limit: int
    deps: Deps
    day: date | None = None
    invited: list[tuple[Risk, Whom]] = field(default_factory=list)
    held: list[tuple[Risk, Whom]] = field(default_factory=list)
    unknown: list[Risk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.on = self.day if self.day and self.day >= self.deps.today else next_worked_day(self.deps)
        staying = rank(self.deps.book, self.deps.today, self.where).risks
        order = sorted(staying, key=lambda each: (-each.standing.mrr_minor, each.standing.account_id))
        if not order:
            raise ToolError(phrase("No paying account matches, so there is nobody to invite."))
        self.matching = len(order)
        for first in range(0, min(len(order), MOST_ASKED), TOGETHER):
            if len(self.invited) < self.limit:
                self._ask(order[first : first + TOGETHER])

    def _ask(self, risks: Sequence[Risk]) -> None:
        ids = [risk.standing.account_id for risk in risks]
        whom = whom_to_contact(ids, CATEGORY[self.purpose], self.on, self.deps)
        for risk in risks:
            if len(self.invited) < self.limit:
                self._take(risk, whom[risk.standing.account_id])

    def _take(self, risk: Risk, found: Whom) -> None:
        if found.person:
            self.invited.append((risk, found))
        elif found.blocked:
            self.held.append((risk, found))
        else:
            self.unknown.append(risk)

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(risk.standing.account_id for risk, _ in self.invited)

    def headline(self) -> Phrase:
        said = {"held": len(self.held), "all": self.matching, "day": self.on}
        if self.purpose == "survey":
            return phrase_n(
                "{n} person may be asked on {day}; {held} accounts are left out, as they were contacted enough.",
                "{n} people may be asked on {day}; {held} accounts are left out, as they were contacted enough.",
                len(self.invited), **said,
            )  # fmt: skip
        return phrase_n(
            "{n} person may be invited on {day}; {held} accounts are left out, as they were contacted enough.",
            "{n} people may be invited on {day}; {held} accounts are left out, as they were contacted enough.",
            len(self.invited), **said,
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        rows = tuple(_row(risk, found) for risk, found in self.invited)
        if rows:
            yield Table(phrase("Whom to contact, by MRR of the account"), PEOPLE, rows, accounts=self.listed)
        yield from self.left_out()
        yield Note(self._budget())
        if rows:
            yield Download(f"{self.purpose}-list.csv", phrase("The list"), PEOPLE, rows)

    @property
    def reservations(self) -> tuple[Touch, ...]:
        """A touch for each of them, on the day meant."""
        return tuple(
            Touch("", risk.standing.account_id, self.on, CATEGORY[self.purpose], whom.person.contact_id, "outbound")
            for risk, whom in self.invited
            if whom.person
        )

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What the contact guard would say of each, to be asked once more."""
        return tuple(whom.guard for _, whom in self.invited if whom.guard)

    def left_out(self, but: Container[str] = ()) -> Iterator[Part]:
        """Who is not asked and why, but for some accounts."""
        held = [each for each in self.held if each[0].standing.account_id not in but]
        if held:
            yield _held(held)
        if self.unknown:
            said = phrase_n(
                "{n} account is passed over: the book knows nobody to contact there.",
                "{n} accounts are passed over: the book knows nobody to contact there.", len(self.unknown),
            )  # fmt: skip
            yield Note(said)
        if self.matching > MOST_ASKED and len(self.invited) < self.limit:
            yield Note(phrase("Of {all} accounts the {n} largest were looked at.", all=self.matching, n=MOST_ASKED))

    def _budget(self) -> Phrase:
        if self.purpose == "survey":
            return phrase(
                "A survey counts in the survey budget once it is logged, approved or reserved by a survey round. "
                "Nothing is sent from here."
            )
        return phrase("An invitation counts as marketing in the contact budget. Nothing is sent from here.")


def _held(held: Sequence[tuple[Risk, Whom]]) -> Table:
    columns = Column(phrase("Account")), Column(phrase("Why not")), Column(phrase("First allowed day"))
    rows = tuple(
        (risk.standing.name, reasons(found.blocked) if found.blocked else None, found.first)
        for risk, found in held[:HELD]
    )
    left = len(held) - HELD
    more = phrase_n("and {n} more", "and {n} more", left) if left > 0 else None
    return Table(phrase("Left out by the contact guard"), columns, rows, more)


def _row(risk: Risk, found: Whom) -> tuple[Cell, ...]:
    standing = risk.standing
    return row(standing.name, standing.segment, found.person, standing.owner)


def row(account: str, segment: str | None, person: Any | None, owner: str | None) -> tuple[Cell, ...]:
    """One person to ask, with their account."""
    name = None if person is None else person.name
    return account, segment, name, role_name(person.role if person else None), owner
