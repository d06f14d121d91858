"""Blocks that zone maps let a scan skip, for any distribution and sort order, on a sample.

The model: rows go to slices by a hash of the distribution key (or in turn), are sorted stably by the sort key within their
slice, and each column is cut into blocks of as many rows as fit.  A block's smallest and largest value tell whether a filter can
hold in it.  Row ranges that survive all filters are read from every scanned column, in whole blocks.  Blocks shrink with the
sample, so that a table has as many of them as at its target size.  Widths are raw bytes unless the caller gives others: with
raw widths the blocks read are an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from warehousebench.simulate.filters import RangeFilter, matches, merged
from warehousebench.simulate.sample import ColumnSample, Integers, TableSample
from warehousebench.simulate.skew import slice_numbers

Flags = npt.NDArray[np.bool_]
_LOWEST, _HIGHEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Scan:
    """One query's scan of a table: the columns it reads (filters' columns among them) and filters that all must hold."""

    query: str
    table: str
    columns: tuple[str, ...]
    filters: tuple[RangeFilter, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Storage:
    """How a product cuts tables: slices in the cluster, bytes per block, and the rows of the table it is for.

    ``target_rows`` None means the table as it is.  ``seed`` picks the stand-in for the product's hash.
    """

    slices: int = 8
    block_bytes: int = 1 << 20
    target_rows: int | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ScanCost:
    """What one scan reads, in bytes and blocks of the target table.

    ``matching`` is the share of rows that pass the filters: no sort order can read a smaller fraction of the bytes.
    """

    query: str
    table: str
    weight: float
    blocks: int
    blocks_total: int
    bytes: float
    bytes_total: float
    matching: float

    @property
    def fraction(self) -> float:
        """Return the part of the scanned columns' bytes that is read."""
        return self.bytes / self.bytes_total if self.bytes_total else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """A column's values as dense places in its order, NULL last: what sort keys are packed from."""

    places: Integers
    distinct: int


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """One column's blocks in storage order: first rows, smallest and largest value, and whether a NULL is inside."""

    starts: Integers
    minimum: Integers
    maximum: Integers
    nulls: Flags


@dataclass(frozen=True, slots=True, eq=False)
class ZoneMaps:
    """A table sample laid out: the first rows of each column's blocks, and the zones of columns that filters look at.

    ``widths`` are bytes per stored value; ``scale`` is how many rows of the target table a sampled row stands for.
    ``grids`` keeps what :func:`_grid` finds, since many scans filter the same columns.
    """

    rows: int
    scale: float
    widths: Mapping[str, float]
    starts: Mapping[str, Integers]
    zones: Mapping[str, Zones]
    grids: dict[tuple[str, ...], tuple[Integers, Mapping[str, Integers]]] = field(default_factory=dict)


def ranks(column: ColumnSample) -> Ranks:
    """Return the dense order of a column's values."""
    known, places = np.unique(column.values, return_inverse=True)
    if column.valid is None:
        return Ranks(places, len(known))
    return Ranks(np.where(column.valid, places, len(known)), len(known) + 1)


def slices_of(sample: TableSample, distribution: Sequence[str], storage: Storage) -> Ranks:
    """Return each row's slice: by hash of the ``distribution`` columns, in turn if there are none."""
    if not distribution:
        return Ranks(np.arange(sample.rows, dtype=np.int64) % storage.slices, storage.slices)
    hashed = slice_numbers([sample.columns[name].values for name in distribution], storage.slices, storage.seed)
    return Ranks(hashed, storage.slices)


def storage_order(slices: Ranks, keys: Sequence[Ranks]) -> Integers:
    """Return the rows in storage order: by slice, then by ``keys``, then by arrival."""
    rows = len(slices.places)
    room = int(np.prod([float(key.distinct) for key in (slices, *keys)]) * rows)
    if room >= _HIGHEST:
        return np.lexsort([key.places for key in reversed((slices, *keys))])
    # All keys and the row number fit one integer: sorting plain integers is several times faster than lexsort.
    packed = slices.places.copy()
    for key in keys:
        packed *= key.distinct
        packed += key.places
    packed *= rows
    packed += np.arange(rows)
    packed.sort()
    return packed % max(rows, 1)


def zone_maps(
    sample: TableSample,
    slices: Ranks,
    keys: Sequence[Ranks],
    filtered: Sequence[str],
    storage: Storage,
    widths: Mapping[str, float] | None = None,
) -> ZoneMaps:
    """Return the zone maps of ``filtered`` columns with the rows laid out on ``slices`` in the order of ``keys``.

    ``widths`` are bytes per stored value of columns that are not stored raw, or that scans read but nobody sampled.
    """
    order = storage_order(slices, keys)
    scale = (storage.target_rows or sample.total_rows or 1) / max(sample.rows, 1)
    stored = {name: column.width for name, column in sample.columns.items()} | dict(widths or {})
    starts = _block_starts(np.bincount(slices.places, minlength=slices.distinct), stored, storage.block_bytes / scale)
    zones = {name: _zones(sample.columns[name], order, starts[name]) for name in filtered}
    return ZoneMaps(sample.rows, scale, stored, starts, zones)


