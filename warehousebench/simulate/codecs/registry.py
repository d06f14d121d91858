"""All codecs by the name their product gives them, and how far each size can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from warehousebench.simulate.codecs import compressors, deltas, values
from warehousebench.simulate.codecs.block import Block
from warehousebench.simulate.sample import Kind

_GUIDE = "Amazon Redshift Database Developer Guide, Compression encodings"
_VERTICA = "Vertica documentation, Encoding types; Lamb et al., PVLDB 5(12), 2012, section 3.4.1"
_NUMBERS, _TEXT, _ANY = frozenset({Kind.INTEGER, Kind.FLOAT}), frozenset({Kind.TEXT}), frozenset(Kind)
_INTEGERS = frozenset({Kind.INTEGER})


class Fidelity(StrEnum):
    """How a size comes about.

    EXACT: the vendor documents the bytes, or the real compressor ran.  MODEL: the vendor documents the principle and the
    bytes are ours (entropy codes at Shannon's bound).  PROXY: another algorithm stands in for an undisclosed one.
    """

    EXACT = "exact"
    MODEL = "model"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec: ``size`` gives the bytes of a block, without what marks its NULLs.

    ``slow`` ones are run on a part of one block and scaled by what zstd makes of the same part.  ``runs`` marks codecs that
    store NULLs as runs of their own.
    """

    name: str
    size: Callable[[Block], float]
    fidelity: Fidelity
    source: str
    kinds: frozenset[Kind] = _ANY
    slow: bool = False
    runs: bool = False


_ALL = (
    Codec("RAW", values.raw, Fidelity.EXACT, _GUIDE),
    Codec("RUNLENGTH", values.runlength, Fidelity.EXACT, f"{_GUIDE}: tokens of value and one-byte count", runs=True),
    Codec("BYTEDICT", values.bytedict, Fidelity.EXACT, f"{_GUIDE}: 256 entries per block, others raw"),
    Codec("DELTA", deltas.delta, Fidelity.EXACT, f"{_GUIDE}: -127..127, else flag and value", _INTEGERS),
    Codec("DELTA32K", deltas.delta32k, Fidelity.EXACT, f"{_GUIDE}: two bytes, else flag and value", _INTEGERS),
    Codec("MOSTLY8", values.mostly8, Fidelity.EXACT, _GUIDE, _INTEGERS),
    Codec("MOSTLY16", values.mostly16, Fidelity.EXACT, _GUIDE, _INTEGERS),
    Codec("MOSTLY32", values.mostly32, Fidelity.EXACT, _GUIDE, _INTEGERS),
    Codec("TEXT255", compressors.text255, Fidelity.MODEL, f"{_GUIDE}: first 245 words", _TEXT),
    Codec("TEXT32K", compressors.text32k, Fidelity.MODEL, f"{_GUIDE}: 32 KB of words", _TEXT),
    Codec("ZSTD", compressors.zstd, Fidelity.EXACT, "zstandard, level 3; the product's level is not documented"),
    Codec("AZ64", deltas.packed_groups, Fidelity.PROXY, "bit packing in groups of 128; AZ64 is proprietary", _INTEGERS),
    Codec("LZO", compressors.lz4_high, Fidelity.PROXY, "LZ4 high compression in place of LZO", slow=True),
    Codec("RLE", values.rle, Fidelity.MODEL, _VERTICA, runs=True),
    Codec("BLOCK_DICT", values.block_dict, Fidelity.MODEL, _VERTICA),
    Codec("BLOCKDICT_COMP", values.blockdict_comp, Fidelity.MODEL, _VERTICA),
    Codec("DELTAVAL", deltas.deltaval, Fidelity.MODEL, _VERTICA, _INTEGERS),
    Codec("GCDDELTA", deltas.gcddelta, Fidelity.MODEL, _VERTICA, _INTEGERS),
    Codec("DELTARANGE_COMP", deltas.deltarange_comp, Fidelity.MODEL, _VERTICA, _NUMBERS),
    Codec("COMMONDELTA_COMP", deltas.commondelta_comp, Fidelity.MODEL, _VERTICA, _NUMBERS),
    Codec("ZSTD_FAST_COMP", compressors.zstd_fast, Fidelity.EXACT, "zstandard, level 1; the product's level is not documented"),
    Codec("ZSTD_COMP", compressors.zstd, Fidelity.EXACT, "zstandard, level 3; the product's level is not documented"),
    Codec(
        "ZSTD_HIGH_COMP",
        compressors.zstd_high,
        Fidelity.EXACT,
        "zstandard, level 9; the product's level is not documented",
        slow=True,
    ),
    Codec("GZIP_COMP", compressors.deflate, Fidelity.EXACT, "gzip, level 6", slow=True),
    Codec("BZIP_COMP", compressors.bzip2, Fidelity.EXACT, "bzip2, level 9", slow=True),
)

CODECS: Mapping[str, Codec] = {codec.name: codec for codec in _ALL}
