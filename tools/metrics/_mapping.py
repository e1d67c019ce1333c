"""The mapping file: what a company says about its own exports where the names do not say it.

A small YAML file. Everything in it is optional:

    currency: BRL            # of rows that name none
    dates: dmy               # dmy (31/12/2025), mdy or ymd, where a column does not show it by itself
    decimal: comma           # comma (1.234,56) or point (1,234.56), likewise
    amounts: cents           # money in cents (the currency's smallest unit); else `units`
    ends: last_day           # ends are the last day of service; else `day_after`, the first day without it
    rates: {USD: 5.40}       # one rate per foreign currency, in place of an exchange_rates file
    ignore: [notes.csv]      # files to leave alone
    sources:
      warehouse: {url_from: WAREHOUSE_URL}   # the NAME of an environment variable or .env entry that holds the URL
      archive: {url: "sqlite:///archive.db"} # a SQLAlchemy URL without a secret
    tables:
      subscriptions:
        file: contracts_2026.csv          # else: the file whose name holds the table's name
        dates: mdy                        # for this file only; `decimal`, `amounts` and `ends` too
        columns:
          subscription_id: Contract No    # the header as the file writes it
          unit_amount: Monthly fee
          interval_unit: {const: month}   # the same for every row
          plan:                           # nothing: leave it out, whatever the headers say
        values:
          kind: {Fee: retainer, Setup:}   # the file's words → ours; nothing: an empty cell
      invoices:
        source: warehouse                 # may be left out where there is only one
        query: SELECT number AS invoice_id, customer AS account_id, … FROM billing.invoices
        changed: updated_at               # a column of the query: later loads of changes ask only for newer rows
      usage:
        columns:
          account_id: {via: subscriptions.subscription_id, column: Contract}   # rows name a contract
      touches:
        columns:
          account_id: {via: accounts.name, column: Company}                    # rows name the company

What kinds of exports need:
- *MRR per customer or contract* (analytics): `columns: {mrr: <its column>}`. A column `mrr` stands
  for a price per month of one unit, `arr` for one per year; quantity and interval are then left aside.
- *Price and interval* (billing systems): `unit_amount` is the price of one unit for one interval,
  `interval_unit` a unit or a word (`month`, `quarterly`, `anual`), `interval_count` how many.
- *A status instead of a trial column*: `columns: {is_trial: Status}` and
  `values: {is_trial: {trialing: "yes", active: "no"}}`.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tools.metrics._cells import currencies
from tools.metrics._faults import Fault
from tools.metrics._fields import Shape, shapes
from tools.metrics._statement import is_select

Via = Literal[
    "subscriptions.subscription_id",
    "contacts.contact_id",
    "contacts.email",
    "accounts.name",
    "accounts.domain",
]


def _empty(value: object) -> object:
    return None if value in ("", "null", "~") else value


class Rule(BaseModel):
    """Where a column comes from, if not simply from a column of the file."""

    model_config = ConfigDict(extra="forbid")
    const: str | None = None
    via: Via | None = None
    column: str | None = None
    when: dict[str, list[str]] = Field(default_factory=dict)
    amounts: Literal["cents", "units"] | None = None
    optional: bool = False
    """A preset names columns that an export may not have."""


ColumnRule = Annotated[str | Rule | list[str | Rule] | None, BeforeValidator(_empty)]
Nullable = Annotated[str | None, BeforeValidator(_empty)]


class Manner(BaseModel):
    """How cells are written, for all files or one."""

    model_config = ConfigDict(extra="forbid")
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["comma", "point"] | None = None
    amounts: Literal["cents", "units"] | None = None
    ends: Literal["last_day", "day_after"] | None = None


class SourceMapping(BaseModel):
    """Another database: its URL, or what the environment variable or `.env` entry that holds it is called."""

    model_config = ConfigDict(extra="forbid")
    url: Nullable = None
    url_from: Nullable = None


class LeaveOut(BaseModel):
    """Words in a column; rows that have one are left out."""

    model_config = ConfigDict(extra="forbid")
    words: list[str]
    optional: bool = False


def _words(said: object) -> object:
    return {"words": said} if isinstance(said, list) else said


class TableMapping(Manner):
    file: Nullable = None
    files: list[str] = Field(default_factory=list)
    """Patterns of names, of which a preset knows that they are this table; there need be none."""
    leave_out: dict[str, Annotated[LeaveOut, BeforeValidator(_words)]] = Field(default_factory=dict)
    repeats: Literal["lines"] | None = None
    source: Nullable = None
    query: Nullable = None
    changed: Nullable = None
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    values: dict[str, dict[str, Nullable]] = Field(default_factory=dict)


class LoadMapping(Manner):
    """A mapping file, read. See the module for its form."""

    currency: str | None = None
    rates: dict[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    sources: dict[str, SourceMapping] = Field(default_factory=dict)
    tables: dict[str, TableMapping] = Field(default_factory=dict)

    def table(self, name: str) -> TableMapping:
        """What is said of one table, with what is said of all."""
        said = self.tables.get(name, TableMapping())
        return said.model_copy(
            update={name: getattr(said, name) or getattr(self, name) for name in Manner.model_fields}
        )

    @property
    def queries(self) -> Mapping[str, TableMapping]:
        """The tables that come from a query, each with its source."""
        only = next(iter(self.sources), None) if len(self.sources) == 1 else None
        asked = {name: self.table(name) for name, said in self.tables.items() if said.query}
        return {name: said.model_copy(update={"source": said.source or only}) for name, said in asked.items()}


def read_mapping(path: Path | None, preset: str | None = None) -> tuple[LoadMapping, tuple[Fault, ...]]:
    """The mapping and what is wrong with it; without a file, what the preset says, or nothing.

    What the file says counts before what the preset says.
    """
    known = _preset(preset) if preset else {}
    if path is None:
        return LoadMapping.model_validate(known), ()
    if not path.is_file():
        return LoadMapping(), (Fault(path.name, "missing_file", detail={"table": "mapping"}),)
    try:
        said = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.BaseLoader) or {}
        mapping = LoadMapping.model_validate(_over(known, said))
    except yaml.MarkedYAMLError as problem:
        row = problem.problem_mark.line + 1 if problem.problem_mark else None
        return LoadMapping(), (Fault(path.name, "bad_mapping", row),)
    except OSError:
        return LoadMapping(), (Fault(path.name, "unreadable_file"),)
    except (yaml.YAMLError, UnicodeDecodeError):
        return LoadMapping(), (Fault(path.name, "bad_mapping"),)
    except ValidationError as problem:
        return LoadMapping(), tuple(_fault(path.name, error["loc"], error["input"]) for error in problem.errors())
    return mapping, (*_unknown_names(path.name, mapping), *_wrong_sources(path.name, mapping))


@cache
def presets() -> tuple[str, ...]:
    """The systems whose exports are known."""
    return tuple(sorted(file.name.removesuffix(".yml") for file in _shelf().iterdir() if file.name.endswith(".yml")))


def _shelf() -> Traversable:
    return files("tools.metrics") / "_presets"


def _preset(name: str) -> dict[str, Any]:
    """What a preset says. Of the columns that it names an export may lack some."""
    said: dict[str, Any] = yaml.load((_shelf() / f"{name}.yml").read_text(encoding="utf-8"), yaml.BaseLoader)
    for table in said["tables"].values():
        table["columns"] = {column: _optional(rule) for column, rule in table["columns"].items()}
        table["leave_out"] = {
            column: {"words": words, "optional": True} for column, words in table.get("leave_out", {}).items()
        }
    return said


def _optional(rule: Any) -> Any:
    if isinstance(rule, list):
        return [_optional(one) for one in rule]
    if isinstance(rule, str):
        return {"column": rule, "optional": True} if rule else None
    return {**rule, "optional": True}


def _over(known: Any, said: Any, depth: int = 4) -> Any:
    """What is said over what is known: tables, columns and words one by one, but each rule as a whole."""
    if not (isinstance(known, dict) and isinstance(said, dict) and depth):
        return said
    return {**known, **{name: _over(known.get(name), value, depth - 1) for name, value in said.items()}}


def _fault(file: str, place: tuple[int | str, ...], value: object) -> Fault:
    where = ".".join(str(step) for step in place if step not in ("Rule", "str") and "[" not in str(step))
    return Fault(file, "bad_mapping", column=where or None, value=str(value)[:80])


def _unknown_names(file: str, mapping: LoadMapping) -> Iterator[Fault]:
    """Tables, columns and currencies that do not exist."""
    for code in {*mapping.rates, *filter(None, [mapping.currency])} - currencies():
        yield Fault(file, "not_a_currency", column="currency", value=code)
    for name, said in mapping.tables.items():
        shape = shapes().get(name)
        if shape is None:
            yield Fault(file, "unknown_name", column="tables", value=name, detail={"allowed": ", ".join(shapes())})
            continue
        for column in [*said.columns, *said.values]:
            if column not in columns_of(shape):
                allowed = ", ".join(columns_of(shape))
                yield Fault(file, "unknown_name", column=f"tables.{name}", value=column, detail={"allowed": allowed})


def _wrong_sources(file: str, mapping: LoadMapping) -> Iterator[Fault]:
    """Sources without exactly one URL, tables with two origins, queries of no source, statements that write."""
    for name, source in mapping.sources.items():
        if bool(source.url) == bool(source.url_from):
            yield Fault(file, "two_urls", column=f"sources.{name}")
    for name, said in mapping.tables.items():
        place = f"tables.{name}"
        if (said.file and said.query) or ((said.source or said.changed) and not said.query):
            yield Fault(file, "two_origins", column=place)
        if said.query and not is_select(said.query):
            yield Fault(file, "not_select", column=f"{place}.query", value=" ".join(said.query.split())[:80])
        if said.source and said.source not in mapping.sources:
            known = ", ".join(mapping.sources) or "–"
            yield Fault(file, "unknown_source", column=f"{place}.source", value=said.source, detail={"known": known})


def rules_of(said: ColumnRule) -> list[Rule]:
    """What is said of a column, each place as a rule."""
    several = said if isinstance(said, list) else [] if said is None else [said]
    return [Rule(column=one) if isinstance(one, str) else one for one in several]


def columns_of(shape: Shape) -> tuple[str, ...]:
    """What a mapping may name in a table: its columns and those that stand for several."""
    return (*shape.fields, *(stand_in.name for stand_in in shape.stand_ins))
