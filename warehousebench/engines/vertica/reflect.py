"""The design that is there: projections read from Vertica's own catalogue, and where they differ from those asked for.

Sources: Vertica documentation, system tables PROJECTIONS, PROJECTION_COLUMNS, PROJECTION_STORAGE and NODES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from warehousebench.engines.vertica.design import (
    Kind,
    Placement,
    Projection,
    ProjectionColumn,
    Segmentation,
    VerticaDesign,
)
from warehousebench.engines.vertica.types import text
from warehousebench.model.layout import Cluster

Run = Callable[[str], list[tuple[Any, ...]]]

_PROJECTIONS = """
SELECT projection_basename, projection_name, anchor_table_name, is_super_projection, is_segmented, segment_expression,
       verified_fault_tolerance, is_up_to_date, has_statistics, is_aggregate_projection
FROM v_catalog.projections WHERE projection_schema = {schema} ORDER BY projection_basename, projection_name
"""
_COLUMNS = """
SELECT projection_name, table_column_name, column_position, sort_position, encoding_type
FROM v_catalog.projection_columns WHERE table_schema = {schema} ORDER BY projection_name, column_position
"""
_STORAGE = """
SELECT sum(used_bytes) FROM v_monitor.projection_storage
WHERE anchor_table_schema = {schema} AND anchor_table_name IN ({tables})
"""
_NODES = "SELECT count(*) FROM v_catalog.nodes"
_HASH = re.compile(r"\s*(?:modular)?hash\s*\((.*)\)\s*", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^\s,."()]+)')


@dataclass(frozen=True, slots=True)
class Found:
    """A projection as the catalogue has it, its buddies taken together; ``segment`` is what the catalogue says of its hash."""

    name: str
    table: str
    is_super: bool
    columns: tuple[ProjectionColumn, ...]
    order_by: tuple[str, ...]
    segment: str
    placement: Placement
    ksafe: int
    up_to_date: bool
    has_statistics: bool
    is_aggregate: bool

    @property
    def segment_columns(self) -> tuple[str, ...]:
        """Return the columns of the hash; empty if the rows are on every node, or placed by another expression."""
        inside = _HASH.fullmatch(self.segment) if self.placement is Placement.HASH else None
        return tuple(_columns_in(inside[1])) if inside else ()


def read_projections(run: Run, schema: str) -> tuple[Found, ...]:
    """Return the projections of ``schema``, each once however many buddies and nodes it has; raises EngineError."""
    columns: dict[str, list[tuple[Any, ...]]] = {}
    for projection, *column in run(_COLUMNS.format(schema=text(schema))):
        columns.setdefault(projection, []).append(tuple(column))
    found: dict[tuple[str, str], Found] = {}
    for base, name, table, *facts in run(_PROJECTIONS.format(schema=text(schema))):
        here = _found(base, table, facts, columns.get(name, []))
        known = found.setdefault((table, base), here)
        # Buddies share a fate: one that is not up to date leaves the projection unsafe.
        if known is not here and not (here.up_to_date and here.has_statistics):
            found[table, base] = here
    return tuple(found.values())


def differences(design: VerticaDesign, found: Sequence[Found]) -> tuple[str, ...]:
    """Return a sentence for everything in the catalogue that is not as ``design`` asked; empty if it was applied."""
    anchors = {projection.anchor for projection in design.projections}
    there = {(each.table, each.name): each for each in found if each.table in anchors}
    sentences: list[str] = []
    for asked in design.projections:
        here = there.pop((asked.anchor, asked.name), None)
        wrong = ["is missing"] if here is None else list(_differences(asked, here))
        sentences += [f"projection {asked.name} {each}" for each in wrong]
    sentences += [f"projection {each.name} of {each.table} was not asked for" for each in there.values()]
    return tuple(sentences)


def as_design(found: Sequence[Found], nodes: int, origin: str) -> VerticaDesign:
    """Return the projections as a design document; what it has no words for is counted in its basis."""
    cluster = Cluster(nodes)
    told = [(each, _projection(each, cluster)) for each in found]
    left_out = [each.name for each, projection in told if projection is None]
    basis = f"read from {origin}"
    if left_out:
        basis += f"; left out, since they aggregate or are placed by other than a hash of columns: {', '.join(left_out)}"
    return VerticaDesign(basis, cluster, tuple(projection for _, projection in told if projection is not None))


def node_count(run: Run) -> int:
    """Return how many nodes the database has; raises EngineError."""
    return max(1, int(run(_NODES)[0][0]))


def stored_bytes(run: Run, schema: str, tables: Sequence[str]) -> int | None:
    """Return the bytes of all projections of ``tables`` with their buddies on all nodes; None if none is stored."""
    rows = run(_STORAGE.format(schema=text(schema), tables=", ".join(map(text, tables)))) if tables else []
    return int(rows[0][0]) if rows and rows[0][0] is not None else None


def _found(base: str, table: str, facts: Sequence[Any], columns: Sequence[tuple[Any, ...]]) -> Found:
    is_super, is_segmented, segment, ksafe, up_to_date, has_statistics, is_aggregate = facts
    stored = sorted(columns, key=lambda column: column[1])
    ordered = sorted((column for column in stored if column[2] is not None), key=lambda column: column[2])
    return Found(
        base,
        table,
        bool(is_super),
        tuple(ProjectionColumn(name, encoding) for name, _, _, encoding in stored),
        tuple(name for name, *_ in ordered),
        segment or "",
        Placement.HASH if is_segmented else Placement.REPLICATED,
        int(ksafe or 0),
        bool(up_to_date),
        bool(has_statistics),
        bool(is_aggregate),
    )


def _differences(asked: Projection, here: Found) -> Iterator[str]:
    encodings = {column.name: column.encoding for column in here.columns}
    for column in asked.columns:
        if column.name not in encodings:
            yield f"does not store {column.name}"
        elif encodings[column.name] != column.encoding:
            yield f"encodes {column.name} by {encodings[column.name]} and not by {column.encoding}"
    if asked.kind is Kind.LIVE_AGGREGATE:
        if not here.is_aggregate:
            yield "is no live aggregate"
    else:
        yield from (f"stores {name}, too" for name in encodings if name not in asked.column_names)
        yield from _differences_of_rows(asked, here)
    if not here.up_to_date:
        yield "is not up to date: its rows are not all there"


def _differences_of_rows(asked: Projection, here: Found) -> Iterator[str]:
    """Vertica itself orders and places a live aggregate, and keeps what is on every node as safe as there are nodes."""
    if asked.order_by and here.order_by != asked.order_by:
        yield f"is sorted by {', '.join(here.order_by) or 'nothing'} and not by {', '.join(asked.order_by)}"
    if here.placement is not asked.segmentation.kind:
        yield f"is {here.placement} and not {asked.segmentation.kind}"
    elif asked.segmentation.kind is Placement.HASH:
        if here.segment_columns != asked.segmentation.columns:
            yield f"is segmented by {here.segment} and not by a hash of {', '.join(asked.segmentation.columns)}"
        if here.ksafe < (asked.ksafe or 0):
            yield f"has K-safety {here.ksafe} and not {asked.ksafe}"


def _projection(found: Found, cluster: Cluster) -> Projection | None:
    segmentation = Segmentation(found.placement, found.segment_columns) if _has_words(found) else None
    if segmentation is None or found.is_aggregate or not found.columns:
        return None
    # A copy on every node has no K of its own: it is said to be as safe as the cluster.
    ksafe = 1 if found.placement is Placement.REPLICATED else min(found.ksafe, 2)
    ksafe = ksafe if cluster.nodes >= 3 else 0
    kind = Kind.SUPER if found.is_super else Kind.QUERY
    return Projection(found.name, found.table, kind, found.columns, found.order_by, segmentation, ksafe)


def _has_words(found: Found) -> bool:
    return found.placement is Placement.REPLICATED or bool(found.segment_columns)


def _columns_in(arguments: str) -> Iterator[str]:
    """Yield the column of every argument of a hash: the last part of ``schema.table.column``."""
    part, end = "", 0
    for name in _NAME.finditer(arguments):
        if part and "," in arguments[end : name.start()]:
            yield part
        part, end = name[1].replace('""', '"') if name[1] is not None else name[2], name.end()
    if part:
        yield part
