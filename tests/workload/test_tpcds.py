"""TPC-DS: the schema against the generator's rows, and the packaged queries where they are installed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from warehousebench import duck
from warehousebench.source.ddl import read_ddl
from warehousebench.source.generator import generate
from warehousebench.workload.suite import SuiteQuery, generator_of, load_suite, schema_file
from warehousebench.workload.usage import analyse

# Of the texts in ibis-framework 12.0.0, blanks aside: another release may ask other things.
TEXTS = "3004dc68021e01fc"
packaged = pytest.mark.skipif(find_spec("ibis") is None, reason="the query texts need: pip install 'warehousebench[tpcds]'")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duck.Connection]:
    """Return a connection with the generator's rows as views."""
    folder = tmp_path_factory.mktemp("tpcds")
    generator = generator_of("tpcds")
    assert generator is not None
    generate(generator, 0.01, folder)
    with duck.opened() as connection:
        for file in sorted(folder.glob("*.parquet")):
            duck.run(connection, f"CREATE VIEW {file.stem} AS FROM {duck.text(str(file))}")
        yield connection


@pytest.fixture(scope="module")
def queries() -> tuple[SuiteQuery, ...]:
    """Return the packaged queries."""
    return load_suite("tpcds", 1).queries


def test_schema_holds_what_the_generator_writes(rows: duck.Connection) -> None:
    with duck.opened() as declared:
        duck.run(declared, schema_file("tpcds").read_text(encoding="utf-8"))
        listed = "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY 1, column_index"
        ours = duck.rows(declared, listed)
    written = [row for row in duck.rows(rows, listed) if row[0] != "dbgen_version"]
    assert ours == written
    assert len({table for table, _, _ in ours}) == 24


def test_keys_hold_on_the_generators_rows(rows: duck.Connection) -> None:
    catalog = read_ddl([schema_file("tpcds")])
    assert sum(len(table.foreign_keys) for table in catalog) == 107
    for table in catalog:
        key = ", ".join(table.primary_key)
        doubled = f"SELECT count(*) FROM (SELECT {key} FROM {table.name} GROUP BY ALL HAVING count(*) > 1)"
        assert duck.rows(rows, doubled) == [(0,)], table.name
        for column in table.columns:
            if not column.nullable:
                assert duck.rows(rows, f"SELECT count(*) FROM {table.name} WHERE {column.name} IS NULL") == [(0,)], column.name
        for foreign in table.foreign_keys:
            pairs = zip(foreign.columns, foreign.referenced_columns, strict=True)
            same = " AND ".join(f"f.{mine} = p.{theirs}" for mine, theirs in pairs)
            known = " AND ".join(f"f.{name} IS NOT NULL" for name in foreign.columns)
            orphans = f"SELECT count(*) FROM {table.name} f ANTI JOIN {foreign.referenced_table} p ON {same} WHERE {known}"
            assert duck.rows(rows, orphans) == [(0,)], (table.name, foreign.columns)


def test_texts_fit_their_declared_lengths(rows: duck.Connection) -> None:
    for table in read_ddl([schema_file("tpcds")]):
        lengths = {column.name: column.type.length for column in table.columns if column.type.length}
        for name, length in lengths.items():
            assert duck.rows(rows, f"SELECT coalesce(max(strlen({name})), 0) <= {length} FROM {table.name}") == [(True,)], name


@packaged
def test_the_package_holds_the_99_queries_that_were_looked_at(queries: tuple[SuiteQuery, ...]) -> None:
    assert [query.name for query in queries] == [f"{number:02}" for number in range(1, 100)]
    text = "\n".join(re.sub(r"\s+", " ", query.sql) for query in queries)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == TEXTS


@packaged
def test_every_query_is_understood(queries: tuple[SuiteQuery, ...]) -> None:
    catalog = read_ddl([schema_file("tpcds")])
    workload = analyse(queries, catalog, "tpcds")
    assert [query.name for query in workload.queries if query.finding] == []
    assert {use.table for query in workload.queries for use in query.uses} == {table.name for table in catalog}


@packaged
def test_the_suite_says_what_it_is() -> None:
    suite = load_suite("tpcds", 1)
    assert suite.generator == ("tpcgen-cli", "tpcds")
    assert "Derived from TPC-DS, not comparable to published TPC results" in suite.licence_note
    assert set(suite.fixed_tables) < {table.name for table in read_ddl([schema_file("tpcds")])}
