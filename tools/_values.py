"""What values of dimensions are called: the codes that many companies use, in the reader's language.

A company's own words stand as it wrote them.
"""

from collections.abc import Mapping

from tools._phrase import Phrase, Territory, phrase

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
    if dimension == "country" and len(value) == 2:
        return phrase("{country}", country=Territory(value.upper()))
    return VALUES.get(dimension, {}).get(value, value)
