"""An order-independent checksum of a table's rows, computed by DuckDB.

Each row becomes one 64-bit hash, and the hashes are added up in 128 bits: a sum does not depend on the order of rows,
on the layout of files or on the number of threads, and unlike XOR it notices a row that is there twice.  The row hash is
hashed once more before the sum, because DuckDB joins the columns' hashes with XOR and swapped cells could cancel out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from warehousebench import duck

# One value of each family that the checksum tells apart.  DuckDB does not promise hash() for ever: its answer to this
# row is part of the method's name, so that sums of a DuckDB that hashes differently are never called different data.
_PROBE = (
    "hash(hash(1::BIGINT, -1::HUGEINT, 1.25::DECIMAL(18,2), -1.25::DECIMAL(38,2), 1.1::DOUBLE, 'a', 'longer than twelve bytes', "
    "true, DATE '2020-02-29', TIME '12:34:56', TIMESTAMP '2020-02-29 12:34:56', '\\xAA'::BLOB, NULL::VARCHAR))"
)
_NARROW = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_WIDE = {"UBIGINT": "HUGEINT", "HUGEINT": "HUGEINT", "FLOAT": "DOUBLE", "TIMESTAMP_S": "TIMESTAMP", "TIMESTAMP_MS": "TIMESTAMP"}
_KEPT = {"BOOLEAN", "DOUBLE", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "BLOB", "INTERVAL"}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def method(connection: duck.Connection) -> str:
    """Return the name of the checksum method; equal names mean that checksums can be compared."""
    ((probe,),) = duck.rows(connection, f"SELECT {_PROBE}")
    return f"sum of DuckDB row hashes, probe {probe:016x}"


def checksum_sql(relation: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return the query whose single row is (row count, sum of row hashes) of ``relation``, a FROM expression.

    ``columns`` are (name, DuckDB type).  Each value is widened to the largest type of its family first, so a loaded
    table gives the sum of the file it came from if it is asked with the file's columns.
    """
    values = ", ".join(f"CAST({duck.quote(name)} AS {_widest(kind)})" for name, kind in columns)
    return f"SELECT count(*), coalesce(sum(hash(hash({values}))), 0) FROM {relation}"


def checksum(connection: duck.Connection, relation: str, columns: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Return the row count and the checksum in hexadecimal; raises EngineError if the rows cannot be read."""
    ((count, total),) = duck.rows(connection, checksum_sql(relation, columns))
    return int(count), f"{int(total):x}"


def columns_of(connection: duck.Connection, relation: str) -> tuple[tuple[str, str], ...]:
    """Return (name, DuckDB type) of each column of ``relation``; raises EngineError if it cannot be read."""
    return tuple((str(row[0]), str(row[1])) for row in duck.rows(connection, f"DESCRIBE SELECT * FROM {relation}"))


def _widest(kind: str) -> str:
    if kind in _NARROW:
        return "BIGINT"
    if decimal := _DECIMAL.fullmatch(kind):
        # Two widths and not one: arithmetic on 128 bits would double the cost of the usual column.
        return f"DECIMAL({18 if int(decimal[1]) <= 18 else 38},{decimal[2]})"
    return kind if kind in _KEPT else _WIDE.get(kind, "VARCHAR")
