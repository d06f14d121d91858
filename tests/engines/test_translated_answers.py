"""Translated queries give DuckDB's answers, value by value, on a real PostgreSQL and on a real Spark."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from engine_cases import Inputs
from translation_cases import CASES, CATALOG, ROWS, TABLE, create

from warehousebench import duck
from warehousebench.bench.verify import Reference, check, make_reference
from warehousebench.engines import engine, target
from warehousebench.engines.base import Answer, Client, Plan
from warehousebench.engines.duckdb.client import DuckViews
from warehousebench.engines.postgres.sql import translate as for_postgres
from warehousebench.engines.spark.sql import translate as for_spark
from warehousebench.engines.targets import Target
from warehousebench.model.run import Status
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import load_suite

# Spark has no seconds since 1970 of a timestamp without a time zone.
NOT_ON_SPARK = {"seconds"}
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
def test_tpch_on_postgres(name: str, tpch: Inputs, references: Mapping[str, Reference], postgres: Client) -> None:
    verify(references[name], postgres.query(for_postgres(QUERIES[name], tpch.catalog).sql, 60))


def verify(reference: Reference, answer: Answer) -> None:
    found = check(answer, reference)
    assert (found.status, found.reason) == (Status.VERIFIED, None)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Path]]:
    """Return a session on DuckDB with the table of the cases, and its Parquet file."""
    path = tmp_path_factory.mktemp("cases") / "t.parquet"
    with duck.opened() as connection:
        duck.run(connection, create())
        duck.run(connection, f"INSERT INTO t VALUES {', '.join(ROWS)}")
        duck.run(connection, f"COPY t TO {duck.text(str(path))} (FORMAT parquet)")
    client = DuckViews({"t": f"read_parquet({duck.text(str(path))})"}).connect()
    yield client, path
    client.close()


@pytest.fixture(scope="module", params=["C.UTF-8", "en-US"])
def postgres_cases(request: pytest.FixtureRequest, postgres_server: str, cases: tuple[Client, Path]) -> Iterator[Client]:
    """Return a session on PostgreSQL with the table, in a database that sorts by bytes and in one that sorts as in English."""
    import psycopg

    name = f"wb_test_{uuid.uuid4().hex[:12]}"
    base, _, options = postgres_server.partition("?")
    locale = "LOCALE 'C.UTF-8'" + ("" if request.param == "C.UTF-8" else f" LOCALE_PROVIDER icu ICU_LOCALE '{request.param}'")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        try:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {locale}")
        except psycopg.Error as error:
            pytest.skip(f"this PostgreSQL has no database in {request.param}: {error}")
    place = target(f"{base.rpartition('/')[0]}/{name}?{options}{'&' if options else ''}schema=translated")
    store = engine("postgres").store(place, Plan(CATALOG))
    store.create(TABLE)
    store.fill(TABLE, [cases[1]])
    store.finish()
    store.close()
    client = engine("postgres").connector(place, {}).connect()
    yield client
    client.close()
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def expected(cases: tuple[Client, Path], name: str) -> Reference:
    return make_reference(cases[0].query(CASES[name], 60), answer_shape(CASES[name]))


@pytest.mark.parametrize("name", CASES)
def test_cases_on_postgres(name: str, cases: tuple[Client, Path], postgres_cases: Client) -> None:
    verify(expected(cases, name), postgres_cases.query(for_postgres(CASES[name], CATALOG).sql, 60))


@pytest.mark.slow
def test_tpch_on_spark(tpch: Inputs, tpch_data: Path, references: Mapping[str, Reference], spark_here: Target) -> None:
    files = {table.name: (tpch_data / f"{table.name}.parquet",) for table in tpch.catalog}
    with closing(engine("spark").connector(spark_here, files).connect()) as client:
        assert not differences(
            references.__getitem__, lambda name: client.query(for_spark(QUERIES[name], tpch.catalog).sql, 300), QUERIES
        )


@pytest.mark.slow
def test_cases_on_spark(cases: tuple[Client, Path], spark_here: Target) -> None:
    names = {name: sql for name, sql in CASES.items() if name not in NOT_ON_SPARK}
    with closing(engine("spark").connector(spark_here, {"t": (cases[1],)}).connect()) as client:
        assert not differences(
            lambda name: expected(cases, name), lambda name: client.query(for_spark(CASES[name], CATALOG).sql, 300), names
        )


def differences(wanted: Callable[[str], Reference], got: Callable[[str], Answer], names: Mapping[str, str]) -> dict[str, str]:
    """Return query -> how its answer differs: all of them at once, since the session takes most of the time."""
    found = {name: check(got(name), wanted(name)) for name in names}
    return {name: str(each.reason) for name, each in found.items() if each.status is not Status.VERIFIED}
