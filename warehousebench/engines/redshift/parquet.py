"""Rows as the Parquet files that Redshift's COPY is documented and known to take, in as many pieces as suit the slices.

Sources: Amazon Redshift Developer Guide, "COPY from columnar data formats" (columns by order, types as in the table, snappy)
and "Loading data files" (as many files as a multiple of the slices, each of 1 MB to 1 GB).  Timestamps are written as INT96:
from INT64 Redshift's reader takes wrong values in silence (dask/fastparquet issue 432, apache/arrow issue 38000).  Decimals
are fixed-length bytes, the form that every reader of Parquet knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehousebench import duck
from warehousebench.engines.redshift.types import target
from warehousebench.errors import EngineError, SourceError, UnsupportedError
from warehousebench.model.catalog import Table
from warehousebench.model.profile import TableProfile

ROW_GROUP = 122_880
# Under the first size a file is not worth splitting, over the second one is too long for a single slice.
SMALLEST = 1 << 20
LARGEST = 64 << 20

_DUCK = {
    "REAL": "FLOAT",
    "DOUBLE PRECISION": "DOUBLE",
    "CHAR": "VARCHAR",
    "SUPER": "VARCHAR",
    "VARBYTE": "BLOB",
} | {same: same for same in ("BOOLEAN", "SMALLINT", "INTEGER", "BIGINT", "DATE", "TIME", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR")}

_OPTIONS = {"compression": "snappy", "data_page_version": "1.0", "use_deprecated_int96_timestamps": True}


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a table's rows: the place among all of them, counted from 1, and how many there are."""

    path: Path
    place: int
    of: int
    rows: int


def total_rows(files: Sequence[Path]) -> int:
    """Return the rows of Parquet ``files`` by their own word; raises SourceError."""
    try:
        return sum(pq.read_metadata(path).num_rows for path in files)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"cannot read {files[0].parent}: {duck.first_line(error)}. Generate or load the data again.") from error


def piece_count(size: int, rows: int, slices: int) -> int:
    """Return into how many files of equal rows ``size`` bytes go: one if small, otherwise a multiple of the slices."""
    if size < SMALLEST * slices or rows < slices:
        return 1
    return slices * -(-size // (LARGEST * slices))


def reading(table: Table, seen: TableProfile | None, files: Sequence[Path]) -> str:
    """Return DuckDB's query for the rows of ``files`` in the order and the types of the table's columns in Redshift.

    Raises UnsupportedError for a type that COPY does not take from Parquet.
    """
    types = _types(table, seen)
    columns = ", ".join(f"CAST({duck.quote(name)} AS {kind}) AS {duck.quote(name)}" for name, kind in types.items())
    return f"SELECT {columns} FROM read_parquet([{', '.join(duck.text(str(path)) for path in files)}])"


def pieces(sql: str, rows: int, count: int, folder: Path) -> Iterator[Piece]:
    """Write the rows of ``sql`` to ``count`` files in ``folder``, one at a time: each is gone when the next is asked for."""
    share = -(-rows // count)
    with duck.opened() as connection, _reader(connection, sql) as reader:
        rest = _batches(reader)
        for place in range(1, count + 1):
            path = folder / f"{place}.parquet"
            try:
                batch, written = _write(path, reader.schema, rest, min(share, rows - share * (place - 1)))
            except OSError as error:
                raise SourceError(f"cannot write {path}: {duck.first_line(error)}. Free some space and repeat.") from error
            yield Piece(path, place, count, written)
            path.unlink()
            rest = _chained(batch, rest)


def _types(table: Table, seen: TableProfile | None) -> Mapping[str, str]:
    found = {}
    for column in table.columns:
        kind = target(column, seen.columns.get(column.name) if seen else None)
        if kind.base != "DECIMAL" and kind.base not in _DUCK:
            place = f"{table.name}.{column.name}"
            raise UnsupportedError(f"{place} is {kind.base}, which COPY does not take from Parquet. Leave it out.")
        found[column.name] = kind.sql if kind.base == "DECIMAL" else _DUCK[kind.base]
    return found


def _reader(connection: duck.Connection, sql: str) -> pa.RecordBatchReader:
    try:
        return duck.batches(connection, sql, ROW_GROUP)
    except EngineError as error:
        raise _misfit(error) from error


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield all batches; a value that does not convert is the data's fault and not the disk's."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            raise _misfit(error) from error
        yield batch


def _misfit(error: Exception) -> EngineError:
    return EngineError(f"the rows do not fit the columns' types in Redshift: {duck.first_line(error)}. Correct the schema's types.")


def _write(path: Path, schema: pa.Schema, batches: Iterator[pa.RecordBatch], rows: int) -> tuple[pa.RecordBatch | None, int]:
    """Write ``rows`` rows and return what is left of the last batch, and how many were there."""
    written = 0
    with pq.ParquetWriter(path, schema, **_OPTIONS) as writer:
        for batch in batches:
            part = batch.slice(0, rows - written)
            writer.write_batch(part)
            written += part.num_rows
            if written == rows:
                return batch.slice(part.num_rows), written
    return None, written


def _chained(batch: pa.RecordBatch | None, rest: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    if batch is not None and batch.num_rows:
        yield batch
    yield from rest
