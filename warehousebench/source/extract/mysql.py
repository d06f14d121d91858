"""MySQL and MariaDB: connectorx for speed, and a transaction that keeps one moment to hold every table against.

connectorx opens connections of its own, which cannot join a transaction.  So the rows are read beside a transaction that
was begun first, and what it says of a table (counts, sums, digests) decides: a table that changed in between is read again,
on the transaction itself.  Sources: MySQL reference manual, "Consistent Nonlocking Reads"; connectorx documentation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import INTEGERS, Column, Table, TypeKind
from warehousebench.source.extract.base import Chunk, Reject, schema_of
from warehousebench.source.extract.convert import batch_of

ROWS = 20_000
_LOST = (2006, 2013, 2055)  # client errors: server has gone away, lost connection
# What connectorx brings in a type from which ours follows by a cast that loses nothing, or fails.
_FAST = frozenset(
    {
        *INTEGERS,
        TypeKind.DECIMAL,
        TypeKind.DOUBLE,
        TypeKind.VARCHAR,
        TypeKind.TEXT,
        TypeKind.CHAR,
        TypeKind.DATE,
        TypeKind.TIMESTAMP,
    }
)


class MySqlExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`."""

    parallel = True
    consistent = "one repeatable-read transaction that every table is held against"

    def __init__(self, url: str, schema: str | None) -> None:
        self._url = sa.make_url(url)
        self._schema = schema or self._url.database
        self._lock = threading.RLock()
        self._slow: set[str] = set()
        self._connection = self._connect()

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return ranges of the first key column, if it is a whole number; the whole table otherwise."""
        first = table.primary_key[0] if table.primary_key else None
        count = table.rows or 0
        if first is None or table.column(first).type.kind not in INTEGERS or count <= rows:
            return (Chunk(),)
        name = self.quote(first)
        ((low, high),) = self.rows(f"SELECT min({name}), max({name}) FROM {self.relation(table)}")
        if low is None or int(high) <= int(low):
            return (Chunk(),)
        parts = -(-count // rows)
        bounds = [int(low) + (int(high) - int(low) + 1) * part // parts for part in range(parts)]
        lows = [f"{name} >= {bound}" if place else "" for place, bound in enumerate(bounds)]
        highs = [f"{name} < {bound}" for bound in bounds[1:]] + [""]
        conditions = (" AND ".join(filter(None, pair)) for pair in zip(lows, highs, strict=True))
        return tuple(Chunk(number, condition) for number, condition in enumerate(conditions))

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows by connectorx, or on the transaction itself where it cannot bring them exactly."""
        if table.name in self._slow or any(column.type.kind not in _FAST for column in table.columns):
            yield from self._exactly(table, chunk, reject)
            return
        reader = self._reader(table, chunk)
        first = 1
        for batch in reader:
            try:
                yield _cast(table, batch)
            except (pa.ArrowException, ValueError):
                yield batch_of(table, list(zip(*(column.to_pylist() for column in batch.columns), strict=True)), reject, first)
            first += batch.num_rows

    def read_exactly(self, table: Table) -> None:
        """Read this table on the transaction itself from now on."""
        self._slow.add(table.name)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the transaction."""
        with self._lock, _translated(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def relation(self, table: Table, chunk: Chunk | None = None) -> str:
        """Return the table's full name, or a part of it."""
        name = f"{self.quote(self._schema)}.{self.quote(table.name)}" if self._schema else self.quote(table.name)
        return name if chunk is None or not chunk.condition else f"(SELECT * FROM {name} WHERE {chunk.condition}) AS part"

    def quote(self, name: str) -> str:
        """Return ``name`` in backquotes."""
        return "`" + name.replace("`", "``") + "`"

    def close(self) -> None:
        """End the transaction."""
        with suppress(Exception):
            self._connection.close()

    def _reader(self, table: Table, chunk: Chunk) -> pa.RecordBatchReader:
        try:
            import connectorx
        except ImportError as error:
            raise SourceError("MySQL needs its drivers. Run: pip install 'warehousebench[mysql]'") from error
        columns = ", ".join(_selected(column, self.quote(column.name)) for column in table.columns)
        url = self._url.set(drivername="mysql", query={}).render_as_string(hide_password=False)
        try:
            return connectorx.read_sql(
                url,
                f"SELECT {columns} FROM {self.relation(table, chunk)}",
                return_type="arrow_stream",
                pre_execution_query=["SET time_zone = '+00:00'"],
            )
        except (RuntimeError, ValueError) as error:
            raise SourceError(f"MySQL: {_line(error)}. Check that the table is still there and may be read.") from error

    def _exactly(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        from pymysql.cursors import SSCursor

        columns = ", ".join(self.quote(column.name) for column in table.columns)
        with self._lock, _translated(), self._connection.cursor(SSCursor) as cursor:
            cursor.execute(f"SELECT {columns} FROM {self.relation(table, chunk)}")
            first = 1
            while rows := cursor.fetchmany(ROWS):
                yield batch_of(table, rows, reject, first)
                first += len(rows)

    def _connect(self) -> Any:
        with _translated():
            import pymysql

            connection = pymysql.connect(
                host=self._url.host or "localhost",
                port=self._url.port or 3306,
                user=self._url.username or "",
                password=self._url.password or "",
                database=self._url.database,
                charset="utf8mb4",
                connect_timeout=15,
            )
            with connection.cursor() as cursor:
                cursor.execute("SET time_zone = '+00:00'")
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            return connection


def _selected(column: Column, name: str) -> str:
    return f"rtrim({name}) AS {name}" if column.type.kind is TypeKind.CHAR else name


def _cast(table: Table, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch in the table's types; raises ArrowInvalid if a value would change."""
    schema = schema_of(table)
    arrays = []
    for field, column in zip(schema, batch.columns, strict=True):
        if pa.types.is_date(field.type) and not pa.types.is_date(column.type):
            raise ValueError(f"{field.name} came as {column.type}")
        arrays.append(pc.cast(column, field.type, safe=True))
    return pa.record_batch(arrays, schema=schema)


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


@contextmanager
def _translated() -> Iterator[None]:
    """Turn pymysql's errors into ours; its messages hold no password."""
    try:
        import pymysql
    except ImportError as error:
        raise SourceError("MySQL needs its drivers. Run: pip install 'warehousebench[mysql]'") from error
    try:
        yield
    except pymysql.Error as error:
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        if code in _LOST:
            raise TransientError(f"the connection to MySQL broke: {error.args[-1]}") from error
        raise SourceError(f"MySQL: {error.args[-1]}. Check that the table is still there and may be read.") from error
