"""Figures, scales and tints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.model.comparison import Ratio, Verdict
from warehousebench.report.svg import LogScale, scale_of
from warehousebench.report.tables import heat
from warehousebench.report.words import byte_size, change, interval, percent, seconds, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.9996, "1.00"),
        (9.996, "10.0"),
        (12.34, "12.3"),
        (1234.5, "1,230"),
        (0.000123456, "0.000123"),
        (-2.5, "-2.50"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert significant(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (0.0000125, "12.5 µs"), (0.0123, "12.3 ms"), (0.99949, "999 ms"), (0.9996, "1.00 s"), (300.0, "300 s")],
)
def test_seconds_in_the_unit_that_reads_best(value: float | None, text: str) -> None:
    assert seconds(value).replace("\u202f", " ") == text


def test_sizes_shares_and_changes() -> None:
    texts = [byte_size(None), byte_size(268_435_456), byte_size(999.9), byte_size(3e15), percent(0.05), percent(0.968)]
    assert [text.replace("\u202f", " ") for text in texts] == ["—", "268 MB", "1.00 kB", "3,000 TB", "5 %", "96.8 %"]
    changes = [change(0.713), change(1.354), change(2.4)]
    assert [text.replace("\u202f", " ") for text in changes] == ["29 % less time", "35 % more time", "2.40 times the time"]


def test_an_interval_needs_both_bounds() -> None:
    assert interval(Ratio(0.7, 0.6512, 0.7499, 0.95, Verdict.FASTER)) == "0.651–0.750"
    assert interval(Ratio(0.7, None, None, None, Verdict.NONE)) == "—"


def test_heat_is_symmetric_and_leaves_the_margin_plain() -> None:
    assert [heat(value, 0.05) for value in (0.96, 1.05, 0.94, 1 / 0.94, 0.5, 2.0, 0.01, 100.0)] == [
        "",
        "",
        "gain1",
        "loss1",
        "gain4",
        "loss4",
        "gain4",
        "loss4",
    ]


def test_ratios_and_their_inverses_lie_at_the_same_distance_from_one() -> None:
    scale = LogScale(0.25, 4)
    assert scale.at(1) == pytest.approx(50)
    assert scale.at(0.5) + scale.at(2) == pytest.approx(100)
    assert (scale.at(0.1), scale.at(9)) == (0, pytest.approx(100))


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=5))
def test_scales_hold_all_values_and_have_a_few_round_ticks(values: list[float]) -> None:
    scale = scale_of(values)
    assert all(scale.low < value < scale.high for value in values)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 8
    assert list(ticks) == sorted(set(ticks))
    assert all(scale.low <= tick <= scale.high for tick in ticks)
