"""What an alert sees: which accounts, answers, contracts or metrics are so now, and in words what it watches for."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from babel.numbers import get_currency_precision

from tools._answer import Answer, Cell, Column, NextSteps, Note, Part, Table, ToolError
from tools._naming import DIMENSIONS as CALLED
from tools._naming import named
from tools._phrase import Phrase, phrase, phrase_n
from tools._querying import metric_query
from tools._registry import Deps
from tools._schedules import KeptSchedule
from tools._segments import in_full, segment_named
from tools._slots import slot_of
from tools._values import value_called
from tools._watch import Watch
from tools.metrics import Figure, Money, Ranking, Risk, Share, all_metrics, card_in_force, dimension_values, rank

Observed = Mapping[str, Any]
"""What is so now: a key for each, the account's id first; and what was found."""
CROSSED = "crossed"
"""The key of a metric that is beyond its threshold."""
PLANS = ("trust_plan", "trust_plan_customer")
PLANNED_WITHIN = timedelta(days=180)
"""How long before a renewal a plan counts as one for it."""
FIRST = 20
"""Accounts of one alert that a message lists."""


def observe(watch: Watch, arguments: Mapping[str, Any], deps: Deps) -> Observed:
    """What is so now. Raises ToolError where the condition makes no sense for this book."""
    match watch.kind:
        case "risk":
            return {risk.standing.account_id: risk.score for risk in _risky(watch, _ranking(watch, arguments, deps))}
        case "nps":
            return dict(_answers(watch, _ranking(watch, arguments, deps)))
        case "renewal":
            return dict(_renewals(watch, _ranking(watch, arguments, deps), deps))
    figure = _figure(arguments, deps)
    beyond = _is_beyond(watch, figure, deps)
    return {CROSSED: str(figure.value)} if beyond else {}


def limits_of(arguments: Mapping[str, Any]) -> dict[str, str]:
    """What the accounts are limited to, by dimension."""
    said = {name: arguments.get(slot_of(name)) for name in CALLED}
    return {name: str(value) for name, value in said.items() if value}


def condition(watch: Watch, arguments: Mapping[str, Any], deps: Deps) -> Phrase:
    """What it watches for, in words."""
    said = _condition(watch, arguments, deps)
    limits = [value_called(name, value) for name, value in limits_of(arguments).items()]
    for limit in filter(None, (*limits, segment_named(arguments))):
        said = phrase("{condition} · {limit}", condition=said, limit=limit)
    return phrase("{condition} · {limit}", condition=said, limit=phrase("my accounts")) if watch.mine else said


def _condition(watch: Watch, arguments: Mapping[str, Any], deps: Deps) -> Phrase:
    match watch.kind:
        case "risk" if watch.level == "high":
            return phrase("an account becomes high risk (score {score} or more)", score=card_in_force(deps.book).high)
        case "risk":
            return phrase("an account gets at risk (score {score} or more)", score=card_in_force(deps.book).at_risk)
        case "nps":
            return phrase("a customer answers NPS with {score} or less", score=watch.threshold)
        case "renewal" if watch.unplanned:
            return phrase("a contract renews in {days} days or less, and no plan for it is kept", days=watch.days)
        case "renewal":
            return phrase("a contract renews in {days} days or less", days=watch.days)
    metric = all_metrics()[str(arguments["metric"])]
    said = {"metric": named(metric, arguments.get("variant")), "value": _limit(watch, str(arguments["metric"]), deps)}
    return (
        phrase("{metric} goes above {value}", **said) if watch.above else phrase("{metric} falls below {value}", **said)
    )


def seen_now(kept: KeptSchedule, deps: Deps) -> Phrase:
    """What is so already, and will not be told."""
    if kept.watch and kept.watch.kind == "metric":
        already = phrase("It is so already: I will tell when it is so again.")
        return already if kept.observed else phrase("It is not so now.")
    return phrase_n(
        "It is so of {n} account now; only what comes later is told.",
        "It is so of {n} accounts now; only what comes later is told.",
        len({_account(key) for key in kept.observed or ()}),
    )  # fmt: skip


def news(found: Sequence[tuple[KeptSchedule, Observed]], deps: Deps) -> Answer:
    """What alerts have to tell, in one message: `found` is what is new to each."""
    telling = [(kept, fresh) for kept, fresh in found if fresh]
    if not telling:
        return Answer(phrase("Alerts"), phrase("Nothing new."))
    ranking = rank(deps.book, deps.today)
    risks = {risk.standing.account_id: risk for risk in ranking.risks}
    ids = [_account(key) for kept, fresh in telling for key in fresh if key != CROSSED]
    count = len(set(ids)) + sum(CROSSED in fresh for _, fresh in telling)
    parts = [part for kept, fresh in telling for part in _told(kept, fresh, risks, deps)]
    steps = [phrase("Summary of {account}", account=risks[ids[0]].standing.name)] if ids and ids[0] in risks else []
    steps += [phrase("Show {id}", id=kept.id) for kept, _ in telling]
    return Answer(
        phrase("Alerts"),
        phrase_n("{n} thing to tell that you asked for.", "{n} things to tell that you asked for.", count),
        (*parts, NextSteps(tuple(steps))), frozenset(ids), listed=tuple(dict.fromkeys(ids)),
    )  # fmt: skip


