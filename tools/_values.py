"""What values of dimensions are called: the codes that many companies use, in the reader's language.

A company's own words stand as it wrote them.
"""

from collections.abc import Mapping

from tools._phrase import Phrase, Territory, phrase
from tools.metrics import BANDS, MRR_BANDS, TOGETHER

REASONS: Mapping[str, Phrase] = {
    "budget_cut": phrase("budget cut"),
    "business_closed": phrase("business closed"),
    "champion_left": phrase("champion left"),
    "competitor": phrase("competitor"),
    "low_adoption": phrase("low adoption"),
    "merged": phrase("merger"),
    "missing_feature": phrase("missing feature"),
    "price": phrase("price"),
    "service_quality": phrase("service quality"),
}
INDUSTRIES: Mapping[str, Phrase] = {
    "agribusiness": phrase("agribusiness"),
    "automotive": phrase("automotive"),
    "construction": phrase("construction"),
    "education": phrase("education"),
    "energy": phrase("energy"),
    "finance": phrase("finance"),
    "food": phrase("food"),
    "government": phrase("government"),
    "health": phrase("health"),
    "hospitality": phrase("hospitality"),
    "insurance": phrase("insurance"),
    "legal": phrase("legal services"),
    "logistics": phrase("logistics"),
    "manufacturing": phrase("manufacturing"),
    "media": phrase("media"),
    "mining": phrase("mining"),
    "pharma": phrase("pharmaceuticals"),
    "real estate": phrase("real estate"),
    "retail": phrase("retail"),
    "services": phrase("services"),
    "technology": phrase("technology"),
    "telecom": phrase("telecommunications"),
    "textiles": phrase("textiles"),
}
SOURCES: Mapping[str, Phrase] = {
    "ads": phrase("ads"),
    "event": phrase("events"),
    "inbound": phrase("inbound"),
    "organic": phrase("organic search"),
    "outbound": phrase("outbound"),
    "partner": phrase("partners"),
    "referral": phrase("referrals"),
}
LANGUAGES: Mapping[str, Phrase] = {
    "en": phrase("English-speaking"),
    "es": phrase("Spanish-speaking"),
    "pt-BR": phrase("Portuguese-speaking"),
}
VALUES = {"reason": REASONS, "industry": INDUSTRIES, "source": SOURCES, "language": LANGUAGES}


def value_called(dimension: str, value: str) -> Phrase | str:
    """A value of a dimension as people say it; `BR` is Brazil, what is no known code is itself."""
    if dimension in BANDS:
        return _bands_called(dimension, value)
    if dimension == "country" and len(value) == 2:
        return phrase("{country}", country=Territory(value.upper()))
    return VALUES.get(dimension, {}).get(value, value)


def _bands_called(dimension: str, value: str) -> Phrase | str:
    """Neighbouring bands as one: from where the first begins to where the last ends."""
    bands = value.split(TOGETHER)
    if not value or not {*bands} <= {*BANDS[dimension]}:
        return value
    low, high = bands[0].split("–")[0], bands[-1].split("–")[-1]
    if dimension == "renewal":
        return phrase("renewing in {low} to {high} days", low=low, high=high)
    if bands[-1] == MRR_BANDS[-1]:
        return phrase("MRR from {low}", low=low.removesuffix("+"))
    return phrase("MRR from {low} to under {high}", low=low, high=high)
