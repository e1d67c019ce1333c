"""All that is recognised in a question, whatever tool it may be for."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Protocol, TypeVar

from bot.router.slots.accounts import AccountNames, Mention, parts_of
from bot.router.slots.bands import find_mrr_band, find_renewals
from bot.router.slots.calendar import Calendar
from bot.router.slots.comparisons import Compared, find_comparison
from bot.router.slots.figures import find_draft, find_figure, find_schedule
from bot.router.slots.groups import Group, find_group
from bot.router.slots.limits import BookValues, Limit
from bot.router.slots.metrics import COMMON_NAMES, WHO_MOVED, find_metrics
from bot.router.slots.numbers import find_count
from bot.router.slots.periods import Found, find_period
from bot.router.slots.saved import Named, SavedNames
from bot.router.slots.text import Word, blank, clean, fold
from bot.router.slots.vocabulary import TRADES
from bot.router.slots.words import Said, find_language, find_owner, find_segment
from bot.router.slots.wrapping import unwrapped
from tools.metrics import BANDS, Period

EMPTY: Mapping[str, Mapping[str, str]] = MappingProxyType({})
_RENEWAL = re.compile(r"\brenew|\brenov|\bvenc|\bexpir|\b(?:contracts?|terms?) ends?|\bf(?:im|inal) d[eo]s? contrato")
_BEFORE_A_NAME = re.compile(
    r"(?:\b(?:for|with|of|about|at|on|from|to|account|customer|client|d[aeo]s?|com|sobre|para|pra|pro|n[ao]|conta|cliente|empresa)|[\"'(])\s*$"
)


class Stretch(Protocol):
    """Something recognised, and where in the text it stands."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Stretch)


@dataclass(frozen=True)
class Reading:
    """What the words of a question say; `shape` is how it is put: @a for an account, @p for a period …"""

    text: str
    folded: str
    """Without the name of a saved segment, whose words say nothing else."""
    calendar: Calendar
    accounts: tuple[Mention, ...]
    strangers: tuple[str, ...]
    rest: str
    """What no slot took, at its place."""
    owners: Sequence[str]
    segments: Sequence[str]
    values: BookValues
    period: Found | None
    count: int | None
    owner: Said | None
    segment: Said | None
    saved: Named | None
    """A saved segment; where it is also called `instead`, that is read as if there were no other."""
    conditions: Mapping[str, Mapping[str, str]]
    """Of each saved segment, by dimension."""
    language: Said | None
    figure: Said | None
    draft: Said | None
    schedule: Said | None
    metrics: tuple[Said, ...]
    """Those spoken of, the one that is asked for first."""
    group: Group | None
    compared: Compared | None
    limits: tuple[Limit, ...]
    """Values of further dimensions, in the order of the text."""
    undated: str
    without_names: str
    shape: str
    if_named: Mapping[str, str]
    """The shape if the likeliest stranger were an account (@a), a manager (@o) or a segment (@s)."""

    @cached_property
    def ahead(self) -> Found | None:
        """The period, read as one to come."""
        return find_period(self.undated, replace(self.calendar, ahead=True))

    @property
    def today(self) -> date:
        return self.calendar.today

    @property
    def of_renewals(self) -> bool:
        """The question speaks of contracts that renew or end."""
        return bool(_RENEWAL.search(self.folded))


def read(
    raw: str,
    calendar: Calendar,
    accounts: AccountNames,
    owners: Sequence[str],
    segments: Sequence[str],
    values: BookValues,
    common: Container[str],
    saved: Mapping[str, Mapping[str, str]] = EMPTY,
) -> Reading:
    """Recognise everything once. `common`: words that are no names by themselves; `saved`: segments and conditions."""
    today = calendar.today
    text = clean(raw)
    folded = fold(text)
    mask = _Mask(folded)
    named = SavedNames(saved, values, owners, segments, accounts).find(folded, text, common) if saved else None
    folded = mask.hide("@s", None if named is None or named.instead else named)
    exact = accounts.exact(folded, common)
    mask.put("@a", *exact)
    figure = mask.take("@f", find_figure)
    draft = mask.take("@d", find_draft)
    schedule = mask.take("@t", find_schedule)
    cohort = mask.take("@w", lambda rest: values.cohort(rest, calendar))
    band = mask.take("@w", find_mrr_band)
    compared = mask.take("@v", lambda rest: find_comparison(rest, calendar))
    undated = mask.rest
    period = find_period(undated, calendar)
    mask.put("@ahead" if period and _lies_ahead(period.period, today) else "@p", period)
    language = mask.take("@l", find_language)
    if count := find_count(mask.rest):
        mask.put("@n", Mention((), *count[1:]))
    metrics, group = _measured(mask, _blanked(folded, exact), common, dated=period is not None)
    limits = [limit for limit in values.find(mask.rest, text, common) if limit.sure]
    mask.put("@w", *limits)
    segment = mask.take("@s", lambda rest: find_segment(rest, segments))
    owner = mask.take("@o", lambda rest: find_owner(_nameable(rest, text, common), owners))
    partial = accounts.partial(mask.rest, text, common)
    mask.put("@a", *partial)
    limits += [*values.find(mask.rest, text, common), *find_renewals(folded), *filter(None, [cohort, band])]
    strangers = _strangers(mask.rest, text, common)
    return Reading(
        text=text, folded=folded, calendar=calendar, accounts=(*exact, *partial), rest=mask.rest, owners=owners,
        strangers=tuple(text[each.start : each.end][:60] for each in strangers), segments=segments, values=values,
        period=period, count=count[0] if count else None, owner=owner, segment=segment, saved=named,
        conditions=saved, language=language, figure=figure, draft=draft, schedule=schedule, metrics=metrics,
        group=group, compared=compared,
        limits=tuple(sorted(limits, key=lambda limit: limit.start)), undated=undated,
        without_names=_blanked(folded, (*exact, *partial)), shape=unwrapped(mask.shape),
        if_named={sign: unwrapped(mask.shape_with(strangers[0], sign)) for sign in ("@a", "@o", "@s") if strangers},
    )  # fmt: skip


