"""Which header may be a column that was not found, and how a mapping file would say so."""

import json
import re

from tools.metrics._cells import fold
from tools.metrics._fields import Shape, shapes

_NEAR = 85
"""Of 100: `amount net` is near `amount`, but `state` is not near `start`."""


def likely(shape: Shape, sought: str, titles: list[str]) -> dict[str, str]:
    """What the remedy of a missing column needs: its table, and which of these headers it may be.

    `likely`: the nearest ones to read; `rule`: the nearest one as a mapping file says it, or empty.
    """
    from rapidfuzz import fuzz

    words = [fold(sought), *(word for word, name in shape.names.items() if name == sought)]
    scores = {
        title: max((fuzz.token_set_ratio(fold(title), word), fuzz.ratio(fold(title), word)) for word in words)
        for title in titles
    }
    nearest = [
        title for title in sorted(scores, key=lambda one: scores[one], reverse=True) if scores[title][0] >= _NEAR
    ]
    return {
        "table": shape.name,
        "unused": ", ".join(title.strip() for title in titles)[:300],
        "likely": ", ".join(f"“{title.strip()}”" for title in nearest[:3]),
        "rule": _rule(shape, sought, nearest[0]) if nearest else "",
    }


def _rule(shape: Shape, sought: str, title: str) -> str:
    """`Contract No`, or for a column that holds companies' names `{via: accounts.name, column: Empresa}`."""
    plain = title.strip()
    written = plain if re.fullmatch(r"\w[\w ./()-]*", plain) else json.dumps(plain, ensure_ascii=False)
    named = (
        sought == "account_id" and shape.name != "accounts" and shapes()["accounts"].names.get(fold(title)) == "name"
    )
    return f"{{via: accounts.name, column: {written}}}" if named else written
