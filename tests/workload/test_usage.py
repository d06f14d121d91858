"""Column use: the golden table of TPC-H, DuckDB's own plans as an oracle, and the rules one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.workload import Query, Workload
from warehousebench.workload.suite import Suite, SuiteQuery
from warehousebench.workload.usage import analyse


def catalog(**tables: str) -> Catalog:
    anything = DataType(TypeKind.OTHER)
    return Catalog(
        tuple(Table(name, tuple(Column(column, anything) for column in columns.split())) for name, columns in tables.items()), ""
    )


SMALL = catalog(t="a b c", u="a d")


def one(sql: str, tables: Catalog = SMALL) -> Query:
    return analyse([SuiteQuery("q", sql)], tables, "test").queries[0]


def uses(sql: str, tables: Catalog = SMALL) -> list[str]:
    query = one(sql, tables)
    assert query.finding is None
    return [f"{use.table}.{use.column} {use.role} {use.count}" for use in query.uses]


def joins(sql: str, tables: Catalog = SMALL) -> list[str]:
    query = one(sql, tables)
    assert query.finding is None
    return [f"{join.left_table}.{join.left_column} = {join.right_table}.{join.right_column} {join.count}" for join in query.joins]


# TPC-H


@pytest.fixture(scope="module")
def workload(tpch: Suite, tpch_catalog: Catalog) -> Workload:
    return analyse(tpch.queries, tpch_catalog, "tpch")


def test_all_22_resolve(workload: Workload) -> None:
    assert [query.finding for query in workload.queries] == [None] * 22


def test_tpch_golden(workload: Workload, golden: Callable[[str, str], None]) -> None:
    golden("workload/tpch_usage.txt", "".join(_section(query) for query in workload.queries))


def _section(query: Query) -> str:
    columns: dict[str, list[str]] = {}
    for use in query.uses:
        columns.setdefault(f"{use.table}.{use.column}", []).append(f"{use.role} {use.count}")
    lines = [f"    {name:<26}{', '.join(roles)}" for name, roles in sorted(columns.items())]
    lines += [
        f"    {join.left_table}.{join.left_column} = {join.right_table}.{join.right_column}  x{join.count}" for join in query.joins
    ]
    return "\n".join([f"query {query.name}", *lines, "", ""])


def test_uses_are_the_columns_that_duckdb_scans(workload: Workload, tpch_tables: duck.Connection) -> None:
    # These two steps add filters on columns that the text does not filter, or read columns twice.
    duck.run(tpch_tables, "SET disabled_optimizers = 'join_filter_pushdown,late_materialization'")
    differences = {}
    for query in workload.queries:
        plan = json.loads(duck.rows(tpch_tables, f"EXPLAIN (FORMAT json) {query.sql}")[0][1])
        scanned = {column for node in plan for column in _scanned(node)}
        found = {(use.table, use.column) for use in query.uses}
        if scanned != found:
            differences[query.name] = (scanned - found, found - scanned)
    # o_orderkey is NOT NULL, so DuckDB 2 counts rows where query 13 counts order keys; 1.5 counts the keys.
    assert differences in ({}, {"13": (set(), {("orders", "o_orderkey")})})


def _scanned(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (table, column) of what the plan below ``node`` reads from tables, for output or filters."""
    said = node["extra_info"]
    if "Table" in said:
        text = json.dumps([said.get("Projections", []), said.get("Filters", [])])
        yield from ((said["Table"].rsplit(".", 1)[-1], column) for column in re.findall(r"\b[lopscnr]{1,2}_[a-z]+\b", text))
    for child in node.get("children", ()):
        yield from _scanned(child)


# Roles


@pytest.mark.parametrize(
    ("condition", "role"),
    [
        ("a = 1", "equality"),
        ("1 = a", "equality"),
        ("(a) = upper('x')", "equality"),
        ("a IN (1, 2)", "equality"),
        ("a LIKE 'x'", "equality"),
        ("a IS NOT DISTINCT FROM 1", "equality"),
        ("a", "equality"),
        ("a < 1", "range"),
        ("1 >= a", "range"),
        ("a BETWEEN 1 AND 2", "range"),
        ("a LIKE 'x%'", "range"),
        ("starts_with(a, 'x')", "range"),
        ("a < DATE '1994-01-01' + INTERVAL 1 YEAR", "range"),
        ("a < 1 OR a = 7", "range"),
        ("a LIKE '%x'", "output"),
        ("a LIKE '_x'", "output"),
        ("a LIKE b", "output"),
        ("a NOT LIKE 'x%'", "output"),
        ("a NOT IN (1, 2)", "output"),
        ("a NOT BETWEEN 1 AND 2", "output"),
        ("NOT (a = 1 AND b = 2)", "output"),
        ("a <> 1", "output"),
        ("a + 1 = 2", "output"),
        ("a < b", "output"),
        ("a = b", "output"),
        ("a = 1 OR b = 2", "output"),
        ("a = (SELECT max(d) FROM u)", "output"),
        ("a IN (1, b)", "output"),
        ("CASE WHEN a = 1 THEN true END", "output"),
    ],
)
def test_role_of_a_condition(condition: str, role: str) -> None:
    found = {use.split()[1] for use in uses(f"SELECT 1 FROM t WHERE {condition}") if use.startswith("t.a ")}
    assert found - {"equality"} == {"range"} if " OR a" in condition else found == {role}


