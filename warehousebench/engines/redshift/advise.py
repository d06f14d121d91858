"""Distribution, sort keys and encodings for Redshift by AWS's documented rules alone; pure and deterministic.

Sources: Amazon Redshift Developer Guide, "Choose the best distribution style" and "Choose the best sort key"; Prescriptive
Guidance, "Best practices for tables"; the hand-tuned schemas in awslabs/amazon-redshift-utils, CloudDataWarehouseBenchmark.
"""

from __future__ import annotations

from warehousebench.engines.common.collocate import Key, Spread, choose
from warehousebench.engines.common.facts import NO_DATA, Facts, Restriction, touching
from warehousebench.engines.redshift.design import FLOATS, KEY_TYPES, DistStyle, RedshiftDesign, SortStyle, TableDesign, check
from warehousebench.engines.redshift.encode import encodings
from warehousebench.engines.redshift.types import target
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Evidence, Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload

# AWS gives no number; its own TPC-DS schemas replicate tables of up to 86,400 rows and distribute from 300,000 on.
SMALL_ROWS = 100_000
_SMALL = Evidence("limit", SMALL_ROWS, "rows", "ours: AWS's TPC-DS schemas replicate up to 86,400 rows, distribute from 300,000")
# AWS sorts by a column that is filtered frequently, and gives no number: in a quarter of the table's queries is ours.
FREQUENT = 0.25
# Zone maps order values by eight bytes (Redshift Research Project, "Sorting"), so text that begins alike cannot be told apart.
ZONE_BYTES = 8


def advise(catalog: Catalog, profile: Profile | None, workload: Workload | None, cluster: Cluster) -> RedshiftDesign:
    """Return a design that obeys Redshift's rules; raises DesignError if the catalog allows none."""
    facts = Facts(catalog, profile, workload)
    large = {table.name for table in catalog if not _is_small(facts, table.name)}
    spread = Spread(
        facts, large, cluster.nodes, cluster.nodes * cluster.slices, lambda *end: _type(facts, *end) in KEY_TYPES - FLOATS
    )
    keys = choose(spread)
    tables = {table.name: _table(facts, table, keys.get(table.name)) for table in sorted(catalog, key=lambda each: each.name)}
    design = RedshiftDesign(f"AWS's documented rules, from {facts.basis}", cluster, tables)
    check(design, catalog, profile)
    return design


def _table(facts: Facts, table: Table, key: Key | None) -> TableDesign:
    diststyle, dist_reason = _distribution(facts, table, key)
    distkey = key.column if key and diststyle is DistStyle.KEY else None
    sortkey, sort_reason = _sort_key(facts, table, distkey)
    chosen, encoding_reasons = encodings(facts, table, sortkey)
    sortstyle = SortStyle.COMPOUND if sortkey else SortStyle.NONE
    return TableDesign(diststyle, distkey, sortstyle, sortkey, chosen, (dist_reason, sort_reason, *encoding_reasons))


def _is_small(facts: Facts, table: str) -> bool:
    rows = facts.rows(table)
    return rows is not None and rows <= SMALL_ROWS


def _type(facts: Facts, table: str, column: str) -> str:
    """Return the column's type in Redshift, without lengths."""
    return target(facts.catalog.table(table).column(column), facts.column(table, column)).base


def _distribution(facts: Facts, table: Table, key: Key | None) -> tuple[DistStyle, Reason]:
    evidence = facts.rows_evidence(table.name)
    if _is_small(facts, table.name):
        sentence = "small enough for a copy on every node, so that no join with it moves rows; suits tables that change slowly"
        return DistStyle.ALL, Reason("dist.small-table", "distribution", sentence, (*evidence, _SMALL))
    if key:
        return DistStyle.KEY, key.reason
    if facts.rows(table.name) is None:
        sentence = f"no key suggests itself, so Redshift decides as the table grows ({NO_DATA})"
        return DistStyle.AUTO, Reason("dist.automatic", "distribution", sentence)
    sentence = "neither a join nor a primary key gives a column of many, evenly spread values, so rows go to the slices in turn"
    return DistStyle.EVEN, Reason("dist.no-key", "distribution", sentence, evidence)


def _sort_key(facts: Facts, table: Table, distkey: str | None) -> tuple[tuple[str, ...], Reason]:
    if _is_small(facts, table.name):
        sentence = "none: sorting a small table saves no blocks"
        return (), Reason("sort.small-table", "sort", sentence, facts.rows_evidence(table.name))
    restrictions = [each for each in facts.restrictions(table.name) if _sortable(facts, table.name, each.column)]
    if restrictions and facts.workload and restrictions[0].weight >= FREQUENT * touching(facts.workload, table.name):
        return _restricted(facts, table.name, restrictions, distkey)
    joined = distkey or next((name for name in table.primary_key if _sortable(facts, table.name, name)), None)
    if joined:
        why = "the distribution key: joins on it can merge" if distkey else "the primary key"
        sentence = f"no column is restricted often, so by {joined}, {why}"
        return (joined,), Reason("sort.join-column", "sort", sentence if facts.workload else f"by {joined}, {why} ({NO_DATA})")
    return (), Reason("sort.none", "sort", "none: no column is restricted often and there is no key to sort by")


def _restricted(facts: Facts, table: str, restrictions: list[Restriction], distkey: str | None) -> tuple[tuple[str, ...], Reason]:
    """Sort by the most restricted column, then by the join key unless the first column already tells nearly all rows apart."""
    first = restrictions[0].column
    values, rows = facts.values(table, first), facts.rows(table)
    nearly_unique = values is not None and rows is not None and 2 * values > rows
    sortkey = (first, distkey) if distkey and distkey != first and not nearly_unique else (first,)
    sentence = f"by {first}, the most restricted column, so that zone maps skip blocks" + (
        f"; then by the join key {distkey}" if len(sortkey) > 1 else ""
    )
    figures = tuple(figure for each in restrictions[:2] for figure in each.evidence)
    if values is not None:
        figures += (Evidence(f"values of {first}", values, "", "profile"),)
    return sortkey, Reason("sort.most-restricted", "sort", sentence if facts.profile else f"{sentence} ({NO_DATA})", figures)


def _sortable(facts: Facts, table: str, column: str) -> bool:
    """Tell whether zone maps on the column can work: its type may be a key and its values differ in their first bytes."""
    base, seen = _type(facts, table, column), facts.column(table, column)
    if base not in KEY_TYPES:
        return False
    if base not in ("CHAR", "VARCHAR") or seen is None or seen.minimum is None or seen.maximum is None:
        return True
    return seen.minimum.encode()[:ZONE_BYTES] != seen.maximum.encode()[:ZONE_BYTES]
