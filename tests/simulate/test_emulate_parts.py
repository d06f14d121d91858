"""The emulator's parts: counting, placing, verdicts on motions, and SQL made of serialised expressions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from statistics import fmean, pstdev

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import UnsupportedError
from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.simulate.emulate import Cause, CountedMotion, Verdict, count, emulate
from warehousebench.simulate.emulate.answer import equal_answers
from warehousebench.simulate.emulate.cluster import attach, hash_of, place
from warehousebench.simulate.emulate.execute import execute
from warehousebench.simulate.motion import Motion, partial_groups
from warehousebench.simulate.network import simulate
from warehousebench.workload.analysis import analyse_script
from warehousebench.workload.plan import PlanColumn
from warehousebench.workload.replay.sql import constant, pushed_filter, render
from warehousebench.workload.suite import SuiteQuery

SALES = "(SELECT i AS id, nullif(i % 7, 0) AS item, i // 3 AS receipt, (i * 37 % 11) AS amount FROM range(120) t(i))"
ITEMS = "(SELECT i AS item, 'item ' || i AS name, nullif(i % 3, 1) AS kind FROM range(9) t(i))"
SMALL = {"sales": SALES, "items": ITEMS}
COLUMNS = {"sales": ("id", "item", "receipt", "amount"), "items": ("item", "name", "kind")}
QUESTIONS = {
    "join": "SELECT name, sum(amount), count(*) FROM sales JOIN items USING (item) GROUP BY name ORDER BY name",
    "outer": "SELECT i.item, kind, receipt FROM items i LEFT JOIN sales s ON s.item = i.item AND amount > 5",
    "anti": "SELECT id FROM sales s WHERE NOT EXISTS (FROM items i WHERE i.item = s.item AND kind = 2)",
    "twice": "SELECT a.receipt, count(DISTINCT b.item) FROM sales a JOIN sales b USING (receipt) WHERE a.id < b.id GROUP BY 1",
    "window": "SELECT id, sum(amount) OVER (PARTITION BY item ORDER BY id) FROM sales ORDER BY id DESC LIMIT 9",
}


@pytest.fixture
def connection() -> Iterator[duck.Connection]:
    with duck.opened() as opened:
        yield opened


def layout(**where: Distribution) -> Layout:
    return Layout(tuple(StoredCopy(table, table, COLUMNS[table], found) for table, found in where.items()))


def distributions(table: str) -> st.SearchStrategy[Distribution]:
    keys = st.lists(st.sampled_from(COLUMNS[table]), min_size=1, max_size=2, unique=True)
    hashed = keys.map(lambda columns: Distribution(Placement.HASH, tuple(columns)))
    return st.one_of(hashed, st.sampled_from([Distribution(Placement.REPLICATED), Distribution(Placement.ROUND_ROBIN)]))


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(sales=distributions("sales"), items=distributions("items"), nodes=st.integers(1, 4))
def test_answers_do_not_depend_on_the_layout(sales: Distribution, items: Distribution, nodes: int) -> None:
    for found in emulate(QUESTIONS, SMALL, layout(sales=sales, items=items), nodes):
        assert (found.query, found.answer_equal, found.finding, found.remarks) == (found.query, True, None, ())


def test_rows_in_the_wrong_place_are_noticed(connection: duck.Connection) -> None:
    promised, kept = Distribution(Placement.HASH, ("item",)), Distribution(Placement.ROUND_ROBIN)
    for table, relation in SMALL.items():
        duck.run(connection, f"CREATE TABLE {table} AS FROM {relation}")
    duck.readable_plans(connection)
    script = analyse_script(connection, SuiteQuery("join", QUESTIONS["join"]), {})
    (trace,) = simulate([script.plan], layout(sales=promised, items=promised), 3)
    cluster = attach(connection, 3)
    place(cluster, layout(sales=kept, items=promised), COLUMNS)
    cluster.stored = {(table, promised): name for (table, _), name in cluster.stored.items()}
    found = execute(cluster, script, trace)
    assert not equal_answers(duck.rows(connection, QUESTIONS["join"]), found.rows, script)
    assert any("do not lie where" in remark for remark in found.remarks)
    assert any("rows on the cluster" in remark for remark in found.remarks)


def test_every_byte_of_the_trace_is_held_against_a_count(connection: duck.Connection) -> None:
    where = layout(sales=Distribution(Placement.ROUND_ROBIN), items=Distribution(Placement.HASH, ("kind",)))
    found = {entry.query: entry for entry in emulate(QUESTIONS, SMALL, where, 3, facts={})}
    for table, relation in SMALL.items():
        duck.run(connection, f"CREATE TABLE {table} AS FROM {relation}")
    duck.readable_plans(connection)
    for name, question in QUESTIONS.items():
        (trace,) = simulate([analyse_script(connection, SuiteQuery(name, question), {}).plan], where, 3)
        assert trace.bytes > 0
        reckoned = (m.predicted_bytes if m.random_bytes is None else m.random_bytes for m in found[name].motions)
        assert sum(reckoned) == pytest.approx(trace.bytes)


def test_placing_follows_the_distribution(connection: duck.Connection) -> None:
    duck.run(connection, f"CREATE TABLE sales AS FROM {SALES}")
    cluster = attach(connection, 4)
    copies = [Distribution(Placement.HASH, ("item",)), Distribution(Placement.ROUND_ROBIN), Distribution(Placement.REPLICATED)]
    where = Layout(tuple(StoredCopy(f"c{k}", "sales", COLUMNS["sales"], copy) for k, copy in enumerate(copies)))
    place(cluster, where, COLUMNS)
    hashed, in_turn, replicated = (
        [{row[0] for row in duck.rows(connection, f"SELECT id FROM n{node}.{name}")} for node in range(4)]
        for name in (cluster.stored["sales", copy] for copy in copies)
    )
    assert set().union(*hashed) == set(range(120))
    assert sum(len(part) for part in hashed) == 120
    for node, part in enumerate(hashed):
        wrong = f"SELECT count(*) FROM sales WHERE id IN ({', '.join(map(str, part or {-1}))}) AND hash(item) % 4 <> {node}"
        assert duck.rows(connection, wrong) == [(0,)]
    assert in_turn == [set(range(node, 120, 4)) for node in range(4)]
    assert replicated == [set(range(120))] * 4


def test_expected_and_chance_are_those_over_all_hash_functions(connection: duck.Connection) -> None:
    duck.run(connection, "CREATE TABLE a AS FROM (VALUES (1, 5.0), (1, 2.0), (2, 10.0), (3, 1.0)) t(k, w)")
    duck.run(connection, "CREATE TABLE b AS FROM (VALUES (1, 4.0), (3, 3.0)) t(k, w)")
    moved = count.hashed(connection, {0: "a", 1: "b"}, "w", hash_of(["k"]), 2)
    held = {1: (7.0, 4.0), 2: (10.0, 0.0), 3: (1.0, 3.0)}
    outcomes = [sum(sum(held[k]) - held[k][n] for k, n in zip(held, nodes, strict=True)) for nodes in product(range(2), repeat=3)]
    assert moved.expected == pytest.approx(fmean(outcomes))
    assert moved.chance == pytest.approx(pstdev(outcomes))
    nodes = {k: duck.rows(connection, f"SELECT hash({k}) % 2")[0][0] for k in held}
    assert moved.bytes == sum(sum(held[k]) - held[k][n] for k, n in nodes.items())


def test_broadcasts_and_gathers(connection: duck.Connection) -> None:
    duck.run(connection, "CREATE TABLE a AS SELECT 1 FROM range(3)")
    duck.run(connection, "CREATE TABLE b AS SELECT 1 FROM range(5)")
    assert count.broadcast(connection, {0: "a", 1: "b"}, "8", 3) == count.Moved(128.0, 128.0)
    assert count.gathered(connection, {0: "a", 1: "b"}, "8", 0, 2) == count.Moved(40.0, 32.0, 8.0)


def test_text_counts_as_long_as_it_is(connection: duck.Connection) -> None:
    size = count.row_bytes([("w", PlanColumn("VARCHAR", 99.0)), ("k", PlanColumn("INTEGER", 4.0))])
    rows = "(VALUES (1, 'né'), (2, NULL)) t(k, w)"
    assert duck.rows(connection, f"SELECT {size} FROM {rows} ORDER BY k") == [(7.0,), (4.0,)]


def test_measured_groups_differ_from_the_formula_for_neighbours(connection: duck.Connection) -> None:
    duck.run(connection, f"CREATE TABLE sales AS FROM {SALES}")
    for node in range(3):
        duck.run(connection, f"CREATE TABLE part{node} AS FROM sales WHERE rowid % 3 = {node}")
    counted = count.measured_groups(connection, [f"part{node}" for node in range(3)], ["receipt"])
    assert counted == (40, 40, 40)
    assert partial_groups(120, 40, 3) == pytest.approx(77.8, abs=0.1)


@pytest.mark.parametrize(
    ("figures", "verdict", "causes"),
    [
        ((100_000, 100_900, 100_500, 900), Verdict.WITHIN, ()),
        ((100_000, 97_001, 100_000, 1_000), Verdict.CHANCE, ()),
        ((100_000, 96_999, 100_000, 1_000), Verdict.OFF, (Cause.CHANCE,)),
        ((100, 98, 98, 0), Verdict.OFF, (Cause.WIDTH,)),
        ((100_000, 97_000, 97_000, 0), Verdict.OFF, (Cause.WIDTH,)),
        ((100_000, 97_000, 100_000, 200), Verdict.OFF, (Cause.PLACED,)),
        ((100_000, 103_000, 100_000, 200), Verdict.OFF, (Cause.UNEXPLAINED,)),
        ((100_000, 103_000, 101_500, 450), Verdict.OFF, (Cause.WIDTH, Cause.CHANCE)),
        ((0, 1, 1, 0), Verdict.OFF, (Cause.WIDTH,)),
    ],
)
def test_a_count_bears_its_prediction_out_or_not(figures: tuple[float, ...], verdict: Verdict, causes: tuple[Cause, ...]) -> None:
    predicted, counted, expected, chance = figures
    found = CountedMotion("x", Motion.REDISTRIBUTE, predicted, counted, None, expected, chance)
    assert (found.verdict, found.causes) == (verdict, causes)


def test_the_search_is_held_against_what_is_predicted() -> None:
    found = CountedMotion("x", Motion.REDISTRIBUTE, 120.0, 120.0, 100.0, 120.0, 0.0)
    assert found.misjudged
    assert not replace(found, random_bytes=120.5).misjudged
    assert not replace(found, random_bytes=None).misjudged


@pytest.mark.parametrize(
    "literal",
    [
        *("CAST(-0.05 AS DECIMAL(4, 2))", "CAST(12345678901234567890.12 AS DECIMAL(38, 2))", "CAST(7 AS DECIMAL(9, 0))"),
        *("-170141183460469231731687303715884105727::HUGEINT", "0::BIGINT", "1.5e-7::DOUBLE", "true", "false", "''", "'it''s'"),
        *("DATE '1969-12-31'", "DATE '2024-02-29'", "TIMESTAMP '1969-12-31 23:59:59.5'", "INTERVAL '1 month -2 days 3 hours'"),
        *("NULL::VARCHAR", "NULL::DATE"),
    ],
)
def test_constants_keep_value_and_type(connection: duck.Connection, literal: str) -> None:
    duck.run(connection, "CREATE TABLE t AS SELECT 1 AS x")
    options = "optimize := false, skip_null := true, skip_empty := true"
    sql = duck.text(f"SELECT {literal} FROM t")
    ((text,),) = duck.rows(connection, f"SELECT json_serialize_plan({sql}, {options})")
    expression = json.loads(text)["plans"][0]["expressions"][0]
    both = f"SELECT {literal}, typeof({literal}), a, typeof(a) FROM (SELECT {render(expression, str)} AS a)"
    ((value, kind, ours, our_kind),) = duck.rows(connection, both)
    assert (ours, our_kind) == (value, kind)


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="TIME"):
        constant({"type": {"id": "TIME"}, "value": 5})
    with pytest.raises(UnsupportedError, match="OPERATOR_UNPACK"):
        render({"expression_class": "BOUND_OPERATOR", "type": "OPERATOR_UNPACK", "children": []}, str)
    with pytest.raises(UnsupportedError, match="STRUCT_EXTRACT"):
        pushed_filter({"filter_type": "STRUCT_EXTRACT"}, "c")


def test_an_alternative_that_is_a_hint_lets_everything_pass() -> None:
    known = {"filter_type": "IS_NULL"}
    hint = {"filter_type": "LEGACY_OPTIONAL_FILTER", "child_filter": known}
    assert pushed_filter({"filter_type": "CONJUNCTION_OR", "child_filters": [known, hint]}, "c") is None
    assert pushed_filter({"filter_type": "CONJUNCTION_AND", "child_filters": [known, hint]}, "c") == "((c IS NULL))"


def test_answers_are_compared_by_rows_and_by_order(connection: duck.Connection) -> None:
    for table, relation in SMALL.items():
        duck.run(connection, f"CREATE TABLE {table} AS FROM {relation}")
    duck.readable_plans(connection)
    script = analyse_script(
        connection, SuiteQuery("q", "SELECT kind, sqrt(item), name FROM items WHERE item < 5 ORDER BY kind"), {}
    )
    right = [(0, 1.0, "a"), (0, 2.0, "b"), (2, 0.5, "c")]
    assert equal_answers(right, [(0, 2.0 + 1e-12, "b"), (0, 1.0, "a"), (2, 0.5, "c")], script)
    assert not equal_answers(right, [right[2], right[0], right[1]], script)
    assert not equal_answers(right, [(0, 1.0, "a"), (0, 2.0, "b"), (2, 0.5, "d")], script)
    assert not equal_answers(right, [(0, 1.0, "a"), (0, 2.001, "b"), (2, 0.5, "c")], script)
    assert not equal_answers(right, [(0, 1.0, "a"), (0, 2.0, "b"), (2.0, 0.5, "c")], script)
    assert not equal_answers(right, right[:2], script)
