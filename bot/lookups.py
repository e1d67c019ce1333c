"""What a listener may look up before it answers Slack: quick, and as whoever asks may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.inputs import Filled, Wrong
from bot.question import Person, Place
from bot.router import Call, Names
from bot.typeahead import Typeahead
from tools import KeptDraft, Tool, phrase

if TYPE_CHECKING:
    from bot.conversation import Reply


@dataclass(frozen=True)
class Answered:
    """An answer that was given: what was run for whom, where and in which words, and the accounts it listed."""

    call: Call
    asker: str
    place: Place
    text: str = ""
    listed: tuple[str, ...] = ()
    language: str = ""

    @property
    def account(self) -> str:
        """The one account it is about; empty where there are several or none."""
        named = str(self.call.arguments.get("account") or "")
        return named or (self.listed[0] if len(self.listed) == 1 else "")


def _nothing(*_: object) -> None:
    return None


@dataclass(frozen=True)
class Lookups:
    """How each is looked up; by default there is nothing to find."""

    today: Callable[[], date]
    accounts: Callable[[Person], Typeahead] = lambda _: Typeahead({})
    """The accounts that somebody may see."""
    language: Callable[[str], str] = lambda _: "en"
    """In which language somebody (by user id) uses Slack."""
    answered: Callable[[str], Answered | None] = _nothing
    """The answer of a key."""
    draft: Callable[[Person, str], KeptDraft | None] = _nothing
    """A kept draft, where somebody may see it."""
    tool: Callable[[str], Tool | None] = _nothing
    day: Callable[[Person, str], "Reply | None"] = _nothing
    """What waits for somebody, said in a language: the answer that their Home tab shows."""
    names: Callable[[Person], Names] = lambda _: Names({})
    """What the accounts that somebody may see are told apart by."""
    period: Callable[[str], str | None] = _nothing
    """A period in words, as calls write it."""

    def named(self, person: Person, account: str) -> tuple[str, str] | None:
        """An account's id and name; None where it is none, or none that the person may see."""
        name = self.accounts(person).names.get(account) if account else None
        return (account, name) if name else None

    def chosen(self, person: Person, filled: Filled) -> tuple[str, str]:
        """The account that was picked. Raises Wrong where the person may not see it, or not any more."""
        found = self.named(person, filled.get("account", ""))
        if found is None:
            raise Wrong({"account": phrase("Choose an account from the list.")})
        return found
