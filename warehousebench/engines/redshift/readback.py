"""What Redshift's own catalogue says of a schema's tables: the proof that a design is applied, and the design that is there.

Sources: Amazon Redshift Developer Guide, PG_TABLE_DEF (sort key columns numbered, with alternating signs if interleaved),
SVV_TABLE_INFO (no empty tables), PG_CLASS_INFO (RELEFFECTIVEDISTSTYLE), STV_SLICES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, SortStyle, TableDesign
from warehousebench.engines.redshift.types import quote, target, text
from warehousebench.errors import EngineError, SourceError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile, TableProfile

Rows = Callable[[str], list[tuple[Any, ...]]]

# PG_TABLE_DEF's words for our types.
_SHOWN = {
    "CHAR": "character",
    "VARCHAR": "character varying",
    "DECIMAL": "numeric",
    "TIME": "time without time zone",
    "TIMETZ": "time with time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMPTZ": "timestamp with time zone",
    "VARBYTE": "binary varying",
}
# PG_CLASS_INFO.releffectivediststyle; 10 to 12 are AUTO's present choice.
_STYLES = {0: "EVEN", 1: "KEY", 8: "ALL", 10: "AUTO(ALL)", 11: "AUTO(EVEN)", 12: "AUTO(KEY)"}
_AUTO = re.compile(r"AUTO\((?P<style>ALL|EVEN|KEY)")


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as PG_TABLE_DEF shows it; ``encoding`` in upper case, RAW for none."""

    type: str
    encoding: str
    required: bool


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as the catalogue shows it; ``style`` is as SVV_TABLE_INFO writes it, without the column."""

    columns: Mapping[str, FoundColumn]
    style: str
    distkey: str | None
    sortkey: tuple[str, ...]
    interleaved: bool = False
    chosen_order: bool = field(default=False)


def tables(rows: Rows, schema: str) -> dict[str, FoundTable]:
    """Return the schema's tables by name, which has to be in the session's search path; raises EngineError."""
    defined = rows(
        'SELECT tablename, "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def '
        f"WHERE schemaname = {text(schema)}"
    )
    names = list(dict.fromkeys(str(row[0]) for row in defined))
    styles = _styles(rows, schema, names)
    return {name: _found([row[1:] for row in defined if str(row[0]) == name], *styles.get(name, ("", ""))) for name in names}


def differences(
    found: Mapping[str, FoundTable], design: RedshiftDesign, catalog: Catalog, profile: Profile | None
) -> Iterator[str]:
    """Yield a sentence for everything in which the catalogue is not what ``design`` asked for."""
    for table in catalog:
        there = found.get(table.name.lower())
        if there is None:
            yield f"{table.name} does not exist"
            continue
        wanted = design.tables[table.name]
        seen = profile.tables.get(table.name) if profile else None
        for sentence in (*_keys_differ(there, wanted), *_columns_differ(there, table, wanted, seen)):
            yield f"{table.name}: {sentence}"


def design(found: Mapping[str, FoundTable], cluster: Cluster, basis: str, catalog: Catalog | None = None) -> RedshiftDesign:
    """Return what the catalogue shows as a design; names are spelled as in ``catalog`` if there is one.

    What AUTO has chosen is taken as it is at present, with a reason that says so.
    """
    spelled = {table.name.lower(): table for table in catalog} if catalog else {}
    described = {}
    for name, there in found.items():
        table = spelled.get(name)
        if catalog is None or table is not None:
            described[table.name if table else name] = _designed(there, table)
    return RedshiftDesign(basis, cluster, described)


def cluster(rows: Rows) -> Cluster | None:
    """Return nodes and slices; None where there is no STV_SLICES to be seen, as on Serverless."""
    try:
        ((slices, nodes),) = rows("SELECT count(DISTINCT slice), count(DISTINCT node) FROM stv_slices")
    except EngineError:
        return None
    return Cluster(int(nodes), -(-int(slices) // int(nodes))) if nodes else None


def slices(rows: Rows) -> int | None:
    """Return the slices of the whole cluster, None where they cannot be seen."""
    there = cluster(rows)
    return there.nodes * there.slices if there else None


def foreign_keys_to_drop(rows: Rows, schema: str, names: Iterable[str]) -> list[str]:
    """Return the statements that drop the foreign keys of and to the schema's tables ``names``, from within the schema."""
    listed = ", ".join(text(name.lower()) for name in names)
    found = rows(
        "SELECT child.relname, con.conname FROM pg_constraint AS con "
        "JOIN pg_class AS child ON child.oid = con.conrelid JOIN pg_class AS parent ON parent.oid = con.confrelid "
        "JOIN pg_namespace AS space ON space.oid = child.relnamespace "
        f"WHERE con.contype = 'f' AND space.nspname = {text(schema)} "
        f"AND (child.relname IN ({listed}) OR parent.relname IN ({listed})) ORDER BY 1, 2"
    )
    return [f"ALTER TABLE {quote(str(table))} DROP CONSTRAINT {quote(str(name))}" for table, name in found]


def missing_tables(found: Mapping[str, FoundTable], catalog: Catalog, place: str) -> None:
    """Raise SourceError if a table of ``catalog`` is not among ``found``."""
    absent = [table.name for table in catalog if table.name.lower() not in found]
    if absent:
        raise SourceError(f"{place} has no table {', '.join(absent)}. Name the schema that holds them (option schema).")


