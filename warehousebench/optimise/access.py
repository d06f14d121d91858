"""What queries read and move when a table is stored more than once: every scan takes the copy that suits its query.

A copy decides two things at once, the bytes that zone maps leave to be read and the place where rows start from.  So
both are weighed together: the bytes read are put on the scans' steps of the motion graph, and its cheapest way is the
choice.  A live aggregate stands in for an aggregate over a scan where it answers it as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.optimise.case import Case
from warehousebench.optimise.storage import Store
from warehousebench.simulate.network import MotionGraph, Step, Trace, cheapest, motion_graph
from warehousebench.simulate.zonemap import Scan
from warehousebench.workload.aggregates import Aggregation, Function, aggregations
from warehousebench.workload.plan import Kind, Operator, Plan

# What a stored sum, count, minimum or maximum takes, whatever it is of: 8 bytes.
FUNCTION_BYTES = 8.0


@dataclass(frozen=True, slots=True)
class LiveAggregate:
    """A stored aggregation of ``table``: a row per group, ``rows`` at the target size, hashed and sorted by its groups."""

    name: str
    table: str
    groups: tuple[str, ...]
    functions: tuple[Function, ...]
    rows: float

    @property
    def copy(self) -> StoredCopy:
        """Return the groups as if they were a table of their own."""
        return StoredCopy(self.name, self.name, self.groups, Distribution(Placement.HASH, self.groups), self.groups)


@dataclass(frozen=True, slots=True)
class Flow:
    """One execution of a query under a design: bytes read after pruning, and its motions."""

    read: float
    trace: Trace

    @property
    def moved(self) -> float:
        """Return the bytes over the network."""
        return self.trace.bytes

    @property
    def bytes(self) -> float:
        """Return the bytes read and moved together: what a query's choice of copies makes least."""
        return self.read + self.moved


@dataclass(frozen=True, slots=True)
class Asked:
    """An aggregate of a plan (its ``place``) over the plain scan of one table, with the functions that its text asks for."""

    place: int
    aggregation: Aggregation


_Key = tuple[object, ...]


@dataclass
class Access:
    """The flows of a case's queries under any design; what was worked out once is kept."""

    case: Case
    store: Store
    _scores: dict[tuple[str, Distribution, tuple[str, ...]], tuple[float, ...]] = field(default_factory=dict)
    _flows: dict[_Key, Flow] = field(default_factory=dict)
    _asked: dict[int, tuple[Asked, ...]] = field(default_factory=dict)
    _numbers: dict[tuple[int, int], int] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = dict(_numbered(self.case.plans))

    def flows(self, layout: Layout, aggregates: Sequence[LiveAggregate] = ()) -> tuple[Flow, ...]:
        """Return each query's flow; raises UsageError if the layout lacks a table that a query reads."""
        return tuple(self.flow(number, layout.copies, aggregates) for number in range(len(self.case.plans)))

    def flow(self, number: int, copies: Sequence[StoredCopy], aggregates: Sequence[LiveAggregate] = ()) -> Flow:
        """Return the flow of the query at ``number`` that reads and moves the fewest bytes."""
        plan = self.case.scaled_plans[number]
        usable = [copy for copy in copies if any(serves(copy, scan) for scan in plan.scans)]
        serving = [entry for entry in aggregates if any(answers(entry, asked.aggregation) for asked in self.asked(number))]
        places = tuple((copy.table, copy.columns, copy.distribution, copy.order_by) for copy in usable)
        key = (number, places, tuple(serving))
        if key not in self._flows:
            self._flows[key] = self._cheapest(number, plan, usable, serving)
        return self._flows[key]

    def asked(self, number: int) -> tuple[Asked, ...]:
        """Return the aggregates of a query that a live aggregate could answer."""
        if number not in self._asked:
            plan = self.case.plans[number]
            self._asked[number] = tuple(asked_of(plan, aggregations(self.case.texts.get(plan.query, ""), self.case.catalog)))
        return self._asked[number]

    def scans(self, number: int, table: str) -> tuple[Scan, ...]:
        """Return the scans of ``table`` by one query, with the filters that joins bring along."""
        scans, plan = self.store.scans(table), self.case.plans[number]
        return tuple(scans[self._numbers[number, place]] for place, entry in enumerate(plan.operators) if entry.table == table)

    def scan_bytes(self, number: int, place: int, distribution: Distribution, order_by: Sequence[str]) -> float:
        """Return the raw bytes that a query's scan reads of a copy that lies like this."""
        table = self.case.plans[number].operators[place].table
        order = tuple(name for name in order_by if name in self.store.samples[table].columns)
        if (table, distribution, order) not in self._scores:
            scans = self.store.trial(table, distribution).score(order).scans
            self._scores[table, distribution, order] = tuple(scan.bytes for scan in scans)
        return self._scores[table, distribution, order][self._numbers[number, place]]

    def _cheapest(self, number: int, plan: Plan, copies: Sequence[StoredCopy], aggregates: Sequence[LiveAggregate]) -> Flow:
        best = self._run(number, plan, copies, ())
        taken: list[tuple[Asked, LiveAggregate]] = []
        for asked in self.asked(number) if aggregates else ():
            for entry in (entry for entry in aggregates if answers(entry, asked.aggregation)):
                trial = [*(pair for pair in taken if pair[0] is not asked), (asked, entry)]
                found = self._run(number, plan, copies, trial)
                if found.bytes < best.bytes:
                    best, taken = found, trial
        return best

    def _run(self, number: int, plan: Plan, copies: Sequence[StoredCopy], taken: Sequence[tuple[Asked, LiveAggregate]]) -> Flow:
        stored = [entry.copy for entry in dict.fromkeys(entry for _, entry in taken)]
        graph = motion_graph(_answered(plan, taken), Layout((*copies, *stored)), self.store.product.nodes)
        summed = {asked.place: self._summed(entry, asked) for asked, entry in taken}
        steps = tuple(self._priced(number, step, graph, copies, summed) for step in graph.steps)
        trace = cheapest(replace(graph, steps=steps))
        read = sum(step.bytes for step in trace.steps if step.stored is not None)
        ways = tuple(replace(step, bytes=0.0) if step.stored is not None else step for step in trace.steps)
        return Flow(read, Trace(graph, sum(step.bytes for step in ways), ways))

    def _priced(self, number: int, step: Step, graph: MotionGraph, copies: Sequence[StoredCopy], summed: dict[int, float]) -> Step:
        """Return a scan's step with the bytes that it reads; any other step as it is."""
        if step.stored is None:
            return step
        if step.operator in summed:
            return replace(step, bytes=summed[step.operator])
        scan = graph.plan.operators[step.operator]
        fitting = (copy for copy in copies if serves(copy, scan) and copy.distribution in step.stored)
        return replace(
            step, bytes=min(self.scan_bytes(number, step.operator, copy.distribution, copy.order_by) for copy in fitting)
        )

    def _summed(self, entry: LiveAggregate, asked: Asked) -> float:
        widths = self.store.widths(entry.table)
        groups = sum(widths[name] for name in entry.groups)
        return entry.rows * (groups + FUNCTION_BYTES * len(asked.aggregation.functions))


