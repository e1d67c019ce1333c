"""A whole sentence: how often, at what hour, where to, and what is left of it to be done."""

import re
from dataclasses import dataclass, replace

from bot.router.slots.text import blank, clean, fold
from bot.router.slots.wrapping import unwrapped
from bot.router.timing.hours import Said, find_hour, find_zone
from bot.router.timing.places import Aim, find_place, find_sending
from bot.router.timing.rhythms import Rhythm, find_rhythm
from tools import Recurrence

_ASKING = re.compile(
    r"(?:how|which|what|who|when|why|where|do|does|did|is|are|was|were|can|should|has|have|quant[oa]s?|qua(?:l|is)|quem|quando"
    r"|por ?que|pq|como|o que|onde|sera|tem|posso|devo)\b"
)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»")
_CONNECTOR = re.compile(
    r"^(?:[\s,;:.!–-]|(?:and|e|that|que|com|with|the following|to|please|por favor|at|on|in|um|a)\b\s*(?=[,;:]|$)"
    r"|d[ao]s\s)+|[\s,;:.!–-]+$|(?:\s+(?:to|in|at|on|by|for|em|n[oa]|para|pra|as|e|and|d[eo]|every|toda))+\s*$"
)
_LONE = re.compile(
    r"(?:this|that|it|isso|isto|essa?|este|esta|o mesmo|the same|(?:this|that) (?:answer|report|summary)"
    r"|ess[ea] (?:resposta|resumo|relatorio))?"
)


@dataclass(frozen=True)
class Wish:
    """What is asked for again and again. `rest`: the words that say what; empty: what was answered before.

    `to`: `here`, `me`, `#…`, `@…`, or nothing where no place is named. Of the recurrence `at` is None where no hour is
    said; `open`: nor which day of the week. `zone`: a time zone that is named.
    """

    recurrence: Recurrence
    to: str
    rest: str
    open: bool = False
    zone: str = ""


@dataclass(frozen=True)
class Change:
    """What of a schedule is to be other: None and empty stay as they are."""

    recurrence: Recurrence | None
    hour: Said | None
    to: str
    zone: str = ""

    def __bool__(self) -> bool:
        return bool(self.recurrence or self.hour or self.to or self.zone)


def find_wish(raw: str) -> Wish | None:
    """The wish in a sentence; None where it is a question, however much it speaks of weeks and months."""
    text = clean(raw)
    folded = _without_quotes(fold(text))
    rhythm = find_rhythm(folded)
    if rhythm is None or _after_a_colon(folded, rhythm):
        return None
    rest = blank(folded, rhythm.start, rhythm.end)
    hour, rest = _taken(rest, find_hour(rest))
    zone, rest = _taken(rest, find_zone(rest) if hour else None)
    place, rest = _aimed(rest, text)
    sending, rest = _sent(rest)
    if not _is_meant(folded, rhythm, hour, place, sending):
        return None
    left = _left(text, rest)
    recurrence = replace(rhythm.recurrence, at=hour.at if hour else None)
    to = place.to if place else sending.to if sending else ""
    return Wish(recurrence, to, "" if _LONE.fullmatch(fold(left)) else left, rhythm.open, zone.zone if zone else "")


def find_change(raw: str) -> Change:
    """What a sentence says about when and where, as in "move it to 10h" or "muda para toda terça"."""
    text = clean(raw)
    folded = fold(text)
    rhythm = find_rhythm(folded) or _bare_day(folded)
    rest = blank(folded, rhythm.start, rhythm.end) if rhythm else folded
    hour = find_hour(rest) or _bare_hour(rest)
    place = find_place(rest, text)
    zone = find_zone(rest)
    return Change(rhythm.recurrence if rhythm else None, hour, place.to if place else "", zone.zone if zone else "")


def only_hour(raw: str) -> Said | None:
    """The hour, where a sentence says nothing else: the answer to "at what time?"."""
    folded = fold(clean(raw)).strip(" .!?")
    said = find_hour(folded) or _bare_hour(f"to {folded}")
    if said is None:
        return None
    around = re.sub(r"\b(?:ok|yes|sim|at|as|pode ser|please|por favor|make it)\b|[\s,.!]", "", folded)
    return said if len(around) <= len("meio-dia e meia") and re.fullmatch(r"[\w:.'-]*", around) else None


def _bare_day(folded: str) -> Rhythm | None:
    """ "to Tuesdays", "para terça", "for Friday" — where something is moved, a single day is the new rhythm."""
    if said := re.search(r"\b(?:to|on|for|para|pra|n[ao]|as)\s+(?:a\s+|as\s+)?(?=\w)", folded):
        found = find_rhythm(f"every {folded[said.end() :]}")
        if found and found.start == 0 and found.recurrence.unit == "week" and found.recurrence.weekdays:
            return replace(found, start=said.start(), end=said.end() + found.end - len("every "))
    return None


def _bare_hour(folded: str) -> Said | None:
    """ "to 10", "para as 10", "pras 10"."""
    match = re.search(r"\b(?:to|para(?:\s+as)?|pr[ao]s?|as)\s+(\d{1,2})(?![\d/.,:%]|\s*(?:st|nd|rd|th)\b)", folded)
    return (
        replace(found, start=match.start(), end=match.end())
        if match and (found := find_hour(f"at {match[1]}"))
        else None
    )


def _aimed(rest: str, text: str) -> tuple[Aim | None, str]:
    place = find_place(rest, text)
    return place, blank(rest, place.start, place.end) if place else rest


def _sent(rest: str) -> tuple[Aim | None, str]:
    sending = find_sending(rest)
    return sending, blank(rest, sending.start, sending.end) if sending else rest


def _taken(rest: str, said: Said | None) -> tuple[Said | None, str]:
    return said, blank(rest, said.start, said.end) if said else rest


def _is_meant(folded: str, rhythm: Rhythm, hour: Said | None, place: Aim | None, sending: Aim | None) -> bool:
    """A rhythm alone may be a way to count; with an hour, a place or a word for sending it is not."""
    told = bool(hour or place or sending)
    if _ASKING.match(unwrapped(folded)):
        return bool(hour or sending) and told
    return told or (rhythm.sure and not rhythm.open)


def _after_a_colon(folded: str, rhythm: Rhythm) -> bool:
    """What follows "log a call with Acme:" is what was said there."""
    head, colon, _ = folded[: rhythm.start].rpartition(": ")
    if not colon:
        return False
    sending = find_sending(head)
    return not sending or len(head.split()) > 4


def _without_quotes(folded: str) -> str:
    for quoted in _QUOTED.finditer(folded):
        folded = blank(folded, quoted.start(), quoted.end())
    return folded


def _left(text: str, rest: str) -> str:
    """What no part took, as it was written; quoted words belong to it."""
    kept = "".join(
        mine if left != " " or mine == " " else " " for mine, left in zip(text, _requoted(text, rest), strict=True)
    )
    kept = re.sub(r"\s+(?=[?!.,;:])", "", " ".join(kept.split()))
    while (shorter := _CONNECTOR.sub("", kept)) != kept:
        kept = shorter.strip()
    return kept


def _requoted(text: str, rest: str) -> str:
    folded = fold(text)
    for quoted in _QUOTED.finditer(folded):
        rest = rest[: quoted.start()] + quoted.group() + rest[quoted.end() :]
    return rest
