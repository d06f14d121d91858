"""Vertica's limits for the optimiser, and its layouts as designs."""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench.engines.common.facts import Facts
from warehousebench.engines.vertica.advise import DEFAULT_COLUMNS, ksafe, ksafe_reason, projection_name, segments, times_stored
from warehousebench.engines.vertica.design import (
    ENCODINGS,
    Aggregate,
    Kind,
    Projection,
    ProjectionColumn,
    Segmentation,
    VerticaDesign,
    applies,
    can_be_key,
    check,
)
from warehousebench.engines.vertica.design import Placement as Kept
from warehousebench.engines.vertica.order import RUN, sort_order
from warehousebench.engines.vertica.types import NAME_BYTES, target
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster, Distribution, Layout, Placement, StoredCopy
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload
from warehousebench.optimise.access import LiveAggregate
from warehousebench.optimise.advisor import Physical, TableChoice
from warehousebench.optimise.case import Product
from warehousebench.optimise.encodings import EncodingRules
from warehousebench.optimise.projections import Extra

# Lamb et al., PVLDB 5(12), 2012, section 3.7: each block's minimum and maximum lie in the position index.  Its size is not
# documented; the megabyte is ours, so that both products' figures can be held together.
BLOCK_BYTES = 1 << 20
# Database Designer's published designs take DELTAVAL and DELTARANGE_COMP before codecs that are a little smaller and need more CPU.
RULES = EncodingRules(runs="RLE", run_length=RUN, preferred=("DELTAVAL", "DELTARANGE_COMP", "ZSTD_FAST_COMP"), margin=0.05)
# "For the best performance", documentation, "Shards and subscriptions".
SHARDS_PER_NODE = 2
# Slow block compression that Database Designer never chooses, and AUTO, whose layout depends on the type.
_UNTRIED = frozenset({"AUTO", "GZIP_COMP", "BZIP_COMP", "ZSTD_HIGH_COMP"})
# Vertica documentation, "Live aggregate projections", of 9.2 and of 9.3.
_LIVE = Reason(
    "extra.live-aggregate-limits",
    "live aggregate",
    "Vertica 9.2 and older refuse DELETE, UPDATE and MERGE on a table that has one; later versions do not",
)


def product(catalog: Catalog, profile: Profile, workload: Workload | None, cluster: Cluster) -> Product:
    """Return what Vertica allows for the columns of ``catalog``, and the sort orders its documented rules would give."""
    types = {(t.name, c.name): target(c, profile.tables[t.name].columns.get(c.name)) for t in catalog for c in t.columns}
    sortable = frozenset(column for column, kind in types.items() if can_be_key(kind))
    facts = Facts(catalog, profile, workload)
    return Product(
        name="Vertica",
        nodes=cluster.workers,
        slices=segments(cluster),
        block_bytes=BLOCK_BYTES,
        keys=frozenset(column for column in sortable if types[column].base != "FLOAT"),
        sortable=sortable,
        codecs={c: frozenset({e for e in ENCODINGS if applies(e, kind)}) - _UNTRIED for c, kind in types.items()},
        rules=RULES,
        several_copies=True,
        round_robin=False,
        wide_keys=True,
        orders={
            table.name: _rule(facts, table, [c.name for c in table.columns if (table.name, c.name) in sortable])
            for table in catalog
        },
        times_stored=times_stored(cluster),
        remarks=_eon(cluster) if cluster.shards else _enterprise(cluster),
    )


def _enterprise(cluster: Cluster) -> tuple[str, ...]:
    times, safety = times_stored(cluster), ksafe(cluster)
    counted = (
        f"Stored bytes count segmented projections {times} times: K-safety {safety} keeps a buddy of every segment on another "
        "node. Budgets for copies are in raw bytes and do not count buddies."
    )
    return (counted,) if times > 1 else ()


def _eon(cluster: Cluster) -> tuple[str, ...]:
    """Return what Vertica documents of Eon mode ("Shards and subscriptions", "Comparing Eon and Enterprise Modes") and we add."""
    shards = cluster.shards or 0
    stored = (
        f"Eon mode: rows lie once in communal storage, in {shards} shards, without buddy projections. Every shard is taken for a "
        f"unit that is sorted and cut into blocks by itself, and one query for the work of {cluster.workers} nodes."
    )
    depot = (
        "Nodes read from their depots, which are taken to hold all they need: then a query is as fast as in Enterprise mode. From "
        "an empty depot nodes fetch from communal storage first, which is slower and not in these figures."
    )
    copied = (
        "A projection on all nodes counts once per node at work, since each depot may come to hold it. What communal storage keeps "
        "of it was not looked up."
    )
    many = (
        f"{shards} shards are more than twice the {cluster.nodes} nodes: the documentation advises at most that. The number is set "
        "when a database is created."
    )
    return (stored, depot, copied, many) if shards > SHARDS_PER_NODE * cluster.nodes else (stored, depot, copied)


