"""Projections as the catalogue has them: read, compared with a design, and made a design again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from warehousebench.engines.vertica import reflect
from warehousebench.engines.vertica.design import Kind, Placement, Projection, ProjectionColumn, Segmentation, VerticaDesign, check
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Cluster

TABLE = Table("t", tuple(Column(name, DataType(TypeKind.BIGINT)) for name in ("a", "b", "c d")))
SUPER = Projection(
    "t_super",
    "t",
    Kind.SUPER,
    (ProjectionColumn("a", "RLE"), ProjectionColumn("b", "DELTAVAL"), ProjectionColumn("c d")),
    ("a", "c d"),
    Segmentation(Placement.HASH, ("b", "c d")),
    1,
)
DESIGN = VerticaDesign("a test", Cluster(3), (SUPER,))
# basename, name, table, super, segmented, expression, K, up to date, statistics, aggregate
FACTS = ["t", True, True, 'hash(t.b, t."c d")', 1, True, True, False]
COLUMNS = [("a", 0, 0, "RLE"), ("b", 1, None, "DELTAVAL"), ("c d", 2, 1, "AUTO")]


def catalogue(*projections: list[Any], columns: list[tuple[Any, ...]] = COLUMNS) -> reflect.Run:
    def run(sql: str) -> list[tuple[Any, ...]]:
        if "projection_columns" in sql:
            return [(each[1], *column) for each in projections for column in columns]
        return [tuple(each) for each in projections]

    return run


def found(*projections: list[Any], columns: list[tuple[Any, ...]] = COLUMNS) -> tuple[reflect.Found, ...]:
    return reflect.read_projections(catalogue(*projections, columns=columns), "public")


def buddies(*facts: Any) -> tuple[list[Any], list[Any]]:
    return ["t_super", "t_super_b0", *(facts or FACTS)], ["t_super", "t_super_b1", *(facts or FACTS)]


def changed(place: int, value: Any) -> list[Any]:
    facts = list(FACTS)
    facts[place] = value
    return facts


def test_a_design_that_was_applied_differs_in_nothing() -> None:
    there = found(*buddies())
    assert len(there) == 1
    assert reflect.differences(DESIGN, there) == ()


def test_a_design_comes_back_from_the_catalogue() -> None:
    back = reflect.as_design(found(*buddies()), 3, "the catalogue")
    assert back.basis == "read from the catalogue"
    assert back.projections == DESIGN.projections
    check(back, Catalog((TABLE,), "test"))


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (found(), "projection t_super is missing"),
        (found(*buddies(*changed(3, "hash(t.a)"))), "is segmented by hash(t.a) and not by a hash of b, c d"),
        (found(*buddies(*changed(2, False))), "is replicated and not hash"),
        (found(*buddies(*changed(4, 0))), "has K-safety 0 and not 1"),
        (found(*buddies(*changed(5, False))), "is not up to date"),
        (found(buddies()[0], buddies(*changed(5, False))[1]), "is not up to date"),
        (found(*buddies(), columns=[("a", 0, 0, "AUTO"), *COLUMNS[1:]]), "encodes a by AUTO and not by RLE"),
        (found(*buddies(), columns=COLUMNS[:2]), "does not store c d"),
        (
            found(*buddies(), columns=[("a", 0, 1, "RLE"), COLUMNS[1], ("c d", 2, 0, "AUTO")]),
            "is sorted by c d, a and not by a, c d",
        ),
        (found(*buddies(), columns=[*COLUMNS, ("e", 3, None, "AUTO")]), "stores e, too"),
        (found(*buddies(), ["t", "t_b0", *FACTS]), "projection t of t was not asked for"),
    ],
)
def test_every_difference_is_told(there: tuple[reflect.Found, ...], said: str) -> None:
    assert any(said in each for each in reflect.differences(DESIGN, there))


def test_tables_without_a_design_are_nobody_s_difference() -> None:
    other = ["u", "u_b0", *changed(0, "u")]
    assert reflect.differences(DESIGN, found(*buddies(), other)) == ()


def test_a_copy_on_every_node_is_read_as_one() -> None:
    nodes = [["t_super", f"t_super_node000{node}", *changed(2, False)] for node in (1, 2, 3)]
    for facts in nodes:
        facts[5], facts[6] = None, 2
    back = reflect.as_design(found(*nodes), 3, "x")
    assert back.projections == (replace(SUPER, segmentation=Segmentation(Placement.REPLICATED)),)


def test_what_a_design_cannot_say_is_named() -> None:
    there = found(["p", "p_b0", *changed(3, "(t.a % 4)")], ["q", "q_b0", *changed(7, True)], *buddies())
    back = reflect.as_design(there, 3, "x")
    assert [each.name for each in back.projections] == ["t_super"]
    assert back.basis.endswith("left out, since they aggregate or are placed by other than a hash of columns: p, q")


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("hash(t.a)", ("a",)),
        ("modularhash(a, b)", ("a", "b")),
        ('HASH(public.t.a, "s ""x""".t."c, d")', ("a", "c, d")),
        ("0", ()),
    ],
)
def test_columns_of_a_hash(expression: str, columns: tuple[str, ...]) -> None:
    (there,) = found(["t_super", "t_super", *changed(3, expression)])
    assert there.segment_columns == columns
