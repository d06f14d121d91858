"""Translated queries give DuckDB's answers, value by value: TPC-H on a real PostgreSQL and on a real Spark."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from engine_cases import Inputs

from warehousebench import duck
from warehousebench.bench.verify import Reference, check, make_reference
from warehousebench.engines import engine, target
from warehousebench.engines.base import Answer, Client, Plan
from warehousebench.engines.duckdb.client import DuckViews
from warehousebench.engines.postgres.sql import translate as for_postgres
from warehousebench.engines.spark.sql import translate as for_spark
from warehousebench.model.run import Status
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import load_suite

QUERIES = {query.name: query.sql for query in load_suite("tpch", 0.01).queries}


@pytest.fixture(scope="module")
def references(tpch: Inputs, tpch_data: Path) -> Mapping[str, Reference]:
    """Return DuckDB's answers on the original files."""
    relations = {table.name: f"read_parquet({duck.text(str(tpch_data / table.name))} || '.parquet')" for table in tpch.catalog}
    client = DuckViews(relations).connect()
    found = {name: make_reference(client.query(sql, 60), answer_shape(sql)) for name, sql in QUERIES.items()}
    client.close()
    return found


@pytest.fixture(scope="module")
def postgres(tpch: Inputs, tpch_data: Path, postgres_url: str) -> Iterator[Client]:
    """Return a session on PostgreSQL with the tables in a schema of their own."""
    mark = "&" if "?" in postgres_url else "?"
    place = target(f"{postgres_url}{mark}schema=translated")
    store = engine("postgres").store(place, Plan(tpch.catalog))
    for table in tpch.catalog:
        store.create(table)
        store.fill(table, [tpch_data / f"{table.name}.parquet"])
    store.finish()
    store.close()
    client = engine("postgres").connector(place, {}).connect()
    yield client
    client.close()


@pytest.mark.parametrize("name", QUERIES)
def test_postgres(name: str, tpch: Inputs, references: Mapping[str, Reference], postgres: Client) -> None:
    found = check(postgres.query(for_postgres(QUERIES[name], tpch.catalog).sql, 60), references[name])
    assert (found.status, found.reason) == (Status.VERIFIED, None)


@pytest.fixture(scope="module")
def spark(tpch: Inputs, tpch_data: Path) -> Iterator[Any]:
    """Return a Spark session on two threads with the tables as views; skips aloud without Java."""
    sql = pytest.importorskip("pyspark.sql", reason="no Spark: install warehousebench[spark]")
    if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        pytest.skip("no Spark: Java 17 or later is not installed")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.pyspark.python": sys.executable,
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.session.timeZone": "UTC",
    }
    session = sql.SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for table in tpch.catalog:
        session.read.parquet(str(tpch_data / f"{table.name}.parquet")).createOrReplaceTempView(table.name)
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.parametrize("name", QUERIES)
def test_spark(name: str, tpch: Inputs, references: Mapping[str, Reference], spark: Any) -> None:
    frame = spark.sql(for_spark(QUERIES[name], tpch.catalog).sql)
    answer = Answer(tuple(frame.columns), tuple(kind for _, kind in frame.dtypes), [tuple(row) for row in frame.collect()])
    found = check(answer, references[name])
    assert (found.status, found.reason) == (Status.VERIFIED, None)
