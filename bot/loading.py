"""`retention load`: what the loader found, told to a person."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.load_messages import explain, remark
from bot.locale import Speaker
from tools import Phrase, phrase, phrase_n
from tools.metrics._faults import LoadRefused
from tools.metrics._load import LoadReport, load_directory


def load(
    bot: Assistant, directory: Path, mapping: Path | None, check: bool, currency: str | None, console: Console
) -> int:
    """Run the load and say what happened. Returns the exit status."""
    settings = bot.settings
    try:
        report = load_directory(
            directory, settings.book, mapping=mapping, check_only=check, currency=currency,
            timezone=settings.retention_timezone, today=bot.today(),
        )  # fmt: skip
    except LoadRefused as refused:
        _show_faults(refused, bot.speaker, console)
        return 1
    _show_report(report, bot.speaker, console)
    return 0


def _show_faults(refused: LoadRefused, speaker: Speaker, console: Console) -> None:
    """Each fault with its place, and that nothing was changed."""
    for fault in refused.faults:
        console.print(Text(f"• {speaker.say(explain(fault))}"))
    if (more := refused.total - len(refused.faults)) > 0:
        console.print(Text(speaker.say(phrase_n("… and {n} more fault.", "… and {n} more faults.", more))))
    console.print(Text(speaker.say(phrase("Nothing was loaded; the book is as it was.")), "bold"))


def _show_report(report: LoadReport, speaker: Speaker, console: Console) -> None:
    console.print(_tables(report, speaker))
    for file in report.unknown_files:
        console.print(
            Text(
                speaker.say(
                    phrase(
                        "{file} was left alone: no table is called so. A mapping file can say what it is.", file=file
                    )
                )
            )
        )
    for notice in report.notices:
        console.print(Text(speaker.say(remark(notice))))
    console.print(Text(speaker.say(_outcome(report)), "bold"))


def _tables(report: LoadReport, speaker: Speaker) -> Table:
    table = Table(*(speaker.say(name) for name in (phrase("Table"), phrase("File"), phrase("Rows"), phrase("Columns"))))
    for one in report.tables:
        rows = speaker.say(one.rows)
        if one.merged:
            rows += " " + speaker.say(phrase_n("(+{n} repeated)", "(+{n} repeated)", one.merged))
        columns = ", ".join(
            f"{column} ← {header}" if column != header else column for column, header in one.used.items()
        )
        if one.ignored:
            columns += "\n" + speaker.say(phrase("not used: {columns}", columns=", ".join(one.ignored)))
        table.add_row(Text(one.table), Text(one.file), Text(rows), Text(columns))
    return table


def _outcome(report: LoadReport) -> Phrase:
    if report.written:
        return phrase(
            "Loaded. Reporting currency {currency}, data as of {day}.", currency=report.currency, day=report.as_of
        )
    return phrase(
        "Only checked: this would load. Reporting currency {currency}, data as of {day}.",
        currency=report.currency,
        day=report.as_of,
    )
