"""PostgreSQL's names, column types and statements.

Sources: PostgreSQL documentation, "Data Types", "Identifiers and Key Words" (a name keeps 63 bytes), "CREATE TABLE", "COPY".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from warehousebench.errors import DesignError
from warehousebench.model.catalog import STRINGS, Catalog, Column, DataType, Table, TypeKind

NAME_BYTES = 63

# The column types, and DuckDB's expression ({} is the column) for values that CSV would otherwise write another way.
_TYPES: Mapping[TypeKind, str] = {
    TypeKind.REAL: "real",
    TypeKind.DOUBLE: "double precision",
    TypeKind.CHAR: "text",
    TypeKind.VARCHAR: "text",
    TypeKind.TIMESTAMPTZ: "timestamp with time zone",
    TypeKind.BINARY: "bytea",
    TypeKind.JSON: "jsonb",
    TypeKind.OTHER: "text",
}
_READ: Mapping[TypeKind, str] = {
    TypeKind.BINARY: "'\\x' || hex({})",
    TypeKind.UUID: "CAST({} AS VARCHAR)",
    TypeKind.JSON: "CAST({} AS VARCHAR)",
    TypeKind.INTERVAL: "CAST({} AS VARCHAR)",
    TypeKind.OTHER: "CAST({} AS VARCHAR)",
    TypeKind.TIMESTAMPTZ: "CAST({} AS VARCHAR)",
    TypeKind.TIMESTAMP: "CAST({} AS VARCHAR)",
    TypeKind.DATE: "CAST({} AS VARCHAR)",
    TypeKind.REAL: "CAST({} AS VARCHAR)",
    TypeKind.DOUBLE: "CAST({} AS VARCHAR)",
}


def quote(name: str) -> str:
    """Return ``name`` as a quoted identifier; raises DesignError for one that PostgreSQL would cut or cannot hold."""
    size = len(name.encode("utf-8", "surrogatepass"))
    if not name or size > NAME_BYTES or "\0" in name:
        raise DesignError(f"the name {name!r} has {size} bytes; PostgreSQL names have 1 to {NAME_BYTES} and no NUL. Rename it.")
    return '"' + name.replace('"', '""') + '"'


def type_sql(type_: DataType) -> str:
    """Return the column type; text of any length is ``text``, since PostgreSQL gains nothing from a limit."""
    if type_.kind is TypeKind.DECIMAL:
        return f"numeric({type_.precision}, {type_.scale or 0})" if type_.precision else "numeric"
    return _TYPES.get(type_.kind, type_.kind.value)


def _stored(type_: DataType) -> str:
    """Return the type of a column: text in the order of its bytes as in every other engine, whatever the database's language."""
    return type_sql(type_) + (' COLLATE "C"' if type_.kind in STRINGS else "")


def create(table: Table, schema: str) -> str:
    """Return the statement that creates ``table``, without keys: these are added when the rows are in."""
    body = ",\n".join(f"    {quote(each.name)} {_stored(each.type)}{_null(table, each)}" for each in table.columns)
    return f"CREATE TABLE {place(table, schema)} (\n{body}\n)"


def drop(table: Table, schema: str) -> str:
    """Return the statement that removes what an earlier load left."""
    return f"DROP TABLE IF EXISTS {place(table, schema)} CASCADE"


def copy(table: Table, schema: str) -> str:
    """Return the statement that takes CSV, in which an empty text is quoted and a missing one is not."""
    return f"COPY {place(table, schema)} FROM STDIN (FORMAT csv)"


def finishing(catalog: Catalog, schema: str) -> Iterator[str]:
    """Yield what comes after the rows: primary keys, indexes on foreign keys as a row store wants them, statistics."""
    for table in catalog:
        if table.primary_key:
            yield f"ALTER TABLE {place(table, schema)} ADD PRIMARY KEY ({_names(table.primary_key)})"
        for columns in dict.fromkeys(key.columns for key in table.foreign_keys if key.columns != table.primary_key):
            yield f"CREATE INDEX ON {place(table, schema)} ({_names(columns)})"
        yield f"ANALYZE {place(table, schema)}"


def reading(table: Table, relation: str, quoted: Mapping[str, str]) -> str:
    """Return DuckDB's query for the rows of ``relation`` as CSV is to show them; ``quoted`` are DuckDB's column names."""
    parts = (
        _READ.get(each.type.kind, "{}").replace("{}", quoted[each.name]) + f" AS {quoted[each.name]}" for each in table.columns
    )
    return f"SELECT {', '.join(parts)} FROM {relation}"


def place(table: Table, schema: str) -> str:
    """Return the table's full name."""
    return f"{quote(schema)}.{quote(table.name)}"


def _null(table: Table, column: Column) -> str:
    return "" if column.nullable and column.name not in table.primary_key else " NOT NULL"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(map(quote, names))
