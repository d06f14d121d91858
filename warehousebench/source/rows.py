"""Rows of a database to Parquet files with exactly the catalog's types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Column, Table
from warehousebench.source.database import connected, counted
from warehousebench.source.values import MisfitError, array, arrow_type

BATCH = 20_000  # rows in memory at a time
Progress = Callable[[str, int, int], None]


def export_rows(
    url_or_path: str, catalog: Catalog, folder: Path, progress: Progress | None = None, *, schema: str | None = None
) -> dict[str, int]:
    """Write each table of ``catalog`` to ``folder``/<table>.parquet and return the rows per table.

    ``progress`` is called with (table, rows written, rows in all) after each batch.  A value that its declared type does
    not hold exactly is an error and never cut, rounded or widened: a design for other types than the rows have would be
    wrong from the ground up.  Raises SourceError with table, column, row and value then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with connected(url_or_path) as connection:
        snapshot = _snapshot(connection)
        return {table.name: _export(snapshot, table, folder, progress, schema) for table in catalog}


def _snapshot(connection: sa.Connection) -> sa.Connection:
    """Return ``connection`` such that all tables are read as of one moment, where the database can do that."""
    if connection.dialect.name in ("postgresql", "mysql", "mariadb"):
        return connection.execution_options(isolation_level="REPEATABLE READ", stream_results=True)
    return connection.execution_options(stream_results=True)


def _export(connection: sa.Connection, table: Table, folder: Path, progress: Progress | None, schema: str | None) -> int:
    if "/" in table.name or "\0" in table.name:
        raise SourceError(f"table {table.name!r} cannot be a file name. Rename it in the source or leave it out of the catalog.")
    target = folder / f"{table.name}.parquet"
    beside = folder / f".{table.name}.parquet.part"
    total = counted(connection, table.name, schema) if progress else 0
    try:
        rows = 0
        with pq.ParquetWriter(beside, _schema(table), compression="zstd", store_decimal_as_integer=True) as writer:
            for batch in _batches(connection, table, schema):
                writer.write_batch(batch)
                rows += batch.num_rows
                if progress:
                    progress(table.name, rows, total)
        beside.replace(target)
    except OSError as error:
        raise SourceError(f"cannot write {target}: {error.strerror or error}. Free some space or choose another folder.") from error
    finally:
        beside.unlink(missing_ok=True)
    return rows


def _schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in table.columns])


def _batches(connection: sa.Connection, table: Table, schema: str | None) -> Iterator[pa.RecordBatch]:
    columns = (_selected(column, connection) for column in table.columns)
    result = connection.execute(sa.select(*columns).select_from(sa.table(table.name, schema=schema)))
    first = 1
    for rows in result.partitions(BATCH):
        values = list(zip(*rows, strict=True))
        arrays = [_array(table, column, cells, first) for column, cells in zip(table.columns, values, strict=True)]
        yield pa.record_batch(arrays, schema=_schema(table))
        first += len(rows)


def _selected(column: Column, connection: sa.Connection) -> sa.ColumnElement[Any]:
    plain: sa.ColumnClause[Any] = sa.column(column.name)
    if connection.dialect.name == "postgresql" and column.type.native.lower() == "money":
        return sa.cast(plain, sa.Numeric(19, 2))  # or it comes as text in the server's currency and language
    return plain


def _array(table: Table, column: Column, cells: Sequence[Any], first: int) -> pa.Array:
    """Return ``cells`` in the column's type; ``first`` is the number of their first row, from 1."""
    try:
        return array(cells, column.type)
    except MisfitError as error:
        raise SourceError(
            f"table {table.name}, column {column.name}, row {first + error.place}: {error.shown} does not fit "
            f"{column.type.native or column.type.kind}. Correct the value, or give the column a wider type in catalog.json."
        ) from error
