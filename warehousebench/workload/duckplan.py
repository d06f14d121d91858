"""DuckDB's serialised, optimised logical plan and its measured run ─► our own Plan.

The format of ``json_serialize_plan`` is not a stable interface.  What is not understood raises UnsupportedError with
the name of the thing, so that the query carries it as a finding; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from warehousebench.errors import UnsupportedError
from warehousebench.workload import equality
from warehousebench.workload.cardinality import Measured
from warehousebench.workload.expressions import Json, equal_positions, intersect, position, references, restrictions, table_filter
from warehousebench.workload.liveness import Draft, finished
from warehousebench.workload.plan import JoinType, Kind, Operator, Plan, PlanColumn, Range, ScanFilter

_EQUALITIES = frozenset({"COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM"})
_VIRTUAL = 1 << 60  # from here on a column index means the row id, not a column
_JOIN_TYPES = {kind.name: kind for kind in JoinType} | {"OUTER": JoinType.FULL}
_LEFT_ONLY = frozenset({JoinType.SEMI, JoinType.ANTI, JoinType.MARK})
_RIGHT_ONLY = frozenset({JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI})
_FIXED_WIDTHS = {
    **dict.fromkeys(("BOOLEAN", "TINYINT", "UTINYINT"), 1.0),
    **dict.fromkeys(("SMALLINT", "USMALLINT"), 2.0),
    **dict.fromkeys(("INTEGER", "UINTEGER", "FLOAT", "DATE"), 4.0),
    **dict.fromkeys(("HUGEINT", "UHUGEINT", "UUID", "INTERVAL"), 16.0),
}
_UNKNOWN_TEXT_WIDTH = 16.0


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of a base column: mean bytes per value (for text) and distinct values, None if unknown."""

    average_width: float | None = None
    distinct: int | None = None


Facts = Mapping[tuple[str, str], ColumnFacts]


@dataclass(frozen=True, slots=True)
class Stream:
    """The output of an operator as its consumer sees it: the operator's place and the column at each position."""

    place: int
    columns: tuple[int, ...]


def read_plan(query: str, logical: Json, run: Measured, facts: Facts, weight: float = 1.0) -> Plan:
    """Return the plan of ``query``; raises UnsupportedError or SourceError for what cannot be read."""
    reader = _Reader(facts)
    root = reader.read(logical, run)
    operators = finished(reader.drafts, root.columns, reader.columns, reader.derived)
    return Plan(query, operators, tuple(reader.columns), weight)


def type_width(kind: Json) -> float | None:
    """Return the bytes of a value of a serialised type, None if they depend on the value."""
    if kind["id"] == "DECIMAL":
        # Not DuckDB's own 2 to 16 bytes: both products keep up to 18 digits in 8 bytes.
        return 8.0 if kind["type_info"]["width"] <= 18 else 16.0
    return None if kind["id"] in ("VARCHAR", "BLOB") else _FIXED_WIDTHS.get(kind["id"], 8.0)


@dataclass(slots=True)
class _Reader:
    """Walks the logical plan and the run side by side; inputs are drafted before their consumers."""

    facts: Facts
    drafts: list[Draft] = field(default_factory=list)
    columns: list[PlanColumn] = field(default_factory=list)
    derived: dict[int, frozenset[int]] = field(default_factory=dict)
    shared: dict[int, Stream] = field(default_factory=dict)
    # Enclosing correlated joins: the shared number, the correlated columns and the run of their distinct values.
    correlated: list[tuple[int, tuple[int, ...], Measured]] = field(default_factory=list)

    def read(self, node: Json, run: Measured) -> Stream:
        kind = node["type"].removeprefix("LOGICAL_")
        if kind not in _READERS:
            raise UnsupportedError(f"the plan holds {kind}, which the analysis does not know yet")
        return _READERS[kind](self, node, run)

    def draft(self, operator: Operator, columns: Sequence[int], uses: Sequence[int] = ()) -> Stream:
        self.drafts.append(Draft(operator, tuple(columns), frozenset(uses)))
        return Stream(len(self.drafts) - 1, tuple(columns))

    def column(self, column: PlanColumn, parts: Sequence[int] = ()) -> int:
        self.columns.append(column)
        if parts:
            self.derived[len(self.columns) - 1] = frozenset(parts)
        return len(self.columns) - 1

    def computed(self, expression: Json, inputs: Sequence[int]) -> int:
        """Return the column of an expression: the input itself if it is plain, else a new one made of its inputs."""
        place = position(expression)
        if place is not None:
            return inputs[place]
        parts = [inputs[found] for found in references(expression)]
        return self.column(self.result(expression, parts), parts)

    def result(self, expression: Json, parts: Sequence[int]) -> PlanColumn:
        kind = expression.get("return_type") or expression.get("value", {}).get("type") or {"id": "BOOLEAN"}
        widths = [self.columns[part].width for part in parts if self.columns[part].type == "VARCHAR"]
        return PlanColumn(kind["id"], type_width(kind) or max(widths, default=_UNKNOWN_TEXT_WIDTH))

    def fresh(self, columns: Sequence[int]) -> tuple[int, ...]:
        """Return new columns of the same kind, such as a subplan's in one of its references."""
        return tuple(self.column(self.columns[column]) for column in columns)

    def rows(self, place: int) -> float:
        return self.drafts[place].operator.rows

    def classes(self, *places: int) -> equality.Classes:
        return tuple(found for place in places for found in self.drafts[place].operator.equal)


