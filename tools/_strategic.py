"""Accounts that somebody decided to keep whatever their margin, in words."""

from tools._caseload import Strategic
from tools._phrase import Phrase, phrase


def strategic_said(kept: Strategic | None) -> Phrase | None:
    """Why an account is kept, as somebody decided."""
    if kept is None:
        return None
    said = phrase("keep – strategic ({who}, {day}: {reason})", who=kept.who, day=kept.decided_on, reason=kept.reason)
    return phrase("{said}, until {day}", said=said, day=kept.until) if kept.until else said
