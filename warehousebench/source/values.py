"""One value of a driver as one value of a declared type, exactly or not at all."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import partial
from typing import Any

import pyarrow as pa

from warehousebench.model.catalog import INTEGERS, DataType, TypeKind

# DECIMAL without digits holds any number in PostgreSQL and Oracle; a file needs a scale.  What needs more is an error.
_DIGITS, _PLACES = 38, 10
_EXACT = Context(prec=_DIGITS, traps=[Inexact, InvalidOperation])
# A double carries 15 to 17 decimal digits: beyond this share two texts mean the same stored number.
_SAME_DOUBLE = 1e-14
# Kinds for which Arrow itself refuses to cut, round or parse; for others it drops times of day or zones in silence.
_STRICT_IN_ARROW = frozenset({*INTEGERS, TypeKind.DECIMAL, TypeKind.DOUBLE, TypeKind.VARCHAR, TypeKind.TEXT})
_BITS = {TypeKind.SMALLINT: 15, TypeKind.INTEGER: 31, TypeKind.BIGINT: 63}

_ARROW: Mapping[TypeKind, pa.DataType] = {
    TypeKind.BOOLEAN: pa.bool_(),
    TypeKind.SMALLINT: pa.int16(),
    TypeKind.INTEGER: pa.int32(),
    TypeKind.BIGINT: pa.int64(),
    TypeKind.REAL: pa.float32(),
    TypeKind.DOUBLE: pa.float64(),
    TypeKind.DATE: pa.date32(),
    TypeKind.TIME: pa.time64("us"),
    TypeKind.TIMESTAMP: pa.timestamp("us"),
    TypeKind.TIMESTAMPTZ: pa.timestamp("us", "UTC"),
    TypeKind.BINARY: pa.binary(),
}


class MisfitError(Exception):
    """A value that its declared type cannot hold; ``place`` is its index, ``shown`` what people see."""

    def __init__(self, value: Any, place: int) -> None:
        self.place = place
        text = repr(value)
        self.shown = text if len(text) <= 60 else text[:57] + "..."
        super().__init__(self.shown)


def arrow_type(type_: DataType) -> pa.DataType:
    """Return the Arrow type of a declared one; text, identifiers, JSON and unknown types are strings."""
    if type_.kind is TypeKind.DECIMAL:
        return pa.decimal128(*_digits(type_))
    return _ARROW.get(type_.kind, pa.string())


def array(cells: Sequence[Any], type_: DataType) -> pa.Array:
    """Return ``cells`` as an Arrow array of ``type_``; raises MisfitError if a value would have to change."""
    if type_.kind in _STRICT_IN_ARROW:
        try:
            return _by_arrow(cells, type_)
        except (pa.ArrowException, OverflowError):
            pass  # one by one: some need conversion, or one does not fit
    convert, result = _converter(type_), []
    for place, cell in enumerate(cells):
        try:
            result.append(None if cell is None else convert(cell))
        except (ValueError, TypeError, ArithmeticError) as error:
            raise MisfitError(cell, place) from error
    return pa.array(result, arrow_type(type_))


def misfits(cells: Sequence[Any], type_: DataType) -> frozenset[int]:
    """Return the places of the values that :func:`array` refuses one by one."""
    convert, found = _converter(type_), set()
    for place, cell in enumerate(cells):
        try:
            if cell is not None:
                convert(cell)
        except (ValueError, TypeError, ArithmeticError):
            found.add(place)
    return frozenset(found)


def _by_arrow(cells: Sequence[Any], type_: DataType) -> pa.Array:
    if type_.kind not in INTEGERS:
        return pa.array(cells, arrow_type(type_))
    # Told the type, Arrow cuts the places of a float; left to itself, it finds no integers then.
    found = pa.array(cells)
    if not (pa.types.is_integer(found.type) or pa.types.is_null(found.type)):
        raise pa.ArrowTypeError(f"{found.type} instead of integers")
    return found.cast(arrow_type(type_))


def _converter(type_: DataType) -> Callable[[Any], Any]:
    if type_.kind is TypeKind.DECIMAL:
        return partial(_decimal, *_digits(type_))
    if type_.kind in _BITS:
        return partial(_whole, 2 ** _BITS[type_.kind])
    return _BY_KIND.get(type_.kind, _text)


def _digits(type_: DataType) -> tuple[int, int]:
    if type_.precision is None:
        return _DIGITS, _PLACES
    return min(type_.precision, _DIGITS), type_.scale or 0


def _whole(limit: int, value: Any) -> int:
    number = int(value)
    if number != (Decimal(value) if isinstance(value, str) else value) or not -limit <= number < limit:
        raise ValueError
    return number


def _boolean(value: Any) -> bool:
    known = {0: False, 1: True, b"\0": False, b"\1": True}
    if value not in known:
        raise ValueError
    return known[value]


def _decimal(digits: int, places: int, value: Any) -> Decimal:
    unit = Decimal(1).scaleb(-places)
    if isinstance(value, float):
        # SQLite keeps DECIMAL as a double: 0.1 + 0.2 means 0.3 in a column of two places, 0.005 means nothing there.
        number = Decimal(repr(value)).quantize(unit, context=Context(prec=_DIGITS))
        if not math.isclose(float(number), value, rel_tol=_SAME_DOUBLE, abs_tol=0.0):
            raise ValueError
    else:
        number = Decimal(value).quantize(unit, context=_EXACT)
    if not number.is_finite() or abs(number) >= Decimal(10) ** (digits - places):
        raise ValueError
    return number


def _date(value: Any) -> dt.date:
    moment = value if isinstance(value, dt.date) else dt.datetime.fromisoformat(value)
    if isinstance(moment, dt.datetime):
        if moment.time() != dt.time() or moment.tzinfo:
            raise ValueError
        return moment.date()
    return moment


def _time(value: Any) -> dt.time:
    if isinstance(value, dt.timedelta):  # MySQL's drivers: its TIME is a duration
        if not dt.timedelta() <= value < dt.timedelta(days=1):
            raise ValueError
        return (dt.datetime.min + value).time()
    clock = value if isinstance(value, dt.time) else dt.time.fromisoformat(value)
    if clock.tzinfo:
        raise ValueError
    return clock


def _timestamp(value: Any) -> dt.datetime:
    moment = _moment(value)
    if moment.tzinfo:
        raise ValueError
    return moment


def _instant(value: Any) -> dt.datetime:
    """Return a moment in UTC; without a zone it is taken as UTC, as MySQL's TIMESTAMP is stored."""
    moment = _moment(value)
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    return dt.datetime.fromisoformat(value)


def _binary(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(memoryview(value))


def _char(value: Any) -> str:
    """Return text without the blanks that fill up a CHAR: they are no part of the value, and only some drivers send them."""
    return _text(value).rstrip(" ")


def _text(value: Any) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)


_BY_KIND: Mapping[TypeKind, Callable[[Any], Any]] = {
    TypeKind.BOOLEAN: _boolean,
    TypeKind.REAL: float,
    TypeKind.DOUBLE: float,
    TypeKind.DATE: _date,
    TypeKind.TIME: _time,
    TypeKind.TIMESTAMP: _timestamp,
    TypeKind.TIMESTAMPTZ: _instant,
    TypeKind.BINARY: _binary,
    TypeKind.CHAR: _char,
}
