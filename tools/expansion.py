"""Where existing customers could grow: upsell, cross-sell, dormant products, unused features, look-alikes."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    COUNT,
    PRODUCT,
    TOPIC,
    Answer,
    Choice,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Slot,
    phrase,
    phrase_n,
)
from tools._account import read_account
from tools._growing import (
    cross_sell_table,
    dormant_table,
    how_good,
    rules_table,
    unused_by_feature,
    unused_table,
    upsell_table,
)
from tools._limits import Limits, limited
from tools._who_else import who_else
from tools.metrics import Association, Upsell, offered, prospects, recommended
from tools.metrics._cells import fold

View = Literal["upsell", "cross_sell", "dormant", "unused", "look_alikes", "renewals"]
AHEAD = timedelta(days=180)
_VIEWS = {
    "look_alikes": (
        "who else", "look-alike*", "lookalike*", "look alike*", "similar to those", "same offer", "benefit from",
        "would also want", "would want", "might want", "could use", "interested in", "parecid*", "quem mais",
        "semelhante*", "mesma oferta", "se beneficiar*", "teria interesse", "teriam interesse", "interessad*",
        "would go for", "would jump on", "who'd buy", "who would buy", "would buy", "ia querer", "iam querer",
        "toparia*", "quem compraria", "gostaria*",
    ),
    "renewals": ("renewal*", "renewing", "renew", "renovac*", "renova*"),
    "unused": (
        "unused", "not used", "never used", "never use", "do not use", "don't use", "not using", "feature gap*",
        "underused", "educat*", "train*", "nao usa*", "sem uso", "nunca usou", "nunca usa*", "nao usad*",
        "nao utiliza*", "treinamento*", "treinar", "educar", "subutilizad*", "never touch*", "don't touch",
        "doesn't touch", "not touching", "isn't using", "aren't using", "untouched", "ignore*", "nobody opens",
        "never open*", "teach", "nunca mexe*", "nao mexe*", "ignora*", "ninguem abre", "nunca abr*", "ensina*",
    ),
    "dormant": (
        "dormant", "used to have", "once had", "gave up", "dropped", "stopped paying for", "lapsed product*",
        "reintroduc*", "tinha*", "ja teve", "ja tiveram", "abandon*", "dormente*", "adormecid*", "inativ*",
        "deixaram de ter", "reapresentar", "and then dropped", "let lapse", "lapsed", "used to", "old product*",
        "pitch again", "offer again", "want again", "stopped paying", "largou", "largaram", "deixaram vencer",
        "produtos antigos", "de novo", "parou de pagar", "pararam de pagar",
    ),
    "cross_sell": (
        "cross-sell*", "cross sell*", "crosssell*", "recommend*", "goes with", "also buy", "product matrix",
        "next product", "add-on*", "addon*", "venda cruzada", "recomend*", "combina com", "proximo produto",
        "matriz de produtos", "adicional", "adicionais", "go together", "goes together", "usually together",
        "in pairs", "hand in hand", "take as well", "bundle*", "andam juntos", "andar juntos", "vendem juntos",
        "vao bem juntos", "juntos", "juntas", "em dupla", "combinam", "costuma levar",
    ),
    "upsell": (
        "upsell*", "up-sell*", "upgrade*", "outgr*", "plan limit*", "limit reached", "at their limit", "higher plan",
        "higher tier", "bigger plan", "move up", "more seats", "limite*", "plano maior", "plano superior",
        "subir de plano", "plano acima", "mais assentos", "mais licencas", "bumping into", "usage cap", "seat cap",
        "bursting", "more licenses", "more licences", "extra seats", "extra users", "more users", "larger plan",
        "nao cabe*", "estour*", "teto", "aguenta*", "comporta*", "mais usuarios",
    ),
}  # fmt: skip


class Input(Limits):
    account: Annotated[str | None, Slot("account", unless=("view", "look_alikes"))] = Field(
        default=None, description="Only this account, by its id."
    )
    view: Annotated[View | None, Choice(_VIEWS)] = Field(
        default=None,
        description="upsell: plans outgrown. cross_sell: products that go with what they have. dormant: products once "
        "held. unused: features paid for and not used, with training. look_alikes: who else for an offer. renewals: "
        "renewals with an upsell path. Empty: all signs.",
    )
    product: Annotated[str | None, PRODUCT] = Field(default=None, description="With look_alikes: the offer.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None, description="The asker's words; an offer (product or plan) named in them is found."
    )
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=100, description="How many accounts to list.")


def expansion(ask: Input, deps: Deps) -> Answer:
    """Find where customers could grow: upsell, cross-sell, dormant products, unused features, look-alikes for an offer.

    Use when someone asks what to sell to a customer or to whom to offer something, who outgrows a plan, which products
    go together, who once had a product, which features are not used and how to teach them.
    """
    return _Look(ask, deps).answer()


class _Look:
    """One look at where accounts could grow."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.ask, self.deps = ask, deps
        self.name = read_account(ask.account, deps).account.name if ask.account else None
        where = {"account_id": ask.account} if ask.account else dict(ask.where)
        self.whole = prospects(deps.book, deps.today)
        self.found = prospects(deps.book, deps.today, where) if where else self.whole
        self.offer = _named(ask.said, ask.product, offered(self.whole))

    def answer(self) -> Answer:
        if self.ask.view == "look_alikes":
            return who_else(self.offer, self.whole, self.found, self.ask.where, self.ask.limit, self.deps)
        parts = tuple(self._parts())
        tables = [account for part in parts for account in getattr(part, "accounts", ())]
        return Answer(
            limited(self._subject(), self.ask.where),
            self._headline(),
            (*parts, NextSteps(tuple(self._next()))),
            accounts=frozenset(tables) | ({self.ask.account} if self.ask.account else frozenset()),
            listed=() if self.ask.account else tuple(dict.fromkeys(tables)),
        )

    def _subject(self) -> Phrase:
        called = {
            "upsell": phrase("Upsell"), "cross_sell": phrase("Cross-sell"), "dormant": phrase("Dormant products"),
            "unused": phrase("Unused features"), "renewals": phrase("Renewals with an upsell path"),
        }  # fmt: skip
        subject = called.get(self.ask.view or "", phrase("Expansion"))
        return phrase("{subject} · {account}", subject=subject, account=self.name) if self.name else subject

    def _headline(self) -> Phrase:
        upsells, dormant = len(self.found.upsells), len({each.account.account_id for each in self.found.dormant})
        if self.name:
            signs = upsells + len(self.found.dormant) + len(self.found.unused) + len(self._cross())
            if not signs:
                return phrase("Nothing speaks for selling {account} more now.", account=self.name)
            return phrase_n(
                "{n} sign at {account}: read it before you propose anything.",
                "{n} signs at {account}: read them before you propose anything.", signs, account=self.name,
            )  # fmt: skip
        unused = len({each.account.account_id for each in self.found.unused})
        view = self.ask.view
        if view == "upsell":
            return phrase_n("{n} plan is outgrown.", "{n} plans are outgrown.", upsells)
        if view == "cross_sell":
            cross = len(self._cross())
            return phrase_n(
                "For {n} account a product goes with what it has.",
                "For {n} accounts a product goes with what they have.", cross,
            )  # fmt: skip
        if view == "dormant":
            return phrase_n("{n} account gave up a product.", "{n} accounts gave up a product.", dormant)
        if view == "unused":
            return phrase_n(
                "{n} account leaves features unused that it pays for.",
                "{n} accounts leave features unused that they pay for.", unused,
            )  # fmt: skip
        if view == "renewals":
            due = len(self._due())
            return phrase_n(
                "{n} renewal of the next six months has an upsell path.",
                "{n} renewals of the next six months have an upsell path.", due,
            )  # fmt: skip
        return phrase(
            "{upsells} plans are outgrown, {dormant} accounts gave up a product, {unused} leave features unused that "
            "they pay for.", upsells=upsells, dormant=dormant, unused=unused,
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        views = {
            "upsell": self._upsell, "cross_sell": self._cross_sell, "dormant": self._dormant, "unused": self._unused,
            "renewals": self._renewals,
        }  # fmt: skip
        chosen = (self.ask.view,) if self.ask.view else ("upsell", "cross_sell", "dormant", "unused")
        if self.ask.account and any(each.in_trouble for each in self.found.accounts):
            yield Note(phrase("First repair, then sell: it is at risk, has cancelled, or has an urgent ticket open."))
        for view in chosen:
            yield from views[view or "upsell"]()

    @property
    def _most(self) -> int:
        return self.ask.limit if self.ask.view else min(self.ask.limit, 5)

    def _upsell(self) -> Iterator[Part]:
        if not any(each.tier for each in self.whole.catalogue.packages):
            yield Note(
                phrase("No price list with tiers is loaded (table “packages”), so nobody is known to outgrow a plan.")
            )
        elif self.found.upsells:
            yield upsell_table(self.found.upsells, self._most)
            yield Note(phrase(
                "Rules: seats at 90% of the plan's limit or more, or 80% of the seats used, and a higher plan exists. "
                "Who is at risk, has cancelled or has an urgent ticket is left out."
            ))  # fmt: skip
        else:
            yield Note(phrase("No plan is outgrown."))

    def _cross(self) -> list[tuple[str, str, Association]]:
        """Per account the product with the strongest rule that makes it likelier than for anybody."""
        rules, baskets, _ = recommended(self.deps.book, self.deps.today)
        found = []
        for each in self.found.accounts:
            best = [rule for rule in rules.best(baskets.get(each.account_id, frozenset())) if rule.lift > 1]
            if best and not each.in_trouble:
                found += [(each.account_id, each.name, rule) for rule in (best[:3] if self.name else best[:1])]
        return sorted(found, key=lambda one: (-one[2].score, one[1]))

    def _cross_sell(self) -> Iterator[Part]:
        rules, _, test = recommended(self.deps.book, self.deps.today)
        found = self._cross()
        if not found:
            yield Note(phrase("No product goes with what they have more often than with anything."))
            return
        yield cross_sell_table(found, self._most)
        if self.ask.view and not self.name:
            strongest = [rule for given in rules.by_given.values() for rule in given if rule.lift > 1]
            yield rules_table(sorted(strongest, key=lambda rule: (-rule.lift, rule.given))[:10])
        yield Note(how_good(test))

    def _dormant(self) -> Iterator[Part]:
        if self.found.dormant:
            yield dormant_table(self.found.dormant, self._most, self.deps.book.currency)
        elif self.ask.view or self.name:
            yield Note(
                phrase("Nobody gave up a product and stayed.") if not self.name else phrase("It gave up no product.")
            )

    def _unused(self) -> Iterator[Part]:
        if not self.whole.catalogue.features:
            yield Note(phrase("No list of features is loaded (table “features”), so nobody knows what plans include."))
            return
        if self.found.unused:
            if not self.name:
                yield unused_by_feature(self.found.unused, self.deps)
            if self.ask.view or self.name:
                yield unused_table(self.found.unused, self._most, self.deps)
        else:
            yield Note(phrase("No feature that is paid for goes unused, as far as use is reported."))
        if self.found.silent and not self.name:
            yield Note(phrase_n(
                "Of {n} account nothing is known: it reported no use in 90 days.",
                "Of {n} accounts nothing is known: they reported no use in 90 days.", self.found.silent,
            ))  # fmt: skip

    def _due(self) -> list[Upsell]:
        """Upsells whose renewal lies in the next half year, the soonest first."""
        until = self.deps.today + AHEAD
        due = [each for each in self.found.upsells if each.account.renews_on and each.account.renews_on <= until]
        return sorted(due, key=lambda each: each.account.renews_on or until)

    def _renewals(self) -> Iterator[Part]:
        if due := self._due():
            yield upsell_table(due, self._most)
        else:
            yield Note(phrase("No renewal of the next six months has an upsell path."))

    def _next(self) -> Iterator[Phrase]:
        if self.name:
            yield phrase("Summary of {account}", account=self.name)
            yield phrase("What is {account} worth?", account=self.name)
        if self.ask.view != "upsell" and not self.name:
            yield phrase("Which customers should we upsell?")
        if self.ask.view != "unused" and not self.name:
            yield phrase("Which features are not used?")
        yield phrase("What do the playbooks say about cross-sell?")


def _named(said: str | None, product: str | None, names: Sequence[str]) -> str | None:
    """The offer that the words name: the longest name of a product or plan in them."""
    if product in names:
        return product
    words = f" {fold(said or '')} "
    found = [name for name in names if f" {fold(name)} " in words]
    return max(found, key=len, default=None)
