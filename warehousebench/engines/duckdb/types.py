"""DuckDB's names for the neutral types."""

from __future__ import annotations

from collections.abc import Mapping

from warehousebench.model.catalog import DataType, TypeKind

_TYPES: Mapping[TypeKind, str] = {
    TypeKind.REAL: "FLOAT",
    TypeKind.CHAR: "VARCHAR",
    TypeKind.TEXT: "VARCHAR",
    TypeKind.BINARY: "BLOB",
    TypeKind.JSON: "VARCHAR",
    TypeKind.OTHER: "VARCHAR",
}


def type_sql(type_: DataType) -> str:
    """Return DuckDB's name of a type; a decimal that says no precision becomes DOUBLE, as nothing exact would hold all of it."""
    if type_.kind is not TypeKind.DECIMAL:
        return _TYPES.get(type_.kind, type_.kind.value.upper())
    fits = type_.precision is not None and type_.precision <= 38
    return f"DECIMAL({type_.precision},{type_.scale or 0})" if fits else "DOUBLE"
