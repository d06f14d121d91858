from __future__ import annotations

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle

from warehousebench.stats.ratio import benjamini_hochberg, beyond, hodges_lehmann, mann_whitney_counts
from warehousebench.stats.workload import detectable_ratio, paired_ratio, t975, unpaired_ratio

seconds = st.floats(min_value=1e-3, max_value=1e3, allow_nan=False)


@pytest.mark.parametrize(("m", "n"), [(3, 3), (4, 5), (5, 5), (7, 7), (10, 9)])
def test_counts_of_u_match_an_independent_implementation(m: int, n: int) -> None:
    counts = mann_whitney_counts(m, n)
    assert sum(counts) == math.comb(m + n, n)
    x = list(range(m))
    for shift in (0.5, m - 0.5):
        y = [shift + 0.01 * j for j in range(n)]
        u = oracle.mannwhitneyu(x, y, alternative="less", method="exact")
        assert sum(counts[: int(u.statistic) + 1]) / sum(counts) == pytest.approx(u.pvalue, rel=1e-12)


@pytest.mark.parametrize(
    ("rounds", "rank", "confidence"), [(4, 1, 97.1), (5, 3, 96.8), (6, 6, 95.9), (7, 9, 96.2), (8, 14, 95.0), (10, 24, 95.7)]
)
def test_achieved_confidence_and_rank(rounds: int, rank: int, confidence: float) -> None:
    base = [1.0 + 0.001 * i for i in range(rounds)]
    contender = [2.0 + 0.0017 * i for i in range(rounds)]
    found = hodges_lehmann(base, contender)
    ratios = sorted(c / b for c, b in product(contender, base))
    assert found.confidence is not None
    assert round(found.confidence * 100, 1) == confidence
    assert found.low == pytest.approx(ratios[rank - 1])
    assert found.high == pytest.approx(ratios[-rank])


def test_three_rounds_get_no_interval() -> None:
    assert hodges_lehmann([1, 2, 3], [4, 5, 6]).low is None


@given(st.lists(seconds, min_size=4, max_size=9), st.lists(seconds, min_size=4, max_size=9))
def test_interval_excludes_one_exactly_when_the_rank_test_says_different(base: list[float], contender: list[float]) -> None:
    if len(set(base) | set(contender)) < len(base) + len(contender):
        return  # the exact test knows no ties
    found = hodges_lehmann(base, contender)
    p = oracle.mannwhitneyu(contender, base, method="exact").pvalue
    assert found.low is not None
    assert found.high is not None
    assert (found.low > 1 or found.high < 1) == (p <= 0.05)


@given(st.lists(seconds, min_size=1, max_size=8), st.lists(seconds, min_size=1, max_size=8))
def test_swapping_sides_inverts_the_ratio(base: list[float], contender: list[float]) -> None:
    there, back = hodges_lehmann(base, contender), hodges_lehmann(contender, base)
    assert there.value * back.value == pytest.approx(1)
    if there.low is not None and back.high is not None:
        assert there.low * back.high == pytest.approx(1)


def test_coverage_keeps_its_promise_under_interference() -> None:
    draw = random.Random(7)

    def noisy(centre: float) -> float:
        slowed = draw.random() < 0.15
        return centre * draw.lognormvariate(0, 0.03) * (draw.uniform(1.25, 1.6) if slowed else 1)

    hits = 0
    for _ in range(600):
        found = hodges_lehmann([noisy(1.0) for _ in range(5)], [noisy(1.2) for _ in range(5)])
        hits += found.low is not None and found.high is not None and found.low <= 1.2 <= found.high
    assert hits / 600 > 0.94


def test_t_quantiles_match_an_independent_table() -> None:
    for degrees in range(1, 31):
        assert t975(degrees) == pytest.approx(oracle.t.ppf(0.975, degrees), abs=1e-4)
    assert t975(45) >= oracle.t.ppf(0.975, 45)
    assert t975(500) >= oracle.t.ppf(0.975, 500)


def test_paired_ratio_is_a_t_interval_on_logarithms() -> None:
    base, contender = [1.0, 1.1, 0.9, 1.05, 1.0], [1.25, 1.3, 1.15, 1.2, 1.22]
    expected = oracle.ttest_rel([math.log(x) for x in contender], [math.log(x) for x in base]).confidence_interval(0.95)
    found = paired_ratio(base, contender)
    assert (found.low, found.high) == pytest.approx((math.exp(expected.low), math.exp(expected.high)), rel=1e-4)


def test_unpaired_ratio_is_welch_or_wider() -> None:
    base, contender = [1.0, 1.1, 0.9, 1.05, 1.0], [1.25, 1.3, 1.15, 1.2]
    expected = oracle.ttest_ind([math.log(x) for x in contender], [math.log(x) for x in base], equal_var=False).confidence_interval(
        0.95
    )
    found = unpaired_ratio(base, contender)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= math.exp(expected.low) * 1.0001
    assert found.high >= math.exp(expected.high) * 0.9999


@pytest.mark.parametrize(("rounds", "percent"), [(5, 10.6), (7, 8.5), (10, 6.8), (20, 4.7)])
def test_detectable_ratio_at_five_percent_spread(rounds: int, percent: float) -> None:
    found = detectable_ratio(0.05, rounds)
    assert found is not None
    assert (found - 1) * 100 == pytest.approx(percent, abs=0.15)


@given(st.lists(seconds, min_size=4, max_size=8), st.lists(seconds, min_size=4, max_size=8), st.floats(1.01, 2))
def test_p_beyond_a_threshold_agrees_with_the_interval(base: list[float], contender: list[float], threshold: float) -> None:
    found = hodges_lehmann(base, contender)
    assert found.low is not None
    assert found.high is not None
    if min(abs(bound / mark - 1) for bound in (found.low, found.high) for mark in (threshold, 1 / threshold)) < 1e-9:
        return  # rounding decides at the mark itself
    outside = found.low > threshold or found.high < 1 / threshold
    assert (beyond(base, contender, threshold) <= 0.05) == outside


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discovery_control_matches_an_independent_implementation(p_values: list[float]) -> None:
    adjusted = oracle.false_discovery_control(p_values)
    if all(abs(value - 0.05) > 1e-9 for value in adjusted):
        assert benjamini_hochberg(p_values) == tuple(bool(value <= 0.05) for value in adjusted)


def test_one_small_p_among_many_is_no_discovery() -> None:
    assert benjamini_hochberg([0.04] + [0.9] * 9) == (False,) * 10


def test_two_rounds_get_no_interval() -> None:
    for ratio in (paired_ratio, unpaired_ratio):
        assert ratio([1.0, 1.1], [2.0, 2.3]).low is None


def test_rounds_without_any_spread_have_an_interval_of_one_point() -> None:
    found = unpaired_ratio([1.0] * 3, [2.0] * 3)
    assert (found.low, found.high) == pytest.approx((2.0, 2.0))