def test_an_or_keeps_what_all_branches_restrict() -> None:
    assert uses("SELECT 1 FROM t WHERE (a = 1 AND b = 1) OR (a = 2 AND c = 1) OR (a > 5)") == [
        "t.a equality 2",
        "t.a range 1",
        "t.b output 1",
        "t.c output 1",
    ]


def test_keys_of_groups_orders_and_windows() -> None:
    sql = "SELECT a AS x, count(*), rank() OVER (PARTITION BY b ORDER BY c) FROM t GROUP BY ROLLUP (a), b, c ORDER BY x, a + 1"
    assert uses(sql) == [
        *("t.a group 1", "t.a order 1", "t.a output 2"),
        *("t.b group 2", "t.c group 1", "t.c order 1"),
    ]


@pytest.mark.parametrize("sql", ["SELECT a, count(*) FROM t GROUP BY ALL ORDER BY ALL", "SELECT DISTINCT a FROM t ORDER BY 1"])
def test_all_and_distinct_are_keys(sql: str) -> None:
    assert uses(sql) == ["t.a group 1", "t.a order 1", "t.a output 1"]


def test_an_order_inside_an_aggregate_is_no_order() -> None:
    assert uses("SELECT string_agg(a, ',' ORDER BY b) FROM t") == ["t.a output 1", "t.b output 1"]


def test_having_filters_the_group_key_only() -> None:
    assert uses("SELECT sum(b) AS s FROM t GROUP BY a HAVING s > 1 AND a > 2") == ["t.a group 1", "t.a range 1", "t.b output 2"]


# Joins


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM t, u WHERE t.a = u.d",
        "SELECT 1 FROM t JOIN u ON u.d = t.a",
        "SELECT 1 FROM t LEFT JOIN u ON t.a = u.d AND u.a + t.b > 1",
        "SELECT 1 FROM t WHERE a IN (SELECT d FROM u)",
        "SELECT 1 FROM t WHERE NOT a IN (SELECT d FROM u)",
        "SELECT 1 FROM t WHERE a IN (SELECT d FROM u) OR b = 1",
        "SELECT 1 FROM t WHERE EXISTS (SELECT * FROM u WHERE d = t.a)",
        "SELECT 1 FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE d = t.a)",
        "SELECT (SELECT max(u.a) FROM u WHERE d = t.a) FROM t",
        "WITH v AS (SELECT a AS k FROM t), w(m) AS (SELECT d FROM u) SELECT 1 FROM v, w WHERE k = m",
        "SELECT 1 FROM (SELECT x.a AS k FROM (SELECT * FROM t) AS x) AS v JOIN u ON k = u.d",
        "SELECT 1 FROM t SEMI JOIN u ON t.a = u.d",
        "SELECT 1 FROM t, LATERAL (SELECT u.a FROM u WHERE u.d = t.a) AS l",
    ],
)
def test_join_is_found(sql: str) -> None:
    assert joins(sql) == ["t.a = u.d 1"]
    assert {"t.a join 1", "u.d join 1"} <= set(uses(sql))


def test_using_and_natural_joins_and_pairs() -> None:
    assert joins("SELECT 1 FROM t JOIN u USING (a)") == ["t.a = u.a 1"]
    assert joins("SELECT 1 FROM t NATURAL JOIN u") == ["t.a = u.a 1"]
    assert joins("SELECT 1 FROM t WHERE (a, b) IN (SELECT a, d FROM u)") == ["t.a = u.a 1", "t.b = u.d 1"]


def test_self_joins_need_two_instances() -> None:
    assert joins("SELECT 1 FROM t AS x, t AS y WHERE x.b = y.a") == ["t.a = t.b 1"]
    assert joins("WITH v AS (SELECT a FROM t) SELECT 1 FROM v AS x, v AS y WHERE x.a = y.a") == ["t.a = t.a 1"]
    assert joins("SELECT 1 FROM t WHERE a = b") == []


def test_both_sides_of_a_union_join() -> None:
    assert joins("SELECT 1 FROM (SELECT a FROM t UNION ALL SELECT d FROM u) AS v(k), t WHERE k = t.c") == [
        "t.a = t.c 1",
        "t.c = u.d 1",
    ]


