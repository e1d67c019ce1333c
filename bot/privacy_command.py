"""`retention privacy …`: what is kept of a person, and deleting it."""

from typing import Annotated

import typer

from bot.options import Home, assistant
from bot.page import page

app = typer.Typer(no_args_is_help=True, help="What is kept of a person: show it, delete it, delete by age.")

Someone = Annotated[str, typer.Argument(help="The person's Slack user id (`U…`).")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only count; change nothing.")]


@app.command(epilog="Example: `retention privacy export U0123ABCD > ana.json`")
def export(context: typer.Context, person: Someone, home: Home = None) -> None:
    """Everything that is kept of a person, as JSON, by table."""
    from bot.privates import exported

    raise typer.Exit(exported(assistant(context, home, None), person, page()))


@app.command(epilog="Example: `retention privacy delete U0123ABCD --dry-run`")
def delete(context: typer.Context, person: Someone, dry: Dry = False, home: Home = None) -> None:
    """Delete what is kept of a person. Drafts, touches and the audit log stay, under a pseudonym that leads nowhere."""
    from bot.privates import deleted

    raise typer.Exit(deleted(assistant(context, home, None), person, page(), dry=dry))


@app.command(epilog="Example: `retention privacy sweep --dry-run`")
def sweep(context: typer.Context, dry: Dry = False, home: Home = None) -> None:
    """Delete what is older than RETENTION_PERIOD_DAYS and AUDIT_PERIOD_DAYS; `serve` does so once a day."""
    from bot.privates import swept

    raise typer.Exit(swept(assistant(context, home, None), page(), dry=dry))
