"""What the examples teach, learnt once: in a process, and where there is a folder, on a disk.

Learning reads thousands of examples and takes seconds; it depends on them and on this package's code alone, so what was
learnt is kept under a hash of both.
"""

import hashlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from bot.router.intents import Trained, train
from bot.router.slots.accounts import AccountNames, parts_of
from bot.router.slots.calendar import Calendar
from bot.router.slots.limits import BookValues, any_values
from bot.router.slots.reading import Reading, read
from bot.router.slots.text import fold
from bot.router.slots.vocabulary import EVERYDAY, TRADES

NONE = "none"
"""The intent of what no tool does."""

Examples = tuple[tuple[str, str], ...]
"""(intent, text) of each."""

_SEGMENTS = ("enterprise", "mid-market", "smb")
_ANY_DAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Learnt:
    """What the examples teach; `words`: those used to ask for each intent, `common`: those that are no names."""

    labels: tuple[str, ...]
    shapes: tuple[str, ...]
    trained: Trained
    words: Mapping[str, frozenset[str]]
    common: frozenset[str]


@lru_cache(maxsize=2)
def learnt(examples: Examples, folder: Path | None = None) -> Learnt:
    """Learn from the examples, or take up what was learnt from the very same before, where a folder keeps it."""
    if folder is None:
        return _learn(examples)
    kept = folder / f"learnt-{_key(examples)}.npz"
    if (found := _taken_up(kept)) is None:
        _keep(found := _learn(examples), kept)
    return found


def _learn(examples: Examples) -> Learnt:
    common = EVERYDAY | TRADES | _plain_words(examples)
    nobody, any_book = AccountNames({}), BookValues(any_values())
    read_ = partial(read, accounts=nobody, owners=(), segments=_SEGMENTS, values=any_book, common=common)
    readings = [(label, read_(text, Calendar(_ANY_DAY))) for label, text in examples]
    shapes = ((label, reading.shape) for label, reading in readings)
    # What is put alike in both languages counts once: leaving it out must leave it out.
    labels, texts = zip(*dict.fromkeys(shapes), strict=True)
    return Learnt(labels, texts, train(texts, labels), _words_by_intent(readings), common)


def _plain_words(examples: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The words of several examples, but for the names in those of what is outside ("ação da Petrobras"). A word of one
    example ("o cliente ligou bravo") may as well be somebody's name."""
    said = Counter(
        word
        for intent, text in examples
        for word in {
            part.text
            for part in parts_of(fold(text))
            if intent != NONE or part.start == 0 or not text[part.start].isupper()
        }
    )
    return frozenset(word for word, times in said.items() if times > 1)


def _words_by_intent(readings: Iterable[tuple[str, Reading]]) -> Mapping[str, frozenset[str]]:
    """The words that no slot took: "energy" in an example is a value of that book, and no word to ask for anything."""
    words: dict[str, set[str]] = {}
    for intent, reading in readings:
        words.setdefault(intent, set()).update(part.text for part in parts_of(reading.rest))
    return {intent: frozenset(said) for intent, said in words.items()}


def _key(examples: Examples) -> str:
    """A hash of the examples and of all that reads them."""
    said = hashlib.sha256(json.dumps(examples).encode())
    for name, content in sorted(_code(files("bot.router"))):
        said.update(name.encode() + content)
    return said.hexdigest()[:16]


def _code(folder: Traversable) -> Iterable[tuple[str, bytes]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _code(each)
        elif each.name.endswith((".py", ".yml")):
            yield each.name, each.read_bytes()


def _keep(found: Learnt, file: Path) -> None:
    """Write it whole or not at all, and drop what an earlier version learnt. A folder that cannot be written to keeps
    nothing: learning is slow, not wrong."""
    trained = found.trained
    told = {
        "labels": found.labels, "shapes": found.shapes, "common": sorted(found.common),
        "words": {intent: sorted(words) for intent, words in found.words.items()},
        "names": trained.labels, "grams": list(trained.places), "unseen": trained.unseen,
    }  # fmt: skip
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as out:
            np.savez(out, told=np.frombuffer(json.dumps(told).encode(), np.uint8), rarity=trained.rarity,
                     weights=trained.weights)  # fmt: skip
        unfinished.replace(file)
        for old in file.parent.glob("learnt-*.npz"):
            if old != file:
                old.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()


def _taken_up(file: Path) -> Learnt | None:
    """What is kept; nothing where it is not there or damaged."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            told: dict[str, Any] = json.loads(kept["told"].tobytes())
            rarity, weights = kept["rarity"], kept["weights"]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    places = {gram: place for place, gram in enumerate(told["grams"])}
    return Learnt(
        tuple(told["labels"]), tuple(told["shapes"]),
        Trained(tuple(told["names"]), places, rarity, weights, told["unseen"]),
        {intent: frozenset(words) for intent, words in told["words"].items()}, frozenset(told["common"]),
    )  # fmt: skip
