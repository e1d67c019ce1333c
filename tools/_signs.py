"""Signs of risk in words: what each driver found, what is not known, how well such lists did in the past."""

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from tools._answer import Note
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools._track_record import how_lists_did, which_scorer
from tools.metrics import (
    START,
    Contribution,
    Driver,
    Figure,
    Period,
    Ranking,
    Risk,
    all_metrics,
    backtest,
    card_in_force,
    fit_in_force,
)

DRIVERS: dict[str, Phrase] = {
    "usage_drop": phrase("Product usage"),
    "usage_gap": phrase("Usage reports"),
    "silence": phrase("Silence"),
    "urgent_tickets": phrase("Urgent tickets"),
    "nps": phrase("NPS"),
    "overdue_days": phrase("Overdue invoices"),
    "sponsor_left": phrase("Sponsor left"),
    "contraction": phrase("Contraction"),
    "renewal_days": phrase("Renewal ahead"),
    "goals_behind": phrase("Goals behind"),
    "features_dropped": phrase("Features dropped"),
    "breadth": phrase("Features in use"),
    "seats_used": phrase("Seats used"),
    "events_per_seat": phrase("Use per seat"),
    "not_activated": phrase("Activation"),
    "critical_days": phrase("Critical ticket"),
    "reopened": phrase("Reopened tickets"),
    "fcr": phrase("First-contact resolution"),
    "days_to_solve": phrase("Time to resolve"),
    "nps_age": phrase("Age of the NPS answer"),
    "csat": phrase("CSAT"),
    "csat_age": phrase("Age of the CSAT rating"),
    "late_commitments": phrase("Late commitments"),
    "price_ahead": phrase("Price ahead"),
    "notice_left": phrase("Notice period"),
    "tenure": phrase("Time as a customer"),
    START: phrase("Where every account starts"),
}


NOTHING: dict[str, Phrase] = {
    "urgent_tickets": phrase("no urgent ticket open"),
    "overdue_days": phrase("no invoice overdue"),
    "sponsor_left": phrase("nobody left"),
    "contraction": phrase("none in 90 days"),
    "goals_behind": phrase("no goal behind"),
    "usage_drop": phrase("usage holds"),
    "silence": phrase("heard from today"),
    "features_dropped": phrase("no feature dropped"),
    "not_activated": phrase("activated"),
    "critical_days": phrase("no critical ticket open"),
    "reopened": phrase("no ticket reopened"),
    "late_commitments": phrase("no commitment late"),
    "price_ahead": phrase("no higher price ahead"),
    START: phrase("what every account starts with"),
}


def evidence(contribution: Contribution) -> Phrase:
    """What was found, as a person would say it."""
    value = contribution.value
    if value == 0 and contribution.driver in NOTHING:
        return NOTHING[contribution.driver]
    if value == inf:
        return phrase("pays by the month")
    return _found(contribution.driver, value, int(value))


def _found(driver: str, value: float, count: int) -> Phrase:
    match driver:
        case "usage_drop":
            return phrase("usage down {percent}% in 4 weeks", percent=round(value * 100))
        case "usage_gap":
            return phrase_n("usage last reported {n} day ago", "usage last reported {n} days ago", count)
        case "silence":
            return phrase_n("not heard from for {n} day", "not heard from for {n} days", count)
        case "urgent_tickets":
            return phrase_n("{n} urgent ticket open", "{n} urgent tickets open", count)
        case "nps":
            return phrase("last NPS answer {score}", score=count)
        case "overdue_days":
            return phrase_n("invoice {n} day overdue", "invoice {n} days overdue", count)
        case "sponsor_left":
            return phrase_n("{n} champion, sponsor or buyer left", "{n} champions, sponsors or buyers left", count)
        case "contraction":
            return phrase("gave up {percent}% of MRR in 90 days", percent=round(value * 100))
        case "seats_used":
            return phrase("{percent}% of the seats in use", percent=round(value * 100))
        case "critical_days":
            return phrase_n("critical ticket open for {n} day", "critical ticket open for {n} days", count)
        case "late_commitments":
            return phrase_n("{n} commitment late", "{n} commitments late", count)
        case "price_ahead":
            return phrase("price up {percent}% within 90 days", percent=round(value * 100))
        case "renewal_days":
            return phrase_n("renews in {n} day", "renews in {n} days", count)
        case "goals_behind":
            return phrase_n("{n} goal behind", "{n} goals behind", count)
        case _:
            return _found_in_detail(driver, value, count)


def _found_in_detail(driver: str, value: float, count: int) -> Phrase:
    match driver:
        case "features_dropped":
            return phrase_n("{n} feature no longer used", "{n} features no longer used", count)
        case "breadth":
            return phrase_n("{n} feature in use", "{n} features in use", count)
        case "events_per_seat":
            return phrase("{n} events per seat in 4 weeks", n=round(value))
        case "not_activated":
            return phrase("never used, 30 days after sign-up")
        case "reopened":
            return phrase_n("{n} ticket reopened in 90 days", "{n} tickets reopened in 90 days", count)
        case "fcr":
            return phrase("{percent}% of tickets resolved at first contact", percent=round(value * 100))
        case "days_to_solve":
            return phrase_n("{n} day to resolve a ticket", "{n} days to resolve a ticket", round(value))
        case "nps_age":
            return phrase_n("NPS answer {n} day old", "NPS answer {n} days old", count)
        case "csat":
            return phrase("CSAT {score} of 5", score=Fraction(round(value * 10), 10))
        case "csat_age":
            return phrase_n("CSAT rating {n} day old", "CSAT rating {n} days old", count)
        case _:
            return _found_in_contract(driver, count)


def _found_in_contract(driver: str, count: int) -> Phrase:
    match driver:
        case "notice_left" if count < 0:
            return phrase_n("notice was due {n} day ago", "notice was due {n} days ago", -count)
        case "notice_left":
            return phrase_n("notice due in {n} day", "notice due in {n} days", count)
        case _:
            return phrase_n("customer for {n} month", "customer for {n} months", count // 30)


def account_score(deps: Deps, ranking: Ranking, risk: Risk) -> Figure:
    """The score as a figure."""
    day, account = Period.containing(deps.today, "day"), {"account_id": risk.standing.account_id}
    return all_metrics()["risk_score"].figure(deps.book, day, account, risk.score, ranking.source)


def unknowns(risks: Sequence[Risk]) -> list[Note]:
    """Which drivers could not be judged, for how many of the accounts shown."""
    counts = [(DRIVERS[d.name], sum(d.name in risk.unknown for risk in risks)) for d in _drivers(risks)]
    missing = tuple(phrase("{driver} ({n})", driver=driver, n=n) for driver, n in counts if n)
    if not missing:
        return []
    return [Note(phrase("Not known, and so not counted, for some of these accounts: {drivers}.", drivers=missing))]


def _drivers(risks: Sequence[Risk]) -> Sequence[Driver]:
    return risks[0].card.drivers if risks else ()


def unknowns_of(risk: Risk) -> list[Note]:
    """Which drivers could not be judged of one account."""
    if not risk.unknown:
        return []
    return [
        Note(phrase("Not known, and so not counted: {drivers}.", drivers=tuple(DRIVERS[name] for name in risk.unknown)))
    ]


def track_record(deps: Deps) -> Note:
    """How well lists like this one did, and, where a model was fitted, what scores the accounts and why that."""
    did, fitted = how_lists_did(backtest(deps.book, deps.today)), fit_in_force(deps.book)
    if fitted is None:
        return Note(did)
    return Note(phrase("{did} {scorer}", did=did, scorer=which_scorer(card_in_force(deps.book), fitted)))
