"""Aggregates of a table that every engine computes alike: equal at both ends, they prove that the rows arrived.

Per column: how many values there are, exact sums, least and greatest, bytes of text, and a sum of digests of the values.
All are numbers, so that no collation, no format and no time zone of a session can make equal tables look different.
What an engine writes its own way (bytes of a text, days since 1970, a digest) it gives as :class:`Folds`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from warehousebench.model.catalog import FLOATS, INTEGERS, STRINGS, Column, DataType, Table, TypeKind

ROWS = "rows"
ROUGH = "sum of floats"
TOLERANCE = 1e-9  # of sums of floats, whose last digits depend on the order of the rows
DIGITS = 38  # of the widest decimal that all engines have
_SUMMED = 28  # digits of decimals whose sum stays within those of any number of rows
PRIME = 1_000_000_007
REMAINDERS = f"sum of remainders by {PRIME}"
_HUGE = "'1e290'"  # what is beyond, infinite or no number at all would spoil a sum of floats; least and greatest tell of it
_AT_ONCE = 250  # columns: PostgreSQL gives a query 1,664 results at most, its documentation says ("Limits")


@dataclass(frozen=True, slots=True)
class Folds:
    """An engine's own SQL for the parts of a check; ``{}`` stands for the column or an expression.

    ``digest`` turns text into the number whose hexadecimal digits are the first eight of its MD5; ``hex`` binary into
    lower-case hexadecimal digits, ``uuid`` into lower-case text with hyphens; ``days`` counts from 1970-01-01, ``micros``
    from its midnight (in UTC for ``micros_zoned``), ``micros_of_day`` from the day's.  ``double`` widens a single-precision
    number, which some drivers would bring as the shortest decimal that reads back as it.
    """

    quote: Callable[[str], str]
    octets: str
    digest: str
    hex: str
    uuid: str
    days: str
    micros: str
    micros_zoned: str
    micros_of_day: str
    trimmed: str = "rtrim({})"
    double: str = "CAST({} AS DOUBLE PRECISION)"
    decimal: str = "CAST({} AS DECIMAL({precision}, {scale}))"

    def number(self, expression: str, scale: int = 0) -> str:
        """Return ``expression`` as the widest exact number with ``scale`` digits after the point."""
        return self.decimal.replace("{precision}", str(DIGITS)).replace("{scale}", str(scale)).replace("{}", expression)


def check_statement(table: Table, relation: str, folds: Folds) -> tuple[tuple[str, ...], str]:
    """Return the labels of the check and the query whose single row holds their values; ``relation`` can follow FROM."""
    parts = [(ROWS, "count(*)")]
    for column in table.columns:
        parts += [(f"{column.name}: {label}", expression) for label, expression in _aggregates(column, folds)]
    return tuple(label for label, _ in parts), f"SELECT {', '.join(expression for _, expression in parts)} FROM {relation}"


def in_parts(table: Table) -> Iterator[Table]:
    """Yield the table as tables of some of its columns each, so that no statement over them is too long."""
    for start in range(0, len(table.columns), _AT_ONCE):
        yield Table(table.name, table.columns[start : start + _AT_ONCE])


def readings(labels: Sequence[str], row: Sequence[Any]) -> dict[str, str]:
    """Return label -> value of the check's row in a form that does not depend on an engine's types; NULL is an empty text."""
    return {label: _plain(value) for label, value in zip(labels, row, strict=True)}


def differing(expected: Mapping[str, str], found: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for every label whose value is another one than expected; empty if the tables are the same."""
    labels = list(dict.fromkeys([*expected, *found]))
    wrong = [label for label in labels if not _same(label, expected.get(label), found.get(label))]
    return tuple(f"{label} is {found.get(label, 'missing')} and should be {expected.get(label, 'missing')}" for label in wrong)


def _aggregates(column: Column, folds: Folds) -> Iterator[tuple[str, str]]:
    name = folds.quote(column.name)
    yield "values", f"count({name})"
    kind = column.type.kind
    if kind in FLOATS:
        wide = _fill(folds.double, name) if kind is TypeKind.REAL else name
        huge = _fill(folds.double, _HUGE)
        yield "least", f"min({wide})"
        yield "greatest", f"max({wide})"
        yield ROUGH, f"sum(CASE WHEN {name} BETWEEN -{huge} AND {huge} THEN {wide} END)"
    elif kind in STRINGS:
        text = _fill(folds.trimmed, name) if kind is TypeKind.CHAR else name
        yield "octets", f"sum({folds.number(_fill(folds.octets, text))})"
        yield "digest", f"sum({folds.number(_fill(folds.digest, text))})"
    elif kind in (TypeKind.BINARY, TypeKind.UUID):
        text = _fill(folds.hex if kind is TypeKind.BINARY else folds.uuid, name)
        yield "digest", f"sum({folds.number(_fill(folds.digest, text))})"
    elif kind is TypeKind.BOOLEAN:
        yield "true", f"sum(CASE WHEN {name} THEN 1 ELSE 0 END)"
    elif number := _number(column, name, folds):
        yield "least", f"min({number})"
        yield "greatest", f"max({number})"
        yield from _total(column.type, number, folds)


def _total(type_: DataType, number: str, folds: Folds) -> Iterator[tuple[str, str]]:
    """Yield the sum; of decimals so long that it might not fit any type, a rough one and the exact one of remainders."""
    if not is_long(type_):
        yield "sum", f"sum({number})"
        return
    yield ROUGH, f"sum({_fill(folds.double, number)})"
    if has_remainders(type_):
        yield REMAINDERS, f"sum({number} % {PRIME})"


def is_long(type_: DataType) -> bool:
    """Say whether a few values of a type may add up to more digits than the widest decimal has."""
    return type_.kind is TypeKind.DECIMAL and (type_.precision or DIGITS) > _SUMMED


def has_remainders(type_: DataType) -> bool:
    """Say whether a decimal has the digits before its point that a sum of remainders takes."""
    return DIGITS - (type_.scale or 0) >= _SUMMED - 10


def _number(column: Column, name: str, folds: Folds) -> str | None:
    """Return a value as an exact number; None for types of which only the count is compared (intervals, JSON, others)."""
    kind = column.type.kind
    if kind in INTEGERS:
        return folds.number(name)
    if kind is TypeKind.DECIMAL:
        return folds.number(name, column.type.scale or 0)
    places = {
        TypeKind.DATE: folds.days,
        TypeKind.TIME: folds.micros_of_day,
        TypeKind.TIMESTAMP: folds.micros,
        TypeKind.TIMESTAMPTZ: folds.micros_zoned,
    }
    return folds.number(_fill(places[kind], name)) if kind in places else None


def _fill(template: str, expression: str) -> str:
    return template.replace("{}", expression)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value + 0.0)  # there is one zero, whatever its sign
    text = f"{Decimal(value):f}"  # normalize() would round to 28 digits
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _same(label: str, expected: str | None, found: str | None) -> bool:
    if not expected or not found or expected == found or not label.endswith(f": {ROUGH}"):
        return expected == found
    return math.isclose(float(expected), float(found), rel_tol=TOLERANCE)
