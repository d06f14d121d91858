"""Vertica's types on the wire: OIDs, modifiers, text and binary forms, as vertica_python 1.4.0 reads them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context
from typing import Any

from standins.errors import ServerError, unsupported

# Far beyond DECIMAL(38): the default context of 28 digits would round in silence.
EXACT = Context(prec=100)
INTEGER, VARCHAR = 6, 9
_BOOL, _FLOAT, _DATE, _TIME, _TIMESTAMP, _TIMESTAMPTZ, _TIMETZ, _NUMERIC, _VARBINARY, _UUID = 5, 7, 10, 11, 12, 13, 15, 16, 17, 20
_EPOCH = datetime(2000, 1, 1)
_JULIAN_OF_ORDINAL_0 = 1721425
_SECONDS_PER_DAY = 86400

_OIDS = {
    "BOOLEAN": (_BOOL, 1),
    "TINYINT": (INTEGER, 8),
    "SMALLINT": (INTEGER, 8),
    "INTEGER": (INTEGER, 8),
    "BIGINT": (INTEGER, 8),
    # What DuckDB adds integers up to; Vertica stays with 64 bits, and so does the wire.
    "HUGEINT": (INTEGER, 8),
    "FLOAT": (_FLOAT, 8),
    "DOUBLE": (_FLOAT, 8),
    "VARCHAR": (VARCHAR, -1),
    '"NULL"': (VARCHAR, -1),
    "DATE": (_DATE, 8),
    "TIME": (_TIME, 8),
    "TIMESTAMP": (_TIMESTAMP, 8),
    "TIMESTAMP_S": (_TIMESTAMP, 8),
    "TIMESTAMP_MS": (_TIMESTAMP, 8),
    "TIMESTAMP_NS": (_TIMESTAMP, 8),
    "TIMESTAMP WITH TIME ZONE": (_TIMESTAMPTZ, 8),
    "TIME WITH TIME ZONE": (_TIMETZ, 8),
    "BLOB": (_VARBINARY, -1),
    "UUID": (_UUID, 16),
}
Kind = tuple[int, int, int]


def column_type(kind: str) -> Kind:
    """Return OID, size and modifier of a DuckDB type; raises ServerError for one that has no form here."""
    if kind.startswith("DECIMAL(") and kind.endswith(")"):
        precision, scale = map(int, kind[8:-1].split(","))
        return _NUMERIC, (precision // 19 + 1) * 8, (precision << 16 | scale) + 4
    if kind not in _OIDS:
        raise unsupported(f"a result of type {kind}")
    return *_OIDS[kind], -1


def encode(value: Any, kind: Kind, binary: bool) -> bytes:
    """Return a value that is not NULL as it goes over the wire."""
    oid, size, modifier = kind
    if oid == INTEGER and not -(2**63) <= value < 2**63:
        raise ServerError("22003", "integer out of range")
    if binary and oid in _BINARY:
        return _BINARY[oid](value, size, modifier)
    return _text(value, oid)


def _text(value: Any, oid: int) -> bytes:
    if oid == _BOOL:
        return b"t" if value else b"f"
    if oid == _NUMERIC:
        return format(EXACT.create_decimal(value), "f").encode()
    if oid == _FLOAT and not math.isfinite(value):
        return {"inf": b"Infinity", "-inf": b"-Infinity"}.get(str(value), b"NaN")
    if oid == _VARBINARY:
        return b"".join(_octal(byte) for byte in value)
    if oid in (_TIMESTAMP, _TIMESTAMPTZ):
        text = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return (text.isoformat(sep=" ") + ("+00" if oid == _TIMESTAMPTZ else "")).encode()
    if oid == _TIMETZ:
        return (value.isoformat() if value.tzinfo else value.isoformat() + "+00:00").encode()
    return str(value).encode()


def _octal(byte: int) -> bytes:
    if byte == ord("\\"):
        return b"\\\\"
    return bytes([byte]) if 32 <= byte < 127 else b"\\%03o" % byte


def _micros(value: time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _timestamp(value: datetime, *_: int) -> bytes:
    moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return struct.pack("!q", (moment - _EPOCH) // timedelta(microseconds=1))


def _timetz(value: time, *_: int) -> bytes:
    offset = int((value.utcoffset() or timedelta()).total_seconds())
    utc = (_micros(value) - offset * 1_000_000) % (_SECONDS_PER_DAY * 1_000_000)
    return struct.pack("!Q", utc << 24 | (_SECONDS_PER_DAY - offset) & 0xFFFFFF)


def _numeric(value: Any, size: int, modifier: int) -> bytes:
    scale = (modifier - 4) & 0xFFFF
    return int(EXACT.create_decimal(value).scaleb(scale, EXACT)).to_bytes(size, "big", signed=True)


def _date(value: date, *_: int) -> bytes:
    return struct.pack("!q", value.toordinal() + _JULIAN_OF_ORDINAL_0)


_BINARY: dict[int, Callable[[Any, int, int], bytes]] = {
    _BOOL: lambda value, *_: b"\1" if value else b"\0",
    INTEGER: lambda value, *_: struct.pack("!q", value),
    _FLOAT: lambda value, *_: struct.pack("!d", value),
    _DATE: _date,
    _TIME: lambda value, *_: struct.pack("!q", _micros(value)),
    _TIMESTAMP: _timestamp,
    _TIMESTAMPTZ: _timestamp,
    _TIMETZ: _timetz,
    _NUMERIC: _numeric,
    _VARBINARY: lambda value, *_: bytes(value),
    _UUID: lambda value, *_: value.bytes,
}
