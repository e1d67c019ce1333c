"""The queries of a mapping file: one SELECT each, as a person wrote it."""

import re

from sqlalchemy import Select, TextClause, column, literal_column, or_, select, text

_ASIDE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", re.DOTALL)
_READS = re.compile(r"\s*\(*\s*(?:select|with)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(?:into|delete\s+from|update\s+\S+\s+set|for\s+update)\b", re.IGNORECASE)


def is_select(query: str) -> bool:
    """Whether it is one statement that only reads. What stands in quotation marks or comments does not count.

    It guards against mistakes: who wants to do harm is stopped by the read-only connection, or by the rights of the
    database's user.
    """
    bare = _ASIDE.sub(" ", query).strip().rstrip(";")
    return bool(_READS.match(bare)) and ";" not in bare and not _WRITES.search(bare)


def as_written(query: str) -> TextClause:
    """The query for SQLAlchemy: colons and per cent signs are the database's own, and name no parameters."""
    return text(query.strip().rstrip(";").replace(":", "\\:"))


def since(query: str, changed: str, mark: object) -> Select[tuple[object]]:
    """Only the rows that changed at the mark or later, and those that do not say when."""
    rows = as_written(query).columns(column(changed)).subquery("asked")
    day = rows.c[changed]
    return select(literal_column("*")).select_from(rows).where(or_(day >= mark, day.is_(None)))
