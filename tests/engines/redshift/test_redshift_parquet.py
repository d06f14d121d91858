"""The files that COPY gets: the table's columns in its order and types, equal pieces, no row lost between them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redshift_cases import SALES, write_sales

from warehousebench.engines.redshift.parquet import LARGEST, SMALLEST, piece_count, pieces, reading, total_rows
from warehousebench.errors import EngineError, SourceError, UnsupportedError
from warehousebench.model.catalog import Column, DataType, Table, TypeKind


def staged(tmp_path: Path, count: int, table: Table = SALES, **changed: object) -> list[pa.Table]:
    path = write_sales(tmp_path, **changed)  # type: ignore[arg-type]
    rows = total_rows([path])
    found = []
    for piece in pieces(reading(table, None, [path]), rows, count, tmp_path):
        found.append(pq.read_table(piece.path, coerce_int96_timestamp_unit="us"))
        assert piece.rows == found[-1].num_rows
        assert (piece.place, piece.of) == (len(found), count)
    return found


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.sampled_from([1, 2, 4, 12, 64]))
def test_the_number_of_files_suits_the_slices(size: int, rows: int, slices: int) -> None:
    count = piece_count(size, rows, slices)
    assert count == 1 or count % slices == 0
    assert count <= max(1, rows) or rows >= slices
    if count > 1:
        assert size / count <= LARGEST
        assert size >= SMALLEST * slices


def test_columns_come_in_the_tables_order_and_types(tmp_path: Path) -> None:
    (table,) = staged(tmp_path, 1)
    assert table.schema.names == [column.name for column in SALES.columns]
    assert [str(each.type) for each in table.schema] == [
        "int64", "int64", "date32[day]", "decimal128(15, 2)", "string", "bool", "double", "timestamp[us]", "int32",
    ]  # fmt: skip


def test_timestamps_are_int96_and_decimals_bytes_in_snappy_pages_of_version_1(tmp_path: Path) -> None:
    path = write_sales(tmp_path)
    for piece in pieces(reading(SALES, None, [path]), 1000, 1, tmp_path):
        metadata = pq.read_metadata(piece.path)
        kinds = {metadata.schema.column(i).name: metadata.schema.column(i).physical_type for i in range(metadata.num_columns)}
        assert kinds["seen"] == "INT96"
        assert kinds["price"] == "FIXED_LEN_BYTE_ARRAY"
        group = metadata.row_group(0)
        assert {group.column(i).compression for i in range(group.num_columns)} == {"SNAPPY"}
        assert not {
            each for i in range(group.num_columns) for each in group.column(i).encodings if each.startswith(("DELTA", "BYTE"))
        }


@pytest.mark.parametrize("count", [1, 3, 4, 7])
def test_pieces_are_the_whole_in_order(tmp_path: Path, count: int) -> None:
    found = staged(tmp_path, count)
    assert [value for table in found for value in table["id"].to_pylist()] == list(range(1000))
    assert len(found) == count
    assert max(table.num_rows for table in found) == -(-1000 // count)


def test_no_piece_is_left_behind(tmp_path: Path) -> None:
    staged(tmp_path, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["sales.parquet"]


def test_the_ends_of_time_survive(tmp_path: Path) -> None:
    ends = [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)] * 500
    (table,) = staged(tmp_path, 1, seen=pa.array(ends, pa.timestamp("us")))
    assert table["seen"].to_pylist() == ends


def test_a_value_that_does_not_fit_is_the_datas_fault(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"do not fit the columns' types in Redshift.*INT64"):
        staged(tmp_path, 1, number=pa.array([2**40] * 1000, pa.int64()))


def test_types_that_copy_does_not_take_are_refused(tmp_path: Path) -> None:
    place = Column("place", DataType(TypeKind.OTHER, native="geometry"))
    with pytest.raises(UnsupportedError, match=r"sales\.place is GEOMETRY, which COPY does not take from Parquet"):
        reading(replace(SALES, columns=(*SALES.columns, place)), None, [tmp_path])


def test_a_file_that_is_none_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"nothing")
    with pytest.raises(SourceError, match="Generate or load the data again"):
        total_rows([tmp_path / "x.parquet"])
