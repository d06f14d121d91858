"""A MySQL or MariaDB schema from the server's information_schema, in the words of its own dump."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from warehousebench.model.catalog import STRINGS, Check, Column, SourceObject, TypeKind, View
from warehousebench.source.draft import Draft, Reference
from warehousebench.source.items import is_json_check
from warehousebench.source.live import Live
from warehousebench.source.types import parse_type

_TABLES = """
    SELECT table_name AS name, table_comment AS comment, table_collation AS collation FROM information_schema.tables
    WHERE table_schema = :schema AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name"""
_COLUMNS = """
    SELECT table_name AS owner, column_name AS name, column_type AS native, is_nullable AS nullable, column_default AS fallback,
      extra AS extra, generation_expression AS generated, column_comment AS comment, character_set_name AS charset,
      collation_name AS collation
    FROM information_schema.columns WHERE table_schema = :schema ORDER BY table_name, ordinal_position"""
_INDEXES = """
    SELECT table_name AS owner, index_name AS name, column_name AS own FROM information_schema.statistics
    WHERE table_schema = :schema AND non_unique = 0 ORDER BY table_name, index_name, seq_in_index"""
_FOREIGN = """
    SELECT table_name AS owner, constraint_name AS name, column_name AS own, referenced_table_schema AS place,
      referenced_table_name AS other, referenced_column_name AS theirs
    FROM information_schema.key_column_usage WHERE table_schema = :schema AND referenced_table_name IS NOT NULL
    ORDER BY table_name, constraint_name, ordinal_position"""
_CHECKS = {
    True: """SELECT table_name AS owner, CASE WHEN level = 'Table' THEN constraint_name END AS name, check_clause AS definition
      FROM information_schema.check_constraints WHERE constraint_schema = :schema ORDER BY table_name, constraint_name""",
    False: """SELECT t.table_name AS owner, t.constraint_name AS name, c.check_clause AS definition
      FROM information_schema.table_constraints t
      JOIN information_schema.check_constraints c USING (constraint_schema, constraint_name)
      WHERE t.table_schema = :schema AND t.constraint_type = 'CHECK' AND t.enforced = 'YES'""",
}
_KNOWS_CHECKS = """
    SELECT 1 FROM information_schema.tables
    WHERE lower(table_schema) = 'information_schema' AND lower(table_name) = 'check_constraints'"""
_PARTITIONS = """
    SELECT DISTINCT table_name AS owner, partition_method AS method, partition_expression AS expression
    FROM information_schema.partitions WHERE table_schema = :schema AND partition_method IS NOT NULL"""
_VIEWS = "SELECT table_name AS name, view_definition AS definition FROM information_schema.views WHERE table_schema = :schema"
_OBJECTS = """
    SELECT lower(routine_type) AS kind, routine_name AS name FROM information_schema.routines WHERE routine_schema = :schema
    UNION SELECT 'trigger', trigger_name FROM information_schema.triggers WHERE trigger_schema = :schema
    UNION SELECT 'event', event_name FROM information_schema.events WHERE event_schema = :schema
    UNION SELECT 'sequence', table_name FROM information_schema.tables WHERE table_schema = :schema AND table_type = 'SEQUENCE'"""

Rows = Callable[[str], Sequence[Any]]


def read(connection: sa.Connection, schema: str | None) -> Live:
    """Return what the database ``schema`` holds, or the one that the connection names; partitions are no tables of their own."""
    name = schema or connection.execute(sa.text("SELECT database()")).scalar()
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))

    def rows(sql: str) -> Sequence[Any]:
        return connection.execute(sa.text(sql), {"schema": name}).all()

    tables = {row.name: row for row in rows(_TABLES)}
    drafts = {
        row.name: Draft(row.name, "database", comment=row.comment or None, collation=row.collation) for row in tables.values()
    }
    for row in rows(_CHECKS[mariadb]) if _has_checks(connection) else ():
        if row.owner in drafts:
            drafts[row.owner].checks.append(Check(_plain(row.definition, mariadb), row.name))
    for row in rows(_COLUMNS):
        if row.owner in drafts:
            drafts[row.owner].add(_column(row, drafts[row.owner], mariadb))
    _keys(rows, drafts)
    _references(rows, drafts, str(name))
    for row in rows(_PARTITIONS):
        if row.owner in drafts:
            drafts[row.owner].partitioned_by = f"{row.method} ({row.expression or ''})"
    return Live(
        list(drafts.values()),
        [View(row.name, row.definition.replace(f"`{name}`.", "")) for row in rows(_VIEWS)],
        [SourceObject(row.kind, row.name) for row in rows(_OBJECTS)],
    )


def _has_checks(connection: sa.Connection) -> bool:
    return connection.execute(sa.text(_KNOWS_CHECKS)).first() is not None


def _plain(definition: str, mariadb: bool) -> str:
    """Return a condition as the dump prints it; MySQL's catalog doubles backslashes before quotes and its dump does not."""
    return definition if mariadb else definition.replace("\\'", "'")


def _column(row: Any, draft: Draft, mariadb: bool) -> Column:
    type_ = parse_type(row.native, "mysql", row.charset)
    if any(is_json_check(check.sql, row.name) for check in draft.checks):
        type_ = replace(type_, kind=TypeKind.JSON, length=None, character_bytes=None)
    extra = row.extra.lower()
    default = _default(row, mariadb, type_.kind in STRINGS or "date" in row.native or "time" in row.native)
    if updated := extra.partition("on update ")[2]:
        default = f"{default or 'NULL'} ON UPDATE {updated}"
    return Column(
        row.name,
        type_,
        row.nullable == "YES",
        None if row.generated else default,
        row.comment or None,
        row.generated or None,
        "auto_increment" in extra,
        row.collation,
    )


def _default(row: Any, mariadb: bool, quoted: bool) -> str | None:
    if row.fallback is None or row.fallback == "NULL":
        return None
    # MySQL tells a literal without its quotes, MariaDB as it was written.
    computed = "DEFAULT_GENERATED" in row.extra or row.fallback.upper().startswith("CURRENT_TIMESTAMP")
    return "'" + row.fallback.replace("'", "''") + "'" if quoted and not mariadb and not computed else str(row.fallback)


def _keys(rows: Rows, drafts: dict[str, Draft]) -> None:
    found: dict[tuple[str, str], list[str | None]] = {}
    for row in rows(_INDEXES):
        found.setdefault((row.owner, row.name), []).append(row.own)
    for (owner, name), columns in found.items():
        key = tuple(column for column in columns if column is not None)
        if owner not in drafts or len(key) < len(columns):
            continue  # an index over an expression makes no columns unique
        if name == "PRIMARY":
            drafts[owner].primary_key = key
        else:
            drafts[owner].unique_keys.append(key)


def _references(rows: Rows, drafts: dict[str, Draft], schema: str) -> None:
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows(_FOREIGN):
        found.setdefault((row.owner, row.name), []).append(row)
    for (owner, name), parts in found.items():
        other = parts[0].other if parts[0].place == schema else f"{parts[0].place}.{parts[0].other}"
        if owner in drafts:
            drafts[owner].references.append(
                Reference(tuple(row.own for row in parts), other, tuple(row.theirs for row in parts), name)
            )
