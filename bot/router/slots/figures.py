"""Ids of figures and of drafts: they look like nothing else."""

import re

from bot.router.slots.words import Said

_ID = re.compile(r"(?<!\w)f[0-9a-f]{11}(?!\w)")


def find_figure(folded: str) -> Said | None:
    """The id of a figure that a folded text names, or None."""
    found = _ID.search(folded)
    return Said(found.group(), found.start(), found.end()) if found else None


_DRAFT = re.compile(r"(?<![\w-])d-[0-9a-f]{8}(?![\w-])")


def find_draft(folded: str) -> Said | None:
    """The id of a draft that a folded text names, or None."""
    found = _DRAFT.search(folded)
    return Said(f"D{found.group()[1:]}", found.start(), found.end()) if found else None