def test_a_calculated_column_joins_nothing() -> None:
    sql = "SELECT 1 FROM (SELECT a + 1 AS k FROM t) AS v, u WHERE k = d"
    assert joins(sql) == []
    assert uses(sql) == ["t.a output 1", "u.d output 1"]


def test_columns_that_are_handed_on_count_where_they_are_used() -> None:
    sql = "WITH v AS (SELECT * FROM t) SELECT a FROM v WHERE b = 1"
    assert uses(sql) == ["t.a output 1", "t.b equality 1"]


def test_a_recursive_query_ends_at_its_anchor() -> None:
    sql = "WITH RECURSIVE r(n) AS (SELECT a FROM t UNION ALL SELECT u.d FROM r JOIN u ON u.a = r.n) SELECT n FROM r"
    assert joins(sql) == ["t.a = u.a 1"]
    assert uses(sql) == ["t.a join 1", "t.a output 1", "u.a join 1", "u.d output 1"]
    branches = "SELECT a FROM t UNION ALL SELECT n FROM r UNION ALL SELECT n + 1 FROM r"
    assert uses(f"WITH RECURSIVE r(n) AS ({branches}) SELECT n FROM r WHERE n < 9") == ["t.a output 2", "t.a range 1"]


# Names


def test_names_are_spelled_as_in_the_catalog() -> None:
    tables = Catalog((*catalog(Orders="OrderKey Total").tables, *catalog(**{"Sales.Items": "orderKEY"}).tables), "")
    sql = 'SELECT SUM("TOTAL") FROM public.ORDERS o JOIN items ON o.orderkey = items."OrderKey"'
    assert joins(sql, tables) == ["Orders.OrderKey = Sales.Items.orderKEY 1"]
    assert "Orders.Total output 1" in uses(sql, tables)


def test_a_cte_hides_a_table_of_its_name() -> None:
    assert uses("WITH u AS (SELECT a AS d FROM t) SELECT d FROM u") == ["t.a output 1"]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT zz FROM t", "^unknown column zz; nothing in the catalog is called like it$"),
        ("SELECT t.zz FROM t", "^unknown column zz; nothing"),
        ("SELECT a FROM t, u", "could not be resolved"),
        ("SELECT 1 FROM nowhere", "^unknown table nowhere; nothing in the catalog is called like it$"),
        ("SELECT FROM WHERE", "Line 1"),
        ("INSERT INTO t VALUES (1, 2, 3)", "not a query"),
        ("SELECT 1; SELECT 2", "."),
        ("", "."),
    ],
)
def test_what_cannot_be_analysed_keeps_its_place(sql: str, reason: str) -> None:
    bad, good = analyse([SuiteQuery("bad", sql, 2.0), SuiteQuery("good", "SELECT a FROM t")], SMALL, "x").queries
    assert bad.finding is not None
    assert re.search(reason, bad.finding)
    assert "\n" not in bad.finding
    assert "\x1b" not in bad.finding
    assert (bad.name, bad.sql, bad.weight, bad.uses) == ("bad", sql, 2.0, ())
    assert good.finding is None


def test_a_misspelled_name_gets_a_suggestion() -> None:
    tables = catalog(Orders="OrderKey", **{"Sales.Items": "ItemKey"})
    assert one("SELECT 1 FROM ordrs", tables).finding == "unknown table ordrs; did you mean Orders?"
    assert one("SELECT 1 FROM sales.itms", tables).finding == "unknown table sales.itms; did you mean Sales.Items?"
    assert one("SELECT ordrkey FROM orders", tables).finding == "unknown column ordrkey; did you mean OrderKey?"
    assert one("SELECT o.ordrkey FROM orders o", tables).finding == "unknown column ordrkey; did you mean OrderKey?"


def test_a_column_of_another_table_is_not_called_unknown() -> None:
    finding = one("SELECT d FROM t").finding
    assert finding is not None
    assert finding.startswith("Column 'd' could not be resolved")


def test_ambiguous_catalogs() -> None:
    with pytest.raises(SourceError, match="differ only in case"):
        one("SELECT 1", catalog(t="a", T="a"))
    finding = one("SELECT 1 FROM t", catalog(**{"x.t": "a", "y.t": "a"})).finding
    assert finding is not None
    assert "more than once" in finding


@given(st.permutations(["a = 1", "b > 2", "t.c = u.d", "u.a LIKE 'x%'"]))
def test_the_order_of_conditions_does_not_matter(conditions: list[str]) -> None:
    query = one(f"SELECT 1 FROM t, u WHERE {' AND '.join(conditions).replace('a = 1', 't.a = 1', 1)}")
    assert [(use.table, use.column, use.role) for use in query.uses] == [
        ("t", "a", "equality"),
        ("t", "b", "range"),
        ("t", "c", "join"),
        ("u", "a", "range"),
        ("u", "d", "join"),
    ]
