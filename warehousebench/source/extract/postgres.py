"""PostgreSQL: COPY as CSV from many sessions on one exported snapshot, in ranges of the table's pages.

Sources: PostgreSQL documentation, "Snapshot Synchronization Functions", "COPY", "TID scans" (since version 14).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import sqlalchemy as sa

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import Column, Table, TypeKind
from warehousebench.source.extract.base import BATCH_ROWS, Chunk, Reject, schema_of
from warehousebench.source.extract.convert import batch_of

BLOCK = 4 << 20  # bytes of CSV that are parsed at once
_TID_SCANS = 14
_LOST = ("08", "57")  # classes of SQLSTATE: connection exception, operator intervention
_NULL = "\\N"
# What CSV says in another way than Arrow reads it: taken as text and converted one by one.
_BY_HAND = frozenset({TypeKind.BINARY})


class PostgresExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`."""

    consistent = "one exported snapshot for all sessions"
    parallel = True

    def __init__(self, url: str, schema: str | None) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._schema = schema
        self._sessions = threading.local()
        self._open: list[Any] = []
        self._lock = threading.Lock()
        self._keeper = self._connect()
        self._snapshot = str(self._one(self._keeper, "SELECT pg_export_snapshot()"))
        self._version = int(self._one(self._keeper, "SELECT current_setting('server_version_num')::int / 10000"))

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return ranges of pages, if the server can scan them and the table is no view or partitioned."""
        name = self.relation(table).replace("'", "''")
        ((kind, pages, known),) = self.rows(
            "SELECT relkind, pg_relation_size(oid) / current_setting('block_size')::int, reltuples "
            f"FROM pg_class WHERE oid = '{name}'::regclass"
        )
        count = table.rows if table.rows is not None else max(0, int(known))
        parts = min(-(-count // rows), int(pages))
        if kind != "r" or self._version < _TID_SCANS or parts < 2:
            return (Chunk(),)
        bounds = [int(pages) * part // parts for part in range(parts)]
        lows = [f"ctid >= '({bound},0)'::tid" if bound else "" for bound in bounds]
        highs = [f"ctid < '({bound},0)'::tid" for bound in bounds[1:]] + [""]
        conditions = (" AND ".join(filter(None, pair)) for pair in zip(lows, highs, strict=True))
        return tuple(Chunk(number, condition) for number, condition in enumerate(conditions))

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows as parsed blocks of CSV; a block that Arrow refuses is read value by value."""
        columns = ", ".join(_selected(column, self.quote(column.name)) for column in table.columns)
        sql = f"COPY (SELECT {columns} FROM {self.relation(table, chunk)}) TO STDOUT (FORMAT csv, NULL '{_NULL}')"
        seen = 1
        for block in self._blocks(sql):
            batch = _parsed(table, block, reject, seen)
            seen += batch.num_rows
            for start in range(0, batch.num_rows, BATCH_ROWS):
                yield batch.slice(start, BATCH_ROWS)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on this thread's session."""
        with _translated():
            return list(self._session().execute(sql).fetchall())

    def relation(self, table: Table, chunk: Chunk | None = None) -> str:
        """Return the table's full name, or a part of it."""
        name = f"{self.quote(self._schema)}.{self.quote(table.name)}" if self._schema else self.quote(table.name)
        if chunk is None or not chunk.condition:
            return name
        return f"(SELECT * FROM {name} WHERE {chunk.condition}) AS part"

    def quote(self, name: str) -> str:
        """Return ``name`` in double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        """End all sessions."""
        for connection in self._open:
            with suppress(Exception):
                connection.close()

    def _blocks(self, sql: str) -> Iterator[bytes]:
        """Yield whole rows of CSV, some megabytes at a time: every message of the server is a row."""
        with _translated(), self._session().cursor() as cursor, cursor.copy(sql) as stream:
            parts: list[bytes] = []
            size = 0
            for row in stream:
                parts.append(row)
                size += len(row)
                if size >= BLOCK:
                    yield b"".join(parts)
                    parts, size = [], 0
            if parts:
                yield b"".join(parts)

    def _session(self) -> Any:
        """Return this thread's session on the snapshot; a broken one is opened anew."""
        connection = getattr(self._sessions, "connection", None)
        if connection is None or connection.broken:
            connection = self._sessions.connection = self._connect(self._snapshot)
        return connection

    def _connect(self, snapshot: str | None = None) -> Any:
        with _translated():
            from psycopg import connect

            connection = connect(self._url, autocommit=True, connect_timeout=15)
            with self._lock:
                self._open.append(connection)
            connection.execute(
                "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'"
            )
            connection.execute("SET extra_float_digits = 3; SET client_encoding = 'UTF8'; SET lc_monetary = 'C'")
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if snapshot:
                connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
            return connection

    def _one(self, connection: Any, sql: str) -> Any:
        with _translated():
            return connection.execute(sql).fetchone()[0]


def _selected(column: Column, name: str) -> str:
    """Return the column as CSV is to show it: fixed text without its filling blanks, money as a number."""
    if column.type.native.lower() == "money":
        return f"{name}::numeric(19, 2)"
    return f"{name}::text" if column.type.kind is TypeKind.CHAR else name


def _parsed(table: Table, block: bytes, reject: Reject, first: int) -> pa.RecordBatch:
    schema = schema_of(table)
    by_hand = [column.name for column in table.columns if column.type.kind in _BY_HAND]
    types = {field.name: pa.string() if field.name in by_hand else field.type for field in schema}
    try:
        found = _read(block, schema.names, types)
        arrays = [_bytes(found[name]) if name in by_hand else found[name] for name in schema.names]
        return pa.record_batch([_whole(each) for each in arrays], schema=schema)
    except (pa.ArrowException, ValueError):
        text = _read(block, schema.names, dict.fromkeys(schema.names, pa.string()))
        rows = list(zip(*(_texts(table.column(name), text[name].to_pylist()) for name in schema.names), strict=True))
        return batch_of(table, rows, reject, first)


def _read(block: bytes, names: list[str], types: dict[str, pa.DataType]) -> pa.Table:
    return csv.read_csv(
        BytesIO(block),
        read_options=csv.ReadOptions(
            column_names=[f"c{place}" for place in range(len(names))], block_size=max(len(block) + 1, 1 << 16)
        ),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={f"c{place}": types[name] for place, name in enumerate(names)},
            null_values=[_NULL],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).rename_columns(names)


def _whole(column: Any) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _bytes(column: Any) -> pa.Array:
    return pa.array([None if text is None else bytes.fromhex(text[2:]) for text in column.to_pylist()], pa.binary())


def _texts(column: Column, cells: list[Any]) -> list[Any]:
    """Return texts as values that the exact conversion takes."""
    if column.type.kind is TypeKind.BOOLEAN:
        return [None if cell is None else cell == "t" for cell in cells]
    if column.type.kind is TypeKind.BINARY:
        return [None if cell is None else bytes.fromhex(cell[2:]) for cell in cells]
    return cells


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors into ours; its messages hold no password."""
    try:
        import psycopg
    except ImportError as error:
        raise SourceError("PostgreSQL needs its driver. Run: pip install 'warehousebench[postgres]'") from error
    try:
        yield
    except psycopg.Error as error:
        line = str(error).strip().split("\n", 1)[0].rstrip(".")
        if isinstance(error, psycopg.OperationalError) and (error.sqlstate or "08")[:2] in _LOST:
            raise TransientError(f"the connection to PostgreSQL broke: {line}") from error
        raise SourceError(f"PostgreSQL: {line}. Check that the table is still there and may be read.") from error
