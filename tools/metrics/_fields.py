"""The columns that a load looks for: the book's, with the names and values companies use for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from sqlalchemy import BigInteger, Boolean, Column, Date, Float, Integer, String, Table

from tools.metrics._book import SOURCE_TABLES
from tools.metrics._cells import fold
from tools.metrics._history import HISTORY

FieldKind = Literal[
    "words",
    "whole",
    "number",
    "money",
    "percent",
    "rate",
    "day",
    "flag",
    "currency",
    "interval",
    "country",
    "language",
]
PRICED = ("subscriptions", "invoices", "costs")
"""Tables that say in which currency each row is."""
NUMERIC = frozenset({"whole", "number", "money", "percent", "rate"})
_SUFFIXES: Mapping[str, FieldKind] = {"_minor": "money", "_bp": "percent", "_e6": "rate"}
_NAMED: Mapping[str, FieldKind] = {
    "currency": "currency", "interval_unit": "interval", "country": "country", "language": "language"
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column as files write it (`unit_amount`) and as the book keeps it (`unit_amount_minor`).

    `choices`: folded word → allowed value; `open_choice`: other words are kept too. `longest`: characters;
    `most`: the largest whole number that the book's column holds.
    """

    name: str
    column: str
    kind: FieldKind
    required: bool = False
    key: bool = False
    longest: int | None = None
    most: int = 2**31 - 1
    lowest: int | None = None
    highest: int | None = None
    choices: Mapping[str, str] | None = None
    open_choice: bool = False


@dataclass(frozen=True)
class StandIn:
    """A column of a file that says several of the book's at once: an MRR is a price per month of one unit."""

    name: str
    column: str
    implies: Mapping[str, str]
    called: tuple[str, ...]


@dataclass(frozen=True)
class Shape:
    """What is known of one table: its fields, what they are called, and what may be left out."""

    name: str
    table: Table
    called: tuple[str, ...]
    fields: Mapping[str, Field]
    names: Mapping[str, str]
    stand_ins: tuple[StandIn, ...]
    defaults: Mapping[str, str]
    numbered: bool
    facts: tuple[str, ...]


@cache
def shapes() -> Mapping[str, Shape]:
    """Every table that is read, by name: accounts and subscriptions first, as others refer to them."""
    said = _words()["tables"]
    first = ("accounts", "subscriptions")
    tables = sorted((*SOURCE_TABLES, HISTORY), key=lambda table: (*first, table.name).index(table.name))
    return {table.name: _shape(table, said[table.name]) for table in tables}


@cache
def folded(section: str) -> Mapping[str, str]:
    """A section of values in `_columns.yml`: every folded word → what it means."""
    return _inverted(_words()[section])


@cache
def _words() -> Mapping[str, Any]:
    text = (files("tools.metrics") / "_columns.yml").read_text(encoding="utf-8")
    return dict(yaml.load(text, yaml.BaseLoader))


def _shape(table: Table, said: Mapping[str, Any]) -> Shape:
    fields = [_field(column, said) for column in table.columns]
    if "is_trial" in said["columns"]:
        fields.append(Field("is_trial", "is_trial", "flag"))
    return Shape(
        name=table.name,
        table=table,
        called=tuple(said["called"]),
        fields={field.name: field for field in fields},
        names=_inverted({field.name: (*said["columns"].get(field.name, ()), field.column) for field in fields}),
        stand_ins=tuple(_stand_in(name, one) for name, one in said.get("stands_for", {}).items()),
        defaults=said.get("defaults", {}),
        numbered="numbered" in said,
        facts=tuple(said.get("facts", ())),
    )


def _stand_in(name: str, said: Mapping[str, Any]) -> StandIn:
    return StandIn(name, said["column"], said["with"], (name, *said["called"]))


def _field(column: Column[Any], said: Mapping[str, Any]) -> Field:
    suffix = next((suffix for suffix in _SUFFIXES if column.name.endswith(suffix)), "")
    name = column.name.removesuffix(suffix)
    lowest, highest = (
        None if end == "null" else int(end) for end in said.get("bounds", {}).get(name, ("null", "null"))
    )
    choices = dict(said.get("choices", {}).get(name, {}))
    open_choice = choices.pop("open", None) is not None
    return Field(
        name=name,
        column=column.name,
        kind=_SUFFIXES[suffix] if suffix else _NAMED.get(name) or _kind(column),
        required=not column.nullable,
        key=column.primary_key or name.endswith("_id"),
        longest=column.type.length if isinstance(column.type, String) else None,
        most=2**63 - 1 if isinstance(column.type, BigInteger) else 2**31 - 1,
        lowest=lowest,
        highest=highest,
        choices=_inverted(choices) if choices else None,
        open_choice=open_choice,
    )


def _kind(column: Column[Any]) -> FieldKind:
    kinds: tuple[tuple[type, FieldKind], ...] = (
        (Date, "day"), (Boolean, "flag"), (Float, "number"), (Integer, "whole"), (String, "words")
    )  # fmt: skip
    return next(kind for type_, kind in kinds if isinstance(column.type, type_))


def _inverted(meanings: dict[str, Iterable[str]]) -> dict[str, str]:
    """Each word → its meaning; a name means itself. Where two would claim a word, the first keeps it."""
    own = {fold(meaning): meaning for meaning in meanings}
    others = {fold(word): meaning for meaning, words in reversed(meanings.items()) for word in words}
    return {**own, **others, **own}
