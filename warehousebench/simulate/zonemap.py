"""Blocks that zone maps let a scan skip, for any distribution and sort order, on a sample.

The model: rows go to slices by a hash of the distribution key (or in turn), are sorted stably by the sort key within their
slice, and each column is cut into blocks of as many rows as fit.  A block's smallest and largest value tell whether a filter can
hold in it.  Row ranges that survive all filters are read from every scanned column, in whole blocks.  Blocks shrink with the
sample, so that a table has as many of them as at its target size.  Widths are raw bytes unless the caller gives others: with
raw widths the blocks read are an upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from warehousebench.simulate.filters import RangeFilter, matches, merged
from warehousebench.simulate.sample import ColumnSample, Integers, TableSample
from warehousebench.simulate.skew import slice_numbers

Flags = npt.NDArray[np.bool_]
_HIGHEST = np.iinfo(np.int64).max


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
class Frame:
    """What no sort order changes: the first rows of each column's blocks, and in how many ``slices`` there are rows.

    ``widths`` are bytes per stored value; ``scale`` is how many rows of the target table a sampled row stands for.
    """

    rows: int
    scale: float
    slices: int
    widths: Mapping[str, float]
    starts: Mapping[str, Integers]

    def still(self, name: str) -> bool:
        """Return whether every slice is one block of the column, so that its zones are the same in every order."""
        return len(self.starts[name]) == self.slices


@dataclass(frozen=True, slots=True, eq=False)
class ZoneMaps:
    """A table sample laid out: where blocks begin, and the zones of columns that filters look at."""

    frame: Frame
    zones: Mapping[str, Zones]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A column's rows as candidates for a block's smallest and largest value, NULLs being neither, and which rows are NULL.

    ``absent`` is None where there are no NULLs, or no filter asks for them.
    """

    lows: npt.NDArray[np.signedinteger]
    highs: npt.NDArray[np.signedinteger]
    absent: Flags | None


