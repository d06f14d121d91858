"""TPC-H as this room sees it: schema, queries and loaded tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.workload.suite import Suite, load_suite


@pytest.fixture(scope="session")
def tpch() -> Suite:
    """Return the built-in suite at the scale of the shared data."""
    return load_suite("tpch", 0.01)


@pytest.fixture(scope="session")
def tpch_tables(tpch: Suite, tpch_data: Path) -> Iterator[duck.Connection]:
    """Return a connection to the suite's own schema, keys enforced, filled with the shared data."""
    with duck.opened() as connection:
        assert tpch.schema_sql is not None
        duck.run(connection, tpch.schema_sql)
        # In the order of the DDL, or the foreign keys would refuse the rows.
        for (table,) in duck.rows(connection, "SELECT table_name FROM duckdb_tables() ORDER BY table_oid"):
            duck.run(connection, f"INSERT INTO {table} FROM {duck.text(str(tpch_data / f'{table}.parquet'))}")
        yield connection


@pytest.fixture(scope="session")
def tpch_catalog(tpch: Suite) -> Catalog:
    """Return the suite's tables and columns as DuckDB understands the DDL."""
    with duck.opened() as connection:
        assert tpch.schema_sql is not None
        duck.run(connection, tpch.schema_sql)
        listed = "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() WHERE NOT internal GROUP BY 1"
        found = duck.rows(connection, listed)
    anything = DataType(TypeKind.OTHER)
    tables = (Table(name, tuple(Column(column, anything) for column in columns)) for name, columns in sorted(found))
    return Catalog(tuple(tables), "schema.sql")
