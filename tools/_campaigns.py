"""Two campaigns side by side, by the same definitions, and whether a difference is shown at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rapidfuzz import fuzz, utils

from tools._answer import Answer, Cell, Column, NextSteps, Note, Part, Table, ToolError
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools.metrics import Campaign, Change, Interval, Money, Share, Where, all_campaigns, difference

SURE = 90
"""How much of a campaign's name must be in the words, of 100, to be meant."""
FEW = 30
"""Accounts reached under which a rate says little."""


@dataclass(frozen=True)
class Pair:
    """The campaign that is asked about and the one it is compared with."""

    now: Campaign
    before: Campaign

    @property
    def taken(self) -> Interval | None:
        """By how much its conversion is above the other's."""
        return difference(self.now.converted, self.now.reached, self.before.converted, self.before.reached)

    @property
    def answered(self) -> Interval | None:
        return difference(self.now.responded, self.now.reached, self.before.responded, self.before.reached)


def compare_campaigns(words: str, where: Where, deps: Deps) -> Answer:
    """The two campaigns that the words name; of one, the one before it of its offer; of none, the latest with one."""
    known = [each for each in all_campaigns(deps.book, deps.today, where) if each.reached]
    if len(known) < 2:
        raise ToolError(phrase(
            "I need two campaigns to compare, and the book holds {n}. Load the tables campaigns and campaign_contacts.",
            n=len(known),
        ))  # fmt: skip
    pair = _pair(_named(words, known), known)
    return Answer(
        phrase("{one} beside {other}", one=pair.now.name, other=pair.before.name),
        _headline(pair),
        (*_parts(pair, known, deps), NextSteps(tuple(_next(pair, known)))),
    )


def _named(words: str, known: Sequence[Campaign]) -> list[Campaign]:
    """Those whose names are in the words, in the order in which they are said."""
    said = utils.default_process(words)
    scored = [(fuzz.partial_ratio_alignment(utils.default_process(each.name), said), each) for each in known]
    sure = [(found.dest_start, found.dest_end, each) for found, each in scored if found and found.score >= SURE]
    longest_first = sorted(sure, key=lambda each: each[0] - each[1])
    taken: list[tuple[int, int, Campaign]] = []
    for start, end, each in longest_first:
        if all(end <= before or start >= after for before, after, _ in taken):
            taken.append((start, end, each))
    return [each for _, _, each in sorted(taken, key=lambda one: one[:2])]


def _pair(named: Sequence[Campaign], known: Sequence[Campaign]) -> Pair:
    if len(named) >= 2:
        return Pair(named[0], named[1])
    now = named[0] if named else known[0]
    others = [each for each in known if each.id != now.id]
    earlier = [each for each in others if known.index(each) > known.index(now)] or others
    alike = [each for each in earlier if each.offer and each.offer == now.offer]
    return Pair(now, (alike or earlier)[0])


def _headline(pair: Pair) -> Phrase:
    said = {"one": pair.now.name, "other": pair.before.name}
    found = pair.taken
    if found is None or found.holds_zero:
        return phrase("No difference in conversion is shown between {one} and {other}.", **said)
    if found.low > 0:
        return phrase("{one} converted more of the accounts it reached than {other}.", **said)
    return phrase("{one} converted fewer of the accounts it reached than {other}.", **said)


def _parts(pair: Pair, known: Sequence[Campaign], deps: Deps) -> Iterator[Part]:
    yield _side_by_side(pair, deps)
    yield _intervals(pair)
    small = [each.name for each in (pair.now, pair.before) if each.reached < FEW]
    if small:
        names = tuple(phrase("{name}", name=name) for name in small)
        yield Note(phrase("Fewer than {few} accounts were reached by {names}: rates say little.", few=FEW, names=names))
    if pair.now.open or pair.before.open:
        n = pair.now.open + pair.before.open
        yield Note(phrase_n(
            "{n} account took an offer less than 30 days ago: its MRR may still come.",
            "{n} accounts took an offer less than 30 days ago: their MRR may still come.", n,
        ))  # fmt: skip
    yield Note(phrase(
        "Counted in accounts. Took the offer: as the campaign's table says. MRR won: new, expansion and reactivation "
        "MRR of those accounts from that day on for 30 days; it came then, which does not prove that it came from it."
    ))  # fmt: skip
    if len(known) > 2:
        yield _all(known, deps)


def _side_by_side(pair: Pair, deps: Deps) -> Table:
    columns = (
        Column(phrase("Measure")), Column(phrase("{name}", name=pair.now.name), True),
        Column(phrase("{name}", name=pair.before.name), True),
    )  # fmt: skip
    both = pair.now, pair.before
    rows: tuple[tuple[Phrase, tuple[Cell, ...]], ...] = (
        (phrase("Began"), tuple(each.starts_on for each in both)),
        (phrase("Channel"), tuple(each.channel for each in both)),
        (phrase("Offer"), tuple(each.offer for each in both)),
        (phrase("Accounts reached"), tuple(each.reached for each in both)),
        (phrase("Answered"), tuple(each.responded for each in both)),
        (phrase("Share that answered"), tuple(_rate(each.responded, each) for each in both)),
        (phrase("Took the offer"), tuple(each.converted for each in both)),
        (phrase("Conversion"), tuple(_rate(each.converted, each) for each in both)),
        (phrase("MRR won"), tuple(Money(each.mrr, deps.book.currency) for each in both)),
    )
    return Table(phrase("The same measures of both"), columns, tuple((label, *cells) for label, cells in rows))


def _intervals(pair: Pair) -> Table:
    columns = (
        Column(phrase("Difference of")), Column(phrase("Measured"), True), Column(phrase("From"), True),
        Column(phrase("To"), True), Column(phrase("What it shows")),
    )  # fmt: skip
    rows = (
        (phrase("Conversion"), *_interval(pair.now.converted, pair.before.converted, pair, pair.taken)),
        (phrase("Share that answered"), *_interval(pair.now.responded, pair.before.responded, pair, pair.answered)),
    )
    note = phrase("95% confidence, in points; Newcombe (1998), method 10.")
    return Table(phrase("How far apart they may be"), columns, rows, note)


def _interval(part: int, other: int, pair: Pair, found: Interval | None) -> tuple[Cell, ...]:
    if found is None:
        return None, None, None, phrase("nobody was reached")
    apart = Fraction(part, pair.now.reached) - Fraction(other, pair.before.reached)
    shown = phrase("no difference is shown") if found.holds_zero else phrase("a difference")
    return *(Change(each, "percent") for each in (apart, found.low, found.high)), shown


def _all(known: Sequence[Campaign], deps: Deps) -> Table:
    columns = (
        Column(phrase("Campaign")), Column(phrase("Began")), Column(phrase("Accounts reached"), True),
        Column(phrase("Took the offer"), True), Column(phrase("Conversion"), True), Column(phrase("MRR won"), True),
    )  # fmt: skip
    rows = tuple(
        (c.name, c.starts_on, c.reached, c.converted, _rate(c.converted, c), Money(c.mrr, deps.book.currency))
        for c in known
    )
    return Table(phrase("All campaigns, the latest first"), columns, rows)


def _rate(part: int, campaign: Campaign) -> Share:
    return Share(Fraction(part, campaign.reached) if campaign.reached else None)


def _next(pair: Pair, known: Sequence[Campaign]) -> Iterator[Phrase]:
    others = [each for each in known if each.id not in (pair.now.id, pair.before.id)]
    for other in others[:2]:
        yield phrase("Compare campaign {one} with {other}", one=pair.now.name, other=other.name)
