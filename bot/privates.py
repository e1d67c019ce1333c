"""What is kept of a person, from the terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.chain import Event
from bot.privacy import erase, kept
from bot.question import Person
from bot.sweeping import Ages, ages, sweep
from bot.written import exact
from tools import Phrase, phrase

TERMINAL = Person("terminal")


def exported(bot: Assistant, person: str, console: Console) -> int:
    """Print it as JSON; that it was is in the audit log from then on. Exit status 1 where nothing is kept."""
    found = kept(bot.store.engine, person)
    if found:
        bot.audit.note(Event("exported", TERMINAL, {"what": "a person's data"}, to=Person(person)))
    console.file.write(exact({"person": person, **found}) + "\n")
    return 0 if found else 1


def deleted(bot: Assistant, person: str, console: Console, *, dry: bool) -> int:
    """Delete it, or say what would be. Exit status 1 where nothing is kept of that person."""
    counts = erase(bot.store.engine, person, TERMINAL, dry=dry)
    if not counts:
        return _say(bot, console, phrase("Nothing is kept of {person}.", person=person)) or 1
    would, did = (
        phrase("Of {person} this would be deleted:", person=person),
        phrase("Deleted of {person}:", person=person),
    )
    return _counted(bot, console, would if dry else did, counts)


def swept(bot: Assistant, console: Console, *, dry: bool) -> int:
    """Delete what is older than the settings say, or say what would be."""
    older = ages(bot)
    if older == Ages():
        return _say(bot, console, phrase("Everything is kept: set RETENTION_PERIOD_DAYS or AUDIT_PERIOD_DAYS.")) or 1
    counts = sweep(bot.store.engine, older, TERMINAL, dry=dry)
    if not counts:
        return _say(bot, console, phrase("Nothing is old enough to be deleted."))
    return _counted(bot, console, phrase("This would be deleted:") if dry else phrase("Deleted:"), counts)


def _counted(bot: Assistant, console: Console, heading: Phrase, counts: Mapping[str, int]) -> int:
    _say(bot, console, heading)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column(justify="right")
    for name, n in counts.items():
        table.add_row(Text(name), Text(str(n)))
    console.print(table)
    return 0


def _say(bot: Assistant, console: Console, said: Phrase) -> int:
    console.print(Text(bot.speaker.say(said)), soft_wrap=True)
    return 0
