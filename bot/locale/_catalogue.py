"""The catalogues against the code: what is said, what is translated, what is left over."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import tools
from bot.locale import FOLDER, LANGUAGES
from tools.metrics import all_metrics

_ROOT = FOLDER.parent.parent


def update(language: str) -> Catalog:
    """Bring a language's catalogue up to date with the code: new phrases untranslated, old ones dropped."""
    catalogue = read(language)
    catalogue.update(said_in_code(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = f"# What the bot says in {language}. Brought up to date by `python -m bot.locale`."
    with _file(language).open("wb") as target:
        write_po(target, catalogue, width=110, include_lineno=False, ignore_obsolete=True, sort_output=True)
    return catalogue


def faults(language: str) -> list[str]:
    """What is wrong with a catalogue, one line each; empty when every phrase is well translated."""
    catalogue, said = read(language), said_in_code()
    missing = [f"missing: {each.id}" for each in said if each.id and not catalogue.get(_key(each))]
    stale = [f"no longer said: {each.id}" for each in catalogue if each.id and not said.get(_key(each))]
    return missing + stale + [line for each in catalogue if each.id for line in _faults(each)]


def untranslated(language: str) -> list[str]:
    """Phrases that people of this language would read in English."""
    wanting = ("missing", "empty", "fuzzy")
    return [fault.partition(": ")[2] for fault in faults(language) if fault.startswith(wanting)]


def read(language: str) -> Catalog:
    """The catalogue as the file has it; empty where there is none yet."""
    if not _file(language).exists():
        return Catalog(locale=_file(language).parents[1].name, project="retention-assistant", version="1")
    with _file(language).open("rb") as source:
        return read_po(source)


@cache
def said_in_code() -> Catalog:
    """Every phrase of the code, every tool's help text, and what the metrics say of themselves."""
    said = Catalog()
    for folder in ("bot", "tools"):
        for name, _, message, comments, _ in extract_from_dir(
            _ROOT / folder, [("**.py", "python")], keywords={"phrase": None, "phrase_n": (1, 2)}
        ):
            said.add(message, locations=[(f"{folder}/{name}", 1)], auto_comments=comments)
    for tool in tools.load().values():
        said.add(tool.help, locations=[(f"tools/{tool.name}.py", 1)])
    for metric in all_metrics().values():
        for text in (metric.title, metric.definition_text, metric.formula, metric.reference, *metric.rules):
            said.add(text, locations=[(f"tools/metrics/{metric.name}.py", 1)])
    return said


def languages() -> tuple[str, ...]:
    """The languages that need a catalogue: all but English."""
    return tuple(language for language in LANGUAGES if language != "en")


def _faults(message: Message) -> Iterator[str]:
    ids, strings = _forms(message.id), _forms(message.string)
    if not strings or not all(strings):
        yield f"empty: {message.id}"
    elif message.fuzzy:
        yield f"fuzzy: {message.id}"
    elif any(_names(string) != _names(ids[-1]) for string in strings):
        yield f"other placeholders: {message.id}"


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _key(message: Message) -> str:
    return _forms(message.id)[0]


def _file(language: str) -> Path:
    return FOLDER / language.replace("-", "_") / "LC_MESSAGES" / "messages.po"
