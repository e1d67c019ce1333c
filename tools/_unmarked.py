"""Markdown that people wrote, as plain text: to be read, and to be copied into a letter."""

import re

LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|~+=.)-])")


def unmarked(text: str) -> str:
    """No marks, bullets as dots, links as their words; what was escaped as itself, except for the start of an address:
    text from data makes no links."""
    text = LINK.sub(r"\1", text)
    text = re.sub(r"^#+\s*", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(\s*)[-*+]\s+", r"\1• ", text, flags=re.MULTILINE)
    return _ESCAPED.sub(r"\1", re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", text))
