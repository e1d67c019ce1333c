"""The `retention` command."""

import json
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from uuid import uuid4

import typer
from rich.console import Console

from bot import audit_command, index_command, privacy_command, risk_command, setup_command
from bot.conversation import Reply
from bot.options import AsCsv, AsJson, Home, Today, assistant
from bot.page import page
from bot.question import Person, Place, Question
from bot.router import Call

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown",
    help="The retention assistant: ask about accounts at risk, MRR, accounts and playbooks; load data; serve Slack.",
)  # fmt: skip

app.add_typer(index_command.app, name="index")
app.add_typer(risk_command.app, name="risk")
app.add_typer(setup_command.app, name="setup")
app.add_typer(audit_command.app, name="audit")
app.add_typer(privacy_command.app, name="privacy")

EXIT = {"answered": 0, "failed": 1, "clarify": 3, "declined": 4}
"""Exit status of `ask` by outcome."""

Preset = Literal["chargebee", "chartmogul", "stripe"]


@app.callback()
def everywhere(context: typer.Context, home: Home = None, today: Today = None) -> None:
    """Options that may stand before any command."""
    context.obj = {"home": home, "today": today}


@app.command(epilog='Example: `retention ask "Which accounts are at risk?"`')
def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="What you want to know, in English or Portuguese.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as JSON, every figure with its id.")
    ] = False,
    files: Annotated[
        Path | None, typer.Option("--files", file_okay=False, help="Folder for the files that the answer offers (CSV).")
    ] = None,
    seen_as: Annotated[
        str, typer.Option("--as", help="Answer as a role (leader, rep, viewer) or an owner of accounts would see it.")
    ] = "",
    home: Home = None,
    today: Today = None,
) -> None:
    """Answer one question. Exit status: 0 answered, 3 asks back, 4 declined, 1 failed."""
    bot = assistant(context, home, today)
    reply = bot.ask(replace(_typed(question, uuid4().hex), seen_as=seen_as))
    _print(reply, as_json)
    if files:
        _save(reply, files)
    raise typer.Exit(EXIT[reply.outcome])


@app.command(epilog="Example: `retention chat --home demo-home`")
def chat(context: typer.Context, home: Home = None, today: Today = None) -> None:
    """Ask one question after another; a number picks a choice, an empty line or Ctrl-D ends."""
    from bot.chatting import chat as converse

    converse(assistant(context, home, today), page(), input)


@app.command(epilog="Example: `retention load exports/ --mapping mapping.yml --check`")
def load(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="Folder with the CSV exports, if there are any.")
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", exists=True, dir_okay=False, help="Which file, query and column is what (YAML)."),
    ] = None,
    preset: Annotated[
        Preset | None, typer.Option("--preset", help="Whose exports the files are; --mapping may add to it.")
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Copy nothing: make the book of views over the mapping's queries.")
    ] = False,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only new, changed and deleted rows come; all others are kept.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only report; change nothing.")] = False,
    currency: Annotated[str | None, typer.Option("--currency", help="Reporting currency, for instance BRL.")] = None,
    home: Home = None,
    today: Today = None,
) -> None:
    """Load CSV exports, and queries on other databases, into the customer book: all of them, or none.

    What was there before is replaced, or with --changes added to, only by a load without faults.
    """
    from bot.loading import load as run

    if in_place and (directory or preset or changes):
        raise typer.BadParameter("--in-place reads only the mapping's queries: no folder, --preset or --changes.")
    bot, console = assistant(context, home, today), page()
    raise typer.Exit(
        run(bot, directory, mapping, check, currency, console, preset=preset, in_place=in_place, changes=changes)
    )


@app.command(epilog="Example: `retention ledger --currency BRL`, with BOOK_URL=hive://spark:10000/crm")
def ledger(
    context: typer.Context,
    currency: Annotated[str | None, typer.Option("--currency", help="Reporting currency, for instance BRL.")] = None,
    home: Home = None,
    today: Today = None,
) -> None:
    """Build the ledger of a book whose tables are in the database of BOOK_URL already, as in a lake or warehouse."""
    from bot.lake import build

    raise typer.Exit(build(assistant(context, home, today), currency, page()))


@app.command(epilog="Example: `retention demo --home demo-home`")
def demo(context: typer.Context, home: Home = None, today: Today = None) -> None:
    """Make a demo company and answer three questions about it."""
    from bot.demonstration import demonstrate

    raise typer.Exit(demonstrate(assistant(context, home, today), page()))


