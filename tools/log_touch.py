"""Writing down a contact with a customer."""

from typing import Annotated, Literal

from pydantic import Field

from tools import Answer, Choice, Deps, Touch
from tools._logging_touches import Logged, day_of, logged

_CHANNELS = {
    "email": ("email*", "e-mail*", "mail", "mandei", "newsletter"),
    "call": ("call", "called", "phone*", "ligacao", "liguei", "ligou", "ligaram", "telefon*"),
    "chat": ("chat", "whatsapp", "zap", "slack", "dm", "message*", "mensagem", "mensagens"),
}
_DIRECTIONS = {
    "inbound": (
        "inbound", "they called", "they wrote", "they emailed", "called us", "wrote to us", "called me", "emailed me",
        "wrote to me", "me ligou", "nos ligou", "ligaram", "me escreveu", "nos escreveu", "escreveram", "me mandou",
        "nos procurou", "recebi", "received",
    ),
    "both": ("spoke*", "talked", "had a call", "conversation", "falei", "conversei", "conversa", "falamos"),
}  # fmt: skip

WRITES = True


class Input(Logged):
    channel: Annotated[Literal["email", "call", "chat"] | None, Choice(_CHANNELS)] = Field(
        default=None, description="How they were reached."
    )
    direction: Annotated[Literal["outbound", "inbound", "both"], Choice(_DIRECTIONS)] = Field(
        default="outbound", description="outbound: we wrote; inbound: they wrote; both: a conversation."
    )


def log_touch(ask: Input, deps: Deps) -> Answer:
    """Log a touch: write down that a customer was called, e-mailed or messaged, by whom and when.

    Use when someone says that they called, wrote to, messaged or heard from a customer and wants it recorded. Not for
    meetings, and not for asking when a customer was last contacted.
    """
    touch = Touch("", ask.account, day_of(ask.day, deps), ask.category, None, ask.direction, ask.channel)
    return logged(touch, ask.said, deps)
