"""Which columns of an operator's output anything above it needs, and how many bytes a row of them has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from warehousebench.workload.plan import Kind, Operator, PlanColumn, ScanFilter


@dataclass(frozen=True, slots=True)
class Draft:
    """An operator before liveness is known: its output columns, the columns it reads itself, filters of a scan.

    ``groups`` are the output columns that make up an aggregate's group: with several grouping sets not those it groups by,
    since they turn NULL where they are left out.
    """

    operator: Operator
    outputs: tuple[int, ...]
    uses: frozenset[int] = frozenset()
    filters: tuple[ScanFilter, ...] = ()
    groups: frozenset[int] = frozenset()


def finished(
    drafts: Sequence[Draft], root: Iterable[int], columns: Sequence[PlanColumn], derived: Mapping[int, frozenset[int]]
) -> tuple[Operator, ...]:
    """Return the operators with live columns and widths; ``root`` are the columns of the answer.

    ``derived`` maps a computed column to the columns its expression reads.
    """
    needed = _needed(drafts, frozenset(root), derived)
    return tuple(_finished(draft, needed[position], columns) for position, draft in enumerate(drafts))


def _needed(drafts: Sequence[Draft], root: frozenset[int], derived: Mapping[int, frozenset[int]]) -> list[frozenset[int]]:
    needed: list[frozenset[int]] = [frozenset() for _ in drafts]
    outputs = [frozenset(draft.outputs) for draft in drafts]
    needed[-1] = _available(root, outputs[-1], derived)
    definitions = {draft.operator.shared: draft.operator.inputs[0] for draft in drafts if draft.operator.kind is Kind.SHARED}
    for position in reversed(range(len(drafts))):
        draft = drafts[position]
        for place, wanted in _wanted(draft, needed[position], definitions):
            needed[place] |= _available(wanted, outputs[place], derived)
    return needed


def _wanted(draft: Draft, live: frozenset[int], definitions: Mapping[int | None, int]) -> Iterable[tuple[int, frozenset[int]]]:
    """Yield (operator, columns) that ``draft`` needs of others to produce its ``live`` columns."""
    operator = draft.operator
    if operator.kind is Kind.SHARED:
        # The definition's columns are asked for by the references, which stand between it and this operator.
        yield operator.inputs[1], live
    elif operator.kind in (Kind.UNION, Kind.REFERENCE):
        places = operator.inputs or (definitions[operator.shared],)
        for place, sources in zip(places, operator.sources, strict=True):
            yield place, frozenset(source for out, source in zip(operator.outputs, sources, strict=True) if out in live)
    else:
        yield from ((place, live | draft.uses) for place in operator.inputs)


def _available(wanted: frozenset[int], outputs: frozenset[int], derived: Mapping[int, frozenset[int]]) -> frozenset[int]:
    """Return the ``outputs`` among ``wanted``, and those that computed columns among ``wanted`` are made of."""
    found, open_columns = set(wanted & outputs), wanted - outputs
    while open_columns:
        parts = frozenset[int]().union(*(derived.get(column, frozenset()) for column in open_columns))
        found |= parts & outputs
        open_columns = parts - outputs
    return frozenset(found)


def _finished(draft: Draft, live: frozenset[int], columns: Sequence[PlanColumn]) -> Operator:
    read = live | draft.uses if draft.operator.kind is Kind.SCAN else frozenset[int]()
    return replace(
        draft.operator,
        live=tuple(sorted(live)),
        width=_width(live, columns),
        scanned=tuple(sorted(name for column in read if (name := columns[column].name))),
        filters=draft.filters,
        partial_width=_width(live | draft.groups, columns) if draft.operator.kind is Kind.AGGREGATE else 0.0,
    )


def remeasured(operator: Operator, columns: Sequence[PlanColumn], found: Mapping[int, float]) -> Operator:
    """Return the operator with ``found`` mean bytes of its output's columns, for aggregates also of groups not live."""
    gains = {column: width - columns[column].width for column, width in sorted(found.items())}
    partial = sum(gains.values()) if operator.kind is Kind.AGGREGATE else 0.0
    live = sum(gain for column, gain in gains.items() if column in operator.live)
    return replace(operator, width=operator.width + live, partial_width=operator.partial_width + partial)


def _width(live: Iterable[int], columns: Sequence[PlanColumn]) -> float:
    return sum(columns[column].width for column in sorted(live))
