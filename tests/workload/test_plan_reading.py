"""Plans as read from DuckDB: structure, rows, live widths, equalities, filters."""

from __future__ import annotations

from statistics import fmean

import msgspec
import pytest

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError
from warehousebench.workload.analysis import analyse_query
from warehousebench.workload.plan import JoinType, Kind, Operator, Plan, Range, ScanFilter
from warehousebench.workload.planreader import ColumnFacts
from warehousebench.workload.suite import SuiteQuery

FACTS = {("sale", "note"): ColumnFacts(average_width=7.5), ("shop", "city"): ColumnFacts(average_width=5.0)}


@pytest.fixture(scope="module")
def shops() -> duck.Connection:
    connection = duck.connect()
    duck.run(connection, "CREATE TABLE shop AS SELECT i AS id, 'c' || i % 3 AS city, i % 4 AS size FROM range(12) r(i)")
    columns = "i AS id, i % 12 AS shop, i % 7 AS item, (i / 10)::DECIMAL(10, 2) AS price, 'n' || i AS note"
    duck.run(connection, f"CREATE TABLE sale AS SELECT {columns}, DATE '2020-01-01' + (i % 50)::INT AS day FROM range(1000) r(i)")
    duck.readable_plans(connection)
    return connection


def read(connection: duck.Connection, sql: str) -> Plan:
    return analyse_query(connection, SuiteQuery("q", sql), FACTS)


def only(plan: Plan, kind: Kind) -> Operator:
    (found,) = (operator for operator in plan.operators if operator.kind is kind)
    return found


def names(plan: Plan, columns: tuple[int, ...]) -> list[str | None]:
    return [plan.columns[column].name for column in columns]


def test_rows_and_live_widths_are_measured(shops: duck.Connection) -> None:
    plan = read(shops, "SELECT note, sum(price) FROM sale, shop WHERE sale.shop = shop.id AND size = 1 GROUP BY note")
    join, aggregate = only(plan, Kind.JOIN), only(plan, Kind.AGGREGATE)
    sale = next(scan for scan in plan.scans if scan.table == "sale")
    assert (sale.rows, join.rows, aggregate.rows) == (1000, 250, 250)
    # shop is needed by the join only, id and day by nobody, size by its filter only
    assert sorted(map(str, names(plan, sale.live))) == ["note", "price", "shop"]
    assert sale.width == 7.5 + 8 + 8
    assert sorted(map(str, names(plan, join.live))) == ["note", "price"]
    assert next(scan for scan in plan.scans if scan.table == "shop").scanned == ("id", "size")
    # Of all sales the note is as long as its table's mean is said to be, of those that joined as it really is.
    joined = fmean(len(f"n{i}") for i in range(1000) if i % 12 % 4 == 1)
    assert join.width == 7.5 + 8  # nothing can ask for its rows elsewhere, only for the partial groups
    assert aggregate.partial_width == pytest.approx(joined + 16)  # a sum of decimals has 38 digits


def test_a_self_join_keeps_its_sides_apart(shops: duck.Connection) -> None:
    plan = read(shops, "SELECT a.id FROM sale a, sale b WHERE a.id = b.item AND b.price > 1")
    ((left, right),) = only(plan, Kind.JOIN).pairs
    assert left != right
    assert sorted(map(str, names(plan, (left, right)))) == ["id", "item"]
    assert {plan.columns[column].table for column in (left, right)} == {"sale"}


def test_only_what_an_inner_join_compares_is_equal_above_it(shops: duck.Connection) -> None:
    inner = read(shops, "SELECT sale.shop, shop.id FROM sale JOIN shop ON sale.shop = shop.id")
    outer = read(shops, "SELECT sale.shop, shop.id FROM sale LEFT JOIN shop ON sale.shop = shop.id")
    assert only(inner, Kind.JOIN).equal == (tuple(sorted(only(inner, Kind.JOIN).pairs[0])),)
    assert all(scan.equal == () for scan in inner.scans)
    assert only(outer, Kind.JOIN).join in (JoinType.LEFT, JoinType.RIGHT)
    assert only(outer, Kind.JOIN).equal == ()


def test_filters_become_ranges_of_base_columns(shops: duck.Connection) -> None:
    sql = """SELECT count(*) FROM sale WHERE day BETWEEN DATE '2020-01-05' AND DATE '2020-01-09' AND price < 20.5
             AND shop IN (1, 3) AND (item = 2 OR item > 5) AND note LIKE '%7'"""
    filters = {entry.column: entry for entry in only(read(shops, sql), Kind.SCAN).filters}
    assert filters["day"] == ScanFilter("day", "DATE", (Range("2020-01-05", "2020-01-09"),))
    assert filters["price"].ranges == (Range(None, 20.5, high_inclusive=False),)
    assert {(entry.low, entry.high) for entry in filters["shop"].ranges} == {(1, 1), (3, 3)}
    assert set(filters["item"].ranges) == {Range(2, 2), Range(5, None, low_inclusive=False)}
    assert "note" not in filters


