"""Codecs that compress bytes or words: the general compressors, and dictionaries of words."""

from __future__ import annotations

import bz2
import gzip

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import zstandard

from warehousebench.simulate.codecs.block import Block

_FAST, _DEFAULT, _HIGH = 1, 3, 9
_WORDS, _WORD_BYTES = 245, 32 * 1024


def zstd(block: Block) -> float:
    """Return the bytes zstd makes of the block at its default level, 3."""
    return _zstd(block, _DEFAULT)


def zstd_fast(block: Block) -> float:
    """Return the bytes zstd makes of the block at level 1."""
    return _zstd(block, _FAST)


def zstd_high(block: Block) -> float:
    """Return the bytes zstd makes of the block at level 9."""
    return _zstd(block, _HIGH)


def deflate(block: Block) -> float:
    """Return the bytes gzip makes of the block at level 6."""
    return float(len(gzip.compress(block.image, compresslevel=6, mtime=0)))


def bzip2(block: Block) -> float:
    """Return the bytes bzip2 makes of the block at level 9."""
    return float(len(bz2.compress(block.image)))


def lz4_high(block: Block) -> float:
    """Return the bytes LZ4's high compression makes of the block: like LZO, matches of bytes without an entropy code."""
    return float(pa.Codec("lz4_raw", compression_level=9).compress(block.image).size)


def text255(block: Block) -> float:
    """Return the bytes with the first 245 words of the block as one-byte indexes."""
    return _words(block, _WORDS, None, 1)


def text32k(block: Block) -> float:
    """Return the bytes with words as two-byte indexes until the dictionary holds 32 KB of them."""
    return _words(block, None, _WORD_BYTES, 2)


def _zstd(block: Block, level: int) -> float:
    return float(len(zstandard.ZstdCompressor(level=level).compress(block.image)))


def _words(block: Block, most: int | None, most_bytes: int | None, index_bytes: int) -> float:
    """Return index bytes of known words, raw bytes of the others, the dictionary, and a length byte per value."""
    if not len(block.values) or block.column.dictionary is None:
        return block.raw_bytes
    pieces = pc.split_pattern(block.strings(block.distinct.values), " ")
    uses = np.repeat(block.distinct.counts, np.diff(pieces.offsets.to_numpy()))
    arrival = np.repeat(block.distinct.firsts, np.diff(pieces.offsets.to_numpy()))
    coded = pieces.flatten().dictionary_encode()
    codes, lengths = coded.indices.to_numpy(), pc.binary_length(coded.dictionary).to_numpy()
    total = np.bincount(codes, weights=uses, minlength=len(lengths))
    first = np.full(len(lengths), block.rows)
    np.minimum.at(first, codes, arrival)
    order = np.argsort(first, kind="stable")
    kept = order[:most] if most_bytes is None else order[: int(np.searchsorted(np.cumsum(lengths[order]), most_bytes))]
    known = np.zeros(len(lengths), dtype=bool)
    known[kept] = True
    size = np.where(known, index_bytes, lengths + 1) @ total + (lengths[known] + 1).sum()
    return float(size) + len(block.values)
