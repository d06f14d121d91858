"""Whole queries: known costs, shared subplans, names of columns through the plan, explanations."""

from __future__ import annotations

import pytest

from warehousebench import duck
from warehousebench.errors import UsageError
from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.simulate.explain import explain
from warehousebench.simulate.network import Trace, cheapest, hash_columns, motion_graph, simulate
from warehousebench.workload.analysis import analyse_query
from warehousebench.workload.plan import Kind, Plan
from warehousebench.workload.suite import SuiteQuery

NODES = 4
EVEN = Distribution(Placement.ROUND_ROBIN)
EVERYWHERE = Distribution(Placement.REPLICATED)


def by(*columns: str) -> Distribution:
    return Distribution(Placement.HASH, columns)


@pytest.fixture(scope="module")
def tables() -> duck.Connection:
    connection = duck.connect()
    duck.run(connection, "CREATE TABLE part AS SELECT i::INT AS id, (i % 9)::INT AS kind FROM range(100) r(i)")
    duck.run(
        connection, "CREATE TABLE bill AS SELECT i::INT AS id, (i % 100)::INT AS part, (i % 40)::INT AS who FROM range(9000) r(i)"
    )
    duck.run(
        connection, "CREATE TABLE back AS SELECT (i * 3)::INT AS bill, (i % 100)::INT AS part, i::INT AS cost FROM range(2000) r(i)"
    )
    duck.readable_plans(connection)
    return connection


def read(tables: duck.Connection, sql: str) -> Plan:
    return analyse_query(tables, SuiteQuery("q", sql), {})


def run(plan: Plan, **design: Distribution) -> Trace:
    held = {table: (entry,) for table, entry in design.items()}
    return cheapest(motion_graph(plan, held, NODES), held)


JOINED = "SELECT bill.id, kind FROM bill JOIN part ON bill.part = part.id"


def test_a_join_costs_the_cheaper_motion(tables: duck.Connection) -> None:
    plan = read(tables, JOINED)
    assert run(plan, bill=by("part"), part=by("id")).bytes == 0
    assert run(plan, bill=EVEN, part=EVERYWHERE).bytes == 0
    # 100 parts of 8 bytes (id, kind): to all 3 other nodes, or three quarters of them to their bills
    assert run(plan, bill=by("id"), part=by("id")).bytes == 100 * 8 * 3
    assert run(plan, bill=by("part"), part=EVEN).bytes == 100 * 8 * 3 / 4


def test_words_for_motions(tables: duck.Connection) -> None:
    plan = read(tables, JOINED)

    def words(**design: Distribution) -> tuple[str, str]:
        (line,) = explain(run(plan, **design))
        return line.redshift, line.vertica

    assert words(bill=by("part"), part=by("id")) == ("DS_DIST_NONE", "local")
    assert words(bill=EVEN, part=EVERYWHERE) == ("DS_DIST_ALL_NONE", "local")
    assert words(bill=EVEN, part=EVEN) == ("DS_BCAST_INNER", "BROADCAST")
    assert words(bill=by("part"), part=EVEN) == ("DS_DIST_INNER", "RESEGMENT")
    full = read(tables, "SELECT bill.id, back.cost FROM bill FULL JOIN back ON bill.id = back.bill")
    assert [line.redshift for line in explain(run(full, bill=EVEN, back=EVEN))] == ["DS_DIST_BOTH"]
    assert {line.redshift for line in explain(run(full, bill=by("id"), back=EVEN))} <= {"DS_DIST_INNER", "DS_DIST_OUTER"}


def test_a_column_keeps_its_place_under_the_name_of_its_equal(tables: duck.Connection) -> None:
    sql = "SELECT b.part, count(*) FROM bill a JOIN back b ON a.id = b.bill AND a.part = b.part GROUP BY b.part"
    assert run(read(tables, sql), bill=by("part"), back=by("part")).bytes == 0
    assert run(read(tables, sql), bill=by("id"), back=by("bill")).bytes > 0


def test_the_null_extended_side_of_an_outer_join_does_not_place_rows(tables: duck.Connection) -> None:
    sql = "SELECT back.bill, count(*) FROM bill LEFT JOIN back ON bill.id = back.bill GROUP BY back.bill"
    assert run(read(tables, sql), bill=by("id"), back=by("bill")).bytes > 0
    kept = "SELECT bill.id, count(*) FROM bill LEFT JOIN back ON bill.id = back.bill GROUP BY bill.id"
    assert run(read(tables, kept), bill=by("id"), back=by("bill")).bytes == 0


def test_an_equality_does_not_hold_below_the_join_that_demands_it(tables: duck.Connection) -> None:
    # The groups are formed below the join: hashing on what the join later equates with them does not help.
    sql = """SELECT s.part, t.cost FROM (SELECT part, who, count(*) AS n FROM bill GROUP BY part, who) s
             JOIN back t ON s.n = t.cost AND s.part = t.part"""
    plan = read(tables, sql)
    aggregate = next(operator for operator in plan.operators if operator.kind is Kind.AGGREGATE)
    assert aggregate.equal == ()
    assert run(plan, bill=by("id"), back=by("part")).bytes > 0


SHARED = """WITH total AS MATERIALIZED (SELECT part, sum(cost) AS cost FROM back GROUP BY part)
            SELECT a.part FROM total a JOIN total b ON a.cost = b.cost AND a.part = b.part"""


def test_a_shared_subplan_is_paid_for_once(tables: duck.Connection) -> None:
    once = read(tables, "SELECT part, sum(cost) FROM back GROUP BY part")
    assert run(read(tables, SHARED), back=EVEN).bytes == run(once, back=EVEN).bytes > 0


def test_several_copies_serve_several_queries(tables: duck.Connection) -> None:
    plan = read(
        tables, "SELECT count(*) FROM bill JOIN back ON bill.id = back.bill JOIN bill b ON b.part = back.part WHERE b.who = 3"
    )
    held = {"bill": (by("id"), by("part")), "back": (EVERYWHERE,)}
    graph = motion_graph(plan, held, NODES)
    singles = [cheapest(graph, {**held, "bill": (entry,)}).bytes for entry in held["bill"]]
    assert cheapest(graph, held).bytes <= min(singles)


def test_candidates_are_columns_that_join_or_group(tables: duck.Connection) -> None:
    plan = read(tables, "SELECT who, max(bill.id) FROM bill JOIN part ON bill.part = part.id WHERE kind < 5 GROUP BY who")
    assert hash_columns(plan) == {"bill": {"part", "who"}, "part": {"id"}}


def test_a_layout_is_simulated_as_it_is_stored(tables: duck.Connection) -> None:
    copies = (StoredCopy("b", "bill", ("id", "part"), by("part")), StoredCopy("p", "part", ("id", "kind"), by("id")))
    (trace,) = simulate([read(tables, JOINED)], Layout(copies), NODES)
    assert trace.bytes == 0


def test_a_projection_without_a_query_s_columns_does_not_serve_it(tables: duck.Connection) -> None:
    whole = StoredCopy("b", "bill", ("id", "part", "who"), by("id"))
    narrow = StoredCopy("n", "bill", ("part",), by("part"))
    part = StoredCopy("p", "part", ("id", "kind"), by("id"))
    (trace,) = simulate([read(tables, JOINED)], Layout((whole, narrow, part)), NODES)
    (without,) = simulate([read(tables, JOINED)], Layout((whole, part)), NODES)
    assert trace.bytes == without.bytes > 0


def test_a_table_the_design_lacks_is_named(tables: duck.Connection) -> None:
    with pytest.raises(UsageError, match="reads part"):
        run(read(tables, JOINED), bill=EVEN)
