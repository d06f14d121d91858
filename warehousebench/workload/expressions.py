"""DuckDB's serialised expressions: which columns they read, and which ranges of values they let pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from warehousebench.workload.plan import Range

Json = Mapping[str, Any]
Ranges = tuple[Range, ...]
Restrictions = Mapping[int, Ranges]

_MIRRORED = {
    "COMPARE_EQUAL": "COMPARE_EQUAL",
    "COMPARE_LESSTHAN": "COMPARE_GREATERTHAN",
    "COMPARE_LESSTHANOREQUALTO": "COMPARE_GREATERTHANOREQUALTO",
    "COMPARE_GREATERTHAN": "COMPARE_LESSTHAN",
    "COMPARE_GREATERTHANOREQUALTO": "COMPARE_LESSTHANOREQUALTO",
}
_EPOCH = datetime(1970, 1, 1)


def references(expression: Any) -> Iterator[int]:
    """Yield the input positions that an expression reads, wherever they are nested."""
    if isinstance(expression, dict):
        if expression.get("expression_class") == "BOUND_REF":
            yield expression.get("index", 0)  # an index of 0 is left out of the JSON
        for value in expression.values():
            yield from references(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from references(value)


def position(expression: Json) -> int | None:
    """Return the input position if the expression is a plain column, else None."""
    return expression.get("index", 0) if expression.get("expression_class") == "BOUND_REF" else None


def operands(expression: Json) -> Sequence[Json]:
    """Return the operands of a comparison or BETWEEN: 1.5.5 names them, 2.x lists them."""
    named = [expression[name] for name in ("left", "right", "input", "lower", "upper") if name in expression]
    return named or expression.get("children", ())


def equal_positions(expression: Json) -> Iterator[tuple[int, int]]:
    """Yield pairs of positions that the expression demands to be equal."""
    if expression["type"] == "CONJUNCTION_AND":
        for child in expression["children"]:
            yield from equal_positions(child)
    elif expression["type"] == "COMPARE_EQUAL":
        left, right = (position(side) for side in operands(expression))
        if left is not None and right is not None:
            yield left, right


def restrictions(expression: Json) -> Restrictions:
    """Return position -> the ranges outside which no row passes; positions without a usable restriction are absent."""
    kind = expression["type"]
    if kind == "CONJUNCTION_AND":
        return _all_of(restrictions(child) for child in expression["children"])
    if kind == "CONJUNCTION_OR":
        return _any_of([restrictions(child) for child in expression["children"]])
    if kind == "COMPARE_IN":
        return _in_list(operands(expression))
    if kind == "COMPARE_BETWEEN":
        return _between(expression)
    return _comparison(kind, operands(expression)) if kind in _MIRRORED else {}


def table_filter(filters: Json, column: int) -> Restrictions:
    """Return what a filter pushed into the scan of ``column`` lets pass; see :func:`restrictions`."""
    kind = filters["filter_type"].removeprefix("LEGACY_")
    if kind == "OPTIONAL_FILTER":
        return table_filter(filters["child_filter"], column)
    if kind == "CONJUNCTION_AND":
        return _all_of(table_filter(child, column) for child in filters["child_filters"])
    if kind == "CONJUNCTION_OR":
        return _any_of([table_filter(child, column) for child in filters["child_filters"]])
    if kind == "CONSTANT_COMPARISON":
        return _bound(column, filters["comparison_type"], filters["constant"])
    if kind == "IN_FILTER":
        return {column: tuple(_point(value) for value in filters["values"])}
    # A filter on one column calls it position 0; other filters (IS NULL, bloom, functions) say nothing about ranges.
    found = restrictions(filters["expr"]) if kind == "EXPRESSION_FILTER" else {}
    return {column: found[0]} if set(found) == {0} else {}


def literal(value: Json) -> float | str | None:
    """Return a serialised constant as a number or text: decimals scaled, dates and timestamps in ISO form."""
    kind, raw = value["type"]["id"], value.get("value")
    if value.get("is_null") or raw is None:
        return None
    if kind == "DECIMAL":
        return float(_integer(raw) / 10 ** value["type"]["type_info"].get("scale", 0))
    if kind == "DATE":
        return (date(1970, 1, 1) + timedelta(days=raw)).isoformat()
    if kind.startswith("TIMESTAMP"):
        return (_EPOCH + timedelta(microseconds=raw)).isoformat()
    number = _integer(raw) if isinstance(raw, dict | int) else raw
    return number if isinstance(number, int | float | str) else None


def _integer(raw: Any) -> int:
    """Return an integer; 128-bit ones come as two halves."""
    return raw.get("upper", 0) * 2**64 + raw.get("lower", 0) if isinstance(raw, dict) else int(raw)


def _comparison(kind: str, sides: Sequence[Json]) -> Restrictions:
    left, right = sides
    if position(left) is not None and "value" in right:
        return _bound(left.get("index", 0), kind, right["value"])
    if position(right) is not None and "value" in left:
        return _bound(right.get("index", 0), _MIRRORED[kind], left["value"])
    return {}


def _bound(column: int, kind: str, constant: Json) -> Restrictions:
    value, inclusive = literal(constant), kind.endswith("EQUALTO")
    if value is None:
        return {}
    if kind == "COMPARE_EQUAL":
        return {column: (Range(value, value),)}
    if kind.startswith("COMPARE_LESSTHAN"):
        return {column: (Range(None, value, high_inclusive=inclusive),)}
    if kind.startswith("COMPARE_GREATERTHAN"):
        return {column: (Range(value, None, low_inclusive=inclusive),)}
    return {}


def _between(expression: Json) -> Restrictions:
    value, low, high = operands(expression)
    column = position(value)
    if column is None or "value" not in low or "value" not in high:
        return {}
    inclusive = expression.get("lower_inclusive", True), expression.get("upper_inclusive", True)
    return {column: (Range(literal(low["value"]), literal(high["value"]), *inclusive),)}


def _in_list(sides: Sequence[Json]) -> Restrictions:
    column = position(sides[0])
    if column is None or any("value" not in side for side in sides[1:]):
        return {}
    return {column: tuple(_point(side["value"]) for side in sides[1:])}


def _point(value: Json) -> Range:
    found = literal(value)
    return Range(found, found)


def _all_of(parts: Iterator[Restrictions]) -> Restrictions:
    merged: dict[int, Ranges] = {}
    for part in parts:
        for column, ranges in part.items():
            merged[column] = intersect(merged[column], ranges) if column in merged else ranges
    return merged


def _any_of(parts: Sequence[Restrictions]) -> Restrictions:
    # A column is restricted only if every alternative restricts it.
    shared = set(parts[0]).intersection(*parts[1:])
    return {column: tuple(dict.fromkeys(found for part in parts for found in part[column])) for column in sorted(shared)}


def intersect(left: Ranges, right: Ranges) -> Ranges:
    """Return the ranges that lie in both unions of ranges."""
    met = (_meet(one, other) for one in left for other in right)
    return tuple(dict.fromkeys(found for found in met if found is not None))


def _meet(one: Range, other: Range) -> Range | None:
    low, low_inclusive = _tighter((one.low, one.low_inclusive), (other.low, other.low_inclusive), highest=True)
    high, high_inclusive = _tighter((one.high, one.high_inclusive), (other.high, other.high_inclusive), highest=False)
    if low is not None and high is not None:
        empty: bool = low > high or (low == high and not (low_inclusive and high_inclusive))  # type: ignore[operator]
        if empty:
            return None
    return Range(low, high, low_inclusive, high_inclusive)


def _tighter(
    one: tuple[float | str | None, bool], other: tuple[float | str | None, bool], *, highest: bool
) -> tuple[float | str | None, bool]:
    if one[0] is None or other[0] is None:
        return other if one[0] is None else one
    if one[0] == other[0]:
        return one[0], one[1] and other[1]
    return one if (one[0] > other[0]) is highest else other  # type: ignore[operator]
