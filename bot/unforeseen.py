"""The one place where what nobody foresaw ends."""

import logging
import secrets
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


def error_id() -> str:
    """What a person is told and an administrator finds in the log."""
    return secrets.token_hex(4)


def guarded(what: str, do: Callable[[], T], otherwise: Callable[[str], T]) -> T:
    """`do()`, or where it fails `otherwise(error id)`: logged under that id, which the person is told.

    Never exception text in a channel, never silence.
    """
    try:
        return do()
    except Exception:
        error = error_id()
        log.exception("%s failed, error %s", what, error)
        return otherwise(error)