def _rule(facts: Facts, table: Table, sortable: Sequence[str]) -> tuple[str, ...]:
    return sort_order(facts, table, sortable, table.primary_key)[0]


def realise(physical: Physical, catalog: Catalog, profile: Profile, cluster: Cluster, basis: str) -> VerticaDesign:
    """Return the physical choice as projections; raises DesignError if it breaks a rule."""
    projections = [
        _projection(catalog.table(name), profile, choice, copy, number, cluster)
        for name, choice in sorted(physical.tables.items())
        for number, copy in enumerate(choice.copies)
    ]
    extras = (_extra(extra, cluster) for extra in physical.extras)
    design = VerticaDesign(basis, cluster, (*projections, *extras))
    check(design, catalog, profile)
    return design


def _projection(table: Table, profile: Profile, choice: TableChoice, copy: StoredCopy, number: int, cluster: Cluster) -> Projection:
    columns = tuple(column.name for column in table.columns)
    kinds = {column.name: target(column, profile.tables[table.name].columns.get(column.name)) for column in table.columns}
    sortable = tuple(name for name in columns if can_be_key(kinds[name]))
    # Without a choice, rows lie by the first columns, as Vertica would place them itself; what cannot be hashed is copied.
    hashed = copy.distribution.columns or tuple(name for name in sortable if kinds[name].base != "FLOAT")[:DEFAULT_COLUMNS]
    replicated = copy.distribution.placement is Placement.REPLICATED or not hashed
    return Projection(
        name=projection_name(table.name) + (f"_{number + 1}" if number else ""),
        anchor=table.name,
        kind=Kind.SUPER,
        columns=tuple(ProjectionColumn(name, copy.encodings.get(name, "AUTO")) for name in columns),
        order_by=copy.order_by or sortable[:1],
        segmentation=Segmentation(Kept.REPLICATED) if replicated else Segmentation(Kept.HASH, hashed),
        ksafe=ksafe(cluster),
        reasons=(*choice.reasons, *_copy_reason(choice, number), ksafe_reason(cluster)),
    )


def _copy_reason(choice: TableChoice, number: int) -> tuple[Reason, ...]:
    if len(choice.copies) == 1:
        return ()
    sentence = f"{number + 1} of {len(choice.copies)} superprojections: queries take the one whose segmentation saves them a motion"
    return (Reason("copies.within-budget", "copies", sentence),)


def _extra(extra: Extra, cluster: Cluster) -> Projection:
    copy, live = extra.copy, extra.aggregate is not None
    return Projection(
        name=copy.name.encode()[-NAME_BYTES:].decode(errors="ignore"),
        anchor=copy.table,
        kind=Kind.LIVE_AGGREGATE if live else Kind.QUERY,
        columns=tuple(ProjectionColumn(name, copy.encodings.get(name, "AUTO")) for name in copy.columns),
        order_by=copy.order_by,
        segmentation=Segmentation(Kept.HASH, copy.distribution.columns),
        ksafe=ksafe(cluster),
        reasons=(*extra.reasons, *((_LIVE,) if live else ()), ksafe_reason(cluster)),
        aggregates=_functions(extra.aggregate) if extra.aggregate else (),
    )


def _functions(aggregate: LiveAggregate) -> tuple[Aggregate, ...]:
    """Return the computed columns, named after what they compute; a name that a group has is set apart."""
    found: list[Aggregate] = []
    for function in aggregate.functions:
        name = f"{function.name}_{function.column}" if function.column else "COUNT_ALL"
        while {name.lower()} & {other.lower() for other in (*aggregate.groups, *(each.name for each in found))}:
            name += "_"
        found.append(Aggregate(name.lower(), function.name, function.column or None))
    return tuple(found)


def layout(design: VerticaDesign, catalog: Catalog) -> Layout:
    """Return a design's projections of tables in ``catalog`` as a neutral layout; live aggregates are no copies of rows."""
    return Layout(
        tuple(
            StoredCopy(each.name, each.anchor, each.column_names, _distribution(each), each.order_by, _encodings(each))
            for each in design.projections
            if each.kind is not Kind.LIVE_AGGREGATE and each.anchor in catalog
        )
    )


def _encodings(projection: Projection) -> dict[str, str]:
    return {column.name: column.encoding for column in projection.columns}


def _distribution(projection: Projection) -> Distribution:
    if projection.segmentation.kind is Kept.REPLICATED:
        return Distribution(Placement.REPLICATED)
    return Distribution(Placement.HASH, projection.segmentation.columns)
