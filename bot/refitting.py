"""The model of risk made, and made anew when it is old or things have changed: once a day beside the questions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from bot.app import Assistant
from bot.beside import beside, repeated
from tools.metrics import BadScorecard, Book, Fitted, NoBook, OldBook, drift, fit_in_force

log = logging.getLogger(__name__)
DAY = 24 * 3600.0
SETTLED = 300.0
"""Seconds after the start: the first questions go before it."""


@contextmanager
def refitting(bot: Assistant) -> Iterator[None]:
    """Look soon and once a day, as long as this lasts. Replicas that share the home find what the first one made."""
    with beside("refitting", repeated("looking after the model of risk", lambda: look_after(bot), DAY, SETTLED)):
        yield


def look_after(bot: Assistant) -> bool:
    """Fit what was never fitted or no longer holds; whether that was done. Nothing where RISK_MODEL is off."""
    from tools.metrics._fitted import keep
    from tools.metrics._fitting import fit

    if not bot.settings.risk_model:
        return False
    try:
        book = bot.book()
        found = fit_in_force(book)
        if found is not None and _still_holds(found, book, bot.today()):
            return False
        log.info("risk: fitted anew, %s", keep(fit(book, bot.today()), bot.settings.retention_home / "risk").name)
    except (NoBook, OldBook, BadScorecard) as nothing:
        log.info("risk: nothing to fit: %s", type(nothing).__name__)
        return False
    return True


def _still_holds(found: Fitted, book: Book, day: date) -> bool:
    """Scores that moved are no reason until new data are there to learn from."""
    holds = drift(book, found, day)
    return not holds.is_old and not (holds.has_moved and found.load_id != book.info["load_id"])
