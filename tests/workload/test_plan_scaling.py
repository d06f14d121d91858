"""Plans at other table sizes."""

from __future__ import annotations

import pytest

from warehousebench import duck
from warehousebench.workload.analysis import analyse_query
from warehousebench.workload.plan import Kind, Plan
from warehousebench.workload.planreader import ColumnFacts
from warehousebench.workload.scaling import growth, scaled
from warehousebench.workload.suite import SuiteQuery

ROWS = {"sale": 10_000, "shop": 100}
FACTS = {
    ("sale", "shop"): ColumnFacts(distinct=100),
    ("sale", "kind"): ColumnFacts(distinct=5),
    ("sale", "id"): ColumnFacts(distinct=10_000),
    ("shop", "id"): ColumnFacts(distinct=100),
    ("shop", "city"): ColumnFacts(distinct=50),
}


@pytest.fixture(scope="module")
def shops() -> duck.Connection:
    connection = duck.connect()
    duck.run(connection, "CREATE TABLE shop AS SELECT i AS id, 'c' || i % 50 AS city FROM range(100) r(i)")
    duck.run(connection, "CREATE TABLE sale AS SELECT i AS id, i % 100 AS shop, i % 5 AS kind FROM range(10000) r(i)")
    duck.readable_plans(connection)
    return connection


def rows_after(shops: duck.Connection, sql: str, kind: Kind) -> list[float]:
    join = analyse_query(shops, SuiteQuery("j", "SELECT count(*) FROM sale JOIN shop ON sale.shop = shop.id"), FACTS)
    plan = analyse_query(shops, SuiteQuery("q", sql), FACTS)
    by = growth([join, plan], ROWS, {"sale": 1_000_000, "shop": 300})
    found: Plan = scaled(plan, by)
    return [operator.rows for operator in found.operators if operator.kind is kind]


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("kind", 5),  # few values: they stay
        ("shop", 300),  # grows as the shops it refers to, not as the sales
        ("city", 150),  # half of all shops have their own
        ("id", 1_000_000),
        ("shop, kind", 300 * 1.0),
    ],
)
def test_groups_grow_as_the_table_they_are_keys_of(shops: duck.Connection, groups: str, expected: float) -> None:
    columns = ", ".join(f"shop.{name}" if name == "city" else f"sale.{name}" for name in groups.split(", "))
    sql = f"SELECT {columns}, count(*) FROM sale JOIN shop ON sale.shop = shop.id GROUP BY {columns}"
    assert rows_after(shops, sql, Kind.AGGREGATE)[-1] == expected


def test_joins_grow_as_their_faster_input_and_semi_joins_as_their_side(shops: duck.Connection) -> None:
    inner = rows_after(shops, "SELECT sale.id FROM sale JOIN shop ON sale.shop = shop.id", Kind.JOIN)
    semi = rows_after(shops, "SELECT id FROM shop WHERE EXISTS (SELECT 1 FROM sale WHERE sale.shop = shop.id)", Kind.JOIN)
    assert (inner, semi) == ([1_000_000], [300])


def test_limits_that_cut_do_not_grow(shops: duck.Connection) -> None:
    assert rows_after(shops, "SELECT id FROM sale ORDER BY id LIMIT 7", Kind.LIMIT) == [7]


def test_a_union_adds_its_inputs_up(shops: duck.Connection) -> None:
    assert rows_after(shops, "SELECT id FROM sale UNION ALL SELECT id FROM shop", Kind.UNION) == [1_000_300]


def test_tables_without_a_target_stay(shops: duck.Connection) -> None:
    plan = analyse_query(shops, SuiteQuery("q", "SELECT sale.id FROM sale JOIN shop ON sale.shop = shop.id"), FACTS)
    assert scaled(plan, growth([plan], ROWS, {})) == plan
