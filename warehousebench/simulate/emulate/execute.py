"""Runs a query on the cluster exactly as the cheapest trace says, and counts what moves.

Every step of the trace makes one stream: an input that arrives somewhere else, or an operator's output.  Rows per
operator are held against DuckDB's own run, so that a wrong emulation is found where it goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehousebench import duck
from warehousebench.errors import SourceError, UnsupportedError
from warehousebench.simulate.emulate import statements
from warehousebench.simulate.emulate.cluster import LEADER, Cluster, Relation, node_of
from warehousebench.simulate.emulate.count import measured_groups, row_bytes, total
from warehousebench.simulate.emulate.grouping import Grouping, aggregated, combined, partial, read_grouping
from warehousebench.simulate.emulate.model import CountedMotion
from warehousebench.simulate.emulate.recipe import Script
from warehousebench.simulate.emulate.statements import Scope, listed, shown
from warehousebench.simulate.explain import describe
from warehousebench.simulate.motion import Motion, Spread, State
from warehousebench.simulate.network import Step, Trace
from warehousebench.workload.plan import Kind, Operator


@dataclass(frozen=True, slots=True)
class Executed:
    """The rows of the answer in their order, and what moved for them."""

    rows: list[tuple[Any, ...]]
    motions: tuple[CountedMotion, ...]


def execute(cluster: Cluster, script: Script, trace: Trace) -> Executed:
    """Follow ``trace`` step by step; raises EngineError or SourceError with the reason if it cannot be done."""
    runner = _Runner(cluster, script, trace)
    try:
        for step in trace.steps:
            runner.follow(step)
        return Executed(runner.answer(), tuple(runner.motions))
    finally:
        cluster.clear()


@dataclass(slots=True)
class _Runner:
    cluster: Cluster
    script: Script
    trace: Trace
    made: dict[int, Relation] = field(default_factory=dict)
    outputs: dict[int, Relation] = field(default_factory=dict)
    motions: list[CountedMotion] = field(default_factory=list)

    def follow(self, step: Step) -> None:
        """Make the stream that a step leads to."""
        operator = self.script.plan.operators[step.operator]
        if step.head == self.trace.graph.root:
            self.made[step.head] = self.made[step.tails[0]]
        elif step.place is not None:
            self.made[step.head] = self._arrived(step, operator.inputs[step.place])
        else:
            self.made[step.head] = self.outputs[step.operator] = self._operated(step, operator)
            self._check(step, operator)

    def answer(self) -> list[tuple[Any, ...]]:
        """Return the finished rows; bringing them to the client is not counted."""
        relation = self.made[self.trace.graph.root]
        scope = self._scope(relation)
        columns = ", ".join(scope.column(column) for column in self.script.root)
        if self._state(self.trace.graph.root - 1).spread is Spread.REPLICATED or len(relation.nodes) == 1:
            return duck.rows(self.cluster.connection, f"SELECT {columns} FROM {relation.on(LEADER)}")
        return duck.rows(self.cluster.connection, f"SELECT {columns} FROM {relation.everywhere()}")

    def _state(self, node: int) -> State:
        return self.trace.graph.states[node]

    def _scope(self, relation: Relation) -> Scope:
        return Scope(self.script, frozenset(relation.columns))

    def _size(self, place: int) -> str:
        """Return SQL for the bytes of a row of an operator's output: its live columns."""
        return row_bytes([(f"c{column}", self.script.plan.columns[column]) for column in self.script.plan.operators[place].live])

    def _note(self, step: Step, counted: float, measured: float | None = None) -> None:
        label = describe(self.script.plan, self.script.plan.operators[step.operator])
        self.motions.append(CountedMotion(label, step.motion, step.bytes, counted, measured))

    # --- motions of an input

    def _arrived(self, step: Step, place: int) -> Relation:
        (tail,) = step.tails
        relation, source, target = self.made[tail], self._state(tail), self._state(step.head)
        if target.spread is Spread.RANDOM:
            return self._on_all_nodes(relation, source)
        if target.spread is Spread.REPLICATED:
            counted = sum(self._volumes(relation, place)) * (self.cluster.nodes - 1)
            self._note(step, counted)
            return self._made(relation, dict.fromkeys(range(self.cluster.nodes), f"FROM {relation.everywhere()}"))
        if target.spread is Spread.SINGLE:
            return self._gathered(step, relation, source, place)
        return self._hashed(step, relation, source, place, self._hash(relation, place, target.columns))

    def _made(self, like: Relation, queries: dict[int, str]) -> Relation:
        return self.cluster.make(like.columns, queries)

    def _volumes(self, relation: Relation, place: int, condition: str = "true") -> list[float]:
        """Return the bytes that each node holds of a stream, or of those rows that fulfil ``condition``."""
        size = self._size(place)
        return [total(self.cluster.connection, relation.on(node), size, condition.format(node)) for node in relation.nodes]

    def _hash(self, relation: Relation, place: int, columns: Sequence[int]) -> str:
        """Return SQL for the node of a row; an equal column stands in for one that the rows do not hold."""
        scope, classes = self._scope(relation), self.script.plan.operators[place].equal
        values = []
        for column in columns:
            equals = next((members for members in classes if column in members), (column,))
            found = next((member for member in (column, *equals) if scope.can(member)), column)
            values.append(scope.column(found))
        return node_of(values, self.cluster.nodes)

    def _hashed(self, step: Step, relation: Relation, source: State, place: int, target: str) -> Relation:
        nodes = range(self.cluster.nodes)
        if source.spread is Spread.REPLICATED:  # each node keeps its share
            return self._made(relation, {node: f"FROM {relation.on(node)} WHERE {target} = {node}" for node in nodes})
        self._note(step, sum(self._volumes(relation, place, f"{target} <> {{}}")))
        rows = relation.everywhere()
        return self._made(relation, {node: f"FROM {rows} WHERE {target} = {node}" for node in nodes})

    def _gathered(self, step: Step, relation: Relation, source: State, place: int) -> Relation:
        if source.spread is Spread.REPLICATED:
            return Relation(relation.name, relation.columns, (LEADER,))
        self._note(step, sum(self._volumes(relation, place, f"{{}} <> {LEADER}")))
        return self._made(relation, {LEADER: f"FROM {relation.everywhere()}"})

    def _on_all_nodes(self, relation: Relation, source: State) -> Relation:
        """Return rows whose place does not matter: replicated ones thinned, those of the leader alone as they are."""
        nodes = range(self.cluster.nodes)
        if source.spread is Spread.REPLICATED:
            return self._made(relation, {k: f"FROM {relation.on(k)} WHERE rowid % {self.cluster.nodes} = {k}" for k in nodes})
        if len(relation.nodes) == self.cluster.nodes:
            return relation
        empty = {k: f"FROM {relation.on(LEADER)} WHERE false" for k in nodes if k != LEADER}
        return self._made(relation, {LEADER: f"FROM {relation.on(LEADER)}", **empty})

    # --- operators

    def _operated(self, step: Step, operator: Operator) -> Relation:
        inputs = [self.made[tail] for tail in step.tails]
        if operator.kind is Kind.SCAN:
            return self._scanned(step, operator)
        if operator.kind is Kind.SHARED:
            return inputs[1]
        if operator.kind is Kind.REFERENCE:
            definition = next(o.inputs[0] for o in self.script.plan.operators if o.kind is Kind.SHARED and o.shared == operator.shared)
            return self._each(step, [self.outputs[definition]], lambda scopes, tables: self._written(step, scopes, tables))
        if operator.kind is Kind.VALUES:
            nodes = range(self.cluster.nodes) if self._state(step.head).spread is Spread.REPLICATED else (LEADER,)
            return self._create(step, dict.fromkeys(nodes, statements.values(self.script, step.operator)))
        if operator.kind in (Kind.ORDER, Kind.LIMIT):
            return self._ordered(step, inputs[0])
        if operator.kind is Kind.AGGREGATE and step.motion is not Motion.NONE:
            return self._moved_groups(step, operator, inputs[0])
        return self._each(step, inputs, lambda scopes, tables: self._written(step, scopes, tables))

    def _create(self, step: Step, queries: dict[int, str]) -> Relation:
        return self.cluster.make(shown(self.script, step.operator), queries)

    def _each(self, step: Step, inputs: Sequence[Relation], write: Callable[[Sequence[Scope], Sequence[str]], str]) -> Relation:
        """Run an operator on every node that holds all its inputs."""
        scopes = [self._scope(relation) for relation in inputs]
        nodes = sorted(set(inputs[0].nodes).intersection(*(relation.nodes for relation in inputs)))
        return self._create(step, {node: write(scopes, [relation.on(node) for relation in inputs]) for node in nodes})

    def _written(self, step: Step, scopes: Sequence[Scope], tables: Sequence[str]) -> str:
        kind, place = self.script.plan.operators[step.operator].kind, step.operator
        if kind is Kind.JOIN:
            return statements.joined(self.script, place, scopes, tables)
        if kind is Kind.UNION:
            return statements.united(self.script, place, scopes, tables)
        writers = {
            Kind.FILTER: statements.filtered,
            Kind.WINDOW: statements.windowed,
            Kind.REFERENCE: statements.reference,
            Kind.AGGREGATE: aggregated,
        }
        return writers[kind](self.script, place, scopes[0], tables[0])

    def _scanned(self, step: Step, operator: Operator) -> Relation:
        held = self.cluster.stored
        names = [name for (table, where), name in held.items() if table == operator.table and where in (step.stored or ())]
        if not names:
            raise UnsupportedError(f"the emulation does not hold {operator.table} as the trace reads it")
        tables = {node: f"n{node}.{names[0]}" for node in range(self.cluster.nodes)}
        return self._create(step, {k: statements.scan(self.script, step.operator, table) for k, table in tables.items()})

    def _ordered(self, step: Step, relation: Relation) -> Relation:
        scope, place = self._scope(relation), step.operator
        if self._state(step.head).spread is Spread.REPLICATED:
            return self._create(step, {k: statements.ordered(self.script, place, scope, relation.on(k)) for k in relation.nodes})
        return self._create(step, {LEADER: statements.ordered(self.script, place, scope, relation.everywhere())})

    def _moved_groups(self, step: Step, operator: Operator, relation: Relation) -> Relation:
        if not operator.distinct:
            return self._two_phase(step, operator, relation)
        # Rows of a DISTINCT aggregate without common groups all meet at the leader.
        self._note(step, sum(self._volumes(relation, operator.inputs[0], f"{{}} <> {LEADER}")))
        done = aggregated(self.script, step.operator, self._scope(relation), relation.everywhere())
        return self._spread_out(self._create(step, {LEADER: done}), step)

    def _spread_out(self, relation: Relation, step: Step) -> Relation:
        return relation if self._state(step.head).spread is Spread.SINGLE else self._on_all_nodes(relation, self._state(step.head))

    def _two_phase(self, step: Step, operator: Operator, relation: Relation) -> Relation:
        grouping = read_grouping(self.script, step.operator, self._scope(relation))
        parts = self.cluster.make((), {node: partial(grouping, relation.on(node)) for node in relation.nodes})
        if step.motion is Motion.GATHER:  # one partial row per node, uncounted as in the model
            return self._create(step, {LEADER: combined(self.script, step.operator, grouping, parts.everywhere())})
        target = self._partial_target(grouping, operator, self._state(step.head))
        size = self._partial_size(grouping)
        counted = [total(self.cluster.connection, parts.on(node), size, f"{target} <> {node}") for node in parts.nodes]
        self._note(step, sum(counted), self._with_measured_groups(operator, grouping, relation))
        rows = parts.everywhere()
        queries = {k: f"(FROM {rows} WHERE {target} = {k})" for k in range(self.cluster.nodes)}
        return self._create(step, {k: combined(self.script, step.operator, grouping, table) for k, table in queries.items()})

    def _partial_target(self, grouping: Grouping, operator: Operator, state: State) -> str:
        keys = [f"g{i}" for i in range(len(grouping.groups))]
        if state.spread is not Spread.HASHED:
            return node_of([*keys, "number"], self.cluster.nodes)
        outputs = [out for out, _ in grouping.groups]
        chosen = []
        for column in state.columns:
            equals = next((members for members in operator.equal if column in members), (column,))
            chosen.append(next(keys[outputs.index(member)] for member in (column, *equals) if member in outputs))
        return node_of(chosen, self.cluster.nodes)

    def _partial_size(self, grouping: Grouping) -> str:
        """Return SQL for the bytes of a partial group: a partial result counts as wide as the finished one."""
        columns = self.script.plan.columns
        values = [(f"g{i}", columns[out]) for i, (out, _) in enumerate(grouping.groups)]
        values += [(f"p{i}_0", columns[out]) for i, (out, _) in enumerate(grouping.results)]
        return row_bytes(values + [(f"f{i}", columns[out]) for i, (out, _) in enumerate(grouping.firsts)])

    def _with_measured_groups(self, operator: Operator, grouping: Grouping, relation: Relation) -> float | None:
        """Return the model's bytes with the groups of each node counted instead of reckoned."""
        if len(grouping.sets) > 1:
            return None
        tables = [relation.on(node) for node in relation.nodes]
        groups = sum(measured_groups(self.cluster.connection, tables, [group for _, group in grouping.groups]))
        return groups * operator.partial_width * (self.cluster.nodes - 1) / self.cluster.nodes

    def _check(self, step: Step, operator: Operator) -> None:
        """Raise SourceError if the operator's rows are not as many as when DuckDB ran it on one node."""
        counts = self.cluster.rows(self.made[step.head])
        found = counts[0] if self._state(step.head).spread is Spread.REPLICATED else sum(counts)
        if found != operator.rows:
            label = describe(self.script.plan, operator)
            raise SourceError(f"{label} gives {found} rows on the cluster and {operator.rows:g} on one node: report the query")


__all__ = ["Executed", "execute", "listed"]
