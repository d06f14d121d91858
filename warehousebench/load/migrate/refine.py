"""Types that only the rows can tell: how long a number without limits is, and whether a time of day is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.source.extract.base import Extraction

_DIGITS = 38  # of the longest decimal that Arrow, DuckDB and the warehouses have
_PLACES = 10  # of a decimal without digits in a source whose rows are not asked


def refined(source: Extraction, catalog: Catalog) -> tuple[Catalog, tuple[str, ...]]:
    """Return the catalog with types that hold the rows exactly, and a sentence for each column that became another type."""
    notes: list[str] = []
    tables = tuple(_refined(source, table, notes) for table in catalog)
    return replace(catalog, tables=tables), tuple(notes)


def _refined(source: Extraction, table: Table, notes: list[str]) -> Table:
    try:
        found = list(_types(source, table))
    except (SourceError, TransientError):
        return table  # it fails again when it is read, and is reported then
    notes += [note for _, _, note in found]
    types = {column.name: type_ for column, type_, _ in found}
    columns = tuple(replace(each, type=types.get(each.name, each.type)) for each in table.columns)
    return replace(table, columns=columns)


def _types(source: Extraction, table: Table) -> Iterator[tuple[Column, DataType, str]]:
    for column in table.columns:
        kind, native = column.type.kind, column.type.native
        name = f"{table.name}.{column.name}"
        if kind is TypeKind.TIME and native.lower().endswith(("with time zone", "timetz")):
            yield column, _text(column), f"{name} comes as text: {native} has a zone in every value"
        elif kind is TypeKind.TIME and source.dialect == "mysql" and _beyond_a_day(source, table, column):
            yield column, _text(column), f"{name} comes as text: it holds durations, and not times of a day"
        elif kind is TypeKind.DECIMAL and (column.type.precision is None or column.type.precision > _DIGITS):
            type_ = _decimal(source, table, column)
            what = f"decimal({type_.precision},{type_.scale})" if type_.kind is TypeKind.DECIMAL else "text"
            yield column, type_, f"{name} comes as {what}: its type {native} has no such limit, its rows do"


def _text(column: Column) -> DataType:
    return DataType(TypeKind.TEXT, native=column.type.native, dialect=column.type.dialect)


def _beyond_a_day(source: Extraction, table: Table, column: Column) -> bool:
    name = source.quote(column.name)
    sql = f"SELECT max({name} < '00:00:00' OR {name} >= '24:00:00') FROM {source.relation(table)}"
    return bool(source.rows(sql)[0][0])


def _decimal(source: Extraction, table: Table, column: Column) -> DataType:
    """Return the decimal that holds every number of the column, or text if none does."""
    name = source.quote(column.name)
    if source.dialect == "postgres":
        whole, places = f"length(trunc(abs({name}))::text)", f"scale({name})"
        rows = f"{source.relation(table)} WHERE {name}::text !~ '[a-z]'"  # without NaN and infinities
    elif source.dialect == "mysql":
        whole = f"char_length(substring_index(abs({name}), '.', 1))"
        places = f"IF({name} LIKE '%.%', char_length(trim(TRAILING '0' FROM substring_index({name}, '.', -1))), 0)"
        rows = source.relation(table)
    else:
        return replace(column.type, precision=_DIGITS, scale=column.type.scale if column.type.scale is not None else _PLACES)
    ((most, longest),) = source.rows(f"SELECT max({whole}), max({places}) FROM {rows}")
    digits = int(most or 1) + int(longest or 0)
    if digits > _DIGITS:
        return _text(column)
    return replace(column.type, precision=digits, scale=int(longest or 0))
