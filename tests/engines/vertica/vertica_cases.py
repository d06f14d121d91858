"""A target on the Vertica stand-in, two tables with a key between them, and a design for them."""

from __future__ import annotations

from standins.fixtures import DATABASE, PASSWORD, USER
from standins.vertica import VerticaServer

from warehousebench.engines.base import Plan
from warehousebench.engines.targets import Secret, Target
from warehousebench.engines.vertica.design import Kind, Placement, Projection, ProjectionColumn, Segmentation, VerticaDesign
from warehousebench.engines.vertica.engine import CONVENTION
from warehousebench.model.catalog import Catalog, Column, DataType, ForeignKey, Table, TypeKind
from warehousebench.model.layout import Cluster

PARENT = Table("parent", (Column("id", DataType(TypeKind.BIGINT), nullable=False),), primary_key=("id",))
CHILD = Table(
    "child",
    (
        Column("id", DataType(TypeKind.BIGINT), nullable=False),
        Column("parent", DataType(TypeKind.BIGINT)),
        Column("word", DataType(TypeKind.VARCHAR, length=5)),
    ),
    primary_key=("id",),
    foreign_keys=(ForeignKey(("parent",), "parent", ("id",)),),
)
DESIGN = VerticaDesign(
    "a test",
    Cluster(3),
    (
        Projection(
            *("parent_super", "parent", Kind.SUPER, (ProjectionColumn("id", "COMMONDELTA_COMP"),)),
            *(("id",), Segmentation(Placement.REPLICATED), 1),
        ),
        Projection(
            *("child_super", "child", Kind.SUPER),
            (ProjectionColumn("id", "DELTAVAL"), ProjectionColumn("parent", "RLE"), ProjectionColumn("word", "ZSTD_FAST_COMP")),
            *(("parent", "id"), Segmentation(Placement.HASH, ("parent", "id")), 1),
        ),
        Projection(
            *("child_narrow", "child", Kind.QUERY, (ProjectionColumn("word", "RLE"), ProjectionColumn("parent"))),
            *(("word",), Segmentation(Placement.HASH, ("parent",)), 1),
        ),
    ),
)
PLAN = Plan(Catalog((CHILD, PARENT), "a test"), DESIGN)


def make_target(server: VerticaServer, **options: str) -> Target:
    """Return a target on ``server`` with other options than the defaults."""
    places = {"host": server.host, "port": str(server.port), "user": USER, "database": DATABASE, "schema": "shop", "tls": "disable"}
    return Target("vertica", "a test", {**CONVENTION.defaults, **places, **options}, {"password": Secret(PASSWORD)})
