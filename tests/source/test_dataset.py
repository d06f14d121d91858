from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.source import checksum, dataset

ROWS = [(1, "a", 1.5), (2, "b", None), (3, None, 2.5), (3, None, 2.5)]
CONNECTION = duck.connect(threads=1)
COLUMNS = (("id", "BIGINT"), ("name", "VARCHAR"), ("price", "DOUBLE"))


def _sum(rows: list[tuple[Any, ...]], columns: tuple[tuple[str, str], ...] = COLUMNS) -> tuple[int, str]:
    definitions = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    duck.run(CONNECTION, f"CREATE OR REPLACE TABLE t ({definitions})")
    if rows:
        CONNECTION.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", rows)
    return checksum.checksum(CONNECTION, "t", columns)


row = st.tuples(
    st.integers(-(2**63), 2**63 - 1), st.none() | st.text(max_size=20), st.none() | st.floats(allow_nan=False, allow_infinity=False)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(row, max_size=8), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(rows: list[tuple[Any, ...]], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert _sum(rows) == _sum(shuffled)


@settings(max_examples=25, deadline=None)
@given(st.lists(row, min_size=1, max_size=6), st.data())
def test_any_change_of_content_is_noticed(rows: list[tuple[Any, ...]], data: Any) -> None:
    changed = list(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    changed[place] = data.draw(row.filter(lambda new: new != rows[place]))
    assert _sum(changed) != _sum(rows)


@pytest.mark.parametrize(
    "changed",
    [
        [(1, "a", 1.5), (2, "b", None), (3, None, 2.5), (3, "", 2.5)],
        [(1, "a", 1.5), (2, "b", None), (3, None, 2.5)],
        [*ROWS, ROWS[0]],
        [*ROWS, (4, "c", 0.0), (4, "c", 0.0)],
        [(1, "b", 1.5), (2, "a", None), *ROWS[2:]],
        [(1, "a", None), (2, "b", 1.5), *ROWS[2:]],
        [(1, "a", 1.5), (1, "a", 1.5), *ROWS[2:]],
    ],
)
def test_edits_are_noticed(changed: list[tuple[Any, ...]]) -> None:
    assert _sum(changed) != _sum(ROWS)


def test_swapped_columns_are_noticed() -> None:
    columns = (("a", "BIGINT"), ("b", "BIGINT"))
    assert _sum([(1, 2)], columns) != _sum([(2, 1)], columns)


def test_empty_table_and_one_pinned_value() -> None:
    assert _sum([]) == (0, "0")
    # Measured with DuckDB 1.5.5 and 2.0.0; a version that hashes differently must also change the method's name.
    assert _sum(ROWS) == (4, "252a78b778c87f7cd")
    assert checksum.method(CONNECTION) == "sum of DuckDB row hashes, probe c7223abc9fe15872"


def test_widths_of_a_family_do_not_matter() -> None:
    narrow = _sum([(1, "1.50")], (("n", "SMALLINT"), ("d", "DECIMAL(4,2)")))
    assert narrow == _sum([(1, "1.50")], (("n", "BIGINT"), ("d", "DECIMAL(15,2)")))


def _parquet(path: Path, rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([("id", pa.int64()), ("name", pa.string()), ("price", pa.float64())])
    pq.write_table(pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema), path)


def _table(*columns: str) -> Catalog:
    text = DataType(TypeKind.TEXT)
    return Catalog((Table("t", tuple(Column(name, text) for name in columns)),), "test")


def test_layout_of_files_does_not_matter(tmp_path: Path) -> None:
    _parquet(tmp_path / "one" / "t.parquet", ROWS)
    _parquet(tmp_path / "two" / "t" / "t.1.parquet", ROWS[2:])
    _parquet(tmp_path / "two" / "t" / "t.2.parquet", ROWS[:2])
    one, two = (dataset.describe(tmp_path / name, "s", 1.0, "g", _table("id")) for name in ("one", "two"))
    assert one.fingerprint == two.fingerprint
    assert two.tables["t"].files == ("t/t.1.parquet", "t/t.2.parquet")


def test_written_read_and_verified(tmp_path: Path) -> None:
    _parquet(tmp_path / "t.parquet", ROWS)
    described = dataset.describe(tmp_path, "s", 0.5, "g 1")
    dataset.write_dataset(tmp_path, described)
    assert dataset.read_dataset(tmp_path) == described
    assert dataset.verify_dataset(tmp_path).tables["t"].rows == 4
    _parquet(tmp_path / "t.parquet", ROWS[:3])
    with pytest.raises(SourceError, match=r"table t: 4 rows, .* against 3 rows"):
        dataset.verify_dataset(tmp_path)


def test_csv_is_text_unless_declared(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('id,name,amount\n007,"",1.50\n8,,2.00\n', encoding="utf-8")
    data = dataset.describe(tmp_path, "s", 1.0, "g").tables["t"]
    declared = Table(
        "t",
        (
            Column("id", DataType(TypeKind.INTEGER)),
            Column("name", DataType(TypeKind.TEXT)),
            Column("amount", DataType(TypeKind.DECIMAL, precision=15, scale=2)),
        ),
    )
    with duck.opened() as connection:
        assert duck.rows(connection, f"SELECT id, name FROM {dataset.relation(tmp_path, data)}") == [("007", ""), ("8", None)]
        source = dataset.relation(tmp_path, data, declared)
        assert [kind for _, kind in checksum.columns_of(connection, source)] == ["INTEGER", "VARCHAR", "DECIMAL(15,2)"]


def test_names_with_quotes(tmp_path: Path) -> None:
    folder = tmp_path / "it's"
    _parquet(folder / "t.parquet", ROWS)
    assert dataset.describe(folder, "s", 1.0, "g").tables["t"].rows == 4


@pytest.mark.parametrize("damage", ["truncated", "garbage", "empty"])
def test_broken_file_is_named(tmp_path: Path, damage: str) -> None:
    _parquet(tmp_path / "t" / "a.parquet", ROWS)
    broken = tmp_path / "t" / "b.parquet"
    whole = (tmp_path / "t" / "a.parquet").read_bytes()
    broken.write_bytes({"truncated": whole[:-20], "garbage": b"PAR1" + b"x" * 100 + b"PAR1", "empty": b""}[damage])
    with pytest.raises(SourceError, match=r"cannot read .*t/b\.parquet: .*Delete the file"):
        dataset.describe(tmp_path, "s", 1.0, "g")


def test_damaged_page_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    _parquet(path, [(i, str(i) * 20, float(i)) for i in range(2000)])
    content = bytearray(path.read_bytes())
    content[200:4000] = b"\xff" * 3800
    path.write_bytes(content)
    with pytest.raises(SourceError, match=r"cannot read .*t\.parquet"):
        dataset.describe(tmp_path, "s", 1.0, "g")


def test_missing_things(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no Parquet or CSV"):
        dataset.describe(tmp_path, "s", 1.0, "g")
    with pytest.raises(SourceError, match="cannot read the folder"):
        dataset.describe(tmp_path / "absent", "s", 1.0, "g")
    with pytest.raises(SourceError, match="no file for table t"):
        dataset.describe(tmp_path, "s", 1.0, "g", _table("id"))
    _parquet(tmp_path / "t.parquet", ROWS)
    with pytest.raises(SourceError, match="lacks the column other"):
        dataset.describe(tmp_path, "s", 1.0, "g", _table("id", "other"))
    dataset.write_dataset(tmp_path, dataset.describe(tmp_path, "s", 1.0, "g"))
    (tmp_path / "t.parquet").unlink()
    with pytest.raises(SourceError, match=r"t\.parquet: it is missing"):
        dataset.verify_dataset(tmp_path)


def test_two_forms_of_a_table_are_refused(tmp_path: Path) -> None:
    _parquet(tmp_path / "t.parquet", ROWS)
    (tmp_path / "t.csv").write_text("id\n1\n", encoding="utf-8")
    with pytest.raises(SourceError, match="more than one form"):
        dataset.describe(tmp_path, "s", 1.0, "g")
