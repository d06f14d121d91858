from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parquet_values import FAMILIES, tables

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError
from warehousebench.load import parquet
from warehousebench.load.parquet import ParquetProfile, Written, write_table
from warehousebench.model.load import CodecFamily, TableLayout

Write = Callable[..., tuple[Written, pq.ParquetFile]]
SELECT = "SELECT i AS k, (i * 7919 % 1000)::DECIMAL(15, 2) AS price, i::DOUBLE AS f, i % 2 = 0 AS b, 'text ' || i % 5 AS s, \
DATE '1992-01-01' + (i % 99)::INTEGER AS d, TIMESTAMP '1992-01-01' + to_seconds(i) AS t FROM range(5000) t(i)"


@pytest.fixture(scope="module")
def write(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Write]:
    """Return a function that writes a SELECT or an Arrow table and opens the file."""
    path = tmp_path_factory.mktemp("write") / "t.parquet"

    def written(
        source: pa.Table | str,
        order: tuple[str, ...] = (),
        families: Mapping[str, CodecFamily] | None = None,
        profile: ParquetProfile = ParquetProfile.COMPACT,
    ) -> tuple[Written, pq.ParquetFile]:
        if not isinstance(source, str):
            connection.register("given", source)
        select = source if isinstance(source, str) else "SELECT * FROM given"
        found = write_table(connection, select, order, path, TableLayout(order, families), profile)
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        return found, pq.ParquetFile(path)

    with duck.opened(threads=2) as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        yield written


def same(value: Any) -> Any:
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = [[same(value) for value in column.to_pylist()] for column in table.columns]
    return list(zip(*columns, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    table=tables(max_columns=5),
    family=st.none() | st.sampled_from(CodecFamily),
    profile=st.sampled_from(ParquetProfile),
)
def test_what_is_read_back_is_what_was_given(write: Write, table: pa.Table, family: CodecFamily | None, profile: Any) -> None:
    families = None if family is None else dict.fromkeys(table.column_names, family)
    found, file = write(table, families=families, profile=profile)
    assert found.rows == table.num_rows == file.metadata.num_rows
    back = file.read()
    if "uuid" in table.column_names:
        # DuckDB hands UUIDs over as text.
        place = table.column_names.index("uuid")
        texts = pa.array([value and str(value) for value in table["uuid"].to_pylist()], pa.string())
        table = table.set_column(place, "uuid", texts)
    assert rows(back) == rows(table)
    assert all(
        back.schema.field(name).type == table.schema.field(name).type for name in table.column_names if name != "timestamptz"
    )


@settings(max_examples=40, deadline=None)
@given(table=tables(max_columns=3, without=("list", "uuid")), data=st.data())
def test_rows_are_sorted_with_nulls_last_and_the_file_says_so(write: Write, table: pa.Table, data: Any) -> None:
    order = tuple(data.draw(st.permutations(table.column_names)))[:2]
    _, file = write(table, order)
    back = file.read()
    keys = [tuple(_sortable(row[back.column_names.index(name)]) for name in order) for row in rows(back)]
    assert keys == sorted(keys)
    assert sorted(map(repr, rows(back))) == sorted(map(repr, rows(table)))
    for group in range(file.metadata.num_row_groups):
        sorting = file.metadata.row_group(group).sorting_columns
        assert [file.schema.column(each.column_index).path for each in sorting] == list(order)
        assert not any(each.descending or each.nulls_first for each in sorting)


def _sortable(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) and value != "NaN":
        value = value.encode()
    return (value is None, value == "NaN", 0 if value is None or value == "NaN" else value)


def test_many_row_groups_are_one_order(write: Write) -> None:
    found, file = write("SELECT i * 7919 % 300007 AS k FROM range(300000) t(i)", ("k",))
    assert found.rows == 300_000
    assert file.metadata.num_row_groups == math.ceil(300_000 / parquet.ROW_GROUP)
    keys = file.read()["k"].to_pylist()
    assert keys == sorted(keys)


PAGE_KINDS = {0: "V1", 2: "dictionary", 3: "V2"}


def page_kinds(path: Path) -> set[str]:
    """Return the kinds of the first pages of every column chunk: field 1 of a Thrift compact PageHeader is the page's type."""
    content, metadata = path.read_bytes(), pq.read_metadata(path)
    kinds = set()
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            for offset in (chunk.dictionary_page_offset, chunk.data_page_offset):
                if offset is not None:
                    assert content[offset] == 0x15  # the first field, an i32
                    kinds.add(PAGE_KINDS[content[offset + 1] >> 1])
    return kinds


def test_the_page_reader_of_this_test_tells_versions_apart(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2, 3]})
    for version, kind in (("1.0", "V1"), ("2.0", "V2")):
        pq.write_table(table, tmp_path / "t.parquet", data_page_version=version)
        assert page_kinds(tmp_path / "t.parquet") == {"dictionary", kind}


@pytest.mark.parametrize("profile", ParquetProfile)
@pytest.mark.parametrize("family", [None, *CodecFamily])
def test_every_file_has_version_1_data_pages(tmp_path: Path, profile: ParquetProfile, family: CodecFamily | None) -> None:
    families = None if family is None else dict.fromkeys(["k", "price", "f", "b", "s", "d", "t"], family)
    with duck.opened() as connection:
        write_table(connection, SELECT, (), tmp_path / "t.parquet", TableLayout((), families), profile)
    assert page_kinds(tmp_path / "t.parquet") <= {"V1", "dictionary"}


