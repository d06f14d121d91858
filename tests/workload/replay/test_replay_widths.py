"""Text as long as it is where rows may have to move, held against lengths that are plain to see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehousebench import duck
from warehousebench.workload.analysis import analyse_query
from warehousebench.workload.plan import Kind, Operator, Plan
from warehousebench.workload.planreader import ColumnFacts
from warehousebench.workload.suite import SuiteQuery

# Names of 1 to 4 letters; codes of 3 each; every other town has none.
PEOPLE = "SELECT i AS id, repeat('x', i % 4 + 1) AS name, 'c' || (i % 90 + 10) AS code, i % 4 AS town FROM range(400) r(i)"
TOWNS = "SELECT i AS id, if(i % 2 = 0, repeat('t', 5 * (i + 1)), NULL) AS title FROM range(4) r(i)"
FACTS = {
    ("people", "name"): ColumnFacts(average_width=2.5),
    ("people", "code"): ColumnFacts(average_width=3.0, fixed=True),
    ("towns", "title"): ColumnFacts(average_width=5.0),
}


@pytest.fixture(scope="module")
def connection() -> Iterator[duck.Connection]:
    with duck.opened() as opened:
        duck.run(opened, f"CREATE TABLE people AS {PEOPLE}")
        duck.run(opened, f"CREATE TABLE towns AS {TOWNS}")
        duck.readable_plans(opened)
        yield opened


def read(connection: duck.Connection, sql: str, *, note: bool = False) -> Plan:
    plan = analyse_query(connection, SuiteQuery("q", sql), FACTS)
    assert bool(plan.note) is note, plan.note
    return plan


def inputs(plan: Plan, kind: Kind) -> list[Operator]:
    """Return the inputs of the only operator of a kind, narrowest first."""
    (found,) = (operator for operator in plan.operators if operator.kind is kind)
    return sorted((plan.operators[place] for place in found.inputs), key=lambda operator: operator.width)


def test_filtered_text_is_as_long_as_what_passes(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT name, code, title FROM people p JOIN towns t ON p.town = t.id WHERE name > 'xx'")
    towns, people = sorted(inputs(plan, Kind.JOIN), key=lambda operator: operator.table == "people" or operator.rows > 4)
    assert people.rows == 200
    assert people.width == pytest.approx(3.5 + 3 + 8)  # names of 3 and 4 letters
    assert towns.width == pytest.approx((5 + 15) / 4 + 8)


def test_what_a_join_lets_through_is_measured_above_it(connection: duck.Connection) -> None:
    joined = "people p JOIN towns t ON p.town = t.id WHERE title IS NULL"
    plan = read(connection, f"SELECT name, rank() OVER (PARTITION BY name ORDER BY p.id) FROM {joined}")
    (found,) = inputs(plan, Kind.WINDOW)
    assert (found.kind, found.rows) == (Kind.JOIN, 200)
    assert found.width == pytest.approx((2 + 4) / 2 + 8)


def test_text_of_one_length_is_measured_only_where_it_may_be_missing(connection: duck.Connection) -> None:
    outer = "SELECT t.id AS id, code FROM towns t LEFT JOIN (FROM people WHERE id = 1) p ON p.town = t.id"
    plan = read(connection, f"SELECT id, code FROM ({outer}) UNION ALL SELECT id, code FROM people WHERE town = 1")
    narrow, wide = inputs(plan, Kind.UNION)
    assert narrow.width == pytest.approx(3 / 4 + 8)
    assert wide.width == 3 + 8


def test_groups_are_as_wide_as_they_come_out(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT substring(code, 1, 1), count(*), max(name) FROM people WHERE town = 2 GROUP BY 1")
    (aggregate,) = (operator for operator in plan.operators if operator.kind is Kind.AGGREGATE)
    assert aggregate.partial_width == pytest.approx(1 + 8 + 3)


def test_a_group_that_a_set_leaves_out_has_no_width_there(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT name, town, count(*) FROM people GROUP BY ROLLUP (name, town)")
    (aggregate,) = (operator for operator in plan.operators if operator.kind is Kind.AGGREGATE)
    assert aggregate.rows == 9  # four names, each alone and with its one town, and all together
    assert aggregate.partial_width == pytest.approx((2 * 2.5 * 4) / 9 + 8 + 8)


def test_a_set_may_leave_out_text_of_one_length(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT code, count(*) FROM people WHERE id < 3 GROUP BY ROLLUP (code)")
    (aggregate,) = (operator for operator in plan.operators if operator.kind is Kind.AGGREGATE)
    assert aggregate.rows == 4
    assert aggregate.partial_width == pytest.approx(3 * 3 / 4 + 8)


def test_groups_that_nobody_asks_for_travel_in_partial_groups_only(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT count(*) FROM people WHERE town = 2 GROUP BY name")
    (aggregate,) = (operator for operator in plan.operators if operator.kind is Kind.AGGREGATE)
    assert (aggregate.width, aggregate.partial_width) == (8, pytest.approx(3 + 8))


def test_rows_of_distinct_aggregates_travel(connection: duck.Connection) -> None:
    plan = read(connection, "SELECT count(DISTINCT name) FROM people WHERE town = 2")
    (rows,) = inputs(plan, Kind.AGGREGATE)
    assert rows.width == pytest.approx(3 + 8 * (len(rows.live) - 1))


def test_a_shared_subplan_is_measured_under_its_readers_names(connection: duck.Connection) -> None:
    shared = "WITH s AS MATERIALIZED (SELECT id, name FROM people WHERE name > 'xx')"
    plan = read(connection, f"{shared} SELECT a.name, b.name FROM s a JOIN s b ON a.id = b.id + 4")
    references = [operator for operator in plan.operators if operator.kind is Kind.REFERENCE]
    assert [operator.width for operator in references] == [pytest.approx(3.5 + 8)] * 2


def test_what_cannot_be_run_by_hand_keeps_the_mean_and_says_so(connection: duck.Connection) -> None:
    hidden = "SELECT town, string_agg(name, ',') AS names FROM people WHERE name > 'xx' GROUP BY town"
    plan = read(connection, hidden, note=True)
    assert "string_agg" in plan.note


def test_plans_without_such_text_cost_nothing(connection: duck.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = duck.rows
    monkeypatch.setattr(duck, "rows", lambda opened, sql, *rest: (asked.append(sql), rows(opened, sql, *rest))[1])
    read(connection, "SELECT code, count(*) FROM people JOIN towns ON town = towns.id WHERE name > 'xx' GROUP BY code")
    assert len(asked) == 2  # the plan and its run
