"""A source's own aggregates of a table, to hold what came out of it against."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from warehousebench.engines.common.checks import ROWS, Folds, check_statement, readings
from warehousebench.engines.postgres.store import FOLDS as POSTGRES
from warehousebench.model.catalog import FLOATS, INTEGERS, STRINGS, Column, Table, TypeKind
from warehousebench.source.extract import Extraction
from warehousebench.source.extract.base import Chunk
from warehousebench.source.extract.mysql import MySqlExtraction
from warehousebench.source.extract.postgres import PostgresExtraction

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# MySQL reference manual, "String Functions", "Date and Time Functions"; text is digested in UTF-8, whatever its column's charset.
MYSQL = Folds(
    quote=lambda name: "`" + name.replace("`", "``") + "`",
    octets="octet_length(convert({} USING utf8mb4))",
    digest="CAST(conv(left(md5(convert({} USING utf8mb4)), 8), 16, 10) AS UNSIGNED)",
    hex="lower(hex({}))",
    uuid="lower({})",
    days="datediff({}, '1970-01-01')",
    micros="timestampdiff(MICROSECOND, '1970-01-01', {})",
    micros_zoned="timestampdiff(MICROSECOND, '1970-01-01', {})",
    micros_of_day="(time_to_sec({}) * 1000000 + microsecond({}))",
    double="({} + 0e0)",
)


def source_check(extraction: Extraction, table: Table, chunk: Chunk | None = None) -> Mapping[str, str]:
    """Return the aggregates of a table, or of a part of it, as the source computes them; raises SourceError."""
    folds = POSTGRES if isinstance(extraction, PostgresExtraction) else MYSQL if isinstance(extraction, MySqlExtraction) else None
    if folds is None:
        return _in_python(extraction, table)
    labels, sql = check_statement(table, extraction.relation(table, chunk), folds)
    (row,) = extraction.rows(sql)
    return readings(labels, row)


def _in_python(extraction: Extraction, table: Table) -> dict[str, str]:
    """Return the aggregates computed here from the rows: for databases without MD5 or exact decimals, such as SQLite."""
    sums = [_Sums(column) for column in table.columns]
    rows = 0
    for batch in extraction.batches(table, Chunk(), lambda _: None):
        rows += batch.num_rows
        for each, column in zip(sums, batch.columns, strict=True):
            each.add(column)
    labels = {ROWS: str(rows)}
    for each in sums:
        labels |= each.readings()
    return labels


class _Sums:
    """The aggregates of one column, added up value by value."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.values = 0
        self.numbers: list[Any] = []
        self.octets = 0
        self.digests = 0
        self.total: Any = 0
        self.least: Any = None
        self.greatest: Any = None

    def add(self, cells: pa.Array) -> None:
        for value in cells.to_pylist():
            if value is not None:
                self.values += 1
                self._one(value)

    def _one(self, value: Any) -> None:
        kind = self.column.type.kind
        if kind in STRINGS or kind in (TypeKind.BINARY, TypeKind.UUID):
            raw = value.hex() if isinstance(value, bytes) else value.rstrip(" ") if kind is TypeKind.CHAR else str(value)
            self.octets += len(raw.encode())
            self.digests += int(hashlib.md5(raw.encode(), usedforsecurity=False).hexdigest()[:8], 16)
            return
        number = _number(value)
        if number is None:
            return
        self.total += number
        self.least = number if self.least is None else min(self.least, number)
        self.greatest = number if self.greatest is None else max(self.greatest, number)

    def readings(self) -> dict[str, str]:
        """Return label -> value, labels as :func:`check_statement` gives them."""
        kind, some = self.column.type.kind, self.values > 0
        found: dict[str, Any] = {"values": self.values}
        if kind in STRINGS:
            found |= {"octets": self.octets if some else None, "digest": self.digests if some else None}
        elif kind in (TypeKind.BINARY, TypeKind.UUID):
            found |= {"digest": self.digests if some else None}
        elif kind is TypeKind.BOOLEAN:
            found |= {"true": self.total if some else None}
        elif kind in FLOATS or kind in INTEGERS or kind in _ORDERED:
            total = "sum of floats" if kind in FLOATS else "sum"
            found |= {"least": self.least, "greatest": self.greatest, total: self.total if some else None}
        return readings([f"{self.column.name}: {label}" for label in found], list(found.values()))


_ORDERED = frozenset({TypeKind.DECIMAL, TypeKind.DATE, TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ})


def _number(value: Any) -> int | float | Decimal | None:
    """Return a value as the number that checks add up: days and microseconds since 1970 for times."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (int, float, Decimal)):
        return value
    if isinstance(value, datetime):
        since = (value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if isinstance(value, date):
        return value.toordinal() - _EPOCH.toordinal()
    if isinstance(value, time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    return None
