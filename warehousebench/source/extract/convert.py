"""Values of a driver to Arrow batches, so that one odd value costs one row and not a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from warehousebench.model.catalog import Table
from warehousebench.source.extract.base import Reject, rejected, schema_of
from warehousebench.source.values import MisfitError, array, misfits


def batch_of(table: Table, rows: Sequence[Sequence[Any]], reject: Reject, first: int = 1) -> pa.RecordBatch:
    """Return ``rows`` as a batch of the table's types; rows with a value that does not fit go to ``reject``.

    ``first`` is the number of the first row in its chunk, for rows without a key.
    """
    kept = [(number, row) for number, row in enumerate(rows, first)]
    arrays: list[pa.Array] = []
    place = 0
    while place < len(table.columns):
        column = table.columns[place]
        try:
            arrays.append(array([row[place] for _, row in kept], column.type))
            place += 1
        except MisfitError:
            odd = misfits([row[place] for _, row in kept], column.type)
            for each in sorted(odd):
                number, row = kept[each]
                reject(rejected(table, row, column, number))
            kept = [each for index, each in enumerate(kept) if index not in odd]
            arrays, place = [], 0
    return pa.record_batch(arrays, schema=schema_of(table))
