"""The Redshift engine on a real cluster or workgroup: skipped unless WB_LIVE_REDSHIFT names one.

    WB_LIVE_REDSHIFT='redshift://me@host:5439/dev?s3=s3://bucket/stage&iam_role=default&region=eu-west-1' \\
        REDSHIFT_PASSWORD=... pytest tests/live

Everything happens in the schema warehousebench_live, which is dropped before and after.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.engines import designer, engine, target
from warehousebench.engines.base import Plan
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.redshift.client import connect
from warehousebench.engines.redshift.engine import reflect_design
from warehousebench.engines.redshift.settings import settings
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, TimeLimitError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Cluster

URL = os.environ.get("WB_LIVE_REDSHIFT", "")
SCHEMA = "warehousebench_live"
TABLE = Table(
    "every_kind",
    (
        Column("id", DataType(TypeKind.BIGINT), nullable=False),
        Column("truth", DataType(TypeKind.BOOLEAN)),
        Column("small", DataType(TypeKind.SMALLINT)),
        Column("price", DataType(TypeKind.DECIMAL, precision=15, scale=2)),
        Column("exact", DataType(TypeKind.DECIMAL, precision=38, scale=10)),
        Column("ratio", DataType(TypeKind.DOUBLE)),
        Column("word", DataType(TypeKind.VARCHAR, length=40)),
        Column("day", DataType(TypeKind.DATE)),
        Column("clock", DataType(TypeKind.TIME)),
        Column("moment", DataType(TypeKind.TIMESTAMP)),
        Column("instant", DataType(TypeKind.TIMESTAMPTZ)),
        Column("raw", DataType(TypeKind.BINARY, length=16)),
    ),
    primary_key=("id",),
)
ROWS = r"""
SELECT i AS id, i % 3 = 0 AS truth, CAST(i % 100 AS SMALLINT) AS small, CAST(i AS DECIMAL(15,2)) / 100 AS price,
    CAST(i AS DECIMAL(38,10)) / 7 AS exact, 1.0 / (i + 1) AS ratio,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '|\"' || chr(10) || chr(13) WHEN 3 THEN 'Zürich ☃' ELSE 'NULL' END
        AS word,
    DATE '1970-01-01' + CAST(i AS INTEGER) AS day, TIME '00:00:00' + to_microseconds(i) AS clock,
    TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i) AS moment, TIMESTAMPTZ '2016-03-27 01:30:00+01' AS instant,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN ''::BLOB ELSE '\x00\x0A\x5C\xFF'::BLOB END AS raw
FROM range(10000) AS r(i)
"""

pytestmark = pytest.mark.skipif(not URL, reason="WB_LIVE_REDSHIFT names no server")


@pytest.fixture
def place() -> Iterator[Target]:
    found = target(URL)
    found = replace(found, options={**found.options, "schema": SCHEMA})
    _drop(found)
    yield found
    _drop(found)


def _drop(place: Target) -> None:
    with closing(connect(settings(place))) as session:
        session.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


# One kind at a time, so that one that COPY does not take from Parquet does not hide the others.
@pytest.mark.parametrize("name", [column.name for column in TABLE.columns])
def test_every_kind_of_value_arrives_as_it_was(place: Target, tmp_path: Path, name: str) -> None:
    _load(place, tmp_path, replace(TABLE, columns=tuple(each for each in TABLE.columns if each.name in ("id", name))))


def test_doctor_finds_it_well(place: Target) -> None:
    assert [each for each in engine("redshift").examine(place) if each.status == "fail"] == []


def test_a_load_is_equal_and_as_designed_and_can_be_queried(place: Target, tmp_path: Path) -> None:
    design = _load(place, tmp_path, TABLE)
    assert (
        reflect_design(place, Catalog((TABLE,), "a live test")).tables[TABLE.name].diststyle == design.tables[TABLE.name].diststyle
    )
    with closing(engine("redshift").connector(place, {}).connect()) as client:
        assert client.query("SELECT count(*), count(word) FROM every_kind", 60.0).rows == [(10_000, 8_000)]
        assert client.metrics()["elapsed s"] > 0
        assert "every_kind" in client.plan("SELECT count(*) FROM every_kind")
        with pytest.raises(TimeLimitError):
            client.query("SELECT count(*) FROM every_kind a, every_kind b, every_kind c WHERE a.id + b.id < c.id", 1.0)
        assert client.query("SELECT 1 AS a", 60.0).rows == [(1,)]


def test_a_value_that_is_too_long_is_told_with_its_reason(place: Target, tmp_path: Path) -> None:
    narrow = Column("word", DataType(TypeKind.VARCHAR, length=1))
    table = replace(TABLE, columns=(TABLE.column("id"), narrow))
    with pytest.raises(EngineError, match="every_kind was not loaded, no row of it"):
        _load(place, tmp_path, table)


def _load(place: Target, folder: Path, table: Table):
    file, catalog = folder / "every_kind.parquet", Catalog((table,), "a live test")
    columns = ", ".join(duck.quote(column.name) for column in table.columns)
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        duck.run(connection, f"COPY (SELECT {columns} FROM ({ROWS})) TO {duck.text(str(file))} (FORMAT parquet)")
        expected = check(connection, table, f"read_parquet({duck.text(str(file))})")
    design = designer("redshift").advise(catalog, None, None, Cluster())
    with closing(engine("redshift").store(place, Plan(catalog, design))) as store:
        assert not store.stand_in
        store.create(table)
        assert store.fill(table, [file]).rows == 10_000
        store.finish()
        assert differing(expected, store.check(table)) == ()
        assert store.differences() == ()
        assert store.stored_bytes()
    return design
