"""One target per engine: real ones where they can be had, stand-ins where not."""

from __future__ import annotations

import pytest
from contract_cases import Case

from warehousebench.engines import target

ENGINES = ["duckdb", "postgres"]


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
