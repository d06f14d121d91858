"""What the text of a query tells of its aggregates, and what it must not be taken to tell."""

from __future__ import annotations

import pytest

from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.workload.aggregates import Aggregation, Function, aggregations

COLUMNS = tuple(Column(name, DataType(TypeKind.INTEGER)) for name in ("Shop", "day", "price", "pieces"))
CATALOG = Catalog((Table("Sales", COLUMNS), Table("shops", (Column("shop", DataType(TypeKind.INTEGER)),))), "test")
COUNT, PRICE = Function("COUNT"), Function("SUM", "price")
FIRST, LAST = Function("MIN", "day"), Function("MAX", "day")


def read(sql: str) -> list[tuple[set[str], set[Function]]]:
    found = aggregations(sql, CATALOG)
    assert all(entry.table == "Sales" for entry in found)
    return [(set(entry.groups), set(entry.functions)) for entry in found]


@pytest.mark.parametrize(
    ("sql", "groups", "functions"),
    [
        ("SELECT shop, sum(price) FROM sales GROUP BY shop", {"Shop"}, {PRICE}),
        ("SELECT count(*) FROM sales s GROUP BY s.SHOP, 2 + 0, day", None, None),
        ("SELECT shop AS s, day, count(*) FROM sales GROUP BY 1, 2", {"Shop", "day"}, {COUNT}),
        ("SELECT avg(price) FROM sales GROUP BY shop", {"Shop"}, {PRICE, Function("COUNT", "price")}),
        ("SELECT shop FROM sales GROUP BY shop HAVING min(day) > 3 ORDER BY max(day)", {"Shop"}, {FIRST, LAST}),
        ("SELECT sum(price) / count(*) FROM sales WHERE shop IN (1, 2) GROUP BY shop", {"Shop"}, {PRICE, COUNT}),
        ("WITH t AS (SELECT day, sum(price) AS p FROM sales GROUP BY day) SELECT max(p) FROM t", {"day"}, {PRICE}),
    ],
)  # fmt: skip
def test_plain_aggregates_of_one_table(sql: str, groups: set[str] | None, functions: set[Function] | None) -> None:
    assert read(sql) == ([] if groups is None else [(groups, functions)])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sum(price) FROM sales",
        "SELECT sum(price * pieces) FROM sales GROUP BY shop",
        "SELECT count(DISTINCT price) FROM sales GROUP BY shop",
        "SELECT sum(price) FILTER (WHERE pieces > 1) FROM sales GROUP BY shop",
        "SELECT sum(sum(price)) OVER () FROM sales GROUP BY shop",
        "SELECT shop, day, sum(price) FROM sales GROUP BY ROLLUP (shop, day)",
        "SELECT stddev(price) FROM sales GROUP BY shop",
        "SELECT sum(price), stddev(pieces) FROM sales GROUP BY shop",
        "SELECT shop, sum(price) FROM sales WHERE day > 3 GROUP BY shop",
        "SELECT shop, sum(price) FROM sales WHERE price > 3 GROUP BY shop",
        "SELECT sales.shop, sum(price) FROM sales JOIN shops ON sales.shop = shops.shop GROUP BY sales.shop",
        "SELECT shop, sum(price) FROM sales WHERE shop IN (SELECT shop FROM shops) GROUP BY shop",
        "SELECT shop, sum(price) FROM (SELECT shop, price FROM sales) GROUP BY shop",
        "SELECT DISTINCT shop FROM sales",
        "SELECT broken FROM nowhere",
        "not SQL at all",
        "",
    ],
)
def test_what_no_stored_aggregate_answers_as_it_stands(sql: str) -> None:
    assert aggregations(sql, CATALOG) == ()


def test_a_correlated_condition_is_on_no_group() -> None:
    sql = "SELECT shop FROM shops o WHERE 5 < (SELECT sum(price) FROM sales i WHERE i.shop = o.shop GROUP BY i.shop)"
    assert aggregations(sql, CATALOG) == ()


def test_two_aggregates_of_one_query_are_two() -> None:
    sql = "SELECT shop, sum(price) FROM sales GROUP BY shop UNION ALL SELECT shop, count(*) FROM sales GROUP BY shop"
    shop = frozenset({"Shop"})
    assert set(aggregations(sql, CATALOG)) == {
        Aggregation("Sales", shop, frozenset({PRICE})),
        Aggregation("Sales", shop, frozenset({COUNT})),
    }
