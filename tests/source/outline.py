"""A catalog as a page that a person can compare with the script it was read from."""

from __future__ import annotations

from collections.abc import Iterator

from warehousebench.model.catalog import Catalog, Column, ForeignKey, Table


def outline(catalog: Catalog) -> str:
    """Return every table, column, key, check, view and finding of ``catalog``, a line each."""
    lines = [f"source: {catalog.source}"]
    for table in catalog:
        lines += ["", *_table(table)]
    lines += [
        "",
        *(f"{'materialized ' * view.materialized}view {view.name}: {' '.join(view.sql.split())}" for view in catalog.views),
    ]
    lines += [f"{each.kind} {each.name}" for each in catalog.objects]
    return "\n".join([*lines, "", "findings:", *(f"  {finding}" for finding in catalog.findings)]) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield table.name + _comment(table.comment)
    yield from map(_column, table.columns)
    if table.primary_key:
        yield f"  primary key {', '.join(table.primary_key)}"
    yield from (f"  unique {', '.join(key)}" for key in table.unique_keys)
    yield from map(_foreign_key, table.foreign_keys)
    yield from (f"  check {check.sql}{' named ' + check.name if check.name else ''}" for check in table.checks)
    if table.partitioned_by:
        yield f"  partitioned by {table.partitioned_by}"


def _foreign_key(key: ForeignKey) -> str:
    target = f"{key.referenced_table} ({', '.join(key.referenced_columns)})"
    return f"  foreign key {', '.join(key.columns)} -> {target} {key.name or ''}".rstrip()


def _column(column: Column) -> str:
    type_ = column.type
    numbers = [number for number in (type_.length, type_.precision, type_.scale) if number is not None]
    parts = [f"  {column.name}", type_.kind.value + (f"({', '.join(map(str, numbers))})" if numbers else ""), f"<{type_.native}>"]
    parts += [f"of up to {type_.character_bytes} bytes"] if type_.character_bytes else []
    parts += [] if column.nullable else ["not null"]
    parts += [f"collate {column.collation}"] if column.collation else []
    parts += ["identity"] if column.identity else []
    parts += [f"default {column.default}"] if column.default else []
    parts += [f"generated as {column.generated}"] if column.generated else []
    return " ".join(parts) + _comment(column.comment)


def _comment(text: str | None) -> str:
    return f" -- {text!r}" if text else ""
