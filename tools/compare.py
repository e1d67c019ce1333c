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
from tools._over_time import OverTime

Sides = Literal["peers", "campaigns", "regions", "products", "actions", "over_time"]
_SIDES = {
    "campaigns": ("campaign*", "campanha*"),
    "regions": (
        "region*", "regiao", "regioes", "regional", "regionais", "state", "states", "estado", "estados", "geograph*",
        "geograf*", "territor*",
    ),
    "products": ("product", "products", "produto", "produtos"),
    "actions": (
        "effect", "effects", "impact", "efeito", "efeitos", "impacto", "did it help", "pay off", "paid off", "work*",
        "helped", "adiant*", "surtiu", "funcion*", "ajudou", "ajudaram", "resultado*", "valeu a pena",
        "valeram a pena", "deram certo", "deu certo", "difference", "diferenca", "comparison group",
        "grupo de comparacao", "we talked to", "we visited", "com quem falamos", "que visitamos", "business review",
        "revisao de negocio", "que recebe qbr", "who got a review",
    ),
    "over_time": (
        "over time", "month by month", "month over month", "per month", "each month", "quarter by quarter", "develop*",
        "evolv*", "evolution", "trend", "trends", "trajector*", "grew", "growing", "ao longo do tempo", "mes a mes",
        "por mes", "cada mes", "trimestre a trimestre", "por trimestre", "desenvolv*", "evolu*", "tendencia*",
        "trajetoria", "cresce*", "segments", "segmentos",
    ),
    "peers": (
        "peer", "peers", "similar", "like it", "parecid*", "semelhante*", "pares", "lookalike*", "look-alike*",
    ),
}  # fmt: skip
_ACROSS = Choice({
    "industry": ("industr*", "sector*", "vertical*", "setor*", "ramo*"),
    "country": ("countr*", "pais", "paises"),
    "region": ("region*", "regiao", "regioes", "state", "states", "estado", "estados"),
    "owner": ("owner*", "manager*", "csm*", "gerente*", "responsave*", "carteira*"),
    "size": ("size*", "employees", "porte*", "tamanho*", "funcionarios"),
    "source": ("source*", "channel*", "origem", "origens", "canal", "canais"),
    "segment": ("segment*",),
}, only=("sides", "over_time"))  # fmt: skip
_WHICH = Choice({
    "focus": ("focus segment*", "in focus", "pinned", "segmento* em foco", "segmentos fixados", "em foco"),
    "saved": ("saved segment*", "segmento* salvo*", "segments we saved", "segmentos que salvamos"),
}, only=("sides", "over_time"))  # fmt: skip
_EACH = Choice({
    "week": ("weekly", "week by week", "by week", "per week", "each week", "semana a semana", "por semana", "semanal"),
    "month": ("monthly", "month by month", "by month", "per month", "each month", "mes a mes", "por mes", "mensal"),
    "quarter": (
        "quarterly", "quarter by quarter", "by quarter", "per quarter", "each quarter", "trimestre a trimestre",
        "por trimestre", "trimestral", "four quarters", "quatro trimestres",
    ),
    "year": ("yearly", "year by year", "by year", "per year", "each year", "ano a ano", "por ano", "anual"),
}, only=("sides", "over_time"))  # fmt: skip
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
        description="peers of the account; two campaigns; regions; products; actions: accounts with and without one; "
        "over_time: MRR, accounts and losses of segments, a row for each month.",
    )
    deed: Annotated[Deed | None, _DEEDS] = Field(
        default=None, description="Of actions: which one; empty: conversation."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None,
        description="Of actions: when they were done; empty: the last quarter that is over for 90 days. Over time: how "
        "long; empty: the last 12 full months.",
    )
    across: Annotated[
        Literal["segment", "industry", "country", "region", "owner", "size", "source"] | None, _ACROSS
    ] = Field(default=None, description="Over time: one column for each of these; empty: segment.")
    which: Annotated[Literal["focus", "saved"] | None, _WHICH] = Field(
        default=None, description="Over time: one column for each focus segment, or each saved one, instead."
    )
    each: Annotated[Literal["week", "month", "quarter", "year"] | None, _EACH] = Field(
        default=None, description="Over time: a row for each week, month, quarter or year; empty: month."
    )
    limit: Annotated[int, COUNT] = Field(default=8, ge=3, le=20, description="How many peers.")
    said: Annotated[str | None, TOPIC] = Field(default=None, description="Of campaigns: the names of the two.")


def compare(ask: Input, deps: Deps) -> Answer:
    """Compare an account with its peers, campaigns, regions, products or segments over time; or what our actions did.

    Use when someone wants an account beside similar customers, the current campaign beside a past one (reach,
    conversion, MRR), regions or products with usage, MRR, churn and a next step, or asks what effect calls, meetings
    or reviews had, or how segments (of a dimension, saved or in focus) developed month by month. Not for two
    definitions of a metric, nor for one metric over two periods.
    """
    sides = ask.sides or ("peers" if ask.account else "over_time" if ask.saved else None)
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
        case "over_time":
            return OverTime(
                deps, ask.where, ask.period, ask.each, ask.across or "segment", ask.which, ask.saved, ask.said or ""
            ).answer()
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
