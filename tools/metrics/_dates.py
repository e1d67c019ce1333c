"""Days later, in the engine's own words: date arithmetic is the one thing that every engine writes differently."""

from typing import Any

from sqlalchemy import ColumnElement, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class days_later(GenericFunction[Any]):  # noqa: N801  it stands in statements like any function
    """`days_later(column, 7)`: the day seven days after the column's."""

    type = Date()
    inherit_cache = True
    name = "days_later"

    def __init__(self, day: ColumnElement[Any], days: int) -> None:
        super().__init__(day, days)


@compiles(days_later)
def _plain(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"({compiler.process(day, **options)} + {compiler.process(days, **options)})"


@compiles(days_later, "sqlite")
def _sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    day, days = element.clauses
    return f"date({compiler.process(day, **options)}, {compiler.process(days, **options)} || ' days')"
