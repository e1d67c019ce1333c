"""Unit economics by segment, acquisition by channel, and where revenue comes from."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    BY,
    COUNT,
    PERIOD,
    TOPIC,
    Answer,
    Cell,
    Choice,
    Column,
    Deps,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    ToolError,
    phrase,
)
from tools._cac_by_channel import by_channel
from tools._naming import dimension_called
from tools._reading import conversion, elapsed, written_period
from tools._revenue_mix import revenue
from tools._stated import said_of
from tools._values import value_called
from tools._what_if import Inputs, what_if_table
from tools.metrics import (
    DIMENSIONS,
    YEARLY,
    Figure,
    Money,
    Period,
    Share,
    all_metrics,
    channels,
    last_year,
)

COLUMNS: Mapping[str, str | None] = {
    "paying_accounts": None, "customer_lifetime_value": None, "customer_acquisition_cost": None, "clv_minus_cac": None,
    "ltv_to_cac": "clv", "cac_payback": None,
}  # fmt: skip
"""What a row shows: metric and variant."""
TOTALS = True
WORKS_OUT = frozenset({"clv_minus_cac", "customer_acquisition_cost by source"})
_VIEWS = {
    "channels": (
        "by channel", "per channel", "channel*", "which channel*", "canal", "canais", "por canal", "by campaign",
        "por campanha", "by source", "per source", "each source", "source of customers", "cheaper than", "referral*",
        "ads", "outbound", "inbound", "partner*", "origem", "origens", "mais barato que", "mais barata que",
        "mais em conta que", "anuncio*", "indicac*", "parceir*",
    ),
    "revenue": (
        "one-off", "one off", "oneoff", "recurring vs", "recurring versus", "recurring and", "recurring or",
        "revenue per account", "revenue by account", "revenue mix", "revenue split", "expansion share",
        "share of expansion", "split of revenue", "avuls*", "pontual", "pontuais", "recorrente x", "recorrente vs",
        "recorrente e", "recorrente ou", "receita por conta", "receita por cliente", "divisao da receita",
        "composicao da receita", "parte da expansao", "peso da expansao", "non recurring", "not recurring",
        "one time", "doesn't repeat", "does not repeat", "don't repeat", "won't repeat", "won't come again",
        "recurring against", "recurring x", "project revenue", "part of revenue", "share of revenue",
        "share of income", "from expansion", "part is expansion", "revenue of each account", "each account bill*",
        "versus subscription*", "vs subscription*", "nao recorrente*", "nao se repete*", "nao volta", "de uma vez so",
        "recorrente contra", "recorrente versus", "receita de projeto", "de expansao", "da expansao", "e expansao",
        "receita de cada conta", "cada conta fatura", "parte da receita", "fatia da receita", "x assinatura*",
        "versus assinatura*",
    ),
}  # fmt: skip


class Input(BaseModel):
    view: Annotated[Literal["channels", "revenue"] | None, Choice(_VIEWS)] = Field(
        default=None,
        description="channels: CAC by channel. revenue: recurring and one-off by month, and by account with the share "
        "of expansion. Empty: CLV against CAC.",
    )
    by: Annotated[str | None, BY] = Field(default=None, description="What to group by; empty: segment.")
    period: Annotated[str | None, PERIOD] = Field(default=None, description="Empty: the last twelve whole months.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None,
        description="What would be different, in words: “expansion +10%, retention +2 points, discount rate 12%”.",
    )
    limit: Annotated[int, COUNT] = Field(default=10, ge=1, le=50, description="How many accounts to list.")


def unit_economics(ask: Input, deps: Deps) -> Answer:
    """Compare what customers are worth with what they cost to win, by segment or channel; and where revenue comes from.

    Use for unit economics, CLV against CAC, LTV:CAC or payback of each segment, CAC by channel, what if expansion,
    retention or the discount rate changed, one-off against recurring revenue, revenue per account, share of expansion.
    """
    period = elapsed(written_period(ask.period), deps.today) if ask.period else last_year(deps.today)
    if ask.view == "channels":
        return by_channel(deps, period)
    return revenue(ask.limit, deps, period) if ask.view == "revenue" else _Economics(ask, deps, period).answer()


class _Economics:
    """CLV against CAC, for groups and for all."""

    def __init__(self, ask: Input, deps: Deps, period: Period) -> None:
        self.deps, self.period, self.stated = deps, period, said_of(ask.said)
        self.by = ask.by if ask.by and ask.by in DIMENSIONS and ask.by != "account_id" else "segment"
        self.whole = {
            name: all_metrics()[name](deps.book, period, variant=variant) for name, variant in COLUMNS.items()
        }

    def answer(self) -> Answer:
        clv, cac = self.whole["customer_lifetime_value"], self.whole["customer_acquisition_cost"]
        if clv.value is None:
            raise ToolError(phrase(
                "Without costs of serving and a year of history there is no lifetime value. Load the table “costs”."
            ))  # fmt: skip
        return Answer(
            phrase("Unit economics · {period}", period=self.period),
            phrase(
                "A customer is worth {clv} and costs {cac} to win: {difference} more than it costs, {ratio} times as "
                "much.",
                clv=clv, cac=cac, difference=self.whole["clv_minus_cac"], ratio=self.whole["ltv_to_cac"],
            ),
            tuple(self._parts()),
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._table()
        yield self._inputs()
        if self.stated.changes:
            yield what_if_table(self._now, self.stated, self.deps.book.currency)
        yield Note(phrase("That CLV ÷ CAC should be at least 3 is a rule of thumb, not a law."))
        yield from conversion(self.deps.book)
        yield NextSteps(tuple(self._next()))

    def _table(self) -> Table:
        of = {
            name: all_metrics()[name].by(self.deps.book, self.period, self.by, variant=variant)
            for name, variant in COLUMNS.items()
        }
        values = DIMENSIONS[self.by].sorted(value for value in of["paying_accounts"] if value)
        labels = (
            dimension_called(self.by), phrase("Accounts"), phrase("CLV"), phrase("CAC"), phrase("CLV − CAC"),
            phrase("CLV ÷ CAC"), phrase("Payback in months"),
        )  # fmt: skip
        rows = tuple(self._row(value, {name: of[name].get(value) for name in COLUMNS}) for value in values)
        whole: tuple[Cell, ...] = (phrase("All accounts"), *self.whole.values())
        columns = tuple(Column(label, numeric=n > 0) for n, label in enumerate(labels))
        return Table(phrase("What they are worth and cost to win"), columns, (*rows, whole), self._footnote(of))

    def _row(self, value: str, figures: Mapping[str, Figure | None]) -> tuple[Cell, ...]:
        return (value_called(self.by, value), *figures.values())

    def _footnote(self, of: Mapping[str, Mapping[str, Figure]]) -> Phrase:
        """Why the rows are not simply averaged."""
        spent = sum(each.spent or 0 for each in channels(self.deps.book, self.period)[0])
        here = all_metrics()["customer_acquisition_cost"].by(self.deps.book, self.period, self.by)
        booked = sum(figure.parts.part for value, figure in here.items() if value and figure.parts)
        return phrase(
            "Of {spent} spent on winning, {booked} is booked on accounts and in the rows; campaigns are only in “all "
            "accounts”, whose CAC is therefore higher. “All accounts” is counted by itself, not averaged over the "
            "rows.",
            spent=self._money(spent), booked=self._money(booked),
        )  # fmt: skip

    def _inputs(self) -> Table:
        now = self._now
        rows: tuple[tuple[Cell, ...], ...] = (
            (
                phrase("m: margin of a year"),
                Money(round(now.m), self.deps.book.currency),
                phrase("ARPA × 12 × gross margin"),
            ),
            (phrase("r: retention of a year"), Share(now.r), phrase("customers kept, new ones not counted")),
            (phrase("d: discount rate of a year"), Share(now.d), None),
            (phrase("CLV, first margin in a year"), self._money(round(now.value)), phrase("m × r ÷ (1 + d − r)")),
            (phrase("CLV, first margin now"), self._money(round(now.value + now.m)), phrase("the same + m")),
        )
        columns = (Column(phrase("Input or result")), Column(phrase("Value"), numeric=True), Column(phrase("Formula")))
        return Table(phrase("How CLV is worked out, all accounts"), columns, rows)

    @property
    def _now(self) -> Inputs:
        """The inputs of the CLV of all accounts."""
        rows = all_metrics()["customer_lifetime_value"].rows(self.deps.book, self.period)
        of = {str(row["term"]): Fraction(row["value"]) for row in rows}
        return Inputs(12 * of["arpa"] * of["margin"], of["retention"], YEARLY)

    def _money(self, minor: int) -> Money:
        return Money(minor, self.deps.book.currency)

    def _next(self) -> Iterator[Phrase]:
        if not self.stated.changes:
            yield phrase("Unit economics if retention were 2 points higher")
        yield phrase("CAC by channel")
        yield phrase("Loyalty matrix")
