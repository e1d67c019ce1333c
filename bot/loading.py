"""`retention load`: what the loader found, told to a person."""

from functools import partial
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from sqlalchemy.exc import OperationalError

from bot.app import Assistant
from bot.load_messages import example, explain, remark
from bot.load_progress import LoadProgress
from bot.locale import Speaker
from tools import Phrase, phrase, phrase_n
from tools.metrics._cells import printable
from tools.metrics._engines import takes_no_loads
from tools.metrics._faults import Fault, LoadRefused
from tools.metrics._in_place import read_in_place
from tools.metrics._load import LoadReport, TableReport, load_directory


def load(
    bot: Assistant,
    directory: Path | None,
    mapping: Path | None,
    check: bool,
    currency: str | None,
    console: Console,
    *,
    preset: str | None = None,
    in_place: bool = False,
) -> int:
    """Run the load and say what happened. Returns the exit status."""
    settings = bot.settings
    run = read_in_place if in_place else partial(load_directory, directory, preset=preset)
    if takes_no_loads(settings.book):
        said = phrase("Spark's tables cannot be loaded row by row: put them there, then run `retention ledger`.")
        console.print(Text(bot.speaker.say(said)))
        return 1
    try:
        with LoadProgress(console, bot.speaker) as progress:
            report = run(
                settings.book, mapping=mapping, check_only=check, currency=currency,
                timezone=settings.retention_timezone, today=bot.today(), secrets=settings.called, watch=progress.told,
            )  # fmt: skip
    except LoadRefused as refused:
        _show_faults(refused, bot.speaker, console)
        return 1
    except (OperationalError, OSError) as problem:
        _show_no_place(problem, bot.speaker, console)
        return 1
    _show_report(report, bot.speaker, console)
    return 0


def _show_no_place(problem: OperationalError | OSError, speaker: Speaker, console: Console) -> None:
    """The files are good, but there is nowhere to write, or somebody else is writing."""
    cause = problem.orig if isinstance(problem, OperationalError) else problem
    said = phrase(
        "The book cannot be written ({cause}). Check that no other load is running, that the disk has room and that "
        "you may write there.",
        cause=str(cause).partition("\n")[0],
    )
    console.print(Text(speaker.say(said)))
    console.print(Text(speaker.say(_unchanged()), "bold"))


def _unchanged() -> Phrase:
    return phrase("Nothing was loaded; the book is as it was.")


def _show_faults(refused: LoadRefused, speaker: Speaker, console: Console) -> None:
    """Each group of faults with its first place, a mapping file to start from, and that nothing was changed."""
    groups = {fault.group: [one for one in refused.faults if one.group == fault.group] for fault in refused.faults}
    for group, (first, *others) in groups.items():
        console.print(Text(f"• {speaker.say(explain(first))}"))
        if others:
            console.print(Text(f"  {_more(others, refused.counts[group], speaker)}"))
    if (more := refused.total - sum(refused.counts[group] for group in groups)) > 0:
        console.print(Text(speaker.say(phrase_n("… and {n} more fault.", "… and {n} more faults.", more))))
    _show_start(refused.faults, speaker, console)
    console.print(Text(speaker.say(_unchanged()), "bold"))


def _more(others: list[Fault], count: int, speaker: Speaker) -> str:
    """`Also row 3 (“x”), row 4 (“y”) and 97 more rows.`"""
    examples = ", ".join(speaker.say(example(fault)) for fault in others)
    left = count - 1 - len(others)
    if not left:
        return speaker.say(phrase("Also {examples}.", examples=examples))
    return speaker.say(
        phrase_n("Also {examples} and {n} more row.", "Also {examples} and {n} more rows.", left, examples=examples)
    )


def _show_start(faults: tuple[Fault, ...], speaker: Speaker, console: Console) -> None:
    """The lines of a mapping file that would name what is missing, to be copied and mended."""
    missing = [one for one in faults if one.kind == "missing_column" and one.detail["for"] == one.column]
    if not missing:
        return
    title = phrase(
        "A mapping file to start from; mend it, save it as mapping.yml and give it with --mapping mapping.yml:"
    )
    console.print(Text(f"\n{speaker.say(title)}\n"))
    console.print(Text("tables:"))
    for table in dict.fromkeys(fault.detail["table"] for fault in missing):
        ours = [fault for fault in missing if fault.detail["table"] == table]
        unused = phrase("not used so far: {columns}", columns=printable(str(ours[0].detail["unused"])))
        lines = [f"  {table}:", f"    # {speaker.say(unused)}", "    columns:"]
        lines += [f"      {fault.column}: {printable(str(fault.detail['rule'])) or '…'}" for fault in ours]
        console.print(Text("\n".join(lines)), soft_wrap=True)
    console.print()


def _show_report(report: LoadReport, speaker: Speaker, console: Console) -> None:
    for one in report.tables:
        _show_table(one, speaker, console)
    for file in report.unknown_files:
        left = phrase(
            "{file} was left alone: no table is called so. A mapping file can say what it is.", file=printable(file)
        )
        console.print(Text(speaker.say(left)))
    for notice in report.notices:
        console.print(Text(f"• {speaker.say(remark(notice))}"))
    if report.absent and not report.written:
        console.print(Text(speaker.say(phrase("Tables without a source: {tables}.", tables=", ".join(report.absent)))))
    console.print(Text(speaker.say(_outcome(report)), "bold"))


def _show_table(one: TableReport, speaker: Speaker, console: Console) -> None:
    """From which file and columns a table comes, and what of either was left."""
    title = phrase_n(
        "{table} ← {file}, {n} row", "{table} ← {file}, {n} rows", one.rows, table=one.table, file=printable(one.file)
    )
    console.print(Text(speaker.say(title) + (f" {speaker.say(_repeated(one))}" if one.merged else ""), "bold"))
    lines = [", ".join(_filled(column, source) for column, source in one.used.items())]
    if one.ignored:
        lines.append(speaker.say(phrase("columns not used: {columns}", columns=", ".join(map(printable, one.ignored)))))
    if one.absent:
        lines.append(speaker.say(phrase("left empty: {columns}", columns=", ".join(one.absent))))
    console.print(Padding(Text("\n".join(lines)), (0, 0, 0, 2)))


def _repeated(one: TableReport) -> Phrase:
    return phrase_n("(+{n} repeated)", "(+{n} repeated)", one.merged)


def _filled(column: str, source: str) -> str:
    """`plan ← Plan name`, `quantity = 1`, or only the name where both are called the same."""
    if source.startswith("= "):
        return f"{column} {source}"
    return column if column == source else f"{column} ← {printable(source)}"


def _outcome(report: LoadReport) -> Phrase:
    if report.written and report.mode == "in_place":
        return phrase(
            "Read in place: nothing was copied. Data as of {day}, MRR on that day {mrr}. Run this again when contracts "
            "have changed, so that the ledger follows.",
            day=report.as_of,
            mrr=report.mrr,
        )
    if report.written:
        return phrase("Loaded. Data as of {day}, MRR on that day {mrr}.", day=report.as_of, mrr=report.mrr)
    return phrase(
        "Only checked, and it would load. Data as of {day}, MRR on that day {mrr}.", day=report.as_of, mrr=report.mrr
    )
