"""Bands of MRR and of days to the renewal: each account is in one, figures by band add up, neighbours go together."""

import pytest

from bot.router.slots.bands import find_mrr_band, find_renewals
from bot.router.slots.text import fold
from tests.books import contract, make_book
from tools._values import value_called
from tools.metrics import Period, all_metrics, rank, together

TODAY = Period.parse("2026-10-31")
FROM_5K, WITHIN_90 = "5k–10k + 10k–50k + 50k+", "1–30 + 31–60 + 61–90"


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "duckdb"])
def book(request, tmp_path_factory):
    """Accounts named after what they pay; two of them by the year, from 20 November and from 20 March."""
    paid = {"499": 49_900, "500": 50_000, "999": 99_900, "4999": 499_900, "9999": 999_900, "70000": 7_000_000}
    lines = [contract(f"s-{name}", name, minor, "2025-02-01") for name, minor in paid.items()]
    for name, start in (("yearly", "2024-11-20"), ("later", "2025-03-20")):
        lines.append(contract(f"s-{name}", name, 6_000_000, start, interval_unit="year", term_months=12))
    lines.append(contract("s-gone", "gone", 600_000, "2025-02-01", "2026-09-01"))
    file = tmp_path_factory.mktemp("bands") / "book"
    url = request.getfixturevalue("new_postgres")() if request.param == "postgresql" else f"{request.param}:///{file}"
    return make_book(url, subscriptions=lines)


def by(book, metric, dimension, **where):
    found = all_metrics()[metric].by(book, TODAY, dimension, where)
    return {value: figure.value for value, figure in found.items()}


def test_each_account_is_in_the_band_of_its_mrr_and_the_bands_add_up(book):
    assert by(book, "paying_accounts", "mrr_band") == {
        "0–500": 1, "500–1k": 2, "1k–5k": 1, "5k–10k": 3, "50k+": 1,
    }  # fmt: skip
    mrr = by(book, "mrr", "mrr_band")
    assert mrr["5k–10k"] == 999_900 + 2 * 500_000
    assert sum(mrr.values()) == all_metrics()["mrr"](book, TODAY).value


def test_what_an_account_paid_on_the_day_asked_about_is_what_counts(book):
    figure = all_metrics()["mrr"](book, Period.parse("2026-08-31"), {"mrr_band": "5k–10k"})
    assert figure.value == 999_900 + 2 * 500_000 + 600_000
    assert set(by(book, "churned_accounts", "mrr_band")) <= {""}


def test_the_days_to_the_renewal_are_those_of_the_renewals_to_come(book):
    assert by(book, "paying_accounts", "renewal") == {"1–30": 1, "91–180": 1, "": 6}
    due = all_metrics()["mrr_up_for_renewal"](book, Period.parse("2026-11-01..2027-01-29"))
    assert all_metrics()["mrr"](book, TODAY, {"renewal": WITHIN_90}).value == due.value == 500_000


def test_neighbouring_bands_are_one_condition_everywhere(book):
    assert all_metrics()["paying_accounts"](book, TODAY, {"mrr_band": FROM_5K}).value == 4
    both = {"mrr_band": FROM_5K, "renewal": WITHIN_90}
    assert [risk.standing.account_id for risk in rank(book, TODAY.start, both).risks] == ["yearly"]


def test_from_edge_to_edge_only():
    assert together("mrr_band", 5_000, None) == FROM_5K
    assert together("mrr_band", 0, 1_000) == "0–500 + 500–1k"
    assert together("renewal", 0, 90) == WITHIN_90
    assert together("mrr_band", 7_000, None) is None
    assert together("renewal", 0, 45) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("accounts with MRR above R$ 5,000", FROM_5K),
        ("contas com MRR acima de R$ 5 mil", FROM_5K),
        ("quem paga mais de R$ 5.000,00", FROM_5K),
        ("MRR between 1k and 5k", "1k–5k"),
        ("MRR entre 1.000 e 5.000", "1k–5k"),
        ("MRR below 500", "0–500"),
        ("MRR above 7,000", None),
        ("MRR from October to November", None),
        ("MRR over the last 12 months", None),
        ("MRR over 12 months", None),
    ],
)
def test_the_words_for_mrr(text, value):
    found = find_mrr_band(fold(text))
    assert (found.value if found else None) == value


@pytest.mark.parametrize(
    "text",
    [
        "accounts renewing in 90 days", "who renews within the next 90 days", "contas que renovam em até 90 dias",
        "contratos que vencem nos próximos 90 dias",
    ],
)  # fmt: skip
def test_the_words_for_renewals(text):
    assert [limit.value for limit in find_renewals(fold(text))] == [WITHIN_90]


def test_what_the_bands_are_called():
    said = [value_called("mrr_band", FROM_5K), value_called("mrr_band", "500–1k"), value_called("renewal", WITHIN_90)]
    assert [(each.msgid, dict(each.values)) for each in said] == [
        ("MRR from {low}", {"low": "5k"}), ("MRR from {low} to under {high}", {"low": "500", "high": "1k"}),
        ("renewing in {low} to {high} days", {"low": "1", "high": "90"}),
    ]  # fmt: skip
