"""What happened to MRR, in a few sentences: templates, whose every number was counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile

from tools._answer import Note
from tools._bridge import Bridge
from tools._phrase import Phrase, phrase, phrase_n
from tools.metrics import Category, Figure, Mover, Share

SENTENCES = 5
LEAST = Fraction(1, 20_000)
"""Of the MRR at the start: what is less reads as 0.00% and is not worth a sentence."""
STREAK = 3
"""Periods in one direction that make a streak."""
HALF = Fraction(1, 2)
"""Of a movement: what one account makes of it is said from here on."""

KINDS: dict[Category, Phrase] = {
    "new": phrase("new business"),
    "expansion": phrase("expansion"),
    "reactivation": phrase("reactivation"),
    "contraction": phrase("contraction"),
    "churn": phrase("churn"),
}


@dataclass(frozen=True)
class Story:
    """What is told of a period.

    `before`: net new MRR of the period before, None where there was no MRR yet. `earlier`: net new MRR of the
    periods of the same grain before it, the nearest first, as far back as there was MRR; `averaged`: how many of them
    an average is made of; `grain`: theirs.
    """

    bridge: Bridge
    changes: Sequence[Mover]
    before: Figure | None
    earlier: Sequence[int]
    averaged: int
    grain: str

    @property
    def net_new(self) -> int:
        return self.bridge.found.net_new

    def too_small(self, minor: int) -> bool:
        """Not worth a sentence beside the MRR there was."""
        return abs(minor) <= LEAST * self.bridge.found.start


def narrative(story: Story) -> list[Note]:
    """Three to five sentences in one paragraph; fewer where there is less to say."""
    told: Phrase | None = None
    for sentence in list(_sentences(story))[:SENTENCES]:
        told = phrase("{sentences} {next}", sentences=told, next=sentence) if told else sentence
    return [Note(told)] if told else []


def _sentences(story: Story) -> Iterator[Phrase]:
    if story.changes:
        yield _largest(story, _moved(story))
    rates = list(_rates(story))
    yield from rates
    yield from _against_the_period_before(story)
    if not rates:
        yield from _against_the_average(story)
    yield from _concentration(story)
    yield from _streak(story)


def _moved(story: Story) -> Phrase:
    """Up or down, and by how much; a clause without its full stop."""
    change = story.bridge.found.end - story.bridge.found.start
    amount = story.bridge.money(abs(change))
    if not change:
        return phrase("MRR is where it was: gains and losses come to the same")
    if story.too_small(change) or not story.bridge.found.start:
        rose, fell = phrase("MRR rose by {amount}", amount=amount), phrase("MRR fell by {amount}", amount=amount)
        return rose if change > 0 else fell
    share = Share(Fraction(abs(change), story.bridge.found.start))
    if change > 0:
        return phrase("MRR rose by {amount}, {share} of what it was", amount=amount, share=share)
    return phrase("MRR fell by {amount}, {share} of what it was", amount=amount, share=share)


def _largest(story: Story, moved: Phrase) -> Phrase:
    """The movement that weighed most, from how many accounts."""
    moves = story.bridge.found.movements
    name = max(moves, key=lambda each: abs(moves[each]))
    return phrase_n(
        "{moved}; the largest movement was {kind}: {amount} from {n} account.",
        "{moved}; the largest movement was {kind}: {amount} from {n} accounts.",
        sum(name in mover.movements for mover in story.changes),
        moved=moved,
        kind=KINDS[name],
        amount=story.bridge.moves[name],
    )


def _rates(story: Story) -> Iterator[Phrase]:
    """What exchange rates did to MRR, which is no movement of anybody's."""
    for _, fx in story.bridge.rates:
        if fx.minor > 0 and not story.too_small(fx.minor):
            yield phrase("Exchange rates alone added {amount}.", amount=fx)
        if fx.minor < 0 and not story.too_small(fx.minor):
            yield phrase("Exchange rates alone took {amount}.", amount=story.bridge.money(-fx.minor))


def _against_the_period_before(story: Story) -> Iterator[Phrase]:
    if story.before is None or not isinstance(story.before.value, int):
        return
    difference = story.net_new - story.before.value
    if story.too_small(difference):
        return
    told = {"difference": story.bridge.money(abs(difference)), "before": story.before, "period": story.before.period}
    if difference > 0:
        yield phrase("Net new MRR was {difference} higher than in the period before ({period}: {before}).", **told)
    else:
        yield phrase("Net new MRR was {difference} lower than in the period before ({period}: {before}).", **told)


def _against_the_average(story: Story) -> Iterator[Phrase]:
    if not story.averaged or len(story.earlier) < story.averaged:
        return
    average = round(Fraction(sum(story.earlier[: story.averaged]), story.averaged))
    difference = story.net_new - average
    if story.too_small(difference):
        return
    told = {
        "span": _before(story.averaged, story.grain),
        "average": story.bridge.money(average),
        "difference": story.bridge.money(abs(difference)),
    }
    if difference > 0:
        yield phrase("{span} net new MRR averaged {average}: this time it is {difference} more.", **told)
    else:
        yield phrase("{span} net new MRR averaged {average}: this time it is {difference} less.", **told)


def _concentration(story: Story) -> Iterator[Phrase]:
    """The one account that makes half or more of a movement that several accounts share."""
    moves = story.bridge.found.movements
    for name in sorted(moves, key=lambda each: -abs(moves[each])):
        several = sum(name in mover.movements for mover in story.changes) > 1
        alone = [mover for mover in story.changes if mover.movements == (name,)]
        if several and alone and not story.too_small(moves[name]):
            largest = max(alone, key=lambda mover: abs(mover.amount))
            share = Fraction(largest.amount, moves[name])
            if share >= HALF:
                told = {"account": largest.name, "share": Share(share), "kind": KINDS[name]}
                yield phrase("{account} alone makes {share} of the {kind}.", **told)
                return


def _streak(story: Story) -> Iterator[Phrase]:
    """For how many periods net new MRR has had the same sign, this one included."""
    up = story.net_new > 0
    same = list(takewhile(lambda amount: amount != 0 and (amount > 0) == up, story.earlier))
    length = len(same) + 1
    if not story.net_new or length < STREAK:
        return
    span = _span(length, story.grain)
    if len(same) == len(story.earlier):
        span = phrase("at least {span}", span=span)
    if up:
        yield phrase("Net new MRR has been positive for {span}.", span=span)
    else:
        yield phrase("Net new MRR has been negative for {span}.", span=span)


def _span(n: int, grain: str) -> Phrase:
    match grain:
        case "day":
            return phrase_n("{n} day", "{n} days", n)
        case "week":
            return phrase_n("{n} week", "{n} weeks", n)
        case "month":
            return phrase_n("{n} month", "{n} months", n)
        case "quarter":
            return phrase_n("{n} quarter", "{n} quarters", n)
    return phrase_n("{n} year", "{n} years", n)


def _before(n: int, grain: str) -> Phrase:
    match grain:
        case "week":
            return phrase("In the {n} weeks before", n=n)
        case "month":
            return phrase("In the {n} months before", n=n)
        case "quarter":
            return phrase("In the {n} quarters before", n=n)
    return phrase("In the {n} years before", n=n)
