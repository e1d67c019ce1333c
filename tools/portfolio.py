"""The portfolio: which accounts are profitable and loyal, in four classes or five lists, and which moved."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from tools import (
    COUNT,
    TOPIC,
    Answer,
    Cell,
    Choice,
    Column,
    Deps,
    Heatmap,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    phrase,
    phrase_n,
)
from tools._class_moves import moved, stays_table
from tools._classes import (
    CLASS,
    MEANING,
    STRATEGY,
    cap_of,
    expected,
    read_portfolio,
    share_of,
    yardstick,
)
from tools._five_lists import CALLED, LISTS, List, five_lists
from tools._limits import Limits, limited
from tools._reading import conversion
from tools._strategic import strategic_said
from tools.metrics import (
    CLASSES,
    Figure,
    LoyaltyClass,
    Money,
    Move,
    Period,
    Placed,
    all_metrics,
    moves,
)

BACK = timedelta(days=90)
MOST = 100
_VIEWS = {
    "moves": (
        "moved*", "moves", "moving", "changed class*", "change of class*", "shift*", "drift*", "between classes",
        "migrat*", "mudou de classe", "mudaram", "mudanca*", "migraram", "trocaram de classe", "movimento*",
        "entre classes", "switch* quadrant", "switched", "turn into", "turned into", "turned from", "became",
        "went from", "slid", "slipped from", "between quadrants", "class get worse", "trocou de classe",
        "trocaram de quadrante", "trocou de quadrante", "mudou de quadrante", "saiu de uma classe", "saiu da classe",
        "passou de", "passaram de", "virou", "viraram", "escorreg*", "pra outra", "para outra", "entre quadrantes",
        "composicao das classes", "mix of classes",
    ),
    "lists": (
        "five lists", "lose money", "losing money", "loses money", "loss-making", "unprofitable", "not to keep",
        "let go", "cost more to serve", "costs more to serve", "expensive to serve", "cost to serve",
        "future potential", "which to keep", "keep or let go", "not worth keeping", "cinco listas", "dao prejuizo",
        "da prejuizo", "prejuizo*", "nao manter", "quais manter", "custam mais", "custa mais", "caro* de atender",
        "custo de atender", "potencial futuro", "deficitari*", "nao valem a pena", "cost us more", "cost more than",
        "costs more than", "costs us more", "pay less than", "pays less than", "less than they cost", "in the red",
        "loss maker*", "loss making", "not worth", "bother*", "stop serving", "better off without", "pricey",
        "too expensive", "too costly", "costly to", "eats our margin", "eat our margin", "keepers", "worth keeping",
        "lose us money", "no vermelho", "nao vale a pena", "nao valem", "nao compensa*", "caro demais", "cara demais",
        "caros demais", "melhor sem", "melhor sem eles", "perde dinheiro", "perdemos dinheiro", "come nossa margem",
        "comem nossa margem", "vale segurar", "vale a pena manter", "paga menos do que", "pagam menos do que",
    ),
}  # fmt: skip
_CLASSES = {
    "true_friends": (
        "true friend*", "amigo* de verdade", "verdadeiro* amigo*", "amigo* verdadeiro*", "loyal and profitable",
        "profitable and loyal", "leais e lucrativ*", "lucrativ* e leais", "lucrativos e fieis", "lucrativos e leais",
        "lucrativas e leais",
    ),
    "butterflies": (
        "butterfl*", "borboleta*", "profitable but not loyal", "profitable but disloyal", "profitable not loyal",
        "lucrativos mas nao leais", "lucrativas mas nao leais", "lucrativos e nao leais", "lucrativos mas infieis",
        "lucro mas nao sao leais",
    ),
    "barnacles": (
        "barnacle*", "craca*", "loyal but not profitable", "loyal but unprofitable", "loyal not profitable",
        "unprofitable but loyal", "faithful but unprofitable", "leais mas nao lucrativ*", "leais e nao lucrativ*",
        "leais que nao dao lucro", "fieis que nao dao lucro", "leais mas sem lucro", "fieis mas sem lucro",
        "fiel mas sem lucro", "leais sem lucro", "leais mas dao prejuizo",
    ),
    "strangers": ("stranger*", "estranho*", "desconhecido*"),
}  # fmt: skip


class Input(Limits):
    view: Annotated[Literal["moves", "lists"] | None, Choice(_VIEWS)] = Field(
        default=None,
        description="moves: who changed class in the last 90 days. lists: five lists, from profitable to not to keep. "
        "Empty: the four classes.",
    )
    place: Annotated[LoyaltyClass | None, Choice(_CLASSES)] = Field(
        default=None, description="List the accounts of this class."
    )
    said: Annotated[str | None, TOPIC] = Field(
        default=None,
        description="Other thresholds, in words: “profitable from a margin of 20,000, loyal from 24 months”.",
    )
    limit: Annotated[int, COUNT] = Field(default=15, ge=1, le=MOST, description="How many accounts to list.")


def portfolio(ask: Input, deps: Deps) -> Answer:
    """Show the portfolio by loyalty and profitability: true friends, butterflies, barnacles, strangers, and who moved.

    Use for the loyalty matrix, which customers are profitable or loyal, lose money, cost too much to serve, have
    potential or should not be kept, and which changed class.
    """
    return _View(ask, deps).answer()


class _View:
    """One look at the portfolio."""

    def __init__(self, ask: Input, deps: Deps) -> None:
        self.ask, self.deps, self.currency = ask, deps, deps.book.currency
        self.found = read_portfolio(deps, ask.said, ask.where)
        self.kept = deps.caseload.strategic(deps.today)

    def answer(self) -> Answer:
        parts = tuple(self._parts())
        return Answer(
            limited(self._subject(), self.ask.where),
            self._headline(),
            (*parts, yardstick(self.found, self.currency), *self._notes(), NextSteps(tuple(self._next()))),
            accounts=frozenset(one.account_id for one in self.found.placed),
            listed=tuple(one.account_id for one in self._listed()),
        )

    def _subject(self) -> Phrase:
        if self.ask.place:
            return phrase("Portfolio · {place}", place=CLASS[self.ask.place])
        if self.ask.view == "moves":
            return phrase("Portfolio · moves of the last 90 days")
        return phrase("Portfolio · five lists") if self.ask.view == "lists" else phrase("Loyalty and profitability")

    def _headline(self) -> Phrase:
        if self.ask.place:
            return self._of_class(self.ask.place)
        if self.ask.view == "moves":
            return phrase_n(
                "{n} account changed its class in the last 90 days.",
                "{n} accounts changed their class in the last 90 days.", len(self._moves()),
            )  # fmt: skip
        if self.ask.view == "lists":
            losing = sum((one.margin or 0) < 0 for one in self.found.placed)
            return phrase_n(
                "{n} account of {all} loses money.", "{n} accounts of {all} lose money.", losing,
                all=len(self.found.placed),
            )  # fmt: skip
        return phrase(
            "Of {all} paying accounts {friends} are profitable and expected to stay; they bring {share} of MRR.",
            all=len(self.found.placed), friends=len(self.found.of("true_friends")),
            share=share_of(_mrr(self.found.of("true_friends")), _mrr(self.found.placed)),
        )  # fmt: skip

    def _of_class(self, place: LoyaltyClass) -> Phrase:
        ones = self.found.of(place)
        return phrase_n(
            "{n} account of {all} is here ({meaning}), with {mrr} of MRR: {strategy}.",
            "{n} accounts of {all} are here ({meaning}), with {mrr} of MRR: {strategy}.", len(ones),
            all=len(self.found.placed), meaning=MEANING[place], mrr=self._money(_mrr(ones)), strategy=STRATEGY[place],
        )  # fmt: skip

    def _parts(self) -> Iterator[Part]:
        if self.ask.place:
            yield from self._accounts(CLASS[self.ask.place], self.found.of(self.ask.place))
        elif self.ask.view == "moves":
            yield from moved(self._moves(), self.ask.limit, self._before, self.currency)
        elif self.ask.view == "lists":
            yield from self._five()
        else:
            yield self._matrix()
            yield self._classes()
            yield from moved(self._moves(), 5, self._before, self.currency)
            yield stays_table(self.found)

    def _listed(self) -> Sequence[Placed]:
        if self.ask.place:
            return self._by_mrr(self.found.of(self.ask.place))[: self.ask.limit]
        if self.ask.view == "moves":
            return [move.now for move in self._moves()[: self.ask.limit]]
        return ()

    def _matrix(self) -> Heatmap:
        rows = (("true_friends", "butterflies"), ("barnacles", "strangers"))
        return Heatmap(
            phrase("MRR by class"),
            phrase("Margin"),
            (phrase("profitable"), phrase("hardly profitable")),
            (phrase("lasting"), phrase("not lasting")),
            tuple(tuple(self._money(_mrr(self.found.of(place))) for place in row) for row in rows),  # type: ignore[arg-type]
        )

    def _classes(self) -> Table:
        places: tuple[LoyaltyClass | None, ...] = (*CLASSES, None)
        total = self.found.placed
        _, share, margin = self._sums(total)
        whole = (phrase("All paying accounts"), *self._counted(), share, margin, None, None)
        columns = (
            Column(phrase("Class")), Column(phrase("Accounts"), numeric=True), Column(phrase("MRR"), numeric=True),
            Column(phrase("Share of MRR"), numeric=True), Column(phrase("Margin a year"), numeric=True),
            Column(phrase("Strategy")), Column(phrase("Contact at most")),
        )  # fmt: skip
        return Table(
            phrase("Classes of Reinartz and Kumar"), columns, (*(self._class_row(place) for place in places), whole)
        )

    def _counted(self) -> Iterator[Figure]:
        """How many pay and how much, counted by themselves: what the classes must add up to."""
        today = Period.containing(self.deps.today, "day")
        for name in ("paying_accounts", "mrr"):
            yield all_metrics()[name](self.deps.book, today, self.ask.where)

    def _class_row(self, place: LoyaltyClass | None) -> tuple[Cell, ...]:
        ones = self.found.of(place)
        called = phrase("{name} ({meaning})", name=CLASS[place], meaning=MEANING[place])
        return (called, len(ones), *self._sums(ones), STRATEGY[place], cap_of(place, self.deps))

    def _sums(self, ones: Sequence[Placed]) -> tuple[Cell, ...]:
        margins = [one.margin for one in ones if one.margin is not None]
        margin = self._money(sum(margins)) if margins else None
        return self._money(_mrr(ones)), share_of(_mrr(ones), _mrr(self.found.placed)), margin

    def _moves(self) -> Sequence[Move]:
        here = {one.account_id for one in self.found.placed}
        return [move for move in moves(self.deps.book, self.found, self._before) if move.now.account_id in here]

    @property
    def _before(self) -> date:
        return self.deps.today - BACK

    def _five(self) -> Iterator[Part]:
        lists = five_lists(self.found, self.kept)
        columns = (
            Column(phrase("List")), Column(phrase("Accounts"), numeric=True), Column(phrase("MRR"), numeric=True),
            Column(phrase("Margin a year"), numeric=True), Column(phrase("Rule")),
        )  # fmt: skip
        rows = tuple(
            (CALLED[name], len(lists.of[name]), *self._money_of(lists.of[name]), lists.rule(name)) for name in LISTS
        )
        whole = (phrase("All paying accounts"), len(self.found.placed), *self._money_of(self.found.placed), None)
        footnote = phrase("Each account is in the first list whose rule holds.")
        yield Table(phrase("Five lists"), columns, (*rows, whole), footnote)
        shown: tuple[List, ...] = ("let_go", "losing", "costly")
        for name in shown:
            yield from self._accounts(CALLED[name], lists.of[name], worst_first=True)

    def _money_of(self, ones: Sequence[Placed]) -> tuple[Cell, ...]:
        mrr, _, margin = self._sums(ones)
        return mrr, margin

    def _accounts(self, title: Phrase, ones: Sequence[Placed], worst_first: bool = False) -> Iterator[Part]:
        if not ones:
            return
        ordered = sorted(ones, key=lambda one: one.margin or 0) if worst_first else self._by_mrr(ones)
        shown, left = ordered[: self.ask.limit], len(ones) - self.ask.limit
        columns = (
            Column(phrase("Account")), Column(phrase("MRR"), numeric=True), Column(phrase("Revenue"), numeric=True),
            Column(phrase("Service costs"), numeric=True), Column(phrase("Margin a year"), numeric=True),
            Column(phrase("Expected stay")), Column(phrase("Owner")), Column(phrase("Remark")),
        )  # fmt: skip
        footnote = phrase_n("{n} more; ask for more.", "{n} more; ask for more.", left) if left > 0 else None
        rows = tuple(self._account_row(one) for one in shown)
        yield Table(title, columns, rows, footnote, accounts=tuple(one.account_id for one in shown))

    def _account_row(self, one: Placed) -> tuple[Cell, ...]:
        ledger = one.ledger
        return (
            one.name, self._money(one.mrr), self._money(ledger.revenue), self._money(ledger.service),
            None if one.margin is None else self._money(one.margin), expected(one), one.owner,
            strategic_said(self.kept.get(one.account_id)),
        )  # fmt: skip

    def _by_mrr(self, ones: Sequence[Placed]) -> list[Placed]:
        return sorted(ones, key=lambda one: (-one.mrr, one.account_id))

    def _notes(self) -> Iterator[Part]:
        if not self.deps.book.sight.is_whole:
            yield Note(phrase("The median and the rates are those of the accounts that you see."))
        if self.ask.view != "lists" and not self.ask.place:
            yield Note(
                phrase("A class is where to begin, not a verdict. The labels stay inside: no customer reads them.")
            )
        yield from conversion(self.deps.book)

    def _next(self) -> Iterator[Phrase]:
        if self.ask.view != "lists":
            yield phrase("Which accounts lose money?")
        if self.ask.place or self.ask.view == "lists":
            yield phrase("Loyalty matrix")
        first = next(iter(self._listed()), None)
        if first:
            yield phrase("What is {account} worth?", account=first.name)
        if self.ask.view != "moves":
            yield phrase("Which accounts moved between classes?")
        yield phrase("What do the playbooks say about the loyalty matrix?")

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def _mrr(ones: Sequence[Placed]) -> int:
    return sum(one.mrr for one in ones)
