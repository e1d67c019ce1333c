"""What every command of `retention` takes, and the assistant that its options make."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import Assistant
from bot.settings import Settings

Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of the default book, store and index (or RETENTION_HOME).")
]
Today = Annotated[datetime | None, typer.Option("--today", formats=["%Y-%m-%d"], help="Set the clock to this day.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


def assistant(context: typer.Context, home: Path | None, today: datetime | None) -> Assistant:
    """The assistant of these options, of those before the command, of the environment, in that order."""
    before: dict[str, Any] = context.obj or {}
    given: dict[str, Any] = {}
    if chosen_home := home or before.get("home"):
        given["retention_home"] = chosen_home.expanduser().absolute()
    if chosen_day := today or before.get("today"):
        given["retention_today"] = chosen_day.date()
    return Assistant(Settings(**given))
