"""Interviews with customers: which took place, who is to be asked next, and by whom."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from hashlib import sha256

from tools._contacting import merged, of_book
from tools._differences import adding_up
from tools._guard import Touch
from tools._linting import folded
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools._slots import Choice
from tools.metrics import Concluded, Period, add_months, touches_that_say

RESEARCH = ("research", "interview", "pesquisa qualitativa", "entrevista")
"""Teams whose every touch is an interview."""
_SAID = re.compile(r"\b(?:interview(?!s? invit)|entrevista|win[- /]?loss)")
TALKED = ("call", "meeting", "video", "interview", "entrevista", None)
"""Channels by which people talk; an e-mail about an interview is none."""
WORDS = ("interview", "entrevista", "win-loss", "win loss", "win/loss")

OUTCOMES: dict[str, Phrase] = {
    "churned": phrase("churned"),
    "won": phrase("won"),
    "contracted": phrase("contracted"),
    "renewed": phrase("renewed"),
    "lost": phrase("lost before they paid"),
}
OUTCOME_WORDS = Choice({
    "churned": ("churned", "churners", "who left", "that left", "cancelled", "cancelaram", "saíram", "churn"),
    "won": ("won", "new customers", "joined", "ganhos", "ganhas", "conquistad*", "clientes novos", "novos clientes"),
    "contracted": ("contracted", "downgraded", "shrank", "contração", "encolheram", "reduziram", "downgrade"),
    "renewed": ("renewed", "who stayed", "renovaram", "renovou", "ficaram"),
    "lost": ("lost deals", "lost prospects", "never bought", "negócios perdidos", "não compraram", "não fecharam"),
})  # fmt: skip

Stratum = tuple[str | None, str]
"""Segment and outcome."""


@dataclass(frozen=True)
class Strata:
    """The accounts with an outcome in a period, by stratum, and those of them with whom somebody talked already."""

    period: Period
    accounts: Mapping[Stratum, tuple[Concluded, ...]]
    interviewed: frozenset[str]

    def of(self, stratum: Stratum, *, talked: bool) -> tuple[Concluded, ...]:
        """Those of a stratum that were interviewed, or those that were not."""
        return tuple(each for each in self.accounts[stratum] if (each.account_id in self.interviewed) is talked)


def last_quarter(today: date) -> Period:
    """The last quarter that is over."""
    return Period.containing(add_months(today, -3), "quarter")


def strata_of(found: Iterable[Concluded], period: Period, interviewed: Iterable[str]) -> Strata:
    """By segment, those without one last, and outcome as in `OUTCOMES`."""
    order = list(OUTCOMES)
    each: dict[Stratum, list[Concluded]] = {}
    for account in found:
        each.setdefault((account.segment, account.outcome), []).append(account)
    keys = sorted(each, key=lambda key: (key[0] is None, key[0] or "", order.index(key[1])))
    return Strata(period, {key: tuple(each[key]) for key in keys}, frozenset(interviewed))


def interviews(deps: Deps) -> tuple[Touch, ...]:
    """The interviews that were held up to today, from the book and from what was logged here."""
    imported = tuple(map(of_book, touches_that_say(deps.book, RESEARCH, WORDS, deps.today)))
    logged = tuple(touch for touch in deps.contacting.touches.all() if touch.on <= deps.today)
    return tuple(touch for touch in merged(imported, logged) if is_interview(touch))


def is_interview(touch: Touch) -> bool:
    """A touch of a research team, or a conversation whose note or channel says that it was an interview."""
    if folded(touch.category) in RESEARCH:
        return True
    talked = touch.channel in TALKED and touch.direction != "inbound"
    return talked and _SAID.search(folded(f"{touch.channel or ''} {touch.note or ''}")) is not None


def allotted(sizes: Mapping[Stratum, int], n: int) -> dict[Stratum, int]:
    """How many of `n` each stratum gets, in proportion to its size: those with the largest remainders get one more.

    At most as many as there are; of equal remainders the stratum that is listed first comes first.
    """
    total = sum(sizes.values())
    n = min(n, total)
    shares = [Fraction(n * size, total or 1) for size in sizes.values()]
    return dict(zip(sizes, adding_up(shares, n), strict=True))


def shuffled(accounts: Sequence[Concluded], seed: str) -> list[Concluded]:
    """In an order that depends on the seed and on each account alone: whoever draws gets the same."""
    return sorted(accounts, key=lambda each: sha256(f"{seed}|{each.account_id}".encode()).digest())


def seed_of(period: Period, deps: Deps) -> str:
    """What the draw depends on: the period and the workspace."""
    return f"{period} {deps.contacting.workspace}".strip()


def interviewer(account_id: str, owner: str | None, owners: Sequence[str]) -> tuple[str, ...]:
    """Who can ask, first whom the account's id points at: never who looks after the account."""
    others = [name for name in owners if name != owner]
    if not others:
        return ()
    chosen = others[sum(account_id.encode()) % len(others)]
    return (chosen, *(name for name in others if name != chosen))
