"""What every extraction offers: a table in chunks, a chunk in Arrow batches, and the source's own word on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from warehousebench.model.catalog import Table
from warehousebench.source.values import arrow_type

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a table's rows: those that satisfy ``condition`` in the source's SQL; all of them if it is empty."""

    number: int = 0
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row whose value does not fit its declared type: which table and column, the row's key, the value as people see it."""

    table: str
    column: str
    key: str
    value: str
    reason: str


Reject = Callable[[Rejected], None]


class Extraction(Protocol):
    """An open source: everything it reads is as of one moment, from as many threads as call it."""

    @property
    def consistent(self) -> str:
        """Return in words how one moment is kept for all tables, or that it is not."""
        ...

    @property
    def parallel(self) -> bool:
        """Tell whether several threads may read at once."""
        ...

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return parts of about ``rows`` rows each that together are the whole table, each row in one."""
        ...

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the chunk's rows in the types of :func:`schema_of`; rows that do not fit go to ``reject`` instead.

        Raises SourceError, TransientError if the connection broke.
        """
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query in the source's SQL, as of the same moment; raises SourceError."""
        ...

    def relation(self, table: Table, chunk: Chunk | None = None) -> str:
        """Return what can follow FROM: the table, or a part of it."""
        ...

    def quote(self, name: str) -> str:
        """Return ``name`` as an identifier of the source."""
        ...

    def close(self) -> None:
        """End all sessions."""
        ...


def schema_of(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table's rows."""
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in table.columns])


def key_of(table: Table, row: Sequence[Any], number: int) -> str:
    """Return what identifies a row for people: its primary key, or its number in the chunk, from 1."""
    names = [column.name for column in table.columns]
    parts = [f"{name}={row[names.index(name)]}" for name in table.primary_key]
    return ", ".join(parts) or f"row {number}"
