"""Codecs that look at values: raw, runs, narrow integers, dictionaries."""

from __future__ import annotations

import math

import numpy as np

from warehousebench.simulate.codecs.block import Block, entropy_bytes

_RUN_LIMIT = 256  # a one-byte count
_BYTE_ENTRIES = 256
_COUNT_BYTES = 8


def raw(block: Block) -> float:
    """Return the bytes of the values as they are."""
    return block.raw_bytes


def runlength(block: Block) -> float:
    """Return the bytes of tokens of a value and a one-byte count."""
    values, lengths = block.runs
    tokens = -(-lengths // _RUN_LIMIT)
    plain = block.value_bytes(values)
    # The vendor's example counts a string's characters only: Blue with its count is 5 bytes.
    header = 4.0 if block.column.dictionary is not None and not block.column.fixed else 0.0
    return float(((plain - header + 1) * tokens).sum())


def rle(block: Block) -> float:
    """Return the bytes of pairs of a value and its number of occurrences, the count as a 64-bit integer."""
    values, _ = block.runs
    return float((block.value_bytes(values) + _COUNT_BYTES).sum())


def bytedict(block: Block) -> float:
    """Return the bytes of a dictionary of the first 256 values, one byte per row found in it, the others raw."""
    if not len(block.values):
        return 0.0
    distinct = block.distinct
    kept = np.argsort(distinct.firsts, kind="stable")[:_BYTE_ENTRIES]
    indexed = distinct.counts[kept].sum()
    beside = block.raw_bytes - float(block.distinct_bytes[kept] @ distinct.counts[kept])
    return float(block.distinct_bytes[kept].sum() + indexed + beside)


def block_dict(block: Block) -> float:
    """Return the bytes of a dictionary of all values and bit-packed indexes."""
    if not len(block.values):
        return 0.0
    bits = (len(block.distinct.values) - 1).bit_length()
    return float(block.distinct_bytes.sum()) + math.ceil(len(block.values) * bits / 8)


def blockdict_comp(block: Block) -> float:
    """Return the bytes of a dictionary of all values, a byte of code length each, and entropy-coded indexes."""
    if not len(block.values):
        return 0.0
    return float(block.distinct_bytes.sum()) + len(block.distinct.values) + entropy_bytes(block.distinct.counts)


def mostly8(block: Block) -> float:
    """Return the bytes with values of -128..127 in one byte and the others raw."""
    return _mostly(block, 1)


def mostly16(block: Block) -> float:
    """Return the bytes with values of -32768..32767 in two bytes and the others raw."""
    return _mostly(block, 2)


def mostly32(block: Block) -> float:
    """Return the bytes with values of 32 bits in four bytes and the others raw."""
    return _mostly(block, 4)


def _mostly(block: Block, width: int) -> float:
    limit = 1 << (8 * width - 1)
    fitting = int(np.count_nonzero((block.values >= -limit) & (block.values < limit)))
    return fitting * width + (len(block.values) - fitting) * float(block.column.width)
