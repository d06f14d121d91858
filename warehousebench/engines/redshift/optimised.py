"""Redshift's limits for the optimiser, and its layouts as designs."""

from __future__ import annotations

from warehousebench.engines.redshift.design import (
    APPLICABLE,
    FLOATS,
    KEY_TYPES,
    DistStyle,
    RedshiftDesign,
    SortStyle,
    TableDesign,
    check,
)
from warehousebench.engines.redshift.types import target
from warehousebench.model.catalog import Catalog
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster, Distribution, Layout, Placement, StoredCopy
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload
from warehousebench.optimise.advisor import Physical
from warehousebench.optimise.case import Product
from warehousebench.optimise.encodings import EncodingRules

BLOCK_BYTES = 1 << 20  # Developer Guide, "Columnar storage": 1 MB per block
# The leading sort column stays RAW: few rows per block keep its zone map sharp (Prescriptive Guidance, "Best practices for
# tables").  AZ64 and BYTEDICT are scanned without unpacking whole blocks, so they win unless another codec is clearly smaller.
RULES = EncodingRules(leading="RAW", preferred=("AZ64", "BYTEDICT"), margin=0.10)
# LZO is left out of the trial: ZSTD takes its place on every type it applies to, and LZO's size could only be a proxy here.
_UNTRIED = frozenset({"LZO"})


def product(catalog: Catalog, profile: Profile, workload: Workload | None, cluster: Cluster) -> Product:  # noqa: ARG001
    """Return what Redshift allows for the columns of ``catalog``."""
    types = {(t.name, c.name): target(c, profile.tables[t.name].columns.get(c.name)).base for t in catalog for c in t.columns}
    codecs = {
        column: frozenset({"RAW"} | {codec for codec, bases in APPLICABLE.items() if base in bases}) - _UNTRIED
        for column, base in types.items()
    }
    return Product(
        name="Amazon Redshift",
        nodes=cluster.nodes,
        slices=cluster.nodes * cluster.slices,
        block_bytes=BLOCK_BYTES,
        keys=frozenset(column for column, base in types.items() if base in KEY_TYPES - FLOATS),
        sortable=frozenset(column for column, base in types.items() if base in KEY_TYPES),
        codecs=codecs,
        rules=RULES,
    )


def realise(physical: Physical, catalog: Catalog, profile: Profile, cluster: Cluster, basis: str) -> RedshiftDesign:
    """Return the physical choice as Redshift's design; raises DesignError if it breaks a rule."""
    tables = {name: _table(catalog, name, choice.copies[0], choice.reasons) for name, choice in sorted(physical.tables.items())}
    design = RedshiftDesign(basis, cluster, tables)
    check(design, catalog, profile)
    return design


def _table(catalog: Catalog, name: str, copy: StoredCopy, reasons: tuple[Reason, ...]) -> TableDesign:
    style = {Placement.HASH: DistStyle.KEY, Placement.REPLICATED: DistStyle.ALL, Placement.ROUND_ROBIN: DistStyle.EVEN}
    # Naming some encodings leaves the rest to defaults; a table without rows was not measured, and stays with ENCODE AUTO.
    complete = all(column.name in copy.encodings for column in catalog.table(name).columns)
    return TableDesign(
        diststyle=style[copy.distribution.placement],
        distkey=copy.distribution.columns[0] if copy.distribution.columns else None,
        sortstyle=SortStyle.COMPOUND if copy.order_by else SortStyle.NONE,
        sortkey=copy.order_by,
        encodings=copy.encodings if complete else {},
        reasons=reasons,
    )


def layout(design: RedshiftDesign, catalog: Catalog) -> Layout:
    """Return a design's tables in ``catalog`` as a neutral layout; AUTO counts as EVEN, since what it becomes cannot be known."""
    return Layout(
        tuple(
            StoredCopy(
                name,
                name,
                tuple(column.name for column in catalog.table(name).columns),
                _distribution(table),
                table.sortkey,
                table.encodings,
            )
            for name, table in sorted(design.tables.items())
            if name in catalog
        )
    )


def _distribution(table: TableDesign) -> Distribution:
    if table.distkey:
        return Distribution(Placement.HASH, (table.distkey,))
    return Distribution(Placement.REPLICATED if table.diststyle is DistStyle.ALL else Placement.ROUND_ROBIN)
