"""One office per workspace: questions of a workspace are answered with its token, and nothing crosses over."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.delivery import Delivery
from bot.listeners import Desk, Identity
from bot.lookups import Lookups
from bot.parcels import Parcel, Refused
from bot.question import Question
from bot.workspaces import Workspace, Workspaces

log = logging.getLogger(__name__)


class Answering(Protocol):
    """What makes the messages of a workspace: the answer, or that there is none."""

    def parcels(self, question: Question) -> Sequence[Parcel]: ...
    def apology(self, question: Question, error: str) -> Sequence[Parcel]: ...
    def undelivered(self, question: Question, key: str, error: str) -> Sequence[Parcel]: ...


@dataclass(frozen=True)
class Office:
    """What one workspace is answered with: clients with its token, and what Slack said of its people and rooms."""

    workspace: Workspace
    delivery: Delivery
    replying: Answering
    lookups: Lookups
    moved: Callable[[str], None] = lambda _: None
    """Somebody came into a channel or left it."""


class Offices:
    """An office is opened when its workspace is first heard of, and anew when the token has changed."""

    def __init__(self, workspaces: Workspaces, opened: Callable[[Workspace], Office]) -> None:
        self.workspaces, self.opened = workspaces, opened
        self._offices: dict[str, Office] = {}

    def of(self, team: str) -> Office | None:
        """The office of a team, as long as the app is installed there."""
        workspace = self.workspaces.of(team)
        if workspace is None:
            self._offices.pop(team, None)
            return None
        office = self._offices.get(workspace.identity.team)
        if office is None or office.workspace != workspace:
            office = self._offices[workspace.identity.team] = self.opened(workspace)
        return office

    def desk(
        self, accept: Callable[[Question], None], judge: Callable[[str, str, bool, str | None], None],
        today: Callable[[], date], left: Callable[[str, float], None] | None,
    ) -> Desk:  # fmt: skip
        """Where listeners put what they hear: the one workspace's desk, or (with `left`) one that knows all others."""
        if left is None and (office := self.of("")):
            return _desk(office, accept, judge)

        def there(team: str) -> Desk | None:
            office = self.of(team)
            return _desk(office, accept, judge) if office else None

        return Desk(Identity("", "", ""), accept, judge, Lookups(today), of=there, left=left or (lambda *_: None))

    # -- what durable work does, each in the office of its workspace

    def parcels(self, question: Question) -> Sequence[Parcel]:
        """The messages that answer a question; none where the app was removed in the meantime."""
        office = self.of(question.place.team)
        if office is None:
            log.warning("%s is not answered: the app is not installed there", question.key)
            return ()
        return office.replying.parcels(question)

    def apology(self, question: Question, error: str) -> Sequence[Parcel]:
        office = self.of(question.place.team)
        return office.replying.apology(question, error) if office else ()

    def undelivered(self, question: Question, key: str, error: str) -> Sequence[Parcel]:
        office = self.of(question.place.team)
        return office.replying.undelivered(question, key, error) if office else ()

    def deliver(self, parcel: Parcel) -> None:
        """Raises Later, or Refused, also where the app was removed."""
        office = self.of(parcel.team)
        if office is None:
            raise Refused("app_not_installed")
        office.delivery.deliver(parcel)


def _desk(
    office: Office, accept: Callable[[Question], None], judge: Callable[[str, str, bool, str | None], None]
) -> Desk:
    here = office.workspace
    return Desk(here.identity, accept, judge, office.lookups, office.moved, token=here.token)