def _told(kept: KeptSchedule, fresh: Observed, risks: Mapping[str, Risk], deps: Deps) -> Iterator[Part]:
    watch = kept.watch
    if watch is None:
        return
    title = phrase("{condition} ({id})", condition=condition(watch, kept.arguments, deps), id=kept.id)
    if watch.kind == "metric":
        figure = _figure(kept.as_of(deps.today), deps)
        yield Note(phrase("{condition}: it is {value} now.", condition=title, value=figure))
        return
    columns = (
        Column(phrase("Account")), Column(phrase("What happened")), Column(phrase("MRR"), numeric=True),
        Column(phrase("Owner")),
    )  # fmt: skip
    latest = {_account(key): (key, value) for key, value in fresh.items()}  # of 90 and 60 days the later one
    rows = tuple(_row(watch, *each, risks.get(account), deps) for account, each in latest.items())
    yield Table(title, columns, rows[:FIRST])
    if len(rows) > FIRST:
        yield Note(phrase_n("and {n} more", "and {n} more", len(rows) - FIRST))


def _row(watch: Watch, key: str, value: Any, risk: Risk | None, deps: Deps) -> tuple[Cell, ...]:
    standing = risk.standing if risk else None
    mrr = Money(standing.mrr_minor, deps.book.currency) if standing else None
    name = standing.name if standing else _account(key)
    return name, _happened(watch, key, value), mrr, standing.owner if standing else None


def _happened(watch: Watch, key: str, value: Any) -> Phrase:
    match watch.kind:
        case "risk":
            return phrase("score {score}", score=int(value))
        case "nps":
            return phrase("last NPS answer {score}", score=int(value))
    day = date.fromisoformat(key.split("|")[1])
    return phrase_n("renews in {n} day, on {day}", "renews in {n} days, on {day}", int(value), day=day)


def _account(key: str) -> str:
    return key.split("|")[0]


def _ranking(watch: Watch, arguments: Mapping[str, Any], deps: Deps) -> Ranking:
    where = limits_of(in_full(arguments, deps.segments))
    if watch.mine:
        where["owner"] = _me(deps)
    return rank(deps.book, deps.today, where)


def _me(deps: Deps) -> str:
    """Whoever asks, as the book calls them."""
    who = (deps.contacting.who or "").casefold()
    found = next((owner for owner in dimension_values(deps.book, "owner") if owner.casefold() == who), None)
    if found is None:
        raise ToolError(phrase("I do not know which accounts are yours. Name the manager as the book does."))
    return found


def _risky(watch: Watch, ranking: Ranking) -> Iterator[Risk]:
    least = ranking.card.high if watch.level == "high" else ranking.card.at_risk
    return (risk for risk in ranking.risks if risk.score >= least and not risk.standing.leaving_on)


def _answers(watch: Watch, ranking: Ranking) -> Iterator[tuple[str, int]]:
    for risk in ranking.risks:
        score = risk.standing.signals.get("nps")
        if score is not None and score <= int(watch.threshold):
            yield f"{risk.standing.account_id}|{int(score)}", int(score)


def _renewals(watch: Watch, ranking: Ranking, deps: Deps) -> Iterator[tuple[str, int]]:
    """An account is told anew at each of the days: of 90 and 30, once at 90 and once at 30."""
    planned = _planned(deps) if watch.unplanned else {}
    for standing in (risk.standing for risk in ranking.risks):
        left = standing.signals.get("renewal_days")
        if left is None or not isfinite(left) or left < 0 or standing.renews_on is None:
            continue
        if (made_on := planned.get(standing.account_id)) and standing.renews_on - made_on <= PLANNED_WITHIN:
            continue
        for days in sorted(watch.days, reverse=True):
            if left <= days:
                yield f"{standing.account_id}|{standing.renews_on}|{days}", int(left)


def _planned(deps: Deps) -> dict[str, date]:
    """The day on which the latest plan of each account was made that nobody rejected."""
    kept = [draft for draft in deps.contacting.drafts.all() if draft.kind in PLANS and draft.state != "rejected"]
    return {
        draft.account_id: draft.created_on for draft in sorted(kept, key=lambda d: d.created_on) if draft.account_id
    }


def _figure(arguments: Mapping[str, Any], deps: Deps) -> Figure:
    said = {name: arguments.get(name) for name in ("variant", "period")}
    query = metric_query(
        deps.book, deps.today, str(arguments["metric"]), limits=limits_of(in_full(arguments, deps.segments)), **said
    )
    return query.count(deps.book).whole.now


def _is_beyond(watch: Watch, figure: Figure, deps: Deps) -> bool:
    if figure.value is None:
        return False
    limit = _exact(watch, figure.metric, deps)
    return figure.value > limit if watch.above else figure.value < limit


def _exact(watch: Watch, metric: str, deps: Deps) -> Fraction:
    """The threshold in the metric's own unit."""
    value = Decimal(watch.threshold)
    if all_metrics()[metric].unit == "money":
        return Fraction(value.scaleb(get_currency_precision(deps.book.currency)))
    return Fraction(value.scaleb(-2) if watch.percent else value)


def _limit(watch: Watch, metric: str, deps: Deps) -> Money | Share | Fraction:
    exact = _exact(watch, metric, deps)
    match all_metrics()[metric].unit:
        case "money":
            return Money(round(exact), deps.book.currency)
        case "percent":
            return Share(exact)
    return exact


def what(kept: KeptSchedule, deps: Deps) -> Phrase | str:
    """What is posted, in the words in which it was asked for, or what is watched for."""
    if kept.watch:
        return condition(kept.watch, kept.arguments, deps)
    return kept.words or phrase("{tool}", tool=kept.tool)
