"""The network cost of a query under a design: the cheapest way through all states its operators' rows can be in.

A plan and the distributions that its tables may have give a :class:`MotionGraph`: its nodes are "the output of this
operator in that state", its steps lead from the inputs' nodes to an output's.  Every way to run the query is a tree of
steps, so one pass over the steps finds the cheapest (:func:`cheapest`), and a linear program over the same steps finds
the best design (``optimise.distribution``).  A shared subplan is kept apart per state it is stored in: what reads it
is then a tree for each of them.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from warehousebench.errors import UsageError
from warehousebench.model.layout import Distribution, Layout
from warehousebench.simulate.motion import (
    RANDOM,
    REPLICATED,
    SINGLE,
    Motion,
    Spread,
    State,
    arrivals,
    exchange,
    hashed,
    stored,
    transitions,
)
from warehousebench.workload.plan import Kind, Operator, Plan, representatives

Candidates = Mapping[str, Collection[Distribution]]
Environment = Mapping[int, State]


@dataclass(frozen=True, slots=True)
class Step:
    """One way to get the rows of node ``head`` from the nodes ``tails``, all of which it needs.

    ``operator`` is the consumer's place in the plan, ``place`` the input that moves (None: the operator's own doing).
    A scan has no tails but ``stored``: distributions of its table of which one must be there.
    """

    head: int
    tails: tuple[int, ...]
    bytes: float
    motion: Motion
    operator: int
    place: int | None = None
    stored: frozenset[Distribution] | None = None


@dataclass(frozen=True, slots=True)
class MotionGraph:
    """All ways to run a plan on ``nodes`` nodes; steps stand behind those that their tails come from, the root is last."""

    plan: Plan
    nodes: int
    states: tuple[State, ...]
    steps: tuple[Step, ...]

    @property
    def root(self) -> int:
        """Return the node of the finished answer."""
        return len(self.states) - 1

    @property
    def tables(self) -> frozenset[str]:
        """Return the tables that the query reads."""
        return frozenset(operator.table for operator in self.plan.scans)

    def table(self, step: Step) -> str:
        """Return the table that a scan's step reads."""
        return self.plan.operators[step.operator].table


@dataclass(frozen=True, slots=True)
class Trace:
    """The cheapest way to run a query: bytes over the network, and its steps through the graph, inputs first."""

    graph: MotionGraph
    bytes: float
    steps: tuple[Step, ...]


def motion_graph(plan: Plan, candidates: Candidates | Layout, nodes: int) -> MotionGraph:
    """Return all ways to run ``plan`` if its tables may have the distributions ``candidates``.

    Of a layout, each scan is offered the copies that hold all columns it reads.  Raises UsageError for a scan that is
    offered nothing.
    """
    builder = _Builder(_canonical(plan), candidates, nodes)
    top = builder.reach(len(plan.operators) - 1, {})
    root = builder.node(SINGLE)
    for node in top.values():
        builder.steps.append(Step(root, (node,), 0.0, Motion.NONE, len(plan.operators) - 1))
    return MotionGraph(plan, nodes, tuple(builder.states), tuple(builder.steps))


def cheapest(graph: MotionGraph, design: Candidates | None = None) -> Trace:
    """Return the cheapest way to run the graph's plan under ``design``; None allows all that the graph offers.

    Raises UsageError if there is none.
    """
    cost, via = _costs(graph, design)
    return Trace(graph, cost[graph.root], tuple(_followed(via, graph.root)))


def bytes_moved(graph: MotionGraph, design: Candidates) -> float:
    """Return the bytes of the cheapest way to run the graph's plan under ``design`` (not weighted)."""
    cost, _ = _costs(graph, design)
    return cost[graph.root]


def _costs(graph: MotionGraph, design: Candidates | None) -> tuple[list[float], list[Step | None]]:
    """Return, per node, the bytes of the cheapest way to it and the last step of that way; raises UsageError if none ends."""
    cost = [math.inf] * len(graph.states)
    via: list[Step | None] = [None] * len(graph.states)
    for step in graph.steps:
        total = step.bytes + sum([cost[tail] for tail in step.tails])
        if total < cost[step.head] and _available(step, graph.plan, design):
            cost[step.head], via[step.head] = total, step
    if math.isinf(cost[graph.root]):
        raise UsageError(f"query {graph.plan.query} reads a table that the design does not hold: add it to the design")
    return cost, via


def simulate(plans: Iterable[Plan], layout: Layout, nodes: int) -> tuple[Trace, ...]:
    """Return the cheapest way to run each query under ``layout`` on ``nodes`` nodes."""
    return tuple(cheapest(motion_graph(plan, layout, nodes)) for plan in plans)


