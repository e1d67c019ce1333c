"""What the published variants of metrics are called in a sentence: who keeps the rule, or what it does."""

from collections.abc import Mapping

from tools._phrase import Phrase, phrase
from tools.metrics import Metric

OURS = phrase("our rule")
_OF_METRIC: Mapping[tuple[str, str], Phrase] = {
    ("net_revenue_retention", "with_reactivation"): phrase("ChartMogul"),
    ("gross_revenue_retention", "flow"): phrase("the flow formula"),
    ("net_revenue_retention", "flow"): phrase("the flow formula"),
    ("churned_mrr", "with_ended_contracts"): phrase("Stripe"),
    ("contraction_mrr", "without_ended_contracts"): phrase("Stripe"),
    ("retention_rate", "simple"): phrase("article 001"),
    ("logo_churn_rate", "net_of_new"): phrase("article 003"),
    ("cac_payback", "finmark_misprint"): phrase("Finmark as printed"),
    ("mrr", "before_discounts"): phrase("the list price"),
}
_NAMED: Mapping[str, Phrase] = {
    "stripe": phrase("Stripe"),
    "chartmogul": phrase("ChartMogul"),
    "profitwell": phrase("ProfitWell"),
    "with_reactivation": phrase("the rule with reactivation"),
    "point_to_point": phrase("the point-to-point rule"),
    "notice": phrase("the rule by day of notice"),
    "cohort": phrase("the cohort rule"),
    "simple": phrase("the simple formula"),
    "month": phrase("the rule by one month’s churn"),
    "revenue_churn": phrase("the rule by revenue churn"),
    "gross_margin": phrase("the rule with gross margin"),
    "discounted": phrase("the discounted formula"),
    "without_margin": phrase("the rule without margin"),
    "first_margin_now": phrase("the rule with the first margin now"),
    "five_years": phrase("the rule of five years"),
    "less_acquisition_cost": phrase("the rule less acquisition cost"),
    "clv": phrase("the rule with CLV"),
    "of_mrr": phrase("the rule by MRR"),
    "with_win_backs": phrase("the rule with win-backs"),
    "costs_of_the_period_before": phrase("the rule with the costs of the period before"),
    "new_accounts": phrase("the rule of new accounts"),
    "in_14_days": phrase("the rule of 14 days"),
    "on_three_days": phrase("the rule of three days of use"),
    "tickets": phrase("the rule by tickets"),
    "any_topic": phrase("the rule of any topic"),
    "reopened_only": phrase("the rule of reopened tickets"),
    "relationship": phrase("the relationship score"),
    "touchpoint": phrase("the touchpoint score"),
    "by_account": phrase("the rule by account"),
    "value": phrase("the rule by value"),
    "value_capped": phrase("the capped rule by value"),
    "manual": phrase("the rule of manual renewals"),
    "renewing_in_90_days": phrase("the rule of renewals within 90 days"),
    "nothing_renews": phrase("the case that nothing renews"),
}


def rule_called(metric: Metric, variant: str) -> Phrase:
    """The rule of a variant, as it stands in a sentence; of the canonical one: ours."""
    if variant == metric.standard:
        return OURS
    unnamed = phrase("the rule “{variant}”", variant=variant.replace("_", " "))
    return _OF_METRIC.get((metric.name, variant)) or _NAMED.get(variant, unnamed)
