"""One account's metrics in a period beside another: what was measured, and what was not."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools._answer import Cell, Column, Table
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools.metrics import Change, Figure, Period, all_metrics

FEW = 20
"""Things counted below which a rate is shown with what it was counted from."""


@dataclass(frozen=True)
class Measure:
    """A metric under the name that the paper gives it; `silent`: no row means that nothing was reported, not zero."""

    label: Phrase
    metric: str
    variant: str | None = None
    silent: bool = False


USAGE = (
    Measure(phrase("Times used"), "usage_events", silent=True),
    Measure(phrase("Peak users"), "peak_users", silent=True),
    Measure(phrase("Features in use"), "features_used", silent=True),
)
SUPPORT = (
    Measure(phrase("Tickets opened"), "tickets_opened"),
    Measure(phrase("Open at the end"), "open_tickets"),
    Measure(phrase("of these urgent"), "open_tickets", "urgent"),
    Measure(phrase("Solved at first contact"), "first_contact_resolution"),
    Measure(phrase("Satisfied with tickets"), "customer_satisfaction", "tickets"),
)
VOICE = (
    Measure(phrase("NPS"), "net_promoter_score"),
    Measure(phrase("Satisfied (CSAT)"), "customer_satisfaction"),
)


def measured(measure: Measure, account_id: str, period: Period, deps: Deps) -> Figure | None:
    """The account's figure of a period; None where nothing was reported or it is not defined."""
    where = {"account_id": account_id}
    figure = all_metrics()[measure.metric](deps.book, period, where, measure.variant)
    silent = measure.silent and not (figure.source.rows and figure.value)
    return None if silent or figure.value is None else figure


def counted(figure: Figure | None) -> Cell:
    """A figure; of a rate of few things also what it was counted from."""
    if figure is None or figure.parts is None or figure.parts.n >= FEW:
        return figure
    parts = figure.parts
    if figure.unit == "percent":
        return phrase("{figure} ({part} of {whole})", figure=figure, part=parts.part, whole=parts.whole)
    return phrase_n("{figure} ({n} answer)", "{figure} ({n} answers)", parts.n, figure=figure)


def change(now: Figure | None, before: Figure | None) -> Change | None:
    """By how much it changed, where both are known."""
    if now is None or before is None or now.value is None or before.value is None:
        return None
    return Change(now.value - before.value, now.unit, now.currency)


def compared(
    title: Phrase, measures: Sequence[Measure], account_id: str, now: Period, before: Period, deps: Deps
) -> Table | None:
    """The measures of two periods side by side; those of which nothing is known in either are left out."""
    columns = (
        Column(phrase("Measure")), Column(phrase("{period}", period=now), numeric=True),
        Column(phrase("{period}", period=before), numeric=True), Column(phrase("Change"), numeric=True),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for each in measures:
        pair = [measured(each, account_id, period, deps) for period in (now, before)]
        if any(pair):
            rows.append((each.label, *map(counted, pair), change(*pair)))
    return Table(title, columns, tuple(rows)) if rows else None
