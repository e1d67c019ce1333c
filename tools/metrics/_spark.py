"""Spark SQL over its Thrift server: PyHive's connection, with what Spark of today says in its own words.

PyHive's dialect speaks to the Hive of 2014: it takes `/` for whole division, days for timestamps and the name of the
database for that of the table. Connection, escaping and types of results are PyHive's; the words are Spark's.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from pyhive import hive
from pyhive.sqlalchemy_hive import HiveDialect, HiveExecutionContext
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    String,
    cast,
    text,
)
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.sql.compiler import DDLCompiler, GenericTypeCompiler, SQLCompiler
from sqlalchemy.types import NullType, TypeEngine
from thrift.transport.TTransport import TTransportException

_TYPES: dict[str, type[TypeEngine[Any]]] = {
    "boolean": Boolean, "tinyint": SmallInteger, "smallint": SmallInteger, "int": Integer, "bigint": BigInteger,
    "float": Float, "double": Float, "decimal": Numeric, "string": String, "varchar": String, "char": String,
    "date": Date, "timestamp": DateTime, "timestamp_ntz": DateTime,
}  # fmt: skip

UNSOUND = "org.apache.spark.sql.catalyst.optimizer.PushProjectionThroughUnion"
"""A rule of Spark's optimizer that fails where a window sorts the rows of a UNION by what is also selected
(PLAN_VALIDATION_FAILED_RULE_IN_BATCH, Spark 4.3). Columns that nobody reads are pruned without it too.
"""


class SparkDate(Date):
    """A day: goes out as a typed literal, comes back as text."""

    def bind_expression(self, bindvalue: Any) -> Any:
        return cast(bindvalue, Date())

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return lambda value: date.fromisoformat(value) if isinstance(value, str) else value


class SparkDateTime(DateTime):
    """A moment, as SparkDate."""

    def bind_expression(self, bindvalue: Any) -> Any:
        return cast(bindvalue, DateTime())

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return lambda value: datetime.fromisoformat(value) if isinstance(value, str) else value


class SparkCompiler(SQLCompiler):
    """Statements."""

    def visit_floordiv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        return f"{self.process(binary.left, **kw)} DIV {self.process(binary.right, **kw)}"

    def visit_delete(self, delete_stmt: Any, *args: Any, **kw: Any) -> str:
        """Files cannot lose some of their rows, only all."""
        said = str(super().visit_delete(delete_stmt, *args, **kw))  # type: ignore[no-untyped-call]
        return said if delete_stmt._where_criteria else said.replace("DELETE FROM", "TRUNCATE TABLE", 1)

    def visit_empty_set_expr(self, element_types: Any, **kw: Any) -> str:
        return f"SELECT {', '.join('NULL' for _ in element_types)} WHERE 1 != 1"


class SparkTypes(GenericTypeCompiler):
    """Types of columns and casts: text has no length, and a float of 32 bits would lose what the others keep."""

    def visit_VARCHAR(self, type_: Any, **kw: Any) -> str:  # noqa: N802  named by SQLAlchemy
        return "STRING"

    visit_CHAR = visit_NVARCHAR = visit_TEXT = visit_VARCHAR  # noqa: N815

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "DOUBLE"

    def visit_DATETIME(self, type_: Any, **kw: Any) -> str:  # noqa: N802
        return "TIMESTAMP"


class SparkTables(DDLCompiler):
    """Tables: Parquet files, which know neither keys nor indexes."""

    def create_table_constraints(self, table: Any, *args: Any, **kw: Any) -> str:
        return ""

    def post_create_table(self, table: Any) -> str:
        return " USING parquet"


class SparkExecution(HiveExecutionContext):  # type: ignore[misc]
    """One statement."""

    def create_cursor(self) -> Any:
        cursor = super().create_cursor()
        cursor._poll_interval = 0  # PyHive sleeps a second between two batches of rows
        return cursor


class SparkDialect(HiveDialect):  # type: ignore[misc]
    """What `hive://host:port/database` opens."""

    statement_compiler = SparkCompiler
    ddl_compiler = SparkTables
    type_compiler_cls = SparkTypes
    type_compiler = SparkTypes
    execution_ctx_cls = SparkExecution
    supports_statement_cache = True
    div_is_floordiv = False
    colspecs = {Date: SparkDate, DateTime: SparkDateTime}  # noqa: RUF012

    @classmethod
    def import_dbapi(cls) -> Any:
        return hive

    def on_connect(self) -> Callable[[Any], None]:
        def prepare(connection: Any) -> None:
            with contextlib.closing(connection.cursor()) as cursor:
                cursor.execute(f"SET spark.sql.optimizer.excludedRules={UNSOUND}")

        return prepare

    def connect(self, *args: Any, **kw: Any) -> Any:
        with _lost_is_an_error():
            return super().connect(*args, **kw)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        with _lost_is_an_error():
            super().do_execute(cursor, statement, parameters, context)

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        return isinstance(e.__cause__, TTransportException | OSError)

    def get_table_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        within = f" IN {self.identifier_preparer.quote_identifier(schema)}" if schema else ""
        return [row.tableName for row in connection.execute(text(f"SHOW TABLES{within}"))]

    def get_view_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        return []  # SHOW TABLES names them too

    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedColumn]:
        where = ".".join(self.identifier_preparer.quote_identifier(part) for part in (schema, table_name) if part)
        described = connection.execute(text(f"DESCRIBE {where}")).all()
        return [_column(*row) for row in takewhile(lambda row: row[0] and not row[0].startswith("#"), described)]

    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        return table_name.lower() in self.get_table_names(connection, schema)


def _column(name: str, said: str, _comment: object) -> ReflectedColumn:
    kind = _TYPES.get(said.partition("(")[0], NullType)
    return {"name": name, "type": kind(), "nullable": True, "default": None}


@contextlib.contextmanager
def _lost_is_an_error() -> Iterator[None]:
    """A server that is gone is an error of the database, not of Thrift."""
    try:
        yield
    except (TTransportException, OSError) as lost:
        raise hive.OperationalError(f"the Thrift server does not answer: {lost}") from lost
