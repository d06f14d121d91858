"""Write one table as sorted Parquet with an encoding per column.

Two profiles: ``compact`` uses the delta and byte-split encodings that local engines read; ``portable`` keeps to plain
and dictionary pages, the only ones that the warehouses' loaders are documented to take.  Both write version 1 data
pages: Vertica's PARQUET parser does not support files with DATA_PAGE_V2 (Vertica docs, "PARQUET (parser)").
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError
from warehousebench.model.load import CodecFamily, TableLayout

ROW_GROUP = 122_880
DICTIONARY = "RLE_DICTIONARY"


class ParquetProfile(StrEnum):
    """Which Parquet encodings may be used."""

    COMPACT = "compact"
    PORTABLE = "portable"


@dataclass(frozen=True, slots=True)
class Written:
    """A finished file: rows, bytes, and the Parquet encoding asked for per column."""

    rows: int
    bytes: int
    encodings: Mapping[str, str]


def encodings(schema: pa.Schema, families: Mapping[str, CodecFamily] | None, profile: ParquetProfile) -> dict[str, str]:
    """Return the Parquet encoding of every column: ``RLE_DICTIONARY`` or the name of another one.

    Without ``families`` every column gets the writer's default, a dictionary that falls back to plain.
    """
    if families is None:
        return {field.name: DICTIONARY for field in schema if not pa.types.is_boolean(field.type)}
    return {field.name: _encoding(field.type, families.get(field.name, CodecFamily.COMPRESSED), profile) for field in schema}


def _encoding(type_: pa.DataType, family: CodecFamily, profile: ParquetProfile) -> str:
    if pa.types.is_boolean(type_):
        return "PLAIN"
    if family is CodecFamily.PLAIN:
        return "PLAIN"
    if family in (CodecFamily.RUNS, CodecFamily.DICTIONARY) or pa.types.is_date32(type_):
        return DICTIONARY  # days: a row group holds few, and their numbers pack tighter than their differences
    if profile is ParquetProfile.PORTABLE:
        return "PLAIN"
    if pa.types.is_string(type_) or pa.types.is_binary(type_):
        return "DELTA_LENGTH_BYTE_ARRAY"
    if pa.types.is_floating(type_):
        return "BYTE_STREAM_SPLIT"
    return "DELTA_BINARY_PACKED" if _is_integer_stored(type_) else "PLAIN"


def _is_integer_stored(type_: pa.DataType) -> bool:
    """Return whether Parquet keeps this type as a 32- or 64-bit integer."""
    if pa.types.is_decimal(type_):
        return bool(type_.precision <= 18)
    return bool(pa.types.is_integer(type_) or pa.types.is_timestamp(type_) or pa.types.is_time(type_))


def write_table(
    connection: duck.Connection, select: str, order: Sequence[str], path: Path, layout: TableLayout, profile: ParquetProfile
) -> Written:
    """Write the rows of ``select`` ordered by ``order`` to ``path`` as ``layout`` says; the file appears whole or not at all."""
    ordered = ", ".join(f"{duck.quote(name)} NULLS LAST" for name in order)
    sql = f"{select} ORDER BY {ordered}" if ordered else select
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with duck.batches(connection, sql, ROW_GROUP) as reader:
            chosen = encodings(reader.schema, layout.families, profile)
            rows = _write(reader, beside, chosen, layout.order_by)
        os.replace(beside, path)
    except OSError as error:
        raise SourceError(f"cannot write {path}: {duck.first_line(error)}. Free some space or choose another folder.") from error
    except pa.ArrowException as error:
        raise SourceError(f"cannot write {path}: {duck.first_line(error)}. Leave the column out or change its type.") from error
    finally:
        beside.unlink(missing_ok=True)
    return Written(rows, path.stat().st_size, chosen)


def _write(reader: pa.RecordBatchReader, path: Path, chosen: Mapping[str, str], order: Sequence[str]) -> int:
    rows = 0
    with pq.ParquetWriter(path, reader.schema, **_options(reader.schema, chosen, order)) as writer:
        for batch in _batches(reader):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield all batches; a statement that fails on its way is the engine's error and not the disk's."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            raise EngineError(duck.first_line(error)) from error
        yield batch


def _options(schema: pa.Schema, chosen: Mapping[str, str], order: Sequence[str]) -> dict[str, Any]:
    explicit = {name: encoding for name, encoding in chosen.items() if encoding != DICTIONARY}
    # DuckDB's names know no case, Arrow's do.
    spelled = {name.lower(): name for name in schema.names}
    sorting = pq.SortingColumn.from_ordering(schema, [(spelled[name.lower()], "ascending") for name in order])
    return {
        "compression": "zstd",
        "data_page_version": "1.0",
        "use_dictionary": [name for name in chosen if name not in explicit] or False,
        "column_encoding": explicit or None,
        "store_decimal_as_integer": True,
        "write_page_index": True,
        "sorting_columns": sorting or None,
    }
