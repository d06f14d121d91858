"""From a query's plan to the scans that zone maps are tried on, with filters that joins bring along if wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from warehousebench.errors import UsageError
from warehousebench.simulate.filters import Interval, RangeFilter, between, equal, induced
from warehousebench.simulate.sample import ColumnSample, TableSample
from warehousebench.simulate.zonemap import Scan
from warehousebench.workload.plan import JoinType, Kind, Plan, Range, ScanFilter

# Whether a condition on the join key of the left (right) rows may be applied to the right (left) rows as well: only where rows
# without a partner are dropped.
_TO_RIGHT = {JoinType.INNER, JoinType.LEFT, JoinType.SEMI, JoinType.ANTI, JoinType.MARK, JoinType.SINGLE, JoinType.RIGHT_SEMI}
_TO_LEFT = {JoinType.INNER, JoinType.RIGHT, JoinType.SEMI, JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI}
_TRANSPARENT = {Kind.JOIN, Kind.FILTER, Kind.ORDER}


def scans_of(
    plans: Sequence[Plan],
    samples: Mapping[str, TableSample],
    *,
    dimensions: Mapping[str, TableSample] | None = None,
    as_set: bool = False,
) -> tuple[Scan, ...]:
    """Return the scans of all sampled tables in ``plans``, in their order, with filters encoded for ``samples``.

    With ``dimensions`` (whole tables, all their rows) a filter on one of them narrows the join key of the table it is joined
    with: to a range of its keys, or to their set (``as_set``).  Only an engine that does so at run time gains by it.
    """
    found = []
    for plan in plans:
        for position, operator in enumerate(plan.operators):
            if operator.kind is Kind.SCAN and operator.table in samples:
                sample = samples[operator.table]
                filters = [range_filter(item, _column(sample, operator.table, item.column)) for item in operator.filters]
                filters += _joined(plan, position, sample, dimensions or {}, as_set=as_set)
                found.append(Scan(plan.query, operator.table, operator.scanned, tuple(filters), plan.weight))
    return tuple(found)


def _column(sample: TableSample, table: str, name: str) -> ColumnSample:
    if name not in sample.columns:
        raise UsageError(f"queries filter on {table}.{name}, which is not in its sample: take the column into the sample")
    return sample.columns[name]


def range_filter(condition: ScanFilter, column: ColumnSample) -> RangeFilter:
    """Return a plan's scan filter on the encoded domain of ``column``."""
    return RangeFilter(column.name, tuple(interval for item in condition.ranges for interval in _intervals(item, column)))


def _intervals(item: Range, column: ColumnSample) -> tuple[Interval, ...]:
    if item.low is not None and item.low == item.high:
        return equal(column, item.low)
    return (between(column, item.low, item.high, low_open=not item.low_inclusive, high_open=not item.high_inclusive),)


def _joined(
    plan: Plan, position: int, sample: TableSample, dimensions: Mapping[str, TableSample], *, as_set: bool
) -> Iterator[RangeFilter]:
    """Yield what filtered dimensions joined with the scan at ``position`` say about its columns."""
    scan = plan.operators[position]
    for join in plan.operators:
        for left, right in join.pairs:
            for mine, theirs, side, allowed in ((left, right, 0, _TO_LEFT), (right, left, 1, _TO_RIGHT)):
                name = plan.columns[mine].name
                if name and join.join in allowed and mine in scan.live and _feeds(plan, join.inputs[side], position):
                    for key, dimension, filters in _filtered(plan, join.inputs[1 - side], theirs, dimensions):
                        fact = _column(sample, scan.table, name)
                        yield induced(dimension, filters, key, fact, as_set=as_set)


def _filtered(
    plan: Plan, start: int, column: int, dimensions: Mapping[str, TableSample]
) -> Iterator[tuple[str, TableSample, list[RangeFilter]]]:
    """Yield key, sample and filters of the filtered dimension below ``start`` whose scan puts out ``column``."""
    key = plan.columns[column].name
    for position, scan in enumerate(plan.operators):
        known = scan.kind is Kind.SCAN and scan.filters and scan.table in dimensions and column in scan.live
        if known and key and _feeds(plan, start, position):
            dimension = dimensions[scan.table]
            filters = [range_filter(item, _column(dimension, scan.table, item.column)) for item in scan.filters]
            yield key, dimension, filters


def _feeds(plan: Plan, start: int, position: int) -> bool:
    """Return whether rows of the operator at ``position`` reach ``start`` through operators that only drop or pair rows."""
    if start == position:
        return True
    operator = plan.operators[start]
    return operator.kind in _TRANSPARENT and any(_feeds(plan, child, position) for child in operator.inputs)
