"""Contacts with customers that are written down here: what tools may know and write of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from tools._answer import Draft
from tools._guard import Decision, Guard, Rules, Touch
from tools._rounds import NoRounds, Rounds

State = Literal["waiting", "approved", "rejected"]


@dataclass(frozen=True)
class KeptDraft:
    """A draft as it is kept; `body` is the Markdown of its latest version. `category` None: it contacts nobody."""

    id: str
    kind: str
    title: str
    language: str
    body: str
    version: int
    author: str
    created_on: date
    state: State = "waiting"
    account_id: str | None = None
    contact_id: str | None = None
    category: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None

    @property
    def decided_on(self) -> date | None:
        """The day, in the workspace's time zone, on which it was approved or rejected."""
        return self.decided_at.date() if self.decided_at else None


@dataclass(frozen=True)
class DraftVersion:
    """One version of a kept draft: what it said, who wrote it and when, in the workspace's time zone."""

    number: int
    author: str
    at: datetime
    body: str


class Touches(Protocol):
    """The touches logged here; those that were imported are in the book."""

    def of(self, account_id: str) -> tuple[Touch, ...]:
        """The account's touches, the latest first."""
        ...

    def all(self) -> tuple[Touch, ...]:
        """Every touch logged here, in no order."""
        ...

    def heard(self) -> tuple[tuple[str, date], ...]:
        """Days on which accounts wrote to us or spoke with us, by account id."""
        ...

    def log(self, touch: Touch) -> Touch:
        """Write a touch down, in the name of whoever asks; said twice by one question it is one touch."""
        ...


class Drafts(Protocol):
    """The drafts kept here, as far as whoever asks may see them."""

    def waiting(self) -> tuple[KeptDraft, ...]:
        """Those that nobody has approved or rejected yet, the latest first."""
        ...

    def all(self) -> tuple[KeptDraft, ...]:
        """All of them, whatever became of them, the latest first."""
        ...

    def find(self, draft_id: str) -> KeptDraft | None:
        """The draft with this id (`D-` and eight digits)."""
        ...

    def versions(self, draft: KeptDraft) -> tuple[DraftVersion, ...]:
        """All its versions, the first one first."""
        ...

    def id_of(self, draft: Draft) -> str | None:
        """The id under which a draft of the answer in the making will be kept; None where none are kept."""
        ...

    def approve(self, draft: KeptDraft, on: date, guard: Guard) -> Decision | None:
        """Approve this version. Asks the guard and books the touch in one transaction that no other approval for the
        account can come between. None: there was nothing to approve any more."""
        ...

    def reject(self, draft: KeptDraft, reason: str | None = None) -> bool:
        """Reject it; the touch of one that was approved is taken back."""
        ...

    def edit(self, draft: KeptDraft, body: str) -> KeptDraft | None:
        """A new version, which waits for approval; None where it was approved or edited in the meantime. Raises
        ToolError for what may not be said."""
        ...


class NoTouches:
    """Where none are written down."""

    def of(self, account_id: str) -> tuple[Touch, ...]:
        return ()

    def all(self) -> tuple[Touch, ...]:
        return ()

    def heard(self) -> tuple[tuple[str, date], ...]:
        return ()

    def log(self, touch: Touch) -> Touch:
        return touch


class NoDrafts:
    """Where none are kept."""

    def waiting(self) -> tuple[KeptDraft, ...]:
        return ()

    def all(self) -> tuple[KeptDraft, ...]:
        return ()

    def find(self, draft_id: str) -> KeptDraft | None:
        return None

    def versions(self, draft: KeptDraft) -> tuple[DraftVersion, ...]:
        return ()

    def id_of(self, draft: Draft) -> str | None:
        return None

    def approve(self, draft: KeptDraft, on: date, guard: Guard) -> Decision | None:
        return None

    def reject(self, draft: KeptDraft, reason: str | None = None) -> bool:
        return False

    def edit(self, draft: KeptDraft, body: str) -> KeptDraft | None:
        return None


@dataclass(frozen=True)
class Contacting:
    """All that a tool needs to contact customers with care. `rules` None: our own. `now`: with its time zone."""

    touches: Touches = field(default_factory=NoTouches)
    drafts: Drafts = field(default_factory=NoDrafts)
    rounds: Rounds = field(default_factory=NoRounds)
    rules: Rules | None = None
    now: datetime | None = None
    who: str | None = None
    """Who asks."""
    zone_of: Callable[[str], str | None] = lambda _: None
    """The time zone of a country that has only one."""
    class_of: Callable[[str], str | None] = lambda _: None
    """The loyalty class of an account: caps go by it whoever asks, and whoever asks is told the cap alone."""
    workspace: str = ""
    """Where it is asked: what is drawn at random depends on it."""

    def counted(self, account_id: str) -> tuple[Touch, ...]:
        """What the guard counts beside the book: touches that were logged, and what survey rounds have reserved."""
        return (*self.touches.of(account_id), *self.rounds.reserved(account_id))