@app.command(epilog="Example: `retention metric churned_mrr --period 2026-Q3 --by segment --json`")
def metric(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the metric, as README lists them.")],
    period: Annotated[str, typer.Option("--period", help="2026-11-16, 2026-W47, 2026-11, 2026-Q4, 2026 or from..to.")],
    by: Annotated[
        str | None, typer.Option("--by", help="One figure per segment, country, owner, reason, month, quarter …")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Only accounts with this, as in segment=smb.")
    ] = None,
    variant: Annotated[str | None, typer.Option("--variant", help="A published definition other than ours.")] = None,
    compare: Annotated[
        str | None, typer.Option("--compare", help="Beside another period: previous, year, or one written out.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    home: Home = None,
) -> None:
    """One metric's figures for a period."""
    from bot.measuring import Wanted, measure

    wanted = Wanted(name, period, by, tuple(where or ()), variant, compare)
    raise typer.Exit(measure(assistant(context, home, None), wanted, _form(as_json, as_csv), page()))


@app.command(epilog="Example: `retention define NRR`")
def define(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="The metric's name or what it is called; none: list them.")] = None,
    as_json: AsJson = False,
    home: Home = None,
    today: Today = None,
) -> None:
    """What a metric means: formula, unit, reference, published variants, and its latest figure."""
    from bot.router import Call

    question = _typed(f"define {name or ''}", uuid4().hex)
    reply = assistant(context, home, today).ask(question, Call("define_metric", {"metric": name} if name else {}))
    _print(reply, as_json)
    raise typer.Exit(EXIT[reply.outcome])


@app.command(epilog="Example: `retention movements --from 2026-10-01 --to 2026-10-31 --csv`")
def movements(
    context: typer.Context,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.")],
    by: Annotated[str | None, typer.Option("--by", help="Their sums per segment, country, owner …")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    home: Home = None,
) -> None:
    """Every movement of MRR between two days, account by account."""
    from bot.measuring import movements as show

    bot, form = assistant(context, home, None), _form(as_json, as_csv)
    raise typer.Exit(show(bot, first.date(), last.date(), by, form, page()))


@app.command(epilog="Example: `retention compare net_revenue_retention --period 2026-Q3`")
def compare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the metric, as README lists them.")],
    period: Annotated[
        str | None, typer.Option("--period", help="2026-Q3, 2026-10 or from..to; by default the last 12 full months.")
    ] = None,
    variant: Annotated[
        str | None, typer.Option("--variant", help="Only this published definition against ours.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--where", help="Only accounts with this, as in segment=smb.")
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """A metric under each of its published definitions, and what makes the difference."""
    from bot.measuring import Wanted
    from bot.measuring import compare as show

    wanted = Wanted(name, period or "", where=tuple(where or ()), variant=variant)
    raise typer.Exit(show(assistant(context, home, None), wanted, _form(as_json, False), page()))


@app.command(epilog="Example: `retention sources`")
def sources(
    context: typer.Context, as_json: AsJson = False, as_csv: AsCsv = False, home: Home = None, today: Today = None
) -> None:
    """Where the data come from, how fresh each table is, and what went wrong with the last load."""
    bot = assistant(context, home, today)
    if as_json or as_csv:
        from bot.measuring import sources as show

        raise typer.Exit(show(bot, _form(as_json, as_csv), page()))
    reply = bot.ask(_typed("sources", uuid4().hex), Call("sources", {}))
    _print(reply, as_json=False)
    raise typer.Exit(EXIT[reply.outcome])


@app.command(epilog="Example: `retention drafts approve D-3f2a9c1b --day 2026-11-23`")
def drafts(
    context: typer.Context,
    act: Annotated[
        Literal["list", "show", "approve", "reject", "edit", "export"], typer.Argument(help="What to do.")
    ] = "list",
    draft: Annotated[str | None, typer.Argument(help="Id of the draft: D- and eight digits.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "--out", dir_okay=False, help="Markdown to read (edit), or the file to write (export)."),
    ] = None,
    form: Annotated[
        Literal["md", "docx", "csv", "json", "formbricks", "typeform", "surveymonkey"],
        typer.Option("--as", help="The form to export; the last three are for survey tools."),
    ] = "md",
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="When an approved draft will be sent.")
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="With `show`: who changed what in it, and when.")
    ] = False,
    home: Home = None,
    today: Today = None,
) -> None:
    """The drafts that wait for approval; show, approve, reject, edit or export one. Nothing is sent."""
    from bot.shelf import Order, shelf

    if act != "list" and not draft:
        raise typer.BadParameter("Say which draft: its id is D- and eight digits.")
    if act == "edit" and not (file and file.exists()):
        raise typer.BadParameter("--file: the Markdown of the new version.")
    if versions and act != "show":
        raise typer.BadParameter("--versions goes with show.")
    written = day.date().isoformat() if day else None
    order = Order("versions" if versions else act, draft, file, written, form)
    raise typer.Exit(shelf(assistant(context, home, today), order, page()))


