"""Writing down a meeting with a customer."""

from tools import Answer, Deps, Touch
from tools._logging_touches import Logged, day_of, logged

WRITES = True


class Input(Logged):
    """The same as of any other touch."""


def log_meeting(ask: Input, deps: Deps) -> Answer:
    """Log a meeting with a customer: who was there, when, and what was said.

    Use when someone says that they met a customer, held a review, QBR, kick-off or visit, and wants it recorded.
    """
    touch = Touch("", ask.account, day_of(ask.day, deps), ask.category, None, "both", "meeting")
    return logged(touch, ask.said, deps)
