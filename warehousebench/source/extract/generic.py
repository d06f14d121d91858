"""Any database that SQLAlchemy speaks to: rows streamed on one connection, in one transaction, converted value by value."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Table
from warehousebench.source.database import connected
from warehousebench.source.extract.base import Chunk, Reject
from warehousebench.source.extract.convert import batch_of

ROWS = 20_000


class GenericExtraction:
    """See :class:`warehousebench.source.extract.base.Extraction`."""

    parallel = False

    def __init__(self, url: str, schema: str | None) -> None:
        self._schema = schema
        self._held = ExitStack()
        self._connection = self._held.enter_context(connected(url))
        self._lock = threading.RLock()
        if self._connection.dialect.name == "sqlite":
            # The driver begins no transaction for reads by itself; and text that is no UTF-8 is to be seen, not to stop it.
            self._connection.exec_driver_sql("BEGIN")
            self._connection.connection.driver_connection.text_factory = _text_or_bytes  # type: ignore[union-attr]

    @property
    def consistent(self) -> str:
        """Return how one moment is kept: by one transaction."""
        return "one transaction on one connection"

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:  # noqa: ARG002
        """Return the whole table: one connection gains nothing from parts."""
        return (Chunk(),)

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the rows as the driver gives them, converted."""
        columns = ", ".join(self.quote(column.name) for column in table.columns)
        with self._lock, _translated():
            cursor = self._connection.connection.cursor()
            try:
                cursor.execute(f"SELECT {columns} FROM {self.relation(table, chunk)}")
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

    def relation(self, table: Table, chunk: Chunk | None = None) -> str:  # noqa: ARG002
        """Return the table's full name."""
        name = self.quote(table.name)
        return f"{self.quote(self._schema)}.{name}" if self._schema else name

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
