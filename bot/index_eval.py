"""`retention index eval`: how well the index does on a data set, told to a person or a script."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from knowledge import EmbeddingError
from knowledge._beir import BeirFault
from knowledge.evaluating import Measured, evaluate
from tools import Phrase, phrase


def run(bot: Assistant, folder: Path, as_json: bool, console: Console) -> int:
    """Measure and print. Exit status 1 where the data set cannot be used."""
    try:
        measured = evaluate(folder, bot.embedding)
    except EmbeddingError:
        said = phrase("The embedding {name} cannot be asked. The log says why.", name=bot.settings.embedding or "")
        Console(stderr=True).print(Text(bot.speaker.say(said)), soft_wrap=True)
        return 1
    except BeirFault as fault:
        Console(stderr=True).print(Text(bot.speaker.say(explained(fault))), soft_wrap=True)
        return 1
    if as_json:
        sys.stdout.write(json.dumps(asdict(measured), indent=2) + "\n")
    else:
        console.print(_table(bot, measured))
    return 0


def _table(bot: Assistant, measured: Measured) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    rows = {
        phrase("Documents"): measured.documents, phrase("Sections"): measured.sections,
        phrase("Queries"): measured.queries, "hit@5": f"{measured.hit_5:.4f}", "recall@5": f"{measured.recall_5:.4f}",
        "MRR@10": f"{measured.mrr_10:.4f}", "nDCG@10": f"{measured.ndcg_10:.4f}",
        phrase("Time to index"): f"{measured.building:.1f} s",
        phrase("Time per query"): f"{1000 * measured.per_query:.1f} ms",
        phrase("95% of queries within"): f"{1000 * measured.slowest:.1f} ms",
    }  # fmt: skip
    for label, value in rows.items():
        table.add_row(bot.speaker.say(label), Text(bot.speaker.say(value), justify="right"))
    return table


def explained(fault: BeirFault) -> Phrase:
    """Where the fault is, what it is, and what to do about it."""
    if not fault.line:
        return _whole(fault)
    return phrase("{file}, line {line}: {what}", file=fault.file, line=str(fault.line), what=_what(fault))


def _whole(fault: BeirFault) -> Phrase:
    match fault.kind:
        case "missing":
            return phrase(
                "{file} is missing. A folder in BEIR's format holds corpus.jsonl, queries.jsonl and qrels/test.tsv.",
                file=fault.file,
            )
        case "encoding":
            return phrase("{file} is not UTF-8. Save it as UTF-8.", file=fault.file)
        case _:
            return phrase("{file} holds nothing to measure by.", file=fault.file)


def _what(fault: BeirFault) -> Phrase:
    match fault.kind:
        case "json":
            return phrase("this is not a JSON object. Each line is one, such as {example}.", example='{"_id": "1", …}')
        case "field":
            return phrase("“{field}” is missing or not text. Add it.", field=fault.word)
        case "twice":
            return phrase("the _id {id} is there twice. Give each its own.", id=fault.word)
        case "columns":
            return phrase("{n} columns. Put query, document and score, with tabs between.", n=fault.word)
        case "score":
            return phrase("the score “{score}” is not a whole number. Write 0, 1, 2 …", score=fault.word)
        case "query":
            return phrase("queries.jsonl has no query {id}. Add it, or remove this line.", id=fault.word)
        case _:
            return phrase("corpus.jsonl has no document {id}. Add it, or remove this line.", id=fault.word)
