"""Days later and months, in the engine's own words: dates are the one thing that every engine writes differently."""

from typing import Any

from sqlalchemy import ColumnElement, Date, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class days_later(GenericFunction[Any]):  # noqa: N801  it stands in statements like any function
    """`days_later(column, 7)`: the day seven days after the column's."""

    type = Date()
    inherit_cache = True
    name = "days_later"

    def __init__(self, day: ColumnElement[Any], days: ColumnElement[int] | int) -> None:
        super().__init__(day, days)


@compiles(days_later)
def _plain(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"({compiler.process(day, **options)} + {compiler.process(days, **options)})"


@compiles(days_later, "postgresql")
def _postgresql(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"(CAST({compiler.process(day, **options)} AS DATE) + {compiler.process(days, **options)})"


@compiles(days_later, "sqlite")
def _sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"date({compiler.process(day, **options)}, {compiler.process(days, **options)} || ' days')"


class month_of(GenericFunction[Any]):  # noqa: N801
    """`month_of(column)`: the day's month as text, `2026-03`."""

    type = String()
    inherit_cache = True
    name = "month_of"


@compiles(month_of)
def _month_in_text(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM')"


@compiles(month_of, "sqlite")
def _month_in_sqlite(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime('%Y-%m', {compiler.process(element.clauses, **options)})"


@compiles(month_of, "duckdb")
def _month_in_duckdb(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime({compiler.process(element.clauses, **options)}, '%Y-%m')"


@compiles(month_of, "hive")
def _month_in_spark(element: month_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"date_format({compiler.process(element.clauses, **options)}, 'yyyy-MM')"
