"""`retention failed`: the questions that failed, tried again or dropped by an administrator."""

from dataclasses import asdict
from typing import Literal
from zoneinfo import ZoneInfo

from rich.console import Console
from sqlalchemy import Engine

from bot.app import Assistant
from bot.failures import TRIES, Failure, Failures, anew
from bot.question import Question
from tools import Phrase, phrase

Act = Literal["list", "retry", "drop"]


def failed(bot: Assistant, act: Act, wanted: str | None, console: Console) -> int:
    """List them, or do it to the one of that id (or to `all`). Exit status 1 where there is none of that id."""
    failures = Failures(bot.store.engine)
    chosen = [each for each in failures.listed() if wanted in (None, "all", each.id)]
    if not chosen:
        said = phrase("No question has failed.") if wanted in (None, "all") else _unknown(wanted or "")
        _say(bot, console, said)
        return 0 if wanted in (None, "all") else 1
    for each in chosen:
        if act == "retry":
            ask_again(bot.store.engine, each.question)
        if act != "list":
            failures.drop(each.question.key)
        _say(bot, console, _done(bot, act, each))
    return 0


def ask_again(engine: Engine, question: Question) -> None:
    """Put the question into the queue once more, under a new key; whichever replica runs will answer it."""
    from dbos import DBOSClient

    from bot.work import enqueued, serializer

    client = DBOSClient(system_database_engine=engine, serializer=serializer(), retry_connection_errors=False)
    again = anew(question)
    client.enqueue(enqueued(again), asdict(again))
    client.destroy()


def _done(bot: Assistant, act: Act, failure: Failure) -> Phrase:
    if act == "retry":
        return phrase("{id} is tried again: {text}", id=failure.id, text=failure.question.text)
    if act == "drop":
        return phrase("{id} is dropped: {text}", id=failure.id, text=failure.question.text)
    why = phrase("not delivered: {why}", why=failure.why) if failure.why else phrase("failed {n} times", n=TRIES)
    at = failure.failed_at.astimezone(ZoneInfo(bot.settings.retention_timezone))
    place = failure.question.place.channel or failure.question.place.kind
    return phrase(
        "{id} · {day}, {hour} · {who} in {place}: {text}\n    {why}, error {error}",
        id=failure.id, day=at.date(), hour=f"{at:%H:%M}", who=failure.question.asker.called, place=place,
        text=failure.question.text, why=why, error=failure.error,
    )  # fmt: skip


def _unknown(wanted: str) -> Phrase:
    return phrase("No failed question has the id {id}; `retention failed` lists them.", id=wanted)


def _say(bot: Assistant, console: Console, said: Phrase) -> None:
    console.print(bot.speaker.say(said), markup=False, soft_wrap=True)
