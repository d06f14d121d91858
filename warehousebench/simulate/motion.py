"""Where rows are, and what it costs to have them where an operator needs them: the one source of motion costs.

The simulator, the optimiser and the explanation all use :func:`arrivals`, :func:`exchange` and :func:`transitions`.

The model: N nodes; a row's bytes are its live width (what anything above needs).  Spreading rows by a hash costs
``rows * width * (N - 1) / N``, broadcasting them ``rows * width * (N - 1)``.  Replicated rows are spread or thinned
for free, since each node keeps its share.  The final answer's way to the client is not counted: it is the same for
all designs.  Rows are assumed to be spread evenly, and an engine is assumed to find the cheapest motions for the
join order of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from warehousebench.model.layout import Distribution, Placement
from warehousebench.workload.plan import JoinType, Kind, Operator


class Spread(StrEnum):
    """How the rows of a stream lie on the nodes; SINGLE is one node, such as the leader."""

    HASHED = "hashed"
    RANDOM = "random"
    REPLICATED = "replicated"
    SINGLE = "single"


@dataclass(frozen=True, slots=True, order=True)
class State:
    """A spread; ``columns`` (their classes' representatives, in hashing order) only if hashed."""

    spread: Spread
    columns: tuple[int, ...] = ()


RANDOM = State(Spread.RANDOM)
REPLICATED = State(Spread.REPLICATED)
SINGLE = State(Spread.SINGLE)


class Motion(StrEnum):
    """What happens to rows between two states."""

    NONE = "none"
    REDISTRIBUTE = "redistribute"
    BROADCAST = "broadcast"
    GATHER = "gather"


@dataclass(frozen=True, slots=True)
class Transition:
    """A way to get to ``state``: the bytes that cross the network, and how they do."""

    state: State
    bytes: float = 0.0
    motion: Motion = Motion.NONE


# Newton's steps double the right digits; where share is close to 1 they only halve the distance.
_STEPS, _EXACT = 60, 1e-12

_BROADCAST_RIGHT = frozenset({JoinType.INNER, JoinType.LEFT, JoinType.SEMI, JoinType.ANTI, JoinType.MARK, JoinType.SINGLE})
_BROADCAST_LEFT = frozenset({JoinType.INNER, JoinType.RIGHT, JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI})
_HASHED_BY_RIGHT = _BROADCAST_LEFT - {JoinType.INNER}


def hashed(*columns: int) -> State:
    """Return the state of rows hashed on ``columns`` together."""
    return State(Spread.HASHED, columns)


def stored(distribution: Distribution, columns: Mapping[str, int]) -> State:
    """Return the state of a table's rows; ``columns`` maps the scan's column names to plan columns.

    Rows hashed on a column that the query does not read are as good as spread at random.
    """
    if distribution.placement is Placement.REPLICATED:
        return REPLICATED
    known = all(name in columns for name in distribution.columns)
    return hashed(*(columns[name] for name in distribution.columns)) if distribution.columns and known else RANDOM


def exchange(source: State, target: State, rows: float, width: float, nodes: int) -> Transition | None:
    """Return the cheapest motion of a stream from ``source`` to ``target``; None if none makes sense."""
    if source == target:
        return Transition(target)
    if target.spread is Spread.RANDOM:
        return Transition(target)
    if target.spread is Spread.REPLICATED:
        return Transition(target, rows * width * (nodes - 1), Motion.BROADCAST)
    if source.spread is Spread.REPLICATED:
        return Transition(target)
    motion = Motion.GATHER if target.spread is Spread.SINGLE else Motion.REDISTRIBUTE
    return Transition(target, _crossing(rows * width, nodes), motion)


def arrivals(operator: Operator, states: Mapping[int, Collection[State]], place: int) -> frozenset[State]:
    """Return the states worth moving input ``place`` to; ``states`` are those that each input can come in."""
    if operator.kind is Kind.JOIN:
        return frozenset(_join_arrivals(operator, states, place))
    if operator.kind is Kind.UNION:
        return frozenset({RANDOM, *(hashed(source) for source in operator.sources[place])})
    if operator.kind is Kind.WINDOW and not operator.common_groups:
        # Windows over different partitions need one motion each; gathering once stands in for them.
        return frozenset({SINGLE})
    if operator.kind in (Kind.WINDOW, Kind.AGGREGATE):
        return frozenset(hashed(column) for column in operator.common_groups)
    return frozenset()


def transitions(
    operator: Operator, states: tuple[State, ...], input_rows: float, input_width: float, nodes: int
) -> list[Transition]:
    """Return what the operator makes of inputs in ``states``; empty if it cannot work on them where they are.

    ``input_rows`` and ``input_width`` are those of its first input.  Columns of the returned states are the inputs'
    own, or positions' outputs where the operator has ``outputs``.
    """
    if operator.kind is Kind.JOIN:
        return [Transition(found) for found in _joined(operator, *states)]
    if operator.kind is Kind.UNION:
        return [Transition(found) for found in _united(operator, states)]
    (state,) = states
    if operator.kind is Kind.AGGREGATE:
        return _aggregated(operator, state, input_rows, input_width, nodes)
    if operator.kind is Kind.WINDOW:
        return [Transition(state)] if _complete(operator, state) else []
    if operator.kind in (Kind.ORDER, Kind.LIMIT):
        return [Transition(REPLICATED if state == REPLICATED else SINGLE)]
    return [Transition(state)]


def partial_groups(rows: float, groups: float, nodes: int) -> float:
    """Return the expected groups of all nodes together if ``rows`` of ``groups`` groups are spread at random.

    Every group has a row at least, and sizes vary as by chance (Poisson, the empty ones unseen).  What lies otherwise, such
    as neighbours dealt in turn or groups that follow the distribution key, only counting tells.
    """
    if groups >= rows:
        return groups  # several grouping sets may have more groups than rows
    size = _mean_size(groups / rows) if groups > 0 else 0.0
    return nodes * rows / size * -math.expm1(-size / nodes) if size else 0.0


def two_phase_bytes(operator: Operator, partials: float, nodes: int) -> float:
    """Return the bytes that cross the network if an aggregate's ``partials`` groups of all nodes are put together by hash."""
    return _crossing(partials * operator.partial_width, nodes)


def _mean_size(share: float) -> float:
    """Return the mean rows of a group, empty ones included, if groups with rows are ``share`` (0 to 1) of all rows.

    Solves 1 - exp(-x) = share * x by Newton's steps from above, where the curve bends one way only.
    """
    size = 1.0 / share
    for _ in range(_STEPS):
        better = size + (-math.expm1(-size) - share * size) / (share - math.exp(-size))
        if abs(better - size) <= _EXACT * size:
            return better
        size = better
    return size


def _crossing(volume: float, nodes: int) -> float:
    """Return the part of ``volume`` bytes that leaves its node when rows go to a node each by hash."""
    return volume * (nodes - 1) / nodes


def _join_arrivals(operator: Operator, states: Mapping[int, Collection[State]], place: int) -> Iterator[State]:
    join, other = operator.join, 1 - place
    yield from (hashed(pair[place]) for pair in operator.pairs)
    # A stream hashed on several columns is met by hashing the other side on their partners.
    partners = {pair[other]: pair[place] for pair in operator.pairs}
    for state in states[other]:
        if len(state.columns) > 1 and all(column in partners for column in state.columns):
            yield hashed(*(partners[column] for column in state.columns))
    if join in (_BROADCAST_LEFT if place == 0 else _BROADCAST_RIGHT):
        yield REPLICATED
    elif (join is JoinType.FULL and not operator.pairs) or SINGLE in states[other]:
        yield SINGLE


def _joined(operator: Operator, left: State, right: State) -> Iterator[State]:
    join = operator.join
    if (left == right and left in (REPLICATED, SINGLE)) or (right == REPLICATED and join in _BROADCAST_RIGHT):
        yield left
    elif left == REPLICATED and join in _BROADCAST_LEFT:
        yield right
    elif _meet(operator, left, right):
        yield RANDOM if join is JoinType.FULL else right if join in _HASHED_BY_RIGHT else left


def _meet(operator: Operator, left: State, right: State) -> bool:
    """Return whether both sides are hashed on columns that the join compares, one by one."""
    return len(left.columns) == len(right.columns) > 0 and all(
        pair in operator.pairs for pair in zip(left.columns, right.columns, strict=True)
    )


def _united(operator: Operator, states: tuple[State, ...]) -> Iterator[State]:
    if all(state == states[0] for state in states) and states[0].spread is not Spread.HASHED:
        yield states[0]
    if all(len(state.columns) == 1 for state in states):
        for position, output in enumerate(operator.outputs):
            if all(state.columns[0] == sources[position] for state, sources in zip(states, operator.sources, strict=True)):
                yield hashed(output)


def _complete(operator: Operator, state: State) -> bool:
    """Return whether all rows of a group (or partition) are on one node."""
    if state.spread is Spread.HASHED:
        return all(column in operator.common_groups for column in state.columns)
    return state in (REPLICATED, SINGLE)


def _aggregated(operator: Operator, state: State, rows: float, width: float, nodes: int) -> list[Transition]:
    if _complete(operator, state):
        return [Transition(state)]
    one_group = operator.groupings == ((),)
    if operator.distinct:
        # Partial results of DISTINCT cannot be added up: the rows themselves have to move.
        target = SINGLE if one_group else RANDOM
        return [] if operator.common_groups else [Transition(target, _crossing(rows * width, nodes), Motion.REDISTRIBUTE)]
    if one_group:
        return [Transition(SINGLE, 0.0, Motion.GATHER)]
    volume = two_phase_bytes(operator, partial_groups(rows, operator.rows, nodes), nodes)
    targets = [hashed(column) for column in operator.common_groups] or [RANDOM]
    return [Transition(target, volume, Motion.REDISTRIBUTE) for target in targets]
