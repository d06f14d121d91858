"""Proofs that spare a look at the rows: never given where a value could lie outside."""

from __future__ import annotations

import pytest

from warehousebench.assess.bounds import decimals_within, integers_within, years_within
from warehousebench.model.profile import ColumnProfile


def seen(minimum: str | None, maximum: str | None) -> ColumnProfile:
    """Return a profile with these extremes."""
    return ColumnProfile(2, True, 0, minimum, maximum, 8.0, 8, 2, 0.5, True)


@pytest.mark.parametrize(
    ("stored", "extremes", "bounds", "expected"),
    [
        ("INTEGER", (None, None), (-(2**31), 2**31 - 1), True),
        ("INTEGER", (None, None), (-(2**31) + 1, 2**31 - 1), False),
        ("INTEGER", (None, None), (-(2**31), 2**31 - 2), False),
        ("BIGINT", ("-5", "5"), (-5, 5), True),
        ("BIGINT", ("-6", "5"), (-5, 5), False),
        ("BIGINT", ("-5", "6"), (-5, 5), False),
        ("VARCHAR", ("1", "2"), (-5, 5), False),
        ("DECIMAL(4,1)", ("1.5", "2.0"), (-5, 5), False),
        ("UBIGINT", ("0", "18446744073709551615"), (-(2**63), 2**63 - 1), False),
    ],
)
def test_integers(stored: str, extremes: tuple[str | None, str | None], bounds: tuple[int, int], expected: bool) -> None:
    assert integers_within(stored, seen(*extremes), *bounds) is expected


@pytest.mark.parametrize(
    ("stored", "expected"),
    [("DECIMAL(5,2)", True), ("DECIMAL(4,2)", True), ("DECIMAL(5,1)", False), ("DECIMAL(6,3)", False), ("DOUBLE", False)],
)
def test_decimals(stored: str, expected: bool) -> None:
    assert decimals_within(stored, 5, 2) is expected


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [
        ("0001-01-01", "9999-12-31", True),
        ("2020-01-01 00:00:00", "2020-01-02 00:00:00+00", True),
        ("0000-01-01", "2020-01-01", False),
        ("0044-03-15 (BC)", "2020-01-01", False),
        ("2020-01-01", "10000-01-01", False),
        ("-infinity", "2020-01-01", False),
        ("2020-01-01", "infinity", False),
        (None, None, False),
    ],
)
def test_years(minimum: str | None, maximum: str | None, expected: bool) -> None:
    assert years_within(seen(minimum, maximum)) is expected
