"""Vertica's column types and names.

Sources: Vertica documentation, "SQL data types", "Identifiers", "Keywords", "System limits".
"""

from __future__ import annotations

import re

from warehousebench.engines.common.widths import (
    Target,
    declared_digits,
    integer_digits,
    is_one_ascii_character,
    number_as_text,
    text_bytes,
    with_headroom,
)
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Column, TypeKind
from warehousebench.model.profile import ColumnProfile

NAME_BYTES = 128
VARIABLE_BYTES = 65_000
LONG_BYTES = 32_000_000
NUMERIC_DIGITS = 1_024
# Wider numbers lose the encodings for 64-bit values, so a number without a declared precision gets no more than needed.
OPEN_DIGITS, OPEN_SCALE = 38, 18

# Quoting a word that needs no quotes changes nothing, so the list may be longer than one version's.
_WORDS = """
    all analyse analyze and any array as asc authorization between binary both case cast check collate column constraint
    correlation create cross current_catalog current_database current_date current_schema current_time current_timestamp
    current_user default deferrable desc distinct else encoded end except false for foreign from full grant group having ilike
    ilikeb in initially inner inout intersect interval intervalym into is isnull join ksafe lateral leading left like likeb limit
    localtime localtimestamp match minus natural new not notnull null nullsequal offset old on only or order out outer over
    overlaps pinned placing primary references right schema segmented select session_user similar some sysdate table then
    timeseries to trailing true unbounded union unique unsegmented user using when where window with within
"""
RESERVED = frozenset(_WORDS.split())
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")

_FIXED = {
    TypeKind.BOOLEAN: Target("BOOLEAN"),
    # Every integer has 64 bits, and its smallest value is taken: -2^63 cannot be stored.
    TypeKind.SMALLINT: Target("INTEGER"),
    TypeKind.INTEGER: Target("INTEGER"),
    TypeKind.BIGINT: Target("INTEGER"),
    TypeKind.REAL: Target("FLOAT"),
    TypeKind.DOUBLE: Target("FLOAT"),
    TypeKind.DATE: Target("DATE"),
    TypeKind.UUID: Target("UUID"),
}
_NATIVE = {"geometry": Target("GEOMETRY"), "geography": Target("GEOGRAPHY")}


def quote(name: str) -> str:
    """Return ``name`` as an identifier, quoted if it has to be; raises DesignError if Vertica cannot hold it."""
    size = len(name.encode("utf-8", "surrogatepass"))
    if not name or size > NAME_BYTES or "\0" in name:
        raise DesignError(f"the name {name!r} has {size} bytes; Vertica names have 1 to {NAME_BYTES} and no NUL. Rename it.")
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return ``value`` as a string literal; one with backslashes as E'...', which means the same under every server setting."""
    quoted = value.replace("'", "''")
    return "E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in value else f"'{quoted}'"


def type_sql(column: Column, profile: ColumnProfile | None) -> str:
    """Return the column's type as DDL says it; see :func:`target`."""
    return target(column, profile).sql


def target(column: Column, profile: ColumnProfile | None) -> Target:
    """Return a type that holds every value of ``column``, with a note where the source's type leaves a choice.

    Raises DesignError if no Vertica type does.
    """
    kind = column.type.kind
    if kind in _FIXED:
        return _FIXED[kind]
    if kind is TypeKind.DECIMAL:
        return _numeric(column, profile)
    if kind in (TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        return _temporal(column)
    if kind is TypeKind.INTERVAL:
        return _interval(column)
    if kind is TypeKind.BINARY:
        return _binary(column, profile)
    return _NATIVE.get(column.type.native.lower().partition("(")[0].strip()) or _text(column, profile)


def _numeric(column: Column, seen: ColumnProfile | None) -> Target:
    precision, scale = declared_digits(column.type)
    if precision is None:
        places = min(OPEN_SCALE, max(0, OPEN_DIGITS - (integer_digits(seen) or 0))) if scale is None else scale
        return Target(f"NUMERIC({OPEN_DIGITS},{places})", "the source declares no precision")
    if precision > NUMERIC_DIGITS:
        return number_as_text(precision)
    return Target(f"NUMERIC({precision},{scale or 0})")


def _temporal(column: Column) -> Target:
    kind, native = column.type.kind, column.type.native.lower()
    zoned = kind is TypeKind.TIMESTAMPTZ or "timetz" in native or "time with time zone" in native
    name = ("TIME" if kind is TypeKind.TIME else "TIMESTAMP") + ("TZ" if zoned else "")
    fine = (column.type.precision or 0) > 6
    return Target(name, f"{column.type.precision} digits of a second declared, 6 kept" if fine else "")


def _interval(column: Column) -> Target:
    """A plain interval may mix months with days, which neither of Vertica's two interval types holds."""
    words = set(re.findall(r"[a-z]+", column.type.native.lower()))
    months, days = words & {"year", "month"}, words & {"day", "hour", "minute", "second"}
    if months and not days:
        return Target("INTERVAL YEAR TO MONTH")
    if days and not months:
        return Target("INTERVAL DAY TO SECOND")
    return Target("VARCHAR(64)", "an interval as text, since months and days do not convert")


def _binary(column: Column, seen: ColumnProfile | None) -> Target:
    observed = seen.maximum_width if seen else 0
    size = column.type.length or (with_headroom(observed) if observed else LONG_BYTES)
    if observed > LONG_BYTES:
        raise _too_long(column, observed)
    note = "" if column.type.length else f"{observed:,} bytes seen, 20 % headroom" if observed else "unbounded"
    return _sized("VARBINARY", max(size, observed), note)


def _text(column: Column, seen: ColumnProfile | None) -> Target:
    if column.type.kind is TypeKind.CHAR and is_one_ascii_character(column.type.length, seen):
        return Target("CHAR(1)")
    size, note = text_bytes(column.type.length, seen)
    if seen and seen.maximum_width > LONG_BYTES:
        raise _too_long(column, seen.maximum_width)
    if size is None:
        # COPY cuts what is too long unless ENFORCELENGTH is given, so the longest type it is until the data says less.
        note += ": profile the data for a VARCHAR, which can be sorted by"
    return _sized("VARCHAR", LONG_BYTES if size is None else size, note)


def _sized(name: str, size: int, note: str) -> Target:
    return Target(f"{name}({size})" if size <= VARIABLE_BYTES else f"LONG {name}({min(size, LONG_BYTES)})", note)


def _too_long(column: Column, size: int) -> DesignError:
    return DesignError(
        f"{column.name} has values of {size:,} bytes and the longest type ends at {LONG_BYTES:,}. Leave the column out."
    )
