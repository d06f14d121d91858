"""A PostgreSQL schema from the server's own catalog, in the words of pg_dump."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from warehousebench.model.catalog import Check, Column, DataType, SourceObject, TypeKind, View
from warehousebench.source.draft import Draft, Reference
from warehousebench.source.items import numbers
from warehousebench.source.live import Live
from warehousebench.source.types import bare, enumerated, parse_type

OLDEST = (12,)  # the first version whose catalog tells generated columns

_OWN = "NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = {0}.oid AND e.deptype = 'e')"
_TABLES = f"""
    SELECT c.oid, c.relname, obj_description(c.oid, 'pg_class') AS comment, pg_get_partkeydef(c.oid) AS partitioned,
      c.relispartition AS part, (SELECT array_agg(p.relname::text ORDER BY i.inhseqno)
        FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid) AS parents,
      EXISTS (SELECT 1 FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0) AS own
    FROM pg_class c WHERE c.relkind IN ('r', 'p', 'f') AND c.relnamespace = :schema AND {_OWN.format("c")} ORDER BY c.relname"""
_COLUMNS = """
    SELECT a.attrelid AS oid, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod) AS native, a.attnotnull, a.attidentity,
      a.attgenerated, pg_get_expr(d.adbin, d.adrelid) AS expression, col_description(a.attrelid, a.attnum) AS comment, co.collname
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
      LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation
    WHERE c.relnamespace = :schema AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum"""
_KEYS = """
    SELECT k.conrelid AS oid, k.contype, k.conname, k.conkey, k.confkey, f.oid AS other, f.relname, n.nspname,
      f.relnamespace = :schema AS here, CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) END AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid LEFT JOIN pg_class f ON f.oid = k.confrelid
      LEFT JOIN pg_namespace n ON n.oid = f.relnamespace
    WHERE c.relnamespace = :schema AND k.contype IN ('p', 'u', 'f', 'c') AND k.conparentid = 0 ORDER BY k.conname"""
_INDEXES = """
    SELECT i.indrelid AS oid, i.indkey::int2[] AS columns, i.indnkeyatts FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = :schema AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))"""
_FOREIGN_COLUMNS = """
    SELECT a.attrelid AS oid, a.attnum, a.attname FROM pg_attribute a
    WHERE a.attrelid IN (SELECT k.confrelid FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      WHERE c.relnamespace = :schema)"""
_VIEWS = f"""
    SELECT c.relname, c.relkind = 'm' AS materialized, pg_get_viewdef(c.oid) AS sql FROM pg_class c
    WHERE c.relkind IN ('v', 'm') AND c.relnamespace = :schema AND {_OWN.format("c")}"""
_TYPES = f"""
    SELECT t.typname, t.typtype, format_type(t.typbasetype, t.typtypmod) AS base, n.oid = :schema AS here,
      (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
      AND {_OWN.format("t")}"""
_OBJECTS = f"""
    SELECT CASE prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind, proname AS name
    FROM pg_proc p WHERE pronamespace = :schema
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype IN ('e', 'i'))
    UNION SELECT 'trigger', t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE c.relnamespace = :schema AND NOT t.tgisinternal AND t.tgparentid = 0
    UNION SELECT 'sequence', c.relname FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace = :schema AND {_OWN.format("c")}
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'i')
    UNION SELECT 'rule', r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
      WHERE c.relnamespace = :schema AND r.rulename <> '_RETURN'
    UNION SELECT 'policy', p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = :schema"""


@dataclass(slots=True)
class _Found:
    """Tables by their number in the server's catalog, and each column by table and number."""

    drafts: dict[int, Draft] = field(default_factory=dict)
    columns: dict[tuple[int, int], str] = field(default_factory=dict)


