"""Neutral types as Spark's.  Source: Spark SQL reference, "Data Types"."""

from __future__ import annotations

from collections.abc import Mapping

from warehousebench.model.catalog import DataType, TypeKind

_TYPES: Mapping[TypeKind, str] = {
    TypeKind.REAL: "FLOAT",
    TypeKind.INTEGER: "INT",
    # CHAR would be padded on reading, and a limit on VARCHAR gains nothing: Spark keeps both as STRING in Parquet.
    TypeKind.CHAR: "STRING",
    TypeKind.VARCHAR: "STRING",
    TypeKind.TEXT: "STRING",
    TypeKind.TIMESTAMP: "TIMESTAMP_NTZ",
    TypeKind.TIMESTAMPTZ: "TIMESTAMP",
    TypeKind.INTERVAL: "STRING",
    TypeKind.UUID: "STRING",
    TypeKind.JSON: "STRING",
    TypeKind.OTHER: "STRING",
}
MOST_DIGITS = 38


def type_sql(type_: DataType) -> str:
    """Return the column type; a decimal without digits of its own gets the widest that keeps ten behind the point."""
    if type_.kind is TypeKind.DECIMAL:
        digits, scale = (type_.precision, type_.scale or 0) if type_.precision else (MOST_DIGITS, 10)
        return f"DECIMAL({min(digits, MOST_DIGITS)},{scale})"
    return _TYPES.get(type_.kind, type_.kind.name)
