"""What is known of us in public: what is read on our web site, who follows us, what is said."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tools._answer import Answer, Column, NextSteps, Note, Part, Table
from tools._phrase import Phrase, phrase
from tools._registry import Deps
from tools.metrics import Where, account_names, audiences_by_network, has_web_analytics, mentions_of, top_content

NO_WEB = phrase("No web analytics connected: load the table web_visits.")
NO_SOCIAL = phrase("No social data connected: load the tables audiences and mentions.")
SINCE = timedelta(days=180)
TOP = 3
"""Pages of each segment."""
TONES = {"positive": phrase("positive"), "neutral": phrase("neutral"), "negative": phrase("negative")}
_NEXT = NextSteps((phrase("Who is our ideal customer?"), phrase("Ideal-customer interview script")))


def web(where: Where, deps: Deps) -> Answer:
    """The most visited content of each segment."""
    subject = phrase("What customers read on our web site")
    if not has_web_analytics(deps.book):
        return Answer(subject, NO_WEB, (_NEXT,))
    rows = top_content(deps.book, deps.today - SINCE, where)
    shown = [row for row in rows if _place(row, rows) < TOP]
    columns = (
        Column(phrase("Segment")), Column(phrase("Content")), Column(phrase("Visits"), True),
        Column(phrase("Seconds a visit"), True), Column(phrase("Conversions"), True),
    )  # fmt: skip
    cells = tuple(
        (
            row.segment,
            row.content,
            int(row.visits),
            _each(row),
            None if row.conversions is None else int(row.conversions),
        )
        for row in shown
    )
    said = phrase("The most visited content by segment, of the last {days} days.", days=SINCE.days)
    return Answer(subject, said, (Table(phrase("Top content by segment"), columns, cells), _NEXT))


def social(deps: Deps) -> Answer:
    """Who follows us on each network, and what was said of us."""
    subject = phrase("Our audience on social networks")
    found, said = audiences_by_network(deps.book), mentions_of(deps.book, None, deps.today - SINCE, deps.today)
    if not found and said is None:
        return Answer(subject, NO_SOCIAL, (_NEXT,))
    headline = phrase("Who follows us, network by network, and what was said of us in {days} days.", days=SINCE.days)
    return Answer(subject, headline, (*_audiences(found), *_mentions(said, deps), _NEXT))


def _audiences(found: Any) -> Iterator[Part]:
    if not found:
        yield Note(phrase("No audience is loaded."))
        return
    columns = (
        Column(phrase("Network")), Column(phrase("By")), Column(phrase("Group")), Column(phrase("People"), True),
        Column(phrase("Reported on")),
    )  # fmt: skip
    rows = tuple((row.network, row.trait, row.value, row.people, row.on_day) for row in found)
    yield Table(phrase("Audience by network"), columns, rows)


def _mentions(said: Any, deps: Deps) -> Iterator[Part]:
    if not said:
        yield Note(phrase("No mention is loaded for this time."))
        return
    names = account_names(deps.book)
    columns = (
        Column(phrase("Day")), Column(phrase("Network")), Column(phrase("Tone")), Column(phrase("Account")),
        Column(phrase("Words")),
    )  # fmt: skip
    rows = tuple((row.on_day, row.network, tone(row), names.get(row.account_id or ""), row.text) for row in said[:10])
    yield Table(phrase("Latest mentions"), columns, rows)


def tone(row: Any) -> Phrase | str | None:
    told: str | None = row.tone
    return TONES.get(told or "", told)


def _place(row: Any, rows: Any) -> int:
    """How many of its segment come before it."""
    of_it = [each for each in rows if each.segment == row.segment]
    return of_it.index(row)


def _each(row: Any) -> int | None:
    return round(row.seconds / row.visits) if row.seconds is not None and row.visits else None
