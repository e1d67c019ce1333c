"""Sentences that every renderer says around an answer."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from bot.conversation import Reply
from knowledge import Passage
from tools import TABLES, Answer, Ask, Download, Draft, Phrase, phrase, phrase_n
from tools.metrics import Supply


def understood(answer: Answer) -> Phrase:
    """What the question was taken to mean; shown with every answer."""
    return phrase("Understood as: {subject}", subject=answer.subject)


def opening(reply: Reply) -> Phrase:
    """The sentence a reply opens with."""
    return reply.answer.headline if reply.answer else reply.message


def data_as_of(answer: Answer) -> Phrase | None:
    """How old the data behind the figures are, and which sources are out of date; None where nothing is to be said."""
    said = [*_as_of(answer), *out_of_date(answer.stale)]
    whole = said[0] if said else None
    for sentence in said[1:]:
        whole = phrase("{first} {second}", first=whole, second=sentence)
    return whole


def _as_of(answer: Answer) -> Iterator[Phrase]:
    days = sorted({figure.source.as_of for figure in answer.figures})
    if len(days) == 1:
        yield phrase("Data as of {day}.", day=days[0])
    elif days:
        yield phrase("Data as of {first} to {last}.", first=days[0], last=days[-1])


def out_of_date(stale: Sequence[Supply]) -> Iterator[Phrase]:
    """`Tickets and Usage last updated on 3 Oct 2026 (48 days ago).`"""
    for day, supplies in groupby(stale, key=lambda supply: supply.day):
        several = [*supplies]
        names = tuple(TABLES[supply.table] for supply in several)
        yield phrase_n(
            "{tables} last updated on {day} ({n} day ago).", "{tables} last updated on {day} ({n} days ago).",
            several[0].age, tables=names, day=day,
        )  # fmt: skip


def cited(passage: Passage) -> Phrase:
    """Where a passage stands; a page of a document has no heading but its title."""
    if passage.heading == passage.title:
        return phrase("{title} ({source})", title=passage.title, source=passage.source)
    return phrase(
        "{title}, “{heading}” ({source})", title=passage.title, heading=passage.heading, source=passage.source
    )


def more_rows(n: int) -> Phrase:
    return phrase_n("and {n} more", "and {n} more", n)


def attached(file: Download) -> Phrase:
    """Where the rows of a download are."""
    return phrase_n(
        "{title}: {n} row, in the attached file {name}.",
        "{title}: {n} rows, in the attached file {name}.",
        len(file.rows),
        title=file.title,
        name=file.name,
    )


def numbered(draft: Draft) -> Mapping[str, int]:
    """Question id → its number in the draft."""
    asks = [line for section in draft.sections for line in section.lines if isinstance(line, Ask)]
    return {ask.id: number for number, ask in enumerate(asks, start=1)}


def instructions(ask: Ask, numbers: Mapping[str, int]) -> Iterator[Phrase]:
    """What who holds the interview or builds the survey must know: when to ask, how it is answered."""
    if ask.only_if and ask.only_if[0] in numbers:
        number, answer = numbers[ask.only_if[0]], _reply(ask.only_if[1])
        yield phrase("Only if question {number} was answered “{answer}”.", number=number, answer=answer)
    if ask.options:
        yield phrase("Answer: choose one.")
    elif ask.answer == "yes_no":
        yield phrase("Answer: yes or no.")
    elif ask.answer == "scale":
        yield phrase("Answer: a number from 0 to 10.")


def _reply(answer: str) -> Phrase | str:
    return {"yes": phrase("Yes"), "no": phrase("No")}.get(answer, answer)
