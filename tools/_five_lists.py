"""The five lists of a portfolio: who brings money, who costs more, who loses it, who may grow, whom not to keep.

Each account is in exactly one: the first whose rule holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from tools._phrase import Phrase, phrase
from tools.metrics import Placed, Portfolio, Share

List = Literal["let_go", "losing", "costly", "potential", "profitable"]
LISTS: tuple[List, ...] = get_args(List)
"""In the order in which their rules are tried."""
TWICE = 2
"""How many times the usual share of revenue serving takes where it is costly."""

CALLED: Mapping[List, Phrase] = {
    "let_go": phrase("Not to keep as they are"),
    "losing": phrase("Lose money"),
    "costly": phrase("Cost more to serve than others"),
    "potential": phrase("Future potential"),
    "profitable": phrase("Profitable"),
}


@dataclass(frozen=True)
class FiveLists:
    """Every account in its list; `usual`: the share of revenue that serving takes from all accounts together."""

    of: Mapping[List, tuple[Placed, ...]]
    usual: Fraction

    def rule(self, name: List) -> Phrase:
        return {
            "let_go": phrase("margin below zero, not expected to stay, and nobody decided to keep it"),
            "losing": phrase("margin below zero over the last twelve months"),
            "costly": phrase(
                "serving takes {share} of revenue or more, {times} times the usual", share=Share(self.costly_from),
                times=TWICE,
            ),
            "potential": phrase("too new to tell, or lasting with a margin still below the threshold"),
            "profitable": phrase("all others: a margin above zero and nothing of the above"),
        }[name]  # fmt: skip

    @property
    def costly_from(self) -> Fraction:
        return self.usual * TWICE


def five_lists(found: Portfolio, kept: Mapping[str, object]) -> FiveLists:
    """Each account in exactly one list; `kept`: ids of those that somebody decided to keep."""
    revenue = sum(one.ledger.revenue for one in found.placed)
    usual = Fraction(sum(one.ledger.service for one in found.placed), revenue) if revenue else Fraction(0)
    lists: dict[List, list[Placed]] = {name: [] for name in LISTS}
    for one in found.placed:
        lists[_list_of(one, usual, one.account_id in kept)].append(one)
    return FiveLists({name: tuple(ones) for name, ones in lists.items()}, usual)


def _list_of(one: Placed, usual: Fraction, is_kept: bool) -> List:
    if one.margin is None:
        return "potential"
    if one.margin < 0:
        return "let_go" if one.place == "strangers" and not is_kept else "losing"
    if one.ledger.revenue and Fraction(one.ledger.service, one.ledger.revenue) >= usual * TWICE > 0:
        return "costly"
    return "potential" if one.place == "barnacles" else "profitable"
