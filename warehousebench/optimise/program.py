"""The integer program behind the choice of distributions: which copies to store, and how each query flows over them.

Every step of every query's motion graph is a continuous variable, every stored copy a binary one.  The rows of a node
are produced as often as they are consumed, the root once; a scan's step needs one of its copies.  For fixed copies the
ways to run a query are trees, so the flow is as good as the simulator's best and only the copies need be integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from warehousebench.errors import UsageError
from warehousebench.model.layout import Distribution
from warehousebench.simulate.network import MotionGraph

Copy = tuple[str, Distribution]
_INFEASIBLE = 2  # scipy's status of a program without a solution
_ROUNDING = 1e-12  # of the budget: what sums of its parts may miss by
_SCALE = 1e4  # the most expensive step costs this much: far from the solver's tolerances at both ends


@dataclass(frozen=True, slots=True)
class Budget:
    """Bytes that all copies may take, and what each takes."""

    bytes: float
    of: Mapping[Copy, float]


@dataclass(frozen=True, slots=True)
class Solution:
    """The copies to store, and the weighted bytes that no choice can stay below."""

    copies: tuple[Copy, ...]
    bound: float


@dataclass(slots=True)
class _Rows:
    """Constraints ``low <= row <= high``, collected as triplets."""

    entries: list[tuple[int, int, float]]
    low: list[float]
    high: list[float]

    def add(self, low: float, high: float) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def put(self, row: int, variable: int, factor: float) -> None:
        self.entries.append((row, variable, factor))

    def constraint(self, variables: int) -> LinearConstraint:
        rows, columns, factors = (np.array(part) for part in zip(*self.entries, strict=True))
        matrix = csr_array((factors.astype(float), (rows, columns)), shape=(len(self.low), variables))
        return LinearConstraint(matrix, self.low, self.high)


def solve(
    graphs: Sequence[MotionGraph],
    copies: Sequence[Copy],
    budget: Budget,
    *,
    several: bool = False,
    seconds: float = 60.0,
    gap: float = 0.0,
) -> Solution:
    """Return the copies with the fewest weighted bytes moved: one per table, or with ``several`` at least one.

    With a ``gap`` the search ends as soon as the choice is proven to be within that part of the best.
    Raises UsageError if the budget has no room for any choice or the time is up before a choice is found.
    """
    rows = _Rows([], [], [])
    least = _least(copies, budget)
    spare = budget.bytes - sum(least.values())
    rounding = _ROUNDING * budget.bytes
    several = several and spare > rounding
    _one_per_table(rows, copies, several=several)
    if spare > rounding:
        _within(rows, copies, budget, spare, {} if several else least)
    costs = _flows(rows, graphs, {copy: place for place, copy in enumerate(copies)})
    scale = max(costs, default=0.0) / _SCALE or 1.0
    objective = np.concatenate([np.zeros(len(copies)), np.array(costs) / scale])
    integrality = np.concatenate([np.ones(len(copies)), np.zeros(len(costs))])
    # A copy that alone takes more than there is to spare is out: as a bound, since tiny ones would pass as the solver's tolerance.
    fits = [float(budget.of[copy] - least[copy[0]] <= spare + rounding) for copy in copies]
    upper = np.concatenate([fits, np.full(len(costs), np.inf)])
    program = {
        "c": objective,
        "integrality": integrality,
        "bounds": Bounds(0.0, upper),
        "constraints": rows.constraint(len(objective)),
    }
    options = {"mip_rel_gap": gap, "time_limit": seconds}
    found = milp(**program, options=options)
    if found.x is None and found.status == _INFEASIBLE:
        # Presolve has called programs infeasible that have a solution: the word counts only without it.
        found = milp(**program, options=options | {"presolve": False})
    if found.x is None:
        raise UsageError(f"no distribution fits the limits ({found.message.strip()}): allow more bytes, candidates or time")
    return Solution(_chosen(copies, found.x), float(found.mip_dual_bound) * scale)


def _chosen(copies: Sequence[Copy], values: npt.NDArray[np.float64]) -> tuple[Copy, ...]:
    return tuple(copy for copy, value in zip(copies, values[: len(copies)], strict=True) if value > 0.5)


def _one_per_table(rows: _Rows, copies: Sequence[Copy], *, several: bool) -> None:
    for table in sorted({table for table, _ in copies}):
        row = rows.add(1.0, np.inf if several else 1.0)
        for place, copy in enumerate(copies):
            if copy[0] == table:
                rows.put(row, place, 1.0)


def _least(copies: Sequence[Copy], budget: Budget) -> dict[str, float]:
    """Return the bytes that each table takes at least."""
    found: dict[str, float] = {}
    for copy in copies:
        found[copy[0]] = min(budget.of[copy], found.get(copy[0], budget.of[copy]))
    return found


def _within(rows: _Rows, copies: Sequence[Copy], budget: Budget, spare: float, base: Mapping[str, float]) -> None:
    """Limit the bytes of copies beyond each table's ``base`` to what the budget leaves."""
    # In parts of what there is to spare: coefficients of billions would drown in the solver's tolerances.
    row = rows.add(-np.inf, (budget.bytes - sum(base.values())) / spare)
    for place, copy in enumerate(copies):
        rows.put(row, place, (budget.of[copy] - base.get(copy[0], 0.0)) / spare)


def _flows(rows: _Rows, graphs: Sequence[MotionGraph], places: Mapping[Copy, int]) -> list[float]:
    """Add the flow of each query and return its steps' costs, in the order of their variables after the copies'."""
    costs: list[float] = []
    for graph in graphs:
        balance = [rows.add(0.0, 0.0) for _ in graph.states]
        rows.low[balance[graph.root]] = rows.high[balance[graph.root]] = 1.0
        for step in graph.steps:
            variable = len(places) + len(costs)
            costs.append(step.bytes * graph.plan.weight)
            rows.put(balance[step.head], variable, 1.0)
            for tail in step.tails:
                rows.put(balance[tail], variable, -1.0)
            if step.stored is not None:
                _needs_a_copy(rows, variable, [places[graph.table(step), entry] for entry in sorted(step.stored, key=str)])
    return costs


def _needs_a_copy(rows: _Rows, variable: int, copies: Sequence[int]) -> None:
    row = rows.add(-np.inf, 0.0)
    rows.put(row, variable, 1.0)
    for copy in copies:
        rows.put(row, copy, -1.0)
