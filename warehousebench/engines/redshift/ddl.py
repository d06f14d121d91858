"""The script that creates a Redshift design's tables, every choice explained beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehousebench.engines.common import rules
from warehousebench.engines.common.script import (
    choice,
    column_reasons,
    comment,
    comment_statements,
    comments,
    foreign_key_statements,
    foreign_keys,
    key_lines,
    listing,
    parents_first,
    reasons_comment,
)
from warehousebench.engines.redshift.design import RedshiftDesign, TableDesign, check
from warehousebench.engines.redshift.rules import RULES
from warehousebench.engines.redshift.types import quote, target, text
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import DesignSummary
from warehousebench.model.profile import Profile, TableProfile

PRODUCT = "Amazon Redshift"


def script(design: RedshiftDesign, catalog: Catalog, profile: Profile | None) -> str:
    """Return the whole script: tables, comments, foreign keys, statistics; raises DesignError for a design that breaks a rule."""
    check(design, catalog, profile)
    tables = list(parents_first(catalog))
    parts = [_header(design, tables)]
    for table in tables:
        parts.append(_create(table, design.tables[table.name], profile.tables.get(table.name) if profile else None))
        parts.extend(comments(table, quote, text))
    parts.extend(foreign_keys(catalog, quote, _names))
    statistics = "\n".join(f"{analyze(table)};" for table in tables)
    parts.append(f"-- Statistics for the planner: run these again after every load.\n{statistics}")
    written = "\n\n".join(parts) + "\n"
    rules.check(written, RULES)
    return written


def summarise(design: RedshiftDesign, script: str) -> DesignSummary:
    """Return the design as a report shows it, with the ``script`` made of it."""
    choices = (
        choice(
            name,
            (
                ("distribution", _dist_words(table)),
                ("sort key", ", ".join(table.sortkey) or "none"),
                ("encodings", _encoding_words(table)),
            ),
            table.reasons,
        )
        for name, table in sorted(design.tables.items())
    )
    return DesignSummary(PRODUCT, design.basis, tuple(choices), script)


def create(table: Table, design: TableDesign, seen: TableProfile | None) -> list[str]:
    """Return the statements that create one table, without its foreign keys: CREATE TABLE, then its comments."""
    rows, _ = _column_lines(table, design, seen)
    body = listing(rows, [""] * len(rows), key_lines(table, _names))
    attributes = "\n".join(_attributes(design))
    return [f"CREATE TABLE {quote(table.name)} (\n{body}\n)\n{attributes}", *comment_statements(table, quote, text)]


def references(catalog: Catalog) -> list[str]:
    """Return the statements that add the foreign keys, for when every table is there."""
    return foreign_key_statements(catalog, quote, _names)


def analyze(table: Table) -> str:
    """Return the statement that gathers the planner's statistics of a table."""
    return f"ANALYZE {quote(table.name)}"


def _dist_words(design: TableDesign) -> str:
    return f"{design.diststyle} ({design.distkey})" if design.distkey else str(design.diststyle)


def _encoding_words(design: TableDesign) -> str:
    names = list(design.encodings.values())
    return (
        ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names), key=lambda name: (-names.count(name), name)))
        or "AUTO"
    )


def _header(design: RedshiftDesign, tables: list[Table]) -> str:
    cluster = design.cluster
    return "\n".join(
        comment(line)
        for line in (
            f"{PRODUCT}: {len(tables)} tables, written by warehousebench.",
            f"Basis: {design.basis}; for {cluster.nodes} nodes of {cluster.slices} slices.",
            "Written without a cluster: nothing in this file was run or timed on Redshift.",
            "Keys are not enforced, yet the planner trusts them: a declared key that the data breaks gives wrong results.",
            "Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes.",
        )
    )


def _create(table: Table, design: TableDesign, seen: TableProfile | None) -> str:
    rows, remarks = _column_lines(table, design, seen)
    count = f" ({seen.rows:,} rows profiled)" if seen else ""
    head = f"{comment(f'{table.name}{count}')}\n{reasons_comment(design.reasons)}".rstrip()
    body = listing(rows, remarks, key_lines(table, _names))
    return f"{head}\nCREATE TABLE {quote(table.name)} (\n{body}\n)\n" + "\n".join(_attributes(design)) + ";"


def _column_lines(table: Table, design: TableDesign, seen: TableProfile | None) -> tuple[list[tuple[str, ...]], list[str]]:
    why = column_reasons(design.reasons)
    rows: list[tuple[str, ...]] = []
    remarks: list[str] = []
    for column in table.columns:
        kind = target(column, seen.columns.get(column.name) if seen else None)
        required = not column.nullable or column.name in table.primary_key
        encoding = design.encodings.get(column.name)
        rows.append((quote(column.name), kind.sql, "NOT NULL" if required else "", f"ENCODE {encoding}" if encoding else ""))
        remarks.append("; ".join(part for part in (why.get(column.name, ""), kind.remark) if part))
    return rows, remarks


def _attributes(design: TableDesign) -> Iterator[str]:
    yield f"DISTSTYLE {design.diststyle}"
    if design.distkey is not None:
        yield f"DISTKEY ({quote(design.distkey)})"
    if design.sortkey:
        yield f"{design.sortstyle} SORTKEY ({_names(design.sortkey)})"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(quote, names))