@app.command(epilog="Example: `retention failed retry F-3f2a9c1b`")
def failed(
    context: typer.Context,
    act: Annotated[Literal["list", "retry", "drop"], typer.Argument(help="What to do.")] = "list",
    question: Annotated[
        str | None, typer.Argument(help="Id of a failed question (F- and eight digits), or all.")
    ] = None,
    home: Home = None,
) -> None:
    """The questions that got no answer in five attempts, or whose answer Slack did not take; try again or drop them."""
    from bot.failed import failed as run

    if act != "list" and not question:
        raise typer.BadParameter("Say which question: its id is F- and eight digits, or all.")
    raise typer.Exit(run(assistant(context, home, None), act, question, page()))


@app.command(epilog='Example: `retention schedules add "every Monday 9h MRR summary in #C0123ABCD" --owner U0123ABCD`')
def schedules(
    context: typer.Context,
    act: Annotated[
        Literal["list", "show", "add", "pause", "resume", "run", "delete"], typer.Argument(help="What to do.")
    ] = "list",
    what: Annotated[
        str | None, typer.Argument(help="Id of a schedule or alert, S- and eight digits; with add: what, when, where.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="With add: Slack user id in whose name it is.")] = None,
    home: Home = None,
    today: Today = None,
) -> None:
    """Schedules and alerts: list, add, pause, resume, run or delete one. They are posted by `retention serve`."""
    from bot.agenda import Order, agenda

    if act != "list" and not what:
        raise typer.BadParameter("Say which: its id is S- and eight digits; with add, what to post, when and where.")
    if act == "add" and not owner:
        raise typer.BadParameter("--owner: the Slack user id (U…) in whose name, and with whose rights, it is posted.")
    raise typer.Exit(agenda(assistant(context, home, today), Order(act, what, owner), page()))


@app.command(epilog="Example: `retention trace f1a2b3c4d5e6`, with an id from `retention ask --json`")
def trace(
    context: typer.Context,
    figure: Annotated[str, typer.Argument(help="Id of a figure that was shown.")],
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    home: Home = None,
) -> None:
    """How a figure was computed: definition, SQL, rows; and whether it still comes out the same."""
    from bot.measuring import trace as show

    raise typer.Exit(show(assistant(context, home, None), figure, _form(as_json, as_csv), page()))


@app.command(epilog="Example: `retention serve`, or `retention serve --http 3000`")
def serve(
    context: typer.Context,
    http: Annotated[
        int | None,
        typer.Option("--http", min=1, max=65535, help="Take signed HTTP events on this port instead of Socket Mode."),
    ] = None,
    home: Home = None,
    today: Today = None,
) -> None:
    """Answer in Slack: Socket Mode by default (bot and app token), or HTTP with the signing secret."""
    from bot.slack import leave
    from bot.slack import serve as run

    leave(run(assistant(context, home, today), http))


@app.command(epilog="Example: `retention workspace --home demo-home`")
def workspace(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port of the page; 0: any free one.")] = 0,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    home: Home = None,
    today: Today = None,
) -> None:
    """Try it in the browser: a workspace on this computer that behaves like Slack, with the assistant in it."""
    from bot.workspace.running import run

    raise typer.Exit(run(assistant(context, home, today), page(), port, open_browser=open_browser))


@app.command(epilog="Example: `retention doctor`")
def doctor(
    context: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Check what HTTP needs (the signing secret) instead of Socket Mode.")
    ] = False,
    home: Home = None,
) -> None:
    """Check tokens, databases, index and schedules, and say what to mend. Exit status 1 if anything is wrong."""
    from bot.slack import examine

    raise typer.Exit(examine(assistant(context, home, None), page(), http=http))


@app.command(name="eval", epilog="Example: `retention eval tests/questions/blind.yml`")
def evaluate(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Questions: {q, lang, tool, arguments, after}.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="What each question led to.")] = False,
    home: Home = None,
    today: Today = None,
) -> None:
    """Measure how well questions are understood, and list each one that was not."""
    from bot.evaluation import run

    raise typer.Exit(run(assistant(context, home, today), file, as_json, page()))


def _form(as_json: bool, as_csv: bool) -> str:
    return "json" if as_json else "csv" if as_csv else "table"


def _typed(text: str, key: str) -> Question:
    return Question(f"terminal/{key}", text, Person("terminal"), Place("terminal", thread=key))


def _save(reply: Reply, folder: Path) -> None:
    """Beside the answer, so that what a script reads stays as it is."""
    from bot.locale import Speaker
    from bot.saving import save
    from bot.terminal import told_of

    told_of(save(reply, folder), Speaker(reply.language), Console(stderr=True))


def _print(reply: Reply, as_json: bool) -> None:
    from bot.terminal import alert, show

    alert(reply)
    if as_json:
        from bot.as_json import document

        sys.stdout.write(json.dumps(document(reply), ensure_ascii=False, indent=2) + "\n")
    else:
        show(reply, page())


def main() -> None:
    app()


if __name__ == "__main__":
    main()
