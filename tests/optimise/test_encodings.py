"""The choice of codecs: smallest first, then the products' rules."""

from __future__ import annotations

import numpy as np
import pytest

from warehousebench.optimise.encodings import EncodingRules, average_run, choose_encodings
from warehousebench.simulate.sample import ColumnSample, Kind, TableSample


@pytest.fixture
def sample() -> TableSample:
    rows = 4000
    columns = {
        "day": np.repeat(np.arange(40), 100),
        "key": np.random.default_rng(2).integers(0, 1 << 30, rows),
        "flag": np.tile([0, 1, 1, 1], rows // 4),
    }
    made = {name: ColumnSample(name, "BIGINT", Kind.INTEGER, values, None, 8) for name, values in columns.items()}
    return TableSample(made, rows, rows * 10, (0, 2000, 4000))


ALLOWED = {"day": ("RAW", "RLE", "DELTAVAL"), "key": ("RAW", "RLE", "DELTAVAL"), "flag": ("RLE", "BLOCK_DICT", "DELTAVAL")}


def choices(sample, rules=None, **more):
    return {choice.column: choice for choice in choose_encodings(sample, ("day",), ALLOWED, rules, **more)}


def test_smallest_allowed_codec_wins_with_runners_up_as_evidence(sample):
    found = choices(sample)
    assert {name: choice.codec for name, choice in found.items()} == {"day": "RLE", "key": "DELTAVAL", "flag": "DELTAVAL"}
    assert found["day"].bytes == 10 * 40 * 16
    assert found["day"].raw_bytes == 10 * 4000 * 8
    assert [codec for codec, _ in found["key"].others] == ["RAW", "RLE"]
    assert found["key"].reason.code == "encoding.smallest"
    assert [evidence.what for evidence in found["key"].reason.evidence] == [
        "size as DELTAVAL",
        "size as RAW",
        "size as RLE",
        "average run",
    ]


def test_leading_sort_column_stays_raw(sample):
    found = choices(sample, EncodingRules(leading="RAW"))
    assert (found["day"].codec, found["day"].reason.code) == ("RAW", "encoding.leading-sort-key")
    assert found["key"].codec == "DELTAVAL"


def test_long_runs_prefer_the_run_codec(sample):
    found = choices(sample, EncodingRules(runs="RLE", run_length=1.5))
    assert (found["flag"].codec, found["flag"].reason.code) == ("RLE", "encoding.runs")
    assert found["key"].codec == "DELTAVAL"
    assert choices(sample, EncodingRules(runs="RLE", run_length=12))["flag"].codec == "DELTAVAL"


def test_preferred_codec_may_be_a_little_larger(sample):
    sizes = dict(choices(sample)["flag"].others)
    over = sizes["BLOCK_DICT"] / choices(sample)["flag"].bytes - 1
    assert choices(sample, EncodingRules(preferred=("BLOCK_DICT",), margin=over * 1.01))["flag"].codec == "BLOCK_DICT"
    assert choices(sample, EncodingRules(preferred=("BLOCK_DICT",), margin=over * 0.99))["flag"].codec == "DELTAVAL"


def test_columns_without_codecs_are_left_out(sample):
    found = choose_encodings(sample, (), {"key": ("RAW",), "day": ()})
    assert [(choice.column, choice.codec) for choice in found] == [("key", "RAW")]


def test_average_run_is_free_of_the_slices_edges(sample):
    assert average_run(sample, sample.columns["day"]) == pytest.approx(3998 / 38)
    assert average_run(sample, sample.columns["day"], runs=50) == 800
    constant = ColumnSample("c", "BIGINT", Kind.INTEGER, np.zeros(4000, dtype=np.int64), None, 8)
    assert average_run(sample, constant) == 40_000
