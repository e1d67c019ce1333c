"""Whole division, exact on every engine: some would divide in floating point, which loses cents of large amounts."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class quotient(GenericFunction[int]):  # noqa: N801  it stands in statements like any function
    """`quotient(7, 2)`: 3; whole numbers, cut off towards zero, however large."""

    type = BigInteger()
    inherit_cache = True
    name = "quotient"

    def __init__(self, numerator: ColumnElement[int], denominator: ColumnElement[int]) -> None:
        super().__init__(numerator, denominator)


@compiles(quotient)
def _whole(element: quotient, compiler: SQLCompiler, **options: Any) -> str:
    numerator, denominator = element.clauses
    return f"({compiler.process(numerator // denominator, **options)})"


@compiles(quotient, "duckdb")
def _exact(element: quotient, compiler: SQLCompiler, **options: Any) -> str:
    numerator, denominator = (compiler.process(part.self_group(), **options) for part in element.clauses)
    return f"({numerator} // {denominator})"
