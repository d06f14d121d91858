"""A block of one column's consecutive values, with what several codecs need worked out once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehousebench.simulate.sample import TEXT_OVERHEAD, ColumnSample, Integers, Kind, float_values


@dataclass(frozen=True, eq=False)
class Distinct:
    """A block's different values, sorted: how often and where first each occurs."""

    values: Integers
    counts: Integers
    firsts: Integers


@dataclass(frozen=True, eq=False)
class Block:
    """The values of ``column`` from row ``start`` to ``end``; all codecs but the run-length ones see no NULLs."""

    column: ColumnSample
    start: int
    end: int

    @property
    def rows(self) -> int:
        """Return the rows of the block, NULLs among them."""
        return self.end - self.start

    @cached_property
    def values(self) -> Integers:
        """Return the values that are not NULL."""
        values = self.column.values[self.start : self.end]
        return values if self.column.valid is None else values[self.column.valid[self.start : self.end]]

    @property
    def null_bytes(self) -> int:
        """Return what marks the NULLs: one bit per row if there are any."""
        return math.ceil(self.rows / 8) if len(self.values) < self.rows else 0

    @cached_property
    def distinct(self) -> Distinct:
        """Return the different values of the block."""
        return _distinct(self.values)

    @cached_property
    def deltas(self) -> Integers:
        """Return each value minus the one before it; one fewer than values."""
        return np.diff(self.values)

    @cached_property
    def runs(self) -> tuple[Integers, Integers]:
        """Return value and length of each stretch of equal values; a stretch of NULLs counts as a run with the value 0."""
        values = self.column.values[self.start : self.end]
        change = values[1:] != values[:-1]
        if self.column.valid is not None:
            valid = self.column.valid[self.start : self.end]
            change |= valid[1:] != valid[:-1]
        firsts = np.concatenate(([0], np.flatnonzero(change) + 1)) if len(values) else np.zeros(0, dtype=np.int64)
        return values[firsts], np.diff(firsts, append=len(values))

    def strings(self, values: Integers) -> pa.Array:
        """Return the strings that ``values`` of a text column stand for."""
        assert self.column.dictionary is not None
        return self.column.dictionary.take(pa.array(values))

    def value_bytes(self, values: Integers) -> npt.NDArray[np.float64]:
        """Return the raw bytes that each of ``values`` takes by itself, a string's length field included."""
        if self.column.dictionary is None or self.column.fixed:
            return np.full(len(values), float(self.column.width))
        lengths: npt.NDArray[np.float64] = pc.binary_length(self.strings(values)).to_numpy().astype(np.float64)
        return lengths + TEXT_OVERHEAD

    @cached_property
    def distinct_bytes(self) -> npt.NDArray[np.float64]:
        """Return the raw bytes of each distinct value."""
        return self.value_bytes(self.distinct.values)

    @cached_property
    def raw_bytes(self) -> float:
        """Return the bytes of all values without encoding."""
        if self.column.dictionary is None or self.column.fixed:
            return float(len(self.values) * self.column.width)
        return float(self.distinct_bytes @ self.distinct.counts)

    @cached_property
    def image(self) -> bytes:
        """Return the block as a general compressor sees it: little-endian numbers, or string lengths and then the strings."""
        if self.column.kind is Kind.TEXT:
            return _text_image(self.strings(self.values))
        width = int(self.column.width)
        if self.column.kind is Kind.FLOAT:
            floats = float_values(self.values)
            return floats.astype(np.float32).tobytes() if width == 4 else floats.tobytes()
        # Wider numbers than 64 bits are sampled as floats; odd widths are stored in the next power of two.
        return self.values.astype(f"<i{1 << max(0, min(3, (width - 1).bit_length()))}").tobytes()


def _text_image(strings: pa.Array) -> bytes:
    lengths = pc.binary_length(strings).to_numpy().astype("<u4")
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(strings)], pa.int32()), strings), "")
    content: bytes = joined[0].as_buffer().to_pybytes()
    return bytes(lengths.tobytes()) + content


def _distinct(values: Integers) -> Distinct:
    rows = len(values)
    bits = rows.bit_length()
    if not rows or int(values.max()) - int(values.min()) >= 1 << (63 - bits):
        found, firsts, counts = np.unique(values, return_index=True, return_counts=True)
        return Distinct(found, counts, firsts)
    # Value and row number fit one integer: sorting plain integers is several times faster than sorting their places.
    lowest = values.min()
    packed = ((values - lowest) << bits) | np.arange(rows)
    packed.sort()
    ordered = packed >> bits
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1))
    first = packed[starts]
    return Distinct((first >> bits) + lowest, np.diff(starts, append=rows), first & ((1 << bits) - 1))


def blocks(column: ColumnSample, bounds: tuple[int, ...]) -> tuple[Block, ...]:
    """Return one block per contiguous slice of a sample."""
    return tuple(Block(column, start, end) for start, end in pairwise(bounds) if end > start)


def bits_needed(numbers: Integers) -> npt.NDArray[np.int64]:
    """Return how many bits each non-negative number needs (0 needs none)."""
    # frexp gives the exponent without a loop; it is exact up to 2**53 and one too many just below larger powers of two.
    exponents = np.frexp(numbers.astype(np.float64))[1].astype(np.int64)
    return np.minimum(exponents, 64)


def entropy_bytes(counts: Integers) -> float:
    """Return the bytes of an ideal entropy code for symbols that occur ``counts`` times."""
    total = float(counts.sum())
    if not total:
        return 0.0
    share = counts / total
    return float(-(counts * np.log2(share)).sum() / 8)
