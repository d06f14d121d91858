"""Which columns of which tables a query compares or groups by together: what one hash of several columns could serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from warehousebench.workload.plan import Kind, Operator, Plan

_Asked = tuple[int, tuple[frozenset[int], ...]]


@dataclass(frozen=True, slots=True)
class Joint:
    """What an operator matches: per scan below it the table and its column for each matched place, None where it has none."""

    scans: tuple[tuple[str, tuple[str | None, ...]], ...]


def joints(plan: Plan) -> tuple[Joint, ...]:
    """Return a :class:`Joint` for every join, aggregate or window of ``plan`` that matches several columns at once."""
    asked: list[list[_Asked]] = [[] for _ in plan.operators]
    definitions = {operator.shared: operator.inputs[0] for operator in plan.operators if operator.kind is Kind.SHARED}
    found: dict[int, list[tuple[str, tuple[str | None, ...]]]] = {}
    for place in reversed(range(len(plan.operators))):
        operator = plan.operators[place]
        for target, own in _own(operator):
            asked[target].append((place, tuple(frozenset({column}) for column in own)))
        for asker, columns in asked[place]:
            wanted = tuple(_alike(operator, entry) for entry in columns)
            if operator.kind is Kind.SCAN:
                names = tuple(_name(plan, operator, entry) for entry in wanted)
                found.setdefault(asker, []).append((operator.table, names))
            for target, passed in _passed(operator, wanted, definitions):
                asked[target].append((asker, passed))
    several = {asker: [scan for scan in scans if sum(map(bool, scan[1])) > 1] for asker, scans in found.items()}
    return tuple(Joint(tuple(scans)) for _, scans in sorted(several.items()) if scans)


def _own(operator: Operator) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield the operator's inputs with the columns that it matches on each, where they are several."""
    if operator.kind is Kind.JOIN and len(operator.pairs) > 1:
        yield from ((target, tuple(pair[k] for pair in operator.pairs)) for k, target in enumerate(operator.inputs))
    elif operator.kind in (Kind.AGGREGATE, Kind.WINDOW) and len(operator.common_groups) > 1:
        yield operator.inputs[0], operator.common_groups


def _alike(operator: Operator, columns: frozenset[int]) -> frozenset[int]:
    """Return the columns with all that are equal to one of them in the operator's output."""
    return columns.union(*(entry for entry in operator.equal if not columns.isdisjoint(entry)))


def _passed(
    operator: Operator, wanted: tuple[frozenset[int], ...], definitions: Mapping[int | None, int]
) -> Iterator[tuple[int, tuple[frozenset[int], ...]]]:
    """Yield the inputs with what ``wanted`` is called there."""
    if operator.kind in (Kind.UNION, Kind.REFERENCE):
        for target, sources in zip(operator.inputs or (definitions[operator.shared],), operator.sources, strict=True):
            names = list(zip(operator.outputs, sources, strict=True))
            yield target, tuple(frozenset(source for out, source in names if out in entry) for entry in wanted)
    elif operator.kind is Kind.SHARED:
        yield operator.inputs[1], wanted
    else:
        yield from ((target, wanted) for target in operator.inputs)


def _name(plan: Plan, scan: Operator, columns: frozenset[int]) -> str | None:
    return next((name for column in scan.live if column in columns and (name := plan.columns[column].name)), None)
