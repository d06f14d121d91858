"""Vertica's advice, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_cases import Inputs, make_facts, make_profile, make_table
from sqlfluff.core import Linter

from warehousebench.engines.common.facts import Facts
from warehousebench.engines.vertica.advise import advise
from warehousebench.engines.vertica.ddl import script
from warehousebench.engines.vertica.design import Placement, Projection, VerticaDesign, check
from warehousebench.engines.vertica.optimised import product
from warehousebench.engines.vertica.order import runs
from warehousebench.errors import DesignError
from warehousebench.model import document
from warehousebench.model.catalog import TypeKind
from warehousebench.model.layout import Cluster
from warehousebench.model.workload import ColumnUse, Query, Role, Workload


def by_table(tpch: Inputs, scale: int = 1, nodes: int = 4) -> dict[str, Projection]:
    design = advise(tpch.catalog, tpch.scaled(scale), tpch.workload, Cluster(nodes))
    return {projection.anchor: projection for projection in design.projections}


def test_facts_that_join_lie_together(tpch: Inputs) -> None:
    projections = by_table(tpch)
    assert projections["lineitem"].segmentation.columns == ("l_orderkey",)
    assert projections["orders"].segmentation.columns == ("o_orderkey",)
    assert projections["part"].segmentation.columns == ("p_partkey",)
    assert projections["partsupp"].segmentation.columns == ("ps_partkey",)


def test_the_restricted_dates_lead_the_sort_order(tpch: Inputs) -> None:
    projections = by_table(tpch)
    assert projections["lineitem"].order_by[0] == "l_shipdate"
    assert projections["orders"].order_by[0] == "o_orderdate"
    # Behind the date the columns follow by ascending number of values, while their runs stay long.
    assert projections["lineitem"].order_by == (
        "l_shipdate", "l_linestatus", "l_returnflag", "l_shipinstruct", "l_linenumber", "l_orderkey",
    )  # fmt: skip


def test_columns_with_long_runs_are_run_length_encoded(tpch: Inputs) -> None:
    lineitem = by_table(tpch)["lineitem"]
    encodings = {column.name: column.encoding for column in lineitem.columns}
    estimated = runs(Facts(tpch.catalog, tpch.profile, None), "lineitem", lineitem.order_by)
    assert {name for name, encoding in encodings.items() if encoding == "RLE"} == {
        name for name in estimated if estimated[name] >= 12
    }
    assert estimated["l_linestatus"] == pytest.approx(6_001_215 / (2526 * 2))
    assert estimated["l_orderkey"] == 1.0
    assert (encodings["l_comment"], encodings["l_extendedprice"]) == ("ZSTD_FAST_COMP", "DELTAVAL")
    assert {column.name: column.encoding for column in by_table(tpch)["orders"].columns}["o_orderkey"] == "COMMONDELTA_COMP"


@pytest.mark.parametrize(
    ("rows", "largest", "copied"),
    [
        (100_000, 5_000_000, True),
        (100_001, 5_000_000, False),
        (100_001, 10_000_000, False),
        (200_000, 20_000_000, True),
        (200_001, 20_000_000, False),
    ],
)
def test_the_replication_rule(rows: int, largest: int, copied: bool) -> None:
    catalog, profile = make_facts(
        make_table("a", "id", key="id"),
        make_table("b", "id", key="id"),
        a=make_profile(rows, id=rows),
        b=make_profile(largest, id=largest),
    )
    design = advise(catalog, profile, None, Cluster())
    assert (design.projections[0].segmentation.kind is Placement.REPLICATED) == copied


@pytest.mark.parametrize(("nodes", "ksafe", "copied"), [(1, 0, 8), (2, 0, 3), (3, 1, 3), (21, 1, 0)])
def test_nodes_decide_on_safety_and_copies(tpch: Inputs, nodes: int, ksafe: int, copied: int) -> None:
    projections = by_table(tpch, nodes=nodes).values()
    assert {projection.ksafe for projection in projections} == {ksafe}
    assert sum(projection.segmentation.kind is Placement.REPLICATED for projection in projections) == copied


def test_without_a_single_fit_column_the_whole_key_is_hashed() -> None:
    table = make_table("t", "a", "b", key="a")
    catalog, profile = make_facts(table, t=make_profile(900_000, a=10, b=20))
    assert advise(catalog, profile, None, Cluster()).projections[0].segmentation.columns == ("a",)
    catalog, profile = make_facts(make_table("t", "a", "b"), t=make_profile(900_000, a=10, b=20))
    assert advise(catalog, profile, None, Cluster()).projections[0].segmentation.columns == ("a", "b")


def test_floating_point_columns_segment_only_if_nothing_else_can() -> None:
    table = make_table("t", "f", "a", key="f", f=TypeKind.DOUBLE)
    catalog, profile = make_facts(table, t=make_profile(900_000, f=900_000, a=900_000))
    assert advise(catalog, profile, None, Cluster()).projections[0].segmentation.columns == ("a",)
    catalog, profile = make_facts(make_table("t", "f", f=TypeKind.DOUBLE), t=make_profile(900_000, f=900_000))
    assert advise(catalog, profile, None, Cluster()).projections[0].segmentation.columns == ("f",)


def test_the_sort_order_ends_where_it_tells_all_rows_apart(tpch: Inputs) -> None:
    # 9,999 values of ps_availqty times 200,000 of ps_partkey are more than the rows, so ps_suppkey has nothing left to sort.
    query = Query("q", "", uses=(ColumnUse("partsupp", "ps_availqty", Role.RANGE),))
    design = advise(tpch.catalog, tpch.profile, Workload((query,), "test"), Cluster())
    partsupp = next(each for each in design.projections if each.anchor == "partsupp")
    assert partsupp.order_by == ("ps_availqty", "ps_partkey")


def test_a_table_without_a_key_type_is_copied_and_unsorted() -> None:
    catalog, _ = make_facts(make_table("t", "a", a=TypeKind.TEXT))
    projection = advise(catalog, None, None, Cluster()).projections[0]
    assert (projection.segmentation.kind, projection.order_by) == (Placement.REPLICATED, ())


def test_without_data_the_keys_decide_and_the_reasons_say_so(tpch: Inputs) -> None:
    design = advise(tpch.catalog, None, None, Cluster())
    assert {projection.anchor: projection.segmentation.columns for projection in design.projections}["lineitem"] == ("l_orderkey",)
    for projection in design.projections:
        said = [reason.sentence for reason in projection.reasons if reason.subject in ("distribution", "sort")]
        assert all("no data given: by rule" in sentence for sentence in said)


def eon(tpch: Inputs, nodes: int = 4, shards: int = 8) -> VerticaDesign:
    return advise(tpch.catalog, tpch.scaled(1), tpch.workload, Cluster(nodes, shards=shards))


def test_eon_mode_has_shards_and_no_buddies(tpch: Inputs) -> None:
    design = eon(tpch)
    enterprise = advise(tpch.catalog, tpch.scaled(1), tpch.workload, Cluster(4))
    assert {each.ksafe for each in design.projections} == {None}
    assert {each.ksafe for each in enterprise.projections} == {1}
    text, usual = (script(each, tpch.catalog, tpch.scaled(1)) for each in (design, enterprise))
    statements = [line for line in text.splitlines() if not line.startswith("--")]
    assert not any("KSAFE" in line or "OFFSET" in line for line in statements)
    assert sum(line.endswith("ALL NODES;") for line in statements) == 8
    assert usual.count("ALL NODES KSAFE 1;") == sum(each.segmentation.columns != () for each in enterprise.projections) > 4
    assert "for 4 nodes in Eon mode, 8 shards: no buddies, so no KSAFE" in " ".join(text.replace("\n-- ", " ").split())
    assert [str(each) for each in Linter(dialect="vertica").parse_string(text).violations] == []
    assert document.from_json(document.to_json(design), VerticaDesign) == design


def test_k_safety_and_shards_exclude_each_other(tpch: Inputs) -> None:
    design = eon(tpch)
    first = design.projections[0]
    for cluster, ksafe in ((Cluster(4, shards=4), 1), (Cluster(4), None)):
        broken = replace(design, cluster=cluster, projections=tuple(replace(each, ksafe=ksafe) for each in design.projections))
        with pytest.raises(DesignError, match=f"projection {first.name}: in Eon mode, with shards"):
            check(broken, tpch.catalog, tpch.scaled(1))


def test_eon_mode_changes_what_the_search_reckons_with(tpch: Inputs) -> None:
    profile = tpch.scaled(1)
    limits = {shards: product(tpch.catalog, profile, tpch.workload, Cluster(4, shards=shards)) for shards in (None, 2, 4, 12)}
    assert {shards: (each.nodes, each.slices, each.times_stored) for shards, each in limits.items()} == {
        None: (4, 4, 2), 2: (2, 2, 1), 4: (4, 4, 1), 12: (4, 12, 1),
    }  # fmt: skip
    assert "count segmented projections 2 times" in limits[None].remarks[0]
    assert [remark.split()[0] for remark in limits[4].remarks] == ["Eon", "Nodes", "A"]
    assert "12 shards are more than twice the 4 nodes" in limits[12].remarks[-1]
