"""How large the data are: as they stand, and packed column by column."""

from __future__ import annotations

import math

from warehousebench.model.assessment import DataSize
from warehousebench.model.catalog import Catalog
from warehousebench.model.profile import ColumnProfile, Profile

# Bytes to say how long a run of equal values is.
_RUN = 4


def measured(profile: Profile, given: float | None = None) -> DataSize:
    """Return the size of profiled data; ``given`` raw bytes are packed in the same proportion."""
    tables = profile.tables.values()
    raw = sum(table.rows * table.average_row_width for table in tables)
    packed = sum(packed_bytes(column, table.rows) for table in tables for column in table.columns.values())
    basis = "measured on the data; packed: every column by the smaller of a dictionary and runs, without block compression"
    if given is None:
        return DataSize(sum(table.rows for table in tables), raw, packed, basis)
    return DataSize(None, given, given * packed / raw if raw else None, f"the raw bytes are given; the proportion is {basis}")


def told(catalog: Catalog, given: float | None) -> DataSize | None:
    """Return the size without data: as given, or None if nobody said."""
    rows = [table.rows for table in catalog]
    known = None if None in rows else sum(row or 0 for row in rows)
    return None if given is None else DataSize(known, given, None, "the raw bytes are given; nothing was measured")


def packed_bytes(column: ColumnProfile, rows: int) -> float:
    """Return an estimate of a column's bytes: plain, as a dictionary, or as runs in arrival order, whichever is the smallest.

    A sorted copy has longer runs, and products compress blocks besides; rows, headers and indexes are not counted.
    """
    plain = rows * column.average_width
    bits = math.ceil(math.log2(column.distinct + 1)) if column.distinct else 0
    dictionary = column.distinct * column.average_width + rows * bits / 8
    return min(plain, dictionary, column.runs * (column.average_width + _RUN))
