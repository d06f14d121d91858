"""A physical design for Vertica: its projections with order, segmentation and encodings, checked against Vertica's rules.

Sources: Vertica documentation, "CREATE PROJECTION", "Encoding types", "Live aggregate projections", "System limits".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from warehousebench.engines.common.names import same_when_folded, unusable
from warehousebench.engines.common.widths import Target
from warehousebench.engines.vertica.types import quote, target
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile

COLUMNS = 9_800
FUNCTIONS = frozenset({"COUNT", "MAX", "MIN", "SUM"})
SHORT_DIGITS = 18
_ANY_NUMERIC = frozenset({"AUTO", "BLOCK_DICT", "BLOCKDICT_COMP", "RLE"})
# Beyond the documented list for up to 18 digits, Database Designer itself puts DELTARANGE_COMP and ZSTD_FAST_COMP on such columns.
_SHORT_NUMERIC = _ANY_NUMERIC | {"COMMONDELTA_COMP", "DELTAVAL", "GCDDELTA", "DELTARANGE_COMP", "ZSTD_FAST_COMP"}
ENCODINGS = _SHORT_NUMERIC | {"BZIP_COMP", "GZIP_COMP", "ZSTD_COMP", "ZSTD_HIGH_COMP"}
_NO_BINARY = frozenset({"BLOCK_DICT", "BLOCKDICT_COMP"})
_NO_KEY = frozenset({"LONG VARCHAR", "LONG VARBINARY", "GEOMETRY", "GEOGRAPHY"})


class Kind(StrEnum):
    """What a projection holds: all columns, some columns for some queries, or groups with aggregates."""

    SUPER = "super"
    QUERY = "query"
    LIVE_AGGREGATE = "live aggregate"


class Placement(StrEnum):
    """Segmented by a hash over the nodes, or a copy on every node (UNSEGMENTED ALL NODES)."""

    HASH = "hash"
    REPLICATED = "replicated"


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Where a projection's rows go; only a hash has columns."""

    kind: Placement
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.kind is Placement.HASH) != bool(self.columns):
            raise ValueError("a hash segmentation needs columns and a replicated projection takes none")


@dataclass(frozen=True, slots=True)
class ProjectionColumn:
    """One column of the anchor table as a projection stores it."""

    name: str
    encoding: str = "AUTO"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A computed column of a live aggregate projection: ``function`` of ``column``, or of all rows (COUNT only)."""

    name: str
    function: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """One stored copy of (some of) the table ``anchor``.

    Sorting is always ascending.  A live aggregate groups by ``columns`` and adds ``aggregates``; Vertica itself sorts and
    segments it by its groups, so ``order_by`` and ``segmentation`` say the same.  ``ksafe`` is None in Eon mode, where there are
    no buddies.
    """

    name: str
    anchor: str
    kind: Kind
    columns: tuple[ProjectionColumn, ...]
    order_by: tuple[str, ...]
    segmentation: Segmentation
    ksafe: int | None = 0
    reasons: tuple[Reason, ...] = ()
    aggregates: tuple[Aggregate, ...] = ()

    def __post_init__(self) -> None:
        broken = list(_broken_alone(self))
        if broken:
            raise ValueError(f"projection {self.name}: " + "; ".join(broken))

    @property
    def column_names(self) -> tuple[str, ...]:
        """Return the names of the stored columns of the anchor table."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class VerticaDesign:
    """``design.vertica.json``: all projections, for a cluster of a given size."""

    made_by: ClassVar[str] = "warehousebench advise"

    basis: str
    cluster: Cluster
    projections: tuple[Projection, ...]
    format: str = "warehousebench.design.vertica"
    version: int = 1

    def of(self, table: str) -> tuple[Projection, ...]:
        """Return the projections of ``table``, in order."""
        return tuple(projection for projection in self.projections if projection.anchor == table)


def check(design: VerticaDesign, catalog: Catalog, profile: Profile | None = None) -> None:
    """Raise DesignError listing everything in ``design`` that Vertica or ``catalog`` would not accept.

    ``profile`` must be the one that the script will be written with, since types depend on it.
    """
    broken = list(_broken(design, catalog, profile))
    if broken:
        raise DesignError(
            "the Vertica design breaks these rules:\n" + "\n".join(f"- {each}" for each in broken) + "\nCorrect the design."
        )


def _broken_alone(projection: Projection) -> Iterator[str]:
    """Yield what is wrong with a projection whatever its table looks like."""
    names = projection.column_names
    if not names or len(set(names)) < len(names):
        yield "it has no columns" if not names else "it has a column twice"
    for what, columns in (("sorted", projection.order_by), ("segmented", projection.segmentation.columns)):
        yield from (f"it is {what} by {name}, which {_missing(name)}" for name in columns if name not in names)
    if len(set(projection.order_by)) < len(projection.order_by):
        yield "the sort order names a column twice"
    yield from (
        f"column {each.name} has the unknown encoding {each.encoding}"
        for each in projection.columns
        if each.encoding not in ENCODINGS
    )
    if projection.ksafe not in (None, 0, 1, 2):
        yield f"K-safety {projection.ksafe}; Vertica knows 0, 1 and 2"
    yield from _broken_aggregates(projection)


