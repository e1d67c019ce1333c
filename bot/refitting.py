"""The model of risk made anew when it is old or things have changed: once a day beside the questions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.app import Assistant
from bot.beside import beside, repeated
from tools.metrics import BadScorecard, NoBook, OldBook, drift, fit_in_force

log = logging.getLogger(__name__)
DAY = 24 * 3600.0


@contextmanager
def refitting(bot: Assistant) -> Iterator[None]:
    """Look now and once a day, as long as this lasts. Replicas that share the home find what the first one made."""
    with beside("refitting", repeated("looking after the model of risk", lambda: look_after(bot), DAY)):
        yield


def look_after(bot: Assistant) -> bool:
    """Fit anew what no longer holds; whether that was done. A company that never asked for a fit gets none."""
    from tools.metrics._fitted import keep
    from tools.metrics._fitting import fit

    try:
        book = bot.book()
        found = fit_in_force(book)
        if found is None:
            return False
        holds = drift(book, found, bot.today())
        if not holds.is_old and not (holds.has_moved and found.load_id != book.info["load_id"]):
            return False
        log.info("risk: fitted anew, %s", keep(fit(book, bot.today()), bot.settings.retention_home / "risk").name)
    except (NoBook, OldBook, BadScorecard) as nothing:
        log.info("risk: nothing to fit: %s", type(nothing).__name__)
        return False
    return True
