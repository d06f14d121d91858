"""Codec sizes against the vendors' worked examples, against decodable encodings, and against published measurements."""

from __future__ import annotations

import bz2
import gzip

import numpy as np
import pyarrow as pa
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.errors import UsageError
from warehousebench.simulate.codecs.block import Block, bits_needed
from warehousebench.simulate.codecs.registry import CODECS, Fidelity
from warehousebench.simulate.encoding import accuracy, encoded_sizes
from warehousebench.simulate.sample import ColumnSample, Kind, TableSample, float_codes


def numbers(values: list[int | None] | np.ndarray, width: float = 4) -> Block:
    present = [value is not None for value in values]
    codes = np.array([0 if value is None else value for value in values], dtype=np.int64)
    return _block(Kind.INTEGER, codes, None if all(present) else np.array(present), width)


def floats(values: np.ndarray) -> Block:
    return _block(Kind.FLOAT, float_codes(values), None, 8)


def _block(kind: Kind, codes: np.ndarray, valid: np.ndarray | None, width: float, dictionary: pa.Array | None = None) -> Block:
    return Block(ColumnSample("c", "BIGINT", kind, codes, valid, width, dictionary=dictionary), 0, len(codes))


def strings(values: list[str], fixed: float | None = None) -> Block:
    words = sorted(set(values))
    codes = np.array([words.index(value) for value in values], dtype=np.int64)
    width = fixed or sum(len(value) for value in values) / len(values) + 4
    column = ColumnSample("c", "VARCHAR", Kind.TEXT, codes, None, width, fixed=fixed is not None, dictionary=pa.array(words))
    return Block(column, 0, len(codes))


def size(codec: str, block: Block) -> float:
    return CODECS[codec].size(block)


def test_runlength_example_of_the_redshift_guide():
    colours = ["Blue"] * 2 + ["Green"] * 3 + ["Blue"] + ["Yellow"] * 4
    assert size("RUNLENGTH", strings(colours)) == 23


def test_bytedict_example_of_the_redshift_guide():
    countries = ["England", "United States of America", "Venezuela", "Sri Lanka", "Argentina", "Japan"]
    rows = [countries[i] for i in (0, 1, 1, 2, 3, 4, 5, 3, 4, 2)]
    assert size("BYTEDICT", strings(rows, fixed=30)) == 190


def test_bytedict_keeps_the_first_256_values_and_writes_the_others_raw():
    assert size("BYTEDICT", numbers([*range(300), 0, 299])) == 256 * 4 + 257 + 45 * 4


def test_delta_example_of_the_redshift_guide():
    assert size("DELTA", numbers([*range(1, 11)])) == 4 + 1 + 9
    assert size("DELTA", numbers([1, 128, 256])) == 5 + 1 + 5
    assert size("DELTA32K", numbers([1, 128, 40_000])) == 5 + 2 + 5


def test_mostly_example_of_the_redshift_guide():
    block = numbers([0, 100, 127, 309, -128, -129])
    assert size("MOSTLY8", block) == 4 * 1 + 2 * 4
    assert size("MOSTLY16", block) == 6 * 2
    assert size("MOSTLY32", numbers([1, 2**31, -(2**31)], 8)) == 4 + 8 + 4