def _missing(name: str) -> str:
    directed = name.upper().endswith((" ASC", " DESC"))
    return "is no column: a sort order takes no ASC or DESC" if directed else "it does not store"


def _broken_aggregates(projection: Projection) -> Iterator[str]:
    if (projection.kind is Kind.LIVE_AGGREGATE) != bool(projection.aggregates):
        yield "a live aggregate projection needs aggregates and no other has any"
    if projection.kind is Kind.LIVE_AGGREGATE:
        if projection.segmentation.kind is Placement.REPLICATED:
            yield "a live aggregate projection cannot be unsegmented"
        if set(projection.order_by) != set(projection.column_names):
            yield "a live aggregate projection is sorted by its groups"
    for each in projection.aggregates:
        if each.function not in FUNCTIONS or (each.column is None and each.function != "COUNT"):
            yield f"{each.function}({each.column or '*'}) is not one of COUNT, MAX, MIN and SUM of a column, or COUNT of all"


def _broken(design: VerticaDesign, catalog: Catalog, profile: Profile | None) -> Iterator[str]:
    yield from _broken_tables(design, catalog)
    yield from same_when_folded("tables", [table.name for table in catalog])
    yield from same_when_folded("projections", [projection.name for projection in design.projections])
    for table in catalog:
        yield from (f"{table.name}: {each}" for each in _broken_names(table))
        types, untyped = _types(table, profile)
        yield from untyped
        for projection in design.of(table.name):
            found = _broken_projection(projection, table, types, design.cluster)
            yield from (f"projection {projection.name}: {each}" for each in found)


def _broken_tables(design: VerticaDesign, catalog: Catalog) -> Iterator[str]:
    unknown = sorted({projection.anchor for projection in design.projections if projection.anchor not in catalog})
    yield from (f"table {name} is not in the catalog" for name in unknown)
    for table in sorted(catalog, key=lambda each: each.name):
        if not any(projection.kind is Kind.SUPER for projection in design.of(table.name)):
            yield f"table {table.name} has no superprojection"


def _broken_names(table: Table) -> Iterator[str]:
    if len(table.columns) > COLUMNS:
        yield f"{len(table.columns):,} columns, a table has at most {COLUMNS:,}"
    yield from unusable(quote, (table.name, *(column.name for column in table.columns)))
    yield from same_when_folded("columns", [column.name for column in table.columns])


def _types(table: Table, profile: Profile | None) -> tuple[Mapping[str, Target], list[str]]:
    """Return column -> type, and a sentence per column that no type can hold."""
    seen = profile.tables.get(table.name) if profile else None
    types: dict[str, Target] = {}
    untyped: list[str] = []
    for column in table.columns:
        try:
            types[column.name] = target(column, seen.columns.get(column.name) if seen else None)
        except DesignError as error:
            untyped.append(f"{table.name}: {error}")
    return types, untyped


def _broken_projection(projection: Projection, table: Table, types: Mapping[str, Target], cluster: Cluster) -> Iterator[str]:
    yield from unusable(quote, (projection.name,))
    declared, stored = [column.name for column in table.columns], set(projection.column_names)
    aggregated = [each.column for each in projection.aggregates if each.column is not None]
    unknown = sorted({*stored, *aggregated} - set(declared))
    yield from (f"column {name} does not exist in {table.name}" for name in unknown)
    if projection.kind is Kind.SUPER:
        yield from (f"a superprojection needs the column {name}" for name in declared if name not in stored)
    for name in dict.fromkeys((*projection.order_by, *projection.segmentation.columns)):
        if name in types and types[name].base in _NO_KEY:
            yield f"{name} is {types[name].base}, which can neither sort nor segment"
    for column in projection.columns:
        if column.name in types and not applies(column.encoding, types[column.name]):
            yield f"column {column.name} is {types[column.name].sql}, which {column.encoding} does not encode"
    # Database Designer's rule (system table DESIGNS): K-safety 0 on one or two nodes, 1 on three or more.
    if projection.ksafe is None or cluster.shards:
        if projection.ksafe is not None or not cluster.shards:
            yield "in Eon mode, with shards, projections have no K-safety of their own, and elsewhere they need one"
    elif projection.ksafe >= cluster.nodes or (projection.ksafe and cluster.nodes < 3):
        yield f"K-safety {projection.ksafe} on {cluster.nodes} nodes: from 3 nodes on it can be 1, below it is 0"


def applies(encoding: str, type_: Target) -> bool:
    """Tell whether Vertica documents ``encoding`` for the type, which for NUMERIC depends on its digits."""
    if type_.base == "NUMERIC":
        digits = int(type_.sql.partition("(")[2].partition(",")[0])
        return encoding in (_SHORT_NUMERIC if digits <= SHORT_DIGITS else _ANY_NUMERIC)
    return not (type_.base.endswith("BINARY") and encoding in _NO_BINARY)


def can_be_key(type_: Target) -> bool:
    """Tell whether rows can be sorted and segmented by a column of this type."""
    return type_.base not in _NO_KEY
