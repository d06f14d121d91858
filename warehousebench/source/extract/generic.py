"""Any database that SQLAlchemy speaks to: rows streamed on one connection, in one transaction, converted value by value."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Column, Table
from warehousebench.source.database import connected
from warehousebench.source.extract.base import Chunk, Reject, query
from warehousebench.source.extract.convert import batch_of

ROWS = 20_000


class GenericExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`."""

    workers = 1
    consistent = "one transaction on one connection"

    def __init__(self, url: str, schema: str | None) -> None:
        self._schema = schema
        self._held = ExitStack()
        self._connection = self._held.enter_context(connected(url))
        self._lock = threading.RLock()
        self.dialect = self._connection.dialect.name
        if self.dialect == "sqlite":
            # The driver begins no transaction for reads by itself, and SQLite none before the first of them.
            self._connection.exec_driver_sql("BEGIN")
            self.rows("SELECT count(*) FROM sqlite_master")
            # Text that is no UTF-8 is to be seen, not to stop everything.
            self._connection.connection.driver_connection.text_factory = _text_or_bytes  # type: ignore[union-attr]

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:  # noqa: ARG002
        """Return the whole table: one connection gains nothing from parts."""
        return (Chunk(),)

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows as the driver gives them, converted."""
        with self._lock, _translated():
            cursor = self._connection.connection.cursor()
            try:
                cursor.execute(query(self, table, chunk))
                first = 1
                while rows := cursor.fetchmany(ROWS):
                    yield batch_of(table, rows, reject, first)
                    first += len(rows)
            finally:
                cursor.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock, _translated():
            return [tuple(row) for row in self._connection.exec_driver_sql(sql)]

    def read_exactly(self, table: Table, chunk: Chunk) -> bool:  # noqa: ARG002
        """Return that every read is in the transaction."""
        return False

    def relation(self, table: Table) -> str:
        """Return the table's full name."""
        name = self.quote(table.name)
        return f"{self.quote(self._schema)}.{name}" if self._schema else name

    def shown(self, column: Column) -> str:
        """Return the column as it is."""
        return self.quote(column.name)

    plain = shown

    def literal(self, text: str) -> str:
        """Return ``text`` in single quotes; SQLite's statements end at a NUL, its texts need not."""
        if "\0" in text and self.dialect == "sqlite":
            return f"CAST(x'{text.encode().hex()}' AS TEXT)"
        return "'" + text.replace("'", "''") + "'"

    def quote(self, name: str) -> str:
        """Return ``name`` as the database quotes identifiers."""
        return self._connection.dialect.identifier_preparer.quote_identifier(name)

    def close(self) -> None:
        """End the session."""
        self._held.close()


def _text_or_bytes(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's errors into ours; every driver's own have the same base, which only it can name."""
    try:
        yield
    except (SourceError, GeneratorExit):
        raise
    except sa.exc.SQLAlchemyError as error:
        raise SourceError(_sentence(getattr(error, "orig", None) or error)) from error
    except Exception as error:
        if not any(base.__name__ == "DatabaseError" for base in type(error).__mro__):
            raise
        raise SourceError(_sentence(error)) from error


def _sentence(error: BaseException) -> str:
    line = str(error).strip().split("\n", 1)[0].rstrip(".")
    return f"the source failed: {line}. Check that the table is still there and may be read."
