"""Joins, set operations and shared subplans of DuckDB's logical plan, read as the few operators of our Plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from warehousebench.errors import UnsupportedError
from warehousebench.workload import equality
from warehousebench.workload.cardinality import Measured
from warehousebench.workload.expressions import Json, references
from warehousebench.workload.plan import JoinType, Kind, Operator, PlanColumn
from warehousebench.workload.planreader import Reader, Stream, selected

_EQUALITIES = frozenset({"COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM"})
_JOIN_TYPES = {kind.name: kind for kind in JoinType} | {"OUTER": JoinType.FULL}
_LEFT_ONLY = frozenset({JoinType.SEMI, JoinType.ANTI, JoinType.MARK})
_RIGHT_ONLY = frozenset({JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI})


def read_join(reader: Reader, node: Json, run: Measured) -> Stream:
    left = reader.read(node["children"][0], run.child(0))
    right = reader.read(node["children"][1], run.child(1))
    return _join(reader, node, run, left, right)


def _join(reader: Reader, node: Json, run: Measured, left: Stream, right: Stream) -> Stream:
    kind = _join_type(node)
    pairs, uses = _conditions(reader, node, left.columns, right.columns)
    shown_left = selected(left.columns, node.get("left_projection_map"))
    shown_right = selected(right.columns, node.get("right_projection_map"))
    mark = (reader.column(PlanColumn("BOOLEAN", 1.0)),) if kind is JoinType.MARK else ()
    columns = _joined(kind, shown_left, (*shown_right,)) + mark
    outputs = _joined(kind, reader.outputs(left.place), reader.outputs(right.place)) + mark
    equal = equality.joined(kind, reader.classes(left.place), reader.classes(right.place), pairs)
    operator = Operator(Kind.JOIN, (left.place, right.place), run.rows, equal=equal, join=kind, pairs=pairs)
    return replace(reader.draft(operator, outputs, uses), columns=columns)


def _join_type(node: Json) -> JoinType:
    name = node.get("join_type", "INNER")
    if name not in _JOIN_TYPES:
        raise UnsupportedError(f"the plan holds a {name} join, which the analysis does not know yet")
    return _JOIN_TYPES[name]


def _joined(kind: JoinType, left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    return left if kind in _LEFT_ONLY else right if kind in _RIGHT_ONLY else (*left, *right)


def _conditions(
    reader: Reader, node: Json, left: Sequence[int], right: Sequence[int]
) -> tuple[tuple[tuple[int, int], ...], list[int]]:
    pairs: list[tuple[int, int]] = []
    uses: list[int] = []
    for entry in node.get("conditions", ()):
        if "right" in entry:
            pair = reader.computed(entry["left"], left), reader.computed(entry["right"], right)
            uses += pair
            pairs += [pair] if entry["comparison"] in _EQUALITIES else []
        else:  # any other condition: an expression over the columns of both sides
            uses += [(*left, *right)[found] for found in references(entry)]
    uses += [(*left, *right)[found] for found in references(node.get("condition"))]
    return tuple(pairs), uses


def read_correlated_join(reader: Reader, node: Json, run: Measured) -> Stream:
    # DuckDB evaluates the outer side once and hands its distinct correlated values to the other side.
    flipped = node.get("delim_flipped", False)
    outer_node, other_node = reversed(node["children"]) if flipped else node["children"]
    outer = reader.read(outer_node, run.child(0))
    join_run, distinct_run = run.child(1), run.child(2)
    number = -len(reader.shared) - 1
    reader.shared[number] = outer
    keys = tuple(reader.computed(entry, outer.columns) for entry in node["duplicate_eliminated_columns"])
    again = _reference(reader, number, reader.rows(outer.place))
    reader.correlated.append((number, keys, distinct_run))
    other = reader.read(other_node, join_run.child(0 if flipped else 1))
    reader.correlated.pop()
    body = _join(reader, node, join_run, *((other, again) if flipped else (again, other)))
    return _shared(reader, number, outer, body)


def read_correlated_values(reader: Reader, node: Json, run: Measured) -> Stream:
    del node, run  # DuckDB counts no rows here: they are those of the distinct values
    number, keys, distinct_run = reader.correlated[-1]
    outer = reader.shared[number]
    again = _reference(reader, number, reader.rows(outer.place))
    groups = [again.columns[outer.columns.index(key)] for key in keys]
    return reader.draft(reader.aggregate(again, distinct_run, [groups]), groups, groups, groups)


def read_shared(reader: Reader, node: Json, run: Measured) -> Stream:
    number = node.get("table_index", 0)
    definition = reader.read(node["children"][0], run.child(0))
    reader.shared[number] = definition
    return _shared(reader, number, definition, reader.read(node["children"][1], run.child(1)))


def _shared(reader: Reader, number: int, definition: Stream, body: Stream) -> Stream:
    equal = reader.classes(body.place)
    operator = Operator(Kind.SHARED, (definition.place, body.place), reader.rows(body.place), equal=equal, shared=number)
    return replace(reader.draft(operator, reader.outputs(body.place)), columns=body.columns)


def read_reference(reader: Reader, node: Json, run: Measured) -> Stream:
    number = node.get("cte_index", 0)
    if node.get("is_recurring") or number not in reader.shared:
        raise UnsupportedError("the query is recursive, which the analysis does not follow")
    return _reference(reader, number, run.rows)


def _reference(reader: Reader, number: int, rows: float) -> Stream:
    definition = reader.shared[number]
    outputs = reader.fresh(definition.columns)
    equal = equality.renamed(reader.classes(definition.place), definition.columns, outputs)
    operator = Operator(Kind.REFERENCE, (), rows, equal=equal, outputs=outputs, sources=(definition.columns,), shared=number)
    return reader.draft(operator, outputs)


def read_union(reader: Reader, node: Json, run: Measured) -> Stream:
    everything = node.get("setop_all", False)
    below = run if everything else run.child(0)
    inputs = [reader.read(child, below.child(place)) for place, child in enumerate(node["children"])]
    outputs = reader.fresh(inputs[0].columns)
    operator = Operator(
        Kind.UNION,
        tuple(entry.place for entry in inputs),
        sum(reader.rows(entry.place) for entry in inputs),  # DuckDB counts none for a union
        outputs=outputs,
        sources=tuple(entry.columns[: len(outputs)] for entry in inputs),
    )
    union = reader.draft(operator, outputs)
    return union if everything else reader.draft(reader.aggregate(union, run, [outputs]), outputs, outputs, outputs)


def read_set_operation(reader: Reader, node: Json, run: Measured) -> Stream:
    if node.get("setop_all"):
        raise UnsupportedError("the plan holds INTERSECT ALL or EXCEPT ALL, which the analysis does not know yet")
    kind = JoinType.ANTI if node["type"].endswith("EXCEPT") else JoinType.SEMI
    below = run.child(0)
    left, right = (reader.read(child, below.child(place)) for place, child in enumerate(node["children"]))
    pairs = tuple(zip(left.columns, right.columns, strict=True))
    operator = Operator(Kind.JOIN, (left.place, right.place), below.rows, equal=reader.classes(left.place), join=kind, pairs=pairs)
    joined = reader.draft(operator, reader.outputs(left.place), [column for pair in pairs for column in pair])
    aggregate = reader.aggregate(joined, run, [left.columns])
    return replace(reader.draft(aggregate, sorted({*left.columns}), left.columns, left.columns), columns=left.columns)
