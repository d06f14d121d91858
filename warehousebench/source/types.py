"""Declared types to neutral ones, read from sqlglot's tree before any translation between dialects.

Nothing is narrowed: unsigned integers get the next wider kind, and what has no neutral kind becomes OTHER with its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import sqlglot
from sqlglot import exp

from warehousebench.model.catalog import INTEGERS, STRINGS, DataType, TypeKind

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
    ("postgres", "name"): DataType(TypeKind.VARCHAR, length=63),
    ("oracle", "long"): DataType(TypeKind.TEXT),
    ("oracle", "nclob"): DataType(TypeKind.TEXT),
    ("oracle", "xmltype"): DataType(TypeKind.TEXT),
    ("oracle", "rowid"): DataType(TypeKind.VARCHAR, length=18),
    # Oracle's ANSI integers are NUMBER(38), and its DATE has a time of day.
    ("oracle", "integer"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "int"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "smallint"): DataType(TypeKind.DECIMAL, precision=38, scale=0),
    ("oracle", "date"): DataType(TypeKind.TIMESTAMP, precision=0),
    ("tsql", "xml"): DataType(TypeKind.TEXT),
    ("tsql", "sysname"): DataType(TypeKind.VARCHAR, length=128),
    ("tsql", "money"): DataType(TypeKind.DECIMAL, precision=19, scale=4),
    ("tsql", "smallmoney"): DataType(TypeKind.DECIMAL, precision=10, scale=4),
    ("tsql", "rowversion"): DataType(TypeKind.BINARY, length=8),
    ("tsql", "timestamp"): DataType(TypeKind.BINARY, length=8),
    ("postgres", "money"): DataType(TypeKind.DECIMAL, precision=19, scale=2),
    ("mysql", "inet4"): DataType(TypeKind.VARCHAR, length=15),
    ("mysql", "inet6"): DataType(TypeKind.VARCHAR, length=39),
    ("hsqldb", "varchar_ignorecase"): DataType(TypeKind.TEXT),
    ("hsqldb", "longvarchar"): DataType(TypeKind.TEXT),
    ("hsqldb", "clob"): DataType(TypeKind.TEXT),
    ("hsqldb", "longvarbinary"): DataType(TypeKind.BINARY),
    ("hsqldb", "blob"): DataType(TypeKind.BINARY),
    ("hsqldb", "double"): DataType(TypeKind.DOUBLE),
    ("hsqldb", "datetime"): DataType(TypeKind.TIMESTAMP),
}
# Digits of a second where a declaration gives none; PostgreSQL and Oracle keep six, the most that both products do.
_BARE_FRACTION = {("tsql", "datetime2"): 7, ("tsql", "datetimeoffset"): 7, ("tsql", "time"): 7}
_PART = r'(?:\[[^\]]+\]|"[^"]+"|[^\W\d][\w$#]*)'
_SYSTEM = ("sys", "mdsys", "public")  # schemas of types that the databases bring along
_ALIASES = {
    ("", "int8"): "bigint",
    ("", "int4"): "int",
    ("", "int2"): "smallint",
    ("mysql", "int1"): "tinyint",
    ("mysql", "int3"): "mediumint",
    ("mysql", "middleint"): "mediumint",
    ("mysql", "serial"): "bigint unsigned",
    ("mysql", "bool"): "tinyint(1)",
    ("mysql", "boolean"): "tinyint(1)",
    ("postgres", "serial2"): "smallserial",
    ("postgres", "serial4"): "serial",
    ("postgres", "serial8"): "bigserial",
}
_DECIMALS = ("decimal", "numeric", "number", "dec", "fixed")
# What DECIMAL means without digits; PostgreSQL and Oracle keep any digits then, so they have no entry.
_BARE_DECIMAL = {"mysql": (10, 0), "tsql": (18, 0), "hsqldb": (128, 0)}
# Bytes that MySQL's texts and blobs hold at most.
_TEXT_BYTES = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215, "longtext": 4_294_967_295}
_BLOB_BYTES = {"tinyblob": 255, "blob": 65_535, "mediumblob": 16_777_215, "longblob": 4_294_967_295}
# Charsets with characters beyond the basic plane, which take four bytes; those of all others take three at most.
_ANY_CHARACTER = ("utf8mb4", "utf16", "utf16le", "utf32", "gb18030")
# Types of the databases that have no neutral kind.
_FOREIGN_WORDS = """
    inet cidr macaddr macaddr8 point line lseg box path polygon circle tsvector tsquery xid oid regclass int4range int8range
    numrange tsrange tstzrange daterange hstore geometry geography raster linestring multipoint multilinestring multipolygon
    geometrycollection geomcollection hierarchyid sql_variant bfile sdo_geometry urowid anydata other pg_lsn txid_snapshot vector
