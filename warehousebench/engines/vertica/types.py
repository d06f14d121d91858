"""Vertica's column types and names.

Sources: Vertica documentation, "SQL data types", "Identifiers", "Keywords", "System limits".
"""

from __future__ import annotations

import re

from warehousebench.engines.common.sources import is_duration, other_size, with_caveats, word
from warehousebench.engines.common.widths import (
    INTERVAL_BYTES,
    OPEN_DIGITS,
    Size,
    Target,
    declared_digits,
    is_one_ascii_character,
    number_as_text,
    open_number,
    text_size,
    with_headroom,
)
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Column, TypeKind
from warehousebench.model.loss import Loss
from warehousebench.model.profile import ColumnProfile

NAME_BYTES = 128
VARIABLE_BYTES = 65_000
LONG_BYTES = 32_000_000
NUMERIC_DIGITS = 1_024
# Every integer has 64 bits, and its smallest value is taken.
LEAST_INTEGER = -(2**63) + 1

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
    TypeKind.SMALLINT: Target("INTEGER", loss=Loss.WIDENED, reason="an integer of 64 bits"),
    TypeKind.INTEGER: Target("INTEGER", loss=Loss.WIDENED, reason="an integer of 64 bits"),
    TypeKind.REAL: Target("FLOAT", loss=Loss.WIDENED, reason="a float of 64 bits"),
    TypeKind.DOUBLE: Target("FLOAT"),
    TypeKind.DATE: Target("DATE"),
    TypeKind.UUID: Target("UUID"),
}
_SHAPE = "a shape; the longest ones do not fit"
_NATIVE = {
    "geometry": Target("GEOMETRY", loss=Loss.CHECKED, reason=_SHAPE),
    "geography": Target("GEOGRAPHY", loss=Loss.CHECKED, reason=_SHAPE),
}


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
    return with_caveats(_bare(column, profile), column, profile)


def _bare(column: Column, profile: ColumnProfile | None) -> Target:
    kind = column.type.kind
    if kind in _FIXED:
        return _FIXED[kind]
    if kind is TypeKind.BIGINT:
        return _bigint(column, profile)
    if kind is TypeKind.DECIMAL:
        return _numeric(column, profile)
    if kind in (TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        return _temporal(column, profile)
    if kind is TypeKind.INTERVAL:
        return _interval(column)
    if kind is TypeKind.BINARY:
        return _binary(column, profile)
    known = _NATIVE.get(word(column.type)) if column.type.dialect in ("", "postgres") else None
    return known or _text(column, profile)


def _bigint(column: Column, seen: ColumnProfile | None) -> Target:
    if "unsigned" in column.type.native.lower():
        return Target("INTEGER")
    least = seen.minimum if seen else None
    if least is not None and least.lstrip("-").isdigit() and int(least) >= LEAST_INTEGER:
        return Target("INTEGER", loss=Loss.CHECKED, reason=f"-2^63 is no value here, and {int(least):,} is the least one seen")
    return Target("INTEGER", loss=Loss.CHECKED, reason="-2^63 is no value here")


def _numeric(column: Column, seen: ColumnProfile | None) -> Target:
    precision, scale = declared_digits(column.type)
    if precision is None:
        # Wider numbers lose the encodings for 64-bit values, and a bare NUMERIC would be NUMERIC(37,15).
        return open_number("NUMERIC", column.type, seen, OPEN_DIGITS)
    if precision > NUMERIC_DIGITS:
        return number_as_text(precision)
    return Target(f"NUMERIC({precision},{scale or 0})")


def _temporal(column: Column, seen: ColumnProfile | None) -> Target:
    if is_duration(column, seen):
        return Target("INTERVAL DAY TO SECOND", "a duration: TIME ends after 24 hours here", Loss.WIDENED)
    kind, native = column.type.kind, column.type.native.lower()
    zoned = kind is TypeKind.TIMESTAMPTZ or "timetz" in native or "time with time zone" in native
    known = Target(("TIME" if kind is TypeKind.TIME else "TIMESTAMP") + ("TZ" if zoned else ""))
    within = kind is TypeKind.TIME and column.type.dialect == "mysql"
    return known.with_loss(Loss.CHECKED, "durations within one day alone seen") if within else known


def _interval(column: Column) -> Target:
    """A plain interval may mix months with days, which neither of Vertica's two interval types holds."""
    native = column.type.native.lower()
    words = set(re.findall(r"[a-z]+", native))
    months, days = words & {"year", "month"}, words & {"day", "hour", "minute", "second"}
    if months and not days:
        return Target("INTERVAL YEAR TO MONTH")
    # PostgreSQL keeps months in an interval day to second: its fields cut off smaller units only.
    if days and not months and column.type.dialect != "postgres":
        fine = re.search(r"second\s*\(\s*([7-9])", native)
        known = Target("INTERVAL DAY TO SECOND")
        return known.with_loss(Loss.LOSSY, f"{fine[1]} digits of a second declared, 6 kept") if fine else known
    note = "an interval as text, since months and days do not convert"
    return Target(f"VARCHAR({INTERVAL_BYTES})", note, Loss.UNSUPPORTED)


def _binary(column: Column, seen: ColumnProfile | None) -> Target:
    observed = seen.maximum_width if seen else 0
    if observed > LONG_BYTES:
        raise _too_long(column, observed)
    if column.type.length and column.type.length <= LONG_BYTES:
        return _sized("VARBINARY", Size(max(column.type.length, observed), ""))
    note = f"{observed:,} bytes seen, 20 % headroom" if observed else "unbounded"
    return _sized("VARBINARY", Size(with_headroom(observed) if observed else LONG_BYTES, note, Loss.CHECKED))


def _text(column: Column, seen: ColumnProfile | None) -> Target:
    type_ = column.type
    if type_.kind is TypeKind.CHAR and is_one_ascii_character(type_.length, seen):
        return Target("CHAR(1)", loss=Loss.CHECKED, reason="single bytes alone seen")
    if seen and seen.maximum_width > LONG_BYTES:
        raise _too_long(column, seen.maximum_width)
    size = other_size(type_, seen) if type_.kind is TypeKind.OTHER else text_size(type_, seen)
    if size.bytes is None:
        # COPY cuts what is too long unless ENFORCELENGTH is given, so the longest type it is until the data says less.
        size = Size(LONG_BYTES, f"{size.note}: profile the data for a VARCHAR, which can be sorted by", size.loss)
    return _sized("VARCHAR", size)


def _sized(name: str, size: Size) -> Target:
    most = min(size.bytes or LONG_BYTES, LONG_BYTES)
    if most < (size.bytes or 0):
        size = size.capped(most, f"{most:,} bytes fit")
    return size.target(f"{name}({most})" if most <= VARIABLE_BYTES else f"LONG {name}({most})")


def _too_long(column: Column, size: int) -> DesignError:
    return DesignError(
        f"{column.name} has values of {size:,} bytes and the longest type ends at {LONG_BYTES:,}. Leave the column out."
    )
