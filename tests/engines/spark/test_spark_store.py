"""Tables as folders of Parquet: sorted as asked for, whole or not there, and read back to prove it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehousebench.engines import engine
from warehousebench.engines.base import Plan
from warehousebench.engines.spark import ddl
from warehousebench.engines.spark.store import SparkStore, open_store
from warehousebench.engines.targets import Secret, Target
from warehousebench.errors import EngineError, UnsupportedError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.load import TableLayout

SALES = Table(
    "sales",
    (Column("id", DataType(TypeKind.BIGINT), nullable=False), Column("place", DataType(TypeKind.VARCHAR, length=9))),
    primary_key=("id",),
)
PLAN = Plan(Catalog((SALES,), "a test"), {"sales": TableLayout(("place",))})
ROWS = 4000


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """Return rows in the order of their keys, with places here and there and some missing."""
    places = [None if i % 10 == 9 else f"place {i * 7919 % 8}" for i in range(ROWS)]
    path = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"id": pa.array(range(ROWS)), "place": places}), path)
    return path


@pytest.fixture
def store(spark_target: Target) -> Iterator[SparkStore]:
    """Return an open store of sales sorted by place."""
    with closing(open_store(spark_target, PLAN)) as opened:
        # So few rows would end up in one file.
        opened.client.session.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
        yield opened


def parts(store: SparkStore) -> list[Path]:
    return sorted(Path(ddl.place(store.warehouse, "sales").removeprefix("file:")).glob("*.parquet"))


def test_rows_lie_in_the_order_of_the_plan_then_of_the_key_over_all_files(store: SparkStore, sales: Path) -> None:
    store.create(SALES)
    assert store.fill(SALES, [sales]).rows == ROWS
    rows = [tuple(row.values()) for part in parts(store) for row in pq.read_table(part).to_pylist()]
    assert len(parts(store)) > 1
    assert rows == sorted(rows, key=lambda row: (row[1] is None, row[1] or "", row[0]))
    assert len(rows) == ROWS
    assert store.differences() == ()
    assert store.stored_bytes() == sum(part.stat().st_size for part in parts(store) if pq.read_metadata(part).num_rows)


@pytest.mark.parametrize(
    ("swapped", "complaint"), [(False, "rows are out of order within files"), (True, "1 rows are out of order from file to file")]
)
def test_another_order_is_noticed_wherever_it_breaks(store: SparkStore, sales: Path, swapped: bool, complaint: str) -> None:
    store.create(SALES)
    store.fill(SALES, [sales])
    first, second = parts(store)[:2]
    if swapped:
        low, high = pq.read_table(first), pq.read_table(second)
        pq.write_table(high, first)
        pq.write_table(low, second)
    else:
        pq.write_table(pq.read_table(first).sort_by("id"), first)
    for part in (first, second):  # Spark's own checksum files would notice sooner
        part.with_name(f".{part.name}.crc").unlink()
    found = store.differences()
    assert len([sentence for sentence in found if complaint in sentence]) == 1, found


def test_other_types_are_noticed(store: SparkStore, sales: Path) -> None:
    store.create(SALES)
    store.fill(SALES, [sales])
    narrow = replace(SALES, columns=(replace(SALES.columns[0], type=DataType(TypeKind.INTEGER)), SALES.columns[1]))
    asked = replace(store, plan=Plan(Catalog((narrow,), "a test")))
    assert asked.differences() == ("sales.id is bigint and should be int",)


def test_a_load_that_fails_leaves_neither_a_table_nor_a_part_of_one(store: SparkStore, tmp_path: Path) -> None:
    path = tmp_path / "words.parquet"
    pq.write_table(pa.table({"id": ["1", "x"], "place": ["a", "b"]}), path)
    store.create(SALES)
    with pytest.raises(EngineError, match="cannot be cast"):
        store.fill(SALES, [path])
    assert list(Path(store.warehouse).glob("*")) == []
    assert list(Path(store.warehouse).glob(".*")) == []


def test_a_repeated_load_replaces_the_table(store: SparkStore, sales: Path, spark_target: Target) -> None:
    for _ in range(2):
        store.create(SALES)
        assert store.fill(SALES, [sales]).rows == ROWS
    with closing(engine("spark").connector(spark_target, {"sales": ()}).connect()) as client:
        assert client.query("SELECT count(*), count(DISTINCT id) FROM sales", 60).rows == [(ROWS, ROWS)]


def test_the_dry_run_is_what_is_executed(store: SparkStore, sales: Path, spark_target: Target) -> None:
    shown = engine("spark").statements(spark_target, PLAN, {"sales": (sales,)})
    assert [text.split(" ", 1)[0] for text in shown] == ["CREATE", "INSERT", "--"]
    assert "ORDER BY `place` ASC NULLS LAST, `id` ASC NULLS LAST" in shown[1]
    for text in shown[:2]:
        store.client.run(text)
    assert pq.read_table(ddl.beside(store.warehouse, "sales").removeprefix("file:")).num_rows == ROWS


def test_spark_connect_cannot_make_a_table_appear_at_once_in_a_distant_place(spark_target: Target) -> None:
    distant = replace(
        spark_target, options={**spark_target.options, "warehouse": "s3a://b/w"}, secrets={"remote": Secret("sc://h:1")}
    )
    with pytest.raises(UnsupportedError, match="Load with a master instead"):
        open_store(distant, PLAN)


@pytest.mark.parametrize(
    ("warehouse", "place"),
    [
        ("s3a://bucket/w/", "s3a://bucket/w/a%20b"),
        ("hdfs:/w", "hdfs:/w/a%20b"),
        ("/w", "file:/w/a%20b"),
        ("file:/w", "file:/w/a%20b"),
    ],
)
def test_places_of_tables(warehouse: str, place: str) -> None:
    assert ddl.place(warehouse, "a b") == place
    assert ddl.beside(warehouse, "a b") == place.replace("a%20b", ".a%20b.part")
