"""Lists to work through: visits, advocates, win-backs, event invitations, whom to survey."""

from typing import Annotated, Literal

from pydantic import Field

from tools import COUNT, PERIOD, REASON, Answer, Choice, Deps, NextSteps, Phrase, phrase
from tools._advocates import Advocates
from tools._invitations import Invitations
from tools._limits import Limits, limited
from tools._reading import written_period
from tools._values import value_called
from tools._visits import VisitPlan
from tools._winbacks import Winbacks

Kind = Literal["visits", "advocates", "winback", "event", "survey"]
SUBJECTS: dict[Kind, Phrase] = {
    "visits": phrase("Visit plan"),
    "advocates": phrase("Advocates"),
    "winback": phrase("Win-back list"),
    "event": phrase("Invitation list"),
    "survey": phrase("Whom to survey"),
}
_KINDS = Choice({
    "advocates": (
        "advocate*", "promoter*", "reference*", "referral*", "refer us", "testimonial*", "champions", "ambassador*",
        "fans", "defensor*", "promotor*", "referenci*", "indica*", "depoimento*", "embaixador*", "fas", "evangelist*",
        "recomend*", "recommend*", "speak for us", "quote", "vouch",
    ),
    "winback": (
        "win back", "win-back", "winback", "win backs", "bring back", "get back", "reconquist*", "recuper*",
        "trazer de volta", "de volta", "ex clientes", "ex customers", "former customers", "lost customers", "churned",
        "retomar", "win them back", "who left", "que sairam", "quem saiu",
    ),
    "survey": ("survey*", "nps", "csat", "questionnaire", "pesquisa*", "questionario"),
    "event": (
        "event", "events", "webinar*", "invit*", "guest list", "dinner", "workshop*", "meetup*", "evento*", "convid*",
        "convite*", "jantar", "encontro*", "breakfast", "cafe da manha",
    ),
    "visits": (
        "visit", "visits", "visiting", "trip", "on site", "onsite", "go see", "route", "visita*", "visitar", "viagem",
        "roteiro de visita*", "rota", "ver pessoalmente", "in person",
    ),
})  # fmt: skip


class Input(Limits):
    kind: Annotated[Kind, _KINDS] = Field(
        default="visits",
        description="visits: whom to visit next. advocates: who may speak for us. winback: lost accounts. event: whom "
        "to invite. survey: whom to ask NPS or CSAT.",
    )
    reason: Annotated[str | None, REASON] = Field(
        default=None,
        description="Of winback: the reason for leaving that we mended; empty: those kept as fixed.",
    )
    day: Annotated[str | None, PERIOD] = Field(
        default=None, description="Of event and survey: the day on which it would be sent; empty: the next working day."
    )
    limit: Annotated[int, COUNT] = Field(default=15, ge=1, le=200, description="How many accounts.")


def worklist(ask: Input, deps: Deps) -> Answer:
    """List accounts to act on: whom to visit, advocates, win-backs, whom to invite to an event or to survey.

    Use when someone asks for a visit plan, who could be a reference or recommend us, which lost customers to win back,
    a guest list for an event or webinar, or whom to send the next NPS or CSAT survey, within the contact budget.
    """
    made = _made(ask, deps)
    subject = limited(SUBJECTS[ask.kind], ask.where)
    if ask.kind == "winback" and ask.reason:
        subject = phrase("{subject} · {limit}", subject=subject, limit=value_called("reason", ask.reason))
    more = () if ask.kind == "winback" else (NextSteps(_next(ask.kind)),)
    return Answer(subject, made.headline(), (*made.parts(), *more), frozenset(made.listed), listed=made.listed)


def _made(ask: Input, deps: Deps) -> VisitPlan | Advocates | Winbacks | Invitations:
    match ask.kind:
        case "visits":
            return VisitPlan(ask.where, ask.limit, deps)
        case "advocates":
            return Advocates(ask.where, ask.limit, deps)
        case "winback":
            return Winbacks(ask.where, ask.reason, ask.limit, deps)
    day = written_period(ask.day).start if ask.day else None
    return Invitations(ask.kind, ask.where, ask.limit, deps, day)


def _next(kind: Kind) -> tuple[Phrase, ...]:
    others: dict[Kind, Phrase] = {
        "visits": phrase("Visit plan"), "advocates": phrase("Who could be an advocate?"),
        "winback": phrase("Win-back list"), "event": phrase("Invitation list for an event"),
    }  # fmt: skip
    return tuple(question for name, question in others.items() if name != kind)[:3]
