"""Signs of risk in words: what each driver found, what is not known, how well such lists did in the past."""

from collections.abc import Sequence
from fractions import Fraction
from math import inf

from tools._answer import Note
from tools._phrase import Phrase, phrase, phrase_n
from tools._registry import Deps
from tools.metrics import Contribution, Figure, Period, Ranking, Risk, Share, all_metrics, backtest, scorecard

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
}


NOTHING: dict[str, Phrase] = {
    "urgent_tickets": phrase("no urgent ticket open"),
    "overdue_days": phrase("no invoice overdue"),
    "sponsor_left": phrase("nobody left"),
    "contraction": phrase("none in 90 days"),
    "goals_behind": phrase("no goal behind"),
    "usage_drop": phrase("usage holds"),
    "silence": phrase("heard from today"),
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
        case "renewal_days":
            return phrase_n("renews in {n} day", "renews in {n} days", count)
        case _:
            return phrase_n("{n} goal behind", "{n} goals behind", count)


def all_reasons(risk: Risk) -> tuple[Phrase, ...]:
    """Every driver that gave points, the weightiest first: the points in brackets add up to the score."""
    return tuple(
        phrase("{evidence} ({points})", evidence=evidence(contribution), points=contribution.points)
        for contribution in risk.contributions
        if contribution.points
    )


def account_score(deps: Deps, ranking: Ranking, risk: Risk) -> Figure:
    """The score as a figure."""
    day, account = Period.containing(deps.today, "day"), {"account_id": risk.standing.account_id}
    return all_metrics()["risk_score"].figure(deps.book, day, account, risk.score, ranking.source)


def unknowns(risks: Sequence[Risk]) -> list[Note]:
    """Which drivers could not be judged, for how many of the accounts shown."""
    counts = [(DRIVERS[d.name], sum(d.name in risk.unknown for risk in risks)) for d in scorecard().drivers]
    missing = tuple(phrase("{driver} ({n})", driver=driver, n=n) for driver, n in counts if n)
    if not missing:
        return []
    return [Note(phrase("Not known, and so not counted, for some of these accounts: {drivers}.", drivers=missing))]


def unknowns_of(risk: Risk) -> list[Note]:
    """Which drivers could not be judged of one account."""
    if not risk.unknown:
        return []
    return [
        Note(phrase("Not known, and so not counted: {drivers}.", drivers=tuple(DRIVERS[name] for name in risk.unknown)))
    ]


def track_record(deps: Deps) -> Note:
    """How well lists like this one did, in counts a rep can weigh; said just as plainly when they did badly."""
    past = backtest(deps.book, deps.today)
    if not past.flagged or not past.lost:
        return Note(phrase("There is too little history to test this scorecard against the past."))
    counts = {
        "flagged": past.flagged, "left": past.flagged_lost, "share": Share(Fraction(past.flagged_lost, past.flagged)),
        "base": Share(Fraction(past.lost, past.judged)),
    }  # fmt: skip
    tested = phrase(
        "Tested on the past four quarters: of {flagged} accounts flagged like this, {left} left within 90 days "
        "({share}); of all accounts, {base} did.",
        **counts,
    )
    if (past.lift or 0) <= 1.2:
        return Note(phrase("{tested} That is no better than chance.", tested=tested))
    return Note(tested)
