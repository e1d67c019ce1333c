"""What it cost to win customers, by channel."""

from tools._answer import Answer, Column, NextSteps, Note, Table, ToolError
from tools._phrase import phrase
from tools._reading import conversion
from tools._registry import Deps
from tools.metrics import (
    Money,
    Period,
    all_metrics,
    channels,
)

FEW = 10
"""New accounts below which a CAC says little."""


def by_channel(deps: Deps, period: Period) -> Answer:
    found, _ = channels(deps.book, period)
    if not any(each.spent for each in found):
        raise ToolError(
            phrase("The book holds no acquisition costs in {period}. Load the table “costs”.", period=period)
        )
    currency = deps.book.currency
    spent, won = sum(each.spent or 0 for each in found), sum(each.won or 0 for each in found)
    rows = [
        (each.name or phrase("not named"), None if each.spent is None else Money(each.spent, currency), each.won,
         None if each.cost is None else Money(round(each.cost), currency),
         phrase("few") if each.cost is not None and (each.won or 0) < FEW else None)
        for each in found
    ]  # fmt: skip
    cac = all_metrics()["customer_acquisition_cost"](deps.book, period)
    whole = (phrase("All"), Money(spent, currency), won, cac, None)
    columns = (
        Column(phrase("Channel")), Column(phrase("Spent"), numeric=True), Column(phrase("Accounts won"), numeric=True),
        Column(phrase("CAC"), numeric=True), Column(phrase("Remark")),
    )  # fmt: skip
    payback, ratio = (
        all_metrics()[name](deps.book, period, variant=v) for name, v in (("cac_payback", None), ("ltv_to_cac", "clv"))
    )
    return Answer(
        phrase("CAC by channel · {period}", period=period),
        phrase("Winning a customer cost {cac}; it is paid back in {payback}.", cac=cac, payback=payback),
        (
            Table(phrase("Spend and accounts won"), columns, (*rows, whole)),
            Note(phrase(
                "CAC = acquisition costs ÷ accounts won for the first time, of the same period and channel; the name "
                "of the channel of a cost is matched with how an account was won. Where one side has no match, no CAC "
                "is given."
            )),
            Note(phrase("In it: what the book calls acquisition costs ({kinds}).", kinds=tuple(
                phrase("{text}", text=each.name) for each in found if each.spent and each.name
            ))),
            Note(phrase("CLV ÷ CAC of all accounts: {ratio}.", ratio=ratio)),
            *conversion(deps.book),
            NextSteps((
                phrase("Unit economics by segment"), phrase("Unit economics if retention were 2 points higher"),
            )),
        ),
    )  # fmt: skip
