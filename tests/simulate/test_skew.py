"""Skew of hash distributions over several hash functions."""

from __future__ import annotations

import numpy as np
import pytest

from warehousebench.simulate.sample import ColumnSample, Kind, TableSample
from warehousebench.simulate.skew import skew, skew_of_counts, slice_numbers, splitmix


def sample(values: np.ndarray, valid: np.ndarray | None = None) -> TableSample:
    column = ColumnSample("c", "BIGINT", Kind.INTEGER, values.astype(np.int64), valid, 8)
    return TableSample({"c": column, "d": column}, len(values), len(values), (0, len(values)))


def test_splitmix_gives_the_published_stream():
    """The first outputs of SplitMix64 from state 1234567 (Steele, Lea, Flood 2014; as in the reference C code)."""
    state = np.array([1234567], dtype=np.int64)
    assert [int(splitmix(state, step)[0]) for step in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_many_values_spread_evenly_under_every_seed():
    found = skew(sample(np.arange(200_000)), ["c"], 16)
    assert len(found.ratios) == 5
    assert 1.0 <= found.low <= found.high < 1.05
    assert found.used == (16,) * 5


def test_few_values_leave_slices_empty():
    found = skew(sample(np.arange(70_000) % 7), ["c"], 32)
    assert max(found.used) <= 7
    assert found.low >= 32 / 7
    assert len(set(found.ratios)) > 1


def test_nulls_land_on_one_slice():
    values = np.arange(10_000)
    valid = values >= 5000
    found = skew(sample(np.where(valid, values, 0), valid), ["c"], 10)
    assert found.null_share == 0.5
    assert found.low > 5


def test_counts_and_rows_agree():
    rows = np.repeat(np.arange(50), np.arange(50) + 1)
    by_counts = skew_of_counts(np.arange(50), np.arange(50) + 1, 8)
    assert by_counts == skew(sample(rows), ["c"], 8)
    hollow = skew_of_counts(np.arange(50), np.arange(50) + 1, 8, nulls=1275)
    assert hollow.null_share == pytest.approx(0.5)
    assert hollow.low > 8 / 2


def test_columns_hashed_together_spread_what_one_does_not():
    few, many = np.arange(10_000) % 3, np.arange(10_000)
    alone, together = (np.bincount(slice_numbers(parts, 16), minlength=16) for parts in ([few], [few, many]))
    assert np.count_nonzero(alone) <= 3
    assert np.count_nonzero(together) == 16
