"""Which accounts may leave, why, and how much MRR goes with them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    COUNT,
    OWNER,
    PERIOD,
    SEGMENT,
    Answer,
    Cell,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._reading import conversion, written_period
from tools._signs import account_score, all_reasons, track_record, unknowns
from tools.metrics import Figure, Money, Period, Ranking, Risk, Share, all_metrics, rank


class Input(BaseModel):
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=100, description="How many accounts to list.")
    owner: Annotated[str | None, OWNER] = Field(default=None, description="Only accounts of this customer-success manager.")
    segment: Annotated[str | None, SEGMENT] = Field(default=None, description="Only accounts of this segment.")
    renewing: Annotated[str | None, PERIOD] = Field(
        default=None, description="Only accounts whose contract renews in this period, for instance 2026-12 or 2026-Q4."
    )


EXAMPLES: dict[str, tuple[str, ...]] = {
    "en": (
        "Which accounts are at risk?",
        "at risk accounts",
        "at risk?",
        "accounts at risk of churning",
        "churn risk",
        "top 10 churn risks",
        "who might churn?",
        "who's likely to cancel",
        "customers likely to leave us",
        "which customers are in danger",
        "risky accounts this quarter",
        "red accounts",
        "show me red and yellow accounts",
        "unhealthy customers",
        "accounts with low health score",
        "worst health scores",
        "lowest health in enterprise",
        "who needs attention this week?",
        "accounts that need saving",
        "which clients should I worry about",
        "{owner}'s accounts at risk",
        "{owner}'s riskiest customers",
        "at-risk smb accounts",
        "top 5 at risk mid-market",
        "enterprise churn risk ranking",
        "renewals at risk next quarter",
        "risky renewals in december",
        "which contracts up for renewal are in trouble",
        "who may not renew in Q1",
        "renewals at risk in the next 90 days",
        "how much MRR is at risk",
        "mrr at risk",
        "where are we about to lose customers",
        "churn watchlist",
        "wich acounts are at risk",
        "atrisk list pls",
        "list 20 accounts most likely to churn",
        "any customers about to leave?",
        "who is unhappy right now",
        "accounts in my book that look shaky",
        "what is my churn exposure",
        "customers with dropping usage and bad health",
        "predict who will cancel next",
        "who is close to cancelling",
        "customers at risk in the coming months",
        "list of accounts at risk",
        "which accounts could we lose",
        "mrr at risk by account",
        "accounts nobody can save",
        "how many accounts are at risk",
        "customers with the worst health",
        "who won't renew",
        "accounts in trouble",
        "health ranking of customers",
        "accounts to worry about",
        "revenue at risk in renewals",
        "clients that look unhappy",
        "customers ranked by churn probability",
        "who's on thin ice",
        "customers slipping away",
        "accounts trending down",
        "who is drifting away from us",
        "clients that went quiet and may leave",
        "who do we stand to lose",
        "likely churners",
        "expected churn next quarter",
        "which deals up for renewal are weak",
        "fires to put out this week",
        "customers hanging by a thread",
        "sort my accounts by risk",
        "order customers by risk of leaving",
        "biggest retention threats",
        "{owner} at risk",
        "{owner} portfolio health",
        "which logos are wavering",
        "retention risks in smb",
        "vulnerable customers",
        "flight risk customers",
        "whose renewal is doubtful",
        "might we lose anyone in march?",
        "accounts on the edge",
        "give me the danger zone",
    ),
    "pt-BR": (
        "Quais contas estão em risco?",
        "contas em risco",
        "em risco?",
        "contas com risco de churn",
        "risco de churn",
        "top 10 risco de cancelamento",
        "quem pode cancelar?",
        "quem deve cancelar em breve",
        "clientes que podem sair",
        "quais clientes estão em perigo",
        "contas críticas do trimestre",
        "contas vermelhas",
        "contas no vermelho e no amarelo",
        "clientes com saúde ruim",
        "contas com health score baixo",
        "piores health scores",
        "pior saúde no corporativo",
        "quem precisa de atenção essa semana?",
        "contas que precisamos salvar",
        "com quais clientes devo me preocupar",
        "contas em risco da {owner}",
        "carteira do {owner} em risco",
        "clientes da {owner} com mais risco",
        "contas pme em risco",
        "top 5 em risco médias empresas",
        "ranking de risco de churn enterprise",
        "renovações em risco no próximo trimestre",
        "renovacoes arriscadas em dezembro",
        "quais contratos a vencer estão complicados",
        "quem pode não renovar no Q1",
        "renovações em risco nos próximos 90 dias",
        "quanto de MRR está em risco",
        "mrr em risco",
        "onde vamos perder cliente",
        "lista de alerta de churn",
        "quais conta estao em risco",
        "lista das at risk pf",
        "lista 20 contas com maior chance de cancelar",
        "tem algum cliente querendo sair?",
        "quem tá insatisfeito agora",
        "contas da minha carteira que estão balançando",
        "qual a nossa exposição a churn",
        "clientes com uso caindo e saúde ruim",
        "quem vai cancelar a seguir",
        "quem está perto de cancelar",
        "clientes em risco nos próximos meses",
        "lista de contas em risco",
        "que contas podemos perder",
        "mrr em risco por conta",
        "quantas contas estão em risco",
        "clientes com a pior saúde",
        "quem não vai renovar",
        "contas com problema",
        "ranking de saúde dos clientes",
        "contas que preocupam",
        "receita em risco nas renovações",
        "clientes que parecem insatisfeitos",
        "clientes por probabilidade de churn",
        "quem tá com cara de que vai sair",
        "contas pra gente ficar de olho",
        "quem está por um fio",
        "clientes escapando",
        "contas em queda",
        "quem está se afastando da gente",
        "clientes que sumiram e podem sair",
        "quem a gente corre o risco de perder",
        "prováveis cancelamentos",
        "churn esperado no próximo trimestre",
        "quais renovações estão fracas",
        "incêndios pra apagar essa semana",
        "ordena minhas contas por risco",
        "clientes por ordem de risco",
        "maiores ameaças de retenção",
        "{owner} em risco",
        "saúde da carteira da {owner}",
        "quais logos estão vacilando",
        "riscos de retenção nas pequenas",
        "clientes vulneráveis",
        "clientes com risco de fuga",
        "renovação de quem está duvidosa",
        "podemos perder alguém em março?",
        "contas no limite",
        "zona de perigo",
        "quem pode nos deixar",
    ),
}


def accounts_at_risk(ask: Input, deps: Deps) -> Answer:
    """List the accounts most at risk of leaving, ranked, with the reasons.

    Use when someone asks who may churn or cancel, which customers need attention, are unhealthy, in danger or
    likely not to renew, for everyone or for one manager, segment or renewal period.
    """
    window = written_period(ask.renewing) if ask.renewing else None
    ranking = rank(deps.book, deps.today, _where(ask))
    if not ranking.risks:
        raise ToolError(phrase("No paying account matches this. Leave out the manager or segment, or check its name."))
    flagged = _renewing(ranking.at_risk, window)
    shown = flagged[: ask.limit]
    return Answer(
        subject=_subject(ask, window),
        headline=_headline(flagged, deps.book.currency),
        parts=tuple(_parts(ask, deps, ranking, flagged, shown)),
        accounts=frozenset(risk.standing.account_id for risk in (*shown, *ranking.leaving)),
    )


def _where(ask: Input) -> dict[str, str]:
    return {name: value for name, value in (("owner", ask.owner), ("segment", ask.segment)) if value}


def _renewing(risks: Sequence[Risk], window: Period | None) -> list[Risk]:
    if window is None:
        return list(risks)
    return [risk for risk in risks if risk.standing.renews_on and window.start <= risk.standing.renews_on < window.end]


def _subject(ask: Input, window: Period | None) -> Phrase:
    limits: list[Cell] = [limit for limit in (ask.segment, ask.owner) if limit]
    if window:
        limits.append(phrase("renewing {period}", period=window))
    subject = phrase("Accounts at risk")
    for limit in limits:
        subject = phrase("{subject} · {limit}", subject=subject, limit=limit)
    return subject


def _headline(flagged: Sequence[Risk], currency: str) -> Phrase:
    if not flagged:
        return phrase("No account is at risk by the scorecard.")
    mrr = Money(sum(risk.standing.mrr_minor for risk in flagged), currency)
    return phrase_n("{n} account is at risk, with {mrr} of MRR.", "{n} accounts are at risk, with {mrr} of MRR.", len(flagged), mrr=mrr)


def _parts(ask: Input, deps: Deps, ranking: Ranking, flagged: Sequence[Risk], shown: Sequence[Risk]) -> list[Part]:
    parts: list[Part] = [_ranked(deps, ranking, flagged, shown), _reasons(shown)] if shown else []
    parts.append(_whole(ask, deps, ranking))
    if ranking.leaving:
        parts.append(_leaving(ranking, deps.book.currency))
    parts += unknowns(shown)
    parts.append(track_record(deps))
    parts += conversion(deps.book)
    return [*parts, NextSteps(_next(shown))]


def _ranked(deps: Deps, ranking: Ranking, flagged: Sequence[Risk], shown: Sequence[Risk]) -> Table:
    left_out = len(flagged) - len(shown)
    return Table(
        phrase("Most at risk first"),
        (
            Column(phrase("Account")), Column(phrase("Score"), numeric=True), Column(phrase("MRR"), numeric=True),
            Column(phrase("Renewal")), Column(phrase("Owner")),
        ),
        tuple(_row(deps, ranking, risk) for risk in shown),
        phrase_n("{n} more account is at risk; ask for more to see it.", "{n} more accounts are at risk; ask for more to see them.", left_out) if left_out else None,
    )  # fmt: skip


def _row(deps: Deps, ranking: Ranking, risk: Risk) -> tuple[Cell, ...]:
    standing = risk.standing
    return (standing.name, account_score(deps, ranking, risk), _mrr(deps, ranking, risk), standing.renews_on, standing.owner)


def _reasons(shown: Sequence[Risk]) -> Facts:
    """Why each account has its score: the points in brackets add up to it."""
    items = (Fact(phrase("{account}, {score}", account=risk.standing.name, score=risk.score), all_reasons(risk)) for risk in shown)
    return Facts(tuple(items), phrase("Reasons, with their points of the score"))


def _mrr(deps: Deps, ranking: Ranking, risk: Risk) -> Figure:
    day, account = Period.containing(deps.today, "day"), {"account_id": risk.standing.account_id}
    return all_metrics()["mrr"].figure(deps.book, day, account, risk.standing.mrr_minor, ranking.source)


def _whole(ask: Input, deps: Deps, ranking: Ranking) -> Facts:
    """How the list stands to everyone it was taken from."""
    day = Period.containing(deps.today, "day")
    total = sum(risk.standing.mrr_minor for risk in ranking.at_risk)
    at_risk = all_metrics()["mrr_at_risk"].figure(deps.book, day, _where(ask), total, ranking.source)
    everyone = sum(risk.standing.mrr_minor for risk in ranking.risks)
    return Facts((
        Fact(phrase("MRR at risk"), at_risk),
        Fact(phrase("Share of MRR"), Share(Fraction(total, everyone))),
        Fact(phrase("Accounts at risk"), phrase("{n} of {all}", n=len(ranking.at_risk), all=len(ranking.risks))),
    ))  # fmt: skip


def _leaving(ranking: Ranking, currency: str) -> Part:
    """Not at risk any more: they have cancelled and pay until their day."""
    mrr = Money(sum(risk.standing.mrr_minor for risk in ranking.leaving), currency)
    return Note(phrase_n(
        "Not in the list: {n} account that has already cancelled and still pays, {mrr} of MRR.",
        "Not in the list: {n} accounts that have already cancelled and still pay, {mrr} of MRR.",
        len(ranking.leaving), mrr=mrr,
    ))  # fmt: skip


def _next(shown: Sequence[Risk]) -> tuple[Phrase, ...]:
    if not shown:
        return (phrase("Weekly MRR summary"), phrase("What do the playbooks say about renewals?"))
    first = shown[0].standing.name
    return (
        phrase("Summary of {account}", account=first),
        phrase("Trust plan for {account}", account=first),
        phrase("What do the playbooks say about a drop in usage?"),
    )
