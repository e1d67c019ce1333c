"""Everything worth knowing before talking to one account."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, Field

from tools import (
    ACCOUNT,
    Answer,
    Cell,
    Chart,
    Column,
    Deps,
    Fact,
    Facts,
    NextSteps,
    Note,
    Part,
    Phrase,
    Table,
    phrase,
)
from tools._account import leaving_on, mrr_of, plans, read_account, risk_of, role_name
from tools._contacting import of_book
from tools._goals import goals_of, goals_table
from tools._internal import LAST_TOUCHES, figure_of, notes_table
from tools._next_actions import NextActions, actions_table
from tools._reading import conversion
from tools._signs import DRIVERS, evidence, unknowns_of
from tools._usage import last_four_weeks
from tools._values import value_called
from tools.metrics import Figure, Money, Period, Profile, add_months, mentions_of, next_renewal

MENTIONED = timedelta(days=180)


class Input(BaseModel):
    account: Annotated[str, ACCOUNT] = Field(description="Id of the account.")


def account_summary(ask: Input, deps: Deps) -> Answer:
    """Summarise one account: contract, MRR history, health, usage, tickets, NPS, people, goals, last touches.

    Use when someone names one customer and wants an overview, status, briefing, history or preparation for a call.
    """
    account = read_account(ask.account, deps)
    name = account.account.name
    return Answer(
        subject=phrase("Account summary · {account}", account=name),
        headline=_headline(account, deps),
        parts=tuple(_parts(account, deps)),
        accounts=frozenset({ask.account}),
    )


def _headline(account: Profile, deps: Deps) -> Phrase:
    name, since = account.account.name, account.customer_since
    if since is None:
        return phrase("{account} has never paid.", account=name)
    if account.left_on:
        return phrase(
            "{account} left on {day}; it had been a customer since {since}.",
            account=name,
            day=account.left_on,
            since=since,
        )
    mrr = mrr_of(account.account.account_id, deps.today, deps)
    if leaves := leaving_on(account.account.account_id, deps):
        return phrase(
            "{account} has cancelled and leaves on {day}; it pays {mrr} a month.", account=name, mrr=mrr, day=leaves
        )
    return phrase(
        "{account} pays {mrr} a month and has been a customer since {since}.", account=name, mrr=mrr, since=since
    )


def _parts(account: Profile, deps: Deps) -> Iterator[Part]:
    yield Note(
        phrase("Internal: it shows risk and our notes. For the customer there are the QBR pack and the value case.")
    )
    yield _contract(account, deps)
    yield from _risk(account, deps)
    yield from _history(account, deps)
    yield _pulse(account, deps)
    yield from _people(account)
    yield from _goals(account, deps)
    yield from _touches(account, deps)
    yield from _exit(account)
    yield from conversion(deps.book, {line.currency for line in account.contracts})
    yield NextSteps(_next(account, deps))


def _contract(account: Profile, deps: Deps) -> Facts:
    about = account.account
    return Facts((
        Fact(phrase("MRR"), mrr_of(about.account_id, deps.today, deps)),
        Fact(phrase("MRR a year before"), mrr_of(about.account_id, add_months(deps.today, -12), deps)),
        Fact(phrase("Contracts"), plans(account)),
        Fact(phrase("Renewal"), _renewal(account, deps)),
        Fact(phrase("Owner"), about.owner),
        Fact(phrase("Segment"), about.segment),
        Fact(phrase("Industry"), about.industry and value_called("industry", about.industry)),
        Fact(phrase("Country"), about.country and value_called("country", about.country)),
    ))  # fmt: skip


def _renewal(account: Profile, deps: Deps) -> Cell:
    if leaving_on(account.account.account_id, deps):
        return phrase("none, cancelled")
    return next_renewal(account.contracts, deps.today)


def _risk(account: Profile, deps: Deps) -> Iterator[Part]:
    """The score with every known driver, so that the points can be added up by hand."""
    found = risk_of(account.account.account_id, deps)
    if found is None:
        return
    risk, score = found
    columns = (Column(phrase("Sign")), Column(phrase("What was found")), Column(phrase("Points"), numeric=True))
    rows: list[tuple[Cell, ...]] = [(DRIVERS[c.driver], evidence(c), c.points) for c in risk.contributions]
    if risk.standing.leaving_on:
        yield Note(phrase("It has cancelled and pays until {day}.", day=risk.standing.leaving_on - timedelta(days=1)))
    yield Table(phrase("Risk score"), columns, (*rows, (phrase("Risk score"), None, score)))
    yield from unknowns_of(risk)


def _history(account: Profile, deps: Deps) -> Iterator[Part]:
    """MRR at the end of each of the last twelve months and today; of those who paid nothing in them, nothing."""
    first = deps.today.replace(day=1)
    days = [add_months(first, -back) - timedelta(days=1) for back in range(11, -1, -1)]
    points = [(day, Money(_mrr_on(account, day), deps.book.currency)) for day in (*days, deps.today)]
    if any(mrr.minor for _, mrr in points):
        yield Chart(phrase("MRR, last 12 months"), "line", tuple(points))


def _mrr_on(account: Profile, day: object) -> int:
    return next((m.mrr_minor for m in reversed(account.movements) if m.on_day <= day), 0)


def _pulse(account: Profile, deps: Deps) -> Facts:
    """How they are doing: an unknown stays a dash and is never taken for good news."""
    known = account.tickets["open"] is not None
    used = last_four_weeks(account, deps)
    return Facts((
        Fact(phrase("Last NPS answer"), _nps(account, deps)),
        Fact(phrase("Open tickets"), _today("open_tickets", account, deps) if known else None),
        Fact(phrase("of these urgent"), _today("open_tickets", account, deps, "urgent") if known else None),
        Fact(phrase("Tickets in 90 days"), _tickets(account, deps) if known else None),
        Fact(phrase("Overdue"), _today("overdue_invoices", account, deps) if account.overdue else phrase("none")),
        Fact(phrase("Usage, last 4 full weeks"), used[0] if used else None),
        Fact(phrase("Usage, the 4 weeks before"), used[1] if used else None),
        Fact(phrase("Public mentions, 180 days"), _mentions(account, deps)),
    ))  # fmt: skip


def _mentions(account: Profile, deps: Deps) -> Cell:
    """How many there are, and what the last one said; that none are loaded at all is no zero."""
    said = mentions_of(deps.book, account.account.account_id, deps.today - MENTIONED, deps.today)
    if said is None:
        return phrase("no social data connected")
    if not said:
        return 0
    return phrase(
        "{n}, the last on {network}: “{text}”", n=len(said), network=said[0].network, text=said[0].text or "…"
    )


def _today(metric: str, account: Profile, deps: Deps, variant: str | None = None) -> Figure | None:
    return figure_of(metric, account.account.account_id, Period.containing(deps.today, "day"), deps, variant)


def _tickets(account: Profile, deps: Deps) -> Figure | None:
    end = deps.today + timedelta(days=1)
    return figure_of("tickets_opened", account.account.account_id, Period(end - timedelta(days=90), end), deps)


def _nps(account: Profile, deps: Deps) -> Cell:
    answer = next((answer for answer in account.answers if answer.kind == "nps"), None)
    score = _today("latest_nps", account, deps)
    return phrase("{score} on {day}", score=score, day=answer.answered_on) if answer and score else score


def _people(account: Profile) -> Iterator[Part]:
    if account.contacts:
        columns = (
            Column(phrase("Person")),
            Column(phrase("Role")),
            Column(phrase("Language")),
            Column(phrase("Left on")),
        )
        rows = tuple((p.name, role_name(p.role), p.language, p.left_on) for p in account.contacts)
        yield Table(phrase("People"), columns, rows)


def _goals(account: Profile, deps: Deps) -> Iterator[Part]:
    """Where they stand, and who does what about it by when."""
    goals = goals_of(account, deps)
    if goals:
        yield goals_table(goals)
    elif not account.left_on:
        yield Note(phrase("No goal of this customer is recorded: a gap to close at the next meeting."))
    if account.customer_since and not account.left_on:
        todo = NextActions(account, goals, deps, leaving_on(account.account.account_id, deps))
        yield actions_table((*todo.shared(), *todo.ours()))


def _touches(account: Profile, deps: Deps) -> Iterator[Part]:
    """The last ones, imported and logged here."""
    imported = [of_book(row) for row in account.touches]
    here = deps.contacting.touches.of(account.account.account_id)
    known = {touch.id for touch in imported}
    logged = [touch for touch in here if touch.on <= deps.today and touch.id not in known]
    if latest := sorted([*imported, *logged], key=lambda touch: touch.on, reverse=True)[:LAST_TOUCHES]:
        yield notes_table(tuple(latest))


def _exit(account: Profile) -> Iterator[Part]:
    for gone in account.exits[:1]:
        said = {"reason": gone.reason or phrase("no reason recorded"), "day": gone.on_day}
        if gone.comment:
            yield Note(
                phrase("Reason recorded on {day}: {reason}. In their words: “{comment}”", comment=gone.comment, **said)
            )
        else:
            yield Note(phrase("Reason recorded on {day}: {reason}.", **said))


def _next(account: Profile, deps: Deps) -> tuple[Phrase, ...]:
    name = account.account.name
    if account.left_on:
        return (
            phrase("Win-loss interview script for {account}", account=name),
            phrase("Exit survey for {account}", account=name),
        )
    if leaving_on(account.account.account_id, deps):
        return (
            phrase("Win-loss interview script for {account}", account=name),
            phrase("Trust plan for {account}", account=name),
        )
    return (
        phrase("Trust plan for {account}", account=name),
        phrase("Why-stay interview script for {account}", account=name),
    )
