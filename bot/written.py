"""Values as text that loses nothing."""

import json
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any


def exact(value: Any) -> str:
    """Anything as JSON text that loses nothing: dates in ISO form, fractions as `11/12`."""
    return json.dumps(value, default=_as_text, ensure_ascii=False, sort_keys=True)


def _as_text(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)
