"""A SQLite schema: columns and keys from its pragmas, and what only the SQL text tells from that text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from warehousebench.model.catalog import Column, SourceObject
from warehousebench.source.ddl import read_script
from warehousebench.source.draft import Draft, Reference, resolve
from warehousebench.source.live import Live
from warehousebench.source.types import parse_type

_HIDDEN, _VIRTUAL, _STORED = 1, 2, 3  # pragma_table_xinfo's "hidden"
_SHADOWS = "SELECT name FROM pragma_table_list WHERE type = 'shadow'"


def read(connection: sa.Connection, schema: str | None) -> Live:
    """Return what the database holds; ``schema`` is that of an attached database, or main."""
    main = '"' + (schema or "main").replace('"', '""') + '"'
    shadows = set(connection.execute(sa.text(_SHADOWS)).scalars())
    objects = connection.execute(
        sa.text(f"SELECT type, name, sql FROM {main}.sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    ).all()
    live = Live()
    for row in sorted(objects, key=lambda row: str(row.name)):
        if row.type == "table" and row.name not in shadows:
            if (row.sql or "").upper().startswith("CREATE VIRTUAL"):
                live.findings.append(f"table {row.name} is virtual; left out")
                live.objects.append(SourceObject("virtual table", row.name))
            else:
                live.drafts.append(_draft(connection, row.name, row.sql or "", schema or "main"))
        elif row.type == "view":
            live.views += read_script(row.sql, "sqlite").views.values()
        elif row.type == "trigger":
            live.objects.append(SourceObject("trigger", row.name))
    return live


def _draft(connection: sa.Connection, name: str, sql: str, schema: str) -> Draft:
    def pragma(function: str, argument: str = name) -> list[Any]:
        found = connection.execute(
            sa.text(f"SELECT * FROM pragma_{function}(:name, :schema)"), {"name": argument, "schema": schema}
        )
        return list(found.all())

    draft = Draft(name, "database")
    said = next(iter(read_script(sql, "sqlite").drafts.values()), Draft(name, ""))
    keyed = []
    for row in pragma("table_xinfo"):
        if row.hidden != _HIDDEN:
            draft.add(_column(row, said))
            keyed += [(row.pk, row.name)] if row.pk else []
    draft.primary_key = tuple(column for _, column in sorted(keyed))
    draft.checks = said.checks
    for index in pragma("index_list"):
        columns = [row.name for row in pragma("index_info", index.name)]
        # An index over some rows, or over expressions, does not make columns unique.
        if index.unique and not index.partial and index.origin != "pk" and None not in columns:
            draft.unique_keys.append(tuple(columns))
    _references(draft, pragma("foreign_key_list"), said)
    return draft


def _column(row: Any, said: Draft) -> Column:
    known = resolve(row.name, said.columns)
    native = row.type.removesuffix(" GENERATED ALWAYS") if row.hidden in (_VIRTUAL, _STORED) else row.type
    default = None if row.dflt_value is None or row.dflt_value.upper() == "NULL" else row.dflt_value
    if not known:
        return Column(row.name, parse_type(native, "sqlite"), not row.notnull, default)
    text = said.columns[known]
    # The pragma writes standard types in capitals and defaults without their parentheses.
    same = text.type.native.lower() == native.lower()
    return replace(
        text,
        name=row.name,
        type=text.type if same else parse_type(native, "sqlite"),
        nullable=not row.notnull,
        default=text.default if default else None,
        comment=None,
    )


def _references(draft: Draft, rows: list[Any], said: Draft) -> None:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(row)
    names = {(each.columns, each.table.strip('"`[]').lower()): each.name for each in said.references}
    for parts in found.values():
        own = tuple(row[3] for row in parts)
        theirs = tuple(row.to for row in parts)
        draft.references.append(
            Reference(own, parts[0].table, theirs if all(theirs) else (), names.get((own, parts[0].table.lower())))
        )
