"""What the rows say: counts, distinct values, widths, runs and skew per column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from warehousebench.model.data import Fingerprint


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column's figures over all rows of its table.

    ``distinct`` does not count NULL; ``distinct_exact`` says whether it was counted or estimated.  ``minimum`` and
    ``maximum`` are the values as text.  Widths are bytes of the value itself (UTF-8 bytes of text).  ``runs`` counts
    stretches of equal values in arrival order.  ``top_share`` is the most common value's share of all rows, counted
    or estimated as ``top_exact`` says.
    """

    distinct: int
    distinct_exact: bool
    nulls: int
    minimum: str | None
    maximum: str | None
    average_width: float
    maximum_width: int
    runs: int
    top_share: float
    top_exact: bool


@dataclass(frozen=True, slots=True)
class TableProfile:
    """A table's row count and its columns' figures, by column name in declared order."""

    rows: int
    columns: Mapping[str, ColumnProfile]

    def average_run(self, column: str) -> float:
        """Return rows per run in arrival order; 0 for an empty table."""
        runs = self.columns[column].runs
        return self.rows / runs if runs else 0.0

    @property
    def average_row_width(self) -> float:
        """Return the mean bytes per row, all columns together."""
        return sum(column.average_width for column in self.columns.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """``profile.json``: every table's figures and the data they were taken from."""

    made_by: ClassVar[str] = "warehousebench profile"

    fingerprint: Fingerprint
    tables: Mapping[str, TableProfile]
    format: str = "warehousebench.profile"
    version: int = 1
