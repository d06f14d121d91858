"""Ranges of values: intersections and unions mean what sets of values mean."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warehousebench.workload.expressions import intersect, literal
from warehousebench.workload.plan import Range

bounds = st.none() | st.integers(0, 6)
ranges = st.lists(st.builds(Range, bounds, bounds, st.booleans(), st.booleans()), max_size=3).map(tuple)


def holds(found: tuple[Range, ...], value: float) -> bool:
    return any(_inside(entry, value) for entry in found)


def _inside(entry: Range, value: float) -> bool:
    low, high = entry.low, entry.high
    above = low is None or value > float(low) or (entry.low_inclusive and value == float(low))
    below = high is None or value < float(high) or (entry.high_inclusive and value == float(high))
    return above and below


@given(ranges, ranges)
def test_an_intersection_holds_what_both_hold(left: tuple[Range, ...], right: tuple[Range, ...]) -> None:
    met = intersect(left, right)
    for value in (number / 2 for number in range(-2, 16)):
        assert holds(met, value) == (holds(left, value) and holds(right, value))


def test_constants_are_read_in_their_type() -> None:
    decimal = {"id": "DECIMAL", "type_info": {"width": 15, "scale": 2}}
    assert literal({"type": decimal, "value": 2405}) == 24.05
    assert literal({"type": {"id": "DATE"}, "value": 9204}) == "1995-03-15"
    assert literal({"type": {"id": "HUGEINT"}, "value": {"upper": 1, "lower": 5}}) == 2**64 + 5
    assert literal({"type": {"id": "TIMESTAMP"}, "value": 1_000_000}) == "1970-01-01T00:00:01"
    assert literal({"type": {"id": "VARCHAR"}, "value": "N"}) == "N"
    assert literal({"type": {"id": "VARCHAR"}, "is_null": True}) is None
