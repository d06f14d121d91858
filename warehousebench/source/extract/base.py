"""What every extraction offers: a table in chunks, a chunk in Arrow batches, and the source's own word on both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from warehousebench.model.catalog import STRINGS, Column, Table
from warehousebench.source.values import arrow_type

BATCH_ROWS = 65_536
NO_TEXT = "is no UTF-8"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a table's rows: those that satisfy ``condition`` in the source's SQL; all of them if it is empty."""

    number: int = 0
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row with a value that does not fit its declared type: the row's key, the column and the value, why, and the whole row."""

    table: str
    column: str
    key: Mapping[str, str]
    value: str
    reason: str
    row: Mapping[str, str | None]


Reject = Callable[[Rejected], None]


class Extraction(Protocol):
    """An open source: everything it reads is as of one moment, from as many threads as ``workers`` says."""

    @property
    def dialect(self) -> str:
        """Return the name of the source's SQL."""
        ...

    @property
    def workers(self) -> int:
        """Return how many threads may read at once."""
        ...

    @property
    def consistent(self) -> str:
        """Return in words how one moment is kept for all tables, or for which it is not."""
        ...

    def chunks(self, table: Table, rows: int) -> tuple[Chunk, ...]:
        """Return parts of about ``rows`` rows each that together are the whole table, each row in one."""
        ...

    def batches(self, table: Table, chunk: Chunk, reject: Reject) -> Iterator[pa.RecordBatch]:
        """Yield the chunk's rows in the types of :func:`schema_of`; rows that do not fit go to ``reject`` instead.

        Raises SourceError, TransientError if trying again may help.
        """
        ...

    def read_exactly(self, table: Table, chunk: Chunk) -> bool:
        """Read this chunk on the moment itself from now on, however slow that is; False if nothing else was done before."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query in the source's SQL, as of the same moment; raises SourceError."""
        ...

    def relation(self, table: Table) -> str:
        """Return the table's full name."""
        ...

    def shown(self, column: Column) -> str:
        """Return the expression by which the column comes out: unknown types as text, fixed text without its blanks."""
        ...

    def plain(self, column: Column) -> str:
        """Return the expression for a value as :class:`Rejected` shows it."""
        ...

    def literal(self, text: str) -> str:
        """Return ``text`` as a literal of the source's SQL."""
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


def query(source: Extraction, table: Table, chunk: Chunk) -> str:
    """Return the query for a chunk's rows as they come out."""
    columns = ", ".join(f"{source.shown(column)} AS {source.quote(column.name)}" for column in table.columns)
    return f"SELECT {columns} FROM {source.relation(table)}" + (f" WHERE {chunk.condition}" if chunk.condition else "")


def ranges(expression: str, bounds: Sequence[str]) -> tuple[Chunk, ...]:
    """Return chunks that part at ``bounds``, literals in rising order, without a gap and without an end on either side."""
    lows = ["", *(f"{expression} >= {bound}" for bound in bounds)]
    highs = [*(f"{expression} < {bound}" for bound in bounds), ""]
    conditions = (" AND ".join(filter(None, pair)) for pair in zip(lows, highs, strict=True))
    return tuple(Chunk(number, condition) for number, condition in enumerate(conditions))


def rejected(table: Table, row: Sequence[Any], column: Column, number: int) -> Rejected:
    """Return the note on a row whose ``column`` does not fit; without a primary key its ``number`` in the chunk names it."""
    shown = {each.name: _text(value) for each, value in zip(table.columns, row, strict=True)}
    key = {name: shown[name] or "" for name in table.primary_key} or {"row": str(number)}
    value = row[table.columns.index(column)]
    no_text = isinstance(value, bytes) and column.type.kind in STRINGS
    reason = NO_TEXT if no_text else f"does not fit {column.type.native or column.type.kind} exactly"
    return Rejected(table.name, column.name, key, shown[column.name] or "", reason, shown)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return bytes(value).decode(errors="backslashreplace") if isinstance(value, (bytes, memoryview)) else str(value)
