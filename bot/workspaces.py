"""The workspaces of Slack that are answered: one by its token, or those in which the app was installed."""

from dataclasses import dataclass, field
from typing import Protocol

from bot.listeners import Identity


@dataclass(frozen=True)
class Workspace:
    """Who we are in a workspace, and the bot token by which it lets us in."""

    identity: Identity
    token: str = field(repr=False)


class Workspaces(Protocol):
    """Looked up by the id of the team (`T…`)."""

    def of(self, team: str) -> Workspace | None:
        """The workspace as it is now; None where the app is not installed or not welcome."""


@dataclass(frozen=True)
class OneWorkspace:
    """A bot token is good for one workspace, so whatever is asked with it is asked there."""

    workspace: Workspace

    def of(self, team: str) -> Workspace | None:
        return self.workspace
