"""Translations: the text, the answer, and a finding with its place where there is none."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import Dialect

from warehousebench import duck
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.workload.dialect import DIALECTS, to_duckdb
from warehousebench.workload.suite import Suite, SuiteQuery

COLUMNS = {
    "a": DataType(TypeKind.INTEGER),
    "b": DataType(TypeKind.SMALLINT),
    "m": DataType(TypeKind.DECIMAL, precision=10, scale=2),
    "x": DataType(TypeKind.DOUBLE),
    "d": DataType(TypeKind.DATE),
    "s": DataType(TypeKind.VARCHAR, length=20),
    "o": DataType(TypeKind.OTHER, native="hyperint"),
}
T = Table("t", tuple(Column(name, type_) for name, type_ in COLUMNS.items()))
CATALOG = Catalog((T, Table("Sales.Items", (Column("Key", DataType(TypeKind.BIGINT)),))), "")


def translated(sql: str, dialect: str) -> str:
    (query,), findings = to_duckdb([SuiteQuery("q", sql, 3.0)], dialect, CATALOG)
    assert findings == ()
    assert (query.name, query.weight) == ("q", 3.0)
    return " ".join(query.sql.split())


def finding(sql: str, dialect: str) -> str:
    found, (told,) = to_duckdb([SuiteQuery("q", sql)], dialect, CATALOG)
    assert found == ()
    return told


def answer(sql: str, dialect: str) -> Any:
    """Return the one value that the translated query gives over three rows."""
    with duck.opened() as connection:
        duck.run(connection, "CREATE TABLE t (a INTEGER, b SMALLINT, m DECIMAL(10, 2), x DOUBLE, d DATE, s VARCHAR)")
        duck.run(
            connection, "INSERT INTO t VALUES (7, 2, 7, 7, '2024-01-31', 'Ab'), (-7, 2, 1, 1, NULL, 'b'), (0, 5, 1, 1, NULL, NULL)"
        )
        return duck.rows(connection, translated(sql, dialect))[0][0]


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        # CAST(7 / 2 AS BIGINT), which sqlglot writes by itself, is 4 in DuckDB.
        ("postgres", "SELECT a / b FROM t", 3),
        ("redshift", "SELECT 7 / 2", 3),
        ("tsql", "SELECT min(a / b) FROM t", -3),
        ("sqlite", "SELECT a / 2 FROM t", 3),
        ("redshift", "SELECT x / 2 FROM (SELECT count(*) AS x FROM t) AS c", 1),
        ("redshift", "SELECT 7 * 3 / 2", 10),
        ("redshift", "SELECT 100 / (7 / 2) / 2", 16),
        ("postgres", "SELECT m / 2 FROM t", 3.5),
        ("postgres", "SELECT a / 2.0 FROM t", 3.5),
        ("mysql", "SELECT a / b FROM t", 3.5),
        ("mysql", "SELECT a DIV b FROM t", 3),
        ("vertica", "SELECT a / b FROM t", 3.5),
        ("oracle", "SELECT a / b FROM t", 3.5),
        ("mysql", "SELECT 1 / (a - 7) FROM t", None),
        ("sqlite", "SELECT a % (b - 2) FROM t", None),
        ("redshift", "SELECT avg(b) FROM t", 3),
        ("tsql", "SELECT AVG(b) / 2 FROM t", 1),
        ("redshift", "SELECT avg(b) OVER () FROM t", 3),
        ("redshift", "SELECT avg(avg(b)) OVER () FROM t", 3),
        ("redshift", "SELECT x / 2 FROM (SELECT avg(b) AS x FROM t) AS i", 1),
        ("postgres", "SELECT avg(b) FROM t", 3.0),
        ("redshift", "SELECT avg(m) FROM t", 3.0),
        ("tsql", "SELECT s + '-' + s FROM t", "Ab-Ab"),
        ("tsql", "SELECT a + b FROM t", 9),
        ("tsql", "SELECT TOP 1 [a] FROM [dbo].[t] WITH (NOLOCK) ORDER BY a DESC", 7),
        ("redshift", "SELECT NVL(s, 'none') FROM t ORDER BY a", "b"),
        ("redshift", "SELECT DATEDIFF(month, d, DATEADD(day, 1, d)) FROM t", 1),
        ("tsql", "SELECT DATEDIFF(day, d, GETDATE()) > 0 FROM t", True),
        ("postgres", "SELECT count(*)::int FROM t WHERE s ILIKE 'AB'", 1),
        ("sqlite", "SELECT count(*) FROM t WHERE s LIKE 'AB'", 1),
        ("mysql", "SELECT b FROM t ORDER BY a LIMIT 2, 1", 2),
        ("oracle", "SELECT b FROM t ORDER BY a FETCH FIRST 1 ROWS ONLY", 2),
        ("postgres", "SELECT d FROM t ORDER BY d DESC", None),
        ("mysql", "SELECT d FROM t ORDER BY d", None),
        ("snowflake", "SELECT IFF(a > 0, a / 2, 0) FROM t", 3.5),
        ("spark", "SELECT a DIV 2 FROM t", 3),
        ("tsql", "SELECT CAST(s AS VARCHAR(MAX)) FROM t", "Ab"),
        ("postgres", "SELECT a FROM t FOR UPDATE", 7),
    ],
)
def test_the_answer_is_the_dialects_own(dialect: str, sql: str, expected: object) -> None:
    assert answer(sql, dialect) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(-99, 99), st.integers(-99, 99).filter(bool), st.sampled_from(["redshift", "postgres", "tsql", "sqlite"]))
def test_integer_division_cuts_toward_zero(left: int, right: int, dialect: str) -> None:
    cut = int(Decimal(left) / Decimal(right))
    with duck.opened() as connection:
        assert duck.rows(connection, translated(f"SELECT ({left}) / ({right})", dialect)) == [(cut,)]


def test_averages_of_averages_are_cut_twice() -> None:
    nested = "CAST(TRUNC(AVG(CAST(TRUNC(AVG(a)) AS BIGINT)) OVER ()) AS BIGINT)"
    assert translated("SELECT AVG(AVG(a)) OVER () FROM t", "redshift") == f"SELECT {nested} FROM t"


def test_the_authors_words_stay() -> None:
    sql = "SELECT q.a AS total FROM (SELECT a FROM t WHERE b IN (1, 2)) AS q"
    assert translated(sql, "postgres").replace("( S", "(S").replace(" )", ")") == sql


def test_tables_get_the_catalogs_names() -> None:
    assert translated("SELECT sales.items.key FROM sales.items", "postgres") == 'SELECT items.key FROM "sales.items" AS items'
    assert translated("SELECT i.key FROM DB.Sales.Items i", "tsql") == 'SELECT i.key FROM "sales.items" AS i'


def test_duckdb_is_left_alone() -> None:
    queries = (SuiteQuery("q", "not even SQL"),)
    assert to_duckdb(queries, "duckdb", CATALOG) == (queries, ())


def test_tpch_survives_the_way_through_postgres(tpch: Suite, tpch_tables: duck.Connection) -> None:
    ddl = duck.rows(tpch_tables, "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal")
    kinds = {"DATE": TypeKind.DATE, "INTEGER": TypeKind.INTEGER, "BIGINT": TypeKind.BIGINT, "VARCHAR": TypeKind.VARCHAR}
    tables: dict[str, list[Column]] = {}
    for table, column, type_ in ddl:
        kind = DataType(kinds[type_]) if type_ in kinds else DataType(TypeKind.DECIMAL, precision=15, scale=2)
        tables.setdefault(table, []).append(Column(column, kind))
    catalog = Catalog(tuple(Table(name, tuple(columns)) for name, columns in tables.items()), "")
    found, findings = to_duckdb(tpch.queries, "postgres", catalog)
    assert findings == ()
    for before, after in zip(tpch.queries, found, strict=True):
        assert duck.rows(tpch_tables, after.sql) == duck.rows(tpch_tables, before.sql), before.name


@pytest.mark.parametrize(
    ("dialect", "sql", "told"),
    [
        (
            "postgres",
            "SELECT a\nFROM t WHERE foo bar",
            "q, line 2, column 18: Invalid expression / Unexpected token, near 'bar'; left out",
        ),
        ("postgres", "SELECT a FROM t WHERE AND b", "q, line 1, column 27: an expression is missing here, near 'b'; left out"),
        ("postgres", "SELECT 'abc", "q, line 1, column 1: not understood as postgres: Error tokenizing"),
        ("mysql", "INSERT INTO t VALUES (1)", "q, line 1, column 1: not a query"),
        ("mysql", "SELECT 1; SELECT 2", "q, line 1, column 1: 2 statements"),
        ("tsql", "SELECT a INTO u FROM t", "q, line 1, column 1: not a query"),
        (
            "redshift",
            "SELECT a,\n  RATIO_TO_REPORT(a) OVER () FROM t",
            "q, line 2, column 3: DuckDB cannot do this: .*ratio_to_report",
        ),
        ("oracle", "SELECT a FROM t\nWHERE ROWNUM < 3", "q, line 2, column 7: DuckDB has no ROWNUM"),
        ("oracle", "SELECT t.a FROM t, t u WHERE t.a = u.a(+)", "q, line 1, column 36: DuckDB cannot do this: Outer join"),
        ("vertica", "SELECT a FROM t\nLIMIT 2 OVER (PARTITION BY b ORDER BY a)", "q, line 2, column 7: DuckDB cannot do this"),
        ("mysql", "SELECT a, 'with' FROM t GROUP BY a WITH ROLLUP", 'q, line 1, column 36: .*near "WITH"'),
        # The type of o is not known, and grammar is grammar all the same.
        ("tsql", "SELECT TOP 3 WITH TIES o FROM t ORDER BY o", 'q, line 1, column 14: .*near "WITH"'),
        ("postgres", "VACUUM t", "q, line 1, column 1: not a query"),
        ("sqlite", "SELECT julianday(d) FROM t", "q, line 1, column 8: .*julianday does not exist"),
    ],
)
def test_what_cannot_be_translated(dialect: str, sql: str, told: str, caplog: pytest.LogCaptureFixture) -> None:
    assert re.match(told, finding(sql, dialect))
    assert caplog.records == []


def test_doubts_are_told_with_their_place() -> None:
    found, findings = to_duckdb([SuiteQuery("q", "SELECT a / 2.5, o / 2,\n avg(o), o / 2.5 FROM t")], "redshift", CATALOG)
    assert len(found) == 1
    assert [told.split(":")[0] for told in findings] == ["q, line 2, column 2", "q, line 1, column 17"]
    assert all(told.endswith("the answer may differ") for told in findings)


def test_unknown_names_are_left_to_the_analysis() -> None:
    found, findings = to_duckdb([SuiteQuery("q", "SELECT TOP 3 a / 2 FROM elsewhere")], "tsql", CATALOG)
    assert " ".join(found[0].sql.split()) == "SELECT a / 2 FROM elsewhere LIMIT 3"
    assert findings == (
        "q, line 1, column 14: not all names of the query are understood: if this is a calculation with integers, "
        "the answer may differ",
    )


def test_letter_case_is_told_once() -> None:
    queries = [
        SuiteQuery(f"q{n}", sql)
        for n, sql in enumerate(["SELECT a FROM t WHERE s = 'x'", "SELECT a FROM t WHERE d = '2024-01-01'"])
    ]
    found, findings = to_duckdb([*queries, SuiteQuery("q2", "SELECT a FROM t WHERE s IN ('y')")], "mysql", CATALOG)
    assert len(found) == 3
    assert findings == ("mysql takes no notice of letter case by default, DuckDB does: look at q0, q2",)


def test_unknown_dialects() -> None:
    with pytest.raises(UsageError, match=r"nosql is not known. Choose one of: duckdb, mysql, oracle, postgres, redshift"):
        to_duckdb([], "nosql", CATALOG)


def test_a_dialect_whose_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dialect, "get", lambda _: None)
    with pytest.raises(UsageError, match="pip install vertica-sqlglot-dialect"):
        to_duckdb([], "vertica", CATALOG)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_type_makes_a_table(dialect: str) -> None:
    columns = tuple(Column(kind.value, DataType(kind)) for kind in TypeKind)
    wide = (
        Column("wide", DataType(TypeKind.DECIMAL, precision=65, scale=30)),
        Column("odd", DataType(TypeKind.DECIMAL, precision=3, scale=-2)),
    )
    catalog = Catalog((Table("every", (*columns, *wide)), Table("none", ())), "")
    found, findings = to_duckdb([SuiteQuery("q", "SELECT wide, odd FROM every")], dialect, catalog)
    assert (len(found), findings) == (1, ())
