"""Redshift's types on the wire: OIDs, text and binary forms, as redshift_connector 2.2.0 reads and sends them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context
from typing import Any

from standins.commands import Parameter
from standins.errors import ServerError, unsupported

# Far beyond DECIMAL(38): the default context of 28 digits would round in silence.
EXACT = Context(prec=100)
_EPOCH = datetime(2000, 1, 1)
_UNKNOWN, _VARCHAR = 705, 1043

_OIDS = {
    "BOOLEAN": (16, 1),
    "TINYINT": (21, 2),
    "SMALLINT": (21, 2),
    "INTEGER": (23, 4),
    "BIGINT": (20, 8),
    "FLOAT": (700, 4),
    "DOUBLE": (701, 8),
    "VARCHAR": (_VARCHAR, -1),
    '"NULL"': (_UNKNOWN, -2),
    "DATE": (1082, 4),
    "TIME": (1083, 8),
    "TIME WITH TIME ZONE": (1266, 12),
    "TIMESTAMP": (1114, 8),
    "TIMESTAMP_S": (1114, 8),
    "TIMESTAMP_MS": (1114, 8),
    "TIMESTAMP_NS": (1114, 8),
    "TIMESTAMP WITH TIME ZONE": (1184, 8),
    "BLOB": (6551, -1),
}
_PARAMETERS = {
    16: "BOOLEAN",
    20: "BIGINT",
    21: "SMALLINT",
    23: "INTEGER",
    700: "FLOAT",
    701: "DOUBLE",
    1082: "DATE",
    1083: "TIME",
    1114: "TIMESTAMP",
    1184: "TIMESTAMPTZ",
    1700: "DECIMAL(38,10)",
}
_TEXTS = frozenset({0, 25, _UNKNOWN, _VARCHAR, 1042})


def column_type(kind: str) -> tuple[int, int, int]:
    """Return OID, size and modifier of a DuckDB type; raises ServerError for one that Redshift's clients do not know."""
    if kind == "HUGEINT":
        kind = "DECIMAL(38,0)"
    if kind.startswith("DECIMAL(") and kind.endswith(")"):
        precision, scale = map(int, kind[8:-1].split(","))
        return 1700, 8 if precision <= 18 else 16, (precision << 16 | scale) + 4
    if kind not in _OIDS:
        raise unsupported(f"a result of type {kind}")
    return *_OIDS[kind], -1


def encode(value: Any, kind: tuple[int, int, int], binary: bool) -> bytes:
    """Return a value that is not NULL as it goes over the wire."""
    oid, size, modifier = kind
    if not binary:
        return _text(value, oid)
    return _BINARY.get(oid, lambda value, *_: str(value).encode())(value, size, modifier)


def parameter(oid: int, binary: bool, data: bytes | None) -> Parameter:
    """Return a bound parameter; raises ServerError for a type that is not known here."""
    if oid not in _PARAMETERS and oid not in _TEXTS:
        raise unsupported(f"a parameter of type {oid}")
    kind = _PARAMETERS.get(oid, "")
    if data is None:
        return Parameter(kind, None)
    text = _from_binary(oid, data) if binary and oid not in _TEXTS else data.decode()
    if oid == 1700:
        kind = _exact_decimal(text)
    return Parameter(kind, text)


def described_parameter(oid: int) -> Parameter:
    """Return a NULL in the place of a parameter, for the types of a statement before it is bound."""
    return parameter(oid, False, None)


def _exact_decimal(text: str) -> str:
    value = EXACT.create_decimal(text)
    _, digits, exponent = value.as_tuple()
    scale = max(-int(exponent), 0)
    precision = max(len(digits) + max(int(exponent), 0), scale, 1)
    if precision > 38:
        raise ServerError("22003", f"numeric value {text} has more than 38 digits")
    return f"DECIMAL({precision},{scale})"


def _text(value: Any, oid: int) -> bytes:
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if oid == 1700:
        return format(EXACT.create_decimal(value), "f").encode()
    if isinstance(value, bytes | bytearray):
        return value.hex().encode()
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat(sep=" ")
        return (text + ("+00" if oid == 1184 else "")).encode()
    if isinstance(value, time) and oid == 1266:
        return (value.replace(tzinfo=None).isoformat() + "+00").encode()
    return str(value).encode()


def _numeric(value: Any, size: int, modifier: int) -> bytes:
    scale = (modifier - 4) & 0xFFFF
    scaled = EXACT.create_decimal(value).scaleb(scale, EXACT)
    if scaled != scaled.to_integral_value():
        raise ServerError("22003", f"{value} has more than {scale} digits behind the point")
    return int(scaled).to_bytes(size, "big", signed=True)


def _timestamp(value: datetime, *_: int) -> bytes:
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return struct.pack("!q", (value - _EPOCH) // timedelta(microseconds=1))


def _micros(value: time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def _timetz(value: time, *_: int) -> bytes:
    offset = value.utcoffset() or timedelta()
    # Seconds west of Greenwich lie behind the local time.
    return struct.pack("!qi", _micros(value), -int(offset.total_seconds()))


def _days(value: date, *_: int) -> bytes:
    return struct.pack("!i", (value - _EPOCH.date()).days)


_BINARY: dict[int, Callable[[Any, int, int], bytes]] = {
    16: lambda value, *_: b"\1" if value else b"\0",
    20: lambda value, *_: struct.pack("!q", value),
    21: lambda value, *_: struct.pack("!h", value),
    23: lambda value, *_: struct.pack("!i", value),
    700: lambda value, *_: struct.pack("!f", value),
    701: lambda value, *_: struct.pack("!d", value),
    1082: _days,
    1083: lambda value, *_: struct.pack("!q", _micros(value)),
    1114: _timestamp,
    1184: _timestamp,
    1266: _timetz,
    1700: _numeric,
}


def _from_binary(oid: int, data: bytes) -> str:
    if oid == 16:
        return "true" if data == b"\1" else "false"
    if oid in (20, 21, 23):
        return str(int.from_bytes(data, "big", signed=True))
    if oid in (700, 701):
        return repr(struct.unpack("!f" if oid == 700 else "!d", data)[0])
    if oid in (1114, 1184):
        moment = _EPOCH + timedelta(microseconds=struct.unpack("!q", data)[0])
        return moment.isoformat(sep=" ") + ("+00" if oid == 1184 else "")
    raise unsupported(f"a binary parameter of type {oid}")
