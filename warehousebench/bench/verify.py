"""Compare an answer with the reference, value by value.

Integers, decimals, dates and text must be equal; floats agree within a relative tolerance.  Order counts only where
the query orders: the ORDER BY keys must come in the same sequence, and rows that tie on them may come in any order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from warehousebench.engines.base import Answer
from warehousebench.model.answer import AnswerShape
from warehousebench.model.run import Status

FLOAT_TOLERANCE = 1e-9
SHOWN_DIFFERENCES = 3
TPCH_RULE = "tpch-2.1.3.5"

Row = tuple[Any, ...]
Same = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Reference:
    """The answer that counts as right, how its query orders rows, and its hash."""

    answer: Answer
    shape: AnswerShape
    hash: str


@dataclass(frozen=True, slots=True)
class Check:
    """What the comparison found; ``rounding`` is the suite's own rule's verdict where it has one."""

    status: Status
    hash: str
    reason: str | None = None
    rounding: str | None = None


@dataclass(frozen=True, slots=True)
class _Difference:
    row: int
    column: int
    expected: Any
    got: Any


def make_reference(answer: Answer, shape: AnswerShape) -> Reference:
    """Return ``answer`` as a reference with its hash."""
    return Reference(answer, shape, result_hash(answer.rows, ordered=bool(shape.order_by)))


def check(answer: Answer, reference: Reference, *, rounding_rule: str | None = None) -> Check:
    """Return whether ``answer`` equals ``reference``; ``rounding_rule`` names a second, looser rule to apply as well."""
    if answer.types == reference.answer.types and answer.rows == reference.answer.rows:
        return Check(Status.VERIFIED, reference.hash, rounding="passed" if rounding_rule else None)
    exact = [same_value] * len(reference.answer.names)
    found = _differences(answer, reference, exact)
    hash_ = result_hash(answer.rows, ordered=bool(reference.shape.order_by))
    rounding = None
    if rounding_rule == TPCH_RULE:
        loose = _differences(answer, reference, _loose(reference))
        rounding = "passed" if not loose else f"failed: {_describe(loose, reference)}"
    if not found:
        return Check(Status.VERIFIED, hash_, rounding=rounding)
    if _only_ties_at_limit(found, reference):
        return Check(Status.UNVERIFIED, hash_, "rows tie on the ORDER BY keys where LIMIT cuts: either choice is right", rounding)
    return Check(Status.MISMATCH, hash_, _describe(found, reference), rounding)


def same_value(expected: Any, got: Any) -> bool:
    """Return whether two values are equal: exactly, or within the float tolerance where a float is expected."""
    if expected is None or got is None:
        return expected is got
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, float):
        return isinstance(got, int | float | Decimal) and _close(expected, float(got))
    if isinstance(expected, int | Decimal):
        return isinstance(got, int | Decimal) and expected == got
    return type(expected) is type(got) and bool(expected == got)


def _close(expected: float, got: float) -> bool:
    if math.isnan(expected) or math.isnan(got):
        return math.isnan(expected) and math.isnan(got)
    return math.isclose(expected, got, rel_tol=FLOAT_TOLERANCE, abs_tol=0.0)


def _within_one_percent(expected: Any, got: Any) -> bool:
    if not _numbers(expected, got):
        return same_value(expected, got)
    low, high = sorted((0.99 * float(expected), 1.01 * float(expected)))
    return low <= round(float(got), 2) <= high or same_value(expected, got)


def _within_hundred(expected: Any, got: Any) -> bool:
    return abs(float(expected) - float(got)) <= 100 if _numbers(expected, got) else same_value(expected, got)


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values)


# TPC-H specification, clause 2.1.3.5: averages and ratios within 1 %, sums within 100 currency units.
_TPCH_RULES: dict[str, Same] = {"average": _within_one_percent, "ratio": _within_one_percent, "sum": _within_hundred}


def _loose(reference: Reference) -> list[Same]:
    """Return each column's comparison under the suite's rule; columns that the SQL does not name are compared exactly."""
    rules = [_TPCH_RULES.get(kind, same_value) for kind in reference.shape.kinds]
    return rules + [same_value] * (len(reference.answer.names) - len(rules))


def _differences(answer: Answer, reference: Reference, same: Sequence[Same]) -> list[_Difference]:
    """Return the first differing cells; row -1 stands for a difference in the number of rows or columns."""
    expected, got = reference.answer.rows, answer.rows
    if len(answer.names) != len(reference.answer.names):
        return [_Difference(-1, -1, f"{len(reference.answer.names)} columns", f"{len(answer.names)} columns")]
    if len(expected) != len(got):
        return [_Difference(-1, -1, f"{len(expected)} rows", f"{len(got)} rows")]
    keys = reference.shape.order_by
    found = list(islice(_cell_differences(expected, got, keys, same, 0), SHOWN_DIFFERENCES))
    if found:
        return found
    for start, end in _tie_groups(expected, keys):
        left = sorted(expected[start:end], key=_sort_key)
        right = sorted(got[start:end], key=_sort_key)
        found += islice(_cell_differences(left, right, range(len(same)), same, start), SHOWN_DIFFERENCES - len(found))
        if len(found) == SHOWN_DIFFERENCES:
            break
    return found


def _cell_differences(expected: Sequence[Row], got: Sequence[Row], columns: Sequence[int], same: Sequence[Same], start: int) -> Any:
    for row, (left, right) in enumerate(zip(expected, got, strict=True), start):
        for column in columns:
            if not same[column](left[column], right[column]):
                yield _Difference(row, column, left[column], right[column])


def _tie_groups(rows: Sequence[Row], keys: Sequence[int]) -> list[tuple[int, int]]:
    """Return (start, end) of the stretches of rows that tie on the ordering keys; all rows where nothing orders."""
    if not keys or not rows:
        return [(0, len(rows))]
    starts = [i for i in range(len(rows)) if i == 0 or not all(same_value(rows[i - 1][key], rows[i][key]) for key in keys)]
    return list(zip(starts, [*starts[1:], len(rows)], strict=True))


def _sort_key(row: Row) -> tuple[Any, ...]:
    """Return a total order over rows; floats come last so that noise in their last digits cannot part equal rows."""
    exact = tuple(("float", 0) if isinstance(value, float) else _comparable(value) for value in row)
    return (exact, tuple((math.isnan(value), 0.0 if math.isnan(value) else value) for value in row if isinstance(value, float)))


def _comparable(value: Any) -> tuple[str, Any]:
    if value is None:
        return ("", 0)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return ("number", value)
    return (type(value).__name__, value if not isinstance(value, dict | list) else repr(value))


def _only_ties_at_limit(found: Sequence[_Difference], reference: Reference) -> bool:
    if not reference.shape.limited or not reference.shape.order_by or found[0].row < 0:
        return False
    last_start = _tie_groups(reference.answer.rows, reference.shape.order_by)[-1][0]
    return all(difference.row >= last_start for difference in found) and found[0].column not in reference.shape.order_by


def _describe(found: Sequence[_Difference], reference: Reference) -> str:
    if found[0].row < 0:
        return f"expected {found[0].expected}, got {found[0].got}"
    cells = (
        f"row {d.row + 1}, column {reference.answer.names[d.column]}: expected {_shown(d.expected)}, got {_shown(d.got)}"
        for d in found
    )
    return "; ".join(cells)


def _shown(value: Any) -> str:
    text = "NULL" if value is None else repr(value) if isinstance(value, str | bytes) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def result_hash(rows: Sequence[Row], *, ordered: bool) -> str:
    """Return a short hash of the rows, in their order or whatever their order; floats count to nine digits."""
    lines = ["\x1f".join(_hashed(value) for value in row) for row in rows]
    text = "\x1e".join(lines if ordered else sorted(lines))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _hashed(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "\x00" if value is None else str(value)
