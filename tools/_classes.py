"""The four classes of Reinartz and Kumar in words: what each is, what to do with it, how often to contact it."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tools._answer import Fact, Facts, ToolError
from tools._contacting import RULES, read_rules
from tools._guard import Cap
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._stated import said_of
from tools._values import value_called
from tools.metrics import LoyaltyClass, Money, NoCosts, Placed, Portfolio, Share, Thresholds, Where, portfolio

CLASS: Mapping[LoyaltyClass | None, Phrase] = {
    "true_friends": phrase("True friends"),
    "butterflies": phrase("Butterflies"),
    "barnacles": phrase("Barnacles"),
    "strangers": phrase("Strangers"),
    None: phrase("Too new to tell"),
}
MEANING: Mapping[LoyaltyClass | None, Phrase] = {
    "true_friends": phrase("profitable and lasting"),
    "butterflies": phrase("profitable, not lasting"),
    "barnacles": phrase("lasting, hardly profitable"),
    "strangers": phrase("neither"),
    None: phrase("under six months of paying"),
}
STRATEGY: Mapping[LoyaltyClass | None, Phrase] = {
    "true_friends": phrase("delight, and write less often"),
    "butterflies": phrase("sell while they buy; stop when they fade"),
    "barnacles": phrase("find out the share of wallet: sell related things, else serve at lower cost"),
    "strangers": phrase("do not invest; each sale pays for itself"),
    None: phrase("see them through onboarding first"),
}
EMPTY: Where = {}
TERMS: Mapping[str | None, Phrase] = {
    "month": phrase("by the month"),
    "quarter": phrase("for 3 to 11 months"),
    "year": phrase("for a year or longer"),
    None: phrase("term not known"),
}


def read_portfolio(deps: Deps, said: str | None = None, where: Where = EMPTY) -> Portfolio:
    """Where the accounts stand today; `said`: thresholds that the question states. Raises ToolError without costs."""
    try:
        return portfolio(deps.book, deps.today, stated_thresholds(deps, said), where)
    except NoCosts:
        raise ToolError(
            phrase(
                "The book holds no costs of serving in the last twelve months, so no account's margin is known. "
                "Load the table “costs” (kind: service)."
            ),
            suggestions=(phrase("Where do the data come from?"),),
        ) from None


def stated_thresholds(deps: Deps, said: str | None) -> Thresholds:
    """Those of the settings, with what the words of a question say instead."""
    stated, usual = said_of(said), deps.thresholds
    return Thresholds(
        usual.margin if stated.margin_at is None else stated.margin_at,
        usual.tenure if stated.tenure_at is None else stated.tenure_at,
        usual.discount if stated.discount is None else stated.discount,
    )


def yardstick(found: Portfolio, currency: str) -> Facts:
    """The thresholds in force, and over which time they were measured."""
    margin = phrase("{money} a year", money=Money(found.margin_at, currency))
    if found.median:
        margin = phrase("{money} a year (the median)", money=Money(found.margin_at, currency))
    return Facts((
        Fact(phrase("Profitable: contribution margin from"), margin),
        Fact(phrase("Lasting: expected to stay from"), months(found.tenure_at)),
        Fact(phrase("Margin measured over"), found.period),
    ))  # fmt: skip


def months(count: int) -> Phrase:
    if count >= 120:
        return phrase("10 years or more")
    return phrase_n("{n} month", "{n} months", count)


def cap_of(place: LoyaltyClass | None, deps: Deps) -> Phrase:
    """How often one person of an account of this class is contacted at most, by all teams together."""
    rules = deps.contacting.rules or read_rules(None)
    caps = [cap for cap in rules.caps if cap.per == "contact" and cap.category is None]
    return phrase("{caps} {per}", caps=tuple(_cap(cap, place) for cap in caps), per=RULES["contact"])


def _cap(cap: Cap, place: LoyaltyClass | None) -> Phrase:
    return phrase_n("{most} in {n} day", "{most} in {n} days", cap.days, most=cap.limit(place))


def expected(placed: Placed) -> Phrase:
    """How long it is expected to stay, in a few words."""
    if placed.staying.leaving_on:
        return phrase("leaves on {day}", day=placed.staying.leaving_on)
    return months(placed.staying.months)


def why_so_long(placed: Placed) -> Iterator[Phrase]:
    """On what the expected stay is based."""
    stays = placed.staying
    if stays.leaving_on:
        yield phrase("Its cancellation is known: it leaves on {day}.", day=stays.leaving_on)
        return
    yield phrase(
        "Accounts like it ({segment}, committed {term}): {lost} of them left in {months} account-months of the last "
        "two years, {monthly} a month once drawn towards all accounts.",
        segment=value_called("segment", stays.kind[0] or ""), term=TERMS[stays.kind[1]], lost=stays.rate.lost,
        months=round(stays.rate.months), monthly=Share(stays.rate.monthly),
    )  # fmt: skip
    if stays.chance is not None:
        yield phrase(
            "For the next six months the risk model's chance of losing it counts instead: {share}.",
            share=Share(Fraction(round(stays.chance * 10_000), 10_000)),
        )
    elif stays.flagged:
        yield phrase("It is flagged at risk today, which makes leaving likelier for the next three months.")


def share_of(part: int, whole: int) -> Share:
    return Share(Fraction(part, whole) if whole else None)
