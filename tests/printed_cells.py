"""What the suite of windows and functions printed when it was first written, to be held against an answer cell by cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "golden" / "customers"
NAMES = [path.stem for path in sorted(FOLDER.glob("*.csv"))]
BY_HAND = ("Geoffrey", "Jurgen", "Yann", "Yoshua")


def printed(name: str) -> list[tuple[str, ...]]:
    """Return the printed rows of a query."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


def by_customer(rows: Sequence[Sequence[Any]]) -> dict[str, list[Sequence[Any]]]:
    """Return an answer's rows by customer, of those customers whose purchases were written by hand."""
    return {customer: [row for row in rows if row[0] == customer] for customer in BY_HAND}


def differing(name: str, rows: Sequence[Sequence[Any]]) -> list[tuple[Any, Any]]:
    """Return (printed, found) of the rows of an answer that are not what was printed."""
    return [(want, got) for want, got in _pairs(name, rows) if not _equal(want, got)]


def _pairs(name: str, rows: Sequence[Sequence[Any]]) -> Iterator[tuple[tuple[str, ...], Sequence[Any]]]:
    answer, wanted = by_customer(rows), printed(name)
    assert len(wanted) >= 5
    for customer in dict.fromkeys(row[0] for row in wanted):
        expected = [row for row in wanted if row[0] == customer]
        assert len(answer[customer]) >= len(expected)
        yield from zip(expected, answer[customer], strict=False)


def _equal(want: tuple[str, ...], got: Sequence[Any]) -> bool:
    return len(want) == len(got) and all(same(*cell) for cell in zip(want, got, strict=True))


def same(text: str, value: Any) -> bool:
    """Tell whether a value is what was printed: long texts were cut there, and sums and averages are floats."""
    if isinstance(value, (float, Decimal)):
        return float(text) == pytest.approx(float(value), rel=1e-15)
    return str(value).startswith(text.removesuffix("...")) if text.endswith("...") else str(value) == text
