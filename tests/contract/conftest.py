"""One target per engine: real ones where they can be had, stand-ins where not."""

from __future__ import annotations

import pytest
from contract_cases import Case
from standins.fixtures import DATABASE, PASSWORD, USER
from standins.vertica import VerticaServer

from warehousebench.engines import target

ENGINES = ["duckdb", "postgres", "vertica"]


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
def vertica_case(vertica_server: VerticaServer) -> Case:
    """Return Vertica, played by a stand-in."""
    place = f"{vertica_server.host}:{vertica_server.port}/{DATABASE}"
    return Case("vertica", target(f"vertica://{USER}:{PASSWORD}@{place}?tls=disable"), stand_in=True)
