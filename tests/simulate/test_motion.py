"""What each operator may do with rows where they are, and what moving them costs."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.model.layout import Distribution, Placement
from warehousebench.simulate.motion import (
    RANDOM,
    REPLICATED,
    SINGLE,
    Motion,
    State,
    Transition,
    arrivals,
    exchange,
    hashed,
    partial_groups,
    stored,
    transitions,
)
from warehousebench.workload.plan import JoinType, Kind, Operator

states = st.sampled_from([RANDOM, REPLICATED, SINGLE, hashed(1), hashed(2), hashed(1, 2)])


def join(kind: JoinType, *pairs: tuple[int, int]) -> Operator:
    return Operator(Kind.JOIN, (0, 1), 100, join=kind, pairs=pairs)


def outcomes(operator: Operator, *inputs: State, rows: float = 1000, width: float = 10, nodes: int = 4) -> set[State]:
    return {found.state for found in transitions(operator, inputs, rows, width, nodes)}


@given(states, states, st.floats(0, 1e9), st.floats(0, 1e4), st.integers(2, 128))
def test_moving_is_free_only_towards_what_the_rows_already_satisfy(
    source: State, target: State, rows: float, width: float, nodes: int
) -> None:
    moved = exchange(source, target, rows, width, nodes)
    assert moved is not None
    assert moved.state == target
    free = source == target or target == RANDOM or (source == REPLICATED and target != REPLICATED)
    assert (moved.motion is Motion.NONE) == free
    assert moved.bytes == 0 if free else moved.bytes <= rows * width * (nodes - 1) * (1 + 1e-12)


def test_hashing_sends_all_rows_but_a_share_and_broadcasting_all_to_the_others() -> None:
    assert exchange(RANDOM, hashed(1), 100, 8, 4) == Transition(hashed(1), 600.0, Motion.REDISTRIBUTE)
    assert exchange(hashed(1), REPLICATED, 100, 8, 4) == Transition(REPLICATED, 2400.0, Motion.BROADCAST)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (JoinType.INNER, {hashed(1)}),
        (JoinType.LEFT, {hashed(1)}),
        (JoinType.ANTI, {hashed(1)}),
        (JoinType.RIGHT, {hashed(2)}),
        (JoinType.RIGHT_SEMI, {hashed(2)}),
        (JoinType.FULL, {RANDOM}),
    ],
)
def test_sides_hashed_on_their_pair_join_locally(kind: JoinType, expected: set[State]) -> None:
    operator = join(kind, (1, 2))
    assert outcomes(operator, hashed(1), hashed(2)) == expected
    assert outcomes(operator, hashed(1), hashed(3)) == outcomes(operator, hashed(1), RANDOM) == set()


@pytest.mark.parametrize("kind", list(JoinType))
def test_only_the_side_that_is_not_preserved_may_be_on_every_node(kind: JoinType) -> None:
    right_may = kind in (JoinType.INNER, JoinType.LEFT, JoinType.SEMI, JoinType.ANTI, JoinType.MARK, JoinType.SINGLE)
    left_may = kind in (JoinType.INNER, JoinType.RIGHT, JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI)
    assert outcomes(join(kind), RANDOM, REPLICATED) == ({RANDOM} if right_may else set())
    assert outcomes(join(kind), REPLICATED, RANDOM) == ({RANDOM} if left_may else set())
    assert (REPLICATED in arrivals(join(kind), {0: [RANDOM], 1: [RANDOM]}, 1)) == right_may


def test_segmentation_on_several_columns_must_meet_pair_by_pair() -> None:
    operator = join(JoinType.INNER, (1, 4), (2, 5), (3, 6))
    assert outcomes(operator, hashed(2, 1), hashed(5, 4)) == {hashed(2, 1)}
    assert outcomes(operator, hashed(1, 2), hashed(5, 4)) == outcomes(operator, hashed(1), hashed(4, 5)) == set()
    assert hashed(5, 4) in arrivals(operator, {0: [hashed(2, 1)], 1: [RANDOM]}, 1)
    assert not any(len(state.columns) > 1 for state in arrivals(operator, {0: [hashed(2, 9)], 1: [RANDOM]}, 1))


def test_an_aggregate_is_local_if_each_group_is_on_one_node() -> None:
    groups = Operator(Kind.AGGREGATE, (0,), 50, groupings=((1, 2),), partial_width=20)
    assert outcomes(groups, hashed(2)) == {hashed(2)}
    assert outcomes(groups, hashed(2, 1)) == {hashed(2, 1)}
    assert outcomes(groups, hashed(1, 3)) == {hashed(1), hashed(2)}  # by partial groups
    assert outcomes(groups, REPLICATED) == {REPLICATED}


def test_partial_groups_move_at_their_own_width() -> None:
    groups = Operator(Kind.AGGREGATE, (0,), 50, groupings=((1,),), partial_width=20)
    (found,) = transitions(groups, (RANDOM,), 1_000_000, 10, 4)
    assert found.bytes == pytest.approx(4 * 50 * 20 * 3 / 4)  # every node holds all 50 groups


def test_distinct_aggregates_need_the_rows_themselves() -> None:
    counted = Operator(Kind.AGGREGATE, (0,), 50, groupings=((1,),), distinct=True, partial_width=20)
    assert transitions(counted, (RANDOM,), 1000, 10, 4) == []
    assert arrivals(counted, {0: [RANDOM]}, 0) == {hashed(1)}
    overall = Operator(Kind.AGGREGATE, (0,), 1, groupings=((),), distinct=True, partial_width=8)
    assert transitions(overall, (RANDOM,), 1000, 10, 4) == [Transition(SINGLE, 7500.0, Motion.REDISTRIBUTE)]


def test_grouping_sets_are_local_only_on_what_all_of_them_have() -> None:
    rollup = Operator(Kind.AGGREGATE, (0,), 50, groupings=((1, 2), (1,)), partial_width=20)
    assert outcomes(rollup, hashed(1)) == {hashed(1)}
    (found,) = transitions(rollup, (hashed(2),), 1000, 10, 4)
    assert (found.state, found.motion) == (hashed(1), Motion.REDISTRIBUTE)


def test_windows_need_whole_partitions() -> None:
    window = Operator(Kind.WINDOW, (0,), 50, groupings=((1, 2),))
    assert outcomes(window, hashed(1)) == {hashed(1)}
    assert outcomes(window, RANDOM) == set()
    assert arrivals(window, {0: [RANDOM]}, 0) == {hashed(1), hashed(2)}
    assert arrivals(Operator(Kind.WINDOW, (0,), 50, groupings=((),)), {0: [RANDOM]}, 0) == {SINGLE}


def test_a_union_stays_hashed_where_all_inputs_are_hashed_at_the_same_position() -> None:
    union = Operator(Kind.UNION, (0, 1), 50, outputs=(8, 9), sources=((1, 2), (3, 4)))
    assert outcomes(union, hashed(2), hashed(4)) == {hashed(9)}
    assert outcomes(union, hashed(1), hashed(4)) == set()
    assert outcomes(union, RANDOM, RANDOM) == {RANDOM}
    assert outcomes(union, REPLICATED, REPLICATED) == {REPLICATED}


@given(st.floats(1, 1e9), st.floats(1, 1e9), st.integers(1, 100))
def test_partial_groups_lie_between_the_groups_and_the_rows(rows: float, groups: float, nodes: int) -> None:
    groups = min(groups, rows)
    found = partial_groups(rows, groups, nodes)
    assert found <= rows * (1 + 1e-9)
    assert found <= nodes * groups * (1 + 1e-9)
    assert found >= groups * (1 - 1e-9)
    assert nodes > 1 or found <= groups * (1 + 1e-9)


def test_partial_groups_are_those_of_rows_dealt_by_lot() -> None:
    lots = random.Random(7)
    drawn = [(lots.randrange(9_000), lots.randrange(4)) for _ in range(6_500)]
    groups, found = len({group for group, _ in drawn}), len(set(drawn))
    assert partial_groups(6_500, groups, 4) == pytest.approx(found, rel=0.01)
    assert partial_groups(6_500, groups, 1) == pytest.approx(groups)


def test_groups_of_one_row_are_whole_on_some_node() -> None:
    assert partial_groups(1000, 1000, 4) == 1000
    assert partial_groups(1000, 1500, 4) == 1500  # of several grouping sets
    assert partial_groups(0, 0, 4) == 0
    assert partial_groups(1_000_000, 1, 4) == pytest.approx(4)


def test_a_table_hashed_on_a_column_nobody_reads_is_spread_at_random() -> None:
    by_key = Distribution(Placement.HASH, ("a", "b"))
    assert stored(by_key, {"a": 3, "b": 7}) == hashed(3, 7)
    assert stored(by_key, {"a": 3}) == RANDOM
    assert stored(Distribution(Placement.REPLICATED), {}) == REPLICATED
    assert stored(Distribution(Placement.ROUND_ROBIN), {"a": 3}) == RANDOM
