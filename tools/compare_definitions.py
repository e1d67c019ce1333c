"""One metric under each of its published definitions, and what makes the difference."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from tools import (
    METRIC,
    PERIOD,
    VARIANT,
    Answer,
    Cell,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
    phrase_n,
)
from tools._differences import effects_shown
from tools._limits import Limits, limited
from tools._reading import conversion, elapsed, written_period
from tools._rules import OURS, rule_called
from tools.metrics import (
    Comparison,
    Explained,
    Figure,
    Metric,
    Period,
    Share,
    all_metrics,
    compare,
    differing_accounts,
    ratio,
)

LISTED = 10
FATES: Mapping[str, Phrase] = {
    "steady": phrase("Paid the same all through"),
    "grew": phrase("Paid all through and grew"),
    "shrank": phrase("Paid all through and shrank"),
    "grew_and_shrank": phrase("Paid all through, grew and shrank"),
    "left": phrase("Left"),
    "left_and_returned": phrase("Left and returned"),
    "joined": phrase("Joined"),
    "joined_and_left": phrase("Joined and left"),
    "joined_left_and_returned": phrase("Joined, left and returned"),
    "returned": phrase("Returned"),
    "returned_and_left": phrase("Returned and left"),
    "returned_left_and_returned": phrase("Returned, left and returned again"),
    "away": phrase("Paid at no time of it"),
    "no_account": phrase("Of no account that ever paid"),
}
"""What happened to accounts in the period."""


TOTALS = True


class Input(Limits):
    metric: Annotated[str, METRIC] = Field(description="The metric whose definitions are compared, by name.")
    variant: Annotated[str | None, VARIANT] = Field(
        default=None, description="Only this published definition against ours; empty: all there are."
    )
    period: Annotated[str | None, PERIOD] = Field(
        default=None, description="For instance 2026-Q3 or 2026-10; empty: the last 12 full months."
    )


def compare_definitions(ask: Input, deps: Deps) -> Answer:
    """Compare the published definitions of a metric over one period, and explain each difference to the last cent.

    Use when two tools or people give different numbers for the same metric: NRR, churn, MRR, LTV or any other by our
    rule, ChartMogul's, Stripe's, ProfitWell's; why they differ, line by line; which definitions there are.
    """
    metric = _metric(ask.metric)
    period = elapsed(written_period(ask.period), deps.today) if ask.period else _usual(deps)
    subject = limited(phrase("Definitions of {metric}", metric=phrase(metric.title)), ask.where, period)
    variants = [ask.variant] if ask.variant in metric.variants else list(metric.variants)
    found = compare(metric, deps.book, period, variants, ask.where)
    parts: list[Part] = [_side_by_side(metric, found), *(part for each in found for part in _explained(metric, each))]
    who, differing = _accounts(metric, deps, found[0]) if ask.variant else (frozenset[str](), [])
    parts += [*differing, _rules(metric, found), *conversion(deps.book), NextSteps(_NEXT)]
    return Answer(subject, _headline(metric, found), tuple(parts), who)


_NEXT = (phrase("MRR summary for last month"), phrase("Which accounts are at risk?"))


def _metric(name: str) -> Metric:
    metric = all_metrics().get(name)
    if metric is None:
        raise ToolError(phrase("There is no metric “{name}”.", name=name), suggestions=_SUGGESTED)
    if not metric.variants:
        raise ToolError(
            phrase("Of {metric} only one definition is kept here: {rule}", metric=phrase(metric.title),
                   rule=phrase(metric.definition_text)),
            suggestions=_SUGGESTED,
        )  # fmt: skip
    return metric


_SUGGESTED = (phrase("Compare definitions of NRR"), phrase("Compare definitions of logo churn"))


def _usual(deps: Deps) -> Period:
    """The last 12 full months."""
    return Period.containing(deps.today, "month").previous().trailing_year()


def _headline(metric: Metric, found: list[Comparison]) -> Phrase:
    ours, said = found[0].standard, {"metric": phrase(metric.title), "ours": found[0].standard}
    if len(found) == 1:
        other = rule_called(metric, found[0].variant.variant)
        return phrase(
            "{metric}: {ours} by our rule, {theirs} by {other}.", theirs=found[0].variant, other=other, **said
        )
    defined = [each.variant for each in found if each.variant.value is not None]
    if ours.value is None or not defined:
        return phrase("{metric}: {ours} by our rule.", **said)
    low, high = (pick((ours, *defined), key=lambda figure: Fraction(figure.value or 0)) for pick in (min, max))
    return phrase_n(
        "{metric}: {ours} by our rule; by {n} other it is between {low} and {high}.",
        "{metric}: {ours} by our rule; by {n} others it is between {low} and {high}.",
        len(found), low=low, high=high, **said,
    )  # fmt: skip


def _side_by_side(metric: Metric, found: list[Comparison]) -> Table:
    columns = (
        Column(phrase("Definition")), Column(phrase("Value"), numeric=True),
        Column(phrase("Against ours"), numeric=True),
    )  # fmt: skip
    rows = [(rule_called(metric, each.variant.variant), each.variant, _difference(each)) for each in found]
    return Table(phrase("The same period by each rule"), columns, ((OURS, found[0].standard, None), *rows))


def _difference(found: Comparison) -> Cell:
    return None if found.difference is None else effects_shown(found, [found.difference])[0]


def _rules(metric: Metric, found: list[Comparison]) -> Facts:
    """What each counts, with its reference."""
    ours = Fact(OURS, phrase(metric.definition_text))
    names = ((each.variant.variant, metric.rule(each.variant.variant)) for each in found)
    others = (Fact(rule_called(metric, name), phrase(rule)) for name, rule in names if rule)
    return Facts((ours, *others), phrase("What each counts"))


def _explained(metric: Metric, found: Comparison) -> Iterator[Part]:
    """The lines from our figure to the other one."""
    name = rule_called(metric, found.variant.variant)
    if found.difference is None:
        yield Note(
            phrase("By {rule} or by ours it is not defined in this period, so nothing can be compared.", rule=name)
        )
    elif found.lines or found.residual:
        yield _steps(metric, found, name)
    else:
        yield Note(phrase("{rule} and ours agree: nobody is counted differently in this period.", rule=name))


def _steps(metric: Metric, found: Comparison, name: Phrase) -> Table:
    composed = any(line.side in ("term", "formula") for line in found.lines)
    columns = (
        Column(phrase("Figure") if composed else phrase("Accounts that")), Column(phrase("Accounts"), numeric=True),
        Column(phrase("Effect"), numeric=True), Column(phrase("Why")),
    )  # fmt: skip
    effects = [line.effect for line in found.lines]
    told = [(*_about(line), _why(line, name, found)) for line in found.lines]
    if found.residual:
        effects.append(found.residual)
        told.append((phrase("Not explained"), None, None))
    shown = effects_shown(found, effects)
    rows = [(label, count, effect, why) for (label, count, why), effect in zip(told, shown, strict=True)]
    return Table(
        phrase("From our rule to {rule}", rule=name), columns,
        ((OURS, None, found.standard, None), *rows, (name, None, found.variant, None)), _other_days(found, name),
    )  # fmt: skip


def _accounts(metric: Metric, deps: Deps, found: Comparison) -> tuple[frozenset[str], list[Part]]:
    """Which accounts make the difference: the largest, all others in one line, and what they add up to."""
    listed, all_ = differing_accounts(metric, deps.book, found, LISTED)
    if not listed or found.difference is None:
        return frozenset(), []
    effects = [each.effect for each in listed]
    rows: list[tuple[Cell, ...]] = [(each.name, FATES[each.fate]) for each in listed]
    if others := all_ - len(listed):
        effects.append(found.difference - sum(effects))
        rows.append((phrase_n("{n} other account", "{n} other accounts", others), None))
    shown = zip(rows, effects_shown(found, effects), strict=True)
    columns = (Column(phrase("Account")), Column(phrase("Among accounts that")), Column(phrase("Effect"), numeric=True))
    total = (phrase("Difference"), None, _difference(found))
    table = Table(phrase("Which accounts make it"), columns, (*((*row, effect) for row, effect in shown), total))
    return frozenset(each.account_id for each in listed if each.account_id), [table]


def _about(line: Explained) -> tuple[Cell, Cell]:
    """Of whom or of what a line speaks, and how many they are."""
    if line.side == "term":
        return _figure_called(line.figures[1]), None
    if line.side == "formula":
        return phrase("Another formula"), None
    return FATES[line.fate], line.accounts


def _why(line: Explained, name: Phrase, found: Comparison) -> Cell:
    told = {"rule": name, "ours": OURS}
    match line.side:
        case "term":
            one, two = line.figures
            return phrase("{two} instead of {one}, {metric}", one=one, two=two, metric=_figure_called(one))
        case "formula":
            return _formula(line)
        case "part":
            return _counted(line, told)
        case "weight":
            share, rate = Share(line.variant / found.whole), Share(ratio(line.standard, line.variant))
            return phrase(
                "{rule} gives them a weight of {share}, and there they have {rate}", share=share, rate=rate, **told
            )
    return _divided_by(line, told)


def _formula(line: Explained) -> tuple[Phrase, ...]:
    said = [phrase("with {metric}: {value}", metric=_figure_called(f), value=f) for f in line.figures]
    said += [phrase("without {metric}: {value}", metric=_figure_called(f), value=f) for f in line.without]
    return tuple(said) or (phrase("of the same figures"),)


def _counted(line: Explained, told: Mapping[str, Phrase]) -> Phrase:
    if not line.standard:
        return phrase("{rule} counts them, {ours} does not", **told)
    if not line.variant:
        return phrase("{ours} counts them, {rule} does not", **told)
    if abs(line.variant) > abs(line.standard):
        return phrase("{rule} counts more of them than {ours}", **told)
    return phrase("{rule} counts less of them than {ours}", **told)


def _divided_by(line: Explained, told: Mapping[str, Phrase]) -> Phrase:
    if not line.standard:
        return phrase("{rule} divides by them too, {ours} does not", **told)
    if not line.variant:
        return phrase("{ours} divides by them, {rule} does not", **told)
    if abs(line.variant) > abs(line.standard):
        return phrase("{rule} divides by more of them than {ours}", **told)
    return phrase("{rule} divides by less of them than {ours}", **told)


def _figure_called(figure: Figure) -> Phrase:
    metric = all_metrics()[figure.metric]
    if figure.variant == metric.standard:
        return phrase("{metric}, {period}", metric=phrase(metric.title), period=figure.period)
    rule = rule_called(metric, figure.variant)
    return phrase("{metric} by {rule}, {period}", metric=phrase(metric.title), rule=rule, period=figure.period)


def _other_days(found: Comparison, name: Phrase) -> Phrase | None:
    """A rule that looks at another time says so."""
    if not (days := found.other_days):
        return None
    return phrase(
        "{rule} also looks at another time: {days}.", rule=name, days=tuple(dict.fromkeys((days[0], days[-1])))
    )