def _read_scan(reader: _Reader, node: Json, run: Measured) -> Stream:
    table = node.get("function_data", {}).get("table")
    if table is None:
        raise UnsupportedError("the query reads a table function or a file; load it into a table first")
    indexes = [entry.get("index", 0) for entry in node["column_indexes"]]
    columns = [_base_column(reader, node, table, index) for index in indexes]
    shown = node.get("projection_ids") or range(len(columns))
    stream = reader.draft(Operator(Kind.SCAN, (), run.rows, table=table), [columns[place] for place in shown])
    # Filtered columns are read even if the scan does not hand them on.
    keyed = columns if node.get("table_filters_by_projection") else dict(zip(indexes, columns, strict=True))
    pushed = node.get("table_filters") or {}
    for entry in pushed.get("filters", ()):
        column = keyed[entry.get("key", 0)]
        _restrict(reader, stream.place, table_filter(entry["value"], column), [column])
    for entry in pushed.get("multi_column_filters", ()):
        # These are only hints; the FILTER above the scan holds the same condition in readable form.
        _restrict(reader, stream.place, {}, [columns[found] for found in entry.get("column_indexes", ())])
    return stream


def _base_column(reader: _Reader, node: Json, table: str, index: int) -> int:
    if index >= _VIRTUAL:
        return reader.column(PlanColumn("BIGINT", 8.0))
    name, kind = node["names"][index], node["returned_types"][index]
    facts = reader.facts.get((table, name), ColumnFacts())
    width = type_width(kind) or facts.average_width or _UNKNOWN_TEXT_WIDTH
    return reader.column(PlanColumn(kind["id"], width, table, name, facts.distinct))


def _restrict(reader: _Reader, place: int, found: Mapping[int, tuple[Range, ...]], read: Sequence[int]) -> None:
    """Add ranges to the filters of the scan at ``place``, and ``read`` to the columns it reads itself."""
    draft = reader.drafts[place]
    filters = {entry.column: entry for entry in draft.filters}
    for column, ranges in found.items():
        base = reader.columns[column]
        if base.name is not None:
            known = filters.get(base.name)
            filters[base.name] = ScanFilter(base.name, base.type, intersect(known.ranges, ranges) if known else ranges)
    reader.drafts[place] = replace(draft, filters=tuple(filters.values()), uses=draft.uses | frozenset(read))


def _read_values(reader: _Reader, node: Json, run: Measured) -> Stream:
    types = node.get("chunk_types") or node.get("return_types") or node.get("expr_types") or ()
    columns = [reader.column(PlanColumn(kind["id"], type_width(kind) or _UNKNOWN_TEXT_WIDTH)) for kind in types]
    return reader.draft(Operator(Kind.VALUES, (), run.rows), columns)


def _read_projection(reader: _Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run)
    return Stream(inner.place, tuple(reader.computed(entry, inner.columns) for entry in node["expressions"]))


def _read_filter(reader: _Reader, node: Json, run: Measured) -> Stream:
    expressions = node.get("expressions", ())
    if not expressions:  # it only drops columns, and is not run
        return _mapped(reader.read(node["children"][0], run), node)
    inner = reader.read(node["children"][0], run.child(0))
    uses = [inner.columns[found] for found in references(expressions)]
    for expression in expressions:
        _restrict_scan_below(reader, inner, expression)
    pairs = [(inner.columns[a], inner.columns[b]) for entry in expressions for a, b in equal_positions(entry)]
    equal = equality.merged(reader.classes(inner.place), pairs)
    operator = Operator(Kind.FILTER, (inner.place,), run.rows, equal=equal)
    return _mapped(replace(reader.draft(operator, _outputs(reader, inner.place), uses), columns=inner.columns), node)


def _restrict_scan_below(reader: _Reader, stream: Stream, expression: Json) -> None:
    place = stream.place
    while reader.drafts[place].operator.kind is Kind.FILTER:
        place = reader.drafts[place].operator.inputs[0]
    if reader.drafts[place].operator.kind is Kind.SCAN:
        found = {stream.columns[key]: ranges for key, ranges in restrictions(expression).items()}
        _restrict(reader, place, found, [])


