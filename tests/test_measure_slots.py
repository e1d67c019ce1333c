"""What words ask of a metric: which one, grouped by what, against which period, for which accounts. Today is Sunday
22 November 2026."""

from datetime import date

import pytest

from bot.router.slots.calendar import Calendar
from bot.router.slots.comparisons import find_comparison
from bot.router.slots.groups import find_group
from bot.router.slots.limits import BookValues
from bot.router.slots.metrics import find_metrics, find_variant, likely_metrics
from bot.router.slots.periods import find_period
from bot.router.slots.text import blank, clean, fold
from bot.router.slots.vocabulary import EVERYDAY, TRADES

TODAY = date(2026, 11, 22)
COMMON = EVERYDAY | TRADES


@pytest.mark.parametrize(
    ("text", "how", "period"),
    [
        ("churned in Q3, by reason, against Q2", "2026-Q2", "2026-Q3"),
        ("no 3º trimestre, por motivo, contra o 2º", "2026-Q2", "2026-Q3"),
        ("Q3 vs previous", "previous", "2026-Q3"),
        ("no terceiro tri contra o anterior", "previous", "2026-Q3"),
        ("this week vs last", "previous", "2026-W47"),
        ("desta semana contra a passada", "previous", "2026-W47"),
        ("this quarter vs the previous one", "previous", "2026-Q4"),
        ("last 3 months vs the 3 months before", "previous", "2026-08-01..2026-10-31"),
        ("últimos 12 meses contra os 12 anteriores", "previous", "2025-11-01..2026-10-31"),
        ("october vs last year", "year", "2026-10"),
        ("outubro em relação ao mesmo mês do ano passado", "year", "2026-10"),
        ("Q3 yoy", "year", "2026-Q3"),
        ("Q3 ano contra ano", "year", "2026-Q3"),
        ("Q3 2025 vs Q2", "2025-Q2", "2025-Q3"),
        ("Q1 vs Q4", "2025-Q4", "2026-Q1"),
        ("Q2 vs Q3", "2026-Q2", "2026-Q3"),
        ("2025 vs 2026", "2025", "2026"),
        ("compare october and september", "2026-09", "2026-10"),
        ("compara outubro com setembro", "2026-09", "2026-10"),
        ("outubro x setembro", "2026-09", "2026-10"),
        ("no 3T26 contra 2T26", "2026-Q2", "2026-Q3"),
        ("em março contra fevereiro", "2026-02", "2026-03"),
        ("from jan to mar vs oct to dec", "2025-10-01..2025-12-31", "2026-01-01..2026-03-31"),
        ("vs last month", "previous", "2026-11"),
        ("mais do que no trimestre passado", "previous", "2026-Q4"),
        ("against october", "previous", "2026-11"),
        ("expansion qoq", "previous", "2026-Q3"),
        ("why did it drop in Q3", "previous", "2026-Q3"),
        ("por que subiu em outubro", "previous", "2026-10"),
    ],
)
def test_a_comparison_in_words_becomes_two_periods(text: str, how: str, period: str) -> None:
    folded = fold(clean(text))
    compared = find_comparison(folded, Calendar(TODAY))
    assert compared is not None
    main = find_period(blank(folded, compared.start, compared.end), Calendar(TODAY))
    assert (compared.how, str(compared.period or (main and main.period))) == (how, period)


@pytest.mark.parametrize(
    "text", ["upsell vs cross-sell", "between january and march", "how did MRR do", "MRR 2026", "x"]
)
def test_what_compares_no_periods_is_no_comparison(text: str) -> None:
    assert find_comparison(fold(text), Calendar(TODAY)) is None


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("by segment", "segment"), ("por segmento", "segment"), ("per country", "country"), ("por país", "country"),
        ("broken down by industry", "industry"), ("industry breakdown", "industry"), ("por setor", "industry"),
        ("by csm", "owner"), ("por responsável", "owner"), ("by acquisition channel", "source"),
        ("por origem", "source"),
        ("by company size", "size"), ("por porte", "size"), ("por safra", "cohort"), ("per plan", "plan"),
        ("by reason", "reason"), ("motivos de cancelamento", "reason"), ("churn reasons", "reason"),
        ("which segment churns most", "segment"), ("quais países", "country"), ("top 5 countries", "country"),
        ("by month", "month"), ("mês a mês", "month"), ("week by week", "week"), ("por trimestre", "quarter"),
        ("over time", "month"), ("evolução", "month"), ("by contry", "country"), ("why did it drop", "segment"),
        ("by account", "account_id"),
    ],
)  # fmt: skip
def test_what_to_group_by_is_a_dimension_or_a_grain_of_time(text: str, by: str) -> None:
    found = find_group(fold(text), dated=False)
    assert found and found.by == by


@pytest.mark.parametrize(
    "text", ["by week 40", "por causa de preço", "by Carla", "mrr", "weekly mrr", "por conta disso"]
)
def test_what_groups_nothing_is_no_group(text: str) -> None:
    assert find_group(fold(text), dated=False) is None