def test_blocks_counted_on_redshift_for_a_sorted_date():
    """The column l_shipdate of 600,037,902 rows on 6 slices, sorted: 576 blocks as DELTA, 12 as RUNLENGTH.

    Source: amazon-redshift-utils, EarlyMaterialization.md.  2526 dates, 4 bytes each, 1 MB blocks.
    """
    rows, slices, days = 600_037_902, 6, 2526
    block = numbers(np.repeat(np.arange(20), rows // slices // days))
    per_row = {codec: size(codec, block) / block.rows for codec in ("DELTA", "RUNLENGTH")}
    blocks = {codec: slices * -(-int(rows / slices * share) // (1 << 20)) for codec, share in per_row.items()}
    assert blocks == {"DELTA": 576, "RUNLENGTH": 12}


def test_million_sorted_random_integers_as_measured_on_vertica():
    """1 M random integers of 1..10 M, sorted, took 0.6 MB (Lamb et al., PVLDB 5(12), 2012, table 4)."""
    values = np.sort(np.random.default_rng(1).integers(1, 10_000_001, 1_000_000))
    assert size("COMMONDELTA_COMP", numbers(values, 8)) == pytest.approx(0.6e6, rel=0.05)


def test_general_compressors_really_run():
    generator = np.random.default_rng(3)
    values = generator.integers(0, 1000, 5000)
    image = values.astype("<i4").tobytes()
    assert size("ZSTD", numbers(values)) == len(zstandard.ZstdCompressor(level=3).compress(image))
    assert size("GZIP_COMP", numbers(values)) == len(gzip.compress(image, 6, mtime=0))
    assert size("BZIP_COMP", numbers(values)) == len(bz2.compress(image))
    doubles = generator.normal(size=300)
    assert size("ZSTD_FAST_COMP", floats(doubles)) == len(zstandard.ZstdCompressor(level=1).compress(doubles.tobytes()))
    text = strings(["ab", "c", "ab"])
    assert text.image == np.array([2, 1, 2], "<u4").tobytes() + b"abcab"


def test_entropy_codes_follow_shannon():
    # Half of the indexes are one value and half another: one bit each.
    assert size("BLOCKDICT_COMP", numbers([1, 2] * 400)) == 2 * 4 + 2 + 100
    assert size("BLOCKDICT_COMP", numbers([7] * 800)) == 4 + 1
    assert size("BLOCK_DICT", numbers([1, 2, 3] * 8)) == 3 * 4 + 6


def test_delta_families_on_known_data():
    steps = numbers([1000 + 60 * i for i in range(64)])
    assert size("DELTAVAL", steps) == 8 + 64 * 12 / 8
    assert size("GCDDELTA", steps) == 8 + 8 + 64 * 6 / 8
    assert size("COMMONDELTA_COMP", steps) == 8 + 2
    assert size("DELTARANGE_COMP", steps) == 8 + 63 * 6 / 8  # zigzag(60) = 120: 7 bits, of which the first is known


def test_az64_proxy_takes_the_better_of_range_and_steps_per_group():
    climbing = numbers([i * 1_000_003 for i in range(128)])
    assert size("AZ64", climbing) == 2 + 4 + 128 * 20 / 8  # the first step of a group counts as 0, the others as 1,000,003
    noisy = numbers([(i * 37) % 16 for i in range(128)])
    assert size("AZ64", noisy) == 2 + 4 + 128 * 4 / 8


def test_word_dictionaries():
    # Three words (6, 6, 4 bytes with their blank) in the dictionary, five indexes, one length byte per value.
    assert size("TEXT255", strings(["alpha bravo", "bravo abc", "abc"])) == 5 + 16 + 3
    assert size("TEXT32K", strings(["alpha bravo", "bravo abc", "abc"])) == 10 + 16 + 3
    many = [f"w{i:04d}" for i in range(300)]
    assert size("TEXT255", strings(many)) == 245 + 245 * 6 + 55 * 6 + 300


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(2**62), 2**62) | st.none(), min_size=1, max_size=300))
def test_no_codec_is_smaller_than_its_information_or_negative(values):
    block = numbers(values, 8)
    for codec in CODECS.values():
        if Kind.INTEGER in codec.kinds:
            assert codec.size(block) >= 0
    present = [value for value in values if value is not None]
    # A dictionary or a run list must at least name every distinct value.
    for name in ("RAW", "BYTEDICT", "BLOCK_DICT", "BLOCKDICT_COMP", "RLE", "RUNLENGTH"):
        assert size(name, block) >= 8 * len(set(present))


@given(st.lists(st.integers(0, 2**62), min_size=1))
def test_bits_needed_never_lacks_a_bit(values):
    found = bits_needed(np.array(values, dtype=np.int64))
    assert all(value.bit_length() <= bits <= value.bit_length() + 1 for value, bits in zip(values, found, strict=True))


def test_nulls_are_runs_or_a_bitmap():
    block = numbers([5, 5, None, None, None, 5, 7], 8)
    assert block.runs[1].tolist() == [2, 3, 1, 1]
    assert size("RLE", block) == 4 * 16
    assert size("RAW", block) == 4 * 8
    sizes = encoded_sizes(TableSample({"c": block.column}, 7, 7, (0, 7)), {"c": ["RAW", "RLE"]})
    assert sizes == {"c": {"RAW": 33, "RLE": 64}}


def test_all_null_and_empty_columns():
    empty = TableSample({"c": numbers([]).column}, 0, 0, (0, 0))
    assert set(encoded_sizes(empty)["c"].values()) == {0.0}
    hollow = numbers([None] * 100)
    assert all(np.isfinite(size(name, hollow)) for name, codec in CODECS.items() if Kind.INTEGER in codec.kinds)


def test_sizes_scale_to_the_table_and_slow_codecs_to_the_blocks():
    values = np.random.default_rng(5).integers(0, 500, 8000)
    column = numbers(values).column
    sizes = encoded_sizes(TableSample({"c": column}, 8000, 80_000, (0, 4000, 8000)))["c"]
    assert sizes["RAW"] == 320_000
    assert sizes["DELTA32K"] == 10 * (8000 * 2 + 2 * 3)
    whole = encoded_sizes(TableSample({"c": column}, 8000, 8000, (0, 8000)), {"c": ["GZIP_COMP"]})["c"]["GZIP_COMP"]
    assert sizes["GZIP_COMP"] == pytest.approx(10 * whole, rel=0.1)


def test_counted_runs_replace_those_of_the_slices():
    column = numbers([1] * 500 + [2] * 500, 8).column
    sample = TableSample({"c": column}, 1000, 1_000_000, (0, 500, 1000))
    assert encoded_sizes(sample, {"c": ["RLE"]}, runs={"c": 3})["c"]["RLE"] == 3 * 16
    assert encoded_sizes(sample, {"c": ["RLE"]})["c"]["RLE"] == 2 * 16 * 1000


def test_unknown_codec_is_named():
    with pytest.raises(UsageError, match="no codec is called BOGUS"):
        encoded_sizes(TableSample({"c": numbers([1]).column}, 1, 1, (0, 1)), {"c": ["BOGUS"]})


def test_registry_says_what_is_a_proxy():
    assert {codec.name for codec in CODECS.values() if codec.fidelity is Fidelity.PROXY} == {"AZ64", "LZO"}
    assert all(codec.source for codec in CODECS.values())


def test_accuracy_of_estimates():
    truth = {"a": {"X": 100.0, "Y": 50.0}, "b": {"X": 10.0, "Y": 10.4}}
    guess = {"a": {"X": 100.0, "Y": 110.0}, "b": {"X": 11.0, "Y": 10.4}}
    found = accuracy(guess, truth)
    assert (found.maximum, found.worst) == (1.2, ("a", "Y"))
    assert found.regret == pytest.approx((100 + 10.4) / (50 + 10) - 1)
    assert (found.good_choices, found.columns) == (1, 2)  # a chose X, twice Y; b chose Y, 4 % over X


@given(st.lists(st.one_of(st.integers(-3, 3), st.integers(-(1 << 63), (1 << 63) - 1)), max_size=30))
def test_distinct_values_are_counted_and_found_where_they_first_occur(values: list[int]) -> None:
    found = numbers(list(values)).distinct
    assert found.values.tolist() == sorted(set(values))
    assert found.counts.tolist() == [values.count(value) for value in sorted(set(values))]
    assert found.firsts.tolist() == [values.index(value) for value in sorted(set(values))]
