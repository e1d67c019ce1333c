"""Where accounts could grow, in words and tables."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from tools._answer import Cell, Column, Table
from tools._contacting import may_contact
from tools._guard import Allowed, Wish
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._values import value_called
from tools.metrics import (
    Association,
    Dormant,
    Feature,
    LookAlike,
    Money,
    Share,
    Shared,
    TimeSplit,
    Unused,
    Upsell,
)

TRAITS = 4
"""Traits shown of each look-alike."""


def upsell_table(found: Sequence[Upsell], most: int) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Plan")), Column(phrase("Next plan")), Column(phrase("Why")),
        Column(phrase("More a month, list price"), numeric=True), Column(phrase("Renewal")), Column(phrase("Owner")),
    )  # fmt: skip
    rows = tuple(_upsell(each) for each in found[:most])
    return Table(
        phrase("Upsell: plans that are outgrown"), columns, rows, more(len(found) - most),
        accounts=tuple(each.account.account_id for each in found[:most]),
    )  # fmt: skip


def _upsell(each: Upsell) -> tuple[Cell, ...]:
    gain = None if each.gain is None else Money(each.gain, each.package.currency or "")
    account = each.account
    return (
        account.name,
        each.package.plan,
        each.next.plan,
        tuple(evidence(each)),
        gain,
        account.renews_on,
        account.owner,
    )


def evidence(each: Upsell) -> Iterator[Phrase]:
    """The rules that hold, with the numbers they hold by."""
    if each.at_limit:
        yield phrase("{seats} seats of at most {limit}", seats=each.seats, limit=each.package.seat_limit)
    if each.adopted and each.account.used:
        yield phrase("{people} people use {seats} seats", people=each.account.used.people, seats=each.seats)


def cross_sell_table(found: Sequence[tuple[str, str, Association]], most: int) -> Table:
    """`found`: account id, its name, and the rule that speaks for a product."""
    columns = (
        Column(phrase("Account")), Column(phrase("Offer")), Column(phrase("Because it")),
        Column(phrase("Support"), numeric=True), Column(phrase("Confidence"), numeric=True),
        Column(phrase("Lift"), numeric=True),
    )  # fmt: skip
    rows = tuple((name, rule.then[1], item(rule.given), *strength(rule)) for _, name, rule in found[:most])
    return Table(
        phrase("Cross-sell: what goes with what they have"), columns, rows, more(len(found) - most),
        accounts=tuple(account for account, _, _ in found[:most]),
    )  # fmt: skip


def strength(rule: Association) -> tuple[Cell, ...]:
    """Support, confidence and lift, the first two with their counts."""
    return (
        phrase("{share} ({n} of {all})", share=Share(rule.support), n=rule.both, all=rule.all),
        phrase("{share} ({n} of {all})", share=Share(rule.confidence), n=rule.both, all=rule.have),
        round(rule.lift, 2),
    )


def item(given: tuple[str, str]) -> Phrase:
    kind, value = given
    return phrase("has {value}", value=value) if kind == "product" else phrase("uses {value}", value=value)


def rules_table(rules: Sequence[Association]) -> Table:
    """The product matrix: which product goes with which."""
    columns = (
        Column(phrase("Who")), Column(phrase("also has")), Column(phrase("Support"), numeric=True),
        Column(phrase("Confidence"), numeric=True), Column(phrase("Lift"), numeric=True),
    )  # fmt: skip
    rows = tuple((item(rule.given), rule.then[1], *strength(rule)) for rule in rules)
    return Table(phrase("The strongest rules"), columns, rows)


def how_good(test: TimeSplit) -> Phrase:
    """What such rules were worth half a year ago, in a sentence that is true."""
    said = {"day": test.day, "bought": test.bought, "hits": test.hits, "popular": test.popular_hits}
    if not test.enough:
        return phrase(
            "Whether this is better than proposing the commonest product is not known: since {day} only {bought} such "
            "purchases were made.", **said,
        )  # fmt: skip
    if test.beats:
        return phrase(
            "Judged by what was bought since {day}: of {bought} purchases these rules had named {hits} first, the "
            "commonest product would have been right for {popular}.", **said,
        )  # fmt: skip
    return phrase(
        "No better than proposing the commonest product: of {bought} purchases since {day} these rules had named "
        "{hits} first, the commonest product {popular}. Take them as a reason to ask, not as a forecast.", **said,
    )  # fmt: skip


def dormant_table(found: Sequence[Dormant], most: int, currency: str) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Product it once had")), Column(phrase("Last used")),
        Column(phrase("MRR now"), numeric=True), Column(phrase("Owner")),
    )  # fmt: skip
    return Table(
        phrase("Dormant products"), columns, tuple(_dormant(each, currency) for each in found[:most]),
        more(len(found) - most),
        accounts=tuple(each.account.account_id for each in found[:most]),
    )  # fmt: skip


def _dormant(each: Dormant, currency: str) -> tuple[Cell, ...]:
    last = each.last_on if each.used else phrase("{day}, last day of service", day=each.last_on)
    return (each.account.name, each.product, last, Money(each.account.mrr, currency), each.account.owner)


def unused_by_feature(found: Sequence[Unused], deps: Deps) -> Table:
    """How many accounts leave each feature unused, and what it is taught with."""
    of: dict[Feature, int] = {}
    for each in found:
        of[each.feature] = of.get(each.feature, 0) + 1
    ordered = sorted(of.items(), key=lambda each: (-each[1], each[0].name))
    columns = (
        Column(phrase("Feature")), Column(phrase("Accounts without use"), numeric=True), Column(phrase("Training"))
    )  # fmt: skip
    rows = tuple((feature.name, count, training(feature, deps)) for feature, count in ordered)
    return Table(phrase("Paid for and not used in 90 days"), columns, rows)


def unused_table(found: Sequence[Unused], most: int, deps: Deps) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Feature")), Column(phrase("Last used")), Column(phrase("Training")),
        Column(phrase("Owner")),
    )  # fmt: skip
    rows = tuple(
        (each.account.name, each.feature.name, each.last_on or phrase("never"), training(each.feature, deps),
         each.account.owner)
        for each in found[:most]
    )  # fmt: skip
    return Table(
        phrase("Unused features by account"), columns, rows, more(len(found) - most),
        accounts=tuple(each.account.account_id for each in found[:most]),
    )  # fmt: skip


def training(feature: Feature, deps: Deps) -> Phrase:
    """What a feature is taught with; a link only to a host that is allowed."""
    if not feature.training:
        return phrase("no training content")
    if feature.link and _may_be_shown(feature.link, deps.link_hosts):
        return phrase("{title} ({link})", title=feature.training, link=feature.link)
    return phrase("{title}", title=feature.training)


def _may_be_shown(link: str, hosts: frozenset[str]) -> bool:
    parts = urlsplit(link)
    return parts.scheme == "https" and (parts.hostname or "") in hosts and not parts.username


def look_alike_table(found: Sequence[LookAlike], names: dict[str, str], most: int, deps: Deps) -> Table:
    columns = (
        Column(phrase("Account")), Column(phrase("Likeness"), numeric=True), Column(phrase("What it shares with them")),
        Column(phrase("Sales may contact it")),
    )  # fmt: skip
    shown = found[:most]
    rows = tuple(
        (names[each.account_id], phrase("{times}×", times=round(each.likeness, 1)),
         tuple(map(trait_said, each.traits[:TRAITS])), allowed(each.account_id, deps))
        for each in shown
    )  # fmt: skip
    return Table(
        phrase("Most like those who have it"), columns, rows,
        phrase("Likeness: how many times as common the account's traits are among those who have it, multiplied."),
        accounts=tuple(each.account_id for each in shown),
    )  # fmt: skip


def trait_said(trait: Shared) -> Phrase:
    held = trait.kind in ("product", "feature")
    said = item((trait.kind, trait.value)) if held else value_called(trait.kind, trait.value)
    return phrase("{trait} ({among} of {acceptors} against {of_all} of {all})", trait=said, among=trait.among,
                  acceptors=trait.acceptors, of_all=trait.of_all, all=trait.all)  # fmt: skip


def allowed(account_id: str, deps: Deps) -> Cell:
    """What the contact guard says of a sales touch today."""
    decision = may_contact(deps, Wish(account_id, "sales", deps.today))
    if isinstance(decision, Allowed):
        return phrase("today")
    return decision.first or phrase("not now")


def more(left: int) -> Phrase | None:
    return phrase_n("{n} more; ask for more.", "{n} more; ask for more.", left) if left > 0 else None
