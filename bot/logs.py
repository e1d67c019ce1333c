"""Logging: a line for each event, as text or as JSON, with the question it is about and without what people wrote."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

Form = Literal["text", "json"]

_asked: ContextVar[str] = ContextVar("asked", default="")


@contextmanager
def about(question: str) -> Iterator[None]:
    """What is logged within is about that question (its key)."""
    before = _asked.set(question)
    try:
        yield
    finally:
        _asked.reset(before)


def configure(level: str, form: Form) -> None:
    """Everything that is logged goes to standard error, in one form.

    The words of an exception may hold what people wrote, or values of the customer book: they are logged only at the
    level DEBUG, its kind and the places in the code always.
    """
    handler = logging.StreamHandler(sys.stderr)
    words = level == "DEBUG"
    handler.setFormatter(Json(words) if form == "json" else Plain(words))
    logging.basicConfig(level=level, handlers=[handler])


def adopt(name: str) -> None:
    """Have a library's logger, which has a handler of its own, log as everybody does."""
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = True


class Plain(logging.Formatter):
    """One line of text, and the places in the code where it was an exception."""

    def __init__(self, words: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(question)s%(message)s")
        self.words = words

    def format(self, record: logging.LogRecord) -> str:
        asked = _asked.get()
        record.question = f"[{asked}] " if asked else ""
        record.exc_text = None  # what another formatter made of it
        return super().format(record)

    def formatException(self, ei: object) -> str:  # noqa: N802
        return told(ei, self.words)


class Json(logging.Formatter):
    """One JSON object in one line: at, level, logger, question, message, exception."""

    def __init__(self, words: bool = False) -> None:
        super().__init__()
        self.words = words

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname, "logger": record.name, "question": _asked.get() or None,
            "message": record.getMessage(), "exception": told(record.exc_info, self.words) if record.exc_info else None,
        }  # fmt: skip
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


def told(ei: object, words: bool) -> str:
    """An exception as text: all of it, or the kinds of it and of its causes, with the places in the code."""
    error = ei[1] if isinstance(ei, tuple) else None
    if not isinstance(error, BaseException):
        return ""
    if words:
        return "".join(traceback.format_exception(error)).rstrip("\n")
    return "\n".join(_kind(each) for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    places = "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    return f"{type(error).__module__}.{type(error).__qualname__}\n{places}".rstrip("\n")