def hash_columns(plan: Plan) -> Mapping[str, frozenset[str]]:
    """Return table -> the columns that some operator joins, groups or partitions by: worth distributing the table on."""
    found: dict[str, frozenset[str]] = {}
    for operator, useful in zip(plan.operators, _useful(_canonical(plan)), strict=True):
        if operator.kind is Kind.SCAN:
            names = {plan.columns[column].name for column in operator.live if column in useful}
            found[operator.table] = found.get(operator.table, frozenset()) | {name for name in names if name}
    return found


def _available(step: Step, plan: Plan, design: Candidates | None) -> bool:
    if step.stored is None or design is None:
        return True
    return not step.stored.isdisjoint(design.get(plan.operators[step.operator].table, ()))


def _offered(scan: Operator, candidates: Candidates | Layout) -> Collection[Distribution]:
    if isinstance(candidates, Layout):
        needed = set(scan.scanned)
        return dict.fromkeys(copy.distribution for copy in candidates.of(scan.table) if needed.issubset(copy.columns))
    return candidates.get(scan.table, ())


def _followed(via: Sequence[Step | None], node: int) -> Iterator[Step]:
    step = via[node]
    if step is not None:
        for tail in step.tails:
            yield from _followed(via, tail)
        yield step


def _canonical(plan: Plan) -> Plan:
    """Return the plan with every column an operator compares or groups by named as its input's class is."""
    classes = [representatives(operator) for operator in plan.operators]
    definitions = {operator.shared: operator.inputs[0] for operator in plan.operators if operator.kind is Kind.SHARED}

    def named(operator: Operator) -> Operator:
        inputs = (definitions[operator.shared],) if operator.kind is Kind.REFERENCE else operator.inputs
        names = [classes[place] for place in inputs]
        groupings = (tuple(names[0].get(column, column) for column in entry) for entry in operator.groupings)
        pairs = ((names[0].get(left, left), names[1].get(right, right)) for left, right in operator.pairs)
        sources = (tuple(names[k].get(column, column) for column in entry) for k, entry in enumerate(operator.sources))
        return replace(operator, groupings=tuple(groupings), pairs=tuple(pairs), sources=tuple(sources))

    return replace(plan, operators=tuple(named(operator) for operator in plan.operators))


def _useful(plan: Plan) -> list[frozenset[int]]:
    """Return, per operator, the columns (all of a class) whose hash placement can save a motion further up."""
    useful: list[frozenset[int]] = [frozenset() for _ in plan.operators]
    definitions = {operator.shared: operator.inputs[0] for operator in plan.operators if operator.kind is Kind.SHARED}
    for place in reversed(range(len(plan.operators))):
        operator = plan.operators[place]
        # The other members of a class are as good: the inputs know them by their own names.
        useful[place] = useful[place].union(*(entry for entry in operator.equal if not useful[place].isdisjoint(entry)))
        for target, columns in _asked(operator, useful[place], definitions):
            useful[target] |= columns
    return useful


def _asked(
    operator: Operator, useful: frozenset[int], definitions: Mapping[int | None, int]
) -> Iterator[tuple[int, frozenset[int]]]:
    if operator.kind in (Kind.UNION, Kind.REFERENCE):
        for target, sources in zip(operator.inputs or (definitions[operator.shared],), operator.sources, strict=True):
            yield target, frozenset(s for out, s in zip(operator.outputs, sources, strict=True) if out in useful)
    elif operator.kind is Kind.SHARED:
        yield operator.inputs[1], useful
    else:
        for place, target in enumerate(operator.inputs):
            yield target, useful | {pair[place] for pair in operator.pairs} | frozenset(operator.common_groups)


def _renamed(operator: Operator, state: State) -> State:
    """Return the state of a shared subplan's rows in the names of one of its references."""
    (sources,) = operator.sources
    if any(column not in sources for column in state.columns):
        return RANDOM
    return replace(state, columns=tuple(operator.outputs[sources.index(column)] for column in state.columns))


def _references(plan: Plan) -> list[frozenset[int]]:
    """Return, per operator, the shared subplans that it or its inputs read and that are defined outside."""
    found: list[frozenset[int]] = []
    for operator in plan.operators:
        below = frozenset[int]().union(*(found[place] for place in operator.inputs))
        if operator.shared is not None:
            own = frozenset({operator.shared})
            below = own if operator.kind is Kind.REFERENCE else found[operator.inputs[0]] | (found[operator.inputs[1]] - own)
        found.append(below)
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """A step of an operator before its head is known: the state it leads to, named as in the operator's inputs."""

    state: State
    tails: tuple[int, ...] = ()
    bytes: float = 0.0
    motion: Motion = Motion.NONE
    stored: frozenset[Distribution] | None = None


