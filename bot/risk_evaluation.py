"""`retention risk evaluate` as it is printed."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import Assistant
from bot.locale import Speaker
from tools import Phrase, phrase
from tools._track_record import number, share
from tools.metrics._evaluating import Evaluation, evaluate
from tools.metrics._labelled import BadTable, Labelled, read_labelled


def evaluated(bot: Assistant, file: Path, label: str, time: str | None, as_json: bool, console: Console) -> int:
    """Measure, print, and return the exit status: 1 where the table cannot be scored, 0 else."""
    try:
        table = read_labelled(file, label, time)
        found = evaluate(table)
    except BadTable as bad:
        console.print(Text(bot.speaker.say(_fault(bad)), style="red"))
        return 1
    if as_json:
        about = {"features": table.names, "left_out": table.left_out, "lost_is": table.positive}
        sys.stdout.write(json.dumps({**asdict(found), **about}, indent=1) + "\n")
        return 0
    for line in _about(table, found):
        console.print(bot.speaker.say(line), highlight=False)
    console.print(_measures(found, bot.speaker))
    return 0


def _about(table: Labelled, found: Evaluation) -> list[Phrase]:
    rows = phrase(
        "{judged} of {rows} rows were scored by what was learnt from others; {lost} of them were lost (“{positive}”).",
        judged=found.judged, rows=found.rows, lost=found.lost, positive=table.positive,
    )  # fmt: skip
    how = phrase("Each part was learnt from earlier rows only: {n} parts.", n=found.folds)
    said = [rows, how if found.in_time else phrase("{n} parts, each learnt from the others.", n=found.folds)]
    if table.left_out:
        said.append(phrase("Left out, as they tell nothing: {columns}.", columns=table.left_out))
    if found.combined:
        said.append(
            phrase(
                "Signs were combined in {n} of {all} parts: alone they told less.", n=found.combined, all=found.folds
            )
        )
    return said


def _measures(found: Evaluation, speaker: Speaker) -> Table:
    table = Table(box=None, pad_edge=False)
    for n, head in enumerate((phrase("Measure"), phrase("This scorer"), phrase("Plain boosting"))):
        table.add_column(speaker.say(head), justify="right" if n else "left")
    ours, plain = found.ours, found.plain
    low, high = ours.top_lift_interval
    lift = phrase("{lift} ({low} to {high})", lift=number(ours.top_lift), low=number(low), high=number(high))
    table.add_row(speaker.say(phrase("AUC")), f"{ours.auc:.4f}", f"{plain.auc:.4f}")
    table.add_row(
        speaker.say(phrase("Lift of the riskiest tenth")), speaker.say(lift), speaker.say(number(plain.top_lift))
    )
    table.add_row(speaker.say(phrase("Brier score")), f"{ours.brier:.4f}", f"{plain.brier:.4f}")
    calibration = speaker.say(phrase("Calibration error (ECE)"))
    table.add_row(calibration, speaker.say(share(ours.ece)), speaker.say(share(plain.ece)))
    return table


def _fault(bad: BadTable) -> Phrase:
    """What is wrong, where, and what to do about it."""
    said = {"file": str(bad.file), "row": bad.row or 0, "column": bad.column, "said": bad.said}
    match bad.fault:
        case "no_file":
            return phrase("There is no file {file}.", **said)
        case "not_csv":
            return phrase("{file} cannot be read as CSV in UTF-8: {said}. Save it anew as CSV (UTF-8).", **said)
        case "too_few_rows":
            return phrase("{file} has {said} rows: 50 are the least that can be learnt from and tried on.", **said)
        case "no_column":
            return phrase("{file} has no column “{column}”. It has: {said}.", **said)
        case "no_label":
            return phrase(
                "{file}, row {row}: “{column}” is empty. Leave out rows of which nobody knows whether they were lost.",
                **said,
            )
        case "not_two_labels":
            return phrase("{file}, row {row}: “{column}” must have two values, lost or not; it has {said}.", **said)
        case "too_few_of_a_label":
            return phrase(
                "{file}: “{column}” is “{said}” in fewer than 10 rows; that is too little to learn from.", **said
            )
        case "not_a_time":
            return phrase("{file}, row {row}: “{said}” in “{column}” is no day (2026-11-30) and no number.", **said)
    return phrase(
        "{file}: no column beside the label tells anything: all are empty, constant, or only name the rows.", **said
    )
