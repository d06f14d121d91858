"""Declared types to neutral ones, read from sqlglot's tree before any translation between dialects.

Nothing is narrowed: unsigned integers get the next wider kind, and what has no neutral kind becomes OTHER with its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from warehousebench.model.catalog import DataType, TypeKind

T = exp.DataType.Type
_SINGLE = 24  # binary digits of a single-precision mantissa: FLOAT(p) above it is double in every product

_KINDS: Mapping[object, TypeKind] = {
    T.BOOLEAN: TypeKind.BOOLEAN,
    T.TINYINT: TypeKind.SMALLINT,
    T.UTINYINT: TypeKind.SMALLINT,
    T.SMALLINT: TypeKind.SMALLINT,
    T.SMALLSERIAL: TypeKind.SMALLINT,
    T.YEAR: TypeKind.SMALLINT,
    T.USMALLINT: TypeKind.INTEGER,
    T.MEDIUMINT: TypeKind.INTEGER,
    T.UMEDIUMINT: TypeKind.INTEGER,
    T.INT: TypeKind.INTEGER,
    T.SERIAL: TypeKind.INTEGER,
    T.UINT: TypeKind.BIGINT,
    T.BIGINT: TypeKind.BIGINT,
    T.BIGSERIAL: TypeKind.BIGINT,
    T.DOUBLE: TypeKind.DOUBLE,
    T.UDOUBLE: TypeKind.DOUBLE,
    T.CHAR: TypeKind.CHAR,
    T.NCHAR: TypeKind.CHAR,
    T.BPCHAR: TypeKind.CHAR,
    T.VARCHAR: TypeKind.VARCHAR,
    T.NVARCHAR: TypeKind.VARCHAR,
    T.TEXT: TypeKind.TEXT,
    T.TINYTEXT: TypeKind.TEXT,
    T.MEDIUMTEXT: TypeKind.TEXT,
    T.LONGTEXT: TypeKind.TEXT,
    T.XML: TypeKind.TEXT,
    T.DATE: TypeKind.DATE,
    T.TIME: TypeKind.TIME,
    T.TIMETZ: TypeKind.TIME,
    T.TIMESTAMP: TypeKind.TIMESTAMP,
    T.TIMESTAMPNTZ: TypeKind.TIMESTAMP,
    T.DATETIME: TypeKind.TIMESTAMP,
    T.DATETIME2: TypeKind.TIMESTAMP,
    T.SMALLDATETIME: TypeKind.TIMESTAMP,
    T.TIMESTAMPTZ: TypeKind.TIMESTAMPTZ,
    T.TIMESTAMPLTZ: TypeKind.TIMESTAMPTZ,
    T.INTERVAL: TypeKind.INTERVAL,
    T.BINARY: TypeKind.BINARY,
    T.VARBINARY: TypeKind.BINARY,
    T.BLOB: TypeKind.BINARY,
    T.TINYBLOB: TypeKind.BINARY,
    T.MEDIUMBLOB: TypeKind.BINARY,
    T.LONGBLOB: TypeKind.BINARY,
    T.IMAGE: TypeKind.BINARY,
    T.UUID: TypeKind.UUID,
    T.JSON: TypeKind.JSON,
    T.JSONB: TypeKind.JSON,
}

# Types that sqlglot does not tell apart or does not know, by dialect ("" for all) and first word.
_BY_WORD: Mapping[tuple[str, str], DataType] = {
    ("", "citext"): DataType(TypeKind.TEXT),
    ("", "name"): DataType(TypeKind.VARCHAR, length=63),
    ("oracle", "long"): DataType(TypeKind.TEXT),
    ("oracle", "nclob"): DataType(TypeKind.TEXT),
    ("oracle", "xmltype"): DataType(TypeKind.TEXT),
    ("oracle", "rowid"): DataType(TypeKind.VARCHAR, length=18),
    # Oracle's ANSI integers are NUMBER(38), and its DATE has a time of day.
    ("oracle", "integer"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "int"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "smallint"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "date"): DataType(TypeKind.TIMESTAMP, precision=0),
    ("tsql", "sysname"): DataType(TypeKind.VARCHAR, length=128),
    ("tsql", "money"): DataType(TypeKind.DECIMAL, precision=19, scale=4),
    ("tsql", "smallmoney"): DataType(TypeKind.DECIMAL, precision=10, scale=4),
    ("tsql", "rowversion"): DataType(TypeKind.BINARY, length=8),
    ("tsql", "timestamp"): DataType(TypeKind.BINARY, length=8),
    ("postgres", "money"): DataType(TypeKind.DECIMAL, precision=19, scale=2),
    # SQLite stores every integer in up to 64 bits and every real in 64.
    ("sqlite", "integer"): DataType(TypeKind.BIGINT),
    ("sqlite", "int"): DataType(TypeKind.BIGINT),
}
# What DECIMAL means without digits; PostgreSQL and Oracle keep any digits then, so they have no entry.
_BARE_DECIMAL = {"mysql": (10, 0), "tsql": (18, 0)}
# SQLite's affinity rules (sqlite.org/datatype3.html, 3.1), in their order, for declarations that are no type elsewhere.
_AFFINITY = (
    ("INT", TypeKind.BIGINT),
    ("CHAR|CLOB|TEXT", TypeKind.TEXT),
    ("BLOB", TypeKind.BINARY),
    ("REAL|FLOA|DOUB", TypeKind.DOUBLE),
)


def parse_type(native: str, dialect: str) -> DataType:
    """Return the neutral type of the declaration ``native``; OTHER if it is not understood."""
    try:
        tree = sqlglot.parse_one(f"CREATE TABLE t (c {native})", read=dialect)
        column = tree.find(exp.ColumnDef)
    except sqlglot.errors.SqlglotError:
        column = None
    return data_type(column.args.get("kind") if column else None, native, dialect)


def data_type(node: exp.Expression | None, native: str, dialect: str) -> DataType:
    """Return the neutral type of sqlglot's ``node``; ``native`` is the declaration as it was written."""
    known = _named(native, dialect) or (_mapped(node, native, dialect) if isinstance(node, exp.DataType) else None)
    found = known or (_by_affinity(native) if dialect == "sqlite" else DataType(TypeKind.OTHER))
    return DataType(found.kind, found.length, found.precision, found.scale, native)