@dataclass(slots=True)
class _Builder:
    """Grows a graph from the leaves; ``reached`` remembers an operator's nodes per state of what it shares."""

    plan: Plan
    candidates: Candidates | Layout
    nodes: int
    states: list[State] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    reached: dict[tuple[int, frozenset[tuple[int, State]]], dict[State, int]] = field(default_factory=dict)
    useful: list[frozenset[int]] = field(init=False)
    references: list[frozenset[int]] = field(init=False)
    names: list[Mapping[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.useful = _useful(self.plan)
        self.references = _references(self.plan)
        self.names = [representatives(operator) for operator in self.plan.operators]

    def node(self, state: State) -> int:
        self.states.append(state)
        return len(self.states) - 1

    def reach(self, place: int, shared: Environment) -> dict[State, int]:
        """Return state -> node of the operator's output, with ``shared`` subplans stored in the given states."""
        visible = frozenset((number, state) for number, state in shared.items() if number in self.references[place])
        if (place, visible) not in self.reached:
            found: dict[State, int] = {}
            for way in self._ways(place, dict(visible)):
                state = self._settled(place, way.state)
                if state not in found:
                    found[state] = self.node(state)
                self.steps.append(Step(found[state], way.tails, way.bytes, way.motion, place, stored=way.stored))
            self.reached[place, visible] = found
        return self.reached[place, visible]

    def _ways(self, place: int, shared: Environment) -> Iterator[_Way]:
        operator = self.plan.operators[place]
        if operator.kind is Kind.SCAN:
            return self._scanned(place, operator)
        if operator.kind is Kind.SHARED and operator.shared is not None:
            return self._shared(operator, operator.shared, shared)
        if operator.kind is Kind.REFERENCE and operator.shared is not None:
            return iter([_Way(_renamed(operator, shared[operator.shared]))])
        if operator.kind is Kind.VALUES:
            return iter([_Way(REPLICATED), _Way(SINGLE)])
        return self._operated(place, operator, shared)

    def _scanned(self, place: int, operator: Operator) -> Iterator[_Way]:
        columns = {name: column for column in operator.live if (name := self.plan.columns[column].name)}
        offered = _offered(operator, self.candidates)
        if not offered:
            what = f"{operator.table} ({', '.join(operator.scanned)})"
            raise UsageError(f"query {self.plan.query} reads {what}, which the design does not hold: add a copy")
        found: dict[State, list[Distribution]] = {}
        for distribution in offered:
            found.setdefault(self._settled(place, stored(distribution, columns)), []).append(distribution)
        return iter([_Way(state, stored=frozenset(distributions)) for state, distributions in found.items()])

    def _shared(self, operator: Operator, number: int, shared: Environment) -> Iterator[_Way]:
        definition, body = operator.inputs
        for state, node in self.reach(definition, shared).items():
            for result, other in self.reach(body, {**shared, number: state}).items():
                yield _Way(result, (node, other))

    def _operated(self, place: int, operator: Operator, shared: Environment) -> Iterator[_Way]:
        own = [self.reach(source, shared) for source in operator.inputs]
        arrived = [self._arrived(place, operator, k, own) for k in range(len(own))]
        first = self.plan.operators[operator.inputs[0]]
        for combination in product(*(sorted(found.items()) for found in arrived)):
            states, tails = tuple(state for state, _ in combination), tuple(node for _, node in combination)
            for found in transitions(operator, states, first.rows, first.width, self.nodes):
                yield _Way(found.state, tails, found.bytes, found.motion)

    def _arrived(self, place: int, operator: Operator, k: int, own: Sequence[Mapping[State, int]]) -> dict[State, int]:
        """Return state -> node of input ``k`` as it may arrive: as it is, or moved."""
        source = self.plan.operators[operator.inputs[k]]
        arrived = dict(own[k])
        for target in sorted(arrivals(operator, dict(enumerate(own)), k)):
            moves = [(node, exchange(state, target, source.rows, source.width, self.nodes)) for state, node in own[k].items()]
            arrived[target] = self.node(target)
            self.steps += [
                Step(arrived[target], (node,), move.bytes, move.motion, place, k) for node, move in moves if move is not None
            ]
        return arrived

    def _settled(self, place: int, state: State) -> State:
        """Return the state in the names of the operator's output; a hash that helps nobody further up is random."""
        if state.spread is not Spread.HASHED or not self.useful[place].issuperset(state.columns):
            return RANDOM if state.spread is Spread.HASHED else state
        return hashed(*(self.names[place].get(column, column) for column in state.columns))
