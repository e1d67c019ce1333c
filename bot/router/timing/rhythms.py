"""Rhythms in words: toda segunda, every other Friday, todo dia útil, on the 5th of each month."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.router.slots.numbers import NUMBERS
from tools import Recurrence
from tools import Unit as Grain

_WEEKDAYS = {
    name: number
    for number, names in enumerate(("mon seg", "tue ter", "wed qua", "thu qui", "fri sex", "sat sab", "sun dom"))
    for name in names.split()
}
_ORDINALS = {
    name: number
    for number, names in enumerate(
        (
            "first primeir", "second segund", "third terceir", "fourth quart", "fifth quint", "sixth sext",
            "seventh setim", "eighth oitav", "ninth non", "tenth decim",
        ), start=1,
    )
    for name in names.split()
}  # fmt: skip
_GRAINS: dict[str, Grain] = {
    **dict.fromkeys(("day", "dia", "mor", "man", "eve", "nig", "noi", "tar"), "day"),
    "wee": "week", "sem": "week", "mon": "month",
    "mes": "month", "qua": "quarter", "tri": "quarter", "yea": "year", "ano": "year",
}  # fmt: skip
_ADVERBS: dict[str, Grain] = {
    "daily": "day", "diariamente": "day", "weekly": "week", "semanalmente": "week", "monthly": "month",
    "mensalmente": "month", "quarterly": "quarter", "trimestralmente": "quarter", "yearly": "year",
    "annually": "year", "anualmente": "year",
}  # fmt: skip
_MONTH_NAMES = "jan|feb|fev|mar|apr|abr|may|mai|jun|jul|aug|ago|sep|set|oct|out|nov|dec|dez"

_EVERY = r"(?:every|each|tod[oa]s?(?:\s+[oa]s?)?|cada)"
_D = (
    r"\b(?:mon(?:day)?s?|tue(?:s(?:day)?)?s?|wed(?:nesday)?s?|thu(?:r(?:s(?:day)?)?)?s?|fri(?:day)?s?"
    r"|sat(?:urday)?s?|sun(?:day)?s?"
    r"|(?:segundas?|tercas?|quartas?|quintas?|sextas?|sabados?|domingos?|seg|ter|qua|qui|sex|sab"
    r"|dom)(?:[- ]?feiras?)?)\b"
)
_DS = (
    r"\b(?:mondays|tuesdays|wednesdays|thursdays|fridays|saturdays|sundays"
    r"|(?:segundas|tercas|quartas|quintas|sextas|sabados|domingos)(?:[- ]?feiras?)?)\b"
)
_AND = r"\s*(?:,|/|\+|&|\be\b|\band\b)?\s*(?:\be\b|\band\b)?\s*(?:(?:as|aos|on|every|toda|todas as|n[ao]s?)\s+)?"
_LIST = rf"(?P<days>{_D}(?:{_AND}{_D})*)"
_PLURALS = rf"(?P<days>{_DS}(?:{_AND}{_D})*)"
_RANGE = rf"(?:\b(?:de|from)\s+)?(?P<from>{_D})\s*(?:\ba\b|\bate\b|\bto\b|\bthru\b|\bthrough\b|-)\s*(?P<to>{_D})"
_WORKING = r"(?:(?:working|business)\s+days?|workdays?|dias?\s+ut(?:il|eis))"
_ORD = rf"(?:(?:{'|'.join(_ORDINALS)})[oa]?|\d{{1,2}}\s?(?:st|nd|rd|th|[oa])|last|ultim[oa])"
_G = (
    r"(?P<g>days?|dias?|mornings?|manhas?|evenings?|nights?|noites?|tardes?|weeks?|semanas?|months?|mes(?:es)?"
    r"|quarters?|trimestres?|years?|anos?)\b"
)
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_NO_HOUR = r"(?!\s?(?:h\b|hs\b|hrs\b|horas?\b|:|am\b|pm\b|da manha|da tarde|h\d|\d))"
_NUMBERS = (
    rf"(?P<d>\d{{1,2}}|primeiro)(?:st|nd|rd|th|o)?{_NO_HOUR}(?P<more>(?:\s*(?:,|e|and|&)\s*(?:(?:the"
    rf"|dia)\s+)?\d{{1,2}}(?:st|nd|rd|th|o)?{_NO_HOUR}\b)*)"
)
_THE = r"(?:\b(?:on|by|n[oa]|the|o|a)\s+)*"

_PART_OF_A_SPAN = re.compile(
    r"^\s*(?:of|in|since|from|during|between|over|for|de|d[oa]|n[oa]|em|desde|entre|durante)\s+(?:the\s+|o\s+|a\s+)?"
    rf"(?:20\d\d|this|last|past|first|second|q[1-4]|fy|year|(?:{_MONTH_NAMES})[a-z]*|est[ea]|ultim|primeir|segundo|ano|semestre)"
)
_GROUPED = re.compile(r"\b(?:of|for|by|per|within|d[eo]|em|por|com|vs|against)\s+$")
_AGAIN = re.compile(
    r"every|each|tod[oa]|\bcada\b|\bem\b|quinzenalmente|fortnight|weekly|monthly|semanalmente|mensalmente|once|vez|\bsim\b"
)
"""What says that something comes again; "the last day of the month" alone may be any day."""
_ADVERBIAL = (
    r"(?=\s*(?:$|[,.;!:#@]|at\b|on\b|to\b|in my\b|in #|here\b|aqui\b|as\b|pra\b|para\b|n[oa]\b|\d{1,2}\s?(?:am"
    r"|pm|h|:)))"
)


@dataclass(frozen=True)
class Rhythm:
    """How often, and the stretch that says it.

    `sure`: it can hardly be a way to count; "every month" can. `open`: which day of the week was not said.
    """

    recurrence: Recurrence
    start: int
    end: int
    sure: bool = True
    open: bool = False


Read = Callable[["re.Match[str]"], Recurrence]


def find_rhythm(folded: str) -> Rhythm | None:
    """The rhythm that a folded text says; None where what it says is a way to count."""
    for form, read, sure in _FORMS:
        for match in form.finditer(folded):
            certain = sure and bool(_AGAIN.search(match.group()))
            if not certain and (
                _PART_OF_A_SPAN.match(folded[match.end() :]) or _GROUPED.search(folded[: match.start()])
            ):
                continue
            if (recurrence := read(match)).step <= LONGEST:
                return _with_weekday(Rhythm(recurrence, match.start(), match.end(), certain), folded)
    return None


LONGEST = 100
"""Days, weeks … between two times: what is longer was not meant."""


def _with_weekday(rhythm: Rhythm, folded: str) -> Rhythm:
    """Of a week the day may be said elsewhere: "every two weeks … on Friday"."""
    recurrence = rhythm.recurrence
    if recurrence.unit != "week" or recurrence.weekdays:
        return rhythm
    if said := re.match(rf"\s*,?\s*(?:on|n[ao]s?|as|aos)?\s*{_LIST}", folded[rhythm.end :]):
        chosen = Recurrence("week", step=recurrence.step, weekdays=_days(said))
        return Rhythm(chosen, rhythm.start, rhythm.end + said.end(), sure=True)
    return Rhythm(recurrence, rhythm.start, rhythm.end, rhythm.sure, open=True)


def _days(match: "re.Match[str]") -> tuple[int, ...]:
    return tuple(sorted({_weekday(found) for found in re.findall(_D, match["days"])}))


def _weekday(name: str) -> int:
    return _WEEKDAYS[name[:3]]


def _range(match: "re.Match[str]") -> Recurrence:
    first, last = _weekday(match["from"]), _weekday(match["to"])
    return Recurrence("week", weekdays=tuple(sorted((first + n) % 7 for n in range((last - first) % 7 + 1))))


def _ordinal(text: str) -> int:
    if text.startswith(("last", "ultim")):
        return -1
    digits = re.match(r"\d+", text)
    return int(digits.group()) if digits else next(n for name, n in _ORDINALS.items() if text.startswith(name))


def _nth(match: "re.Match[str]") -> Recurrence:
    """The first working day, the last Friday, the 5th day of a month, quarter or year."""
    unit, nth, what = _grain(match) if match.groupdict().get("g") else "month", _ordinal(match["n"]), match["what"]
    if re.fullmatch(_WORKING, what):
        return Recurrence(unit, nth=nth, working=True)
    if re.fullmatch(_D, what):
        return Recurrence(unit, nth=nth, weekdays=(_weekday(what),))
    return Recurrence(unit, days=(nth,))


def _grain(match: "re.Match[str]") -> Grain:
    return _GRAINS[match["g"][:3]]


def _of_month(match: "re.Match[str]") -> Recurrence:
    first = 1 if match["d"] == "primeiro" else int(match["d"])
    days = (first, *map(int, re.findall(r"\d+", match["more"])))
    return Recurrence("month", days=tuple(sorted({min(max(day, 1), 31) for day in days})))


def _stepped(match: "re.Match[str]") -> Recurrence:
    said = match["n"]
    step = int(said) if said.isdigit() else NUMBERS[said]
    return Recurrence(_grain(match), step=max(step, 1))


def _other(match: "re.Match[str]") -> Recurrence:
    """Every other week, or every other Friday."""
    if re.fullmatch(_D, match["what"]):
        return Recurrence("week", step=2, weekdays=(_weekday(match["what"]),))
    return Recurrence(_GRAINS[match["what"][:3]], step=2)


def _plain(match: "re.Match[str]") -> Recurrence:
    return Recurrence(_grain(match))


_FORMS: tuple[tuple["re.Pattern[str]", Read, bool], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{form})(?!\w)"), read, sure)
    for form, read, sure in (
        (
            rf"{_THE}(?:{_EVERY}\s+)?{_THE}(?P<n>{_ORD})\s+(?P<what>{_WORKING}|day|dia|{_D})\s+(?:of|in|d[oea]s?|n[oa])\s*"
            r"(?:(?:the|each|every|cada|tod[oa]s?|[oa]s?)\s+)*(?P<g>month|quarter|year|mes|trimestre|ano)(?:s|es)?",
            _nth, True,
        ),
        (rf"{_THE}{_EVERY}\s+(?P<n>first|1st|primeir[oa]|last|ultim[oa])\s+(?P<what>{_D})", _nth, True),
        (rf"{_THE}{_EVERY}\s+(?P<n>{_ORD})\s+(?P<what>{_WORKING})", _nth, True),
        (
            rf"(?:{_EVERY}\s+(?:month|mes)|monthly|mensalmente)\s*,?\s*{_THE}(?:(?:day|dia)\s+)?{_NUMBERS}",
            _of_month, True,
        ),
        (
            rf"{_THE}(?:(?:day|dia|dias)\s+)?{_NUMBERS}\s+(?:day\s+)?(?:of|d[eo])\s+(?:every|each|cada|todo(?:\s+o)?)\s+(?:month|mes)",
            _of_month, True,
        ),
        (
            rf"{_THE}(?:(?:day|dia)\s+)?{_NUMBERS}\s+(?:of the month|do mes)",
            _of_month, True,
        ),
        (rf"todo\s+dia\s+{_NUMBERS}(?:\s+d[eo]\s+mes)?", _of_month, True),
        (r"every\s+(?P<d>\d{1,2})(?:st|nd|rd|th)(?P<more>(?:\s*(?:,|and|&)\s*\d{1,2}(?:st|nd|rd"
            r"|th))*)", _of_month, True),
        (rf"{_EVERY}\s+(?:other|second|2nd)\s+(?P<what>days?|weeks?|months?|quarters?|{_D})", _other, True),
        (rf"(?:{_EVERY}|a\s+cada)\s+(?P<n>{_NUMBER})\s+{_G}", _stepped, False),
        (rf"(?:de|a)\s+(?P<n>{_NUMBER})\s+em\s+(?:{_NUMBER})\s+{_G}", _stepped, True),
        (
            rf"(?:every|a\s+cada|toda)\s+(?:fortnight|quinzena)|quinzenalmente|fortnightly|bi-?weekly{_ADVERBIAL}"
            r"|semana\s+sim,?\s*(?:e\s+)?(?:semana|outra)\s+nao",
            lambda _: Recurrence("week", step=2), True,
        ),
        (r"dia\s+sim,?\s*(?:e\s+)?(?:dia|outro)\s+nao", lambda _: Recurrence("day", step=2), True),
        (rf"(?:on\s+)?{_EVERY}\s+week\s?days?", lambda _: Recurrence("week", weekdays=(0, 1, 2, 3, 4)), True),
        (r"(?:on\s+)?weekdays", lambda _: Recurrence("week", weekdays=(0, 1, 2, 3, 4)), False),
        (rf"{_THE}{_EVERY}\s+{_WORKING}", lambda _: Recurrence("day", working=True), True),
        (
            r"(?:on\s+|n?os\s+|em\s+)?(?:working days|business days|workdays|dias uteis)",
            lambda _: Recurrence("day", working=True), False,
        ),
        (rf"(?:{_EVERY}\s+(?:semana\s+|week\s+)?)?{_RANGE}", _range, True),
        (
            rf"(?:{_EVERY}\s+(?:week|semana)|weekly|semanalmente|once a week|uma vez por semana)\s*,?\s*"
            rf"(?:(?:on|n[ao]s?|as|aos)\s+)?{_LIST}",
            lambda match: Recurrence("week", weekdays=_days(match)), True,
        ),
        (rf"(?:on\s+)?{_EVERY}\s+{_LIST}", lambda match: Recurrence("week", weekdays=_days(match)), True),
        (rf"(?:(?:on|as|aos|n[ao]s)\s+)?{_PLURALS}", lambda match: Recurrence("week", weekdays=_days(match)), False),
        (rf"{_EVERY}\s+{_G}", _plain, False),
        (
            rf"(?P<a>{'|'.join(_ADVERBS)}){_ADVERBIAL}",
            lambda match: Recurrence(_ADVERBS[match["a"]]), False,
        ),
        (rf"(?:once|1x|uma vez|1 vez)\s+(?:an?|per|por|ao|a cada|n[oa])\s+{_G}", _plain, False),
    )
)  # fmt: skip
"""The more particular before the plainer; the flag: whether it can hardly be a way to count."""
