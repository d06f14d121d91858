"""A column's aggregates added up value by value, for sources whose SQL has no digests or no exact numbers, such as SQLite."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa

from warehousebench.engines.common.checks import PRIME, REMAINDERS, ROUGH, has_remainders, is_long, readings
from warehousebench.model.catalog import FLOATS, INTEGERS, STRINGS, Column, TypeKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HUGE = 1e290
_EXACT = Context(prec=100)


class Sums:
    """The aggregates of one column so far."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.values = 0
        self.octets = 0
        self.digests = 0
        self.total: Any = None
        self.remainders: Any = None
        self.least: Any = None
        self.greatest: Any = None

    def add(self, cells: pa.Array) -> None:
        """Add the values of an array."""
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
        if not isinstance(number, float) or abs(number) <= _HUGE:
            self.total = number if self.total is None else _added(self.total, number)
        if isinstance(number, Decimal):
            rest = _EXACT.remainder(number, Decimal(PRIME))
            self.remainders = rest if self.remainders is None else _added(self.remainders, rest)
        # DuckDB, like PostgreSQL, takes what is no number for greater than all.
        self.least = number if self.least is None or self.least != self.least or number < self.least else self.least
        self.greatest = number if self.greatest is None or number != number or number > self.greatest else self.greatest

    def readings(self) -> dict[str, str]:
        """Return label -> value, labels as :func:`check_statement` gives them."""
        kind, some = self.column.type.kind, self.values > 0
        found: dict[str, Any] = {"values": self.values}
        if kind in STRINGS:
            found |= {"octets": self.octets if some else None, "digest": self.digests if some else None}
        elif kind in (TypeKind.BINARY, TypeKind.UUID):
            found |= {"digest": self.digests if some else None}
        elif kind is TypeKind.BOOLEAN:
            found |= {"true": self.total}
        elif kind in FLOATS or kind in INTEGERS or kind in _ORDERED:
            long = is_long(self.column.type)
            total = ROUGH if kind in FLOATS or long else "sum"
            found |= {"least": self.least, "greatest": self.greatest, total: self.total}
            if long and has_remainders(self.column.type):
                found |= {REMAINDERS: self.remainders}
        return readings([f"{self.column.name}: {label}" for label in found], list(found.values()))


_ORDERED = frozenset({TypeKind.DECIMAL, TypeKind.DATE, TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ})


def _added(total: Any, number: Any) -> Any:
    return _EXACT.add(total, number) if isinstance(number, Decimal) else total + number


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
