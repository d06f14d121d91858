"""The best distribution of every table for a workload: exact, with its bound and the choices that come close.

"Best" is the fewest bytes over the network under the model of ``simulate.motion``, for the join orders of the plans.
Replicating everything would move nothing at all, so the bytes of extra copies have a budget.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehousebench.model.layout import Distribution, Placement
from warehousebench.optimise.program import Budget, Copy, solve
from warehousebench.simulate.network import Candidates, MotionGraph, bytes_moved, hash_columns, motion_graph
from warehousebench.workload.plan import Plan

Choice = Mapping[str, tuple[Distribution, ...]]

ROUND_ROBIN = Distribution(Placement.ROUND_ROBIN)
REPLICATED = Distribution(Placement.REPLICATED)
# Parts of the bytes moved: up to the first, costs differ by rounding only; up to the second, a preferred choice wins.
_EQUAL = 1e-12
_TIE = 1e-5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a choice has to keep to.

    ``extra_bytes`` is the storage beyond one copy of every table: a replicated table takes its size once per further
    node.  ``several_copies`` allows more than one copy of a table (Vertica's projections), out of the same budget.
    ``pinned`` tables have exactly that distribution.  The first ``preferred`` one (such as the primary key's hash) is
    taken that costs less than a part in 100,000 more, but never in place of replication that the budget allows.
    ``seconds`` is the solver's time, ``gap`` the part of the best by which a choice may miss it.
    """

    extra_bytes: float = 0.0
    several_copies: bool = False
    pinned: Mapping[str, Distribution] = field(default_factory=dict)
    preferred: Choice = field(default_factory=dict)
    forbidden: Collection[Copy] = ()
    seconds: float = 60.0
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another distribution for one table, all others as chosen: what it costs more, in weighted bytes."""

    table: str
    distribution: Distribution
    extra_bytes: float


@dataclass(frozen=True, slots=True)
class DistributionChoice:
    """The chosen copies per table, the weighted bytes they move, and the proof.

    No choice within the limits moves fewer than ``bound`` bytes.  What preferred distributions cost more, table by
    table, is part of the gap.  ``near`` lists single changes that cost almost
    nothing more, cheapest first: ties that the model cannot tell apart.
    """

    distributions: Mapping[str, tuple[Distribution, ...]]
    bytes: float
    bound: float
    near: tuple[Alternative, ...]

    @property
    def gap(self) -> float:
        """Return how far the bound is below the choice, as a part of the choice; 0 is proven optimal."""
        return max(0.0, self.bytes - self.bound) / self.bytes if self.bytes else 0.0


def candidates(plans: Iterable[Plan]) -> Choice:
    """Return table -> the distributions worth considering.

    These are a hash on each column that some query joins, groups or partitions by, round robin and replication.
    """
    columns: dict[str, set[str]] = {}
    for plan in plans:
        for table, names in hash_columns(plan).items():
            columns.setdefault(table, set()).update(names)
    hashes = {table: tuple(Distribution(Placement.HASH, (name,)) for name in sorted(columns[table])) for table in sorted(columns)}
    return {table: (*found, ROUND_ROBIN, REPLICATED) for table, found in hashes.items()}


def best_distribution(
    plans: Sequence[Plan],
    nodes: int,
    considered: Candidates,
    sizes: Mapping[str, float],
    limits: Limits | None = None,
    *,
    near: float = 1e-3,
) -> DistributionChoice:
    """Return the choice among ``considered`` that moves the fewest bytes within ``limits`` on ``nodes`` nodes.

    ``sizes`` are the bytes of one copy of each table.  Alternatives within ``near`` (a part of the bytes moved) are
    reported.  Raises UsageError if nothing fits the limits.
    """
    limits = limits or Limits()
    allowed = _allowed(considered, limits)
    graphs = [motion_graph(plan, allowed, nodes) for plan in plans]
    budget = _budget(allowed, sizes, nodes, limits)
    chosen, bound = _solved(graphs, allowed, budget, limits)
    search = _Search(graphs, allowed, budget)
    settled = search.settled(chosen, limits.preferred)
    total = search.total(settled)
    return DistributionChoice(settled, total, min(bound, total), search.near(settled, near * total))


def fewest_bytes(
    plans: Sequence[Plan], nodes: int, considered: Candidates, sizes: Mapping[str, float], limits: Limits, extra: Sequence[float]
) -> tuple[float, ...]:
    """Return the fewest bytes moved for each budget of ``extra`` bytes, all else being as ``limits`` say."""
    allowed = _allowed(considered, limits)
    graphs = [motion_graph(plan, allowed, nodes) for plan in plans]
    found = []
    for each in (replace(limits, extra_bytes=room) for room in extra):
        chosen, _ = _solved(graphs, allowed, _budget(allowed, sizes, nodes, each), each)
        found.append(total_bytes(graphs, chosen))
    return tuple(found)


def _budget(allowed: Candidates, sizes: Mapping[str, float], nodes: int, limits: Limits) -> Budget:
    copies = [(table, entry) for table in sorted(allowed) for entry in allowed[table]]
    return Budget(sum(sizes[table] for table in allowed) + limits.extra_bytes, _copy_bytes(copies, sizes, nodes))


def _solved(graphs: Sequence[MotionGraph], allowed: Candidates, budget: Budget, limits: Limits) -> tuple[Choice, float]:
    """Return the program's choice for every table, and the bytes that no choice can stay below."""
    solution = solve(graphs, list(budget.of), budget, several=limits.several_copies, seconds=limits.seconds, gap=limits.gap)
    chosen = {table: tuple(entry for name, entry in solution.copies if name == table) for table in sorted(allowed)}
    return chosen, solution.bound


