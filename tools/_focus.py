"""The segments that a leader pinned, with the MRR of each."""

from collections.abc import Iterator

from tools._answer import Cell, Column, Table
from tools._phrase import phrase
from tools._registry import Deps
from tools._segments import KeptSegment
from tools.metrics import Figure, Period, all_metrics


def focus(deps: Deps, period: Period) -> Iterator[Table]:
    """What happened in each pinned segment: MRR at both ends and the net new MRR between, accounts as they are now."""
    pinned = [each for each in deps.segments.all() if each.pinned_by]
    if not pinned:
        return
    columns = (
        Column(phrase("Focus segment")), Column(phrase("Paying accounts"), True),
        Column(phrase("MRR at the start"), True), Column(phrase("Net new"), True),
        Column(phrase("MRR at the end"), True), Column(phrase("Pinned by")),
    )  # fmt: skip
    note = phrase("Pinned by who leads, three at most; each is counted by the conditions that it was saved with.")
    yield Table(phrase("Focus segments"), columns, tuple(_row(each, period, deps) for each in pinned), note)


def _row(kept: KeptSegment, period: Period, deps: Deps) -> tuple[Cell, ...]:
    before, last = Period.containing(period.previous().last_day, "day"), Period.containing(period.last_day, "day")

    def figure(metric: str, when: Period) -> Figure:
        return all_metrics()[metric](deps.book, when, kept.conditions)

    counted = figure("paying_accounts", last)
    return kept.name, counted, figure("mrr", before), figure("net_new_mrr", period), figure("mrr", last), kept.pinned_by
