"""What the store holds, for eyes that may see only some accounts: wrapped once, where a question is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from bot.router import Context
from tools import (
    Asker,
    Caseload,
    Contacting,
    Decision,
    Draft,
    Drafts,
    DraftVersion,
    FixedReason,
    Guard,
    KeptDraft,
    KeptSegment,
    RiskCase,
    Round,
    Rounds,
    Said,
    Segments,
    Shown,
    Snooze,
    Strategic,
    Touch,
    Touches,
)
from tools.metrics import TOGETHER, Book, Figure, Sight, account_names, all_metrics


@dataclass(frozen=True)
class Eyes:
    """The accounts and figures that may be seen in a book."""

    book: Book

    @cached_property
    def accounts(self) -> frozenset[str]:
        return frozenset() if self.book.sight.nameless else frozenset(account_names(self.book))

    def may_see(self, figure: Figure) -> bool:
        """Whether a figure that was shown to somebody counts nothing else than what may be seen."""
        sight, metric = self.book.sight, all_metrics().get(figure.metric)
        if metric and metric.secret in sight.hidden:
            return False
        if sight.is_whole:
            return not sight.nameless
        owners = (figure.segment.get("owner") or "").split(TOGETHER)
        return figure.segment.get("account_id") in self.accounts or {*owners} <= (sight.owners or frozenset())

    def shown(self, shown: Shown) -> Shown:
        return ShownWithin(shown, self)

    def contacting(self, contacting: Contacting) -> Contacting:
        """The same touches and drafts, of accounts that may be seen."""
        if self.book.sight.is_whole and not self.book.sight.nameless:
            return contacting
        touches, drafts = TouchesWithin(contacting.touches, self), DraftsWithin(contacting.drafts, self)
        return replace(contacting, touches=touches, drafts=drafts, rounds=RoundsWithin(contacting.rounds, self))

    def segments(self, segments: Segments) -> Segments:
        """The same segments, but those of owners whose accounts may not be seen: their very conditions say whose."""
        return SegmentsWithin(segments, self.book.sight)

    def caseload(self, caseload: Caseload) -> Caseload:
        """The same snoozes and assignments, of accounts that may be seen."""
        return CaseloadWithin(caseload, self)


@dataclass(frozen=True)
class ShownWithin:
    """Earlier figures that may be seen."""

    shown: Shown
    eyes: Eyes

    def figure(self, figure_id: str) -> Figure | None:
        found = self.shown.figure(figure_id)
        return found if found and self.eyes.may_see(found) else None

    def figures(self, answer: str | None = None) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.shown.figures(answer) if self.eyes.may_see(figure))

    def said(self, asked: Sequence[Figure]) -> Mapping[str, Said]:
        found = self.shown.said(asked).items()
        return {figure_id: said for figure_id, said in found if self.eyes.may_see(said.figure)}


@dataclass(frozen=True)
class TouchesWithin:
    """Touches of accounts that may be seen."""

    touches: Touches
    eyes: Eyes

    def of(self, account_id: str) -> tuple[Touch, ...]:
        return self.touches.of(account_id) if account_id in self.eyes.accounts else ()

    def all(self) -> tuple[Touch, ...]:
        return tuple(touch for touch in self.touches.all() if touch.account_id in self.eyes.accounts)

    def heard(self) -> tuple[tuple[str, date], ...]:
        return tuple((account, day) for account, day in self.touches.heard() if account in self.eyes.accounts)

    def log(self, touch: Touch) -> Touch:
        """Raises LookupError where the account may not be seen; tools have looked it up in the book before."""
        if touch.account_id not in self.eyes.accounts:
            raise LookupError(touch.account_id)
        return self.touches.log(touch)


@dataclass(frozen=True)
class RoundsWithin:
    """Survey rounds, as far as their accounts may be seen."""

    rounds: Rounds
    eyes: Eyes

    def reserved(self, account_id: str) -> tuple[Touch, ...]:
        return self.rounds.reserved(account_id) if account_id in self.eyes.accounts else ()

    def find(self, period: str, scope: str) -> Round | None:
        found = self.rounds.find(period, scope)
        return self._seen(found) if found else None

    def prepare(self, wanted: Round, guards: Sequence[Guard]) -> Round:
        """Its people come out of the book that may be seen."""
        return self._seen(self.rounds.prepare(wanted, guards))

    def discard(self, kept: Round) -> bool:
        return self.rounds.discard(kept)

    def _seen(self, found: Round) -> Round:
        people = tuple(touch for touch in found.people if touch.account_id in self.eyes.accounts)
        return replace(found, people=people)


@dataclass(frozen=True)
class DraftsWithin:
    """Drafts for accounts that may be seen, and for none in particular."""

    drafts: Drafts
    eyes: Eyes

    def waiting(self) -> tuple[KeptDraft, ...]:
        return tuple(filter(self._may_see, self.drafts.waiting()))

    def all(self) -> tuple[KeptDraft, ...]:
        return tuple(filter(self._may_see, self.drafts.all()))

    def find(self, draft_id: str) -> KeptDraft | None:
        found = self.drafts.find(draft_id)
        return found if found and self._may_see(found) else None

    def versions(self, draft: KeptDraft) -> tuple[DraftVersion, ...]:
        return self.drafts.versions(draft) if self._may_see(draft) else ()

    def id_of(self, draft: Draft) -> str | None:
        return self.drafts.id_of(draft)

    def approve(self, draft: KeptDraft, on: date, guard: Guard) -> Decision | None:
        return self.drafts.approve(draft, on, guard) if self._may_see(draft) else None

    def reject(self, draft: KeptDraft, reason: str | None = None) -> bool:
        return self._may_see(draft) and self.drafts.reject(draft, reason)

    def edit(self, draft: KeptDraft, body: str) -> KeptDraft | None:
        return self.drafts.edit(draft, body) if self._may_see(draft) else None

    def _may_see(self, draft: KeptDraft) -> bool:
        return not draft.account_id or draft.account_id in self.eyes.accounts


@dataclass(frozen=True)
class CaseloadWithin:
    """What was decided of accounts that may be seen; tools have looked an account up in the book before they decide."""

    caseload: Caseload
    eyes: Eyes

    @property
    def asker(self) -> Asker:
        return self.caseload.asker

    def mine(self) -> frozenset[str]:
        return self.caseload.mine() & self.eyes.accounts

    def may_decide(self, draft: KeptDraft, owner: str | None) -> bool:
        return self.caseload.may_decide(draft, owner)

    def snoozed(self, on: date) -> Mapping[str, Snooze]:
        return {account: kept for account, kept in self.caseload.snoozed(on).items() if account in self.eyes.accounts}

    def snooze(self, account_id: str, until: date, reason: str | None) -> Snooze:
        return self.caseload.snooze(account_id, until, reason)

    def wake(self, account_id: str) -> bool:
        return self.caseload.wake(account_id)

    def assigned(self) -> Mapping[str, str]:
        return {account: who for account, who in self.caseload.assigned().items() if account in self.eyes.accounts}

    def assign(self, account_id: str) -> str:
        return self.caseload.assign(account_id)

    def strategic(self, on: date) -> Mapping[str, Strategic]:
        return {account: kept for account, kept in self.caseload.strategic(on).items() if account in self.eyes.accounts}

    def keep(self, account_id: str, reason: str, until: date | None, on: date) -> Strategic:
        return self.caseload.keep(account_id, reason, until, on)

    def unkeep(self, account_id: str) -> bool:
        return self.caseload.unkeep(account_id)

    def fixed(self) -> Mapping[str, FixedReason]:
        return self.caseload.fixed()

    def fix(self, reason: str, done: str, on: date) -> FixedReason:
        return self.caseload.fix(reason, done, on)

    def unfix(self, reason: str) -> bool:
        return self.caseload.unfix(reason)

    def cases(self) -> Sequence[RiskCase]:
        return tuple(case for case in self.caseload.cases() if case.account_id in self.eyes.accounts)

    def judge(self, case: RiskCase) -> RiskCase:
        return self.caseload.judge(case)


@dataclass(frozen=True)
class SegmentsWithin:
    """Saved segments that may be seen. How many accounts one had is told to those who see all of them."""

    segments: Segments
    sight: Sight

    def all(self) -> tuple[KeptSegment, ...]:
        kept = (each for each in self.segments.all() if self._may_see(each))
        return tuple(kept if self.sight.is_whole else (replace(each, count=None) for each in kept))

    def save(self, segment: KeptSegment) -> KeptSegment | None:
        return self.segments.save(segment)

    def pin(self, segment: KeptSegment) -> bool:
        return self.segments.pin(segment)

    def unpin(self, segment: KeptSegment) -> None:
        self.segments.unpin(segment)

    def delete(self, segment: KeptSegment) -> bool:
        return self.segments.delete(segment)

    def _may_see(self, segment: KeptSegment) -> bool:
        owner = segment.conditions.get("owner")
        if owner is None:
            return True
        return not self.sight.nameless if self.sight.owners is None else owner in self.sight.owners


def context_within(context: Context | None, accounts: Mapping[str, str]) -> Context | None:
    """What was answered before, as far as it speaks of these accounts: in a thread others may have asked, who see more.

    A list of which not all may be seen has no "second one"; a question about another account was never asked.
    """
    if context is None or str(context.call.arguments.get("account") or context.about or "") not in {"", *accounts}:
        return None
    listed = context.listed if {*context.listed} <= accounts.keys() else ()
    return replace(context, listed=listed, earlier=context_within(context.earlier, accounts))
