"""What metrics and dimensions are called, and how a metric is counted, in one line."""

from collections.abc import Mapping

from tools._phrase import Phrase, phrase
from tools.metrics import Metric

DIMENSIONS: Mapping[str, Phrase] = {
    "segment": phrase("Segment"),
    "industry": phrase("Industry"),
    "country": phrase("Country"),
    "region": phrase("Region"),
    "owner": phrase("Owner"),
    "language": phrase("Language"),
    "source": phrase("Source"),
    "size": phrase("Employees"),
    "mrr_band": phrase("MRR band"),
    "renewal": phrase("Renewal in days"),
    "cohort": phrase("First paid in"),
    "plan": phrase("Plan"),
    "product": phrase("Product"),
    "reason": phrase("Reason"),
    "account_id": phrase("Account"),
}

BY: Mapping[str, Phrase] = {
    "segment": phrase("by segment"),
    "industry": phrase("by industry"),
    "country": phrase("by country"),
    "region": phrase("by region"),
    "owner": phrase("by owner"),
    "language": phrase("by language"),
    "source": phrase("by source"),
    "size": phrase("by number of employees"),
    "mrr_band": phrase("by MRR band"),
    "renewal": phrase("by days to the renewal"),
    "cohort": phrase("by cohort"),
    "plan": phrase("by plan"),
    "product": phrase("by product"),
    "reason": phrase("by reason"),
    "account_id": phrase("by account"),
    "day": phrase("by day"),
    "week": phrase("by week"),
    "month": phrase("by month"),
    "quarter": phrase("by quarter"),
    "year": phrase("by year"),
}


def named(metric: Metric, variant: str | None = None) -> Phrase:
    """The metric's name; with the variant's where it is not the canonical one."""
    name = phrase(metric.title)
    if variant in (None, metric.standard):
        return name
    return phrase("{metric} ({variant})", metric=name, variant=variant)


def counted_as(metric: Metric, variant: str) -> Phrase:
    """The definition in one line, with version and variant."""
    rule = metric.rule(variant)
    text = Phrase(rule, {}) if rule else phrase(metric.formula)
    said = {"metric": metric.name, "version": str(metric.version), "variant": variant}
    return phrase("{rule} ({metric}@{version}, {variant})", rule=text, **said)


def dimension_called(by: str) -> Phrase:
    """The name of what figures are grouped by, as a heading."""
    return DIMENSIONS.get(by, phrase("Period"))
