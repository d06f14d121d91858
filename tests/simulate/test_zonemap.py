"""Zone maps against a plain, row-by-row reading of the same model."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.simulate.filters import Interval, RangeFilter, matches
from warehousebench.simulate.sample import ColumnSample, Kind, TableSample
from warehousebench.simulate.zonemap import (
    Ranks,
    Scan,
    Storage,
    matching_share,
    ranks,
    scan_cost,
    slices_of,
    storage_order,
    zone_maps,
)


def column(name: str, values: list[int | None], width: float = 8) -> ColumnSample:
    valid = np.array([value is not None for value in values], dtype=bool)
    codes = np.array([value or 0 for value in values], dtype=np.int64)
    return ColumnSample(name, "BIGINT", Kind.INTEGER, codes, None if valid.all() else valid, width)


def table(total: int | None = None, **columns: list[int | None]) -> TableSample:
    rows = len(next(iter(columns.values())))
    return TableSample({name: column(name, values) for name, values in columns.items()}, rows, total or rows, (0, rows))


def cost(sample: TableSample, scan: Scan, order_by: tuple[str, ...], storage: Storage, distribution: tuple[str, ...] = ()):
    keys = [ranks(sample.columns[name]) for name in order_by]
    maps = zone_maps(sample, slices_of(sample, distribution, storage), keys, [f.column for f in scan.filters], storage)
    return scan_cost(maps, scan, matching_share(sample, scan.filters))


def plain_rows_read(sample: TableSample, scan: Scan, order_by: tuple[str, ...], storage: Storage, per_block: int) -> int:
    """Read the model with loops: equal widths, so every column has the same blocks."""
    rows = list(range(sample.rows))
    place = {
        name: [math.inf if not ok else int(v) for v, ok in zip(c.values, c.present, strict=True)]
        for name, c in sample.columns.items()
    }
    read = 0
    for number in range(storage.slices):
        mine = sorted((r for r in rows if r % storage.slices == number), key=lambda r: [place[name][r] for name in order_by])
        for start in range(0, len(mine), per_block):
            block = mine[start : start + per_block]
            read += len(block) * all(_may_hold(item, [place[item.column][r] for r in block]) for item in scan.filters)
    return read


def _may_hold(item: RangeFilter, block: list[float]) -> bool:
    if item.nulls and math.inf in block:
        return True
    present = [value for value in block if value != math.inf]
    if not present:
        return False
    for interval in item.intervals:
        low = -math.inf if interval.low is None else interval.low + interval.low_open
        high = math.inf if interval.high is None else interval.high - interval.high_open
        if low <= high and min(present) <= high and max(present) >= low:
            return True
    return False


values = st.integers(-5, 20) | st.none()
intervals = st.builds(Interval, st.integers(-6, 21) | st.none(), st.integers(-6, 21) | st.none(), st.booleans(), st.booleans())
conditions = st.builds(RangeFilter, st.sampled_from("ab"), st.lists(intervals, max_size=3).map(tuple), st.booleans(), st.just(""))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(values, values), min_size=1, max_size=60),
    st.lists(conditions, max_size=3),
    st.sampled_from([(), ("a",), ("b",), ("a", "b"), ("b", "a")]),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_reads_what_a_row_by_row_reading_of_the_model_reads(rows, filters, order_by, slices, per_block):
    sample = table(a=[a for a, _ in rows], b=[b for _, b in rows])
    scan = Scan("q", "t", ("a", "b"), tuple(filters))
    storage = Storage(slices=slices, block_bytes=8 * per_block)
    found = cost(sample, scan, order_by, storage)
    assert found.bytes == 2 * 8 * plain_rows_read(sample, scan, order_by, storage, per_block)
    assert found.fraction >= found.matching - 1e-12


@settings(max_examples=100, deadline=None)
@given(st.lists(values, min_size=1, max_size=40), conditions)
def test_row_filter_agrees_with_single_row_blocks(rows, condition):
    sample = table(a=rows, b=rows)
    passing = matches(condition, sample.columns[condition.column])
    scan = Scan("q", "t", ("a",), (condition,))
    assert cost(sample, scan, (), Storage(slices=1, block_bytes=8)).blocks == passing.sum()


def test_sorted_column_reads_its_share_and_others_follow_the_row_ranges():
    sample = table(day=list(range(1000)), wide=[0] * 1000)
    scan = Scan("q", "t", ("day", "wide"), (RangeFilter("day", (Interval(100, 199),)),))
    storage = Storage(slices=1, block_bytes=800)
    keys = [ranks(sample.columns["day"])]
    maps = zone_maps(sample, slices_of(sample, (), storage), keys, ["day"], storage, {"wide": 16})
    found = scan_cost(maps, scan, matching_share(sample, scan.filters))
    assert (found.blocks, found.blocks_total) == (1 + 2, 10 + 20)
    assert found.bytes == 100 * 8 + 100 * 16
    assert found.matching == 0.1


def test_blocks_shrink_with_the_sample_so_that_the_fraction_holds():
    whole = table(day=list(range(10_000)))
    tenth = TableSample({"day": column("day", list(range(0, 10_000, 10)))}, 1000, 10_000, (0, 1000))
    scan = Scan("q", "t", ("day",), (RangeFilter("day", (Interval(0, 2499),)),))
    storage = Storage(slices=1, block_bytes=8000)
    first, second = cost(whole, scan, ("day",), storage), cost(tenth, scan, ("day",), storage)
    assert (first.blocks, first.blocks_total) == (second.blocks, second.blocks_total) == (3, 10)
    assert first.bytes_total == second.bytes_total == 80_000


def test_target_rows_cut_finer_zones():
    sample = table(day=list(range(1000)))
    scan = Scan("q", "t", ("day",), (RangeFilter("day", (Interval(0, 0),)),))
    coarse = cost(sample, scan, ("day",), Storage(slices=1, block_bytes=8000))
    fine = cost(sample, scan, ("day",), Storage(slices=1, block_bytes=8000, target_rows=100_000))
    assert coarse.fraction == 1.0
    assert fine.fraction == 0.01
    assert fine.bytes_total == 800_000


def test_rows_of_one_key_share_a_slice():
    sample = table(key=[1, 2, 3] * 50)
    storage = Storage(slices=4)
    found = slices_of(sample, ("key",), storage).places
    assert all(len(set(found[i::3])) == 1 for i in range(3))


def test_packed_and_lexicographic_sort_agree():
    generator = np.random.default_rng(7)
    keys = [Ranks(generator.integers(0, 30, 500), 30), Ranks(generator.integers(0, 9, 500), 9)]
    slices = Ranks(generator.integers(0, 4, 500), 4)
    huge = [Ranks(key.places, 1 << 40) for key in keys]
    assert (storage_order(slices, keys) == storage_order(slices, huge)).all()


def test_null_only_blocks_are_skipped_unless_null_passes():
    sample = table(a=[1, 1, None, None])
    storage = Storage(slices=1, block_bytes=16)
    whole = (Interval(),)
    assert cost(sample, Scan("q", "t", ("a",), (RangeFilter("a", whole),)), (), storage).blocks == 1
    assert cost(sample, Scan("q", "t", ("a",), (RangeFilter("a", whole, nulls=True),)), (), storage).blocks == 2


def test_empty_table_reads_nothing():
    sample = table(a=[])
    found = cost(sample, Scan("q", "t", ("a",), (RangeFilter("a", (Interval(1, 2),)),)), ("a",), Storage())
    assert (found.blocks, found.bytes, found.fraction, found.matching) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize(("low", "high", "blocks"), [(None, 9, 1), (95, None, 1), (200, 300, 0), (9, 10, 2)])
def test_open_ends(low, high, blocks):
    sample = table(a=list(range(100)))
    scan = Scan("q", "t", ("a",), (RangeFilter("a", (Interval(low, high),)),))
    assert cost(sample, scan, ("a",), Storage(slices=1, block_bytes=80)).blocks == blocks
