"""How unevenly a hash distribution fills the slices, over several hash functions.

No vendor publishes its hash.  A column with many values looks the same under every good hash; one with few does not, so the
figures come as a range over seeds and never as one number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from warehousebench.simulate.sample import TableSample

SEEDS = (1, 2, 3, 4, 5)

_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Skew:
    """Rows on the fullest slice divided by the mean over all slices, one figure per hash seed (1 is perfectly even).

    ``used`` counts the slices that hold any row, per seed.  All NULLs land on one slice: ``null_share`` is their part.
    """

    slices: int
    ratios: tuple[float, ...]
    used: tuple[int, ...]
    null_share: float

    @property
    def low(self) -> float:
        """Return the ratio under the kindest seed."""
        return min(self.ratios)

    @property
    def high(self) -> float:
        """Return the ratio under the unkindest seed."""
        return max(self.ratios)


def splitmix(values: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.uint64]:
    """Return a 64-bit hash of each value: the finaliser of SplitMix64 with ``seed`` added to its stream."""
    state = values.astype(np.uint64) + np.uint64(_GOLDEN * (seed + 1) % 2**64)
    state = (state ^ (state >> np.uint64(30))) * _MIX_1
    state = (state ^ (state >> np.uint64(27))) * _MIX_2
    return state ^ (state >> np.uint64(31))


def slice_numbers(columns: Sequence[npt.NDArray[np.int64]], slices: int, seed: int = SEEDS[0]) -> npt.NDArray[np.int64]:
    """Return each row's slice when all ``columns`` are hashed together."""
    state = splitmix(columns[0], seed)
    for column in columns[1:]:
        state = splitmix((state ^ column.astype(np.uint64)).astype(np.int64), seed)
    return (state % np.uint64(slices)).astype(np.int64)


def skew_of_counts(
    values: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    slices: int,
    *,
    nulls: int = 0,
    seeds: Sequence[int] = SEEDS,
) -> Skew:
    """Return the skew of a column from its distinct ``values`` and how many rows have each."""
    fills = [np.bincount(slice_numbers([values], slices, seed), weights=counts, minlength=slices) for seed in seeds]
    for fill in fills:
        fill[0] += nulls
    return _skew(fills, nulls / max(1, int(counts.sum()) + nulls))


def skew(sample: TableSample, columns: Sequence[str], slices: int, *, seeds: Sequence[int] = SEEDS) -> Skew:
    """Return the skew of distributing ``sample`` on ``columns`` together.

    A row is counted as null only if all of ``columns`` are.
    """
    parts = [sample.columns[name] for name in columns]
    fills = [np.bincount(slice_numbers([part.values for part in parts], slices, seed), minlength=slices) for seed in seeds]
    nulls = np.ones(sample.rows, dtype=bool)
    for part in parts:
        nulls &= ~part.present
    return _skew(fills, float(nulls.mean()) if sample.rows else 0.0)


def _skew(fills: Sequence[npt.NDArray[np.float64] | npt.NDArray[np.int64]], null_share: float) -> Skew:
    ratios = tuple(float(fill.max() / fill.mean()) if fill.any() else 1.0 for fill in fills)
    used = tuple(int(np.count_nonzero(fill)) for fill in fills)
    return Skew(len(fills[0]), ratios, used, null_share)
