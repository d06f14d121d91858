"""COPY: rows of Parquet files as text that Vertica reads back to the same values, or the files themselves.

Every text is enclosed, so that an empty one is not NULL (which is nothing at all), and its special characters escaped.
Source: Vertica documentation, "COPY", "DELIMITED", "Binary (native) data", "Saving rejected data to a table".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from warehousebench import duck
from warehousebench.engines.vertica.types import quote, text
from warehousebench.model.catalog import FLOATS, INTEGERS, Column, Table, TypeKind

if TYPE_CHECKING:
    import pyarrow as pa

# In the documentation's order, since some parsers insist on it.  Backslash and line feed are the defaults for escaping and ending.
_FORMAT = """DELIMITER '|' ENCLOSED BY '"' ENFORCELENGTH NULL ''"""
_BATCH_ROWS = 20_480
_PLAIN = INTEGERS | {TypeKind.DECIMAL, TypeKind.BOOLEAN, TypeKind.TIME, TypeKind.UUID}
_DATES = frozenset({TypeKind.DATE, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ})


def copy_text(table: Table, rejects: str) -> str:
    """Return the statement that loads the text of :class:`RowStream`; rows that do not fit go to the table ``rejects``."""
    columns = ", ".join(
        quote(column.name) + (" FORMAT 'hex'" if column.type.kind is TypeKind.BINARY else "") for column in table.columns
    )
    return f"COPY {quote(table.name)} ({columns}) FROM STDIN {_FORMAT} {_rejected(rejects)}"


def copy_parquet(table: Table, places: Sequence[str], rejects: str) -> str:
    """Return the statement that loads Parquet files from where the server finds them: paths or s3:// addresses."""
    columns = ", ".join(quote(column.name) for column in table.columns)
    files = ", ".join(text(place) for place in places)
    return f"COPY {quote(table.name)} ({columns}) FROM {files} PARQUET {_rejected(rejects)}"


def _rejected(table: str) -> str:
    """Keep what is refused, with its reason, in a table that NO COMMIT makes a local temporary one."""
    return f"REJECTED DATA AS TABLE {quote(table)} NO COMMIT"


class RowStream:
    """The rows of Parquet files as the text of a COPY, made as it is read: a batch of rows is all that is in memory."""

    def __init__(self, table: Table, files: Sequence[Path]) -> None:
        self.rows = 0
        self.bytes = 0
        self._connection = duck.connect(threads=2)
        duck.run(self._connection, "SET TimeZone = 'UTC'")
        self._chunks = self._rendered(_query(table, files))
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes (all of a batch if negative), none at the end; raises EngineError."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        part = bytes(self._rest[:size] if size >= 0 else self._rest)
        self._rest = self._rest[len(part) :]
        self.bytes += len(part)
        return part

    def close(self) -> None:
        """Let go of the files."""
        self._connection.close()

    def _rendered(self, sql: str) -> Iterator[memoryview]:
        for batch in duck.batches(self._connection, sql, _BATCH_ROWS):
            self.rows += batch.num_rows
            yield _bytes(batch.column(0))


def _bytes(column: pa.Array) -> memoryview:
    """Return the texts of ``column`` one after the other, as they lie in memory already."""
    import pyarrow as pa

    if column.type != pa.large_string():
        column = column.cast(pa.large_string())
    _, offsets, data = column.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)
    return memoryview(data)[bounds[column.offset] : bounds[column.offset + len(column)]] if data else memoryview(b"")


def _query(table: Table, files: Sequence[Path]) -> str:
    paths = ", ".join(duck.text(str(path)) for path in files)
    fields = " || '|' || ".join(f"coalesce({_field(column)}, '')" for column in table.columns)
    return f"SELECT {fields} || chr(10) AS line FROM read_parquet([{paths}])"


def _field(column: Column) -> str:
    """Return DuckDB's expression for the column's value as a field of the text; NULL for NULL."""
    name, kind = duck.quote(column.name), column.type.kind
    plain = f"CAST({name} AS VARCHAR)"
    if kind in _PLAIN:
        return plain
    if kind is TypeKind.REAL:
        plain = f"CAST(CAST({name} AS DOUBLE) AS VARCHAR)"  # all digits: FLOAT is double precision there
    if kind in FLOATS:
        named = f"WHEN isnan({name}) THEN 'NaN' WHEN {name} > 0 THEN 'Infinity' WHEN {name} < 0 THEN '-Infinity'"
        return f"CASE WHEN isfinite({name}) THEN {plain} {named} END"
    if kind in _DATES:
        return f"replace({plain}, ' (BC)', ' BC')"
    if kind is TypeKind.BINARY:
        return f"CASE WHEN octet_length({name}) = 0 THEN '\"\"' ELSE '0x' || hex({name}) END"
    escaped = plain
    for special in ("'\\'", "'\"'", "'|'", "chr(10)"):
        escaped = f"replace({escaped}, {special}, '\\' || {special})"
    return f"'\"' || {escaped} || '\"'"
