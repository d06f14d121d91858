"""PostgreSQL: COPY as CSV from several sessions on one exported snapshot, in ranges of the table's pages.

Sources: PostgreSQL documentation, "Snapshot Synchronization Functions", "COPY", "LOCK", "TID scans" (since version 14).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import STRINGS, Column, Table, TypeKind
from warehousebench.source.extract import text
from warehousebench.source.extract.base import BATCH_ROWS, Chunk, Reject, query, ranges
from warehousebench.source.extract.copying import copied

WAIT = 15  # seconds for a connection, and for a table that somebody alters
_TID_SCANS = 14
_LOST = ("08", "57")  # classes of SQLSTATE: connection exception, operator intervention
_AS_TEXT = frozenset({TypeKind.INTERVAL, TypeKind.UUID, TypeKind.JSON, TypeKind.OTHER})
_TEXTS = ("text", "character varying", "varchar", "character(", "char(", "bpchar")  # all others, such as enums, become text here
# Values look the same whatever the server's settings are, and quotes mean what the standard says.
_SESSION = f"""
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
    SET extra_float_digits = 3; SET client_encoding = 'UTF8'; SET lc_monetary = 'C'; SET standard_conforming_strings = on;
    SET lock_timeout = '{WAIT}s'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0
"""


class PostgresExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`.

    The first session exports its snapshot, and holds every table with the lock of a reader, as pg_dump does: what would
    empty a table or change its columns waits until the end.
    """

    dialect = "postgres"
    consistent = "one exported snapshot for all sessions"

    def __init__(self, url: str, schema: str | None, tables: Sequence[Table], connections: int) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._schema = schema
        self.workers = connections
        self._free = threading.BoundedSemaphore(connections)
        self._idle: list[Any] = []
        self._open: list[Any] = []
        self._lock = threading.Lock()
        self._snapshot = ""
        keeper = self._connect()
        try:
            # Locks come before the snapshot: what is gone or forbidden fails when it is read, and alone.
            for table in tables:
                self._hold(keeper, table)
            with _translated():
                (self._snapshot,) = keeper.execute("SELECT pg_export_snapshot()").fetchone()
                keeper.execute("SAVEPOINT held")
        except BaseException:
            self.close()
            raise
        self._idle.append(keeper)
        ((self._version, encoding),) = self.rows(
            "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
        )
        # A database without an encoding refuses whole tables for one odd byte, unless nobody asks it to look.
        self._encoding = "SQL_ASCII" if encoding == "SQL_ASCII" else "UTF8"

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return ranges of pages, if the server can scan them and the table is no view or partitioned."""
        name = self.literal(self.relation(table))
        ((kind, pages, known),) = self.rows(
            "SELECT relkind, pg_relation_size(oid) / current_setting('block_size')::int, reltuples "
            f"FROM pg_class WHERE oid = {name}::regclass"
        )
        count = table.rows if table.rows is not None else max(0, int(known))
        parts = min(-(-count // rows), int(pages))
        if kind != "r" or self._version < _TID_SCANS or parts < 2:
            return (Chunk(),)
        return ranges("ctid", [f"'({int(pages) * part // parts},0)'::tid" for part in range(1, parts)])

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows as parsed blocks of CSV; a block that Arrow refuses is read value by value."""
        sql = f"COPY ({query(self, table, chunk)}) TO STDOUT (FORMAT csv, NULL '{text.NULL}')"
        seen = 1
        with self._session() as session:
            session.execute(f"SET client_encoding = '{self._encoding}'")
            for rows, block in copied(session, sql):
                batch = text.parsed(table, block, reject, seen)
                seen += rows
                for start in range(0, batch.num_rows, BATCH_ROWS):
                    yield batch.slice(start, BATCH_ROWS)
            session.execute("SET client_encoding = 'UTF8'")

    def read_exactly(self, table: Table, chunk: Chunk) -> bool:  # noqa: ARG002
        """Return that every read is on the snapshot."""
        return False

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._session() as session:
            return list(session.execute(sql).fetchall())

    def relation(self, table: Table) -> str:
        """Return the table's full name."""
        return f"{self.quote(self._schema)}.{self.quote(table.name)}" if self._schema else self.quote(table.name)

    def shown(self, column: Column) -> str:
        """Return the column as CSV is to show it: money and bits as numbers, what is no plain type as text."""
        name, kind = self.quote(column.name), column.type.kind
        if column.type.native.lower() == "money":
            return f"{name}::numeric(19, 2)"
        if kind is TypeKind.BOOLEAN and column.type.native.lower().startswith("bit"):
            return f"({name} = B'1')"
        as_text = kind in _AS_TEXT or (kind in STRINGS and not column.type.native.lower().startswith(_TEXTS))
        return f"{name}::text" if as_text else name

    def plain(self, column: Column) -> str:
        """Return the column's own text."""
        return f"{self.quote(column.name)}::text"

    def literal(self, text: str) -> str:
        """Return ``text`` in single quotes."""
        return "'" + text.replace("'", "''") + "'"

    def quote(self, name: str) -> str:
        """Return ``name`` in double quotes."""
        return '"' + name.replace('"', '""') + '"'

    def close(self) -> None:
        """End all sessions."""
        for connection in self._open:
            with suppress(Exception):
                connection.close()

    @contextmanager
    def _session(self) -> Iterator[Any]:
        """Lend a session on the snapshot; one that failed goes back to where it was, a broken one is given up."""
        with self._free:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            session = session or self._connect(self._snapshot)
            try:
                with _translated():
                    yield session
            except BaseException:
                with suppress(Exception):
                    session.execute("ROLLBACK TO SAVEPOINT held")
                raise
            finally:
                if not session.closed:
                    with self._lock:
                        self._idle.append(session)

    def _connect(self, snapshot: str = "") -> Any:
        with _translated():
            from psycopg import connect

            connection = connect(self._url, autocommit=True, connect_timeout=WAIT)
            with self._lock:
                self._open.append(connection)
            connection.execute(_SESSION)
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            if snapshot:
                connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
                connection.execute("SAVEPOINT held")
            return connection

    def _hold(self, keeper: Any, table: Table) -> None:
        import psycopg

        with _translated():
            keeper.execute("SAVEPOINT each")
            try:
                keeper.execute(f"LOCK TABLE {self.relation(table)} IN ACCESS SHARE MODE")
            except psycopg.Error:
                keeper.execute("ROLLBACK TO SAVEPOINT each")
            keeper.execute("RELEASE SAVEPOINT each")


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
