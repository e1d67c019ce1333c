"""`retention index …`: build the index, take documents in, list, remove, measure."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.options import AsJson, Home, assistant
from bot.page import page

app = typer.Typer(invoke_without_command=True, epilog="Example: `retention index`")


@app.callback()
def index(context: typer.Context, home: Home = None) -> None:
    """Build the index of playbooks and documents anew, or take in documents of your own.

    It is built by itself when needed; this does it ahead of time.
    """
    from bot.indexing import build

    if home:
        context.obj = {**(context.obj or {}), "home": home}
    if context.invoked_subcommand is None:
        raise typer.Exit(build(assistant(context, home, None), page()))


@app.command(epilog="Example: `retention index add handbook/ --access everyone`")
def add(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="A file or a folder: Markdown, text, PDF, DOCX, HTML, CSV of Q&A.")],
    access: Annotated[
        Literal["everyone", "cs", "leaders"] | None,
        typer.Option("--access", help="Who may read it; by default cs, or the label that it has already."),
    ] = None,
    language: Annotated[
        Literal["en", "pt-BR"] | None, typer.Option("--language", help="Its language, where it is not told rightly.")
    ] = None,
    home: Home = None,
) -> None:
    """Take in documents, to be quoted beside the playbooks. What was added before under the same name is replaced."""
    from bot.indexing import add as run

    raise typer.Exit(run(assistant(context, home, None), path, access, language, page()))


@app.command(name="list", epilog="Example: `retention index list`")
def list_documents(context: typer.Context, home: Home = None) -> None:
    """List your own documents: sections, language, who may read them."""
    from bot.indexing import show

    raise typer.Exit(show(assistant(context, home, None), page()))


@app.command(epilog="Example: `retention index remove handbook.pdf`")
def remove(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A document as `list` names it, or a pattern such as 'faq/*'.")],
    home: Home = None,
) -> None:
    """Remove documents of your own."""
    from bot.indexing import remove as run

    raise typer.Exit(run(assistant(context, home, None), source, page()))


@app.command(name="eval", epilog="Example: `retention index eval scifact/`")
def evaluate(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder with corpus.jsonl, queries.jsonl and qrels/test.tsv (BEIR).")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Measure how well the index finds, on a data set of questions and right documents. Changes nothing."""
    from bot.index_eval import run

    raise typer.Exit(run(assistant(context, home, None), folder, as_json, page()))


@app.command(epilog="Example: `retention index embedding minilm --from onnx.tar.gz`")
def embedding(
    context: typer.Context,
    name: Annotated[Literal["minilm"], typer.Argument(help="The model: minilm (all-MiniLM-L6-v2, English, 80 MB).")],
    source: Annotated[
        Path | None, typer.Option("--from", help="The archive onnx.tar.gz, or its folder; by default it is downloaded.")
    ] = None,
    home: Home = None,
) -> None:
    """Install an embedding model, which EMBEDDING then names. Its archive is known by its SHA-256."""
    from bot.indexing import install

    raise typer.Exit(install(assistant(context, home, None), source, page()))
