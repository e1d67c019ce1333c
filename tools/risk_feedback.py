"""What a rep knows better than the score, kept as a labelled case."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import ACCOUNT, SAID, TOPIC, Answer, Choice, Deps, Fact, Facts, NextSteps, Note, RiskCase, phrase
from tools._account import read_account, risk_of
from tools._logging_touches import BECAUSE, note_of
from tools.metrics import flagged

_VERDICTS = {
    "saved": (
        "saved", "we saved", "rescued", "won back over", "turned around", "turned it around", "is staying",
        "are staying", "renewed after all", "salva*", "salvou", "salvamos", "resgatamos", "recuperamos", "recuperada",
        "recuperado", "vai ficar", "decidiu ficar", "ficou", "renovou afinal", "revertemos", "revertida", "revertido",
        "came round", "came around", "recovered", "back on its feet", "back on track", "will stay", "decided to stay",
        "stays with us", "they stayed", "renewed", "they renew", "renovou", "renovaram", "vai renovar", "vao renovar",
        "deu a volta por cima", "virou o jogo", "se recuperou", "resolveu ficar", "ficaram", "vao ficar",
        "continua com a gente", "voltou atras",
    ),
    "lost": (
        "lost anyway", "we lost", "lost after all", "couldn't save", "could not save", "not saved", "left anyway",
        "cancelled anyway", "lost cause", "perdemos", "perdida", "perdido", "perdeu-se", "saiu mesmo assim",
        "cancelou mesmo assim", "nao conseguimos salvar", "nao deu para salvar", "nao deu pra salvar", "lost",
        "couldn't hold", "could not hold", "couldn't keep", "could not keep", "didn't manage", "did not manage",
        "cancelled in spite", "cancelled despite", "in spite of", "despite everything", "churned", "they left",
        "foi embora", "foram embora", "acabamos perdendo", "perdeu", "nao deu pra segurar", "nao deu para segurar",
        "nao deu pra reter", "nao deu pra manter", "nao conseguimos segurar", "nao conseguimos manter",
        "nao conseguimos reter", "cancelou apesar", "saiu apesar", "apesar de tudo",
    ),
    "not_at_risk": (
        "not at risk", "isn't at risk", "is not at risk", "aren't at risk", "false alarm", "not really at risk",
        "not in danger", "is fine", "is safe", "are fine", "wrongly flagged", "no risk", "nao esta em risco",
        "nao ta em risco", "nao corre risco", "alarme falso", "falso alarme", "sem risco", "nao e risco", "esta bem",
        "ta bem", "esta segura", "esta seguro", "marcada errado", "marcado errado", "disagree", "don't agree",
        "do not agree", "wrong about", "you have it wrong", "false positive", "shouldn't be on", "should not be on",
        "doesn't belong", "does not belong", "score is off", "score is wrong", "discordo", "nao concordo",
        "errado sobre", "errou sobre", "falso positivo", "nao devia estar", "nao deveria estar", "nao tem que estar",
        "nota ta errada", "nota esta errada", "score ta errado",
    ),
}  # fmt: skip
WRITES = True


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    verdict: Annotated[Literal["not_at_risk", "saved", "lost"], Choice(_VERDICTS)] = Field(
        default="not_at_risk",
        description="not_at_risk: the score is wrong. saved, lost: how it ended for an account that was at risk.",
    )
    reason: Annotated[str | None, TOPIC] = Field(default=None, description="Why, in the asker's words.")


def risk_feedback(ask: Input, deps: Deps) -> Answer:
    """Write down that an account is not at risk, and why, or that it was saved or lost anyway; no score changes by it.

    Use when someone disagrees with the at-risk list about a customer, calls it a false alarm, or reports how a save
    ended.
    """
    name = read_account(ask.account, deps).account.name
    found = risk_of(ask.account, deps)
    risk = found[0] if found else None
    kept = deps.caseload.judge(RiskCase(
        ask.account, ask.verdict, deps.today, _reason(ask.reason), score=risk.score if risk else None,
        flagged=flagged(risk),
    ))  # fmt: skip
    facts = (
        Fact(phrase("What was said"), SAID[kept.verdict]),
        Fact(phrase("By"), kept.who),
        Fact(phrase("Day"), kept.on),
        Fact(phrase("Because"), kept.reason),
        Fact(phrase("Score on that day"), kept.score),
    )
    steps = (phrase("Why is {account} at risk?", account=name), phrase("Which accounts are at risk?"))
    return Answer(
        phrase("Risk feedback · {account}", account=name),
        phrase("Written down for {account}: {verdict}.", account=name, verdict=SAID[kept.verdict]),
        (Facts(facts), Note(_WHAT_FOR), NextSteps(steps)),
        frozenset({ask.account}),
    )


def _reason(said: str | None) -> str | None:
    """What stands after “because”, or after a colon; else all the words."""
    given = BECAUSE.search(said or "")
    return given["why"].strip() if given else note_of(said)


_WHAT_FOR = phrase(
    "Its score stays as it is, and it stays on the list unless it is snoozed. What you said is shown beside it, "
    "and counted beside the next test of the list."
)