"""
_FOREIGN = frozenset(_FOREIGN_WORDS.split())
# SQLite's affinity rules (sqlite.org/datatype3.html, 3.1), in their order, for declarations that are no type elsewhere, and for
# integers: it keeps every one in up to 64 bits, whatever its type is called.
_AFFINITY = (
    ("INT", TypeKind.BIGINT),
    ("CHAR|CLOB|TEXT", TypeKind.TEXT),
    ("BLOB", TypeKind.BINARY),
    ("REAL|FLOA|DOUB", TypeKind.DOUBLE),
)


def parse_type(native: str, dialect: str, charset: str | None = None) -> DataType:
    """Return the neutral type of the declaration ``native``, its text in ``charset``; OTHER if it is not understood."""
    found = _parsed(native, dialect)
    return replace(found, native=native, dialect=dialect, character_bytes=_character_bytes(found, native, dialect, charset))


def bare(native: str, dialect: str) -> str:
    """Return ``native`` without the quotes of its name, and without its schema if that is where databases keep their own types."""
    if dialect == "postgres":
        return re.sub(r'^(?:"[^"]+"|\w+)\.(?=[\w"])', "", native)
    found = re.match(rf"((?:{_PART}\s*\.\s*)*{_PART})(.*)", native, re.S) if dialect in ("tsql", "oracle", "hsqldb") else None
    if not found:
        return native
    parts = [part.strip('[]"') for part in re.findall(_PART, found[1])]
    own = [part for part in parts[:-1] if part.lower() not in _SYSTEM]
    return ".".join([*own, parts[-1]]) + found[2]


def is_known(native: str, dialect: str) -> bool:
    """Say whether ``native`` is a type of the dialect, even if there is no neutral kind for it."""
    return (
        _parsed(native, dialect).kind is not TypeKind.OTHER or _word(native) in _FOREIGN or _is_array(native) or dialect == "sqlite"
    )


@lru_cache(maxsize=4096)
def _parsed(native: str, dialect: str) -> DataType:
    native = _plain(native, dialect)
    known = _named(native, dialect) or _mapped(_node(native, dialect), native, dialect)
    if dialect == "sqlite" and (known is None or known.kind in INTEGERS):
        return _by_affinity(native)
    return known or DataType(TypeKind.OTHER)


def _plain(native: str, dialect: str) -> str:
    """Return ``native`` with the name that the dialect's manual gives for an alias: sqlglot takes an INT8 for one byte."""
    word = _word(native)
    name = _ALIASES.get((dialect, word)) or _ALIASES.get(("", word))
    if name:
        return re.sub(rf"^\W?{word}\W?", name + " ", native, count=1, flags=re.I).strip()
    return re.sub(r"^national\s+(?=char|varchar)", "", native, flags=re.I)


def _node(native: str, dialect: str) -> exp.DataType | None:
    # HSQLDB's own dialect is none of sqlglot's; its words are those of the standard.
    try:
        tree = sqlglot.parse_one(f"CREATE TABLE t (c {native})", read="" if dialect == "hsqldb" else dialect)
        column = tree.find(exp.ColumnDef)
    except sqlglot.errors.SqlglotError:
        return None
    found = column.args.get("kind") if column else None
    return found if isinstance(found, exp.DataType) else None


def _character_bytes(type_: DataType, native: str, dialect: str, charset: str | None) -> int | None:
    """Return the most UTF-8 bytes that one counted unit takes; None if it can be any character."""
    if type_.kind not in STRINGS or type_.length is None:
        return None
    if type_.labels:
        return max((len(letter.encode()) for label in type_.labels for letter in label), default=1)
    words = set(re.findall(r"[a-z]+\d*", native.lower()))
    if dialect == "mysql":
        return _mysql_bytes(words, charset)
    # Units of UTF-16 take up to three bytes, since a pair takes four; so does a character of any single-byte code page.
    if dialect == "tsql" or (dialect == "oracle" and (words & {"byte", "nchar", "nvarchar2"})):
        return 3
    return 1 if _word(native) in ("bit", "rowid", "urowid") else None


def _mysql_bytes(words: set[str], charset: str | None) -> int | None:
    if words & set(_TEXT_BYTES):  # these are sized in bytes of the column's charset
        return 1 if (charset or "").startswith("utf8") else 3
    if words & {"inet4", "inet6"}:
        return 1
    if charset is None:
        return None
    return 1 if charset in ("ascii", "binary") else 4 if charset in _ANY_CHARACTER else 3


