"""One figure for many queries: the round is the unit, and its spread is what the interval covers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, stdev, variance

from warehousebench.stats.ratio import Interval

# Student's t, 0.975 and 0.80 quantiles for 1 … 30 degrees of freedom.
# fmt: off
_T975 = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
         2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
         2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423)
_T800 = (1.3764, 1.0607, 0.9785, 0.9410, 0.9195, 0.9057, 0.8960, 0.8889, 0.8834, 0.8791,
         0.8755, 0.8726, 0.8702, 0.8681, 0.8662, 0.8647, 0.8633, 0.8620, 0.8610, 0.8600,
         0.8591, 0.8583, 0.8575, 0.8569, 0.8562, 0.8557, 0.8551, 0.8546, 0.8542, 0.8538)
# fmt: on


def t975(degrees: float) -> float:
    """Return the 0.975 quantile of Student's t, degrees of freedom rounded down; needs at least 1."""
    return _quantile(_T975, degrees, 1.9600)


def _quantile(table: tuple[float, ...], degrees: float, normal: float) -> float:
    whole = math.floor(degrees + 1e-9)
    if whole < 1:
        raise ValueError("a t interval needs at least one degree of freedom")
    # Beyond the table the quantile of 30 degrees is kept up to 60: wider than exact, never narrower.
    return table[whole - 1] if whole <= len(table) else table[-1] if whole <= 60 else normal * 1.02


def geometric_mean(values: Sequence[float]) -> float:
    """Return the geometric mean of positive values."""
    return math.exp(mean(math.log(value) for value in values))


def paired_ratio(base: Sequence[float], contender: Sequence[float]) -> Interval:
    """Return the contender/base ratio of figures taken in the same rounds, with a 95 % t interval over rounds.

    Each pair is one round's figure (a geometric mean or a total) of both sides; no interval below three rounds.
    """
    logs = [math.log(c) - math.log(b) for b, c in zip(base, contender, strict=True)]
    centre = mean(logs)
    if len(logs) < 3:
        return Interval(math.exp(centre))
    half = t975(len(logs) - 1) * stdev(logs) / math.sqrt(len(logs))
    return Interval(math.exp(centre), math.exp(centre - half), math.exp(centre + half), 0.95)


def unpaired_ratio(base: Sequence[float], contender: Sequence[float]) -> Interval:
    """Return the contender/base ratio of figures from separate rounds, with Welch's 95 % interval on their logarithms."""
    left, right = [math.log(b) for b in base], [math.log(c) for c in contender]
    centre = mean(right) - mean(left)
    if min(len(left), len(right)) < 3:
        return Interval(math.exp(centre))
    a, b = variance(left) / len(left), variance(right) / len(right)
    if a + b == 0:
        return Interval(math.exp(centre), math.exp(centre), math.exp(centre), 0.95)
    degrees = (a + b) ** 2 / (a**2 / (len(left) - 1) + b**2 / (len(right) - 1))
    half = t975(degrees) * math.sqrt(a + b)
    return Interval(math.exp(centre), math.exp(centre - half), math.exp(centre + half), 0.95)


def detectable_ratio(spread: float, rounds: int) -> float | None:
    """Return the smallest ratio that ``rounds`` a side would find with 80 % power, for a spread of ln seconds."""
    if rounds < 2:
        return None
    degrees = 2 * rounds - 2
    return math.exp((t975(degrees) + _quantile(_T800, degrees, 0.8416)) * spread * math.sqrt(2 / rounds))
