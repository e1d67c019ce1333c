"""The rows behind each sign of risk, as lines that a rep can open: record, day, and what it says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tools._account import role_name
from tools._answer import Cell, Column, Table
from tools._contacting import CHANNELS
from tools._phrase import Phrase, phrase, phrase_n
from tools._signs import DRIVERS
from tools.metrics import Book, Evidence, Money, Share

EACH = 5
"""Rows of one sign that are shown."""
Line = tuple[Cell, Cell, Cell]
"""What is shown of a row: its id in the system it came from, its day, what it says."""


def evidence_table(book: Book, evidence: Mapping[str, Evidence]) -> Iterator[Table]:
    """The rows of all signs in one table; of many of one sign the first, and how many more there are."""
    rows = [row for found in evidence.values() for row in _rows(found, book.currency)]
    if rows:
        columns = (
            Column(phrase("Record")),
            Column(phrase("Sign")),
            Column(phrase("Day")),
            Column(phrase("What it says")),
        )
        yield Table(phrase("Evidence: the rows behind the signs"), columns, tuple(rows))


def _rows(found: Evidence, currency: str) -> Iterator[tuple[Cell, ...]]:
    sign = DRIVERS[found.driver]
    lines = list(LINES[found.driver](found.rows, currency))
    for record, day, what in lines[:EACH]:
        yield record, sign, day, what
    if (more := len(lines) - EACH) > 0:
        yield phrase_n("{n} more row", "{n} more rows", more), sign, None, None


def _usage(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    """The four weeks up to the latest report in one, and a third of the twelve before: what the drop compares."""
    if not rows:
        return
    last = rows[0].last
    recent = [row for row in rows if (last - row.on_day).days < 28]
    before = [row for row in rows if 28 <= (last - row.on_day).days < 112]
    for row in recent:
        yield _report(row), row.on_day, phrase_n("{n} event", "{n} events", int(row.events))
    usual = phrase("on average in 4 of the 12 weeks before: {n} events", n=round(sum(row.events for row in before) / 3))
    yield phrase("Usage before"), last - timedelta(days=28), usual


def _report(row: Any) -> Phrase:
    return phrase("Usage report")


def _latest_report(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield (
            _report(row),
            row.on_day,
            phrase_n("{n} event, the last reported", "{n} events, the last reported", int(row.events)),
        )


def _touches(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    if not rows:
        yield phrase("No touch"), None, phrase("nothing is recorded that came from them")
    for row in rows:
        channel = CHANNELS.get(row.channel or "", row.channel or phrase("touch"))
        said = phrase("{channel}: {note}", channel=channel, note=row.note) if row.note else channel
        yield row.touch_id, row.on_day, said


def _tickets(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        said = {"priority": PRIORITIES.get(row.priority, row.priority), "topic": row.topic}
        open_ = phrase("{priority}, open: {topic}", **said) if row.topic else phrase("{priority}, open", **said)
        yield row.ticket_id, row.opened_on, open_


def _answers(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        score = phrase("NPS {score}", score=int(row.score))
        said = phrase("{score}: “{comment}”", score=score, comment=row.comment) if row.comment else score
        yield row.answer_id, row.answered_on, said


def _invoices(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield row.invoice_id, row.due_on, phrase("{amount}, unpaid", amount=Money(row.amount_minor, row.currency))


def _people(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        said = phrase("{name}, {role}, no longer there", name=row.name, role=role_name(row.role))
        yield row.contact_id, row.left_on, said


def _movements(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield phrase("MRR ledger"), row.on_day, phrase("{amount} of MRR", amount=Money(row.amount_minor, currency))


def _contracts(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        name = " ".join(filter(None, (row.product, row.plan)))
        auto = {True: phrase("renews by itself"), False: phrase("does not renew by itself")}.get(row.auto_renew)
        said = phrase("{contract}: {auto}", contract=name, auto=auto) if auto else phrase("{contract}", contract=name)
        yield row.subscription_id, row.renews_on, said


def _goals(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        said = {"name": row.name, "current": f"{row.current:g}", "target": f"{row.target:g}", "unit": row.unit or ""}
        yield row.goal_id, row.due_on, phrase("{name}: {current} of {target} {unit}", **said)


def _features(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield row.feature, row.on_day, phrase_n("last used, {n} event", "last used, {n} events", int(row.events))


def _peaks(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    """Those of the latest four weeks reported, which the sign is about."""
    for row in (row for row in rows if (rows[0].on_day - row.on_day).days < 28):
        yield _report(row), row.on_day, phrase_n("{n} user", "{n} users", int(row.users))


def _signed_up(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield row.account_id, row.signed_up_on, phrase("signed up, and never used it since")


def _solved(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        took = phrase_n("resolved after {n} day", "resolved after {n} days", (row.solved_on - row.opened_on).days)
        yield row.ticket_id, row.solved_on, phrase("{took}, reopened", took=took) if row.reopened else took


def _ratings(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        yield row.record, row.on_day, phrase("CSAT {score}", score=f"{row.score:g}")


def _commitments(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        owed = phrase("{name}, owed by {owner}", name=row.name, owner=row.owner or phrase("nobody named"))
        yield row.commitment_id, row.due_on, owed


def _dearer(rows: Sequence[Any], currency: str) -> Iterator[Line]:
    for row in rows:
        ends = phrase("a discount ends, or a higher price is planned")
        if row.percent_bp:
            ends = phrase("discount of {percent} ends", percent=Share(Fraction(row.percent_bp, 10_000)))
        yield row.record, row.on_day, ends


PRIORITIES: Mapping[str, Phrase] = {"high": phrase("high"), "critical": phrase("critical")}
LINES: Mapping[str, Callable[[Sequence[Any], str], Iterator[Line]]] = {
    "usage_drop": _usage,
    "usage_gap": _latest_report,
    "silence": _touches,
    "urgent_tickets": _tickets,
    "nps": _answers,
    "overdue_days": _invoices,
    "sponsor_left": _people,
    "contraction": _movements,
    "renewal_days": _contracts,
    "goals_behind": _goals,
    "features_dropped": _features,
    "breadth": _features,
    "events_per_seat": _usage,
    "seats_used": _peaks,
    "not_activated": _signed_up,
    "critical_days": _tickets,
    "reopened": _solved,
    "days_to_solve": _solved,
    "fcr": _solved,
    "nps_age": _answers,
    "csat": _ratings,
    "csat_age": _ratings,
    "late_commitments": _commitments,
    "price_ahead": _dearer,
    "notice_left": _contracts,
    "auto_renews": _contracts,
    "tenure": _contracts,
}
"""Driver → how its rows are told."""