def _named(native: str, dialect: str) -> DataType | None:
    word, number = _word(native), _numbers(native)
    if dialect in ("postgres", "hsqldb") and _is_array(native):
        return DataType(TypeKind.OTHER)
    if dialect == "oracle" and word in ("raw", "long") and "raw" in native.lower():
        return DataType(TypeKind.BINARY, length=number[0] if number else None)
    if word == "interval":
        return DataType(TypeKind.INTERVAL)
    if word in _DECIMALS:
        return _decimal(native, number, dialect)
    if word in ("bit", "varbit"):
        return _bit(number, native, dialect)
    if word == "urowid":
        return DataType(TypeKind.VARCHAR, length=number[0] if number else 4000)
    if word in ("float", "real"):
        return DataType(_float(word, number, dialect))
    if dialect == "mysql" and word in _BLOB_BYTES:
        return DataType(TypeKind.BINARY, length=number[0] if number else _BLOB_BYTES[word])
    if dialect == "mysql" and word in _TEXT_BYTES:
        return DataType(TypeKind.TEXT, length=_TEXT_BYTES[word])
    if dialect == "hsqldb" and word in ("clob", "blob", "longvarchar", "longvarbinary", "varchar_ignorecase"):
        return _large(word, native, number)
    return _BY_WORD.get((dialect, word)) or _BY_WORD.get(("", word))


def _is_array(native: str) -> bool:
    return re.search(r"\w.*\[\d*\]\s*$|\bARRAY\b", native, re.I | re.S) is not None


def _large(word: str, native: str, number: tuple[int, ...]) -> DataType:
    """Return HSQLDB's large types, whose sizes may be written as 16M."""
    unit = re.search(r"\d\s*([KMG])\b", native, re.I)
    size = number[0] * 1024 ** " KMG".index(unit[1].upper()) if number and unit else number[0] if number else None
    binary = word in ("blob", "longvarbinary")
    return DataType(TypeKind.BINARY if binary else TypeKind.VARCHAR if size else TypeKind.TEXT, length=size)


def _float(word: str, number: tuple[int, ...], dialect: str) -> TypeKind:
    """Return the width of FLOAT and REAL, which every product defines in its own way."""
    if dialect in ("sqlite", "hsqldb") or (word == "real" and dialect in ("mysql", "oracle")):
        return TypeKind.DOUBLE
    single = word == "real" or len(number) == 2 or (number[0] <= _SINGLE if number else dialect in ("mysql", "duckdb"))
    return TypeKind.REAL if single else TypeKind.DOUBLE


def _mapped(node: exp.DataType | None, native: str, dialect: str) -> DataType | None:
    if node is None:
        return None
    kind, number = node.this, _numbers(native)
    if kind is T.UBIGINT:
        return DataType(TypeKind.DECIMAL, precision=20, scale=0)
    if kind is T.FLOAT:
        return DataType(TypeKind.REAL)
    if kind in (T.ENUM, T.SET):
        return enumerated([label.name for label in node.expressions], kind is T.SET)
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
        return DataType(kind, precision=_BARE_FRACTION.get((dialect, _word(native))) if size is None else size)
    return DataType(kind) if kind else None


def _decimal(native: str, number: tuple[int, ...], dialect: str) -> DataType:
    if "*" in native and number:  # Oracle's NUMBER(*, s)
        return DataType(TypeKind.DECIMAL, precision=38, scale=number[-1])
    if dialect == "oracle" and not number and _word(native) != "number":  # its ANSI names, unlike NUMBER, have no places by default
        return DataType(TypeKind.DECIMAL, precision=38, scale=0)
    digits: tuple[int | None, ...] = (*number, 0)[:2] if number else _BARE_DECIMAL.get(dialect, (None, None))
    return DataType(TypeKind.DECIMAL, precision=digits[0], scale=digits[1])


def _bit(number: tuple[int, ...], native: str, dialect: str) -> DataType | None:
    size = number[0] if number else None
    if "varying" in native.lower() or _word(native) == "varbit":
        return DataType(TypeKind.VARCHAR, length=size) if size else DataType(TypeKind.TEXT)
    if size in (None, 1):
        return DataType(TypeKind.BOOLEAN)
    # MySQL's driver brings bytes, PostgreSQL's brings a text of zeros and ones.
    return DataType(TypeKind.BINARY, length=-(-size // 8)) if dialect == "mysql" else DataType(TypeKind.VARCHAR, length=size)


def enumerated(labels: Sequence[str], is_set: bool = False) -> DataType:
    """Return the text type that holds any of ``labels``, or in a set all of them with commas between."""
    lengths = [len(label) for label in labels]
    whole = sum(lengths) + len(lengths) - 1 if is_set else max(lengths, default=1)
    return DataType(TypeKind.VARCHAR, length=max(whole, 1), labels=tuple(labels))


def _by_affinity(native: str) -> DataType:
    kinds = (kind for pattern, kind in _AFFINITY if re.search(pattern, native.upper()))
    return DataType(next(kinds, TypeKind.OTHER))


def _word(native: str) -> str:
    found = re.match(r"[\[\"`]?(\w+)[\]\"`]?(?!\s*\.)", native.strip())
    return found[1].lower() if found else ""


def _numbers(native: str) -> tuple[int, ...]:
    found = re.search(r"\(([^()']*)\)", native)
    return tuple(int(number) for number in re.findall(r"-?\d+", found[1])) if found else ()
