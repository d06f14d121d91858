"""Flags on a series of timings; a flag marks, it never removes a value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median, quantiles, stdev

TOO_SHORT = 0.005  # seconds, below which timer and scheduler noise rule
UNSTABLE = 0.10  # standard deviation of ln seconds


def spread(values: Sequence[float]) -> float | None:
    """Return the standard deviation of ln seconds, or None for fewer than two values."""
    return stdev(math.log(value) for value in values) if len(values) > 1 else None


def outliers(values: Sequence[float]) -> tuple[int, ...]:
    """Return the indexes of outliers: Tukey's outer fences from eight values on, else a modified z above 10."""
    if len(values) >= 8:
        low, _, high = quantiles(values, n=4)
        reach = 3 * (high - low)
        return tuple(i for i, value in enumerate(values) if not low - reach <= value <= high + reach)
    if len(values) < 3:
        return ()
    centre = median(values)
    deviation = median(abs(value - centre) for value in values) * 1.4826
    return tuple(i for i, value in enumerate(values) if deviation and abs(value - centre) / deviation > 10)


def flags(values: Sequence[float], margin: float) -> tuple[str, ...]:
    """Return what a reader should know about timed seconds in round order, in words."""
    if not values:
        return ()
    found = []
    if median(values) < TOO_SHORT:
        found.append(f"too short: median below {TOO_SHORT * 1000:g} ms")
    deviation = spread(values)
    if deviation is not None and deviation > UNSTABLE:
        found.append(f"unstable: rounds vary by {deviation:.0%}")
    if marked := outliers(values):
        found.append("outlier in round " + ", ".join(str(i + 1) for i in marked))
    if len(values) >= 4 and values[0] > (1 + margin) * max(values[1:]):
        found.append("round 1 the slowest by far")
    return tuple(found)
