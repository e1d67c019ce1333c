"""The mapping file: what a company says about its own exports where the names do not say it.

A small YAML file. Everything in it is optional:

    currency: BRL            # of rows that name none
    dates: dmy               # dmy (31/12/2025), mdy or ymd, where a column does not show it by itself
    decimal: comma           # comma (1.234,56) or point (1,234.56), likewise
    amounts: cents           # money in cents (the currency's smallest unit); else `units`
    ends: last_day           # ends are the last day of service; else `day_after`, the first day without it
    rates: {USD: 5.40}       # one rate per foreign currency, in place of an exchange_rates file
    ignore: [notes.csv]      # files to leave alone
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

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from tools.metrics._cells import currencies
from tools.metrics._faults import Fault
from tools.metrics._fields import Shape, shapes

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


ColumnRule = Annotated[str | Rule | None, BeforeValidator(_empty)]
Nullable = Annotated[str | None, BeforeValidator(_empty)]


class Manner(BaseModel):
    """How cells are written, for all files or one."""

    model_config = ConfigDict(extra="forbid")
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["comma", "point"] | None = None
    amounts: Literal["cents", "units"] | None = None
    ends: Literal["last_day", "day_after"] | None = None


class TableMapping(Manner):
    file: Nullable = None
    columns: dict[str, ColumnRule] = Field(default_factory=dict)
    values: dict[str, dict[str, Nullable]] = Field(default_factory=dict)


class LoadMapping(Manner):
    """A mapping file, read. See the module for its form."""

    currency: str | None = None
    rates: dict[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    ignore: list[str] = Field(default_factory=list)
    tables: dict[str, TableMapping] = Field(default_factory=dict)

    def table(self, name: str) -> TableMapping:
        """What is said of one table, with what is said of all."""
        said = self.tables.get(name, TableMapping())
        return said.model_copy(
            update={name: getattr(said, name) or getattr(self, name) for name in Manner.model_fields}
        )


def read_mapping(path: Path | None) -> tuple[LoadMapping, tuple[Fault, ...]]:
    """The mapping and what is wrong with it; without a file, a mapping that says nothing."""
    if path is None:
        return LoadMapping(), ()
    if not path.is_file():
        return LoadMapping(), (Fault(path.name, "missing_file", detail={"table": "mapping"}),)
    try:
        said = yaml.load(path.read_text(encoding="utf-8-sig"), yaml.BaseLoader) or {}
        mapping = LoadMapping.model_validate(said)
    except yaml.MarkedYAMLError as problem:
        row = problem.problem_mark.line + 1 if problem.problem_mark else None
        return LoadMapping(), (Fault(path.name, "bad_mapping", row),)
    except OSError:
        return LoadMapping(), (Fault(path.name, "unreadable_file"),)
    except (yaml.YAMLError, UnicodeDecodeError):
        return LoadMapping(), (Fault(path.name, "bad_mapping"),)
    except ValidationError as problem:
        return LoadMapping(), tuple(_fault(path.name, error["loc"], error["input"]) for error in problem.errors())
    return mapping, tuple(_unknown_names(path.name, mapping))


def _fault(file: str, place: tuple[int | str, ...], value: object) -> Fault:
    where = ".".join(str(step) for step in place if step not in ("Rule", "str"))
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


def columns_of(shape: Shape) -> tuple[str, ...]:
    """What a mapping may name in a table: its columns and those that stand for several."""
    return (*shape.fields, *(stand_in.name for stand_in in shape.stand_ins))
