"""Upsell, cross-sell, dormant products, look-alikes, packages and unit economics, counted by hand."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.books import contract, day, make_book
from tests.conftest import ask
from tests.test_tools import Playbooks, cells, notes, part, said
from tools import Deps, Table, ToolError, load
from tools.metrics import (
    Book,
    Period,
    all_metrics,
    channels,
    grown,
    invoiced_by_month,
    migration,
    product_earnings,
    prospects,
)
from tools.metrics._flows import bridges
from tools.metrics._recommending import recommender, time_split

TODAY = day("2026-10-30")
YEAR = Period.parse("2025-10-01..2026-09-30")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'book.sqlite'}"


def run(book: Book, tool: str, hosts: frozenset[str] = frozenset(), **arguments: Any) -> Any:
    deps = Deps(book, Playbooks(), TODAY, "en", link_hosts=hosts)
    return load()[tool].run(load()[tool].input.model_validate(arguments), deps)


def line(account: str, product: str, plan: str, start: str = "2025-01-10", end: str | None = None, **more: Any) -> Any:
    name = f"{account}-{product}-{start}"
    return contract(name, account, 10_000, start, end, product=product, plan=plan, **more)


def package(product: str, plan: str, tier: int | None, limit: int | None, price: int) -> Mapping[str, Any]:
    return {"product": product, "plan": plan, "tier": tier, "seat_limit": limit, "unit_amount_minor": price,
            "currency": "BRL"}  # fmt: skip


PRICES = [package("Suite", "Small", 1, 10, 5_000), package("Suite", "Large", 2, None, 8_000)]


def use(account: str, feature: str, on: str, events: int = 5, users: int = 3) -> Mapping[str, Any]:
    return {"account_id": account, "on_day": day(on), "feature": feature, "events": events, "users": users}


@pytest.fixture
def growing(url: str) -> Book:
    """`full` has 9 of at most 10 seats, at `busy` 4 people use 5, at `calm` neither; `top` is on the highest plan."""
    lines = [
        line("full", "Suite", "Small", quantity=9), line("busy", "Suite", "Small", quantity=5),
        line("calm", "Suite", "Small", quantity=5), line("top", "Suite", "Large", quantity=50),
        line("full", "Desk", "Add-on", "2025-02-10", "2026-03-10"), line("full", "Signer", "Add-on"),
    ]  # fmt: skip
    features = [
        {"feature": "forms", "product": "Suite", "training_title": "Forms", "training_link": "https://learn.example/f"},
        {"feature": "mobile", "product": "Suite"}, {"feature": "chat", "product": "Desk"},
        {"feature": "audit", "product": "Suite", "from_tier": 2},
    ]  # fmt: skip
    usage = [
        use("full", "chat", "2026-02-02"), use("full", "forms", "2026-10-19", users=2),
        use("busy", "forms", "2026-10-19", users=4), use("calm", "mobile", "2026-10-19", users=1),
        use("calm", "forms", "2026-07-01"),
    ]  # fmt: skip
    return make_book(
        url, as_of="2026-10-30", subscriptions=lines, packages=PRICES, features=features, usage=usage
    )  # fmt: skip


def test_upsell_needs_a_limit_reached_or_high_adoption_and_a_higher_plan(growing: Book) -> None:
    found = {each.account.account_id: each for each in prospects(growing, TODAY).upsells}
    assert {name: (each.at_limit, each.adopted, each.gain) for name, each in found.items()} == {
        "full": (True, False, 9 * 3_000), "busy": (False, True, 5 * 3_000)
    }  # fmt: skip
    rows = cells(part(run(growing, "expansion", view="upsell"), Table))
    assert rows[0][:5] == ["full", "Small", "Large", "9 seats of at most 10", "R$270.00"]
    assert rows[1][3] == "4 people use 5 seats"


def test_a_product_once_had_and_none_now_is_dormant_with_its_last_use(growing: Book) -> None:
    """Renewed lines of a product that is still held are not."""
    (dormant,) = prospects(growing, TODAY).dormant
    assert (dormant.account.account_id, dormant.product, dormant.last_on, dormant.used) == (
        "full", "Desk", day("2026-02-02"), True,
    )  # fmt: skip


def test_a_licensed_feature_without_use_in_90_days_appears_with_training_or_says_there_is_none(growing: Book) -> None:
    found = prospects(growing, TODAY)
    assert {(each.account.account_id, each.feature.name, each.last_on) for each in found.unused} == {
        ("full", "mobile", None), ("busy", "mobile", None), ("calm", "forms", day("2026-07-01")),
    }  # fmt: skip
    assert found.silent == 1  # `top` reports nothing: nothing is known of it
    rows = cells(part(run(growing, "expansion", view="unused"), Table, "Paid for and not used in 90 days"))
    assert rows == [["mobile", "2", "no training content"], ["forms", "1", "Forms"]]


def test_a_link_is_shown_to_an_allowed_host_only(growing: Book) -> None:
    def training(*hosts: str) -> str:
        answer = run(growing, "expansion", frozenset(hosts), view="unused")
        return cells(part(answer, Table, "Paid for and not used in 90 days"))[1][2]

    assert training("learn.example") == "Forms (https://learn.example/f)"
    assert training("example") == training() == "Forms"


def test_without_a_price_list_or_features_it_says_so(url: str) -> None:
    book = make_book(url, as_of="2026-10-30", subscriptions=[line("a", "Suite", "Small")])
    assert notes(run(book, "expansion", view="upsell"))[0].startswith("No price list with tiers is loaded")
    assert notes(run(book, "expansion", view="unused"))[0].startswith("No list of features is loaded")


# Recommending


def basket(*names: str) -> frozenset[tuple[str, str]]:
    return frozenset(("product", name) for name in names)


def test_support_confidence_and_lift_of_a_rule() -> None:
    """Of 20 accounts 8 have A, 10 have B, 6 both: support 30%, confidence 75%, lift 1.5."""
    held = {f"{n}": basket("A", "B") for n in range(6)} | {f"a{n}": basket("A") for n in range(2)}
    held |= {f"b{n}": basket("B") for n in range(4)} | {f"c{n}": basket("C") for n in range(8)}
    (rule,) = recommender(held).best(basket("A"))
    assert (rule.then, rule.support, rule.confidence, rule.lift) == (
        ("product", "B"), Fraction(6, 20), Fraction(3, 4), Fraction(3, 2),
    )  # fmt: skip


def test_the_recommender_beats_the_commonest_product_in_a_time_split() -> None:
    """Y goes with X, Z is what most have: of 30 who buy Y after X the rules name all first, popularity none."""
    before = {f"x{n}": basket("X", "Y") for n in range(20)} | {f"z{n}": basket("Z") for n in range(60)}
    before |= {f"new{n}": basket("X") for n in range(30)}
    after = {**before, **{f"new{n}": basket("X", "Y") for n in range(30)}}
    test = time_split(before, after, TODAY - timedelta(days=180))
    assert (test.bought, test.hits, test.popular_hits, test.enough, test.beats) == (30, 30, 0, True, True)


def test_where_it_does_not_the_answer_says_so(demo: Any) -> None:
    answer = ask(demo, "Which products go together?").answer
    assert answer
    told = [text for text in notes(answer) if "purchases" in text]
    assert len(told) == 1 and told[0].startswith(("No better than", "Whether this is better", "Judged by"))


# Look-alikes


def test_who_else_leaves_out_acceptors_and_shows_what_they_share_and_when_they_may_be_contacted(url: str) -> None:
    accounts = [
        {"account_id": f"{kind}{n}", "name": f"{kind}{n}", "segment": "big" if kind != "other" else "small"}
        for kind, count in (("has", 6), ("like", 1), ("other", 13)) for n in range(count)
    ]  # fmt: skip
    lines = [line(each["account_id"], "Suite", "Small") for each in accounts]
    lines += [line(f"has{n}", "Desk", "Add-on") for n in range(6)]
    book = make_book(url, as_of="2026-10-30", accounts=accounts, subscriptions=lines)
    answer = run(book, "expansion", view="look_alikes", said="Who else for Desk?")
    rows = cells(part(answer, Table))
    assert [row[0] for row in rows] == ["like0"]
    assert rows[0][2:] == ["big (6 of 6 against 7 of 20) and has Suite (6 of 6 against 20 of 20)", "today"]
    with pytest.raises(ToolError, match="Which offer"):
        run(book, "expansion", view="look_alikes", said="who else?")


# Packages


@pytest.fixture
def moving(url: str) -> Book:
    lines = [
        line("up", "Suite", "Small", "2025-01-10", "2026-03-10"), line("up", "Suite", "Large", "2026-03-10"),
        line("down", "Suite", "Large", "2025-01-10", "2026-03-10"), line("down", "Suite", "Small", "2026-03-10"),
        line("same", "Suite", "Small"), line("gone", "Suite", "Small", "2025-01-10", "2026-05-10"),
        line("new", "Suite", "Large", "2026-06-10"),
    ]  # fmt: skip
    return make_book(url, as_of="2026-10-30", subscriptions=lines, packages=PRICES)


def test_migration_counts_add_up_to_the_movement_table(moving: Book) -> None:
    found = migration(moving, YEAR)
    assert {step.step: step.accounts for step in found.steps} == {
        "up": ("up",), "down": ("down",), "same_plan": ("same",), "left": ("gone",), "joined": ("new",)
    }  # fmt: skip
    assert found.pairs == {("Small", "Large"): 1, ("Large", "Small"): 1}
    (flows,) = bridges(moving, [YEAR])[""]
    for name, amount in flows.movements.items():
        assert sum(step.movements[name] for step in found.steps) == amount, name


def test_plans_add_up_to_the_paying_accounts(moving: Book) -> None:
    rows = cells(part(run(moving, "packages"), Table, "Plans today"))
    assert [row[:2] for row in rows] == [["Large", "2"], ["Small", "2"], ["All paying accounts", "4"]]
    today = Period.containing(TODAY, "day")
    assert all_metrics()["paying_accounts"](moving, today).value == 4


def test_stickiness_counts_who_still_pays_and_who_still_holds_it_and_flags_few(moving: Book) -> None:
    (suite,) = product_earnings(moving, YEAR)[0]
    assert (suite.held, suite.retained, suite.kept, suite.service) == (4, 3, 3, None)
    assert cells(part(run(moving, "packages", view="products"), Table))[0][-3:] == [
        "3 of 4", "3 of 4", "few: 4 accounts"
    ]  # fmt: skip


# Revenue and acquisition


def invoice(name: str, kind: str, on: str, amount: int) -> Mapping[str, Any]:
    return {"invoice_id": name, "account_id": "a", "kind": kind, "currency": "BRL", "amount_minor": amount,
            "issued_on": day(on)}  # fmt: skip


def test_one_off_and_recurring_are_the_total_of_every_month(url: str) -> None:
    invoices = [invoice("1", "recurring", "2026-03-02", 5_000), invoice("2", "one_off", "2026-03-09", 700),
                invoice("3", "usage", "2026-04-01", 30)]  # fmt: skip
    book = make_book(url, as_of="2026-10-30", subscriptions=[line("a", "Suite", "Small")], invoices=invoices)
    months, _ = invoiced_by_month(book, YEAR)
    totals = {str(month.period): (dict(month.by_kind), month.total) for month in months if month.total}
    assert totals == {
        "2026-03": ({"recurring": 5_000, "one_off": 700, "usage": 0}, 5_700),
        "2026-04": ({"recurring": 0, "one_off": 0, "usage": 30}, 30),
    }


def test_revenue_by_account_and_what_expansion_added_come_from_the_ledger(url: str) -> None:
    """100.00 a month, 150.00 from 10 July: three month ends of 50.00 more by the end of September."""
    changes = [
        {"subscription_id": "a-Suite-2025-01-10", "effective_on": day("2026-07-10"), "unit_amount_minor": 15_000}
    ]
    book = make_book(url, as_of="2026-10-30", subscriptions=[line("a", "Suite", "Small")], subscription_changes=changes)
    (one,), _ = grown(book, YEAR)
    assert (one.now, one.before, one.expansion) == (12 * 10_000 + 3 * 5_000, 9 * 10_000, 3 * 5_000)


def test_cac_by_channel_matches_names_and_adds_up(url: str) -> None:
    accounts = [
        {"account_id": n, "name": n, "source": source}
        for n, source in (("a", "event"), ("b", "event"), ("c", "referral"))
    ]
    lines = [line(n, "Suite", "Small", "2026-02-10") for n in "abc"]
    costs = [
        {"cost_id": n, "on_day": day("2026-02-01"), "kind": "acquisition", "channel": channel, "currency": "BRL",
         "amount_minor": amount}
        for n, channel, amount in (("1", "Events", 90_000), ("2", "content", 30_000))
    ]  # fmt: skip
    book = make_book(url, as_of="2026-10-30", accounts=accounts, subscriptions=lines, costs=costs)
    found, _ = channels(book, YEAR)
    assert [(each.name, each.spent, each.won, each.cost) for each in found] == [
        ("Events", 90_000, 2, 45_000), ("content", 30_000, None, None), ("referral", None, 1, None)
    ]  # fmt: skip
    cac = all_metrics()["customer_acquisition_cost"](book, YEAR)
    assert cac.value == Fraction(sum(each.spent or 0 for each in found), sum(each.won or 0 for each in found))
    assert said(run(book, "unit_economics", view="channels").headline).startswith("Winning a customer cost R$400.00")
