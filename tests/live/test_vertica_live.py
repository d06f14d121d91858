"""The Vertica engine on a real server: skipped unless WB_LIVE_VERTICA names one.

    WB_LIVE_VERTICA='vertica://me@host:5433/database?tls=require' VSQL_PASSWORD=... pytest tests/live

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
from warehousebench.engines.targets import Target
from warehousebench.engines.vertica.client import opened
from warehousebench.errors import TimeLimitError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Cluster

URL = os.environ.get("WB_LIVE_VERTICA", "")
SCHEMA = "warehousebench_live"
TABLE = Table(
    "every_kind",
    (
        Column("id", DataType(TypeKind.BIGINT), nullable=False),
        Column("truth", DataType(TypeKind.BOOLEAN)),
        Column("price", DataType(TypeKind.DECIMAL, precision=15, scale=2)),
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
SELECT i AS id, i % 3 = 0 AS truth, CAST(i AS DECIMAL(15,2)) / 100 AS price, 1.0 / (i + 1) AS ratio,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN '|\"' || chr(10) || chr(13) WHEN 3 THEN 'Zürich ☃' ELSE 'NULL' END
        AS word,
    DATE '1970-01-01' + CAST(i AS INTEGER) AS day, TIME '00:00:00' + to_microseconds(i) AS clock,
    TIMESTAMP '1969-12-31 23:59:59.999999' + to_microseconds(i) AS moment, TIMESTAMPTZ '2016-03-27 01:30:00+01' AS instant,
    CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN ''::BLOB ELSE '\x00\x0A\x5C\xFF'::BLOB END AS raw
FROM range(10000) AS r(i)
"""

pytestmark = pytest.mark.skipif(not URL, reason="WB_LIVE_VERTICA names no server")


@pytest.fixture
def place() -> Iterator[Target]:
    found = target(URL)
    found = replace(found, options={**found.options, "schema": SCHEMA})
    drop = f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"
    with opened(found) as session:
        session.run(drop)
    yield found
    with opened(found) as session:
        session.run(drop)


def test_doctor_finds_it_well(place: Target) -> None:
    assert [each for each in engine("vertica").examine(place) if each.status == "fail"] == []


def test_a_load_is_equal_and_as_designed_and_can_be_queried(place: Target, tmp_path: Path) -> None:
    file = tmp_path / "every_kind.parquet"
    catalog = Catalog((TABLE,), "a live test")
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        duck.run(connection, f"COPY ({ROWS}) TO {duck.text(str(file))} (FORMAT parquet)")
        expected = check(connection, TABLE, f"read_parquet({duck.text(str(file))})")
    with opened(place) as session:
        nodes = int(session.run("SELECT count(*) FROM v_catalog.nodes")[0][0])
    design = designer("vertica").advise(catalog, None, None, Cluster(nodes))
    vertica = engine("vertica")
    with closing(vertica.store(place, Plan(catalog, design))) as store:
        assert not store.stand_in
        store.create(TABLE)
        assert store.fill(TABLE, [file]).rows == 10_000
        store.finish()
        assert differing(expected, store.check(TABLE)) == ()
        assert store.differences() == ()
        assert store.stored_bytes()
    with closing(vertica.connector(place, {}).connect()) as client:
        assert client.query("SELECT count(*), count(word) FROM every_kind", 60.0).rows == [(10_000, 8_000)]
        assert client.metrics()["server time (ms)"] > 0
        assert "every_kind" in client.plan("SELECT count(*) FROM every_kind")
        with pytest.raises(TimeLimitError):
            client.query("SELECT count(*) FROM every_kind a, every_kind b, every_kind c WHERE a.id + b.id < c.id", 1.0)
        assert client.query("SELECT 1 AS a", 60.0).rows == [(1,)]
