"""What the products refuse: for every rule a design that keeps it and one that breaks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from engine_cases import make_facts, make_profile, make_table

from warehousebench.engines.redshift import design as redshift
from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, SortStyle, TableDesign
from warehousebench.engines.vertica import design as vertica
from warehousebench.engines.vertica.design import (
    Aggregate,
    Kind,
    Placement,
    Projection,
    ProjectionColumn,
    Segmentation,
    VerticaDesign,
)
from warehousebench.errors import DesignError, SourceError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Cluster

KINDS = {
    "s": TypeKind.VARCHAR,
    "j": TypeKind.JSON,
    "f": TypeKind.DOUBLE,
    "d": TypeKind.DATE,
    "t": TypeKind.TEXT,
    "x": TypeKind.BINARY,
}
TABLE = make_table("t1", "id", *KINDS, key="id", **KINDS)
CATALOG = Catalog((TABLE,), "test")
PLAIN = {"id": "AZ64", "s": "LZO", "j": "ZSTD", "f": "RAW", "d": "AZ64", "t": "LZO", "x": "RAW"}
GOOD = TableDesign(DistStyle.KEY, "id", SortStyle.COMPOUND, ("d", "id"), PLAIN)


def many(count: int) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in range(count))


@pytest.mark.parametrize(
    "fields",
    [
        {"diststyle": DistStyle.ALL, "distkey": None},
        {"sortstyle": SortStyle.NONE, "sortkey": ()},
        {"sortstyle": SortStyle.COMPOUND, "sortkey": many(400)},
        {"sortstyle": SortStyle.INTERLEAVED, "sortkey": many(8)},
        {"encodings": {}},
    ],
)
def test_redshift_tables_that_hold_together(fields: Mapping[str, Any]) -> None:
    assert replace(GOOD, **fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"distkey": None}, "KEY needs a distkey"),
        ({"diststyle": DistStyle.EVEN}, "EVEN takes no distkey"),
        ({"sortkey": ()}, "COMPOUND needs a sort key"),
        ({"sortstyle": SortStyle.NONE}, "NONE takes no sort key"),
        ({"sortkey": many(401)}, "401 columns, at most 400"),
        ({"sortstyle": SortStyle.INTERLEAVED, "sortkey": many(9)}, "9 columns, at most 8"),
        ({"sortkey": ("id", "id")}, "a column twice"),
        ({"encodings": {"id": "BOGUS"}}, "unknown encoding BOGUS"),
    ],
)
def test_redshift_tables_that_do_not(fields: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(GOOD, **fields)


def of(table: TableDesign) -> RedshiftDesign:
    return RedshiftDesign("test", Cluster(), {"t1": table})


@pytest.mark.parametrize("table", [GOOD, replace(GOOD, encodings={}), replace(GOOD, distkey="f"), replace(GOOD, sortkey=("s",))])
def test_redshift_designs_that_fit_the_catalog(table: TableDesign) -> None:
    redshift.check(of(table), CATALOG)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"distkey": "nope"}, "distkey column nope does not exist"),
        ({"distkey": "j"}, "distkey column j is SUPER"),
        ({"sortkey": ("x",)}, "sort key column x is VARBYTE"),
        ({"sortkey": ("d DESC",)}, "takes no ASC or DESC"),
        ({"encodings": {"id": "AZ64"}}, "column d has no encoding although others have"),
        ({"encodings": {**PLAIN, "nope": "RAW"}}, "encoded column nope does not exist"),
        ({"encodings": {**PLAIN, "s": "AZ64"}}, "s is VARCHAR, which AZ64 does not encode"),
        ({"encodings": {**PLAIN, "f": "AZ64"}}, "f is DOUBLE PRECISION, which AZ64 does not encode"),
        ({"encodings": {**PLAIN, "id": "TEXT255"}}, "id is BIGINT, which TEXT255 does not encode"),
    ],
)
def test_redshift_designs_that_do_not(fields: Mapping[str, Any], message: str) -> None:
    with pytest.raises(DesignError, match=message):
        redshift.check(of(replace(GOOD, **fields)), CATALOG)


def test_redshift_lists_all_violations_at_once() -> None:
    broken = of(replace(GOOD, distkey="nope", sortkey=("j",)))
    with pytest.raises(DesignError) as caught:
        redshift.check(replace(broken, tables={**broken.tables, "ghost": GOOD}), CATALOG)
    assert str(caught.value).count("\n- ") == 3
    with pytest.raises(DesignError, match="table t1 has no design"):
        redshift.check(RedshiftDesign("test", Cluster(), {}), CATALOG)


# The encodings of each type as AWS's table "Compression encodings" gives them.
@pytest.mark.parametrize(
    ("type_", "encodings"),
    [
        ("SMALLINT", {"AZ64", "BYTEDICT", "DELTA", "LZO", "MOSTLY8", "RUNLENGTH", "ZSTD"}),
        ("BIGINT", {"AZ64", "BYTEDICT", "DELTA", "DELTA32K", "LZO", "MOSTLY8", "MOSTLY16", "MOSTLY32", "RUNLENGTH", "ZSTD"}),
        ("DATE", {"AZ64", "BYTEDICT", "DELTA", "DELTA32K", "LZO", "RUNLENGTH", "ZSTD"}),
        ("BOOLEAN", {"RUNLENGTH", "ZSTD"}),
        ("REAL", {"BYTEDICT", "RUNLENGTH", "ZSTD"}),
        ("CHAR", {"BYTEDICT", "LZO", "RUNLENGTH", "ZSTD"}),
        ("VARCHAR", {"BYTEDICT", "LZO", "RUNLENGTH", "TEXT255", "TEXT32K", "ZSTD"}),
        ("SUPER", {"LZO", "ZSTD"}),
    ],
)
def test_redshift_encodings_by_type(type_: str, encodings: set[str]) -> None:
    assert {name for name, types in redshift.APPLICABLE.items() if type_ in types} == encodings


def table_of(*columns: str, name: str = "t") -> tuple[Catalog, RedshiftDesign, VerticaDesign]:
    table = make_table(name, *columns)
    stored = tuple(map(ProjectionColumn, columns))
    projection = Projection("p", name, Kind.SUPER, stored, (), Segmentation(Placement.REPLICATED))
    return (
        Catalog((table,), "test"),
        RedshiftDesign("", Cluster(), {name: TableDesign(DistStyle.AUTO)}),
        VerticaDesign("", Cluster(), (projection,)),
    )


def test_limits_of_columns_and_names() -> None:
    catalog, on_redshift, on_vertica = table_of(*many(1_600))
    redshift.check(on_redshift, catalog)
    catalog, on_redshift, on_vertica = table_of(*many(9_800))
    vertica.check(on_vertica, catalog)
    with pytest.raises(DesignError, match="9,800 columns, a table has at most 1,600"):
        redshift.check(on_redshift, catalog)
    catalog, _, on_vertica = table_of(*many(9_801))
    with pytest.raises(DesignError, match="at most 9,800"):
        vertica.check(on_vertica, catalog)


@pytest.mark.parametrize(("columns", "message"), [(("a" * 129,), "Rename it"), (("id", "ID"), "differ in case alone")])
def test_names_that_neither_product_takes(columns: tuple[str, ...], message: str) -> None:
    catalog, on_redshift, on_vertica = table_of(*columns)
    with pytest.raises(DesignError, match=message):
        redshift.check(on_redshift, catalog)
    with pytest.raises(DesignError, match=message):
        vertica.check(on_vertica, catalog)


def test_redshift_keeps_its_system_columns() -> None:
    catalog, on_redshift, on_vertica = table_of("xmin")
    vertica.check(on_vertica, catalog)
    with pytest.raises(DesignError, match="system column"):
        redshift.check(on_redshift, catalog)


COLUMNS = tuple(ProjectionColumn(column.name) for column in TABLE.columns)
SUPER = Projection("t1_super", "t1", Kind.SUPER, COLUMNS, ("d", "id"), Segmentation(Placement.HASH, ("id",)), 1)
GROUPS = Projection(
    "t1_days", "t1", Kind.LIVE_AGGREGATE, (ProjectionColumn("d"),), ("d",), Segmentation(Placement.HASH, ("d",)), 1,
    aggregates=(Aggregate("n", "COUNT"), Aggregate("total", "SUM", "f")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("projection", "fields", "message"),
    [
        (SUPER, {"columns": ()}, "no columns"),
        (SUPER, {"columns": (*COLUMNS, COLUMNS[0])}, "a column twice"),
        (SUPER, {"order_by": ("nope",)}, "sorted by nope, which it does not store"),
        (SUPER, {"order_by": ("d DESC",)}, "no ASC or DESC"),
        (SUPER, {"order_by": ("d", "d")}, "sort order names a column twice"),
        (SUPER, {"segmentation": Segmentation(Placement.HASH, ("nope",))}, "segmented by nope"),
        (SUPER, {"columns": (ProjectionColumn("id", "DELTA"), *COLUMNS[1:])}, "unknown encoding DELTA"),
        (SUPER, {"ksafe": 3}, "K-safety 3"),
        (SUPER, {"aggregates": (Aggregate("n", "COUNT"),)}, "no other has any"),
        (GROUPS, {"aggregates": ()}, "needs aggregates"),
        (GROUPS, {"segmentation": Segmentation(Placement.REPLICATED)}, "cannot be unsegmented"),
        (GROUPS, {"order_by": ()}, "sorted by its groups"),
        (GROUPS, {"aggregates": (Aggregate("m", "MEDIAN", "f"),)}, "MEDIAN"),
        (GROUPS, {"aggregates": (Aggregate("m", "SUM"),)}, "SUM"),
    ],
)
def test_vertica_projections_that_do_not_hold_together(projection: Projection, fields: Mapping[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(projection, **fields)


@pytest.mark.parametrize(("kind", "columns"), [(Placement.HASH, ()), (Placement.REPLICATED, ("id",))])
def test_vertica_segmentation_has_columns_if_it_is_a_hash(kind: Placement, columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="hash segmentation"):
        Segmentation(kind, columns)


def test_vertica_designs_that_fit_the_catalog() -> None:
    vertica.check(VerticaDesign("", Cluster(), (SUPER, GROUPS)), CATALOG)


@pytest.mark.parametrize(
    ("projection", "message"),
    [
        (replace(SUPER, anchor="ghost"), "table ghost is not in the catalog"),
        (replace(SUPER, kind=Kind.QUERY), "t1 has no superprojection"),
        (replace(SUPER, columns=COLUMNS[:-1]), "needs the column x"),
        (replace(SUPER, columns=(*COLUMNS, ProjectionColumn("nope"))), "column nope does not exist"),
        (replace(SUPER, order_by=("t",)), "t is LONG VARCHAR"),
        (replace(SUPER, segmentation=Segmentation(Placement.HASH, ("x",))), "x is LONG VARBINARY"),
        (replace(SUPER, columns=(*COLUMNS[:-1], ProjectionColumn("x", "BLOCK_DICT"))), "BLOCK_DICT does not encode"),
        (replace(SUPER, name="p" * 129), "Rename it"),
    ],
)
def test_vertica_designs_that_do_not(projection: Projection, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        vertica.check(VerticaDesign("", Cluster(), (projection,)), CATALOG)


def test_an_aggregate_of_an_unknown_column() -> None:
    wrong = replace(GROUPS, aggregates=(Aggregate("n", "SUM", "nope"),))
    with pytest.raises(DesignError, match="column nope does not exist"):
        vertica.check(VerticaDesign("", Cluster(), (SUPER, wrong)), CATALOG)


def test_vertica_k_safety_follows_the_nodes() -> None:
    vertica.check(VerticaDesign("", Cluster(3), (SUPER,)), CATALOG)
    vertica.check(VerticaDesign("", Cluster(2), (replace(SUPER, ksafe=0),)), CATALOG)
    with pytest.raises(DesignError, match="K-safety 1 on 2 nodes"):
        vertica.check(VerticaDesign("", Cluster(2), (SUPER,)), CATALOG)


@pytest.mark.parametrize(
    ("digits", "encoding", "allowed"),
    [(18, "DELTAVAL", True), (18, "GZIP_COMP", False), (19, "DELTAVAL", False), (19, "RLE", True), (38, "BLOCKDICT_COMP", True)],
)
def test_vertica_encodes_numbers_by_their_digits(digits: int, encoding: str, allowed: bool) -> None:
    catalog = Catalog((Table("n", (Column("a", DataType(TypeKind.DECIMAL, precision=digits, scale=2)),)),), "test")
    projection = Projection(
        "n_super", "n", Kind.SUPER, (ProjectionColumn("a", encoding),), ("a",), Segmentation(Placement.REPLICATED)
    )
    design = VerticaDesign("", Cluster(), (projection,))
    if allowed:
        vertica.check(design, catalog)
    else:
        with pytest.raises(DesignError, match=f"{encoding} does not encode"):
            vertica.check(design, catalog)


def test_types_follow_the_profile() -> None:
    """Unbounded text may be sorted by once the data shows that it is short."""
    catalog, profile = make_facts(make_table("t", "a", a=TypeKind.TEXT), t=make_profile(10, a=10))
    projection = Projection("p", "t", Kind.SUPER, (ProjectionColumn("a"),), ("a",), Segmentation(Placement.REPLICATED))
    vertica.check(VerticaDesign("", Cluster(), (projection,)), catalog, profile)
    with pytest.raises(DesignError, match="LONG VARCHAR"):
        vertica.check(VerticaDesign("", Cluster(), (projection,)), catalog)


def test_a_broken_document_is_refused_with_its_place() -> None:
    text = document.to_json(of(GOOD)).replace('"distkey": "id"', '"distkey": null')
    with pytest.raises(SourceError, match=r"KEY needs a distkey.*\$\.tables"):
        document.from_json(text, RedshiftDesign, "design.redshift.json")