def test_monthly_parts_a_period_that_is_named_besides() -> None:
    found = find_group(fold("monthly NRR in 2026"), dated=True)
    assert found and found.by == "month"


VALUES = BookValues({
    "country": ("BR", "US", "ES"), "region": ("SP", "MG", "ES", "Europe"), "industry": ("health", "energy", "retail"),
    "plan": ("Pro", "Enterprise", "Starter"), "source": ("ads", "referral"), "reason": ("price", "budget_cut"),
    "size": ("1–10", "51–200", "1001+"), "language": ("en", "pt-BR"),
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("in Brazil", "country", "BR"), ("do Brasil", "country", "BR"), ("contas brasileiras", "country", "BR"),
        ("accounts in the US", "country", "US"), ("american customers", "country", "US"), ("dos EUA", "country", "US"),
        ("in BR", "country", "BR"), ("em São Paulo", "region", "SP"), ("em MG", "region", "MG"),
        ("na Europa", "region", "Europe"),
        ("healthcare accounts", "industry", "health"), ("clientes de saúde", "industry", "health"),
        ("no setor de energia", "industry", "energy"), ("no varejo", "industry", "retail"),
        ("on the Pro plan", "plan", "Pro"), ("plano enterprise", "plan", "Enterprise"), ("Starter", "plan", "Starter"),
        ("won by referral", "source", "referral"), ("vindos de indicação", "source", "referral"),
        ("because of price", "reason", "price"), ("por corte de orçamento", "reason", "budget_cut"),
        ("we fixed the price", "reason", "price"), ("price is not fixed any more", "reason", "price"),
        ("resolvemos o budget cut", "reason", "budget_cut"), ("o preço está resolvido", "reason", "price"),
        ("with 51-200 employees", "size", "51–200"), ("com mais de 1000 funcionários", "size", "1001+"),
        ("english-speaking accounts", "language", "en"), ("de língua portuguesa", "language", "pt-BR"),
        ("in enregy", "industry", "energy"), ("no brasill", "country", "BR"),
    ],
)  # fmt: skip
def test_a_value_of_the_book_is_found_by_any_of_its_names(text: str, dimension: str, value: str) -> None:
    found = VALUES.find(fold(clean(text)), clean(text), COMMON)
    assert [(limit.dimension, limit.value) for limit in found][:1] == [(dimension, value)]


@pytest.mark.parametrize(
    "text",
    ["health score", "a gente vai pro cliente", "saúde da carteira", "us and them", "se es br", "price increase"],
)
def test_everyday_words_are_no_values(text: str) -> None:
    assert [limit for limit in VALUES.find(fold(text), text, COMMON) if limit.sure] == []


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("NRR", "net_revenue_retention"), ("retenção líquida de receita", "net_revenue_retention"),
        ("taxa de retenção", "retention_rate"), ("logo churn", "logo_churn_rate"), ("LTV/CAC", "ltv_to_cac"),
        ("how many enterprise accounts in Brazil churned", "churned_accounts"),
        ("quantas contas do Brasil cancelaram", "churned_accounts"), ("perdemos mais clientes", "churned_accounts"),
        ("how many customers did we win", "new_accounts"), ("quantos clientes voltaram", "reactivated_accounts"),
        ("how many customers do we have", "paying_accounts"), ("how much MRR did we lose", "churned_mrr"),
        ("quanto perdemos de receita", "churned_mrr"), ("expantion mrr", "expansion_mrr"),
        ("net revnue retention", "net_revenue_retention"), ("retenção liqida", "net_revenue_retention"),
        ("NRR change", "net_revenue_retention"),
    ],
)  # fmt: skip
def test_a_metric_is_found_by_its_names_by_what_is_counted_or_almost_by_its_name(text: str, metric: str) -> None:
    assert find_metrics(fold(text), COMMON)[0].value == metric


def test_several_metrics_are_all_found() -> None:
    found = find_metrics(fold("NRR e GRR por segmento"), COMMON)
    assert [said.value for said in found] == ["net_revenue_retention", "gross_revenue_retention"]


@pytest.mark.parametrize("text", ["churn by segment", "churn", "taxa de churn por país"])
def test_a_bare_churn_is_no_metric_but_one_of_three(text: str) -> None:
    assert find_metrics(fold(text), COMMON) == ()
    assert likely_metrics(fold(text), 3) == ("logo_churn_rate", "gross_mrr_churn_rate", "churned_accounts")


@pytest.mark.parametrize(
    ("text", "metric", "variant"),
    [
        ("simple retention rate", "retention_rate", "simple"),
        ("NRR com reativação", "net_revenue_retention", "with_reactivation"),
        ("logo churn the way stripe counts", "logo_churn_rate", "stripe"),
        ("NRR", "net_revenue_retention", None),
    ],
)
def test_a_published_variant_is_named_with_its_metric(text: str, metric: str, variant: str | None) -> None:
    assert find_variant(fold(text), metric) == variant
