"""Loyalty and profitability, lifetime value, and the strategic flag, on books small enough to be counted by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.app import Assistant
from bot.caseload import CaseloadAt
from bot.conversation import Reply
from bot.locale import Speaker
from bot.question import Person, Place, Question
from bot.router import Call
from tests.books import contract, day, make_book
from tests.conftest import assistant_at
from tests.test_tools import Playbooks, cells, facts, notes, part, said
from tools import Asker, Contacting, Deps, Facts, Heatmap, Strategic, Table, ToolError, Wish, load, may_contact
from tools._contacting import read_rules
from tools._five_lists import LISTS, five_lists
from tools._guard import Touch
from tools._next_best import NextBest
from tools._next_best_of import next_bests
from tools._stated import Stated, said_of
from tools._what_if import Inputs, what_ifs
from tools.metrics import (
    CLASSES,
    Book,
    Hidden,
    Money,
    NoCosts,
    Period,
    Portfolio,
    Sight,
    Thresholds,
    all_metrics,
    contacted_each,
    discounted_margins,
    last_year,
    loyalty_classes,
    moves,
    portfolio,
    rank,
    retrace,
)
from tools.metrics._earned import ledgers

TODAY = day("2026-10-30")
YEAR = Period.parse("2025-10-01..2026-09-30")
AT = Thresholds(margin=Fraction(6_000), tenure=36)


def cost(name: str, account: str | None, on: str, amount: int, kind: str = "service") -> Mapping[str, Any]:
    return {
        "cost_id": name, "account_id": account, "on_day": day(on), "kind": kind, "currency": "BRL",
        "amount_minor": amount,
    }  # fmt: skip


def monthly(name: str, price: int, start: str, end: str | None = None, **more: Any) -> dict[str, Any]:
    return contract(f"s-{name}", name, price, start, end, **more)


def yearly(name: str, mrr: int, start: str, **more: Any) -> dict[str, Any]:
    return contract(f"s-{name}", name, mrr * 12, start, interval_unit="year", **more)


def leavers() -> list[dict[str, Any]]:
    """Ten small accounts by the month that left this summer: such do not last."""
    return [
        monthly(f"small {n:02}", 10_000, "2024-01-15", str(day("2026-06-20") + timedelta(days=10 * n)))
        for n in range(10)
    ]  # fmt: skip


def small(name: str) -> Mapping[str, Any]:
    return {"account_id": name, "name": name, "segment": "smb"}


@pytest.fixture
def four(url: str) -> Book:
    """Four accounts in four classes: 1,000 a month for a year or by the month, costly to serve or not; and one new."""
    lines = [
        yearly("friend", 100_000, "2024-01-10"), yearly("barnacle", 100_000, "2024-01-10"),
        monthly("butterfly", 100_000, "2024-01-10"), monthly("stranger", 100_000, "2024-01-10"),
        monthly("newcomer", 100_000, "2026-08-05"), *leavers(),
    ]  # fmt: skip
    costs = [
        cost("f", "friend", "2026-03-01", 400_000), cost("b", "barnacle", "2026-03-01", 1_100_000),
        cost("s", "stranger", "2026-03-01", 1_300_000), cost("n", None, "2026-04-01", 50_000),
        cost("w", "friend", "2024-01-05", 100_000, "acquisition"), cost("c", None, "2026-05-01", 70_000, "acquisition"),
    ]  # fmt: skip
    accounts = [
        *({"account_id": name, "name": name, "segment": "mid-market"} for name in ("friend", "barnacle")),
        *(small(line["account_id"]) for line in lines[2:]),
    ]
    return make_book(url, as_of="2026-10-30", accounts=accounts, subscriptions=lines, costs=costs)


def classes(found: Portfolio) -> dict[str, str | None]:
    return {one.account_id: one.place for one in found.placed}


def run(
    book: Book, tool: str, caseload: Any = None, today: date = TODAY, language: str = "en", **arguments: Any
) -> Any:
    more = {"caseload": caseload} if caseload else {}
    deps = Deps(book, Playbooks(), today, language, thresholds=AT, **more)
    return load()[tool].run(load()[tool].input.model_validate(arguments), deps)


# The classes


def test_four_accounts_land_in_four_classes_and_a_new_one_in_none(four: Book) -> None:
    assert classes(portfolio(four, TODAY, AT)) == {
        "friend": "true_friends", "butterfly": "butterflies", "barnacle": "barnacles", "stranger": "strangers",
        "newcomer": None,
    }  # fmt: skip


def test_the_margin_is_revenue_of_twelve_months_less_what_serving_cost(four: Book) -> None:
    margins = {one.account_id: one.margin for one in portfolio(four, TODAY, AT).placed}
    assert margins == {
        "friend": 800_000, "butterfly": 1_200_000, "barnacle": 100_000, "stranger": -100_000, "newcomer": None
    }  # fmt: skip


def test_changing_a_threshold_moves_accounts_predictably(four: Book) -> None:
    def place(margin: int, tenure: int, account: str) -> str | None:
        return classes(portfolio(four, TODAY, Thresholds(Fraction(margin), tenure)))[account]

    assert [place(margin, 36, "friend") for margin in (8_000, 8_001)] == ["true_friends", "barnacles"]
    assert [place(6_000, tenure, "friend") for tenure in (36, 121)] == ["true_friends", "butterflies"]
    assert [place(margin, 1, "stranger") for margin in (-1_000, -999)] == ["true_friends", "barnacles"]


def test_without_a_threshold_the_median_is_taken_and_never_a_loss(four: Book) -> None:
    found = portfolio(four, TODAY)
    assert (found.margin_at, found.median) == (100_000, True)


def test_counts_of_the_classes_add_up_to_the_paying_accounts_and_their_mrr_to_all(four: Book) -> None:
    found = portfolio(four, TODAY, AT)
    counts = [len(found.of(place)) for place in (*CLASSES, None)]
    today = Period.containing(TODAY, "day")
    assert counts == [1, 1, 1, 1, 1]
    assert sum(counts) == all_metrics()["paying_accounts"](four, today).value
    assert sum(one.mrr for one in found.placed) == all_metrics()["mrr"](four, today).value


def test_the_expected_stay_is_that_of_accounts_like_it(four: Book) -> None:
    """By the month ten left in two years, for a year nobody: those are drawn a little towards the others."""
    of = {one.account_id: one.staying for one in portfolio(four, TODAY, AT).placed}
    assert (of["butterfly"].kind, of["friend"].kind) == (("smb", "month"), ("mid-market", "year"))
    assert (of["butterfly"].rate.lost, of["friend"].rate.lost) == (10, 0)
    assert of["butterfly"].months < 36 < of["friend"].months
    assert of["friend"].year > of["butterfly"].year


def test_who_has_cancelled_stays_until_the_day_it_leaves(url: str) -> None:
    lines = [
        yearly("goes", 100_000, "2025-01-10", ended_on=day("2027-01-10"), cancelled_on=day("2026-10-01")),
        yearly("stays", 100_000, "2025-01-10"),
    ]
    book = make_book(url, as_of="2026-10-30", subscriptions=lines, costs=[cost("c", "goes", "2026-03-01", 1_000)])
    goes, stays = sorted(portfolio(book, TODAY, AT).placed, key=lambda one: one.account_id)
    assert (goes.staying.months, goes.staying.year, goes.place) == (2, 0, "butterflies")
    assert (stays.staying.months, stays.place) == (120, "true_friends")


def test_without_costs_no_margin_is_known_and_a_sentence_says_so(url: str) -> None:
    book = make_book(url, subscriptions=[yearly("a", 1_000, "2024-01-01")])
    with pytest.raises(NoCosts):
        portfolio(book, TODAY)
    assert loyalty_classes(book, TODAY) == {}
    with pytest.raises(ToolError) as refused:
        run(book, "portfolio")
    assert said(refused.value.message).startswith("The book holds no costs of serving in the last twelve months")
    assert all_metrics()["contribution_margin"](book, YEAR).value is None


# Moves


def test_a_move_names_the_axis_that_moved(url: str) -> None:
    """Served for 11,000 in August 2026: within the year now, not yet within the year of three months before."""
    lines = [yearly("moves", 100_000, "2024-01-10"), yearly("stays", 100_000, "2024-01-10")]
    costs = [cost("c", "moves", "2026-08-01", 1_100_000), cost("d", "stays", "2025-03-01", 1_000),
             cost("e", "stays", "2026-03-01", 1_000)]  # fmt: skip
    book = make_book(url, as_of="2026-10-30", subscriptions=lines, costs=costs)
    (move,) = moves(book, portfolio(book, TODAY, AT), TODAY - timedelta(days=90))
    assert (move.now.account_id, move.before.place, move.now.place) == ("moves", "true_friends", "barnacles")
    assert (move.axes, move.before.margin, move.now.margin) == (("margin",), 1_200_000, 100_000)
    answer = run(book, "portfolio", view="moves")
    assert said(answer.headline) == "1 account changed its class in the last 90 days."
    assert cells(part(answer, Table)) == [
        ["moves", "R$1,000.00", "True friends", "Barnacles", "margin R$12,000.00 → R$1,000.00"]
    ]


def test_a_cancellation_moves_the_axis_of_the_stay(url: str) -> None:
    goes = yearly("goes", 100_000, "2024-12-10", ended_on=day("2026-12-10"), cancelled_on=day("2026-10-01"))
    book = make_book(url, as_of="2026-10-30", subscriptions=[goes], costs=[
        cost("c", "goes", "2026-03-01", 1_000), cost("d", "goes", "2025-12-01", 1_000)
    ])  # fmt: skip
    (move,) = moves(book, portfolio(book, TODAY, AT), TODAY - timedelta(days=90))
    assert (move.axes, move.before.place, move.now.place) == (("tenure",), "true_friends", "butterflies")


# Profit and loss


def test_profit_and_loss_of_the_accounts_adds_up_to_the_cost_ledger(four: Book) -> None:
    sums, _ = ledgers(four, YEAR)
    assert sum(one.service for one in sums.values()) == 400_000 + 1_100_000 + 1_300_000 + 50_000
    assert sum(one.acquisition for one in sums.values()) == 70_000
    assert (sums[None].service, sums[None].acquisition) == (50_000, 70_000)
    margin = all_metrics()["contribution_margin"](four, YEAR).value
    assert margin == sum(one.margin for one in sums.values())


def test_contribution_margin_of_the_demo_company_adds_up_to_its_ledger(demo: Assistant) -> None:
    book, metric = demo.book(), all_metrics()["contribution_margin"]
    period = last_year(demo.today())
    apart = [figure.value or 0 for figure in metric.by(book, period, "account_id").values()]
    assert sum(apart) == metric(book, period).value
    invoiced = metric(book, period, variant="invoiced")
    gross = all_metrics()["gross_margin"](book, period)
    assert gross.parts and invoiced.value == gross.parts.part


# Lifetime value


def test_clv_of_article_002_has_two_timings_and_exactly_m_between_them() -> None:
    m, r, d = Fraction(100_000), Fraction(8, 10), Fraction(1, 10)
    in_a_year, now = discounted_margins(m, r, d), discounted_margins(m, r, d, now=True)
    assert (round(in_a_year), round(now), now - in_a_year) == (266_667, 366_667, m)


def test_the_value_of_an_account_shows_its_inputs_and_compares_with_what_it_cost_to_win(four: Book) -> None:
    answer = run(four, "account_value", account="friend")
    rows = {row[0]: row[1] for row in cells(part(answer, Table, "Lifetime value"))}
    placed = portfolio(four, TODAY, AT).account("friend")
    assert placed and placed.margin == 800_000
    clv = discounted_margins(Fraction(800_000), placed.staying.year, Fraction(1, 10))
    money = Speaker("en").cell
    assert rows["m: margin of a year"] == "R$8,000.00"
    assert rows["Cost of winning it"] == "R$1,000.00"
    assert rows["Payback"] == "1.5 months"
    assert rows["CLV, first margin in a year"] == money(Money(round(clv), "BRL"))
    assert rows["CLV, first margin now"] == money(Money(round(clv + 800_000), "BRL"))
    assert rows["CLV − acquisition cost"] == money(Money(round(clv - 100_000), "BRL"))
    ledger = dict(cells(part(answer, Table, "Profit and loss, {period}")))
    assert ledger["= Contribution margin"] == "R$8,000.00"
    assert {figure.metric for figure in answer.figures} == {
        "contribution_margin", "customer_lifetime_value", "clv_minus_cac", "ltv_to_cac", "cac_payback",
    }  # fmt: skip


def test_each_figure_of_an_accounts_value_counted_again_is_the_same_and_its_rows_or_terms_make_it(four: Book) -> None:
    answer = run(four, "account_value", account="friend")
    traced = {figure.metric: retrace(four, figure) for figure in answer.figures}
    assert all(each.is_same and each.adds_up for each in traced.values())
    (row,) = traced["customer_lifetime_value"].rows
    clv = traced["customer_lifetime_value"].now.value
    assert (row["account_id"], row["margin"], row["part"]) == ("friend", 800_000, clv)
    margin, kept, discount = (Fraction(str(row[name])) for name in ("margin", "kept", "discount"))
    assert round(discounted_margins(margin, kept, discount)) == clv, "recounted from the row itself"
    terms = {name: figure.value for name, figure in traced["ltv_to_cac"].terms.items()}
    assert terms == {"ltv": clv, "cac": 100_000} and traced["ltv_to_cac"].now.value == Fraction(clv, 100_000)


def test_all_accounts_together_are_worth_the_sum_of_each_and_another_discount_rate_is_another_figure(
    four: Book,
) -> None:
    clv, today = all_metrics()["customer_lifetime_value"], Period.containing(TODAY, "day")
    each = {row["account_id"]: row["part"] for row in clv.rows(four, today, variant="each_account:10%")}
    assert sum(each.values()) == clv(four, today, variant="each_account:10%").value
    assert clv(four, today, {"account_id": "friend"}, "each_account:10%").value == each["friend"]
    assert clv(four, today, {"account_id": "friend"}, "each_account:20%").value < each["friend"]
    with pytest.raises(Hidden):
        clv(four.within(Sight(hidden=frozenset({"lifetime"}))), today, variant="each_account:10%")


def test_what_if_is_exact_each_change_by_itself_and_all_together() -> None:
    now = Inputs(Fraction(100_000), Fraction(8, 10), Fraction(1, 10))
    stated = Stated(expansion=Fraction(1, 10), points=Fraction(5, 100), discount=Fraction(12, 100))
    values = [each.value for _, each in what_ifs(now, stated)]
    assert values == [
        Fraction(110_000 * 8, 10) / Fraction(3, 10), Fraction(100_000 * 85, 100) / Fraction(25, 100),
        Fraction(80_000) / Fraction(32, 100), Fraction(110_000 * 85, 100) / Fraction(27, 100),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "stated"),
    [
        ("what if expansion +10%", Stated(expansion=Fraction(1, 10))),
        ("e se a expansão fosse 12,5%?", Stated(expansion=Fraction(125, 1000))),
        ("with 10% more expansion", Stated(expansion=Fraction(1, 10))),
        ("if retention were 90%", Stated(retention=Fraction(9, 10))),
        ("se a retenção fosse 90% e a taxa de desconto 12%",
         Stated(retention=Fraction(9, 10), discount=Fraction(12, 100))),
        ("if retention were 2 points higher", Stated(points=Fraction(2, 100))),
        ("e se a retenção subisse 3 pontos", Stated(points=Fraction(3, 100))),
        ("retention -5%", Stated(points=Fraction(-5, 100))),
        ("discount rate of 8%", Stated(discount=Fraction(8, 100))),
        ("profitable from a margin of 20,000, loyal from 24 months", Stated(margin_at=Fraction(20_000), tenure_at=24)),
        ("margem a partir de R$ 20.000,50 e permanência de 2 anos",
         Stated(margin_at=Fraction(2_000_050, 100), tenure_at=24)),
        ("margin 20k", Stated(margin_at=Fraction(20_000))),
        ("loyalty matrix", Stated()),
    ],
)  # fmt: skip
def test_what_a_question_states_is_read_in_both_languages(words: str, stated: Stated) -> None:
    assert said_of(words) == stated


# Lists, strategy, next best action


@dataclass
class Deciding:
    """A caseload in memory, in which `who` decides."""

    who: str = "Ana"
    leads: bool = True
    kept: dict[str, Strategic] = field(default_factory=dict)

    @property
    def asker(self) -> Any:
        return Asker(leads=self.leads)

    def strategic(self, on: date) -> Mapping[str, Strategic]:
        return self.kept

    def keep(self, account_id: str, reason: str, until: date | None, on: date) -> Strategic:
        self.kept[account_id] = Strategic(account_id, reason, self.who, on, until)
        return self.kept[account_id]

    def unkeep(self, account_id: str) -> bool:
        return self.kept.pop(account_id, None) is not None


def test_each_account_is_in_exactly_one_of_five_lists(four: Book) -> None:
    found = portfolio(four, TODAY, AT)
    lists = five_lists(found, {})
    assert {name: sorted(one.account_id for one in lists.of[name]) for name in LISTS} == {
        "let_go": ["stranger"], "losing": [], "costly": [], "potential": ["barnacle", "newcomer"],
        "profitable": ["butterfly", "friend"],
    }  # fmt: skip


def test_a_loss_maker_that_is_strategic_is_kept_and_says_who_when_and_why(four: Book) -> None:
    caseload = Deciding()
    answer = run(
        four, "strategic_account", caseload, account="stranger", reason="Keep stranger as strategic: opens Chile"
    )
    assert said(answer.headline) == "stranger is kept as strategic, whatever its margin."
    lists = run(four, "portfolio", caseload, view="lists")
    assert cells(part(lists, Table, "Lose money"))[0][-1] == "keep – strategic (Ana, 30 Oct 2026: opens Chile)"
    assert not [
        each for each in lists.parts if isinstance(each, Table) and said(each.title) == "Not to keep as they are"
    ]
    value = run(four, "account_value", caseload, account="stranger")
    assert facts(value.parts[0])["Decided"] == "keep – strategic (Ana, 30 Oct 2026: opens Chile)"


def test_a_flag_needs_a_reason_and_a_leader(four: Book) -> None:
    with pytest.raises(ToolError, match="Why is"):
        run(four, "strategic_account", Deciding(), account="friend", reason="keep friend as strategic")
    with pytest.raises(ToolError, match="Only leaders"):
        run(four, "strategic_account", Deciding(leads=False), account="friend", reason="keep friend because of us")


def test_the_flag_is_kept_in_the_store_until_its_day_and_ended(demo: Assistant) -> None:
    asked = Question(uuid4().hex, "x", Person("UANA", name="Ana"), Place("channel", "T1", "C1", "1.0"))
    kept = CaseloadAt(demo.store.engine, asked)
    kept.keep("A-0001", "reference", day("2027-01-01"), TODAY)
    kept.keep("A-0001", "opens Chile", day("2027-01-01"), TODAY)
    (flag,) = kept.strategic(TODAY).values()
    assert (flag.reason, flag.who, flag.decided_on, flag.until) == ("opens Chile", "Ana", TODAY, day("2027-01-01"))
    assert kept.strategic(day("2027-01-01")) == {}
    assert (kept.unkeep("A-0001"), kept.unkeep("A-0001"), dict(kept.strategic(TODAY))) == (True, False, {})


def best_actions(book: Book, today: date) -> dict[str, NextBest]:
    found, deps = portfolio(book, today, AT), Deps(book, Playbooks(), today, "en")
    contacted = contacted_each(book, [one.account_id for one in found.placed], today)
    risks = {risk.standing.account_id: risk for risk in rank(book, today).risks}
    return dict(next_bests(contacted, risks, deps, {one.account_id: one.place or "" for one in found.placed}))


def test_each_account_has_exactly_one_next_best_action_with_its_rule(four: Book) -> None:
    rules = {account: best.rule.id for account, best in best_actions(four, TODAY).items()}
    assert rules == {
        "friend": "renewal_ahead", "butterfly": "butterfly", "barnacle": "renewal_ahead", "stranger": "stranger",
        "newcomer": "new_customer",
    }  # fmt: skip


def test_the_cap_of_true_friends_is_lower_and_the_guard_goes_by_the_class(four: Book) -> None:
    week = next(cap for cap in read_rules(None).caps if cap.id == "contact_week")
    assert (week.limit("true_friends"), week.limit("butterflies")) == (1, 2)
    touch = Touch("t", "friend", TODAY - timedelta(days=1), "cs", "p", "outbound")

    @dataclass(frozen=True)
    class Logged:
        def of(self, account_id: str) -> tuple[Touch, ...]:
            return (touch,)

    def decided(class_of: Any) -> str:
        deps = Deps(four, Playbooks(), TODAY, "en", contacting=Contacting(Logged(), class_of=class_of))  # type: ignore[arg-type]
        return type(may_contact(deps, Wish("friend", "cs", TODAY, "p"))).__name__

    classes_ = loyalty_classes(four, TODAY, AT)
    assert (decided(classes_.get), decided(lambda _: None)) == ("Blocked", "Allowed")


def test_the_matrix_is_a_picture_and_a_table_whose_last_line_is_counted_by_itself(four: Book) -> None:
    answer = run(four, "portfolio")
    assert [[said(cell) for cell in row] for row in part(answer, Heatmap).cells] == [
        ["R$1,000.00", "R$1,000.00"], ["R$1,000.00", "R$1,000.00"],
    ]  # fmt: skip
    rows = cells(part(answer, Table, "Classes of Reinartz and Kumar"))
    assert [row[1] for row in rows] == ["1", "1", "1", "1", "1", "5"]
    assert rows[0][-1] == "1 in 7 days and 3 in 30 days per person"
    assert [figure.metric for figure in answer.figures] == ["paying_accounts", "mrr"]
    assert said(answer.headline) == (
        "Of 5 paying accounts 1 are profitable and expected to stay; they bring 20.00% of MRR."
    )


def test_thresholds_can_be_stated_in_the_question_and_are_shown(four: Book) -> None:
    answer = run(four, "portfolio", said="profitable from a margin of 12,000, loyal from 36 months")
    assert [row[1] for row in cells(part(answer, Table, "Classes of Reinartz and Kumar"))][:4] == ["0", "1", "2", "1"]
    assert facts(part(answer, Facts))["Profitable: contribution margin from"] == "R$12,000.00 a year"


# Rights


@pytest.mark.parametrize("tool", ["portfolio", "account_value", "unit_economics"])
def test_a_rep_is_refused_what_discloses_margins(tool: str, demo_home: Path, tmp_path: Path) -> None:
    bot = assistant_at(
        demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", cs_team="UANA", leaders="ULEAD",
        owners="UANA=Luana Prado", default_role="none",
    )  # fmt: skip
    arguments = {"account": _own(bot)} if tool == "account_value" else {}

    def asked(who: str) -> Reply:
        return bot.ask(Question(uuid4().hex, "x", Person(who), Place("dm", "T1", "D1")), Call(tool, arguments))

    rep, leader = asked("UANA"), asked("ULEAD")
    assert (rep.outcome, leader.outcome) == ("declined", "answered")
    assert Speaker("en").say(rep.message).startswith("Your role does not include ")


def _own(bot: Assistant) -> str:
    return next(iter(bot.names(bot.book().within(Sight(frozenset({"Luana Prado"})))).accounts))


def test_a_rep_sees_products_without_their_margin_and_drafts_within_the_cap_of_the_class(
    demo_home: Path, tmp_path: Path
) -> None:
    bot = assistant_at(
        demo_home, store_url=f"sqlite:///{tmp_path / 'store.sqlite'}", cs_team="UANA", leaders="ULEAD",
        owners="UANA=Luana Prado", default_role="none",
    )  # fmt: skip
    asked = Question(uuid4().hex, "x", Person("UANA"), Place("dm", "T1", "D1"))
    reply = bot.ask(asked, Call("packages", {"view": "products"}))
    assert reply.answer
    labels = [said(column.label) for column in part(reply.answer, Table).columns]
    assert "Revenue" in labels and not {"Margin", "Service costs"} & set(labels)
    place = bot.classes().get(_own(bot))
    assert place == loyalty_classes(bot.book(), bot.today(), bot.thresholds).get(_own(bot))


def test_notes_say_that_labels_stay_inside(four: Book) -> None:
    assert "The labels stay inside: no customer reads them." in " ".join(notes(run(four, "portfolio")))
