"""Who looks after which account, and which are left in peace for a while: what tools may know and write of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from tools._risk_cases import RiskCase
from tools._touches import KeptDraft


@dataclass(frozen=True)
class Asker:
    """Who asks, as far as it matters for what is theirs.

    `owner`: what the book calls them as the owner of accounts; empty where they own none. `leads`: they look after
    everybody's accounts, and decide on everybody's drafts.
    """

    owner: str = ""
    leads: bool = True


@dataclass(frozen=True)
class Snooze:
    """An account that is left out of the list of accounts at risk until a day, by whom and why."""

    account_id: str
    until: date
    """The first day on which it is back."""
    reason: str | None = None
    who: str = ""


@dataclass(frozen=True)
class Strategic:
    """An account that somebody decided to keep whatever its margin: who, when, why, and until when that holds."""

    account_id: str
    reason: str
    who: str
    decided_on: date
    until: date | None = None
    """The first day on which it no longer holds; None: until somebody says otherwise."""


@dataclass(frozen=True)
class FixedReason:
    """A reason for leaving that was fixed: what was done, on which day, and who says so."""

    reason: str
    done: str
    fixed_on: date
    who: str = ""


class Caseload(Protocol):
    """What was decided here of accounts, and of why they leave; whoever asks is whoever decides."""

    @property
    def asker(self) -> Asker: ...

    def mine(self) -> frozenset[str]:
        """Ids of the accounts that whoever asks took on here."""
        ...

    def may_decide(self, draft: KeptDraft, owner: str | None) -> bool:
        """Whether whoever asks may approve, edit or reject a draft for an account of this owner."""
        ...

    def snoozed(self, on: date) -> Mapping[str, Snooze]:
        """Account id → its snooze, of those that are not over on that day."""
        ...

    def snooze(self, account_id: str, until: date, reason: str | None) -> Snooze:
        """Leave it in peace until a day, in place of what was said before."""
        ...

    def wake(self, account_id: str) -> bool:
        """End its snooze; False where there was none."""
        ...

    def assigned(self) -> Mapping[str, str]:
        """Account id → who took it on here, beside its owner in the book."""
        ...

    def assign(self, account_id: str) -> str:
        """Whoever asks takes it on. Returns how they are called."""
        ...

    def strategic(self, on: date) -> Mapping[str, Strategic]:
        """Account id → why it is kept whatever its margin, of those that hold on that day."""
        ...

    def keep(self, account_id: str, reason: str, until: date | None, on: date) -> Strategic:
        """Keep it whatever its margin, in place of what was said before; `on`: today."""
        ...

    def unkeep(self, account_id: str) -> bool:
        """Judge it by its margin again; False where it was already."""
        ...

    def fixed(self) -> Mapping[str, FixedReason]:
        """Reason for leaving → how it was fixed, of those that are."""
        ...

    def fix(self, reason: str, done: str, on: date) -> FixedReason:
        """It was fixed that day, in place of what was said before."""
        ...

    def unfix(self, reason: str) -> bool:
        """It is not fixed any more; False where it was not."""
        ...

    def cases(self) -> Sequence[RiskCase]:
        """What was said here of accounts at risk, in the order in which it was said."""
        ...

    def judge(self, case: RiskCase) -> RiskCase:
        """Write down what whoever asks says of an account; said twice by one question it is said once."""
        ...


class NoCaseload:
    """Where nothing is decided."""

    asker = Asker()

    def mine(self) -> frozenset[str]:
        return frozenset()

    def may_decide(self, draft: KeptDraft, owner: str | None) -> bool:
        return True

    def snoozed(self, on: date) -> Mapping[str, Snooze]:
        return {}

    def snooze(self, account_id: str, until: date, reason: str | None) -> Snooze:
        return Snooze(account_id, until, reason)

    def wake(self, account_id: str) -> bool:
        return False

    def assigned(self) -> Mapping[str, str]:
        return {}

    def assign(self, account_id: str) -> str:
        return ""

    def strategic(self, on: date) -> Mapping[str, Strategic]:
        return {}

    def keep(self, account_id: str, reason: str, until: date | None, on: date) -> Strategic:
        return Strategic(account_id, reason, "", on, until)

    def unkeep(self, account_id: str) -> bool:
        return False

    def fixed(self) -> Mapping[str, FixedReason]:
        return {}

    def fix(self, reason: str, done: str, on: date) -> FixedReason:
        return FixedReason(reason, done, on)

    def unfix(self, reason: str) -> bool:
        return False

    def cases(self) -> Sequence[RiskCase]:
        return ()

    def judge(self, case: RiskCase) -> RiskCase:
        return case
