"""The forms in which people write periods, English and Brazilian Portuguese, on folded text."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from bot.router.slots.calendar import Calendar, year_of
from bot.router.slots.numbers import NUMBERS, number_of
from tools.metrics import Grain, Period


def _by_name(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, line in enumerate(names, start=1) for name in line.split()}


MONTHS = _by_name((
    "january janeiro jan", "february fevereiro feb fev", "march marco mar", "april abril apr abr",
    "may maio mai", "june junho jun", "july julho jul", "august agosto aug ago",
    "september setembro sept sep set", "october outubro oct out", "november novembro nov",
    "december dezembro dec dez",
))  # fmt: skip
_ORDINALS = _by_name((
    "first 1st primeiro 1o 1º 1°", "second 2nd segundo 2o 2º 2°", "third 3rd terceiro 3o 3º 3°",
    "fourth 4th quarto 4o 4º 4°",
))  # fmt: skip
_GRAINS: dict[str, Grain] = {
    "day": "day", "days": "day", "dia": "day", "dias": "day",
    "week": "week", "weeks": "week", "wk": "week", "semana": "week", "semanas": "week", "sem": "week",
    "month": "month", "months": "month", "mo": "month", "mes": "month", "meses": "month",
    "quarter": "quarter", "quarters": "quarter", "qtr": "quarter",
    "trimestre": "quarter", "trimestres": "quarter", "tri": "quarter", "trim": "quarter",
    "year": "year", "years": "year", "yr": "year", "ano": "year", "anos": "year",
}  # fmt: skip
RHYTHMS: dict[str, Grain] = {
    "weekly": "week", "semanal": "week", "semanais": "week",
    "monthly": "month", "mensal": "month", "mensais": "month",
    "quarterly": "quarter", "trimestral": "quarter", "trimestrais": "quarter",
    "yearly": "year", "annual": "year", "anual": "year",
}  # fmt: skip
WEEKDAYS = {
    name: number for number, line in enumerate((
        "monday mon segunda seg", "tuesday tue terca ter", "wednesday wed quarta qua", "thursday thu quinta qui",
        "friday fri sexta sex", "saturday sat sabado sab", "sunday sun domingo dom",
    )) for name in line.split()
}  # fmt: skip
"""Monday is 0."""
_SPOKEN_DAYS = {name: day for name, day in WEEKDAYS.items() if len(name) > 3 or name in ("fri", "mon", "wed", "thu")}
"""Without those that are words too: "até ter resposta"."""
_DOUBTFUL = {"may", "march", "mar", "set", "out", "ago", "dec", "jan", "sep", "mai", "dez"}
"""Months' names that are also words (or people): they must stand where dates stand."""


