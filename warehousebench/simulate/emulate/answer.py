"""Whether two answers are the same."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import Any

from warehousebench.workload.expressions import position
from warehousebench.workload.replay.recipe import Script

# Sums of floating point numbers depend on the order of adding; partial sums have another.
_TOLERANCE = 1e-9

Row = tuple[Any, ...]


def equal_answers(expected: Sequence[Row], found: Sequence[Row], script: Script) -> bool:
    """Return whether both hold the same rows, and the columns that the query sorts by in the same order."""
    if len(expected) != len(found):
        return False
    keys = _sorted_by(script)
    in_order = all(_same(a[k], b[k]) for k in keys for a, b in zip(expected, found, strict=True))
    pairs = zip(sorted(expected, key=_rank), sorted(found, key=_rank), strict=True)
    return in_order and all(_same(a, b) for left, right in pairs for a, b in zip(left, right, strict=True))


def _sorted_by(script: Script) -> list[int]:
    """Return the places in the answer of the columns that the last operator sorts by."""
    recipe = script.recipes[-1]
    places = [position(entry["expression"]) for entry in recipe.node.get("orders", ())]
    columns = [recipe.inputs[0][place] for place in places if place is not None]
    return [script.root.index(column) for column in columns if column in script.root]


def _rank(row: Row) -> tuple[list[str], list[float]]:
    """Return a sort key in which numbers that may differ in their last digits come last."""
    floats = [value for value in row if isinstance(value, float)]
    return [repr(value) for value in row if not isinstance(value, float)], floats


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return isclose(left, right, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
    return bool(left == right and type(left) is type(right))