def _named(native: str, dialect: str) -> DataType | None:
    word, number = _word(native), _numbers(native)
    if dialect == "oracle" and word in ("raw", "long") and "raw" in native.lower():
        return DataType(TypeKind.BINARY, length=number[0] if number else None)
    if word in ("float", "real"):
        return DataType(_float(word, number, dialect))
    return _BY_WORD.get((dialect, word)) or _BY_WORD.get(("", word))


def _float(word: str, number: tuple[int, ...], dialect: str) -> TypeKind:
    """Return the width of FLOAT and REAL, which every product defines in its own way."""
    if dialect == "sqlite" or (word == "real" and dialect == "mysql"):
        return TypeKind.DOUBLE
    single = word == "real" or len(number) == 2 or (number[0] <= _SINGLE if number else dialect in ("mysql", "duckdb"))
    return TypeKind.REAL if single else TypeKind.DOUBLE


def _mapped(node: exp.DataType, native: str, dialect: str) -> DataType | None:
    kind, number = node.this, _numbers(native)
    if isinstance(kind, exp.Interval):
        return DataType(TypeKind.INTERVAL)
    if kind in (T.DECIMAL, T.UDECIMAL):
        return _decimal(native, number, dialect)
    if kind is T.UBIGINT:
        return DataType(TypeKind.DECIMAL, precision=20, scale=0)
    if kind is T.FLOAT:
        return DataType(TypeKind.REAL)
    if kind is T.BIT:
        return _bit(number, dialect)
    if kind in (T.ENUM, T.SET):
        return _labels(node)
    return _sized(_KINDS.get(kind), number, native, dialect)


def _sized(kind: TypeKind | None, number: tuple[int, ...], native: str, dialect: str) -> DataType | None:
    size = number[0] if number else None
    if kind is TypeKind.CHAR:
        # A bpchar without length is unlimited, a char without length holds one character.
        return DataType(TypeKind.TEXT) if size is None and _word(native) == "bpchar" else DataType(kind, length=size or 1)
    if kind is TypeKind.VARCHAR:
        size = size or (1 if dialect == "tsql" and "max" not in native.lower() else None)
        return DataType(kind, length=size) if size else DataType(TypeKind.TEXT)
    if kind is TypeKind.BINARY:
        return DataType(kind, length=size)
    if kind in (TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        return DataType(kind, precision=size)
    return DataType(kind) if kind else None


def _decimal(native: str, number: tuple[int, ...], dialect: str) -> DataType:
    if "*" in native:  # Oracle's NUMBER(*, s)
        return DataType(TypeKind.DECIMAL, precision=38, scale=number[-1] if number else 0)
    digits: tuple[int | None, ...] = (*number, 0)[:2] if number else _BARE_DECIMAL.get(dialect, (None, None))
    return DataType(TypeKind.DECIMAL, precision=digits[0], scale=digits[1])


def _bit(number: tuple[int, ...], dialect: str) -> DataType | None:
    if not number or number[0] == 1:
        return DataType(TypeKind.BOOLEAN)
    return DataType(TypeKind.BINARY, length=-(-number[0] // 8)) if dialect == "mysql" else None


def _labels(node: exp.DataType) -> DataType:
    """Return the text type that holds any label of an enum, or all labels of a set with commas between."""
    lengths = [len(label.name) for label in node.expressions]
    whole = sum(lengths) + len(lengths) - 1 if node.this is T.SET else max(lengths, default=1)
    return DataType(TypeKind.VARCHAR, length=max(whole, 1))


def _by_affinity(native: str) -> DataType:
    kinds = (kind for pattern, kind in _AFFINITY if re.search(pattern, native.upper()))
    return DataType(next(kinds, TypeKind.OTHER))


def _word(native: str) -> str:
    found = re.match(r"[\[\"`]?(\w+)[\]\"`]?(?!\s*\.)", native.strip())
    return found[1].lower() if found else ""


def _numbers(native: str) -> tuple[int, ...]:
    found = re.search(r"\(([^()']*)\)", native)
    return tuple(int(number) for number in re.findall(r"-?\d+", found[1])) if found else ()
