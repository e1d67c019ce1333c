"""Ids of figures, drafts and schedules: they look like nothing else."""

import re

from bot.router.slots.words import Said

_ID = re.compile(r"(?<!\w)f[0-9a-f]{11}(?!\w)")


def find_figure(folded: str) -> Said | None:
    """The id of a figure that a folded text names, or None."""
    found = _ID.search(folded)
    return Said(found.group(), found.start(), found.end()) if found else None


_KEPT = re.compile(r"(?<![\w-])(?P<kind>[ds])-[0-9a-f]{8}(?![\w-])")


def find_draft(folded: str) -> Said | None:
    """The id of a draft that a folded text names, or None."""
    return _kept("d", folded)


def find_schedule(folded: str) -> Said | None:
    """The id of a schedule or alert that a folded text names, or None."""
    return _kept("s", folded)


def _kept(kind: str, folded: str) -> Said | None:
    found = next((each for each in _KEPT.finditer(folded) if each["kind"] == kind), None)
    return Said(found.group().capitalize(), found.start(), found.end()) if found else None
