"""What is filled in. The law of this folder: one file per modal, each with `MODAL`, its fields and how they are read.

A submitted modal asks a question like a pressed button, or keeps an opinion; it never answers by itself.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from bot.modals._modal import About, Asked, Modal, Opinion, question, read_about

__all__ = ["About", "Asked", "Modal", "Opinion", "modals", "question", "read_about"]


@cache
def modals() -> Mapping[str, Modal]:
    """Every modal by its name."""
    from bot.modals import assign, change, draft, edit_draft, log_touch, reason, risk_case, snooze

    every = (assign, change, draft, edit_draft, log_touch, reason, risk_case, snooze)
    return MappingProxyType({each.MODAL.name: each.MODAL for each in every})