@dataclass(frozen=True, slots=True, eq=False)
class _Condition:
    """A filter's disjoint intervals, and the block of its column that each stretch of a scan lies in."""

    column: str
    lows: Integers
    highs: Integers
    nulls: bool
    blocks: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """Columns with the same blocks: how many they are, what a sampled row takes in all of them, and the rows of each block.

    A scan's stretches are cut into pieces where these blocks begin: ``stretches`` tells which stretch each piece is part of,
    ``firsts`` the first piece of each block.
    """

    columns: int
    row_bytes: float
    rows: Integers
    stretches: Integers
    firsts: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A scan prepared for a frame; its rows are parted into stretches wherever a block of a filtered column begins."""

    scan: Scan
    matching: float
    stretches: int
    conditions: tuple[_Condition, ...]
    cuts: tuple[_Cut, ...]


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
    bits = rows.bit_length()
    room = int(np.prod([float(key.distinct) for key in (slices, *keys)])) << bits
    if room >= _HIGHEST:
        return np.lexsort([key.places for key in reversed((slices, *keys))])
    # All keys and the row number fit one integer: sorting plain integers is several times faster than lexsort.
    packed = slices.places.copy()
    for key in keys:
        packed *= key.distinct
        packed += key.places
    packed <<= bits
    packed |= _row_numbers(rows)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed


@lru_cache(maxsize=8)
def _row_numbers(rows: int) -> Integers:
    return np.arange(rows)


def frame(sample: TableSample, slices: Ranks, storage: Storage, widths: Mapping[str, float] | None = None) -> Frame:
    """Return where blocks begin if rows lie on ``slices``.

    ``widths`` are bytes per stored value of columns that are not stored raw, or that scans read but nobody sampled.
    """
    scale = (storage.target_rows or sample.total_rows or 1) / max(sample.rows, 1)
    stored = {name: column.width for name, column in sample.columns.items()} | dict(widths or {})
    fill = np.bincount(slices.places, minlength=slices.distinct)
    starts = _block_starts(fill, stored, storage.block_bytes / scale)
    return Frame(sample.rows, scale, int(np.count_nonzero(fill)), stored, starts)


def zones_of(bounds: Mapping[str, Bounds], laid: Frame, slices: Ranks, keys: Sequence[Ranks]) -> dict[str, Zones]:
    """Return the zones of the columns in ``bounds`` with the rows of each slice in the order of ``keys``."""
    if not bounds:
        return {}
    order = storage_order(slices, keys)
    # One buffer per width of integers serves all columns: fresh ones would cost more than what is gathered into them.
    rooms = {found.lows.dtype: np.empty_like(found.lows) for found in bounds.values()}
    return {name: _zones(found, order, laid.starts[name], rooms[found.lows.dtype]) for name, found in bounds.items()}


def zone_maps(
    sample: TableSample,
    slices: Ranks,
    keys: Sequence[Ranks],
    filtered: Sequence[str],
    storage: Storage,
    widths: Mapping[str, float] | None = None,
) -> ZoneMaps:
    """Return the zone maps of ``filtered`` columns with the rows laid out on ``slices`` in the order of ``keys``."""
    laid = frame(sample, slices, storage, widths)
    return ZoneMaps(laid, zones_of({name: bounds(sample.columns[name]) for name in filtered}, laid, slices, keys))


def scan_cost(maps: ZoneMaps, scan: Scan, matching: float) -> ScanCost:
    """Return what ``scan`` reads; ``matching`` is :func:`matching_share`, which no order changes."""
    return read_cost(reading(maps.frame, scan, matching), maps.zones)


def reading(laid: Frame, scan: Scan, matching: float) -> Reading:
    """Return ``scan`` prepared to be costed under many orders of the rows in one frame."""
    edges = np.unique(np.concatenate([np.zeros(1, dtype=np.int64), *(laid.starts[item.column] for item in scan.filters)]))
    conditions = tuple(_condition(item, laid.starts[item.column], edges) for item in scan.filters if laid.rows)
    alike: dict[int, list[str]] = {}
    for name in scan.columns:
        alike.setdefault(id(laid.starts[name]), []).append(name)
    return Reading(scan, matching, len(edges), conditions, tuple(_cut(laid, names, edges) for names in alike.values()))


def read_cost(prepared: Reading, zones: Mapping[str, Zones]) -> ScanCost:
    """Return what a prepared scan reads where its columns have these ``zones``."""
    keep = np.ones(prepared.stretches, dtype=bool)
    for condition in prepared.conditions:
        keep &= _may_hold(condition, zones[condition.column])[condition.blocks]
    blocks, blocks_total, size, size_total = 0, 0, 0.0, 0.0
    for cut in prepared.cuts:
        read = np.logical_or.reduceat(keep[cut.stretches], cut.firsts) if len(cut.firsts) else np.zeros(0, dtype=bool)
        blocks, blocks_total = blocks + cut.columns * int(read.sum()), blocks_total + cut.columns * len(read)
        size += float(cut.rows @ read) * cut.row_bytes
        size_total += float(cut.rows.sum()) * cut.row_bytes
    scan = prepared.scan
    return ScanCost(scan.query, scan.table, scan.weight, blocks, blocks_total, size, size_total, prepared.matching)


def _condition(item: RangeFilter, starts: Integers, edges: Integers) -> _Condition:
    return _Condition(item.column, *merged(item), item.nulls, np.searchsorted(starts, edges, side="right") - 1)


def _cut(laid: Frame, names: Sequence[str], edges: Integers) -> _Cut:
    starts = laid.starts[names[0]]
    pieces = np.union1d(edges, starts)
    return _Cut(
        columns=len(names),
        row_bytes=sum(laid.widths[name] for name in names) * laid.scale,
        rows=np.diff(starts, append=laid.rows),
        stretches=np.searchsorted(edges, pieces, side="right") - 1,
        firsts=np.searchsorted(pieces, starts),
    )


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


def bounds(column: ColumnSample, *, nulls: bool = True) -> Bounds:
    """Return a column's values as a block's candidates, and its NULLs if some filter lets them pass.

    They take 32 bits if they fit, which makes gathering them several times faster.
    """
    values = column.values
    fits = not len(values) or (values.min() >= -(1 << 31) and values.max() < 1 << 31)
    narrow = values.astype(np.int32) if fits else values
    if column.valid is None:
        return Bounds(narrow, narrow, None)
    limits = np.iinfo(narrow.dtype)
    # A block of NULLs alone gets an empty zone (minimum above maximum), which no range overlaps.
    lows, highs = (np.where(column.valid, narrow, narrow.dtype.type(limit)) for limit in (limits.max, limits.min))
    return Bounds(lows, highs, ~column.valid if nulls else None)


def _zones(found: Bounds, order: Integers, starts: Integers, room: npt.NDArray[np.signedinteger]) -> Zones:
    """Return a column's zones; ``room`` is overwritten with its values in the given order."""
    if not len(starts):
        return Zones(starts, starts, starts, np.zeros(0, dtype=bool))
    nulls = np.zeros(len(starts), dtype=bool) if found.absent is None else np.logical_or.reduceat(found.absent[order], starts)
    minimum = np.minimum.reduceat(found.lows.take(order, out=room, mode="clip"), starts)
    highest = room if found.highs is found.lows else found.highs.take(order, out=room, mode="clip")
    maximum = np.maximum.reduceat(highest, starts)
    return Zones(starts, minimum.astype(np.int64), maximum.astype(np.int64), nulls)


def _may_hold(condition: _Condition, zones: Zones) -> Flags:
    """Return which blocks overlap one of the filter's intervals, or hold a NULL it lets pass."""
    lows, highs = condition.lows, condition.highs
    keep = np.zeros(len(zones.starts), dtype=bool)
    if len(lows) == 1:
        keep = (highs[0] >= zones.minimum) & (lows[0] <= zones.maximum) & (zones.minimum <= zones.maximum)
    elif len(lows):
        # Intervals are disjoint and sorted: the first one that ends in or after the block is the only one to look at.
        nearest = np.minimum(np.searchsorted(highs, zones.minimum, side="left"), len(lows) - 1)
        keep = (highs[nearest] >= zones.minimum) & (lows[nearest] <= zones.maximum) & (zones.minimum <= zones.maximum)
    return keep | zones.nulls if condition.nulls else keep