def _styles(rows: Rows, schema: str, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return table -> distribution and first sort column as SVV_TABLE_INFO writes them; empty tables are found elsewhere."""
    shown = rows(f'SELECT "table", diststyle, sortkey1 FROM svv_table_info WHERE "schema" = {text(schema)}')
    styles = {str(name): (str(style or "").strip(), str(first or "").strip()) for name, style, first in shown}
    if set(names) <= styles.keys():
        return styles
    classes = rows(
        "SELECT info.relname, info.releffectivediststyle FROM pg_class_info AS info "
        f"JOIN pg_namespace AS space ON space.oid = info.relnamespace WHERE space.nspname = {text(schema)}"
    )
    return {str(name): (_STYLES.get(int(style), str(style)), "") for name, style in classes} | styles


def _found(columns: Sequence[tuple[Any, ...]], style: str, first: str) -> FoundTable:
    keys = sorted((abs(int(place)), str(name)) for name, *_, place, _ in columns if place)
    return FoundTable(
        columns={str(name): _column(*rest) for name, *rest in columns},
        style=style.partition("(")[0] if style.startswith("KEY") else style,
        distkey=next((str(name) for name, _, _, is_key, *_ in columns if is_key), None),
        sortkey=tuple(name for _, name in keys),
        interleaved=any(int(place) < 0 for *_, place, _ in columns) or first == "INTERLEAVED",
        chosen_order=first.startswith("AUTO"),
    )


def _column(type_: Any, encoding: Any, _distkey: Any, _place: Any, required: Any) -> FoundColumn:
    word = str(encoding or "none").strip().upper()
    return FoundColumn(str(type_).strip(), "RAW" if word == "NONE" else word, bool(required))


def _keys_differ(there: FoundTable, wanted: TableDesign) -> Iterator[str]:
    auto = _AUTO.match(there.style)
    if wanted.diststyle is DistStyle.AUTO:
        if not auto:
            yield f"the distribution is {there.style or 'unknown'} and should be AUTO"
    elif there.style != wanted.diststyle or (there.distkey or "") != (wanted.distkey or "").lower():
        yield f"the distribution is {_shown(there.style, there.distkey)} and should be {_shown(wanted.diststyle, wanted.distkey)}"
    asked = tuple(name.lower() for name in wanted.sortkey)
    if not asked and there.chosen_order:
        return  # without a SORTKEY the order is Redshift's to choose
    if there.sortkey != asked or (asked and there.interleaved != (wanted.sortstyle is SortStyle.INTERLEAVED)):
        style = "INTERLEAVED " if there.interleaved else ""
        yield f"the sort key is {style}({', '.join(there.sortkey)}) and should be {_order(wanted)}"


def _columns_differ(there: FoundTable, table: Table, wanted: TableDesign, seen: TableProfile | None) -> Iterator[str]:
    if list(there.columns) != [column.name.lower() for column in table.columns]:
        yield f"the columns are {', '.join(there.columns)}"
        return
    for column in table.columns:
        found = there.columns[column.name.lower()]
        type_ = shown_type(target(column, seen.columns.get(column.name) if seen else None).sql)
        required = not column.nullable or column.name in table.primary_key
        encoding = wanted.encodings.get(column.name, found.encoding)
        if found.type != type_:
            yield f"column {column.name} is {found.type} and should be {type_}"
        if found.required != required:
            yield f"column {column.name} {'is' if found.required else 'is not'} NOT NULL"
        if found.encoding != encoding:
            yield f"column {column.name} is encoded {found.encoding} and should be {encoding}"


def shown_type(sql: str) -> str:
    """Return a type of our DDL as PG_TABLE_DEF writes it."""
    base, bracket, rest = sql.partition("(")
    return _SHOWN.get(base, base.lower()) + bracket + rest.replace(" ", "")


def _designed(there: FoundTable, table: Table | None) -> TableDesign:
    names = {column.name.lower(): column.name for column in table.columns} if table else {}
    auto = _AUTO.match(there.style)
    style = DistStyle(auto["style"]) if auto else DistStyle(there.style) if there.style in set(DistStyle) else DistStyle.AUTO
    distkey = names.get(there.distkey or "", there.distkey) if style is DistStyle.KEY else None
    if style is DistStyle.KEY and distkey is None:
        style = DistStyle.AUTO
    order = SortStyle.NONE if not there.sortkey else SortStyle.INTERLEAVED if there.interleaved else SortStyle.COMPOUND
    chosen = [("distribution", f"Redshift's AUTO has it so at present: {there.style}")] if auto else []
    chosen += [("sort", "Redshift's AUTO has it so at present")] if there.chosen_order and there.sortkey else []
    return TableDesign(
        style,
        distkey,
        order,
        tuple(names.get(name, name) for name in there.sortkey),
        {names.get(name, name): column.encoding for name, column in there.columns.items()},
        tuple(Reason("read.chosen-by-auto", subject, sentence) for subject, sentence in chosen),
    )


def _shown(style: str, key: str | None) -> str:
    return f"{style} ({key})" if key else style or "unknown"


def _order(wanted: TableDesign) -> str:
    style = "INTERLEAVED " if wanted.sortstyle is SortStyle.INTERLEAVED else ""
    return f"{style}({', '.join(wanted.sortkey)})"
