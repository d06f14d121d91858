"""Rows picked by their keys, read from the source once more on a path of their own, and compared value by value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from warehousebench import duck
from warehousebench.errors import VerificationError
from warehousebench.load.migrate.sources import reading
from warehousebench.model.catalog import INTEGERS, Column, Table, TypeKind
from warehousebench.source.extract.base import Chunk, Extraction, query
from warehousebench.source.extract.convert import batch_of

SAMPLE = 100
_BYTES = 32_000_000  # of the files that a sample may stand for, so that large objects do not fill the memory
_KEYS = INTEGERS | {TypeKind.VARCHAR, TypeKind.TEXT, TypeKind.UUID, TypeKind.DATE}


def compare_sample(source: Extraction, table: Table, files: Sequence[Path]) -> int:
    """Return how many rows were compared: up to SAMPLE, fewer of large ones, spread over the table by a digest of their keys.

    None are of a table without a key of whole numbers, text, dates or UUIDs.  Raises VerificationError with the first row
    that differs.
    """
    keys = [table.column(name) for name in table.primary_key]
    if not keys or any(key.type.kind not in _KEYS for key in keys) or not files:
        return 0
    names = [column.name for column in table.columns]
    arrived = _picked(table, files)
    if not arrived:
        return 0
    conditions = (_condition(source, keys, [row[names.index(key.name)] for key in keys]) for row in arrived)
    told = source.rows(query(source, table, Chunk(0, " OR ".join(conditions))))
    batch = batch_of(table, told, lambda _: None)
    expected = {_key(names, keys, row): row for row in zip(*(each.to_pylist() for each in batch.columns), strict=True)}
    for row in arrived:
        _check(table, names, row, expected.get(_key(names, keys, row)))
    return len(arrived)


def _picked(table: Table, files: Sequence[Path]) -> list[tuple[Any, ...]]:
    columns = ", ".join(duck.quote(column.name) for column in table.columns)
    key = ", ".join(duck.quote(name) for name in table.primary_key)
    rows, size = sum(pq.read_metadata(file).num_rows for file in files), sum(file.stat().st_size for file in files)
    some = max(1, min(SAMPLE, _BYTES * rows // max(1, size)))
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        reader = duck.batches(connection, f"SELECT {columns} FROM {reading(files)} ORDER BY hash({key}), {key} LIMIT {some}")
        # As Arrow gives them, on both sides: DuckDB's own Python values know other zones and no years before 1.
        return [row for batch in reader for row in zip(*(each.to_pylist() for each in batch.columns), strict=True)]


def _condition(source: Extraction, keys: Sequence[Column], values: Sequence[Any]) -> str:
    parts = (
        f"{source.quote(key.name)} = {value if key.type.kind in INTEGERS else source.literal(str(value))}"
        for key, value in zip(keys, values, strict=True)
    )
    return f"({' AND '.join(parts)})"


def _key(names: Sequence[str], keys: Sequence[Column], row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(row[names.index(key.name)] for key in keys)


def _check(table: Table, names: Sequence[str], row: Sequence[Any], expected: Sequence[Any] | None) -> None:
    key = ", ".join(f"{name}={row[names.index(name)]}" for name in table.primary_key)
    if expected is None:
        raise VerificationError(f"{table.name}: the source has no row {key}. Repeat the migration with --resume.")
    for name, got, want in zip(names, row, expected, strict=True):
        if got != want and not (got != got and want != want):
            raise VerificationError(f"{table.name}, row {key}, column {name}: {got!r} arrived, the source has {want!r}.")
