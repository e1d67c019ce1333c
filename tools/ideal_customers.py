"""Who our ideal customers are: what the best have in common, and which companies of a list are like them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    COUNT,
    Answer,
    Cell,
    Choice,
    Column,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._in_public import social, web
from tools._leads import Leads, trait_called
from tools._limits import Limits, limited
from tools._naming import DIMENSIONS
from tools._values import value_called
from tools.metrics import FEWEST, OF_PROSPECTS, Ideal, Share, Trait
from tools.metrics import ideal_customers as profile_of

ENOUGH = 30
"""Customers under which no profile is told."""
_ASPECTS = Choice({
    "leads": (
        "lead", "leads", "lead list", "prospect", "prospects", "list of companies", "imported list", "lista de leads",
        "prospectos", "lista de empresas", "lista importada", "companies on the list", "empresas da lista",
        "of the list", "from the list", "fair list", "sales call", "vendas deve chamar", "vendas deve ligar",
    ),
    "criteria": (
        "criteria", "prospecting", "criterio*", "prospeccao", "prospectar", "qualify", "qualificar", "qualification",
        "qualificacao", "look for", "look-alike*", "lookalike*",
    ),
    "web": (
        "web analytics", "google analytics", "web site", "website", "site", "pages", "content do", "top content",
        "paginas", "conteudo*", "content", "pages on", "read on our", "leem",
    ),
    "social": (
        "social", "facebook", "instagram", "linkedin", "twitter", "followers", "audience", "audiences", "seguidores",
        "publico", "redes sociais", "rede social", "mentions", "mencoes",
    ),
})  # fmt: skip


class Input(Limits):
    aspect: Annotated[Literal["profile", "criteria", "leads", "web", "social"], _ASPECTS] = Field(
        default="profile",
        description="profile: traits with lift. criteria: for prospecting. leads: an imported list matched with them. "
        "web: what customers read on our site. social: who follows us and what is said.",
    )
    limit: Annotated[int, COUNT] = Field(default=15, ge=1, le=100, description="How many traits or companies.")


def ideal_customers(ask: Input, deps: Deps) -> Answer:
    """Describe our ideal customer (ICP): traits that the best, loyal accounts have more often, with lift and n.

    Use when someone asks who the ideal customer is, what the best customers have in common, for criteria for sales or
    prospecting, which leads of an imported list fit, or for web or social audience data. Not for interview scripts.
    """
    if ask.aspect == "web":
        return web(ask.where, deps)
    if ask.aspect == "social":
        return social(deps)
    where = {} if ask.aspect == "leads" else ask.where
    found = profile_of(deps.book, deps.today, where, deps.thresholds.discount)
    if found.customers < ENOUGH or not found.best:
        raise ToolError(phrase(
            "Too few customers for a profile: {n} that ever paid, {best} of them among the best; I need {enough}.",
            n=found.customers, best=len(found.best), enough=ENOUGH,
        ))  # fmt: skip
    if ask.aspect == "leads":
        return Leads(found, ask.limit, deps).answer()
    return _Profile(found, ask, deps).answer()


class _Profile:
    def __init__(self, found: Ideal, ask: Input, deps: Deps) -> None:
        self.found, self.ask, self.deps = found, ask, deps
        of_all = ask.aspect == "profile"
        wanted = [t for t in found.traits if of_all or (t.dimension in OF_PROSPECTS and t.is_clear)]
        wanted = [each for each in wanted if each.dimension not in ask.where]
        self.over = [each for each in wanted if each.lift > 1][: ask.limit]
        self.under = [each for each in reversed(wanted) if each.lift < 1][:5]

    def answer(self) -> Answer:
        title = phrase("Ideal customer profile")
        if self.ask.aspect == "criteria":
            title = phrase("Criteria for prospecting")
        return Answer(limited(title, self.ask.where), self._headline(), tuple(self._parts()))

    def _headline(self) -> Phrase:
        clear = [each for each in self.over if each.is_clear][:3] or self.over[:3]
        said = {"best": len(self.found.best), "all": self.found.customers}
        if not clear:
            return phrase("{best} of {all} customers are the best; no trait sets them apart.", **said)
        traits = tuple(trait_called(trait) for trait in clear)
        return phrase("{best} of {all} customers are the best; what sets them apart: {traits}.", traits=traits, **said)

    def _parts(self) -> Iterator[Part]:
        if self.over:
            yield self._table(phrase("More often among the best"), self.over)
        if self.under:
            yield self._table(phrase("Less often among the best"), self.under)
        yield Note(phrase_n(
            "{n} trait of fewer than {fewest} customers is not shown.",
            "{n} traits of fewer than {fewest} customers are not shown.", self.found.hidden, fewest=FEWEST,
        ))  # fmt: skip
        yield Note(self._rule())
        yield Note(phrase("From your own data alone. A trait goes with it; it need not be why."))
        steps = phrase("Which leads fit our best customers?"), phrase("Ideal-customer interview script")
        yield NextSteps((*steps, phrase("Criteria for prospecting")))

    def _rule(self) -> Phrase:
        if self.found.worth == "clv":
            return phrase(
                "The best: in the upper third of all that ever paid by lifetime value (own margin of a year, expected "
                "stay, {discount} a year), paying for half a year or more, and never lost. Lift: share of the best "
                "among those with the trait ÷ among all.", discount=Share(self.deps.thresholds.discount),
            )  # fmt: skip
        if self.found.worth == "margin":
            return phrase(
                "The best: in the upper third of all that ever paid by margin so far (invoiced, less what winning and "
                "serving them cost), paying for half a year or more, and never lost. Lift: share of the best among "
                "those with the trait ÷ among all."
            )
        return phrase(
            "The best: in the upper third of all that ever paid by MRR × time paid (costs are not used), paying for "
            "half a year or more, and never lost. Lift: share of the best among those with the trait ÷ among all."
        )

    def _table(self, title: Phrase, traits: Sequence[Trait]) -> Table:
        columns = (
            Column(phrase("Trait")), Column(phrase("Value")), Column(phrase("Lift"), True),
            Column(phrase("Customers (n)"), True), Column(phrase("Best"), True),
            Column(phrase("Share of the best"), True), Column(phrase("What it shows")),
        )  # fmt: skip
        return Table(title, columns, tuple(_row(each) for each in traits))


def _row(each: Trait) -> tuple[Cell, ...]:
    shows = phrase("a difference") if each.is_clear else phrase("may be chance")
    share = Share(Fraction(each.best, each.n))
    value = value_called(each.dimension, each.value)
    return DIMENSIONS[each.dimension], value, each.lift, each.n, each.best, share, shows
