"""Packages: who is on which plan, who moved up or down, and what each product earns and holds."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from tools import (
    PERIOD,
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
    phrase,
    phrase_n,
)
from tools._reading import conversion, elapsed, written_period
from tools.metrics import (
    CATEGORIES,
    Earning,
    Hidden,
    Migration,
    Money,
    Moved,
    Period,
    Share,
    all_metrics,
    last_year,
    migration,
    product_earnings,
)

FEW = 20
"""Accounts below which a share says little."""
TOTALS = True
_VIEWS = {
    "products": (
        "product margin*", "margin by product", "margin per product", "margin of each product", "low-margin",
        "stick*", "sticky", "by product", "per product", "margem por produto", "margem dos produtos",
        "margem de cada produto", "por produto", "retem", "fideliza*", "baixa margem", "produtos que seguram",
        "product", "products", "module*", "margin", "margins", "keeps people", "keep customers", "keeps customers",
        "people stay", "glue*", "produto", "produtos", "modulo*", "margem", "margens", "grud*", "segura cliente*",
        "seguram cliente*",
    ),
    "migration": (
        "migrat*", "upgraded", "downgraded", "upgrades", "downgrades", "moved up", "moved down", "changed plan*",
        "switched plan*", "plan changes", "migrac*", "migraram", "subiram", "desceram", "trocaram de plano",
        "mudaram de plano", "mudanca* de plano", "upgrades e downgrades", "downgrade*", "upgrade*", "went from",
        "went to a", "move up", "move down", "moves up", "moves down", "step up", "step down", "stepped up",
        "stepped down", "traded up", "traded down", "trade down", "trade up", "cheaper plan", "leaving the",
        "for the bigger one", "foi do", "foram do", "passou pra", "passaram pra", "passou para", "caiu pra",
        "cairam pra", "caiu de plano", "cairam de plano", "saindo do", "saiu do", "largando", "subiu", "desceu",
        "subiu de plano", "desceu de plano", "subidas", "descidas", "mudou de plano", "trocou de plano",
        "trocas de plano", "plano mais barato", "plano mais em conta",
    ),
}  # fmt: skip
STEPS: dict[str, Phrase] = {
    "up": phrase("Moved to a higher plan"),
    "down": phrase("Moved to a lower plan"),
    "other_plan": phrase("Changed plan, tiers not comparable"),
    "same_plan": phrase("Same plan"),
    "joined": phrase("Came, or came back"),
    "left": phrase("Left"),
    "came_and_left": phrase("Came and left"),
}


class Input(BaseModel):
    view: Annotated[Literal["products", "migration"] | None, Choice(_VIEWS)] = Field(
        default=None,
        description="products: margin and stickiness of products. migration: who moved between plans. Empty: plans and "
        "migration.",
    )
    period: Annotated[str | None, PERIOD] = Field(default=None, description="Empty: the last twelve whole months.")


def packages(ask: Input, deps: Deps) -> Answer:
    """Show accounts and MRR by plan or tier, who moved between plans, and the margin and stickiness of each product.

    Use for the distribution of customers over packages or tiers, upgrades and downgrades, low-margin products, and
    which products keep customers.
    """
    period = elapsed(written_period(ask.period), deps.today) if ask.period else last_year(deps.today)
    if ask.view == "products":
        return _products(deps, period)
    moved = migration(deps.book, period)
    steps = {each.step: each for each in moved.steps}
    up, down = (len(steps[name].accounts) if name in steps else 0 for name in ("up", "down"))
    return Answer(
        phrase("Packages · {period}", period=period),
        phrase("{up} accounts moved to a higher plan and {down} to a lower one.", up=up, down=down),
        (*_plans(deps), *_migration(deps, moved, period), *conversion(deps.book), NextSteps((
            phrase("Which products have a low margin?"), phrase("Which customers should we upsell?"),
        ))),
    )  # fmt: skip


def _plans(deps: Deps) -> Iterator[Part]:
    """Accounts and MRR by the plan of the main contract: both add up to all."""
    today = Period.containing(deps.today, "day")
    accounts, mrr = (all_metrics()[name].by(deps.book, today, "plan") for name in ("paying_accounts", "mrr"))
    whole = tuple(all_metrics()[name](deps.book, today) for name in ("paying_accounts", "mrr"))
    everyone = whole[0].value or 0
    ordered = sorted(accounts, key=lambda plan: -(mrr[plan].value or 0) if plan in mrr else 0)
    rows = [
        (plan or phrase("no plan named"), accounts[plan], Share(Fraction(accounts[plan].value or 0) / everyone),
         mrr.get(plan))
        for plan in ordered if accounts[plan].value
    ]  # fmt: skip
    columns = (
        Column(phrase("Plan of the main contract")), Column(phrase("Accounts"), numeric=True),
        Column(phrase("Share"), numeric=True), Column(phrase("MRR"), numeric=True),
    )  # fmt: skip
    last = (phrase("All paying accounts"), whole[0], Share(Fraction(1)), whole[1])
    yield Table(phrase("Plans today"), columns, (*rows, last))


def _migration(deps: Deps, moved: Migration, period: Period) -> Iterator[Part]:
    currency = deps.book.currency
    ordered = sorted(moved.steps, key=lambda each: list(STEPS).index(each.step))
    columns = (
        Column(phrase("What became of them")), Column(phrase("Accounts"), numeric=True),
        *(Column(label, numeric=True) for label in (
            phrase("New"), phrase("Expansion"), phrase("Reactivation"), phrase("Contraction"), phrase("Churn"),
            phrase("Exchange rates"), phrase("Change of MRR"),
        )),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (STEPS[each.step], len(each.accounts), *_amounts([each], currency)) for each in ordered
    ]
    whole: tuple[Cell, ...] = (phrase("All"), sum(len(each.accounts) for each in ordered), *_amounts(ordered, currency))
    yield Table(
        phrase("Migration between plans, {period}", period=period), columns, (*rows, whole),
        phrase("The last line is the movement table of the period."),
    )  # fmt: skip
    pairs = sorted(moved.pairs.items(), key=lambda each: (-each[1], each[0]))
    if pairs:
        columns = (Column(phrase("From")), Column(phrase("To")), Column(phrase("Accounts"), numeric=True))
        yield Table(phrase("From which plan to which"), columns, tuple((*pair, count) for pair, count in pairs))
    yield Note(phrase(
        "A plan that was changed on the same contract line is known only as it is now: such a move counts as "
        "expansion or contraction on the same plan."
    ))  # fmt: skip


def _amounts(moved: Sequence[Moved], currency: str) -> Iterator[Money]:
    yield from (Money(sum(each.movements[name] for each in moved), currency) for name in (*CATEGORIES, "fx"))
    yield Money(sum(each.total for each in moved), currency)


def _products(deps: Deps, period: Period) -> Answer:
    """Margin and stickiness; who may not see margins gets the rest."""
    try:
        found, shown = product_earnings(deps.book, period, margins=True)[0], True
    except Hidden:
        found, shown = product_earnings(deps.book, period, margins=False)[0], False
    currency = deps.book.currency
    labels = [phrase("Product"), phrase("Revenue")]
    labels += [phrase("Service costs"), phrase("Margin")] if shown else []
    labels += [phrase("Held a year before"), phrase("Still customers"), phrase("Still hold it"), phrase("Remark")]
    columns = tuple(Column(label, numeric=0 < n < len(labels) - 1) for n, label in enumerate(labels))
    rows = tuple(tuple(_product(each, shown, currency)) for each in found)
    return Answer(
        phrase("Products · {period}", period=period),
        _headline(found),
        (
            Table(phrase("What products earn and hold"), columns, rows),
            Note(phrase(
                "Recurring revenue: MRR at month ends. Stickiness: of the accounts that held the product when the "
                "time began, how many still pay, and how many still hold it. That says what goes together, not what "
                "causes it."
            )),
            *([Note(phrase(
                "The book knows costs by account, not by product: they are shared out by the products' MRR in each "
                "account."
            ))] if shown else []),
            *conversion(deps.book),
            NextSteps((phrase("Which plans are customers on?"), phrase("Which products go together?"))),
        ),
    )  # fmt: skip


def _headline(found: Sequence[Earning]) -> Phrase:
    known = [each for each in found if each.held >= FEW]
    if not known:
        return phrase("No product was held by enough accounts a year ago to say which one keeps customers.")
    best = max(known, key=lambda each: Fraction(each.retained, each.held))
    return phrase(
        "Of the accounts with {product}, {share} are still customers: the most of any product with enough accounts.",
        product=best.name or phrase("no product named"), share=Share(Fraction(best.retained, best.held)),
    )  # fmt: skip


def _product(each: Earning, shown: bool, currency: str) -> Iterator[Cell]:
    yield each.name or phrase("no product named")
    yield Money(each.revenue, currency)
    if shown:
        yield None if each.service is None else Money(each.service, currency)
        yield Share(each.margin) if each.margin is not None else None
    yield each.held
    for count in (each.retained, each.kept):
        few = each.held < FEW
        yield phrase("{n} of {all}", n=count, all=each.held) if few else Share(Fraction(count, each.held))
    yield phrase_n("few: {n} account", "few: {n} accounts", each.held) if each.held < FEW else None