def read(connection: sa.Connection, schema: str | None) -> Live:
    """Return what the schema holds, partitions and children without columns of their own counted as their parents."""
    number = connection.execute(
        sa.text("SELECT to_regnamespace(quote_ident(coalesce(:name, current_schema())))::oid"), {"name": schema}
    ).scalar()
    live = Live()
    if number is None:
        return live
    # Without a path, the server writes every name of another schema than its own in full, as it does for pg_dump.
    connection.execute(sa.text("SET LOCAL search_path TO ''"))

    def rows(sql: str) -> Sequence[Any]:
        return connection.execute(sa.text(sql), {"schema": number}).all()

    types = {row.typname: _type(row) for row in rows(_TYPES)}
    found = _Found()
    _tables(rows(_TABLES), found, live)
    for row in rows(_COLUMNS):
        found.columns[row.oid, row.attnum] = row.attname
        if row.oid in found.drafts:
            found.drafts[row.oid].add(_column(row, types))
    found.columns |= {(row.oid, row.attnum): row.attname for row in rows(_FOREIGN_COLUMNS)}
    for row in rows(_KEYS):
        if row.oid in found.drafts:
            _key(found.drafts[row.oid], row, found)
    for row in rows(_INDEXES):
        if row.oid in found.drafts:
            found.drafts[row.oid].unique_keys.append(tuple(found.columns[row.oid, each] for each in row.columns[: row.indnkeyatts]))
    live.drafts = [draft for draft in found.drafts.values() if draft.columns]
    live.findings += [f"table {draft.name} has no columns; left out" for draft in found.drafts.values() if not draft.columns]
    live.views = [View(row.relname, row.sql.strip().removesuffix(";"), row.materialized) for row in rows(_VIEWS)]
    live.objects = [SourceObject(row.kind, row.name) for row in rows(_OBJECTS)]
    live.objects += [SourceObject("domain" if row.typtype == "d" else "type", row.typname) for row in rows(_TYPES) if row.here]
    connection.execute(sa.text("SET LOCAL search_path TO DEFAULT"))
    return live


def _tables(rows: Sequence[Any], found: _Found, live: Live) -> None:
    parts = 0
    for row in rows:
        if row.part:
            parts += 1
        elif row.parents and not row.own:
            live.findings.append(f"table {row.relname} inherits; its rows count as rows of its parent")
        else:
            found.drafts[row.oid] = Draft(row.relname, "database", comment=row.comment, partitioned_by=row.partitioned)
            if row.parents:
                live.findings.append(f"table {row.relname} inherits from {', '.join(row.parents)}, whose rows include its rows")
    if parts:
        live.findings.append(f"partitions counted with their parents: {parts}")


def _type(row: Any) -> DataType:
    if row.labels:
        return enumerated(row.labels)
    return parse_type(bare(row.base, "postgres"), "postgres") if row.typtype == "d" else DataType(TypeKind.OTHER)


def _column(row: Any, types: Mapping[str, DataType]) -> Column:
    native = bare(row.native, "postgres")
    own = types.get(native.strip('"'))
    type_ = replace(own, native=native, dialect="postgres") if own else parse_type(native, "postgres")
    identity = bool(row.attidentity) or (not row.attgenerated and numbers(row.expression or "", "postgres"))
    default = None if row.attgenerated or (row.expression or "").upper().startswith("NULL::") else row.expression
    generated = row.expression if row.attgenerated else None
    return Column(row.attname, type_, not row.attnotnull, default, row.comment, generated, identity, row.collname)


def _key(draft: Draft, row: Any, found: _Found) -> None:
    columns = tuple(found.columns[row.oid, each] for each in row.conkey or ())
    if row.contype == "p":
        draft.primary_key = columns
    elif row.contype == "u":
        draft.unique_keys.append(columns)
    elif row.contype == "c":
        sql = row.definition.removeprefix("CHECK (").removesuffix(" NOT VALID").removesuffix(" NO INHERIT").removesuffix(")")
        draft.checks.append(Check(sql, row.conname))
    else:
        # A table of another schema is not in this catalog, even if one of the same name is.
        table = row.relname if row.here else f"{row.nspname}.{row.relname}"
        draft.references.append(
            Reference(columns, table, tuple(found.columns[row.other, each] for each in row.confkey), row.conname)
        )
