"""What one account brings, costs and is worth, and what would change that."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    TOPIC,
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
)
from tools._account import read_account
from tools._classes import CLASS, STRATEGY, cap_of, expected, read_portfolio, why_so_long, yardstick
from tools._contacting import contacts_with
from tools._five_lists import CALLED, five_lists
from tools._next_best import NextBest
from tools._next_best_of import facts as action_facts
from tools._next_best_of import next_bests
from tools._reading import conversion
from tools._stated import said_of
from tools._strategic import strategic_said
from tools._what_if import Inputs, what_if_table
from tools.metrics import Figure, Money, Period, Placed, Portfolio, Share, all_metrics, each_at, rank

WORKS_OUT = frozenset({
    "cac_payback", "clv_minus_cac", "contribution_margin", "customer_acquisition_cost", "customer_lifetime_value",
    "gross_margin", "lifetime_value", "ltv_to_cac",
})  # fmt: skip


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")
    said: Annotated[str | None, TOPIC] = Field(
        default=None,
        description="What would be different, in words: “expansion +10%, retention 90%, discount rate 12%”.",
    )


def account_value(ask: Input, deps: Deps) -> Answer:
    """Work out what an account is worth: profit and loss, class, lifetime value against acquisition cost, what if.

    Use for the margin, profitability, CLV, payback or loyalty class of one account, the strategy and next action for
    it, and what happens to its value with more expansion, another retention or discount rate.
    """
    account = read_account(ask.account, deps).account
    deps.book.disclose("customer_lifetime_value", "lifetime")
    found = read_portfolio(deps, ask.said)
    placed = found.account(ask.account)
    if placed is None:
        raise ToolError(
            phrase("{account} does not pay now: there is no margin to come.", account=account.name),
            suggestions=(phrase("Summary of {account}", account=account.name),),
        )
    return _Worth(ask, deps, found, placed).answer()


class _Worth:
    """One account's value."""

    def __init__(self, ask: Input, deps: Deps, found: Portfolio, placed: Placed) -> None:
        self.ask, self.deps, self.found, self.placed = ask, deps, found, placed
        self.currency, self.stated = deps.book.currency, said_of(ask.said)
        self.discount = deps.thresholds.discount

    def answer(self) -> Answer:
        name = self.placed.name
        return Answer(
            phrase("Value of {account}", account=name),
            self._headline(),
            tuple(self._parts()),
            accounts=frozenset({self.ask.account}),
        )

    def _headline(self) -> Phrase:
        name, place = self.placed.name, CLASS[self.placed.place]
        if self.placed.margin is None:
            return phrase(
                "{account} is too new to tell what it is worth: it has paid for {n} whole months.",
                account=name,
                n=self.placed.months,
            )
        if self.placed.margin < 0:
            return phrase(
                "{account} costs more than it brings: {margin} a year. {place}.", account=name,
                margin=self._money(self.placed.margin), place=place,
            )  # fmt: skip
        return phrase(
            "{account} brings a margin of {margin} a year and is worth {clv} at present value. {place}.", account=name,
            margin=self._money(self.placed.margin), clv=self._figure("customer_lifetime_value"), place=place,
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        yield self._class()
        yield Facts(tuple(action_facts(self._next_best(), self.deps.today, self.deps.language)))
        yield self._ledger()
        if self.placed.margin is not None and self.placed.margin >= 0:
            yield from self._lifetime()
        yield from (Note(text) for text in why_so_long(self.placed))
        yield yardstick(self.found, self.currency)
        yield from conversion(self.deps.book)
        yield NextSteps(tuple(self._next()))

    def _next_best(self) -> NextBest:
        """The one thing to do; here it also goes by the class, which shows what the account brings."""
        account_id, placed = self.placed.account_id, self.placed.place
        contacted, _ = contacts_with(account_id, self.deps)
        ranking = rank(self.deps.book, self.deps.today, {"account_id": account_id})
        risks = {risk.standing.account_id: risk for risk in ranking.risks}
        classes = {account_id: placed} if placed else {}
        return next_bests({account_id: contacted}, risks, self.deps, classes)[account_id]

    def _class(self) -> Facts:
        placed, kept = self.placed, self.deps.caseload.strategic(self.deps.today)
        lists = five_lists(self.found, kept)
        primary = next(name for name, ones in lists.of.items() if placed in ones)
        items = [
            Fact(phrase("Class"), CLASS[placed.place]),
            Fact(phrase("Strategy"), STRATEGY[placed.place]),
            Fact(phrase("Contact at most"), cap_of(placed.place, self.deps)),
            Fact(phrase("List"), phrase("{name}: {rule}", name=CALLED[primary], rule=lists.rule(primary))),
            Fact(phrase("Expected stay"), expected(placed)),
        ]
        if said := strategic_said(kept.get(placed.account_id)):
            items.append(Fact(phrase("Decided"), said))
        return Facts(tuple(items))

    def _ledger(self) -> Table:
        """The profit and loss of the months there are; the margin is a figure that can be traced."""
        ledger, period = self.placed.ledger, self.found.period
        figure = all_metrics()["contribution_margin"](self.deps.book, period, {"account_id": self.placed.account_id})
        rows: list[tuple[Cell, ...]] = [
            (phrase("Recurring revenue: MRR at month ends"), self._money(ledger.recurring)),
            (phrase("One-off revenue"), self._money(ledger.one_off)),
            (phrase("Metered revenue"), self._money(ledger.metered)),
            (phrase("− Costs of serving"), self._money(-ledger.service)),
            (phrase("= Contribution margin"), figure),
            (phrase("Cost of winning it, since ever"), self._money(ledger.acquisition)),
        ]
        footnote = None
        if self.placed.months < 12 and self.placed.margin is not None:
            footnote = phrase(
                "It paid at {n} month ends of these twelve; a year at that pace is a margin of {margin}.",
                n=self.placed.months, margin=self._money(self.placed.margin),
            )  # fmt: skip
        return Table(
            phrase("Profit and loss, {period}", period=period),
            (Column(phrase("Item")), Column(phrase("Amount"), numeric=True)), tuple(rows), footnote,
        )  # fmt: skip

    def _lifetime(self) -> Iterator[Part]:
        yield self._inputs()
        if self.stated.changes:
            yield self._what_if()

    def _inputs(self) -> Table:
        margin, kept, cost = self._margin, self.placed.staying.year, self.placed.ledger.acquisition
        clv = self._figure("customer_lifetime_value")
        rows: list[tuple[Cell, ...]] = [
            (phrase("m: margin of a year"), self._whole(margin), None),
            (phrase("r: chance to stay a year"), Share(kept), None),
            (phrase("d: discount rate of a year"), Share(self.discount), None),
            (phrase("CLV, first margin in a year"), clv, phrase("m × r ÷ (1 + d − r)")),
            (phrase("CLV, first margin now"), self._whole(margin + (clv.value or 0)), phrase("the same + m")),
        ]
        if cost:
            rows += [
                (phrase("Cost of winning it"), self._money(cost), phrase("acquisition costs booked on this account")),
                (phrase("CLV − acquisition cost"), self._figure("clv_minus_cac"), phrase("first margin in a year")),
                (phrase("CLV ÷ acquisition cost"), self._figure("ltv_to_cac"), None),
                (phrase("Payback"), self._figure("cac_payback"), phrase("cost ÷ (m ÷ 12)")),
            ]
        own = phrase("By its own margin and expected stay; the company's CLV is that of an average account.")
        none = phrase("No acquisition cost is booked on this account; campaigns are in the CAC.")
        footnote = own if cost else phrase("{sentence} {more}", sentence=own, more=none)
        columns = (Column(phrase("Input or result")), Column(phrase("Value"), numeric=True), Column(phrase("Formula")))
        return Table(phrase("Lifetime value"), columns, tuple(rows), footnote)

    def _what_if(self) -> Table:
        now = Inputs(self._margin, self.placed.staying.year, self.discount)
        return what_if_table(now, self.stated, self.currency)

    @property
    def _margin(self) -> Fraction:
        return Fraction(self.placed.margin or 0)

    def _figure(self, metric: str) -> Figure:
        """Of this account by itself, to be traced."""
        today, where = Period.containing(self.deps.today, "day"), {"account_id": self.placed.account_id}
        return all_metrics()[metric](self.deps.book, today, where, each_at(self.discount))

    def _next(self) -> Iterator[Phrase]:
        name = self.placed.name
        if not self.stated.changes:
            yield phrase("What is {account} worth with expansion +10%?", account=name)
        yield phrase("What can we sell to {account}?", account=name)
        yield phrase("Loyalty matrix")

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    def _whole(self, minor: Fraction) -> Money:
        return Money(round(minor), self.currency)
