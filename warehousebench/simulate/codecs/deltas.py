"""Codecs that look at differences: to the value before, to the smallest value, to common differences."""

from __future__ import annotations

import math

import numpy as np

from warehousebench.simulate.codecs.block import Block, bits_needed, entropy_bytes
from warehousebench.simulate.sample import Integers

_GROUP = 128
_REFERENCE_BYTES = 8
_HEADER_BYTES = 2  # of a group: its bit width and its kind


def delta(block: Block) -> float:
    """Return the bytes of one-byte differences; a larger one is the full value behind a one-byte flag."""
    return _flagged(block, 127, 1)


def delta32k(block: Block) -> float:
    """Return the bytes of two-byte differences; a larger one is the full value behind a one-byte flag."""
    return _flagged(block, 32_767, 2)


def deltaval(block: Block) -> float:
    """Return the bytes of the smallest value and bit-packed differences to it."""
    return _above_minimum(block, 1)


def gcddelta(block: Block) -> float:
    """Return the bytes of the smallest value, the greatest common divisor and bit-packed multiples of it."""
    if not len(block.values):
        return 0.0
    divisor = int(np.gcd.reduce(block.distinct.values - block.distinct.values[0]))
    return _above_minimum(block, max(1, divisor)) + _REFERENCE_BYTES


def deltarange_comp(block: Block) -> float:
    """Return the bytes of differences as an entropy-coded bit length and the bits below the leading one."""
    if not len(block.values):
        return 0.0
    lengths = bits_needed(_zigzag(block.deltas))
    below = int(np.maximum(lengths - 1, 0).sum())
    return _REFERENCE_BYTES + below / 8 + entropy_bytes(np.unique(lengths, return_counts=True)[1])


def commondelta_comp(block: Block) -> float:
    """Return the bytes of a dictionary of all differences, each with a code length, and entropy-coded indexes."""
    if not len(block.values):
        return 0.0
    known, counts = np.unique(block.deltas, return_counts=True)
    # The dictionary is sorted, so an entry costs the bytes of its distance to the one before.
    steps = np.diff(known, prepend=known[:1])
    entries = np.maximum(1, -(-bits_needed(np.abs(steps)) // 8)) + 1
    return _REFERENCE_BYTES + float(entries.sum()) + entropy_bytes(counts)


def packed_groups(block: Block) -> float:
    """Return the bytes of groups of 128 values, each packed as differences to its minimum or to the value before."""
    if not len(block.values):
        return 0.0
    starts = np.arange(0, len(block.values), _GROUP)
    lengths = np.diff(starts, append=len(block.values))
    spread = np.maximum.reduceat(block.values, starts) - np.minimum.reduceat(block.values, starts)
    steps = np.concatenate((np.zeros(1, dtype=np.int64), block.deltas))
    steps[starts] = 0
    swing = np.maximum.reduceat(steps, starts) - np.minimum.reduceat(steps, starts)
    # A negative spread is one that does not fit 64 bits.
    bits = np.minimum(_width(spread), _width(swing))
    return float((-(-bits * lengths // 8) + _HEADER_BYTES + int(block.column.width)).sum())


def packed_deltas(block: Block) -> float:
    """Return the bytes of groups of 128 values packed as differences to the value before."""
    if not len(block.values):
        return 0.0
    steps = _zigzag(np.concatenate((np.zeros(1, dtype=np.int64), block.deltas)))
    starts = np.arange(0, len(steps), _GROUP)
    widths = bits_needed(np.maximum.reduceat(steps, starts))
    lengths = np.diff(starts, append=len(steps))
    return _REFERENCE_BYTES + float((-(-widths * lengths // 8) + _HEADER_BYTES).sum())


def _width(spread: Integers) -> Integers:
    return np.where(spread < 0, 64, bits_needed(np.maximum(spread, 0)))


def _flagged(block: Block, limit: int, width: int) -> float:
    if not len(block.values):
        return 0.0
    fitting = int(np.count_nonzero((block.deltas >= -limit) & (block.deltas <= limit)))
    return fitting * width + (len(block.values) - fitting) * (float(block.column.width) + 1)


def _above_minimum(block: Block, divisor: int) -> float:
    if not len(block.values):
        return 0.0
    spread = (int(block.values.max()) - int(block.values.min())) // divisor
    return _REFERENCE_BYTES + math.ceil(len(block.values) * spread.bit_length() / 8)


def _zigzag(numbers: Integers) -> Integers:
    """Return small non-negative numbers for small differences of either sign."""
    folded = (numbers << 1) ^ (numbers >> 63)
    return np.where(folded < 0, np.iinfo(np.int64).max, folded)
