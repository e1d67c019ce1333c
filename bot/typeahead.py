"""Which accounts somebody means while they type: among 100,000 names in a few milliseconds."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from heapq import nsmallest

from bot.router.slots.accounts import AccountNames
from bot.router.slots.text import fold
from bot.router.slots.vocabulary import EVERYDAY
from tools.metrics import Book, account_names

MOST = 100
"""Options that Slack shows."""


class Typeahead:
    """Accounts (id → name) prepared for searching; case and accents do not matter."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        rows = sorted((fold(name), account) for account, name in names.items())
        self._rows = [(f" {name} {account.lower()}", account) for name, account in rows]

    def find(self, typed: str, most: int = MOST) -> list[tuple[str, str]]:
        """Id and name of up to `most` accounts: first names that begin so, then words that do, then what holds it."""
        words = fold(typed).split()
        found = nsmallest(most, self._ranked(words))
        return [(account, self.names[account]) for _, _, account in found]

    def mentioned(self, text: str) -> Iterator[str]:
        """Ids of the accounts that a text names, whole names before parts of names."""
        folded = fold(text)
        exact = self._searched.exact(folded, EVERYDAY)
        found = exact or self._searched.partial(folded, text, EVERYDAY)
        yield from dict.fromkeys(account for mention in found for account in mention.ids)

    @cached_property
    def _searched(self) -> AccountNames:
        return AccountNames(self.names)

    def _ranked(self, words: list[str]) -> Iterator[tuple[int, int, str]]:
        whole = f" {' '.join(words)}"
        for place, (text, account) in enumerate(self._rows):
            if all(word in text for word in words):
                yield _rank(text, whole, words), place, account


def _rank(text: str, whole: str, words: list[str]) -> int:
    if text.startswith(whole):
        return 0
    return 1 if all(f" {word}" in text for word in words) else 2


@lru_cache(maxsize=64)
def typeahead(book: Book) -> Typeahead:
    """Over the accounts of a book, as far as they may be seen, prepared once per load."""
    return Typeahead(account_names(book))
