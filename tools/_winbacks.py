"""Whom to win back: accounts that left for a reason that we have mended since, once they have been left in peace."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from tools._answer import Cell, Column, Download, NextSteps, Note, Part, Table, ToolError
from tools._caseload import FixedReason
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._values import value_called
from tools._whom import next_worked_day, who, whom_to_contact
from tools.metrics import Lost, Money, Where, lost_accounts

QUIET = timedelta(days=90)
"""After it left, and after the exit survey that promised not to win it back."""
NEVER = frozenset({"business_closed", "merged"})
"""Reasons that nobody of ours can mend."""


@dataclass(frozen=True)
class Winback:
    """A lost account, and the first day on which it may be approached."""

    lost: Lost
    quiet_until: date


class Winbacks:
    """Lost accounts by lost MRR: those that left, before it was fixed, for a reason that is kept as fixed, or for the
    one that is said to be; where none is, only the reasons."""

    def __init__(self, where: Where, reason: str | None, limit: int, deps: Deps) -> None:
        self.deps, self.reason, self.limit = deps, reason, limit
        self.all = lost_accounts(deps.book, deps.today, where)
        if not self.all:
            raise ToolError(phrase("No account that matches has left."))
        if reason in NEVER:
            called = value_called("reason", reason or "")
            raise ToolError(phrase("Nobody can mend this reason: {reason}. I list nobody for it.", reason=called))
        self.fixed = deps.caseload.fixed()
        of_it = [Winback(each, self._quiet_until(each)) for each in self.all if self._is_mended(each)]
        self.open = [each for each in of_it if each.quiet_until <= deps.today]
        self.resting = [each for each in of_it if each.quiet_until > deps.today]
        self.shown = self.open[:limit]

    @property
    def listed(self) -> tuple[str, ...]:
        return tuple(each.lost.account_id for each in self.shown)

    def headline(self) -> Phrase:
        if not self.reason and not self.fixed:
            return phrase("Say which reason we have mended: only accounts that left for that one are worth a win-back.")
        mrr = Money(sum(each.lost.mrr for each in self.open), self.deps.book.currency)
        if not self.reason:
            return phrase_n(
                "{n} account that left for a reason we have fixed since may be approached, {mrr} of lost MRR.",
                "{n} accounts that left for a reason we have fixed since may be approached, {mrr} of lost MRR.",
                len(self.open), mrr=mrr,
            )  # fmt: skip
        return phrase_n(
            "{n} account that left for this reason may be approached, {mrr} of lost MRR: {reason}.",
            "{n} accounts that left for this reason may be approached, {mrr} of lost MRR: {reason}.",
            len(self.open), mrr=mrr, reason=value_called("reason", self.reason),
        )  # fmt: skip

    def parts(self) -> Iterator[Part]:
        if self.shown:
            yield self._table()
            yield from self._arguments()
        if self.resting:
            yield self._left_in_peace()
        yield self._reasons()
        yield from self._left_all_the_same()
        yield Note(phrase(
            "Left in peace for {days} days after it left and after its exit survey, which promised not to win it back; "
            "then the contact guard decides. Whether a reason is mended is yours to say.", days=QUIET.days,
        ))  # fmt: skip
        yield NextSteps(tuple(self._next()))

    def _table(self) -> Table | Download:
        on = next_worked_day(self.deps)
        columns = (
            Column(phrase("Account")), Column(phrase("Lost MRR"), True), Column(phrase("Left on")),
            Column(phrase("Days since"), True), Column(phrase("Owner")), Column(phrase("Whom to ask on {day}", day=on)),
            *([] if self.reason else [Column(phrase("Reason"))]),
        )  # fmt: skip
        whom = whom_to_contact(self.listed, "sales", on, self.deps)
        rows = tuple(
            (*self._row(each.lost), who(whom[each.lost.account_id]), *self._why(each.lost)) for each in self.shown
        )
        left = len(self.open) - len(self.shown)
        more = phrase_n("{n} more may be approached.", "{n} more may be approached.", left) if left else None
        return Table(phrase("May be approached, by lost MRR"), columns, rows, more, self.listed)

    def _left_in_peace(self) -> Table:
        columns = Column(phrase("Account")), Column(phrase("Lost MRR"), True), Column(phrase("In peace until"))
        rows = tuple(
            (each.lost.name, Money(each.lost.mrr, self.deps.book.currency), each.quiet_until) for each in self.resting
        )
        return Table(phrase("Left in peace for now"), columns, rows)

    def _reasons(self) -> Table:
        columns = (
            Column(phrase("Reason")), Column(phrase("Accounts"), True), Column(phrase("Lost MRR"), True),
        )  # fmt: skip
        rows = tuple(
            (
                value_called("reason", reason) if reason else phrase("none recorded"), len(lost),
                Money(sum(each.mrr for each in lost), self.deps.book.currency),
            )
            for reason, lost in self._by_reason.items()
        )  # fmt: skip
        return Table(phrase("Why accounts left that have not come back"), columns, rows)

    def _why(self, lost: Lost) -> tuple[Cell, ...]:
        """Where they are of several reasons."""
        return () if self.reason else (value_called("reason", lost.reason or ""),)

    def _arguments(self) -> Iterator[Table]:
        """What can be told them: the reason, since when it is no more, and what was done."""
        theirs = {each.lost.reason for each in self.shown}
        if kept := [each for each in self.fixed.values() if each.reason in theirs]:
            yield fixed_table(phrase("What has changed since: the argument"), kept)

    def _is_mended(self, lost: Lost) -> bool:
        """It left for the reason that is meant, and before that was fixed, where it is kept when that was."""
        kept = self.fixed.get(lost.reason or "")
        meant = lost.reason == self.reason if self.reason else kept is not None
        return meant and (kept is None or lost.away_on <= kept.fixed_on)

    def _left_all_the_same(self) -> Iterator[Note]:
        """Who left for it after it was fixed: then it may not be."""
        for reason, kept in self.fixed.items():
            late = sum(each.reason == reason and each.away_on > kept.fixed_on for each in self.all)
            if late and self.reason in (None, reason):
                yield Note(phrase_n(
                    "{n} account left for this after it was fixed, so it is not listed: {reason}. Is it fixed?",
                    "{n} accounts left for this after it was fixed, so they are not listed: {reason}. Is it fixed?",
                    late, reason=value_called("reason", reason),
                ))  # fmt: skip

    @cached_property
    def _by_reason(self) -> Mapping[str | None, list[Lost]]:
        """The reasons, that with most lost MRR first."""
        found: dict[str | None, list[Lost]] = {}
        for each in self.all:
            found.setdefault(each.reason, []).append(each)
        return dict(sorted(found.items(), key=lambda each: (-sum(lost.mrr for lost in each[1]), each[0] or "")))

    def _row(self, lost: Lost) -> tuple[Cell, ...]:
        mrr = Money(lost.mrr, self.deps.book.currency)
        return lost.name, mrr, lost.away_on, (self.deps.today - lost.away_on).days, lost.owner

    def _quiet_until(self, lost: Lost) -> date:
        """The exit survey may have been logged here, too."""
        here = [
            touch.on
            for touch in self.deps.contacting.touches.of(lost.account_id)
            if touch.category == "survey" and lost.away_on <= touch.on <= self.deps.today
        ]
        return max([lost.away_on, *here, *([lost.asked_on] if lost.asked_on else [])]) + QUIET

    def _next(self) -> Iterator[Phrase]:
        for reason in self._by_reason:
            if reason and reason not in NEVER and reason != self.reason and reason not in self.fixed:
                yield phrase("Win-back list: we mended {reason}", reason=value_called("reason", reason))


def fixed_table(title: Phrase, kept: Sequence[FixedReason]) -> Table:
    columns = (
        Column(phrase("Reason")), Column(phrase("Fixed on")), Column(phrase("What was done")), Column(phrase("By")),
    )  # fmt: skip
    rows = tuple((value_called("reason", each.reason), each.fixed_on, each.done, each.who or None) for each in kept)
    return Table(title, columns, rows)
