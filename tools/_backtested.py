"""How a scorer did on past days, measure by measure and by segment, as tables."""

from collections.abc import Iterator

from tools._answer import Cell, Column, Table
from tools._phrase import Phrase, phrase
from tools._track_record import number, share
from tools.metrics import Backtest, Counts

Line = tuple[Phrase, Cell, Phrase | None]
"""A measure, its value, and its 95% interval where it has one."""


def measures_of(record: Backtest) -> Table:
    """One line for each measure; what nothing can be said of is left empty."""
    title = phrase("The model on past days") if record.kind == "model" else phrase("The scorecard on past days")
    columns = Column(phrase("Measure")), Column(phrase("Value"), True), Column(phrase("95% interval"), True)
    return Table(title, columns, tuple(_lines(record)))


def segments_of(record: Backtest) -> Table:
    """Numbers rather than shares, as segments are small; the lines need not add up to all: some accounts have none."""
    columns = (
        Column(phrase("Segment")), Column(phrase("Accounts judged"), True), Column(phrase("Left"), True),
        Column(phrase("Flagged"), True), Column(phrase("Left of them"), True),
        Column(phrase("Lift of the flagged"), True),
    )  # fmt: skip
    return Table(phrase("On past days, by segment"), columns, tuple(_counted(*each) for each in record.segments))


def _counted(segment: str, counts: Counts) -> tuple[Cell, ...]:
    lift = None if counts.lift is None else number(counts.lift)
    return segment, counts.judged, counts.lost, counts.flagged, counts.flagged_lost, lift


def _lines(record: Backtest) -> Iterator[Line]:
    yield phrase("Accounts judged"), record.judged, None
    yield phrase("Left within 90 days"), record.lost, None
    yield phrase("Base rate"), share(record.base_rate), None
    yield phrase("Flagged"), record.flagged, None
    yield phrase("Left of the flagged"), record.flagged_lost, None
    yield phrase("Lift of the flagged"), _number(record.lift), _numbers(record.lift_interval)
    yield phrase("Lift of the riskiest tenth"), _number(record.top_lift), _numbers(record.top_lift_interval)
    yield phrase("AUC (0.5 is chance)"), _number(record.auc), _numbers(record.auc_interval)
    for at in record.at:
        low, high = at.interval
        sure = phrase("{low} to {high}", low=share(low), high=share(high))
        yield phrase("Precision of the first {k}", k=at.k), share(at.precision), sure
        yield phrase("Recall of the first {k}", k=at.k), share(at.recall), None
    yield phrase("Lost MRR in the riskiest tenth"), _share(record.mrr_caught), None
    yield phrase("Brier score × 100"), None if record.brier is None else number(100 * record.brier), None
    yield phrase("Calibration error (ECE)"), _share(record.ece), None
    lead = None if record.lead_days is None else phrase("{n} days", n=round(record.lead_days))
    yield phrase("Median days from flag to loss"), lead, None


def _number(value: float | None) -> Cell:
    return None if value is None else number(value)


def _share(value: float | None) -> Cell:
    return None if value is None else share(value)


def _numbers(interval: tuple[float, float] | None) -> Phrase | None:
    if interval is None:
        return None
    return phrase("{low} to {high}", low=number(interval[0]), high=number(interval[1]))