def _any(names: Mapping[str, object]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + ")"


_M, _N, _O, _G = _any(MONTHS), rf"(?:\d{{1,3}}|{_any(NUMBERS)})", _any(_ORDINALS), _any(_GRAINS)
GRAIN, ORDINAL = _G, _O
_Q = r"(?:quarter|qtr|trimestre|trim|tri)"
_YEAR = r"(?:20\d\d|'?\d\d(?!\d|\s*(?:%|[a-z])))"
_OF = r"(?:\s*(?:de|do|of|in|,|/|-|\.)\s*|\s+)"
TO = r"\s*(?:\ba\b|\bao\b|\bate\b|\be\b|\bto\b|\buntil\b|\btill\b|\bthrough\b|\band\b|-|\.\.+)\s*"
_LAST = r"(?:last|past|previous|prior|trailing|ultim[oa]s?)"
_NEXT = r"(?:next|coming|upcoming|proxim[oa]s?)"
_THIS = r"(?:this|current|est[ea]|ess[ea]|dest[ea]|dess[ea]|nest[ea]|ness[ea]|atual)"
_NTH = r"(?:\s*(?:st|nd|rd|th|o|º|°))?"
_DAY = rf"(?P<d>[0-3]?\d){_NTH}"
_DAY2 = rf"(?P<d2>[0-3]?\d){_NTH}"
_DAY_MONTH = rf"{_DAY}\s*(?:de\s+|of\s+|/|-)?\s*(?P<m>{_M})\b(?:{_OF}(?P<y>{_YEAR}))?"
_SO_FAR = (
    r"ytd|(?:year|ano)[ -](?:to[ -]date|ate agora)|this year so far|(?:no )?acumulado(?: do ano)?"
    r"|no ano(?!\s+(?:passado|que|anterior|de))"
)
_FY = r"(?:fy|fiscal year|ano fiscal|exercicio(?: fiscal)?)"
_HALF = r"(?:half(?:[ -]year)?|semestre)"
_REST_OF_NEXT = (
    r"(?:(?:before|by|until|till|through|ate|antes d[eo])\s+)?(?:the\s+|o\s+)?"
    rf"(?:(?:end of next|f(?:im|inal) d[eo] proxim[oa]) (?P<g>{_G})|f(?:im|inal) d[eo] (?P<h>{_G}) (?:que|q) vem)"
)
_REST = (
    rf"(?:the\s+|o\s+)?(?:rest|remainder|resto|restante) (?:of|d[eo]) (?:the |this |(?:est|dest)[ea] )?(?P<r>{_G})|"
    r"(?:(?:before|by|until|ate|antes d[eo]|at)\s+)?(?:the\s+|o\s+)?"
    r"(?:end of (?:the |this )?|f(?:im|inal) d[eo] (?:est[ea] )?)"
    rf"(?P<g>{_G})|(?:(?:before|by|until)\s+)?(?P<h>year)[ -]?end"
)
_RHYTHM = re.compile(
    rf"(?<!recorrente )(?<!recorrentes )(?<!plano )(?<!planos )\b{_any(RHYTHMS)}\b"
    r"(?!\s+(?:recurring|recorrente|plans?\b|contract|billing))"
)

Read = Callable[[Calendar, "re.Match[str]"], Period]


def grain_of(text: str) -> Grain | None:
    """`trimestres` is a quarter."""
    return _GRAINS.get(text)


def ordinal_of(text: str) -> int:
    """`2º` is 2."""
    return _ORDINALS[text]


def _grain(match: "re.Match[str]") -> Grain:
    named = match.groupdict()
    return _GRAINS[named["g"] or named["h"] or named.get("r") or ""]


def _count(match: "re.Match[str]") -> int:
    named = match.groupdict()
    return number_of(named["n"] or named.get("k") or named.get("j") or "")


def _numeric(on: Calendar, match: "re.Match[str]") -> Period:
    """15/10/2026 as in Brazil; 10/15/2026 can only be American."""
    day, month, year = int(match["d"]), int(match["m"]), match["y"]
    return on.day(month, day, year) if month > 12 >= day else on.day(day, month, year)


def _day_of(on: Calendar, match: "re.Match[str]") -> Period:
    return on.day(int(match["d"]), MONTHS[match["m"]], match["y"])


def _days_of(on: Calendar, match: "re.Match[str]") -> Period:
    last = on.day(int(match["d2"]), MONTHS[match["m"]], match["y"])
    return Period(date(last.start.year, last.start.month, int(match["d"])), last.end)


def _since_weekday(on: Calendar, match: "re.Match[str]") -> Period:
    """From the last such day before today to today: said on a Monday, "since Monday" is a week."""
    back = (on.today.weekday() - WEEKDAYS[match["w"]] - 1) % 7 + 1
    return Period(on.today - timedelta(days=back), on.today + timedelta(days=1))


def _until_weekday(on: Calendar, match: "re.Match[str]") -> Period:
    """The next such day after today; where the calendar looks ahead, from today to it."""
    day = on.today + timedelta(days=(WEEKDAYS[match["w"]] - on.today.weekday() - 1) % 7 + 1)
    return Period(on.today, day + timedelta(days=1)) if on.ahead else Period.containing(day, "day")


def _named_month(on: Calendar, match: "re.Match[str]") -> Period:
    before = match.string[: match.start()]
    if match["m"] in _DOUBTFUL and not re.search(
        r"\b(?:in|em|of|de|d[ao]|for|since|desde|to|a|ate|from|until|till|through|by|next|last|mrr|vs\.?|against|contra|com|with|x|-)\s*$",
        before,
    ):
        raise ValueError("a word, not a month")
    return on.month(MONTHS[match["m"]])


FORMS: tuple[tuple["re.Pattern[str]", Read], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{form})(?!\w)"), read)
    for form, read in (
        (
            r"20\d\d-\d\d-\d\d|20\d\d-w\d\d|20\d\d-q[1-4]|20\d\d-\d\d",
            lambda on, m: Period.parse(m.group().upper()),
        ),
        (r"(?P<d>\d{1,2})[/.\-](?P<m>\d{1,2})[/.\-](?P<y>20\d\d|\d\d)", _numeric),
        (r"(?P<m>\d\d?)/(?P<y>20\d\d)", lambda on, m: on.month(int(m["m"]), m["y"])),
        (
            rf"(?:week|semana)\s+(?:of|de|do dia|starting|d[eo])\s+(?:the\s+)?{_DAY_MONTH}",
            lambda on, m: Period.containing(_day_of(on, m).start, "week"),
        ),
        (
            rf"(?:week|semana)\s+(?:of|starting)\s+(?P<m>{_M})\s+{_DAY}(?:,?\s*(?P<y>20\d\d))?",
            lambda on, m: Period.containing(_day_of(on, m).start, "week"),
        ),
        (rf"{_DAY}{TO}{_DAY2}\s*(?:de\s+|of\s+)?(?P<m>{_M})\b(?:{_OF}(?P<y>{_YEAR}))?", _days_of),
        (rf"(?P<m>{_M})\s+{_DAY}{TO}{_DAY2}(?:,?\s*(?P<y>20\d\d))?", _days_of),
        (_DAY_MONTH, _day_of),
        (
            rf"(?P<m>{_M})\.?\s+{_DAY}(?:,?\s*(?P<y>20\d\d))?(?!\s*(?:accounts|customers|contas|clientes))",
            _day_of,
        ),
        (rf"(?P<m>{_M}){_OF}(?P<y>{_YEAR})", lambda on, m: on.month(MONTHS[m["m"]], m["y"])),
        (
            rf"(?:f?q(?P<n>[1-4])|(?P<o>{_O})\s*{_Q})\s*(?:de\s+|do\s+|of\s+)?(?:the\s+)?{_FY}\s*(?:de\s+|of\s+)?(?P<y>{_YEAR})",
            lambda on, m: on.fiscal_quarter(int(m["n"] or _ORDINALS[m["o"] or ""]), year_of(m["y"])),
        ),
        (r"fq(?P<n>[1-4])", lambda on, m: on.fiscal_quarter(int(m["n"]))),
        (rf"{_FY}\s*(?:de\s+|of\s+)?(?P<y>{_YEAR})", lambda on, m: on.fiscal_year(year_of(m["y"]))),
        (rf"{_LAST}\s+{_FY}|{_FY}\s+(?:passad[oa]|anterior)", lambda on, m: on.fiscal_year(on.today_fiscal - 1)),
        (rf"{_NEXT}\s+{_FY}|{_FY}\s+(?:que vem|seguinte)", lambda on, m: on.fiscal_year(on.today_fiscal + 1)),
        (
            rf"(?:(?:{_THIS}|the|o|n[oe]ste|no|do)\s+)?(?:{_FY})(?:\s+atual)?",
            lambda on, m: on.fiscal_year(on.today_fiscal),
        ),
        (
            rf"(?:(?P<a>20\d\d){_OF}?)?q(?P<n>[1-4])(?:{_OF}?(?P<y>{_YEAR}))?",
            lambda on, m: on.quarter(int(m["n"]), m["a"] or m["y"]),
        ),
        (r"(?P<n>[1-4])[qt](?P<y>\d\d)", lambda on, m: on.quarter(int(m["n"]), m["y"])),
        (rf"(?P<n>[1-4])[qt](?:{_OF}?(?P<y>{_YEAR}))?", lambda on, m: on.quarter(int(m["n"]), m["y"])),
        (rf"(?P<n>{_O})\s*{_Q}(?:{_OF}(?P<y>{_YEAR}))?", lambda on, m: on.quarter(_ORDINALS[m["n"]], m["y"])),
        (rf"h(?P<n>[12])(?:{_OF}?(?P<y>{_YEAR}))?", lambda on, m: on.half(int(m["n"]), m["y"])),
        (r"(?P<n>[12])[hs](?P<y>\d\d)", lambda on, m: on.half(int(m["n"]), m["y"])),
        (rf"{_LAST}\s+{_HALF}|{_HALF}\s+(?:passad[oa]|anterior)", lambda on, m: on.half_year(-1)),
        (rf"{_NEXT}\s+{_HALF}|{_HALF}\s+(?:que vem|q vem|seguinte)", lambda on, m: on.half_year(1)),
        (rf"{_THIS}\s+{_HALF}|{_HALF}\s+(?:atual|corrente)", lambda on, m: on.half_year(0)),
        (
            rf"(?P<n>{_O})\s*(?:half|semestre)(?:{_OF}(?P<y>{_YEAR}))?",
            lambda on, m: on.half(_ORDINALS[m["n"]], m["y"]),
        ),
        (
            r"(?:semana|week|wk|w|sem)\s*(?P<n>[1-5]?\d)(?:\s*(?:de|of|/)?\s*(?P<y>20\d\d))?",
            lambda on, m: on.iso_week(int(m["n"]), m["y"]),
        ),
        (
            rf"(?:{_LAST}\s+(?P<n>{_N})|(?P<k>{_N})\s+{_LAST})\s+(?P<g>{_G})",
            lambda on, m: on.last(_count(m), _GRAINS[m["g"]]),
        ),
        (
            rf"(?:{_NEXT}\s+(?P<n>{_N})|(?P<k>{_N})\s+{_NEXT}"
            rf"|(?:within|in|em|dentro de|daqui a)\s+(?P<j>{_N}))\s+(?P<g>{_G})",
            lambda on, m: on.next(_count(m), _GRAINS[m["g"]]),
        ),
        (
            rf"(?P<n>{_N})\s+(?P<g>{_G})\s+(?:out|ahead|from now|a frente|pra frente|adiante)",
            lambda on, m: on.next(_count(m), _GRAINS[m["g"]]),
        ),
        (
            rf"(?P<g>{_G})\s+(?:before last|retrasad[oa])",
            lambda on, m: on.shifted(_GRAINS[m["g"]], -2),
        ),
        (rf"(?:{_LAST}\s+)?(?:fortnight|quinzena)(?:\s+passada)?", lambda on, m: on.last(2, "week")),
        (r"ltm|ttm", lambda on, m: on.last(12, "month")),
        (
            rf"(?P<n>{_N})\s+(?P<g>{_G})\s+(?:ago|atras)",
            lambda on, m: on.shifted(_GRAINS[m["g"]], -_count(m)),
        ),
        (
            rf"(?:since|desde)\s+(?:(?:a|o|the)\s+)?(?:{_LAST}\s+)?(?P<w>{_any(WEEKDAYS)})(?:[- ]?feira)?"
            r"(?:\s+passad[oa])?",
            _since_weekday,
        ),
        (
            rf"(?:until|till|ate)\s+(?:(?:a|o|the)\s+)?(?:{_NEXT}\s+)?(?P<w>{_any(_SPOKEN_DAYS)})(?:[- ]?feira)?"
            r"(?:\s+que vem)?",
            _until_weekday,
        ),
        (_SO_FAR, lambda on, m: on.to_date("year")),
        (r"mtd|month[ -]to[ -]date|acumulado do mes", lambda on, m: on.to_date("month")),
        (r"quarter[ -]to[ -]date|acumulado do trimestre", lambda on, m: on.to_date("quarter")),
        (_REST_OF_NEXT, lambda on, m: on.rest_of(_grain(m), 1)),
        (_REST, lambda on, m: on.rest_of(_grain(m))),
        (
            rf"{_LAST}\s+(?:full\s+)?(?P<g>{_G})|(?P<h>{_G})\s+(?:passad[oa]|anterior|que passou|q passou)",
            lambda on, m: on.shifted(_grain(m), -1),
        ),
        (
            rf"{_NEXT}\s+(?P<g>{_G})|(?P<h>{_G})\s+(?:que vem|q vem|seguinte)",
            lambda on, m: on.shifted(_grain(m), 1),
        ),
        (rf"{_THIS}\s+(?P<g>{_G})|(?P<h>{_G})\s+(?:atual|corrente)", lambda on, m: on.shifted(_grain(m), 0)),
        (r"anteontem", lambda on, m: on.shifted("day", -2)),
        (r"yesterday|ontem", lambda on, m: on.shifted("day", -1)),
        (r"today|hoje", lambda on, m: on.shifted("day", 0)),
        (r"tomorrow|amanha", lambda on, m: on.shifted("day", 1)),
        (
            r"(?:d[ao]|n[ao]|the)\s+(?P<g>semana|week|mes|month|trimestre|quarter)",
            lambda on, m: on.shifted(_GRAINS[m["g"]], 0),
        ),
        (
            r"(?<![/\-#$])(?P<y>20[0-4]\d)(?!\s*(?:accounts|customers|contas|clientes|[/\-]\d))",
            lambda on, m: on.year(int(m["y"])),
        ),
        (rf"(?P<m>{_M})(?!\s*(?:accounts|customers|contas|clientes))", _named_month),
    )
)
"""Of two that overlap the higher wins. What matches but is no date (31/02/2026) is not read by lower ones."""


HINT = re.compile(
    rf"\d|\b(?:{_M}|{_G}|{_any(RHYTHMS)}|{_any(WEEKDAYS)}|today|hoje|yesterday|ontem|anteontem|tomorrow|amanha|acumulado|half|semestre|fortnight|quinzena|fiscal|exercicio|fy|ltm|ttm|ytd|mtd)\b"
)
"""Whatever any form matches contains this: most questions speak of no period and need not try them all."""


def rhythm(folded: str, on: Calendar) -> tuple[Period, int, int] | None:
    """`weekly`, `mensal`: the last full one; but monthly recurring revenue is a metric and no period."""
    if said := rhythm_in(folded):
        grain, start, end = said
        return on.shifted(grain, -1), start, end
    return None


def rhythm_in(folded: str) -> tuple[Grain, int, int] | None:
    """The grain that `weekly` or `mensal` says, and where it stands."""
    match = _RHYTHM.search(folded)
    return (RHYTHMS[match.group()], match.start(), match.end()) if match else None
