"""Values of a driver to Arrow batches, row by row where that must be, so that one odd value costs one row and not a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from warehousebench.model.catalog import Table
from warehousebench.source.extract.base import Reject, Rejected, key_of, schema_of
from warehousebench.source.values import MisfitError, array


def batch_of(table: Table, rows: Sequence[Sequence[Any]], reject: Reject, first: int = 1) -> pa.RecordBatch:
    """Return ``rows`` as a batch of the table's types; rows with a value that does not fit go to ``reject``.

    ``first`` is the number of the first row in its chunk, for rows without a key.
    """
    kept, numbers = list(rows), list(range(first, first + len(rows)))
    while kept:
        columns = list(zip(*kept, strict=True))
        arrays: list[pa.Array] = []
        for column, cells in zip(table.columns, columns, strict=True):
            try:
                arrays.append(array(cells, column.type))
            except MisfitError as error:
                row, number = kept.pop(error.place), numbers.pop(error.place)
                native = column.type.native or str(column.type.kind)
                reject(Rejected(table.name, column.name, key_of(table, row, number), error.shown, f"does not fit {native} exactly"))
                break
        else:
            return pa.record_batch(arrays, schema=schema_of(table))
    return pa.record_batch([pa.array([], field.type) for field in schema_of(table)], schema=schema_of(table))
