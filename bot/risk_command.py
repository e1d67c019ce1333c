"""`retention risk …`: fit a model of risk to the book's own losses, see how good it is, score any labelled table."""

from pathlib import Path
from typing import Annotated

import typer

from bot.options import AsJson, Home, Today, assistant
from bot.page import page

app = typer.Typer(no_args_is_help=True, help="How risk is scored: fit it to your own losses, and see how good it is.")


@app.command(epilog="Example: `retention risk fit`")
def fit(context: typer.Context, as_json: AsJson = False, home: Home = None, today: Today = None) -> None:
    """Learn points from the accounts that were lost, try them on past days, and use what is better."""
    from bot.risking import fitted

    raise typer.Exit(fitted(assistant(context, home, today), as_json, page()))


@app.command(epilog="Example: `retention risk backtest --json`")
def backtest(context: typer.Context, as_json: AsJson = False, home: Home = None, today: Today = None) -> None:
    """How well lists of accounts at risk did on past days: precision, lift, AUC, calibration, lead time, by segment."""
    from bot.risking import tested

    raise typer.Exit(tested(assistant(context, home, today), as_json, page()))


@app.command(epilog="Example: `retention risk show`")
def show(context: typer.Context, as_json: AsJson = False, home: Home = None, today: Today = None) -> None:
    """What scores the accounts: every sign with its steps and points, since when, and whether it still holds."""
    from bot.risking import shown

    raise typer.Exit(shown(assistant(context, home, today), as_json, page()))


@app.command(epilog="Example: `retention risk evaluate churn.csv --label churned --time month`")
def evaluate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV with a row per customer, or per customer and time.")],
    label: Annotated[str, typer.Option("--label", help="Column that says whether the customer was lost: yes or no.")],
    time: Annotated[
        str | None, typer.Option("--time", help="Column with a day or number: only earlier rows are learnt from.")
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """How well the fitted scorer tells who is lost in any labelled table, beside plain boosting. Needs no book."""
    from bot.risk_evaluation import evaluated

    raise typer.Exit(evaluated(assistant(context, home, None), file, label, time, as_json, page()))
