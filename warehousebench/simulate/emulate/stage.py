"""What every step of an emulated query works with, and the diary of what moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from warehousebench.simulate.emulate.cluster import Cluster, Relation, hash_of
from warehousebench.simulate.emulate.count import Moved, row_bytes
from warehousebench.simulate.emulate.model import CountedMotion
from warehousebench.simulate.explain import describe
from warehousebench.simulate.motion import Spread, State
from warehousebench.simulate.network import Step, Trace
from warehousebench.workload.plan import Operator
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.replay.statements import Scope, shown

Write = Callable[[Sequence[Scope], Sequence[str]], str]


@dataclass(slots=True)
class Stage:
    """A query under way: ``made`` streams by node of the trace's graph, ``outputs`` by operator, and what was noted."""

    cluster: Cluster
    script: Script
    trace: Trace
    made: dict[int, Relation] = field(default_factory=dict)
    outputs: dict[int, Relation] = field(default_factory=dict)
    motions: list[CountedMotion] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def operator(self, place: int) -> Operator:
        """Return an operator of the plan."""
        return self.script.plan.operators[place]

    def state(self, node: int) -> State:
        """Return how the rows of a node of the trace's graph lie."""
        return self.trace.graph.states[node]

    def scope(self, relation: Relation) -> Scope:
        """Return the columns that a stream's tables offer."""
        return Scope(self.script, frozenset(relation.columns))

    def size(self, place: int) -> str:
        """Return SQL for the bytes of a row of an operator's output: its live columns."""
        return row_bytes([(f"c{column}", self.script.plan.columns[column]) for column in self.operator(place).live])

    def hash(self, relation: Relation, place: int, columns: Sequence[int]) -> str:
        """Return SQL for the hash of an operator's rows on ``columns``, as far as needed of columns equal to them."""
        scope = self.scope(relation)
        chosen = (next((member for member in equals(self.operator(place), c) if scope.can(member)), c) for c in columns)
        return hash_of([scope.column(column) for column in chosen])

    def create(self, place: int, queries: Mapping[int, str]) -> Relation:
        """Create the output stream of an operator from one query per node."""
        return self.cluster.make(shown(self.script, place), queries)

    def each(self, place: int, inputs: Sequence[Relation], write: Write) -> Relation:
        """Run an operator on every node that holds all its inputs."""
        scopes = [self.scope(relation) for relation in inputs]
        nodes = sorted(set(inputs[0].nodes).intersection(*(relation.nodes for relation in inputs)))
        return self.create(place, {node: write(scopes, [relation.on(node) for relation in inputs]) for node in nodes})

    def note(self, step: Step, moved: Moved, measured: float | None = None) -> None:
        """Keep what a step moved; ``measured`` is the prediction with what was counted on the nodes beforehand."""
        label = describe(self.script.plan, self.operator(step.operator))
        predicted, random = (step.bytes, None) if measured is None else (measured, step.bytes)
        self.motions.append(CountedMotion(label, step.motion, predicted, moved.bytes, random, moved.expected, moved.chance))

    def remark(self, place: int, text: str) -> None:
        """Keep what was not as the model takes it to be."""
        self.remarks.append(f"{describe(self.script.plan, self.operator(place))}: {text}")

    def check_rows(self, step: Step) -> None:
        """Remark on an operator whose rows are not as many as when DuckDB ran it on one node."""
        expected = self.operator(step.operator).rows
        counts = self.cluster.rows(self.made[step.head])
        found = counts[0] if self.state(step.head).spread is Spread.REPLICATED else sum(counts)
        if found != expected:
            self.remark(step.operator, f"{found} rows on the cluster, {expected:g} measured on one node")


def equals(operator: Operator, column: int) -> tuple[int, ...]:
    """Return a column and those that hold the same values in the operator's output."""
    return (column, *next((members for members in operator.equal if column in members), ()))
