"""Side by side: an account and its peers, two campaigns, regions, products, accounts with and without an action."""

from typing import Annotated, Literal

from pydantic import Field

from tools import ACCOUNT, COUNT, PERIOD, TOPIC, Answer, Choice, Deps, NextSteps, phrase
from tools._account import read_account
from tools._alike import Alike
from tools._campaigns import compare_campaigns
from tools._effects import Deed, Effect
from tools._limits import Limits
from tools._markets import Markets

Sides = Literal["peers", "campaigns", "regions", "products", "actions"]
_SIDES = {
    "campaigns": ("campaign*", "campanha*"),
    "regions": (
        "region*", "regiao", "regioes", "regional", "regionais", "state", "states", "estado", "estados", "geograph*",
        "geograf*", "territor*", "south", "north", "east", "west", "southeast", "northeast", "southwest", "northwest",
        "sul", "norte", "leste", "oeste", "sudeste", "nordeste", "centro-oeste", "market", "markets", "mercado",
        "mercados",
    ),
    "products": (
        "product", "products", "produto", "produtos", "module", "modules", "modulo", "modulos",
    ),
    "actions": (
        "effect", "effects", "impact", "efeito", "efeitos", "impacto", "did it help", "pay off", "paid off", "work*",
        "helped", "adiant*", "surtiu", "funcion*", "ajudou", "ajudaram", "resultado*", "valeu a pena",
        "valeram a pena", "deram certo", "deu certo", "difference", "diferenca", "comparison group",
        "grupo de comparacao", "we talked to", "we visited", "com quem falamos", "que visitamos", "business review",
        "revisao de negocio", "que recebe qbr", "who got a review", "worth it", "changed anything", "change anything",
        "do anything", "doing anything", "churn less", "cancel less", "stay more", "stay longer", "stick around",
        "renew more", "we call", "we write to", "with and without", "with a review", "with a qbr", "had a review",
        "got a review", "compensa*", "mudou alguma coisa", "mudaram alguma coisa", "cancela menos", "cancelam menos",
        "fica mais", "ficam mais", "renova mais", "renovam mais", "com e sem", "teve revisao", "tiveram revisao",
        "a gente liga", "pra quem liga*",
    ),
    "peers": (
        "peer", "peers", "similar", "like it", "parecid*", "semelhante*", "pares", "lookalike*", "look-alike*",
    ),
}  # fmt: skip
_DEEDS = Choice({
    "review": ("qbr", "qbrs", "ebr", "ebrs", "business review*", "quarterly review*", "review", "revisoes", "revisao"),
    "message": ("email*", "e-mail*", "message*", "mensag*", "outreach"),
    "conversation": (
        "call", "calls", "meeting*", "conversation*", "touch", "touches", "ligac*", "reunio*", "reuniao", "convers*",
        "contato*", "visita*", "visit*",
    ),
})  # fmt: skip


class Input(Limits):
    account: Annotated[str | None, ACCOUNT] = Field(default=None, description="Id of the account, for its peers.")
    sides: Annotated[Sides | None, Choice(_SIDES)] = Field(
        default=None,
        description="peers of the account; two campaigns; regions; products; actions: accounts with and without one.",
    )
    deed: Annotated[Deed | None, _DEEDS] = Field(
        default=None, description="Of actions: which one; empty: conversation."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="Of actions: when they were done; empty: the last quarter that is over for 90 days."
    )
    limit: Annotated[int, COUNT] = Field(default=8, ge=3, le=20, description="How many peers.")
    said: Annotated[str | None, TOPIC] = Field(default=None, description="Of campaigns: the names of the two.")


def compare(ask: Input, deps: Deps) -> Answer:
    """Compare an account with its nearest peers, two campaigns, regions or products; or what went with our actions.

    Use when someone wants an account beside similar customers, the current campaign beside a past one (reach,
    conversion, MRR), regions or products with usage, MRR, churn and a next step, or asks what effect calls, meetings
    or reviews had. Not for two definitions of a metric, nor for one metric over two periods.
    """
    sides = ask.sides or ("peers" if ask.account else None)
    if ask.account and sides != "campaigns":
        return Alike(read_account(ask.account, deps), ask.limit, deps).answer()
    match sides:
        case "campaigns":
            return compare_campaigns(ask.said or "", ask.where, deps)
        case "regions":
            return Markets("region", ask.where, deps).answer()
        case "products":
            return Markets("product", ask.where, deps).answer()
        case "actions":
            return Effect(ask.deed or "conversation", ask.period, ask.where, deps).answer()
    return _unsaid()


def _unsaid() -> Answer:
    """What can be put side by side, where nothing was named."""
    steps = (
        phrase("Compare regions"), phrase("Compare the latest campaign with the one before"),
        phrase("What effect did our calls have?"),
    )  # fmt: skip
    said = phrase(
        "Say what to compare: an account with its peers, two campaigns, regions, products, or what calls did."
    )
    return Answer(phrase("Side by side"), said, (NextSteps(steps),))
