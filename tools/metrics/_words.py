"""Words that stand for codes: countries and billing intervals in the languages of real exports."""

import re
from functools import cache

from tools.metrics._cells import fold
from tools.metrics._fields import folded

_NO_COUNTRIES = {"EU", "EZ", "UN", "XA", "XB", "ZZ"}
_OTHER_NAMES = {
    "estados unidos da america": "US", "united states of america": "US", "england": "GB", "inglaterra": "GB"
}  # fmt: skip


def interval(text: str) -> tuple[str, int] | None:
    """`quarterly` is ("month", 3), `12 meses` ("month", 12); None where the word is unknown."""
    words = re.sub(r"^(a cada|cada|every|per|por) ", "", fold(text))
    count, _, unit = words.partition(" ") if words[:1].isdigit() else ("1", "", words)
    known = folded("intervals").get(unit)
    if known is None or not count.isdigit() or not int(count):
        return None
    many, _, unit = known.partition(" ")
    return unit, int(many) * int(count)


def country_code(text: str) -> str | None:
    """The two-letter code of a country's code or name in English, Portuguese or Spanish."""
    return _countries().get(fold(text))


@cache
def _countries() -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    names: dict[str, str] = {}
    for locale in ("es", "pt_BR", "en"):
        territories = {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
        codes = {code for code in territories if re.fullmatch("[A-Z]{2}", code)} - _NO_COUNTRIES
        names |= {fold(territories[code]): code for code in codes}
    names |= {fold(code): code for code in codes}
    aliases = get_global("territory_aliases").items()
    names |= {fold(old): new[0] for old, new in aliases if old.isalpha() and new[0] in codes}
    return names | _OTHER_NAMES
