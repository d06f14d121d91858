"""Every operator of a plan as a named subquery over those of its inputs, in one statement on one node."""

from __future__ import annotations

from collections.abc import Iterable

from warehousebench import duck
from warehousebench.workload.plan import Kind, Plan
from warehousebench.workload.replay import statements
from warehousebench.workload.replay.grouping import aggregated
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.replay.statements import Scope, shown

_ROW_BY_ROW = {
    Kind.FILTER: statements.filtered,
    Kind.WINDOW: statements.windowed,
    Kind.ORDER: statements.ordered,
    Kind.LIMIT: statements.ordered,
}


def name(place: int) -> str:
    """Return what the output of an operator is called."""
    return f"s{place}"


def with_clause(script: Script, places: Iterable[int]) -> str:
    """Return a WITH clause that defines the outputs of the operators at ``places`` and of all they are made of.

    Raises UnsupportedError with the reason if one of them cannot be run by hand.
    """
    listed = (f"{name(place)} AS ({_stream(script, place)})" for place in sorted(_below(script.plan, places)))
    return f"WITH {', '.join(listed)}"


def sources(plan: Plan, place: int) -> tuple[int, ...]:
    """Return the operators whose rows an operator reads: its inputs, or the shared subplan that it refers to."""
    operator = plan.operators[place]
    if operator.kind is not Kind.REFERENCE:
        return operator.inputs
    shared = (other for other in plan.operators if other.kind is Kind.SHARED and other.shared == operator.shared)
    return next(shared).inputs[:1]


def _below(plan: Plan, places: Iterable[int]) -> set[int]:
    found, open_places = set[int](), list(places)
    while open_places:
        place = open_places.pop()
        if place not in found:
            found.add(place)
            open_places += sources(plan, place)
    return found


def _stream(script: Script, place: int) -> str:
    operator = script.plan.operators[place]
    inputs = sources(script.plan, place)
    tables = [name(source) for source in inputs]
    scopes = [Scope(script, frozenset(shown(script, source))) for source in inputs]
    if operator.kind is Kind.SCAN:
        return statements.scan(script, place, duck.quote(operator.table))
    if operator.kind is Kind.VALUES:
        return statements.values(script, place)
    if operator.kind is Kind.SHARED:
        return f"FROM {tables[1]}"
    if operator.kind is Kind.REFERENCE:
        return statements.reference(script, place, scopes[0], tables[0])
    if operator.kind is Kind.JOIN:
        return statements.joined(script, place, scopes, tables, tables[1])
    if operator.kind is Kind.UNION:
        return statements.united(script, place, scopes, tables)
    if operator.kind is Kind.AGGREGATE:
        return aggregated(script, place, scopes[0], tables[0], whole=True)
    return _ROW_BY_ROW[operator.kind](script, place, scopes[0], tables[0])