def _lies_ahead(period: Period, today: date) -> bool:
    """Who speaks of a time to come asks for other things than who speaks of one that is over."""
    return period.start > today or (period.start == today and period.grain != "day")


def _measured(mask: "_Mask", folded: str, common: Container[str], dated: bool) -> tuple[tuple[Said, ...], Group | None]:
    """The metrics spoken of and what they are grouped by. Several metrics have a sign of their own."""
    group = find_group(mask.rest, dated)
    if group and group.by in BANDS:  # "by MRR band" names no metric
        mask.put("@b", group)
        return find_metrics(blank(folded, group.start, group.end), common, mask.rest), group
    metrics = find_metrics(folded, common, mask.rest)
    group = find_group(_blanked(mask.rest, metrics), dated)
    if group is None and metrics and metrics[0] == WHO_MOVED:
        group = find_group(mask.rest, dated)  # "accounts lost" is no name of a metric here
    mask.put("@bcohort" if group and group.by == "cohort" else "@b", group if group and group.sure else None)
    telling = [said for said in metrics if said.end and said.value not in COMMON_NAMES]
    mask.put("@m" if len(telling) == 1 else "@mm", *telling)
    return metrics, group


class _Mask:
    """A folded text of which stretches are taken one after the other."""

    def __init__(self, folded: str) -> None:
        self.rest = folded
        self._taken: list[tuple[int, int, str]] = []

    def put(self, sign: str, *found: Stretch | None) -> None:
        """Take what is found; what says no words of its own takes none."""
        for each in found:
            if each and each.end and not any(each.start < end and start < each.end for start, end, _ in self._taken):
                self._taken.append((each.start, each.end, sign))
                self.rest = blank(self.rest, each.start, each.end)

    def hide(self, sign: str, found: Stretch | None) -> str:
        """Take what says nothing else in any of its words: the text without it."""
        self.put(sign, found)
        return self.rest

    def take(self, sign: str, find: Callable[[str], S | None]) -> S | None:
        found = find(self.rest)
        self.put(sign, found)
        return found

    @property
    def shape(self) -> str:
        return self._signed(self._taken)

    def shape_with(self, stretch: Mention, sign: str) -> str:
        """The shape if this stretch were taken too."""
        return self._signed([*self._taken, (stretch.start, stretch.end, sign)])

    def _signed(self, taken: Sequence[tuple[int, int, str]]) -> str:
        shape = self.rest
        for start, end, sign in sorted(taken, reverse=True):
            shape = f"{shape[:start]} {sign} {shape[end:]}"
        return " ".join(re.sub(r"\{(\w)\w*\}", r" @\1 ", shape).split())


def _blanked(folded: str, mentions: Iterable[Stretch]) -> str:
    for mention in mentions:
        folded = blank(folded, mention.start, mention.end)
    return folded


def _nameable(rest: str, original: str, common: Container[str]) -> str:
    """`rest` without everyday words that are also first names ("will", "mark"), unless written as names."""
    for word in parts_of(rest):
        if word.text in common and not original[word.start].isupper():
            rest = blank(rest, word.start, word.end)
    return rest


def _strangers(rest: str, original: str, common: Container[str]) -> list[Mention]:
    """What looks like the name of something unknown, the likeliest first."""
    found: list[tuple[bool, Mention]] = []
    for first, last in _runs(parts_of(rest), original, common):
        capital, after = original[first.start].isupper(), _BEFORE_A_NAME.search(rest[: first.start])
        likely = bool(after) or (capital and first.start > 0)
        found.append((likely, Mention((), first.start, last.end)))
    return [name for _, name in sorted(found, key=lambda each: not each[0])]


def _runs(parts: Sequence[Word], original: str, common: Container[str]) -> list[tuple[Word, Word]]:
    """Stretches of words that are not everyday ones; capitalised neighbours belong to the name."""
    runs: list[tuple[Word, Word]] = []
    for word in parts:
        touching = bool(runs) and original[runs[-1][1].end : word.start] in (" ", "-", " & ")
        capital = original[word.start].isupper()
        strange = word.text not in common and len(word.text) >= 3 and not word.text.isdigit()
        strange = strange or (capital and word.start > 0 and word.text in TRADES)
        if touching and (strange or capital):
            runs[-1] = (runs[-1][0], word)
        elif strange:
            runs.append((word, word))
    return runs
