"""`retention ledger`: what was found of a book that lies in a lake or warehouse already, told to a person."""

from rich.console import Console
from rich.text import Text
from sqlalchemy.exc import SQLAlchemyError

from bot.app import Assistant
from bot.locale import Speaker
from tools import Phrase, phrase, phrase_n
from tools.metrics._cells import printable
from tools.metrics._lake import InPlace, Misfit, NotABook, build_in_place


def build(bot: Assistant, currency: str | None, console: Console) -> int:
    """Build the ledger beside the tables and say what came out. Returns the exit status."""
    settings, speaker = bot.settings, bot.speaker
    try:
        with console.status(speaker.say(phrase("Building the ledger …"))):
            built = build_in_place(
                settings.book, currency=currency, timezone=settings.retention_timezone, today=bot.today()
            )
    except NotABook as refused:
        for misfit in refused.misfits:
            console.print(Text(f"• {speaker.say(explain(misfit))}"))
        console.print(Text(speaker.say(phrase("Nothing was written.")), "bold"))
        return 1
    except SQLAlchemyError as problem:
        cause = str(getattr(problem, "orig", None) or problem).partition("\n")[0]
        said = phrase("The database of BOOK_URL cannot be used: {cause}", cause=printable(cause))
        console.print(Text(speaker.say(said)))
        return 1
    _show(built, speaker, console)
    return 0


def _show(built: InPlace, speaker: Speaker, console: Console) -> None:
    for table, rows in built.rows.items():
        console.print(Text(speaker.say(phrase_n("{table}: {n} row", "{table}: {n} rows", rows, table=table))))
    if built.made:
        made = phrase("Not there, so made and left empty: {tables}.", tables=", ".join(built.made))
        console.print(Text(speaker.say(made)))
    done = phrase("The ledger is built. Data as of {day}, MRR on that day {mrr}.", day=built.as_of, mrr=built.mrr)
    console.print(Text(speaker.say(done), "bold"))


def explain(misfit: Misfit) -> Phrase:
    """What does not fit, and the remedy."""
    values = {
        "table": misfit.table, "what": printable(misfit.what), "wanted": misfit.wanted, "rows": misfit.rows
    }  # fmt: skip
    return Phrase(_sentences()[misfit.kind].msgid, values)


def _sentences() -> dict[str, Phrase]:
    return {
        "was_loaded": phrase(
            "This book was loaded by `retention load` (from {what}), which also keeps its ledger: load again instead."
        ),
        "no_table": phrase("There is no table or view called {table}; make one."),
        "no_columns": phrase("{table} lacks {what}; let a view give them, as NULL of that type if you have none."),
        "other_type": phrase("{table} has {what}, but it must be {wanted}: let a view cast it."),
        "empty_cells": phrase("{table} has rows in which one of {what} is empty ({rows}); none of these may be."),
        "repeated_keys": phrase("{table} has keys that come more than once ({rows}); {what} must be unique."),
        "unknown_words": phrase("{table} has values that are not known in {what}; write one of: {wanted}."),
        "unknown_accounts": phrase(
            "{table} has rows whose account_id is not in accounts ({rows}); add those accounts."
        ),
        "no_rate": phrase("There are amounts in {what} but no rate into {wanted}; add one to {table}."),
    }
