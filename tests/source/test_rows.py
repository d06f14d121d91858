from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.errors import SourceError
from warehousebench.model.catalog import DataType, TypeKind
from warehousebench.source import database, dataset, rows, values
from warehousebench.source.rows import export_rows

SCRIPT = """
CREATE TABLE item (
    id INTEGER PRIMARY KEY, price DECIMAL(15,2), share REAL, sold DATE, at TIMESTAMP,
    done BOOLEAN, code CHAR(5), note TEXT, raw BLOB, small SMALLINT
);
CREATE TABLE "Empty Table" (x INTEGER, d DECIMAL(9,4));
INSERT INTO item VALUES (1, 33203.72, 0.5, '1996-01-31', '1996-01-31 12:30:00.25', 1, 'ab   ', 'it''s', x'00FF', 7);
INSERT INTO item VALUES (2, 7, 1, NULL, '1996-01-31', 0, NULL, '', x'', NULL);
"""


def _database(folder: Path, script: str = SCRIPT) -> str:
    path = folder / "x.db"
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return str(path)


def test_exact_types_and_values(tmp_path: Path) -> None:
    source = _database(tmp_path)
    told: list[tuple[str, int, int]] = []
    counts = export_rows(source, database.reflect(source), tmp_path / "out", lambda *step: told.append(step))
    assert counts == {"Empty Table": 0, "item": 2}
    assert told == [("item", 2, 2)]
    table = pq.read_table(tmp_path / "out" / "item.parquet")
    assert table.schema.field("price").type == pa.decimal128(15, 2)
    assert table.to_pylist() == [
        {
            "id": 1,
            "price": Decimal("33203.72"),
            "share": 0.5,
            "sold": dt.date(1996, 1, 31),
            "at": dt.datetime(1996, 1, 31, 12, 30, 0, 250000),
            "done": True,
            "code": "ab",
            "note": "it's",
            "raw": b"\0\xff",
            "small": 7,
        },
        {
            "id": 2,
            "price": Decimal("7.00"),
            "share": 1.0,
            "sold": None,
            "at": dt.datetime(1996, 1, 31),
            "done": False,
            "code": None,
            "note": "",
            "raw": b"",
            "small": None,
        },
    ]
    empty = pq.read_table(tmp_path / "out" / "Empty Table.parquet")
    assert (empty.num_rows, empty.schema.names) == (0, ["x", "d"])
    assert dataset.describe(tmp_path / "out", "s", 1.0, "sqlite", database.reflect(source)).tables["item"].rows == 2


def test_many_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "BATCH", 7)
    source = _database(tmp_path, "CREATE TABLE t (x INTEGER);" + "".join(f"INSERT INTO t VALUES ({i});" for i in range(20)))
    told: list[int] = []
    assert export_rows(source, database.reflect(source), tmp_path, lambda _table, done, _total: told.append(done)) == {"t": 20}
    assert told == [7, 14, 20]
    assert pq.read_table(tmp_path / "t.parquet")["x"].to_pylist() == list(range(20))


@pytest.mark.parametrize(
    ("declared", "value", "shown"),
    [
        ("INTEGER", "'abc'", "'abc'"),
        ("INTEGER", "1.5", r"1\.5"),
        ("SMALLINT", "9223372036854775808", r"9\.22"),
        ("DECIMAL(5,2)", "1.005", r"1\.005"),
        ("DECIMAL(5,2)", "1000", "1000"),
        ("DECIMAL(5,2)", "9e999", "inf"),
        ("DATE", "'yesterday'", "'yesterday'"),
        ("DATE", "'2020-01-01 10:00'", "'2020-01-01 10:00'"),
        ("DATE", "5", "5"),
        ("TIMESTAMP", "'2020-01-01T00:00:00+02:00'", "'2020"),
        ("BOOLEAN", "2", "2"),
    ],
)
def test_misfits_are_named_and_leave_no_file(tmp_path: Path, declared: str, value: str, shown: str) -> None:
    source = _database(tmp_path, f"CREATE TABLE t (ok INTEGER, x {declared}); INSERT INTO t VALUES (1, NULL), (2, {value});")
    with pytest.raises(SourceError, match=rf"table t, column x, row 2: {shown}.* does not fit .*catalog\.json"):
        export_rows(source, database.reflect(source), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_failure_keeps_the_old_file(tmp_path: Path) -> None:
    source = _database(tmp_path, "CREATE TABLE t (x INTEGER); INSERT INTO t VALUES ('bad');")
    (tmp_path / "t.parquet").write_bytes(b"old")
    with pytest.raises(SourceError):
        export_rows(source, database.reflect(source), tmp_path)
    assert (tmp_path / "t.parquet").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("cell", "type_", "expected"),
    [
        (0.1 + 0.2, DataType(TypeKind.DECIMAL, precision=15, scale=2), Decimal("0.30")),
        (Decimal("1.5"), DataType(TypeKind.DECIMAL, precision=15, scale=2), Decimal("1.50")),
        (Decimal("1e-10"), DataType(TypeKind.DECIMAL), Decimal("1e-10")),
        ("12", DataType(TypeKind.INTEGER), 12),
        (3.0, DataType(TypeKind.INTEGER), 3),
        (dt.timedelta(hours=1), DataType(TypeKind.TIME), dt.time(1)),
        (dt.datetime(2020, 1, 1), DataType(TypeKind.DATE), dt.date(2020, 1, 1)),
        ({"a": [1, "ä"]}, DataType(TypeKind.JSON), '{"a": [1, "ä"]}'),
        (b"\1", DataType(TypeKind.BOOLEAN), True),
        (b"abc", DataType(TypeKind.OTHER), "abc"),
    ],
)
def test_conversions(cell: Any, type_: DataType, expected: Any) -> None:
    assert values.array([cell, None], type_).to_pylist() == [expected, None]


def test_a_date_is_no_number() -> None:
    with pytest.raises(values.MisfitError):
        values.array([dt.date(2020, 1, 1)], DataType(TypeKind.INTEGER))


def test_zones() -> None:
    type_ = DataType(TypeKind.TIMESTAMPTZ)
    east = dt.datetime(2020, 1, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    utc = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert values.array([east, "2020-01-01 00:00", utc], type_).to_pylist() == [utc] * 3


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_money_survives_a_double(amount: Decimal) -> None:
    # What SQLite does to a DECIMAL(15,2): 15 digits fit a double, so the way back is exact.
    type_ = DataType(TypeKind.DECIMAL, precision=15, scale=2)
    if abs(amount) < 10**13:
        assert values.array([float(amount)], type_).to_pylist() == [amount]