def total_bytes(graphs: Iterable[MotionGraph], design: Candidates) -> float:
    """Return the weighted bytes that all queries move under ``design``."""
    return sum(graph.plan.weight * bytes_moved(graph, design) for graph in graphs)


def _allowed(considered: Candidates, limits: Limits) -> dict[str, tuple[Distribution, ...]]:
    forbidden = set(limits.forbidden)
    free = {table: tuple(entry for entry in found if (table, entry) not in forbidden) for table, found in considered.items()}
    return free | {table: (entry,) for table, entry in limits.pinned.items() if table in considered}


def _copy_bytes(copies: Iterable[Copy], sizes: Mapping[str, float], nodes: int) -> dict[Copy, float]:
    return {(table, entry): sizes[table] * (nodes if entry == REPLICATED else 1) for table, entry in copies}


@dataclass(frozen=True, slots=True)
class _Search:
    """Single changes around a choice, costed by the simulator; a query is costed once per design of its own tables."""

    graphs: Sequence[MotionGraph]
    allowed: Candidates
    budget: Budget
    known: dict[tuple[int, tuple[tuple[Distribution, ...], ...]], float] = field(default_factory=dict)

    def total(self, chosen: Choice, table: str | None = None) -> float:
        """Return the weighted bytes of all queries, or of those that read ``table``."""
        return sum(self._bytes(place, chosen) for place, graph in enumerate(self.graphs) if table is None or table in graph.tables)

    def _bytes(self, place: int, chosen: Choice) -> float:
        graph = self.graphs[place]
        key = place, tuple(chosen[table] for table in sorted(graph.tables))
        if key not in self.known:
            self.known[key] = graph.plan.weight * bytes_moved(graph, chosen)
        return self.known[key]

    def changes(self, chosen: Choice, table: str) -> Iterator[Alternative]:
        """Yield every other distribution for a table with one copy that fits the budget."""
        before = self.total(chosen, table)
        for entry in self.allowed[table] if len(chosen[table]) == 1 else ():
            changed = {**chosen, table: (entry,)}
            if entry not in chosen[table] and self._fits(changed):
                yield Alternative(table, entry, self.total(changed, table) - before)

    def _fits(self, chosen: Choice) -> bool:
        taken = sum(self.budget.of[table, entry] for table in sorted(chosen) for entry in chosen[table])
        return taken <= self.budget.bytes * (1 + 1e-12)

    def settled(self, chosen: Choice, preferred: Choice) -> Choice:
        """Return a choice as good as ``chosen`` that has the preferred distributions, else the first of equal ones."""
        settled, total = dict(chosen), self.total(chosen)
        for table in sorted(chosen):
            more = {entry.distribution: entry.extra_bytes for entry in self.changes(settled, table)}
            wishes = [
                entry for entry in preferred.get(table, ()) if entry in settled[table] or more.get(entry, total) <= _TIE * total
            ]
            if wishes and wishes[0] in settled[table]:
                continue
            if wishes and REPLICATED not in settled[table]:
                settled[table] = (wishes[0],)
            elif more:
                equal = [entry for entry, extra in more.items() if extra <= _EQUAL * total]
                settled[table] = (min([*equal, *settled[table]], key=list(self.allowed[table]).index),)
        return settled

    def near(self, chosen: Choice, limit: float) -> tuple[Alternative, ...]:
        """Return the single changes that cost at most ``limit`` bytes more, cheapest first."""
        found = [entry for table in sorted(chosen) for entry in self.changes(chosen, table) if entry.extra_bytes <= limit]
        return tuple(sorted(found, key=lambda entry: (entry.extra_bytes, entry.table, entry.distribution.columns)))
