"""The script that creates a Vertica design's tables and projections, every choice explained beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from warehousebench.engines.common import rules
from warehousebench.engines.common.script import (
    choice,
    column_reasons,
    comment,
    comments,
    foreign_keys,
    key_lines,
    listing,
    parents_first,
    reasons_comment,
)
from warehousebench.engines.vertica.design import Kind, Placement, Projection, VerticaDesign, check
from warehousebench.engines.vertica.rules import RULES
from warehousebench.engines.vertica.types import quote, target, text
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import DesignSummary
from warehousebench.model.profile import Profile, TableProfile

PRODUCT = "Vertica"


def script(design: VerticaDesign, catalog: Catalog, profile: Profile | None) -> str:
    """Return the whole script: tables, projections, keys, statistics; raises DesignError for a design that breaks a rule."""
    check(design, catalog, profile)
    tables = list(parents_first(catalog))
    parts = [_header(design, tables)]
    for table in tables:
        parts.append(f"{create_table(table, profile.tables.get(table.name) if profile else None)};")
        parts.extend(f"{create_projection(projection)};" for projection in design.of(table.name))
        parts.extend(comments(table, quote, text))
    parts.extend(foreign_keys(catalog, quote, _names))
    parts.append(_block("Projections of tables that hold rows already have to be filled.", map(refresh, tables)))
    parts.append(_block("Statistics for the optimizer: run these again after every load.", map(analyse, tables)))
    written = "\n\n".join(parts) + "\n"
    rules.check(written, RULES)
    return written


def summarise(design: VerticaDesign, script: str) -> DesignSummary:
    """Return the design as a report shows it, with the ``script`` made of it."""
    choices = (
        choice(
            each.name,
            (
                ("table", each.anchor),
                ("kind", str(each.kind)),
                ("segmentation", _segmentation_words(each)),
                ("sort order", ", ".join(each.order_by)),
                ("encodings", _encoding_words(each)),
            ),
            each.reasons,
        )
        for each in design.projections
    )
    return DesignSummary(PRODUCT, design.basis, tuple(choices), script)


def _segmentation_words(projection: Projection) -> str:
    if projection.segmentation.kind is Placement.REPLICATED:
        return "a copy on every node"
    safety = "no buddies" if projection.ksafe is None else f"K-safety {projection.ksafe}"
    return f"hash of {', '.join(projection.segmentation.columns)}, {safety}"


def _encoding_words(projection: Projection) -> str:
    names = [column.encoding for column in projection.columns]
    return ", ".join(f"{name} {names.count(name)}" for name in sorted(set(names), key=lambda name: (-names.count(name), name)))


def _header(design: VerticaDesign, tables: list[Table]) -> str:
    return "\n".join(
        comment(line)
        for line in (
            f"{PRODUCT}: {len(tables)} tables with {len(design.projections)} projections, written by warehousebench.",
            f"Basis: {design.basis}; for {design.cluster.nodes} nodes{_shards(design)}.",
            "Written without a cluster: nothing in this file was run or timed on Vertica.",
            "Keys are DISABLED, yet the optimizer trusts them, and a join on a foreign key that the data breaks fails.",
            "Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes; load with ENFORCELENGTH.",
        )
    )


def _shards(design: VerticaDesign) -> str:
    shards = design.cluster.shards
    return f" in Eon mode, {shards} shards: no buddies, so no KSAFE" if shards else ""


def create_table(table: Table, seen: TableProfile | None) -> str:
    """Return the statement that creates ``table``, its rows not yet sorted or placed."""
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    for column in table.columns:
        kind = target(column, seen.columns.get(column.name) if seen else None)
        required = not column.nullable or column.name in table.primary_key
        rows.append((quote(column.name), kind.sql, "NOT NULL" if required else ""))
        notes.append(kind.remark)
    body = listing(rows, notes, key_lines(table, _names, " DISABLED"))
    count = f" ({seen.rows:,} rows profiled)" if seen else ""
    return f"{comment(f'{table.name}{count}')}\nCREATE TABLE {quote(table.name)} (\n{body}\n)"


def create_projection(projection: Projection) -> str:
    """Return the statement that creates ``projection``, with its reasons as comments."""
    why = column_reasons(projection.reasons)
    rows = [(quote(each.name), f"ENCODING {each.encoding}") for each in projection.columns]
    rows += [(quote(each.name), "") for each in projection.aggregates]
    notes = [why.get(each.name, "") for each in projection.columns] + [""] * len(projection.aggregates)
    head = f"{reasons_comment(projection.reasons)}\nCREATE PROJECTION {quote(projection.name)} (".lstrip()
    return f"{head}\n{listing(rows, notes)}\n)\n" + "\n".join(_query(projection))


def _query(projection: Projection) -> Iterator[str]:
    """Yield the lines of the projection's SELECT and where its rows go."""
    columns = list(map(quote, projection.column_names))
    computed = [
        f"{each.function}({quote(each.column) if each.column else '*'}) AS {quote(each.name)}" for each in projection.aggregates
    ]
    yield "AS SELECT\n" + ",\n".join(f"    {item}" for item in columns + computed)
    yield f"FROM {quote(projection.anchor)}"
    if projection.kind is Kind.LIVE_AGGREGATE:
        yield f"GROUP BY {', '.join(columns)}"
        yield from [] if projection.ksafe is None else [f"KSAFE {projection.ksafe}"]
        return
    if projection.order_by:
        yield f"ORDER BY {_names(projection.order_by)}"
    # A copy on every node is as safe as the cluster is large, so KSAFE has nothing to add.
    safety = "" if projection.ksafe is None else f" KSAFE {projection.ksafe}"
    segmented = f"SEGMENTED BY HASH({_names(projection.segmentation.columns)}) ALL NODES{safety}"
    yield segmented if projection.segmentation.kind is Placement.HASH else "UNSEGMENTED ALL NODES"


def refresh(table: Table) -> str:
    """Return the statement that fills projections created after the table's rows came."""
    return f"SELECT REFRESH({text(quote(table.name))})"


def analyse(table: Table) -> str:
    """Return the statement that collects the table's statistics."""
    return f"SELECT ANALYZE_STATISTICS({text(quote(table.name))})"


def _block(why: str, statements: Iterable[str]) -> str:
    return "\n".join([comment(why), *(f"{each};" for each in statements)])


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(quote, names))
