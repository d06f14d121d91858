"""TPC-H through both drivers: the designs applied from their scripts, loaded, and 22 transpiled queries with DuckDB's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import redshift_connector
import sqlglot
import vertica_python

from standins import s3, sql
from standins.backend import Backend
from standins.fixtures import connect_redshift, connect_vertica
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

ROOT = Path(__file__).parents[2]
QUERIES = sorted((ROOT / "queries" / "tpch").glob("*.sql"))
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def reference(tpch_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for file in tpch_data.glob("*.parquet"):
            connection.execute(f"CREATE VIEW {file.stem} AS SELECT * FROM '{file}'")
        yield connection


@pytest.fixture(scope="module")
def redshift(tpch_data: Path, s3_service: s3.Bucket) -> Iterator[redshift_connector.Connection]:
    backend = Backend()
    server = RedshiftServer(backend, bucket=s3_service)
    server.start()
    with connect_redshift(server) as connection:
        connection.autocommit = True
        for statement in sql.statements((GOLDEN / "redshift" / "tpch" / "redshift.sql").read_text(), "redshift"):
            connection.cursor().execute(statement)
        s3_service.client.create_bucket(Bucket="tpch")
        for file in tpch_data.glob("*.parquet"):
            s3_service.client.upload_file(str(file), "tpch", file.name)
            entry = {"url": f"s3://tpch/{file.name}", "mandatory": True, "meta": {"content_length": file.stat().st_size}}
            body = json.dumps({"entries": [entry]}).encode()
            s3_service.client.put_object(Bucket="tpch", Key=f"{file.stem}.manifest", Body=body)
            load = f"COPY {file.stem} FROM 's3://tpch/{file.stem}.manifest' IAM_ROLE default FORMAT PARQUET MANIFEST"
            connection.cursor().execute(load)
        yield connection
    server.stop()
    backend.close()


@pytest.fixture(scope="module")
def vertica(tpch_data: Path) -> Iterator[vertica_python.Connection]:
    backend = Backend()
    server = VerticaServer(backend, folders=(tpch_data,))
    server.start()
    with connect_vertica(server) as connection:
        cursor = connection.cursor()
        for statement in sql.statements((GOLDEN / "vertica" / "tpch" / "vertica.sql").read_text(), "vertica"):
            cursor.execute(statement)
        for file in tpch_data.glob("*.parquet"):
            cursor.execute(f"COPY {file.stem} FROM '{file}' PARQUET")
        yield connection
    server.stop()
    backend.close()


def comparable(rows: list) -> list[tuple]:
    """Return rows in one order, with numbers rounded so that the order of adding them does not matter."""
    plain = [tuple(float(f"{float(x):.9g}") if isinstance(x, Decimal | float | int) else x for x in row) for row in rows]
    return sorted(plain, key=repr)


@pytest.mark.parametrize("product", ["redshift", "vertica"])
@pytest.mark.parametrize("query", QUERIES, ids=[query.stem for query in QUERIES])
def test_answers(product: str, query: Path, reference: duckdb.DuckDBPyConnection, request: pytest.FixtureRequest) -> None:
    text = query.read_text().replace("{scale}", "100")
    expected = reference.execute(text).fetchall()
    cursor = request.getfixturevalue(product).cursor()
    cursor.execute(sqlglot.transpile(text, read="duckdb", write=product)[0])
    assert comparable(cursor.fetchall()) == comparable(expected)


def test_the_applied_designs_read_back(redshift: redshift_connector.Connection, vertica: vertica_python.Connection) -> None:
    cursor = redshift.cursor()
    cursor.execute("SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info WHERE \"table\" = 'part'")
    assert cursor.fetchall() == (["KEY(p_partkey)", "p_size", 2],)
    found = vertica.cursor()
    found.execute("SELECT count(DISTINCT anchor_table_name), bool_and(is_up_to_date) FROM projections WHERE is_super_projection")
    assert found.fetchall() == [[8, True]]
