"""One superprojection per table for Vertica by its documented rules alone; pure and deterministic.

Sources: Vertica documentation, "Replicated projections" (which tables Database Designer replicates), "Choosing segmentation"
and the system table DESIGNS (K-safety by nodes).
"""

from __future__ import annotations

from warehousebench.engines.common.collocate import Key, Spread, choose
from warehousebench.engines.common.facts import NO_DATA, Facts
from warehousebench.engines.vertica.design import Kind, Placement, Projection, Segmentation, VerticaDesign, can_be_key, check
from warehousebench.engines.vertica.encode import encodings
from warehousebench.engines.vertica.order import sort_order
from warehousebench.engines.vertica.types import NAME_BYTES, target
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Evidence, Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload

# Beyond this many nodes the documentation advises against copies on all of them: the catalog grows too large.
MOST_NODES_TO_REPLICATE = 20
# A table without a projection of its own is hashed by its first eight columns.
DEFAULT_COLUMNS = 8
_SUFFIX = "_super"


def advise(catalog: Catalog, profile: Profile | None, workload: Workload | None, cluster: Cluster) -> VerticaDesign:
    """Return a design that obeys Vertica's rules; raises DesignError if the catalog allows none."""
    facts = Facts(catalog, profile, workload)
    replicated = {table.name: reason for table in catalog if (reason := _replicated(facts, table, cluster))}
    large = {table.name for table in catalog} - replicated.keys()
    keys = choose(Spread(facts, large, cluster.workers, segments(cluster), lambda *end: _keyable(facts, *end, strict=True)))
    projections = tuple(
        _superprojection(facts, table, cluster, keys.get(table.name), replicated.get(table.name))
        for table in sorted(catalog, key=lambda each: each.name)
    )
    design = VerticaDesign(f"Vertica's documented rules, from {facts.basis}", cluster, projections)
    check(design, catalog, profile)
    return design


def _superprojection(facts: Facts, table: Table, cluster: Cluster, key: Key | None, replicated: Reason | None) -> Projection:
    segmentation, segment_reason = _segmentation(facts, table, key, replicated)
    sortable = [column.name for column in table.columns if _keyable(facts, table.name, column.name)]
    keys = list(dict.fromkeys(([key.column] if key else []) + list(table.primary_key)))
    order, sort_reason = sort_order(facts, table, sortable, keys)
    columns, encoding_reasons = encodings(facts, table, order)
    reasons = (segment_reason, sort_reason, ksafe_reason(cluster), *encoding_reasons)
    return Projection(projection_name(table.name), table.name, Kind.SUPER, columns, order, segmentation, ksafe(cluster), reasons)


def projection_name(table: str) -> str:
    """Return the superprojection's name; without the suffix where that would be too long."""
    return table + _SUFFIX if len((table + _SUFFIX).encode()) <= NAME_BYTES else table


def _keyable(facts: Facts, table: str, column: str, *, strict: bool = False) -> bool:
    """Tell whether rows may be sorted by the column, or (strict) hashed: floats can be equal and still differ in their bits."""
    kind = target(facts.catalog.table(table).column(column), facts.column(table, column))
    return can_be_key(kind) and not (strict and kind.base == "FLOAT")


def _replicated(facts: Facts, table: Table, cluster: Cluster) -> Reason | None:
    """Return why the table is copied to every node; None if it is segmented."""
    evidence = facts.rows_evidence(table.name)
    if cluster.nodes == 1:
        return Reason("dist.single-node", "distribution", "one node holds all rows, so there is nothing to segment", evidence)
    if not any(_keyable(facts, table.name, column.name) for column in table.columns):
        return Reason("dist.no-key-type", "distribution", "no column's type can be segmented by", evidence)
    rows, largest = facts.rows(table.name), max((facts.rows(each.name) or 0 for each in facts.catalog), default=0)
    if rows is None or cluster.nodes > MOST_NODES_TO_REPLICATE:
        return None
    rule = _replication_rule(rows, largest)
    figures = (*evidence, Evidence("largest table", largest, "rows"))
    return (
        Reason("dist.small-table", "distribution", f"copied to every node by Database Designer's rule: {rule}", figures)
        if rule
        else None
    )


def _replication_rule(rows: int, largest: int) -> str | None:
    """Return which of Database Designer's documented conditions holds.

    A third one, at most 10 % of a largest table below 1,000,000 rows, is part of the first; for 1 to 10 million there is none.
    """
    if rows <= 100_000:
        return "at most 100,000 rows"
    if largest >= 10_000_000 and 100 * rows <= largest:
        return "at most 1 % of a largest table of 10,000,000 rows or more"
    return None


def _segmentation(facts: Facts, table: Table, key: Key | None, replicated: Reason | None) -> tuple[Segmentation, Reason]:
    if replicated:
        return Segmentation(Placement.REPLICATED), replicated
    if key:
        return Segmentation(Placement.HASH, (key.column,)), key.reason
    hashable = [column.name for column in table.columns if _keyable(facts, table.name, column.name, strict=True)]
    columns = tuple(name for name in table.primary_key if name in hashable) or tuple(hashable[:DEFAULT_COLUMNS])
    if not columns:
        columns = tuple(column.name for column in table.columns if _keyable(facts, table.name, column.name))[:1]
    remark = "" if facts.table(table.name) else f" ({NO_DATA})"
    what = "the primary key" if set(columns) <= set(table.primary_key) else "its first columns, as Vertica does by default"
    return Segmentation(Placement.HASH, columns), Reason(
        "dist.no-key", "distribution", f"no single column is fit, so by {what}{remark}"
    )


def segments(cluster: Cluster) -> int:
    """Return into how many parts a hash divides the rows: one per node or, in Eon mode, per shard; slices are Redshift's."""
    return cluster.shards or cluster.nodes


def ksafe(cluster: Cluster) -> int | None:
    """Return Database Designer's K-safety: 0 on one or two nodes, 1 from three on (Vertica documentation, DESIGNS table).

    None in Eon mode, which has no buddy projections (documentation, "Comparing Eon and Enterprise Modes").
    """
    return None if cluster.shards else 1 if cluster.nodes >= 3 else 0


def times_stored(cluster: Cluster) -> int:
    """Return how often a segmented projection is stored: once and in K buddies."""
    return 1 + (ksafe(cluster) or 0)


def ksafe_reason(cluster: Cluster) -> Reason:
    """Return why a projection has its K-safety."""
    if cluster.shards:
        sentence = "no buddies: rows lie once in communal storage, and nodes that subscribe to a shard stand in for each other"
        return Reason("ksafe.eon", "K-safety", sentence, (Evidence("shards", cluster.shards), Evidence("nodes", cluster.nodes)))
    sentence = "one node may fail" if cluster.nodes >= 3 else "needs three nodes to survive the loss of one"
    return Reason("ksafe.nodes", "K-safety", f"{ksafe(cluster)}: {sentence}", (Evidence("nodes", cluster.nodes),))
