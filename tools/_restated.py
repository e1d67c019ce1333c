"""What was said before and has changed since, because data arrived late: said again, with the difference."""

from collections.abc import Sequence

from tools._answer import Cell, Column, Note, Table
from tools._bridge import Bridge
from tools._naming import named
from tools._phrase import Phrase, phrase
from tools._shown import Said, Shown
from tools.metrics import Change, Figure, Money, all_metrics

Pair = tuple[Figure, Said]
"""A figure as it is now, and as it was said."""


def restated(bridge: Bridge, before: Figure | None, shown: Shown) -> list[Pair]:
    """Those figures of the bridge, and of the period before, that an earlier answer gave otherwise."""
    lines = [bridge.end, bridge.net_new, *bridge.moves.values(), bridge.start, *([before] if before else [])]
    said = shown.said(lines)
    return [(now, said[now.id]) for now in lines if now.id in said and said[now.id].figure.value != now.value]


def in_a_sentence(pairs: Sequence[Pair]) -> list[Note]:
    """The foremost of them: a level of MRR where one has changed."""
    for now, said in sorted(pairs, key=lambda pair: pair[0].metric != "mrr")[:1]:
        told = {"on": said.on, "said": _money(said.figure), "now": now, "change": _change(now, said)}
        if now.metric == "mrr":
            level = phrase(
                "Restated: on {on} I said that MRR was {said} on {day}; with the data that has arrived since it is "
                "{now} ({change}).",
                day=now.period.start,
                **told,
            )
            return [Note(level)]
        other = phrase(
            "Restated: on {on} I said {said} for {metric} ({period}); with the data that has arrived since it is "
            "{now} ({change}).",
            metric=named(all_metrics()[now.metric]),
            period=now.period,
            **told,
        )
        return [Note(other)]
    return []


def in_a_table(pairs: Sequence[Pair]) -> list[Table]:
    """Every line that has changed, where there are several."""
    if len(pairs) < 2:
        return []
    columns = (
        Column(phrase("Restated")), Column(phrase("Said on")), Column(phrase("Said"), numeric=True),
        Column(phrase("Now"), numeric=True), Column(phrase("Change"), numeric=True),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (_called(now), said.on, _money(said.figure), now, _change(now, said)) for now, said in pairs
    )
    return [Table(phrase("Restated with the data that has arrived since"), columns, rows)]


def _called(now: Figure) -> Phrase:
    if now.metric == "mrr":
        return phrase("MRR on {day}", day=now.period.start)
    return phrase("{metric}, {period}", metric=named(all_metrics()[now.metric]), period=now.period)


def _money(figure: Figure) -> Money:
    """As an amount and not as a figure: what was said is no figure of this answer."""
    return Money(int(figure.value or 0), figure.currency or "")


def _change(now: Figure, said: Said) -> Change:
    return Change((now.value or 0) - (said.figure.value or 0), "money", now.currency)
