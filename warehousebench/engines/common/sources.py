"""What the databases' types hold that no warehouse's do, whichever product it is: the same caveats for all.

Sources: PostgreSQL documentation, chapter "Data types"; MySQL reference manual, "Data types"; SQL Server, "Data types
(Transact-SQL)"; Oracle SQL language reference, "Data types"; SQLite, "Datatypes in SQLite".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from warehousebench.engines.common.widths import Size, Target, text_size
from warehousebench.model.catalog import INTEGERS, Column, DataType, TypeKind
from warehousebench.model.loss import Loss
from warehousebench.model.profile import ColumnProfile

# MySQL's TIME is a duration, from -838:59:59.999999 on.
DURATION_BYTES = 17
_DAY = 24
_FRACTION = 6
# Types without a neutral kind whose text cannot be longer than this many bytes.
_TEXT_BYTES: Mapping[str, int] = {"inet": 49, "cidr": 49, "macaddr": 17, "macaddr8": 23, "oid": 10, "xid": 10, "pg_lsn": 17}
_DERIVED = ("tsvector", "tsquery")
_MOMENTS = (TypeKind.DATE, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ)


def word(type_: DataType) -> str:
    """Return the declared type's name without sizes, in lower case."""
    return type_.native.lower().partition("(")[0].strip()


def is_array(type_: DataType) -> bool:
    """Tell whether the declaration is one of an array."""
    return type_.kind is TypeKind.OTHER and re.search(r"\[\d*\]$|\barray\b", type_.native.lower()) is not None


def is_duration(column: Column, seen: ColumnProfile | None) -> bool:
    """Tell whether a TIME is MySQL's and may lie outside of a day, as far as the data tell."""
    if column.type.kind is not TypeKind.TIME or column.type.dialect != "mysql":
        return False
    texts = [text for text in (seen.minimum, seen.maximum) if text] if seen else []
    return not texts or any(text.startswith("-") or int(text.partition(":")[0]) >= _DAY for text in texts)


def other_size(type_: DataType, seen: ColumnProfile | None) -> Size:
    """Return the size of the text that stands for a value of a type without a counterpart."""
    observed = seen.maximum_width if seen else 0
    if (known := _TEXT_BYTES.get(word(type_))) is not None:
        return Size(max(known, observed), f"{word(type_)} as text", Loss.UNSUPPORTED)
    size = text_size(type_, seen)
    derived = "derived search text, which may be left out" if word(type_) in _DERIVED else f"{type_.native or 'a value'} as text"
    return Size(size.bytes, f"{derived}, {size.note}", Loss.UNSUPPORTED)


def with_caveats(target: Target, column: Column, seen: ColumnProfile | None) -> Target:
    """Return ``target`` with what the source's own type allows beyond it, and with what a plain column cannot do."""
    for loss, reason in _caveats(column, seen):
        target = target.with_loss(loss, reason)
    if column.generated is not None:
        plain = target.with_loss(Loss.WIDENED, "computed in the source; a plain column here, its values are copied")
        return Target(plain.sql, "; ".join(filter(None, (plain.note, "computed in the source"))), plain.loss, plain.reason)
    if column.identity:
        return target.with_loss(Loss.WIDENED, "numbered by the source; a plain column here, so that its values can be loaded")
    return target


def _caveats(column: Column, seen: ColumnProfile | None) -> list[tuple[Loss, str]]:
    type_ = column.type
    found = [*_temporal(type_, seen)]
    if type_.dialect == "sqlite" and seen is None:
        found.append((Loss.CHECKED, "SQLite holds no value to its column's type"))
    if type_.dialect == "postgres" and type_.kind is TypeKind.DECIMAL and seen is None and word(type_) != "money":
        found.append((Loss.CHECKED, "NaN has no place in an exact number"))
    if type_.kind in INTEGERS:
        found += _integer(type_, seen)
    return found


def _temporal(type_: DataType, seen: ColumnProfile | None) -> list[tuple[Loss, str]]:
    found = []
    if type_.kind in _MOMENTS and seen is None:
        if type_.dialect == "mysql":
            found.append((Loss.CHECKED, "a zero date such as 0000-00-00 is no date elsewhere"))
        if type_.dialect == "postgres":
            found.append((Loss.CHECKED, "infinity and years before 1 or after 9999 are no dates elsewhere"))
    if (type_.precision or 0) > _FRACTION and type_.kind in (TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ):
        found.append((Loss.LOSSY, f"{type_.precision} digits of a second declared, {_FRACTION} kept"))
    native = type_.native.lower()
    keeps_zone = type_.dialect in ("tsql", "oracle", "hsqldb") and "local" not in native
    if type_.kind is TypeKind.TIMESTAMPTZ and keeps_zone:
        found.append((Loss.LOSSY, "the moment is kept, the zone it was written in is not"))
    return found


def _integer(type_: DataType, seen: ColumnProfile | None) -> list[tuple[Loss, str]]:
    native = type_.native.lower()
    if type_.dialect == "mysql" and native.startswith(("tinyint(1)", "bool")):
        known = seen is not None and {seen.minimum, seen.maximum} <= {"0", "1", None}
        return [(Loss.WIDENED, "0 and 1 alone seen: BOOLEAN would do" if known else "a BOOLEAN if it holds 0 and 1 alone")]
    small = native.startswith(("tinyint", "mediumint", "year"))
    return [(Loss.WIDENED, f"{type_.native} has no counterpart of its size")] if small or "unsigned" in native else []
