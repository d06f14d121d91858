from __future__ import annotations

from warehousebench.stats.stability import flags, outliers


def test_a_quiet_series_has_no_flags() -> None:
    assert flags([0.100, 0.101, 0.099, 0.100, 0.102], 0.05) == ()


def test_an_outlier_is_marked_in_short_and_long_series() -> None:
    assert outliers([1.0, 1.01, 0.99, 1.0, 3.0]) == (4,)
    assert outliers([1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0, 1.01, 9.0]) == (8,)


def test_each_flag_has_its_cause() -> None:
    assert any("too short" in flag for flag in flags([0.001, 0.001], 0.05))
    assert any("unstable" in flag for flag in flags([1.0, 1.5, 0.8, 1.2], 0.05))
    assert any("round 1" in flag for flag in flags([1.4, 1.0, 1.0, 1.01], 0.05))


def test_what_is_far_but_not_very_far_is_no_outlier() -> None:
    assert outliers([1.0, 1.01, 0.99, 1.0, 1.06]) == ()
    assert outliers([1.0, 1.01, 0.99, 1.0, 1.02, 0.98, 1.0, 1.01, 1.06]) == ()
