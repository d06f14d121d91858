"""DuckDB's serialised, optimised logical plan and its measured run ─► our own Plan.

The format of ``json_serialize_plan`` is not a stable interface.  What is not understood raises UnsupportedError with
the name of the thing, so that the query carries it as a finding; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from warehousebench.errors import SourceError, UnsupportedError
from warehousebench.workload import equality
from warehousebench.workload.cardinality import Measured
from warehousebench.workload.duckjoins import (
    read_correlated_join,
    read_correlated_values,
    read_join,
    read_reference,
    read_set_operation,
    read_shared,
    read_union,
)
from warehousebench.workload.expressions import Json, equal_positions, intersect, references, restrictions, table_filter
from warehousebench.workload.plan import Kind, Operator, PlanColumn, Range, ScanFilter
from warehousebench.workload.planreader import UNKNOWN_TEXT_WIDTH, ColumnFacts, Reader, Stream, selected, type_width

_VIRTUAL = 1 << 60  # from here on a column index means the row id, not a column


def _read_scan(reader: Reader, node: Json, run: Measured) -> Stream:
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


def _base_column(reader: Reader, node: Json, table: str, index: int) -> int:
    if index >= _VIRTUAL:
        return reader.column(PlanColumn("BIGINT", 8.0))
    name, kind = node["names"][index], node["returned_types"][index]
    facts = reader.facts.get((table, name), ColumnFacts())
    text = UNKNOWN_TEXT_WIDTH if facts.average_width is None else facts.average_width
    width = type_width(kind) or text
    return reader.column(PlanColumn(kind["id"], width, table, name, facts.distinct))


def _restrict(reader: Reader, place: int, found: Mapping[int, tuple[Range, ...]], read: Sequence[int]) -> None:
    """Add ranges to the filters of the scan at ``place``, and ``read`` to the columns it reads itself."""
    draft = reader.drafts[place]
    filters = {entry.column: entry for entry in draft.filters}
    for column, ranges in found.items():
        base = reader.columns[column]
        if base.name is not None:
            known = filters.get(base.name)
            filters[base.name] = ScanFilter(base.name, base.type, intersect(known.ranges, ranges) if known else ranges)
    reader.drafts[place] = replace(draft, filters=tuple(filters.values()), uses=draft.uses | frozenset(read))


def _read_values(reader: Reader, node: Json, run: Measured) -> Stream:
    types = node.get("chunk_types") or node.get("return_types") or node.get("expr_types") or ()
    columns = [reader.column(PlanColumn(kind["id"], type_width(kind) or UNKNOWN_TEXT_WIDTH)) for kind in types]
    return reader.draft(Operator(Kind.VALUES, (), run.rows), columns)


def _read_projection(reader: Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run)
    return Stream(inner.place, tuple(reader.computed(entry, inner.columns) for entry in node["expressions"]))


def _read_filter(reader: Reader, node: Json, run: Measured) -> Stream:
    expressions = node.get("expressions", ())
    if not expressions:  # it only drops columns, and is not run
        return _mapped(reader.read(node["children"][0], run), node)
    if run.kind != "FILTER":
        raise SourceError(f"DuckDB planned a filter but ran {run.kind} in its place: their rows cannot be matched")
    inner = reader.read(node["children"][0], run.child(0))
    uses = [inner.columns[found] for found in references(expressions)]
    for expression in expressions:
        _restrict_scan_below(reader, inner, expression)
    pairs = [(inner.columns[a], inner.columns[b]) for entry in expressions for a, b in equal_positions(entry)]
    equal = equality.merged(reader.classes(inner.place), pairs)
    operator = Operator(Kind.FILTER, (inner.place,), run.rows, equal=equal)
    return _mapped(replace(reader.draft(operator, reader.outputs(inner.place), uses), columns=inner.columns), node)


def _restrict_scan_below(reader: Reader, stream: Stream, expression: Json) -> None:
    place = stream.place
    while reader.drafts[place].operator.kind is Kind.FILTER:
        place = reader.drafts[place].operator.inputs[0]
    if reader.drafts[place].operator.kind is Kind.SCAN:
        found = {stream.columns[key]: ranges for key, ranges in restrictions(expression).items()}
        _restrict(reader, place, found, [])


def _read_aggregate(reader: Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    groups = [reader.computed(entry, inner.columns) for entry in node.get("groups", ())]
    sets = [[groups[place] for place in places] for places in node.get("grouping_sets") or [range(len(groups))]]
    aggregates = node.get("expressions", ())
    results = [reader.computed_anew(entry, inner.columns) for entry in aggregates]
    results += [reader.column(PlanColumn("BIGINT", 8.0)) for _ in node.get("grouping_functions", ())]
    distinct = any(entry.get("aggregate_type") == "DISTINCT" for entry in aggregates)
    # A group column that is missing from some grouping set turns NULL there: it is a new column above.
    kept = [group if all(group in entry for entry in sets) else reader.fresh([group])[0] for group in groups]
    operator = reader.aggregate(inner, run, sets, distinct=distinct)
    return reader.draft(operator, [*kept, *results], groups, kept)


def _read_distinct(reader: Reader, node: Json, run: Measured) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    targets = [reader.computed(entry, inner.columns) for entry in node["distinct_targets"]]
    stream = reader.draft(reader.aggregate(inner, run, [targets]), sorted({*inner.columns, *targets}), targets, targets)
    return replace(stream, columns=inner.columns)


def _read_window(reader: Reader, node: Json, run: Measured) -> Stream:
    below = run
    while below.kind in ("WINDOW", "STREAMING_WINDOW"):  # one logical operator may run as several
        below = below.child(0)
    inner = reader.read(node["children"][0], below)
    partitions = [[reader.computed(part, inner.columns) for part in entry.get("partitions", ())] for entry in node["expressions"]]
    results = [reader.computed_anew(entry, inner.columns) for entry in node["expressions"]]
    uses = [column for entry in partitions for column in entry]
    equal = reader.classes(inner.place)
    operator = Operator(Kind.WINDOW, (inner.place,), run.rows, equal=equal, groupings=tuple(tuple(entry) for entry in partitions))
    stream = reader.draft(operator, [*reader.outputs(inner.place), *results], uses)
    return replace(stream, columns=(*inner.columns, *results))


def _read_order(reader: Reader, node: Json, run: Measured) -> Stream:
    return _passed(reader, node, run, Kind.ORDER)


def _read_limit(reader: Reader, node: Json, run: Measured) -> Stream:
    return _passed(reader, node, run, Kind.LIMIT)


def _passed(reader: Reader, node: Json, run: Measured, kind: Kind) -> Stream:
    inner = reader.read(node["children"][0], run.child(0))
    uses = [inner.columns[found] for found in references(node.get("orders"))]
    operator = Operator(kind, (inner.place,), run.rows, equal=reader.classes(inner.place))
    return _mapped(replace(reader.draft(operator, reader.outputs(inner.place), uses), columns=inner.columns), node)


def _mapped(stream: Stream, node: Json) -> Stream:
    return replace(stream, columns=selected(stream.columns, node.get("projection_map")))


READERS: dict[str, Callable[[Reader, Json, Measured], Stream]] = {
    "GET": _read_scan,
    "CHUNK_GET": _read_values,
    "DUMMY_SCAN": _read_values,
    "EMPTY_RESULT": _read_values,
    "PROJECTION": _read_projection,
    "FILTER": _read_filter,
    "AGGREGATE_AND_GROUP_BY": _read_aggregate,
    "DISTINCT": _read_distinct,
    "WINDOW": _read_window,
    "COMPARISON_JOIN": read_join,
    "ANY_JOIN": read_join,
    "CROSS_PRODUCT": read_join,
    "DELIM_JOIN": read_correlated_join,
    "DELIM_GET": read_correlated_values,
    "MATERIALIZED_CTE": read_shared,
    "CTE_REF": read_reference,
    "UNION": read_union,
    "INTERSECT": read_set_operation,
    "EXCEPT": read_set_operation,
    "ORDER_BY": _read_order,
    "LIMIT": _read_limit,
    "TOP_N": _read_limit,
}
