"""Hours and time zones in words: 9h, 5:30pm, às nove e meia, noon."""

import re
from dataclasses import dataclass
from datetime import time

NAMES = {
    name: number
    for number, names in {
        1: "one uma", 2: "two duas", 3: "three tres", 4: "four quatro", 5: "five cinco", 6: "six seis",
        7: "seven sete", 8: "eight oito", 9: "nine nove", 10: "ten dez", 11: "eleven onze", 12: "twelve doze",
        13: "treze", 14: "catorze quatorze", 15: "quinze", 16: "dezesseis", 17: "dezessete", 18: "dezoito",
        19: "dezenove", 20: "vinte",
    }.items()
    for name in names.split()
}  # fmt: skip
_NAME = "|".join(sorted(NAMES, key=len, reverse=True))
_AT = r"(?:\b(?:at|by|around|as|a|pelas|la pelas|por volta d[ae]s?)\s+|@\s*)"
_OF_DAY = r"(?:\s*(?P<noon>da manha|in the morning|da tarde|in the afternoon|da noite|in the evening|at night)\b)?"
_SHARP = r"(?:\s*(?:em ponto|sharp|o'?\s?clock)\b)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_AT}?(?<![\d.,/#-])(?P<h>\d{{1,2}})\s?(?::|h)\s?(?P<m>\d\d)(?:\s?(?:h|hs|hrs|min))?(?:\s?(?P<half>[ap])\.?m\b\.?)?(?![\d:]){_OF_DAY}",
        rf"{_AT}?(?<![\d.,/#-])(?P<h>\d{{1,2}})\s?(?P<half>[ap])\.?m\b\.?",
        rf"{_AT}?(?<![\d.,/#-])(?P<h>\d{{1,2}})\s?(?:hs?|hrs?|horas?)\b{_SHARP}{_OF_DAY}",
        rf"{_AT}(?P<h>\d{{1,2}})\.(?P<m>\d\d)\b{_OF_DAY}",
        rf"{_AT}(?P<h>\d{{1,2}})(?![\d%/]|[.,]\d|\s*(?:days?|dias?|weeks?|accounts?|contas?|clientes?|customers?|%)){_SHARP}{_OF_DAY}",
        rf"(?<![\d.,/#-])(?P<h>\d{{1,2}})\s*(?:o'?\s?clock|(?=da manha|da tarde|da noite|in the morning"
        rf"|in the afternoon|in the evening)){_OF_DAY}",
        rf"{_AT}?\b(?P<past>half past|quarter past)\s+(?P<name>{_NAME}|\d{{1,2}})\b{_OF_DAY}",
        rf"{_AT}(?P<name>{_NAME})(?:\s+horas)?(?:\s+(?:e\s+)?(?P<minute>meia|quinze|trinta|thirty|fifteen))?\b{_SHARP}{_OF_DAY}",
        rf"\b(?P<name>{_NAME})(?:\s+horas)?(?:\s+e\s+(?P<minute>meia|quinze|trinta))?\s+(?P<noon>da manha"
        rf"|da tarde|da noite|in the morning|in the afternoon|in the evening)\b",
        rf"\b(?P<name>{_NAME})\s+(?:horas\b|o'?\s?clock\b){_OF_DAY}",
        rf"{_AT}?(?:ao\s+)?\b(?P<word>noon|midday|midnight|meio[ -]dia|meia[ -]noite)\b(?:\s+e\s+(?P<minute>meia))?",
    )
)
_MINUTES = {"meia": 30, "trinta": 30, "thirty": 30, "quinze": 15, "fifteen": 15, "half past": 30, "quarter past": 15}
_ZONES = (
    (r"(?:eastern|new york|ny) time|\b(?:est|edt|et)\b", "America/New_York"),
    (r"central time|\b(?:cst|cdt)\b", "America/Chicago"),
    (r"(?:pacific|california) time|\b(?:pst|pdt)\b", "America/Los_Angeles"),
    (r"(?:sao paulo|brasilia) time|(?:n?o )?horario de (?:brasilia|sao paulo)|\bbrt\b", "America/Sao_Paulo"),
    (r"(?:lisbon|portugal) time|(?:n?o )?horario de (?:lisboa|portugal)", "Europe/Lisbon"),
    (r"(?:london|uk) time|(?:n?o )?horario de londres", "Europe/London"),
    (r"\b(?:utc|gmt)\b(?![+-])", "UTC"),
)


@dataclass(frozen=True)
class Said:
    """An hour (or a time zone), and the stretch of the text that says it."""

    at: time | None
    start: int
    end: int
    zone: str = ""


def find_hour(folded: str) -> Said | None:
    """The first hour that a folded text says."""
    for form in _FORMS:
        for match in form.finditer(folded):
            at = _time(match.groupdict())
            if at is not None:
                return Said(at, match.start(), match.end())
    return None


def find_zone(folded: str) -> Said | None:
    """The time zone that a folded text names."""
    for form, zone in _ZONES:
        if match := re.search(form, folded):
            return Said(None, match.start(), match.end(), zone)
    return None


def _time(found: dict[str, str | None]) -> time | None:
    """None for what is no time of day, as 25h."""
    if word := found.get("word"):
        hour = 0 if word in ("midnight", "meia-noite", "meia noite") else 12
    else:
        name = found.get("name") or found.get("h") or ""
        hour = NAMES[name] if name in NAMES else int(name)
    minute = int(found.get("m") or 0) or _MINUTES.get(found.get("minute") or found.get("past") or "", 0)
    hour = _of_day(hour, found.get("half"), found.get("noon"))
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _of_day(hour: int, half: str | None, noon: str | None) -> int:
    """`5 pm` and `5 da tarde` are 17; `12 am` is 0."""
    if half:
        return hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour
    later = noon in ("da tarde", "in the afternoon", "da noite", "in the evening", "at night")
    return hour + 12 if later and hour < 12 else hour