def scan_cost(maps: ZoneMaps, scan: Scan, matching: float) -> ScanCost:
    """Return what ``scan`` reads; ``matching`` is :func:`matching_share`, which no order changes."""
    firsts, ends = _surviving(maps, scan.filters)
    blocks, blocks_total, size, size_total = 0, 0, 0.0, 0.0
    for name in scan.columns:
        starts = maps.starts[name]
        read = _touched(starts, firsts, ends)
        value_bytes = maps.widths[name] * maps.scale
        blocks, blocks_total = blocks + int(read.sum()), blocks_total + len(starts)
        size += float(np.diff(starts, append=maps.rows)[read].sum()) * value_bytes
        size_total += maps.rows * value_bytes
    return ScanCost(scan.query, scan.table, scan.weight, blocks, blocks_total, size, size_total, matching)


def matching_share(sample: TableSample, filters: Sequence[RangeFilter]) -> float:
    """Return the share of sampled rows that pass all ``filters``."""
    passing = np.ones(sample.rows, dtype=bool)
    for condition in filters:
        passing &= matches(condition, sample.columns[condition.column])
    return float(passing.mean()) if sample.rows else 0.0


def _block_starts(fill: Integers, widths: Mapping[str, float], block_bytes: float) -> Mapping[str, Integers]:
    """Return the first row of each block per column; columns of one width share the array."""
    ends = np.cumsum(fill)
    by_rows: dict[int, Integers] = {}
    for width in widths.values():
        rows = max(1, int(block_bytes / width))
        if rows not in by_rows:
            by_rows[rows] = np.concatenate([np.arange(end - count, end, rows) for end, count in zip(ends, fill, strict=True)])
    return {name: by_rows[max(1, int(block_bytes / width))] for name, width in widths.items()}


def _zones(column: ColumnSample, order: Integers, starts: Integers) -> Zones:
    if not len(starts):
        return Zones(starts, column.values, column.values, np.zeros(0, dtype=bool))
    if column.valid is None:
        values = _narrow(column.values)[order]
        lows, highs, nulls = values, values, np.zeros(len(starts), dtype=bool)
    else:
        valid, values = column.valid[order], column.values[order]
        # A block of NULLs alone gets an empty zone (minimum above maximum), which no range overlaps.
        lows, highs = np.where(valid, values, _HIGHEST), np.where(valid, values, _LOWEST)
        nulls = np.logical_or.reduceat(~valid, starts)
    minimum, maximum = np.minimum.reduceat(lows, starts), np.maximum.reduceat(highs, starts)
    return Zones(starts, minimum.astype(np.int64), maximum.astype(np.int64), nulls)


def _narrow(values: Integers) -> npt.NDArray[np.signedinteger]:
    """Return the values in 32 bits if they fit: gathering rows in storage order is then several times faster."""
    fits = values.min() >= -(1 << 31) and values.max() < 1 << 31
    return values.astype(np.int32) if fits else values


def _may_hold(condition: RangeFilter, zones: Zones) -> Flags:
    """Return which blocks overlap one of the filter's intervals, or hold a NULL it lets pass."""
    lows, highs = merged(condition)
    keep = np.zeros(len(zones.starts), dtype=bool)
    if len(lows):
        # Intervals are disjoint and sorted: the first one that ends in or after the block is the only one to look at.
        nearest = np.minimum(np.searchsorted(highs, zones.minimum, side="left"), len(lows) - 1)
        keep = (highs[nearest] >= zones.minimum) & (lows[nearest] <= zones.maximum) & (zones.minimum <= zones.maximum)
    return keep | zones.nulls if condition.nulls else keep


def _surviving(maps: ZoneMaps, filters: Sequence[RangeFilter]) -> tuple[Integers, Integers]:
    """Return first and end rows of the stretches in which all ``filters`` may hold."""
    if not maps.rows:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    edges, blocks = _grid(maps, tuple(sorted({item.column for item in filters})))
    keep = np.ones(len(edges), dtype=bool)
    for condition in filters:
        keep &= _may_hold(condition, maps.zones[condition.column])[blocks[condition.column]]
    change = np.diff(np.concatenate(([0], keep.astype(np.int8), [0])))
    limits = np.append(edges, maps.rows)
    return limits[np.flatnonzero(change == 1)], limits[np.flatnonzero(change == -1)]


def _grid(maps: ZoneMaps, columns: tuple[str, ...]) -> tuple[Integers, Mapping[str, Integers]]:
    """Return the rows at which a block of any of ``columns`` begins, and each column's block at every one of them."""
    if columns not in maps.grids:
        begins = np.zeros(maps.rows, dtype=bool)
        begins[0] = True
        for name in columns:
            begins[maps.zones[name].starts] = True
        edges = np.flatnonzero(begins)
        blocks = {name: np.searchsorted(maps.zones[name].starts, edges, side="right") - 1 for name in columns}
        maps.grids[columns] = edges, blocks
    return maps.grids[columns]


def _touched(starts: Integers, firsts: Integers, ends: Integers) -> Flags:
    """Return which blocks overlap any of the row ranges [first, end)."""
    change = np.zeros(len(starts) + 1, dtype=np.int64)
    np.add.at(change, np.searchsorted(starts, firsts, side="right") - 1, 1)
    np.add.at(change, np.searchsorted(starts, ends - 1, side="right"), -1)
    return np.cumsum(change[:-1]) > 0