def answers(entry: LiveAggregate, aggregation: Aggregation) -> bool:
    """Tell whether a live aggregate holds what is asked: the same groups of the same table, and all functions."""
    same = entry.table == aggregation.table and aggregation.groups == frozenset(entry.groups)
    return same and aggregation.functions <= set(entry.functions)


def asked_of(plan: Plan, found: Sequence[Aggregation]) -> Iterator[Asked]:
    """Yield the plan's aggregates that ``found`` (its text's) tell the functions of.

    Two SELECTs may group one table by the same columns: they count as one that asks for the functions of both, and where
    plan and text differ in their number, neither is trusted.
    """
    keys = {place: key for place, operator in enumerate(plan.operators) if (key := _grouped(plan, operator))}
    for place, key in keys.items():
        same = [entry for entry in found if (entry.table, entry.groups) == key]
        if same and len(same) == list(keys.values()).count(key):
            yield Asked(place, replace(same[0], functions=frozenset().union(*(entry.functions for entry in same))))


def _grouped(plan: Plan, operator: Operator) -> tuple[str, frozenset[str]] | None:
    """Return table and group columns of an aggregate over one table's scan that is filtered by groups at most."""
    if operator.kind is not Kind.AGGREGATE or len(operator.groupings) != 1 or operator.distinct:
        return None
    source = plan.operators[operator.inputs[0]]
    while source.kind is Kind.FILTER:
        source = plan.operators[source.inputs[0]]
    columns = [plan.columns[column] for column in operator.groupings[0]]
    groups = frozenset(column.name for column in columns if column.name and column.table == source.table)
    filtered = {condition.column for condition in source.filters}
    plain = source.kind is Kind.SCAN and len(groups) == len(columns) > 0 and filtered <= groups
    return (source.table, groups) if plain else None


def _answered(plan: Plan, taken: Sequence[tuple[Asked, LiveAggregate]]) -> Plan:
    """Return the plan with aggregates read instead of computed; what they were computed from is left without a consumer."""
    operators = list(plan.operators)
    for asked, entry in taken:
        scan = replace(operators[asked.place], kind=Kind.SCAN, inputs=(), table=entry.name, scanned=entry.groups, groupings=())
        operators[asked.place] = scan
    return replace(plan, operators=tuple(operators))


def serves(copy: StoredCopy, scan: Operator) -> bool:
    """Tell whether a copy holds all columns that a scan reads."""
    return copy.table == scan.table and set(scan.scanned).issubset(copy.columns)


def _numbered(plans: Sequence[Plan]) -> Iterator[tuple[tuple[int, int], int]]:
    """Yield (query, place) of every scan with its number among the scans of its table, in the order of ``scans_of``."""
    counts: dict[str, int] = {}
    for number, plan in enumerate(plans):
        for place, operator in enumerate(plan.operators):
            if operator.kind is Kind.SCAN:
                yield (number, place), counts.get(operator.table, 0)
                counts[operator.table] = counts.get(operator.table, 0) + 1