def used(file: pq.ParquetFile) -> dict[str, str]:
    """Return the encoding of each column's values in the file's own metadata; an empty file has none."""
    groups = [file.metadata.row_group(i) for i in range(min(1, file.metadata.num_row_groups))]
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    # RLE is how levels are stored, and a dictionary's own page is plain.
    found = {chunk.path_in_schema: set(chunk.encodings) - {"RLE"} for chunk in chunks}
    return {name: "RLE_DICTIONARY" if "RLE_DICTIONARY" in each else each.pop() for name, each in found.items()}


PLAIN = dict.fromkeys(["k", "price", "f", "b", "s", "d", "t"], "PLAIN")
DICTIONARIES = dict.fromkeys(["k", "price", "f", "s", "d", "t"], "RLE_DICTIONARY") | {"b": "PLAIN"}
DAYS = {"d": "RLE_DICTIONARY"}
PACKED = dict.fromkeys(["k", "price", "t"], "DELTA_BINARY_PACKED")
COMPACT = PACKED | DAYS | {"f": "BYTE_STREAM_SPLIT", "s": "DELTA_LENGTH_BYTE_ARRAY", "b": "PLAIN"}


@pytest.mark.parametrize(
    ("family", "profile", "expected"),
    [
        (CodecFamily.PLAIN, ParquetProfile.COMPACT, PLAIN),
        (CodecFamily.RUNS, ParquetProfile.COMPACT, DICTIONARIES),
        (CodecFamily.DICTIONARY, ParquetProfile.PORTABLE, DICTIONARIES),
        (CodecFamily.DELTA, ParquetProfile.COMPACT, COMPACT),
        (CodecFamily.COMPRESSED, ParquetProfile.COMPACT, COMPACT),
        (CodecFamily.DELTA, ParquetProfile.PORTABLE, PLAIN | DAYS),
        (CodecFamily.COMPRESSED, ParquetProfile.PORTABLE, PLAIN | DAYS),
        (None, ParquetProfile.COMPACT, DICTIONARIES),
    ],
)
def test_the_encodings_asked_for_are_in_the_file(
    write: Write, family: CodecFamily | None, profile: ParquetProfile, expected: dict[str, str]
) -> None:
    found, file = write(SELECT, families=None if family is None else dict.fromkeys(PLAIN, family), profile=profile)
    assert used(file) == expected
    assert found.encodings == expected if family else found.encodings.items() <= expected.items()


def test_each_column_has_its_own_encoding_and_compressed_is_the_default(write: Write) -> None:
    _, file = write(SELECT, families={"k": CodecFamily.PLAIN, "s": CodecFamily.DICTIONARY})
    assert used(file) == COMPACT | {"k": "PLAIN", "s": "RLE_DICTIONARY"}


@settings(max_examples=40, deadline=None)
@given(table=tables(max_columns=5), data=st.data())
def test_portable_files_are_plain_or_dictionaries_whatever_the_types(write: Write, table: pa.Table, data: Any) -> None:
    families = {name: data.draw(st.sampled_from(CodecFamily)) for name in table.column_names}
    _, file = write(table, families=families, profile=ParquetProfile.PORTABLE)
    assert set(used(file).values()) <= {"PLAIN", "RLE_DICTIONARY"}


@pytest.mark.parametrize(
    ("name", "physical"),
    [("decimal4", "INT32"), ("decimal9", "INT32"), ("decimal18", "INT64"), ("decimal38", "FIXED_LEN_BYTE_ARRAY")],
)
@pytest.mark.parametrize("family", CodecFamily)
def test_decimals_are_stored_as_integers_as_far_as_they_fit(write: Write, name: str, physical: str, family: CodecFamily) -> None:
    _, file = write(pa.table({name: pa.array([1, None, -1], FAMILIES[name].arrow)}), families={name: family})
    assert file.schema.column(0).physical_type == physical
    assert file.schema.column(0).logical_type.type == "DECIMAL"


def test_the_order_points_at_the_right_column_behind_a_struct(write: Write) -> None:
    _, file = write("SELECT {'a': 1, 'b': 2} AS s, i AS k FROM range(3) t(i)", ("k",))
    (sorting,) = file.metadata.row_group(0).sorting_columns
    assert file.schema.column(sorting.column_index).path == "k"


def test_an_order_in_other_letters_is_the_same_column(write: Write) -> None:
    _, file = write("SELECT -i AS k FROM range(3) t(i)", ("K",))
    assert [each.column_index for each in file.metadata.row_group(0).sorting_columns] == [0]
    assert file.read()["k"].to_pylist() == [-2, -1, 0]


@pytest.mark.parametrize(
    ("select", "error", "said"),
    [
        ("SELECT nope", EngineError, "nope"),
        ("SELECT if(i = 300000, error('boom'), i::VARCHAR) AS s FROM range(400000) t(i)", EngineError, "boom"),
        ("SELECT INTERVAL 1 DAY AS i", SourceError, "Leave the column out or change its type"),
    ],
)
def test_a_table_that_cannot_be_written_leaves_the_old_file(tmp_path: Path, select: str, error: type[Exception], said: str) -> None:
    path = tmp_path / "t.parquet"
    with duck.opened() as connection:
        write_table(connection, "SELECT 1 AS a", (), path, TableLayout(), ParquetProfile.COMPACT)
        with pytest.raises(error, match=said):
            write_table(connection, select, (), path, TableLayout(), ParquetProfile.COMPACT)
    assert [each.name for each in tmp_path.iterdir()] == ["t.parquet"]
    assert pq.read_table(path).to_pylist() == [{"a": 1}]


def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet.os, "replace", full)
    with duck.opened() as connection, pytest.raises(SourceError, match=r"No space left on device\. Free some space"):
        write_table(connection, "SELECT 1 AS a", (), tmp_path / "t.parquet", TableLayout(), ParquetProfile.COMPACT)
    assert list(tmp_path.iterdir()) == []
