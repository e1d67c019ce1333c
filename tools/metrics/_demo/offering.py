"""What is on the price list, and what its features are taught with. Nothing here is by chance."""

from collections.abc import Iterator

from tools.metrics._demo.catalogue import (
    ADD_ONS,
    FEATURE_FROM,
    FEATURES,
    PLANS,
    PLATFORM,
    RETAINER,
    SEAT_LIMITS,
    SEAT_PRICES,
    TRAININGS,
)
from tools.metrics._demo.writing import Row


def packages() -> Iterator[Row]:
    """The platform's plans from the lowest to the highest, then what stands alone."""
    for tier, plan in enumerate(PLANS, 1):
        yield _package(PLATFORM, plan, SEAT_PRICES[plan]) | {"tier": tier, "seat_limit": SEAT_LIMITS[plan]}
    for product, price in ADD_ONS.items():
        yield _package(product, "Add-on", price)
    yield _package(RETAINER, "Monthly retainer", None)


def _package(product: str, plan: str, price: int | None) -> Row:
    return {"product": product, "plan": plan, "unit_amount_minor": price, "currency": "BRL"}


def features() -> Iterator[Row]:
    """Which plan has which feature, and how to learn it."""
    for feature in FEATURES:
        title, link = TRAININGS.get(feature, (None, None))
        yield {
            "feature": feature, "product": PLATFORM, "from_tier": FEATURE_FROM[feature],
            "training_title": title, "training_link": link,
        }  # fmt: skip