def test_alternatives_restrict_a_column_only_if_all_do(shops: duck.Connection) -> None:
    sql = "SELECT count(*) FROM sale WHERE (shop = 1 AND item = 2) OR (shop = 4 AND price > 90)"
    filters = {entry.column: entry.ranges for entry in only(read(shops, sql), Kind.SCAN).filters}
    assert filters == {"shop": (Range(1, 1), Range(4, 4))}


def test_grouping_sets_keep_only_common_groups_apart(shops: duck.Connection) -> None:
    plan = read(shops, "SELECT shop, item, count(*) FROM sale GROUP BY ROLLUP (shop, item) ORDER BY shop, item")
    aggregate = only(plan, Kind.AGGREGATE)
    assert sorted(len(entry) for entry in aggregate.groupings) == [0, 1, 2]
    assert aggregate.common_groups == ()
    # a group column that is NULL in some sets is not the scanned column any more
    assert not set(aggregate.live) & set(plan.scans[0].live)


def test_distinct_aggregates_and_windows(shops: duck.Connection) -> None:
    assert only(read(shops, "SELECT shop, count(DISTINCT item) FROM sale GROUP BY shop"), Kind.AGGREGATE).distinct
    plan = read(shops, "SELECT id, rank() OVER (PARTITION BY shop, item ORDER BY price) FROM sale")
    window = only(plan, Kind.WINDOW)
    assert sorted(map(str, names(plan, window.common_groups))) == ["item", "shop"]
    two = read(shops, "SELECT rank() OVER (PARTITION BY shop), sum(price) OVER (PARTITION BY shop, item) FROM sale")
    assert names(two, only(two, Kind.WINDOW).common_groups) == ["shop"]


@pytest.mark.parametrize(("word", "kind"), [("INTERSECT", JoinType.SEMI), ("EXCEPT", JoinType.ANTI)])
def test_set_operations_are_joins_and_aggregates(shops: duck.Connection, word: str, kind: JoinType) -> None:
    plan = read(shops, f"SELECT shop, item FROM sale WHERE price > 50 {word} SELECT id, size FROM shop")
    join = only(plan, Kind.JOIN)
    assert join.join is kind
    assert len(join.pairs) == 2
    # DuckDB 2.x makes the rows distinct twice, 1.5.5 once.
    groupings = {operator.groupings for operator in plan.operators if operator.kind is Kind.AGGREGATE}
    assert groupings == {(tuple(left for left, _ in join.pairs),)}


def test_a_union_maps_positions(shops: duck.Connection) -> None:
    union = only(read(shops, "SELECT shop FROM sale UNION ALL SELECT id FROM shop"), Kind.UNION)
    assert union.rows == 1012
    assert [len(sources) for sources in union.sources] == [1, 1]


def test_a_shared_subplan_is_referred_to(shops: duck.Connection) -> None:
    sql = """WITH best AS MATERIALIZED (SELECT shop, max(price) AS top FROM sale GROUP BY shop)
             SELECT a.shop FROM best a, best b WHERE a.top = b.top AND a.shop < b.shop"""
    plan = read(shops, sql)
    shared = only(plan, Kind.SHARED)
    references = [operator for operator in plan.operators if operator.kind is Kind.REFERENCE]
    assert [entry.shared for entry in references] == [shared.shared] * 2
    assert references[0].outputs != references[1].outputs
    assert len(plan.scans) == 1


def test_a_correlated_subquery_needs_no_operator_of_its_own(shops: duck.Connection) -> None:
    sql = "SELECT id FROM sale s WHERE price > (SELECT avg(price) FROM sale t WHERE t.shop = s.shop AND t.item <> s.item)"
    plan = read(shops, sql)
    assert {operator.table for operator in plan.scans} == {"sale"}
    assert any(operator.kind is Kind.JOIN and operator.pairs for operator in plan.operators)
    (answer,) = duck.rows(shops, f"SELECT count(*) FROM ({sql})")[0]
    assert plan.operators[-1].rows == answer


def test_a_plan_survives_json(shops: duck.Connection) -> None:
    plan = read(shops, "SELECT city, sum(price) FROM sale JOIN shop ON shop = shop.id WHERE day > DATE '2020-01-03' GROUP BY city")
    assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT * FROM range(3)", "table function"),
        ("SELECT nothing FROM sale", "nothing"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT * FROM r", "does not know"),
    ],
)
def test_what_cannot_be_read_says_why(shops: duck.Connection, sql: str, reason: str) -> None:
    with pytest.raises((SourceError, EngineError), match=reason):
        read(shops, sql)
