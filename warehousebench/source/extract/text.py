"""Rows of CSV, as PostgreSQL's COPY writes them, to Arrow batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from warehousebench.model.catalog import Column, Table, TypeKind
from warehousebench.source.extract.base import Reject, schema_of
from warehousebench.source.extract.convert import batch_of

Buffer = bytes | bytearray
NULL = "\\N"  # unquoted; a text of these two characters comes in quotes


def parsed(table: Table, block: Buffer, reject: Reject, first: int) -> pa.RecordBatch:
    """Return the whole rows in ``block`` as a batch; rows that do not fit go to ``reject``, numbered from ``first``."""
    schema = schema_of(table)
    types = [pa.string() if pa.types.is_binary(field.type) else field.type for field in schema]
    try:
        found = _read(block, types)
        arrays = [_finished(column, cells) for column, cells in zip(table.columns, found, strict=True)]
        return pa.record_batch(arrays, schema=schema)
    except (pa.ArrowException, ValueError):
        texts = ([_decoded(cell) for cell in column.to_pylist()] for column in _read(block, [pa.binary()] * len(types)))
        columns = [_values(column, cells) for column, cells in zip(table.columns, texts, strict=True)]
        return batch_of(table, list(zip(*columns, strict=True)), reject, first)


def _read(block: Buffer, types: Sequence[pa.DataType]) -> list[pa.Array]:
    names = [f"c{place}" for place in range(len(types))]
    found = csv.read_csv(
        pa.py_buffer(block),
        # A block of its own thread: parallel are the sessions.
        read_options=csv.ReadOptions(column_names=names, block_size=max(len(block) + 1, 1 << 16), use_threads=False),
        # The only column's empty text is an empty line.  Line ends inside of values matter only where a text is cut into
        # blocks: this one is not, and to look for them costs time.
        parse_options=csv.ParseOptions(newlines_in_values=False, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)),
            null_values=[NULL],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return [column.combine_chunks() for column in found.columns]


def _finished(column: Column, cells: pa.Array) -> pa.Array:
    """Return the cells as values: binary from its digits, fixed text without the blanks that fill it up."""
    if column.type.kind is TypeKind.CHAR:
        return pc.utf8_rtrim(cells, " ")
    return _bytes(cells) if column.type.kind is TypeKind.BINARY else cells


def _bytes(column: pa.Array) -> pa.Array:
    return pa.array([None if cell is None else bytes.fromhex(cell[2:]) for cell in column.to_pylist()], pa.binary())


def _decoded(cell: bytes | None) -> str | bytes | None:
    try:
        return None if cell is None else cell.decode()
    except UnicodeDecodeError:
        return cell


def _values(column: Column, cells: list[Any]) -> list[Any]:
    """Return texts as values that the exact conversion takes."""
    if column.type.kind is TypeKind.BOOLEAN:
        return [None if cell is None else cell == "t" for cell in cells]
    if column.type.kind is TypeKind.BINARY:
        return [None if cell is None else bytes.fromhex(cell[2:]) for cell in cells]
    return cells
