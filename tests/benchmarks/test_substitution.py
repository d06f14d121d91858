"""TPC-H's drawn parameters: every query changes, within the specification's ranges, and still means the same question."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from warehousebench import duck
from warehousebench.workload.suite import SuiteQuery, load_suite

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
QUERIES = {query.name: query for query in load_suite("tpch", 1).queries}


@pytest.fixture(scope="module")
def drawn() -> ModuleType:
    spec = importlib.util.spec_from_file_location("substitution", BENCHMARKS / "substitution.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_query_has_parameters_and_all_of_them_are_replaced(drawn: ModuleType) -> None:
    assert set(drawn.DRAWN) == set(QUERIES)
    for name, query in QUERIES.items():
        texts = {drawn.substituted(query, seed).sql for seed in range(20)}
        assert len(texts) > 1, name
        assert texts == {drawn.substituted(query, seed).sql for seed in range(20)}


def test_values_are_swapped_in_one_pass(drawn: ModuleType) -> None:
    drawn_sql = {seed: drawn.substituted(QUERIES["07"], seed).sql for seed in range(30)}
    for seed, sql in drawn_sql.items():
        first, second = drawn.DRAWN["07"](Random(f"{seed}/07")).values()
        assert first != second
        assert f"n1.n_name = '{first}' AND n2.n_name = '{second}'" in sql
        assert f"n1.n_name = '{second}' AND n2.n_name = '{first}'" in sql


def test_quantities_of_query_19_keep_their_width(drawn: ModuleType) -> None:
    for seed in range(30):
        sql = drawn.substituted(QUERIES["19"], seed).sql
        lows = re.findall(r"l_quantity >= (\d+)", sql)
        assert lows == re.findall(r"l_quantity <= (\d+) \+ 10", sql)
        assert [(int(low) - 1) // 10 in (at, at - 1, at + 1) for at, low in enumerate(lows)] == [True] * 3


def test_a_query_without_the_literal_is_an_error(drawn: ModuleType) -> None:
    with pytest.raises(ValueError, match="no '> 300'"):
        drawn.substituted(SuiteQuery("18", "SELECT 1"), 1)


def test_lists_are_those_of_the_generator(drawn: ModuleType, tpch_data: Path) -> None:
    with duck.opened() as connection:

        def values(table: str, expression: str) -> set[str]:
            file = duck.text(str(tpch_data / f"{table}.parquet"))
            return {row[0] for row in duck.rows(connection, f"SELECT DISTINCT {expression} FROM {file}")}

        assert values("part", "unnest(string_split(p_name, ' '))") == set(drawn.COLOURS)
        assert values("part", "p_type") <= {f"{a} {b} {c}" for a in drawn.TYPES[0] for b in drawn.TYPES[1] for c in drawn.TYPES[2]}
        assert values("part", "p_container") == {f"{a} {b}" for a in drawn.CONTAINERS[0] for b in drawn.CONTAINERS[1]}
        assert values("customer", "c_mktsegment") == set(drawn.SEGMENTS)
        assert values("lineitem", "l_shipmode") == set(drawn.MODES)
        assert values("nation", "n_name") == set(drawn.NATION)
        assert values("region", "r_name") == set(drawn.NATIONS)
