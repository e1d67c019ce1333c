"""Who else an offer is for: accounts that are like those who have it."""

from tools._answer import Answer, NextSteps, Note, ToolError
from tools._growing import look_alike_table
from tools._limits import limited
from tools._phrase import phrase, phrase_n
from tools._registry import Deps
from tools.metrics import Prospects, Where, look_alikes, offered

FEW = 5
"""Acceptors below which nobody is said to be like them."""


def who_else(offer: str | None, whole: Prospects, found: Prospects, where: Where, limit: int, deps: Deps) -> Answer:
    """Of the accounts `found` among the `whole`. Raises ToolError for an offer that is not known or hardly taken."""
    if offer is None:
        names = offered(whole)
        raise ToolError(
            phrase("Which offer? I know {offers}.", offers=tuple(phrase("{text}", text=each) for each in names[:12])),
            suggestions=tuple(phrase("Who else for {offer}?", offer=each) for each in names[:3]),
        )
    alike = look_alikes(deps.book, whole, offer)
    if len(alike.acceptors) < FEW:
        raise ToolError(phrase_n(
            "Only {n} account has {offer}: too few to say who is like them.",
            "Only {n} accounts have {offer}: too few to say who is like them.", len(alike.acceptors),
            offer=offer,
        ))  # fmt: skip
    here = {each.account_id for each in found.accounts}
    shown = [each for each in alike.found if each.account_id in here and each.likeness > 1]
    names_of = {each.account_id: each.name for each in whole.accounts}
    return Answer(
        limited(phrase("Who else for {offer}", offer=offer), where),
        phrase_n(
            "{n} account is more like those who have {offer} than like the others; {acceptors} have it.",
            "{n} accounts are more like those who have {offer} than like the others; {acceptors} have it.",
            len(shown), offer=offer, acceptors=len(alike.acceptors),
        ),
        (
            look_alike_table(shown, names_of, limit, deps),
            Note(phrase(
                "Compared: segment, industry, country, size, how they were won, products and features used. Those "
                "who have it, are at risk, have cancelled or have an urgent ticket are left out."
            )),
            NextSteps((
                phrase("Which customers should we upsell?"), phrase("What do the playbooks say about cross-sell?"),
            )),
        ),
        accounts=frozenset(each.account_id for each in shown[: limit]),
        listed=tuple(each.account_id for each in shown[: limit]),
    )  # fmt: skip
