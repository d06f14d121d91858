"""One target per engine: real ones where they can be had, stand-ins where not."""

from __future__ import annotations

import pytest
from contract_cases import Case
from standins import s3
from standins.fixtures import DATABASE, PASSWORD, USER
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

from warehousebench.engines import target
from warehousebench.engines.targets import Target

ENGINES = ["duckdb", "postgres", "redshift", "spark", "vertica"]


@pytest.fixture(params=ENGINES)
def case(request: pytest.FixtureRequest) -> Case:
    """Return an engine under test."""
    made: Case = request.getfixturevalue(f"{request.param}_case")
    return made


@pytest.fixture
def duckdb_case() -> Case:
    """Return DuckDB, embedded."""
    return Case("duckdb", target("duckdb"))


@pytest.fixture
def postgres_case(postgres_url: str) -> Case:
    """Return a real PostgreSQL."""
    return Case("postgres", target(postgres_url))


@pytest.fixture
def redshift_case(
    redshift_server: RedshiftServer,
    s3_service: s3.Bucket,
    leaky_driver: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Case:
    """Return the stand-in for Redshift, with a bucket on loopback."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.SECRET)
    s3_service.client.create_bucket(Bucket="contract")
    place = f"redshift://{USER}:{PASSWORD}@{redshift_server.host}:{redshift_server.port}/{DATABASE}"
    options = f"sslmode=off&s3=s3://contract/x&iam_role=default&region={s3.REGION}&endpoint_url={s3_service.endpoint}"
    return Case("redshift", target(f"{place}?{options}"), stand_in=True)


@pytest.fixture
def vertica_case(vertica_server: VerticaServer) -> Case:
    """Return Vertica, played by a stand-in."""
    place = f"{vertica_server.host}:{vertica_server.port}/{DATABASE}"
    return Case("vertica", target(f"vertica://{USER}:{PASSWORD}@{place}?tls=disable"), stand_in=True)


@pytest.fixture
def spark_case(spark_target: Target) -> Case:
    """Return a real Spark on this machine, with a warehouse of its own."""
    return Case("spark", spark_target)
