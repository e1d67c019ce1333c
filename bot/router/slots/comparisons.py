"""What a period is compared with: "against Q2", "vs previous", "do que no mês passado", "ano contra ano"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.router.slots.calendar import Calendar
from bot.router.slots.period_forms import GRAIN, ORDINAL, grain_of, ordinal_of
from bot.router.slots.periods import Found, find_period
from bot.router.slots.text import blank
from tools.metrics import Grain, Period

_AGAINST = (
    r"against|versus|vs\.?|compared? (?:to|with)|in comparison (?:to|with)|relative to|than"
    r"|contra|comparad[oa]s? (?:ao?s?|com)|em comparacao (?:ao?s?|com)|em relacao ao?s?|frente ao?s?|do que|x"
)
_BOTH = r"with|to|and|com|e|ao?"
"""Words that join two periods where a comparison is asked for: "compare October and September"."""
_ARTICLES = r"(?:\s+(?:the|that|of|in|o|a|os|as|n[oa]|d[oa]|em|de))*\s+"
_CUE = re.compile(rf"\b(?:{_AGAINST})(?!\w){_ARTICLES}")
_CUE_OF_TWO = re.compile(rf"\b(?:{_BOTH})\b{_ARTICLES}")
_COMPARE = re.compile(r"\bcompar\w+|\bdifference between\b|\bdiferenca entre\b")

_LAST_YEAR = (
    r"(?:(?:last|previous|prior) year|ano (?:passado|anterior)|(?:(?:a|one) )?year (?:ago|before|earlier)"
    r"|(?:um )?ano (?:antes|atras))"
)
_YEAR = re.compile(
    r"(?:(?:same|mesm[oa]) (?:period|time|week|month|quarter|periodo|semana|mes|trimestre)"
    rf" (?:of |in |d[eo] |n[oa] )?(?:the |o )?)?{_LAST_YEAR}"
)
_BEFORE = re.compile(
    rf"(?:previous|prior|preceding|last|past)(?:\s+(?:(?P<g>{GRAIN})|period|one))?\b"
    rf"|(?:(?P<h>{GRAIN})|periodo)\s+(?:anterior|passad[oa])\b|(?:\d{{1,3}}\s+)?(?:(?:{GRAIN}|one|period)\s+)?(?:anterior(?:es)?|before|prior)\b|passad[oa]s?\b"
)
_WITH_YEAR = re.compile(r"\d{4}|'\d\d|/\d\d|\d[qt]\d\d")
_ORDINAL = re.compile(rf"(?P<n>{ORDINAL})(?!\w)")

_BY_ITSELF: tuple[tuple[re.Pattern[str], str, Grain | None], ...] = (
    (re.compile(r"\byoy\b|\by/y\b|\byear[ -]o(?:ver|n)[ -]year\b|\bano contra ano\b|\ba/a\b"), "year", None),
    (re.compile(r"\bmom\b|\bm/m\b|\bmonth[ -]o(?:ver|n)[ -]month\b|\bmes contra mes\b"), "previous", "month"),
    (
        re.compile(r"\bqoq\b|\bq/q\b|\bt/t\b|\bquarter[ -]o(?:ver|n)[ -]quarter\b|\btrimestre contra trimestre\b"),
        "previous",
        "quarter",
    ),
    (re.compile(r"\bw/w\b|\bweek[ -]o(?:ver|n)[ -]week\b|\bsemana contra semana\b"), "previous", "week"),
)
_MOVED_EN = (
    r"chang\w+|mov(?:e|ed|ing)|drop\w*|f[ae]ll\w*|ris\w+|rose|go(?:ne|ing)? (?:up|down)|went (?:up|down)"
    r"|increas\w+|decreas\w+|worse\w*|improv\w+|better|grow\w*|grew|shrink\w*|shrank|higher|lower"
)
_MOVED_PT = (
    r"mud\w+|subi\w*|sobe\w*|cai\w*|queda|aument\w+|diminui\w*|pior\w*|melhor\w*|cresc\w+|vari\w+|encolh\w+|alta|mexeu"
)
_CHANGE = re.compile(
    rf"\b(?:why|how come)\b.*\b(?:{_MOVED_EN})\b|\bhow (?:did|has|have)\b.*\b(?:chang|mov|evolv)\w+"
    rf"|\bwhat (?:drove|explains|caused|is behind)\b.*\b(?:{_MOVED_EN})\b"
    rf"|\b(?:por ?que|pq)\b.*\b(?:{_MOVED_PT})\b|\bcomo\b.*\b(?:mudou|variou)\b"
    rf"|\bo que (?:puxou|explica|causou|esta por tras)\b.*\b(?:{_MOVED_PT})\b"
)


@dataclass(frozen=True)
class Compared:
    """`how`: `previous`, `year` or a written period, and the stretch that says it: none where the whole question does.

    `period`: what is compared with it, where the words leave that to be found out: "vs last month" is of this month.
    """

    how: str
    start: int
    end: int
    period: Period | None = None


def find_comparison(folded: str, calendar: Calendar) -> Compared | None:
    """The comparison that a folded text asks for, or None."""
    for cue in _cues(folded):
        if found := _said_after(cue, folded, calendar):
            return found
    for form, how, grain in _BY_ITSELF:
        if match := form.search(folded):
            rest = blank(folded, match.start(), match.end())
            last = calendar.shifted(grain, -1) if grain and not find_period(rest, calendar) else None
            return Compared(how, match.start(), match.end(), last)
    return Compared("previous", 0, 0) if _CHANGE.search(folded) else None


def explains(folded: str) -> bool:
    """The question is why a figure changed."""
    return bool(_CHANGE.search(folded))


def _cues(folded: str) -> Iterator["re.Match[str]"]:
    yield from _CUE.finditer(folded)
    if _COMPARE.search(folded):
        yield from _CUE_OF_TWO.finditer(folded)


def _said_after(cue: "re.Match[str]", folded: str, calendar: Calendar) -> Compared | None:
    """What is said right after the cue: a year before, the one before, the second, or a period."""
    at = cue.end()
    if match := _YEAR.match(folded, at):
        return _a_year_before(cue.start(), match.end(), folded, calendar)
    if match := _BEFORE.match(folded, at):
        return _the_one_before(match, cue.start(), folded, calendar)
    if found := _period_at(at, cue.start(), folded, calendar):
        return _against(found, cue.start(), folded, calendar)
    main = find_period(folded[: cue.start()], calendar)
    if (match := _ORDINAL.match(folded, at)) and main and main.period.grain == "quarter":
        quarter = replace(calendar, today=main.period.start - timedelta(days=1)).quarter(ordinal_of(match["n"]))
        return Compared(str(quarter), cue.start(), match.end())
    return None


def _period_at(at: int, cue: int, folded: str, calendar: Calendar) -> Found | None:
    """The period, or range of two, that begins there."""
    found = find_period(folded[cue:], calendar)
    if found is None or found.start + cue > at:
        return None
    return Found(found.period, found.start + cue, found.end + cue)


def _a_year_before(start: int, end: int, folded: str, calendar: Calendar) -> Compared:
    """Where no period is named, "vs last year" is of this year."""
    same = "same" in folded[start:end] or "mesm" in folded[start:end]
    said = same or find_period(blank(folded, start, end), calendar)
    return Compared("year", start, end, None if said else calendar.shifted("year", 0))


def _the_one_before(match: "re.Match[str]", start: int, folded: str, calendar: Calendar) -> Compared:
    """The one before the period named; of none named, "vs last month" is of this month. A grain that is not the
    period's ("October against last quarter") means the last one as of today."""
    grain = grain_of(match["g"] or match["h"] or "")
    main = find_period(blank(folded, start, match.end()), calendar)
    if grain is None:
        return Compared("previous", start, match.end())
    if main is None:
        return Compared("previous", start, match.end(), calendar.shifted(grain, 0))
    if main.period.grain in (grain, "custom"):
        return Compared("previous", start, match.end())
    return Compared(str(calendar.shifted(grain, -1)), start, match.end())


def _against(found: Found, start: int, folded: str, calendar: Calendar) -> Compared:
    """A period named: the later one is looked at, the earlier is what it is compared with.

    "Q3 2025 vs Q2" is of one year; "Q1 vs Q4" reaches back, "Q2 vs Q3" names two that follow each other.
    """
    other = Compared(str(found.period), start, found.end)
    main = find_period(blank(folded, start, found.end), calendar)
    if main is None:
        return replace(other, how="previous", period=_after(found.period))
    if found.period.start < main.period.start:
        return other
    if found.period.start == main.period.end or _WITH_YEAR.search(folded[found.start : found.end]):
        return replace(other, how=str(main.period), period=found.period)
    return replace(other, how=str(_last_before(main.period, found.period)))


def _after(period: Period) -> Period:
    """The one that follows: of "MRR against October" November."""
    if period.grain == "custom":
        return Period(period.end, period.end + (period.end - period.start))
    return Period.containing(period.end, period.grain)


def _last_before(main: Period, like: Period) -> Period:
    """The last such month or quarter that began before the period."""
    while like.start >= main.start:
        like = like.year_before()
    return like
