"""A query's cheapest motions, operator by operator, in the words that the products' plans use.

Redshift marks joins only (Developer Guide, "Evaluating the query plan"): DS_DIST_NONE and DS_DIST_ALL_NONE move
nothing, DS_DIST_INNER, DS_DIST_OUTER and DS_DIST_BOTH redistribute a side or both, DS_BCAST_INNER sends the inner table
to all nodes.  Vertica marks inputs with RESEGMENT or BROADCAST and aggregates with RESEGMENT GROUPS.  The words say
what this model moves: the product's own optimizer may decide otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warehousebench.simulate.motion import REPLICATED, Motion, State
from warehousebench.simulate.network import Step, Trace
from warehousebench.workload.plan import Kind, Operator, Plan

_VERTICA = {
    Motion.NONE: "local",
    Motion.REDISTRIBUTE: "RESEGMENT",
    Motion.BROADCAST: "BROADCAST",
    Motion.GATHER: "to the initiator",
}


@dataclass(frozen=True, slots=True)
class ExplainLine:
    """What one operator moves: its place in the plan, a description, rows, bytes, and both products' words."""

    operator: int
    description: str
    rows: float
    bytes: float
    redshift: str
    vertica: str


def explain(trace: Trace) -> tuple[ExplainLine, ...]:
    """Return a line per join, aggregate, window or set operation of the trace, inputs first."""
    plan = trace.graph.plan
    steps: dict[int, list[Step]] = {}
    for step in trace.steps:
        steps.setdefault(step.operator, []).append(step)
    moving = (Kind.JOIN, Kind.AGGREGATE, Kind.WINDOW, Kind.UNION)
    return tuple(_line(trace, place, steps[place]) for place in sorted(steps) if plan.operators[place].kind in moving)


def redshift_join(moved: Mapping[int, Motion], lay: tuple[State, ...]) -> str:
    """Return Redshift's word for a join: ``moved`` maps an input (0 outer, 1 inner) to its motion, ``lay`` tells how they lay."""
    outer, inner = moved.get(0, Motion.NONE), moved.get(1, Motion.NONE)
    if Motion.BROADCAST in (outer, inner):
        return "DS_BCAST_INNER"  # the side that is sent to all nodes becomes the inner one
    if Motion.GATHER in (outer, inner):
        return ""
    if outer is inner is Motion.NONE:
        return "DS_DIST_ALL_NONE" if REPLICATED in lay else "DS_DIST_NONE"
    if outer is inner:
        return "DS_DIST_BOTH"
    return "DS_DIST_OUTER" if inner is Motion.NONE else "DS_DIST_INNER"


def describe(plan: Plan, operator: Operator) -> str:
    """Return what an operator does, with the names of base columns where it has them."""
    if operator.kind is Kind.JOIN:
        pairs = " and ".join(f"{_name(plan, left)} = {_name(plan, right)}" for left, right in operator.pairs)
        return f"{operator.join} join on {pairs}" if pairs else f"{operator.join} join"
    if operator.kind in (Kind.AGGREGATE, Kind.WINDOW):
        groups = ", ".join(_name(plan, column) for column in operator.common_groups)
        return f"{operator.kind} by {groups}" if groups else f"{operator.kind} over all rows"
    return str(operator.kind)


def _line(trace: Trace, place: int, steps: list[Step]) -> ExplainLine:
    plan = trace.graph.plan
    operator, last = plan.operators[place], steps[-1]
    moved = {step.place: step.motion for step in steps if step.place is not None}
    lay = tuple(trace.graph.states[tail] for step in steps for tail in step.tails)
    join = redshift_join(moved, lay) if operator.kind is Kind.JOIN else ""
    volume = sum(step.bytes for step in steps)
    return ExplainLine(place, describe(plan, operator), operator.rows, volume, join, _vertica(operator, moved, last))


def _vertica(operator: Operator, moved: Mapping[int, Motion], last: Step) -> str:
    if operator.kind is Kind.AGGREGATE and Motion.REDISTRIBUTE in (last.motion, *moved.values()):
        return "RESEGMENT GROUPS"
    words = [_VERTICA[motion] for motion in (*moved.values(), last.motion) if motion is not Motion.NONE]
    return " and ".join(dict.fromkeys(words)) or _VERTICA[Motion.NONE]


def _name(plan: Plan, column: int) -> str:
    return plan.columns[column].name or f"#{column}"
