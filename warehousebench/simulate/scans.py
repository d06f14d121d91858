"""From a query's plan to the scans that zone maps are tried on, with filters that joins bring along if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehousebench.simulate.filters import Interval, RangeFilter, between, equal, induced
from warehousebench.simulate.sample import ColumnSample, TableSample
from warehousebench.simulate.zonemap import Scan
from warehousebench.workload.plan import JoinType, Kind, Operator, Plan, Range, ScanFilter

# Whether a condition on the join key of the left (right) rows may be applied to the right (left) rows as well: only where rows
# without a partner are dropped.
_TO_RIGHT = {JoinType.INNER, JoinType.LEFT, JoinType.SEMI, JoinType.ANTI, JoinType.MARK, JoinType.SINGLE, JoinType.RIGHT_SEMI}
_TO_LEFT = {JoinType.INNER, JoinType.RIGHT, JoinType.SEMI, JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI}
_TRANSPARENT = {Kind.JOIN, Kind.FILTER, Kind.ORDER}


def scans_of(
    plans: Sequence[Plan], samples: Mapping[str, TableSample], *, through_joins: bool = False, as_set: bool = False
) -> tuple[Scan, ...]:
    """Return the scans of all sampled tables in ``plans``, in their order.

    With ``through_joins`` a filtered table narrows the join key of the table it is joined with, to a range or to the set of its
    keys (``as_set``); that needs whole samples of the filtered tables, others are passed over.
    """
    found = []
    for plan in plans:
        for position, operator in enumerate(plan.operators):
            if operator.kind is Kind.SCAN and operator.table in samples:
                sample = samples[operator.table]
                filters = [range_filter(item, sample.columns[item.column]) for item in operator.filters]
                if through_joins:
                    filters += _joined(plan, position, samples, as_set=as_set)
                found.append(Scan(plan.query, operator.table, operator.scanned, tuple(filters), plan.weight))
    return tuple(found)


def range_filter(condition: ScanFilter, column: ColumnSample) -> RangeFilter:
    """Return a plan's scan filter on the encoded domain of ``column``."""
    return RangeFilter(column.name, tuple(interval for item in condition.ranges for interval in _intervals(item, column)))


def _intervals(item: Range, column: ColumnSample) -> tuple[Interval, ...]:
    if item.low is not None and item.low == item.high:
        return equal(column, item.low)
    return (between(column, item.low, item.high, low_open=not item.low_inclusive, high_open=not item.high_inclusive),)


def _joined(plan: Plan, position: int, samples: Mapping[str, TableSample], *, as_set: bool) -> Iterator[RangeFilter]:
    """Yield what tables joined directly with the scan at ``position`` say about its columns."""
    scan = plan.operators[position]
    for join in plan.operators:
        for left, right in join.pairs:
            for mine, theirs, side, allowed in ((left, right, 0, _TO_LEFT), (right, left, 1, _TO_RIGHT)):
                if join.join in allowed and mine in scan.live and _feeds(plan, join.inputs[side], position):
                    yield from _induced(plan, join.inputs[1 - side], mine, theirs, scan, samples, as_set=as_set)


def _induced(
    plan: Plan, start: int, mine: int, theirs: int, scan: Operator, samples: Mapping[str, TableSample], *, as_set: bool
) -> Iterator[RangeFilter]:
    """Yield the filter that the scan of column ``theirs`` below ``start`` puts on column ``mine`` of ``scan``."""
    for position, other in enumerate(plan.operators):
        key, fact = plan.columns[theirs].name, plan.columns[mine].name
        known = other.kind is Kind.SCAN and other.filters and other.table in samples and theirs in other.live
        if not (known and key and fact and _feeds(plan, start, position)):
            continue
        dimension = samples[other.table]
        if dimension.rows == dimension.total_rows:
            filters = [range_filter(item, dimension.columns[item.column]) for item in other.filters]
            yield induced(dimension, filters, key, samples[scan.table].columns[fact], as_set=as_set)


def _feeds(plan: Plan, start: int, position: int) -> bool:
    """Return whether rows of the operator at ``position`` reach ``start`` through operators that only drop or pair rows."""
    if start == position:
        return True
    operator = plan.operators[start]
    return operator.kind in _TRANSPARENT and any(_feeds(plan, child, position) for child in operator.inputs)
