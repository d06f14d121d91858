"""Redshift's column types and names.

Sources: Amazon Redshift Developer Guide, "Data types", "Names and identifiers", "Reserved words", "Quotas and limits".
"""

from __future__ import annotations

import re

from warehousebench.engines.common.sources import DURATION_BYTES, is_array, is_duration, other_size, with_caveats, word
from warehousebench.engines.common.widths import (
    INTERVAL_BYTES,
    Target,
    declared_digits,
    integer_digits,
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

NAME_BYTES = 127
VARCHAR_BYTES = 65_535
VARBYTE_BYTES = 16_777_216
DECIMAL_DIGITS = 38
DECIMAL_PLACES = 37
SUPER_BYTES = 16_777_216

_WORDS = """
    aes128 aes256 all allowoverwrite analyse analyze and any array as asc authorization az64 backup between binary blanksasnull
    both bytedict bzip2 case cast check collate column connect constraint create credentials cross current_date current_time
    current_timestamp current_user current_user_id default deferrable deflate defrag delta delta32k desc disable distinct do else
    emptyasnull enable encode encrypt encryption end except explicit false for foreign freeze from full globaldict256
    globaldict64k grant group gzip having identity ignore ilike in initially inner intersect interval into is isnull join leading
    left like limit localtime localtimestamp lun luns lzo lzop minus mostly16 mostly32 mostly8 natural new not notnull null nulls
    off offline offset oid old on only open or order outer overlaps parallel partition percent permissions pivot placing primary
    raw readratio recover references rejectlog resort respect restore right select session_user similar snapshot some start
    sysdate system table tag tdes text255 text32k then timestamp to top trailing true truncatecolumns type union unique unnest
    unpivot user using verbose wallet when where with without
"""
RESERVED = frozenset(_WORDS.split())
SYSTEM_COLUMNS = frozenset({"oid", "tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")

_FIXED = {
    TypeKind.BOOLEAN: Target("BOOLEAN"),
    TypeKind.SMALLINT: Target("SMALLINT"),
    TypeKind.INTEGER: Target("INTEGER"),
    TypeKind.BIGINT: Target("BIGINT"),
    TypeKind.REAL: Target("REAL"),
    TypeKind.DOUBLE: Target("DOUBLE PRECISION"),
    TypeKind.DATE: Target("DATE"),
    TypeKind.UUID: Target("CHAR(36)", "a UUID as text", Loss.WIDENED),
    TypeKind.INTERVAL: Target(
        f"VARCHAR({INTERVAL_BYTES})", "an interval as text, since months and days do not convert", Loss.UNSUPPORTED
    ),
}
_SHAPE = "a shape; the longest ones do not fit"
_NATIVE = {
    "geometry": Target("GEOMETRY", loss=Loss.CHECKED, reason=_SHAPE),
    "geography": Target("GEOGRAPHY", loss=Loss.CHECKED, reason=_SHAPE),
    "hstore": Target("SUPER", "hstore as an object", Loss.CHECKED),
}


def quote(name: str) -> str:
    """Return ``name`` as an identifier, quoted if it has to be; raises DesignError if Redshift cannot hold it.

    Redshift folds quoted names to lower case as well, unless enable_case_sensitive_identifier is on.
    """
    size = len(name.encode("utf-8", "surrogatepass"))
    if not name or size > NAME_BYTES or "\0" in name:
        raise DesignError(f"the name {name!r} has {size} bytes; Redshift names have 1 to {NAME_BYTES} and no NUL. Rename it.")
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return ``value`` as a string literal; backslashes are doubled too, because Redshift reads them as escapes."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def type_sql(column: Column, profile: ColumnProfile | None) -> str:
    """Return the column's type as DDL says it; see :func:`target`."""
    return target(column, profile).sql


def target(column: Column, profile: ColumnProfile | None) -> Target:
    """Return a type that holds every value of ``column``, with a note where the source's type leaves a choice.

    Raises DesignError if no Redshift type does.
    """
    return with_caveats(_bare(column, profile), column, profile)


def _bare(column: Column, profile: ColumnProfile | None) -> Target:
    kind = column.type.kind
    if kind in _FIXED:
        return _FIXED[kind]
    if kind is TypeKind.DECIMAL:
        return _decimal(column, profile)
    if kind in (TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        return _temporal(column, profile)
    if kind is TypeKind.BINARY:
        return _binary(column, profile)
    return _structured(column, profile) or _text(column, profile)


def _decimal(column: Column, seen: ColumnProfile | None) -> Target:
    (precision, scale), digits = declared_digits(column.type), integer_digits(seen)
    if precision is None:
        # A bare DECIMAL would be DECIMAL(18,0) here and lose every fraction.
        return open_number("DECIMAL", column.type, seen, DECIMAL_PLACES)
    places = scale or 0
    if places > DECIMAL_PLACES:
        return number_as_text(precision)
    if precision <= DECIMAL_DIGITS:
        return Target(f"DECIMAL({precision},{places})")
    if digits is not None and digits + places <= DECIMAL_DIGITS:
        note = f"{precision} digits declared, {digits} seen before the point"
        return Target(f"DECIMAL({DECIMAL_DIGITS},{places})", note, Loss.CHECKED)
    return number_as_text(precision)


def _temporal(column: Column, seen: ColumnProfile | None) -> Target:
    if is_duration(column, seen):
        return Target(f"VARCHAR({DURATION_BYTES})", "a duration as text: TIME ends after 24 hours here", Loss.UNSUPPORTED)
    kind, native = column.type.kind, column.type.native.lower()
    zoned = kind is TypeKind.TIMESTAMPTZ or "timetz" in native or "time with time zone" in native
    known = Target(("TIME" if kind is TypeKind.TIME else "TIMESTAMP") + ("TZ" if zoned else ""))
    within = kind is TypeKind.TIME and column.type.dialect == "mysql"
    return known.with_loss(Loss.CHECKED, "durations within one day alone seen") if within else known


def _binary(column: Column, seen: ColumnProfile | None) -> Target:
    observed = seen.maximum_width if seen else 0
    size = column.type.length or (with_headroom(observed) if observed else VARBYTE_BYTES)
    if observed > VARBYTE_BYTES:
        raise DesignError(
            f"{column.name} has values of {observed:,} bytes and a VARBYTE ends at {VARBYTE_BYTES:,}. Leave the column out."
        )
    sql = f"VARBYTE({min(max(size, observed), VARBYTE_BYTES)})"
    if column.type.length and size <= VARBYTE_BYTES:
        return Target(sql)
    note = f"{observed:,} bytes seen, 20 % headroom" if observed else "unbounded: the longest VARBYTE"
    return Target(sql, f"{observed:,} bytes seen" if column.type.length and observed else note, Loss.CHECKED)


def _structured(column: Column, seen: ColumnProfile | None) -> Target | None:
    type_, native = column.type, column.type.native.lower()
    if type_.kind not in (TypeKind.JSON, TypeKind.OTHER):
        return None
    if type_.kind is TypeKind.JSON or is_array(type_):
        note = f"{native} as an array" if is_array(type_) else "JSON; COPY from Parquet leaves a string as one string"
        known = f"{seen.maximum_width:,} bytes seen, {SUPER_BYTES:,} fit" if seen else f"values of up to {SUPER_BYTES:,} bytes fit"
        return Target("SUPER", note, Loss.CHECKED, f"{note}; {known}")
    # The one product's geography is PostGIS's; the other databases' are types of their own.
    return _NATIVE.get(word(type_)) if type_.dialect in ("", "postgres") else None


def _text(column: Column, seen: ColumnProfile | None) -> Target:
    type_ = column.type
    if type_.kind is TypeKind.CHAR and is_one_ascii_character(type_.length, seen):
        return Target("CHAR(1)", loss=Loss.CHECKED, reason="single bytes alone seen")
    if seen and seen.maximum_width > VARCHAR_BYTES:
        raise DesignError(
            f"{column.name} has values of {seen.maximum_width:,} bytes; a VARCHAR ends at {VARCHAR_BYTES:,}. Leave the column out."
        )
    size = other_size(type_, seen) if type_.kind is TypeKind.OTHER else text_size(type_, seen)
    if size.bytes is None or size.bytes > VARCHAR_BYTES:
        size = size.capped(VARCHAR_BYTES, "the longest VARCHAR, longer values are refused by COPY")
    return size.target(f"VARCHAR({size.bytes})")
