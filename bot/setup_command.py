"""`retention setup …`: connect Slack step by step."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.options import Home, assistant
from bot.page import page

app = typer.Typer(no_args_is_help=True, epilog="Example: `retention setup slack`")


@app.callback()
def setup() -> None:
    """Connect Slack step by step: the app, its tokens, what it may do."""


@app.command(epilog="Example: `retention setup slack`, or `retention setup slack --check` in scripts")
def slack(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Ask nothing: check what is set. Exit status 1 if anything is wrong.")
    ] = False,
    manifest: Annotated[bool, typer.Option("--manifest", help="Only print the manifest of the app.")] = False,
    url: Annotated[
        str | None, typer.Option("--url", help="Public address, https://…, where Slack calls: HTTP, not Socket Mode.")
    ] = None,
    several: Annotated[
        bool, typer.Option("--several", help="The app is installed in several workspaces (OAuth); needs --url.")
    ] = False,
    env: Annotated[Path, typer.Option("--env", dir_okay=False, help="The file that settings are written to.")] = Path(
        ".env"
    ),
    home: Home = None,
) -> None:
    """Make the app, enter its tokens, see that Slack accepts them and each scope, and write them down if you agree."""
    from bot.manifests import manifest_for
    from bot.setting_up import Setup

    if several and not url and not check:
        raise typer.BadParameter("--several needs --url: the public address, https://…")
    if manifest:
        sys.stdout.write(json.dumps(manifest_for(url, several=several), ensure_ascii=False, indent=2) + "\n")
        return
    steps = Setup(assistant(context, home, None), page(), _ask, _agreed, env, url, several)
    raise typer.Exit(steps.check() if check else steps.walk())


@app.command(epilog="Example: `retention setup key`")
def key() -> None:
    """Print a new key for SLACK_TOKEN_KEY, which encrypts the tokens of installed workspaces."""
    from bot.installations import new_key

    sys.stdout.write(new_key() + "\n")


def _ask(question: str, hidden: bool) -> str:
    """An answer, empty where only Enter was pressed. What is secret is not shown."""
    return str(typer.prompt(question, default="", show_default=False, hide_input=hidden)).strip()


def _agreed(question: str) -> bool:
    return typer.confirm(question, default=False)
