"""`retention audit …`: list, export and verify the audit log."""

from datetime import date, datetime
from typing import Annotated

import typer

from bot.options import AsCsv, Home, assistant
from bot.page import page

app = typer.Typer(no_args_is_help=True, help="The audit log: who asked and did what, and who saw it.")

Since = Annotated[datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="From this day on.")]
Until = Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="To the end of this day.")]
Who = Annotated[str | None, typer.Option("--who", help="Slack id of a person, or a pseudonym.")]
What = Annotated[str | None, typer.Option("--kind", help="answered, shown, approved, exported, shared, erased …")]


@app.command(name="list", epilog="Example: `retention audit list --kind approved`")
def list_entries(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    who: Who = None,
    kind: What = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of the last entries.")] = 50,
    home: Home = None,
) -> None:
    """The last entries, the newest first."""
    from bot.auditing import Wanted, listed

    wanted = Wanted(_day(since), _day(until), kind, who, limit)
    raise typer.Exit(listed(assistant(context, home, None), wanted, page()))


@app.command(epilog="Example: `retention audit export --since 2026-11-01 --jsonl`")
def export(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    who: Who = None,
    kind: What = None,
    as_csv: AsCsv = False,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line (this is the default).")] = False,
    home: Home = None,
) -> None:
    """Every entry with its hash and what is still kept of its text, the first one first."""
    from bot.auditing import Wanted, exported

    if as_csv and as_jsonl:
        raise typer.BadParameter("--csv or --jsonl, not both.")
    wanted = Wanted(_day(since), _day(until), kind, who)
    raise typer.Exit(exported(assistant(context, home, None), wanted, "csv" if as_csv else "jsonl", page()))


@app.command(epilog="Example: `retention audit verify --head 812:9f3c…`")
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option("--head", help="A head that was printed earlier and kept elsewhere.")
    ] = None,
    home: Home = None,
) -> None:
    """Check the chain and print its head. Exit status 1 with the first entry that is changed, missing or cut off."""
    from bot.auditing import read_head, verified

    try:
        anchor = read_head(head) if head else None
    except ValueError:
        raise typer.BadParameter("--head: a number, a colon and 64 digits, as `verify` prints them.") from None
    raise typer.Exit(verified(assistant(context, home, None), anchor, page()))


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
