"""MySQL and MariaDB: connectorx for speed, and a transaction that keeps one moment to hold every table against.

connectorx opens connections of its own, which cannot join a transaction.  So the rows are read beside a transaction that
was begun first, and what it says of a chunk (counts, sums, digests) decides: what changed in between is read again, on the
transaction itself.  Sources: MySQL reference manual, "Consistent Nonlocking Reads"; connectorx documentation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import INTEGERS, Column, Table, TypeKind
from warehousebench.source.extract.base import Chunk, Reject, query, ranges, schema_of
from warehousebench.source.extract.convert import batch_of

ROWS = 20_000
WAIT = 15  # seconds for a connection, and for a table that somebody alters
_LOST = (1927, 2006, 2013, 2055)  # the connection was killed, server has gone away, lost connection
# connectorx holds decimals in 96 bits and gives all of them ten places.
_DIGITS, _PLACES = 28, 10
_TRANSACTIONAL = """
    SELECT t.table_name FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
    WHERE t.table_schema = {} AND coalesce(e.transactions, 'NO') <> 'YES'"""


class MySqlExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`.

    With one connection, all is read on the transaction: slowly, and with nothing that could change in between.
    """

    dialect = "mysql"

    def __init__(self, url: str, schema: str | None, tables: Sequence[Table], connections: int) -> None:
        self._url = sa.make_url(url)
        self._schema = schema or self._url.database
        self._lock = threading.RLock()
        self.workers = max(1, connections - 1)
        self._alone = connections == 1
        self._exact: set[tuple[str, int]] = set()
        self._connection = self._connect()
        try:
            self._hold(tables)
            names = {table.name for table in tables}
            found = self.rows(_TRANSACTIONAL.format(self.literal(self._schema or "")))
            self._unsteady = sorted(str(name) for (name,) in found if name in names)
        except BaseException:
            self.close()
            raise

    @property
    def consistent(self) -> str:
        """Return how one moment is kept, and which tables have an engine that cannot."""
        without = f"; its engine keeps no moment for {', '.join(self._unsteady)}" if self._unsteady else ""
        return f"one repeatable-read transaction that every chunk is held against{without}"

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return ranges of the first key column, if it is a whole number; the whole table otherwise."""
        first = table.primary_key[0] if table.primary_key else None
        count = table.rows or 0
        if first is None or table.column(first).type.kind not in INTEGERS or count <= rows:
            return (Chunk(),)
        name = self.quote(first)
        ((low, high),) = self.rows(f"SELECT min({name}), max({name}) FROM {self.relation(table)}")
        if low is None:
            return (Chunk(),)
        parts = min(-(-count // rows), int(high) - int(low) + 1)
        return ranges(name, [str(int(low) + (int(high) - int(low) + 1) * part // parts) for part in range(1, parts)])

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows by connectorx, or on the transaction itself where they have to be exact."""
        if self._alone or (table.name, chunk.number) in self._exact:
            yield from self._exactly(table, chunk, reject)
            return
        columns = ", ".join(f"{_quick(column, self)} AS {self.quote(column.name)}" for column in table.columns)
        condition = f" WHERE {chunk.condition}" if chunk.condition else ""
        schema = schema_of(table)
        with self._spared(table, chunk):
            for batch in self._reader(f"SELECT {columns} FROM {self.relation(table)}{condition}"):
                arrays = [pc.cast(column, field.type, safe=True) for field, column in zip(schema, batch.columns, strict=True)]
                yield pa.record_batch(arrays, schema=schema)

    def read_exactly(self, table: Table, chunk: Chunk) -> bool:
        """Read this chunk on the transaction itself from now on."""
        known = self._alone or (table.name, chunk.number) in self._exact
        self._exact.add((table.name, chunk.number))
        return not known

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the transaction."""
        with self._lock, _translated(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def relation(self, table: Table) -> str:
        """Return the table's full name."""
        return f"{self.quote(self._schema)}.{self.quote(table.name)}" if self._schema else self.quote(table.name)

    def shown(self, column: Column) -> str:
        """Return the column as it comes out: durations and long numbers as text, shapes as the server's own bytes in hex."""
        name, kind, native = self.quote(column.name), column.type.kind, column.type.native.lower()
        if kind is TypeKind.OTHER:
            return f"lower(hex({name}))"
        if kind is TypeKind.BOOLEAN:
            return f"({name} + 0)"
        if kind is TypeKind.REAL:
            return f"({name} + 0e0)"  # by itself it is printed with six digits
        if kind is TypeKind.BINARY and native.startswith("bit"):
            return f"CAST({name} AS BINARY)"  # or it counts as a number where bytes are asked for
        if kind is TypeKind.TEXT and native.startswith(("time", "dec", "num", "fixed")):
            return f"CAST({name} AS CHAR)"
        return name

    def plain(self, column: Column) -> str:
        """Return the column's own text."""
        return f"CAST({self.quote(column.name)} AS CHAR)"

    def literal(self, text: str) -> str:
        """Return ``text`` in single quotes, where a backslash starts an escape."""
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"

    def quote(self, name: str) -> str:
        """Return ``name`` in backquotes."""
        return "`" + name.replace("`", "``") + "`"

    def close(self) -> None:
        """End the transaction."""
        with suppress(Exception):
            self._connection.close()

    def _reader(self, sql: str) -> pa.RecordBatchReader:
        try:
            import connectorx
        except ImportError as error:
            raise SourceError("MySQL needs its drivers. Run: pip install 'warehousebench[mysql]'") from error
        url = self._url.set(drivername="mysql", query={}).render_as_string(hide_password=False)
        session = [f"SET time_zone = '+00:00', sql_mode = '', lock_wait_timeout = {WAIT}"]
        try:
            return connectorx.read_sql(url, sql, return_type="arrow_stream", pre_execution_query=session, batch_size=ROWS)
        except (RuntimeError, ValueError) as error:
            raise SourceError(f"MySQL: {_line(error)}. Check that the table is still there and may be read.") from error

    @contextmanager
    def _spared(self, table: Table, chunk: Chunk) -> Iterator[None]:
        """Turn what connectorx raises while it reads into an error that another attempt cures, on the transaction."""
        try:
            yield
        except (SourceError, GeneratorExit, KeyboardInterrupt, OSError):
            raise
        except BaseException as error:  # its panics have no other base
            self.read_exactly(table, chunk)
            raise TransientError(f"connectorx cannot bring these rows: {_line(error)}") from error

    def _exactly(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        from pymysql.cursors import SSCursor

        with self._lock, _translated(), self._connection.cursor(SSCursor) as cursor:
            cursor.execute(query(self, table, chunk))
            first = 1
            while rows := cursor.fetchmany(ROWS):
                yield batch_of(table, rows, reject, first)
                first += len(rows)

    def _hold(self, tables: Sequence[Table]) -> None:
        """Touch every table: one that the transaction has seen cannot be altered until its end."""
        for table in tables:
            with suppress(SourceError):  # it fails again when it is read, and alone
                self.rows(f"SELECT 1 FROM {self.relation(table)} LIMIT 1")

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
                connect_timeout=WAIT,
            )
            with connection.cursor() as cursor:
                cursor.execute(f"SET time_zone = '+00:00', sql_mode = '', lock_wait_timeout = {WAIT}")
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            return connection


def _quick(column: Column, source: MySqlExtraction) -> str:
    """Return the expression that connectorx brings without a panic: what it cannot hold comes as NULL, and is missed then."""
    name, type_ = source.quote(column.name), column.type
    if type_.kind in (TypeKind.DATE, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        # Dates with a zero, and such as February 31, have no last day of their month or one before them.
        return f"IF(dayofmonth({name}) BETWEEN 1 AND dayofmonth(last_day({name})), {name}, NULL)"
    if type_.kind is TypeKind.DECIMAL and ((type_.precision or 99) > _DIGITS or (type_.scale or 0) > _PLACES):
        return f"CAST({name} AS CHAR)"
    return name if type_.kind is TypeKind.REAL else source.shown(column)


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