def _read_aggregate(reader: _Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    groups = [reader.computed(entry, inner.columns) for entry in node.get("groups", ())]
    sets = [[groups[place] for place in places] for places in node.get("grouping_sets") or [range(len(groups))]]
    aggregates = node.get("expressions", ())
    results = [_aggregate_column(reader, entry, inner.columns) for entry in aggregates]
    results += [reader.column(PlanColumn("BIGINT", 8.0)) for _ in node.get("grouping_functions", ())]
    distinct = any(entry.get("aggregate_type") == "DISTINCT" for entry in aggregates)
    # A group column that is missing from some grouping set turns NULL there: it is a new column above.
    kept = [group if all(group in entry for entry in sets) else reader.fresh([group])[0] for group in groups]
    operator = _aggregate(reader, inner, run, sets, distinct=distinct)
    return reader.draft(operator, [*kept, *results], groups)


def _aggregate_column(reader: _Reader, expression: Json, inputs: Sequence[int]) -> int:
    parts = [inputs[found] for found in references(expression)]
    return reader.column(reader.result(expression, parts), parts)


def _aggregate(
    reader: _Reader, inner: Stream, run: Measured, groupings: Sequence[Sequence[int]], *, distinct: bool = False
) -> Operator:
    equal = reader.classes(inner.place)
    sets = tuple(tuple(entry) for entry in groupings)
    return Operator(Kind.AGGREGATE, (inner.place,), run.rows, equal=equal, groupings=sets, distinct=distinct)


def _read_distinct(reader: _Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    targets = [reader.computed(entry, inner.columns) for entry in node["distinct_targets"]]
    stream = reader.draft(_aggregate(reader, inner, run, [targets]), sorted({*inner.columns, *targets}), targets)
    return replace(stream, columns=inner.columns)


def _read_window(reader: _Reader, node: Json, run: Measured) -> Stream:
    below = run
    while below.kind in ("WINDOW", "STREAMING_WINDOW"):  # one logical operator may run as several
        below = below.child(0)
    inner = reader.read(node["children"][0], below)
    partitions = [[reader.computed(part, inner.columns) for part in entry.get("partitions", ())] for entry in node["expressions"]]
    results = [_aggregate_column(reader, entry, inner.columns) for entry in node["expressions"]]
    uses = [column for entry in partitions for column in entry]
    equal = reader.classes(inner.place)
    operator = Operator(Kind.WINDOW, (inner.place,), run.rows, equal=equal, groupings=tuple(tuple(entry) for entry in partitions))
    stream = reader.draft(operator, [*_outputs(reader, inner.place), *results], uses)
    return replace(stream, columns=(*inner.columns, *results))


def _read_join(reader: _Reader, node: Json, run: Measured) -> Stream:
    left = reader.read(node["children"][0], run.child(0))
    right = reader.read(node["children"][1], run.child(1))
    return _join(reader, node, run, left, right)


def _join(reader: _Reader, node: Json, run: Measured, left: Stream, right: Stream) -> Stream:
    kind = _join_type(node)
    pairs, uses = _conditions(reader, node, left.columns, right.columns)
    shown_left = _selected(left.columns, node.get("left_projection_map"))
    shown_right = _selected(right.columns, node.get("right_projection_map"))
    mark = (reader.column(PlanColumn("BOOLEAN", 1.0)),) if kind is JoinType.MARK else ()
    columns = _joined(kind, shown_left, (*shown_right,)) + mark
    outputs = _joined(kind, _outputs(reader, left.place), _outputs(reader, right.place)) + mark
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
    reader: _Reader, node: Json, left: Sequence[int], right: Sequence[int]
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


def _read_correlated_join(reader: _Reader, node: Json, run: Measured) -> Stream:
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


def _read_correlated_values(reader: _Reader, node: Json, run: Measured) -> Stream:
    del node, run  # DuckDB counts no rows here: they are those of the distinct values
    number, keys, distinct_run = reader.correlated[-1]
    outer = reader.shared[number]
    again = _reference(reader, number, reader.rows(outer.place))
    groups = [again.columns[outer.columns.index(key)] for key in keys]
    return reader.draft(_aggregate(reader, again, distinct_run, [groups]), groups, groups)


def _read_shared(reader: _Reader, node: Json, run: Measured) -> Stream:
    number = node.get("table_index", 0)
    definition = reader.read(node["children"][0], run.child(0))
    reader.shared[number] = definition
    return _shared(reader, number, definition, reader.read(node["children"][1], run.child(1)))


def _shared(reader: _Reader, number: int, definition: Stream, body: Stream) -> Stream:
    equal = reader.classes(body.place)
    operator = Operator(Kind.SHARED, (definition.place, body.place), reader.rows(body.place), equal=equal, shared=number)
    return replace(reader.draft(operator, _outputs(reader, body.place)), columns=body.columns)


def _read_reference(reader: _Reader, node: Json, run: Measured) -> Stream:
    number = node.get("cte_index", 0)
    if node.get("is_recurring") or number not in reader.shared:
        raise UnsupportedError("the query is recursive, which the analysis does not follow")
    return _reference(reader, number, run.rows)


def _reference(reader: _Reader, number: int, rows: float) -> Stream:
    definition = reader.shared[number]
    outputs = reader.fresh(definition.columns)
    equal = equality.renamed(reader.classes(definition.place), definition.columns, outputs)
    operator = Operator(Kind.REFERENCE, (), rows, equal=equal, outputs=outputs, sources=(definition.columns,), shared=number)
    return reader.draft(operator, outputs)


def _read_union(reader: _Reader, node: Json, run: Measured) -> Stream:
    everything = node.get("setop_all", False)
    below = run if everything else run.child(0)
    inputs = [reader.read(child, below.child(place)) for place, child in enumerate(node["children"])]
    outputs = reader.fresh(inputs[0].columns)
    operator = Operator(
        Kind.UNION,
        tuple(entry.place for entry in inputs),
        below.rows,
        outputs=outputs,
        sources=tuple(entry.columns[: len(outputs)] for entry in inputs),
    )
    union = reader.draft(operator, outputs)
    return union if everything else reader.draft(_aggregate(reader, union, run, [outputs]), outputs, outputs)


def _read_set_operation(reader: _Reader, node: Json, run: Measured) -> Stream:
    if node.get("setop_all"):
        raise UnsupportedError("the plan holds INTERSECT ALL or EXCEPT ALL, which the analysis does not know yet")
    kind = JoinType.ANTI if node["type"].endswith("EXCEPT") else JoinType.SEMI
    below = run.child(0)
    left, right = (reader.read(child, below.child(place)) for place, child in enumerate(node["children"]))
    pairs = tuple(zip(left.columns, right.columns, strict=True))
    operator = Operator(Kind.JOIN, (left.place, right.place), below.rows, equal=reader.classes(left.place), join=kind, pairs=pairs)
    joined = reader.draft(operator, _outputs(reader, left.place), [column for pair in pairs for column in pair])
    aggregate = _aggregate(reader, joined, run, [left.columns])
    return replace(reader.draft(aggregate, sorted({*left.columns}), left.columns), columns=left.columns)


def _read_order(reader: _Reader, node: Json, run: Measured) -> Stream:
    return _passed(reader, node, run, Kind.ORDER)


def _read_limit(reader: _Reader, node: Json, run: Measured) -> Stream:
    return _passed(reader, node, run, Kind.LIMIT)


def _passed(reader: _Reader, node: Json, run: Measured, kind: Kind) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    uses = [inner.columns[found] for found in references(node.get("orders"))]
    operator = Operator(kind, (inner.place,), run.rows, equal=reader.classes(inner.place))
    return _mapped(replace(reader.draft(operator, _outputs(reader, inner.place), uses), columns=inner.columns), node)


def _outputs(reader: _Reader, place: int) -> tuple[int, ...]:
    return reader.drafts[place].outputs


def _mapped(stream: Stream, node: Json) -> Stream:
    return replace(stream, columns=_selected(stream.columns, node.get("projection_map")))


def _selected(columns: tuple[int, ...], places: Sequence[int] | None) -> tuple[int, ...]:
    return tuple(columns[place] for place in places) if places else columns


_READERS: dict[str, Callable[[_Reader, Any, Measured], Stream]] = {
    "GET": _read_scan,
    "CHUNK_GET": _read_values,
    "DUMMY_SCAN": _read_values,
    "EMPTY_RESULT": _read_values,
    "PROJECTION": _read_projection,
    "FILTER": _read_filter,
    "AGGREGATE_AND_GROUP_BY": _read_aggregate,
    "DISTINCT": _read_distinct,
    "WINDOW": _read_window,
    "COMPARISON_JOIN": _read_join,
    "ANY_JOIN": _read_join,
    "CROSS_PRODUCT": _read_join,
    "DELIM_JOIN": _read_correlated_join,
    "DELIM_GET": _read_correlated_values,
    "MATERIALIZED_CTE": _read_shared,
    "CTE_REF": _read_reference,
    "UNION": _read_union,
    "INTERSECT": _read_set_operation,
    "EXCEPT": _read_set_operation,
    "ORDER_BY": _read_order,
    "LIMIT": _read_limit,
    "TOP_N": _read_limit,
}
