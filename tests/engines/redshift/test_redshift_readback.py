"""What Redshift's catalogue says, as its documentation writes it: AUTO, interleaved keys, empty tables, foreign keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from redshift_cases import CATALOG, DESIGN, SALES, SHOPS, scripted

from warehousebench.engines.redshift import readback
from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, SortStyle, TableDesign
from warehousebench.engines.redshift.types import target
from warehousebench.errors import EngineError, SourceError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.layout import Cluster

# tablename, column, type, encoding, distkey, sortkey, notnull: the order in which the columns are asked for
DEFINED = [
    ("t", "a", "bigint", "az64", True, 1, True),
    ("t", "b", "character varying(80)", "lzo", False, -2, False),
    ("t", "c", "double precision", "none", False, 0, False),
]


def shown(style: str, first: str | None = "a", defined: list[tuple[Any, ...]] = DEFINED) -> readback.FoundTable:
    rows = scripted(("pg_table_def", defined), ("svv_table_info", [("t", style, first)]))
    return readback.tables(rows, "s")["t"]


def as_design(style: str, first: str | None = "a", defined: list[tuple[Any, ...]] = DEFINED) -> TableDesign:
    return readback.design({"t": shown(style, first, defined)}, Cluster(2, 4), "read").tables["t"]


def plain(places: tuple[int, int, int] = (1, 2, 0), distkey: bool = False) -> list[tuple[Any, ...]]:
    return [(*row[:4], distkey and row[1] == "a", place, row[6]) for row, place in zip(DEFINED, places, strict=True)]


def test_an_interleaved_key_is_told_by_its_signs() -> None:
    assert as_design("KEY(a)", "INTERLEAVED") == TableDesign(
        DistStyle.KEY, "a", SortStyle.INTERLEAVED, ("a", "b"), {"a": "AZ64", "b": "LZO", "c": "RAW"}
    )


def test_a_compound_key_keeps_its_order() -> None:
    assert as_design("EVEN", "b", plain((2, 1, 0))).sortkey == ("b", "a")


@pytest.mark.parametrize(
    ("style", "key", "expected"),
    [
        ("AUTO(ALL)", False, (DistStyle.ALL, None)),
        ("AUTO(EVEN)", False, (DistStyle.EVEN, None)),
        ("AUTO(KEY(a))", True, (DistStyle.KEY, "a")),
        ("ALL", False, (DistStyle.ALL, None)),
        ("", False, (DistStyle.AUTO, None)),
    ],
)
def test_what_auto_has_chosen_is_taken_with_a_reason(style: str, key: bool, expected: tuple[DistStyle, str | None]) -> None:
    found = as_design(style, None, plain((0, 0, 0), key))
    assert (found.diststyle, found.distkey) == expected
    assert [reason.subject for reason in found.reasons] == (["distribution"] if style.startswith("AUTO") else [])


def test_an_order_that_auto_has_chosen_says_so() -> None:
    found = as_design("EVEN", "AUTO(SORTKEY(a))", plain((1, 0, 0)))
    assert found.sortkey == ("a",)
    assert [reason.subject for reason in found.reasons] == ["sort"]


def test_empty_tables_are_found_where_they_are_listed() -> None:
    rows = scripted(("pg_table_def", plain()), ("svv_table_info", []), ("pg_class_info", [("t", 8)]))
    assert readback.tables(rows, "s")["t"].style == "ALL"


T = Table(
    "T",
    (
        Column("A", DataType(TypeKind.BIGINT), nullable=False),
        Column("B", DataType(TypeKind.VARCHAR, length=20)),
        Column("C", DataType(TypeKind.DOUBLE)),
    ),
)
WANTED = TableDesign(DistStyle.KEY, "A", SortStyle.COMPOUND, ("A", "B"), {"A": "AZ64", "B": "LZO", "C": "RAW"})


def differences(found: readback.FoundTable, wanted: TableDesign, table: Table = T) -> list[str]:
    design = RedshiftDesign("test", Cluster(), {"T": wanted})
    return list(readback.differences({"t": found}, design, Catalog((table,), "test"), None))


def test_names_are_compared_as_redshift_keeps_them_in_lower_case() -> None:
    assert differences(shown("KEY(a)", "a", plain(distkey=True)), WANTED) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"style": "EVEN", "distkey": None}, "the distribution is EVEN and should be KEY (A)"),
        ({"distkey": "b"}, "the distribution is KEY (b) and should be KEY (A)"),
        ({"sortkey": ("b", "a")}, "the sort key is (b, a) and should be (A, B)"),
        ({"sortkey": ()}, "the sort key is () and should be (A, B)"),
        ({"interleaved": True}, "the sort key is INTERLEAVED (a, b) and should be (A, B)"),
    ],
)
def test_every_deviation_is_named(changed: dict[str, Any], says: str) -> None:
    found = replace(shown("KEY(a)", "a", plain(distkey=True)), **changed)
    assert differences(found, WANTED) == [f"T: {says}"]


@pytest.mark.parametrize(
    ("column", "changed", "says"),
    [
        ("a", {"type": "integer"}, "column A is integer and should be bigint"),
        ("b", {"type": "character varying(20)"}, "column B is character varying(20) and should be character varying(80)"),
        ("a", {"required": False}, "column A is not NOT NULL"),
        ("c", {"required": True}, "column C is NOT NULL"),
        ("c", {"encoding": "ZSTD"}, "column C is encoded ZSTD and should be RAW"),
    ],
)
def test_every_column_is_compared(column: str, changed: dict[str, Any], says: str) -> None:
    found = shown("KEY(a)", "a", plain(distkey=True))
    found = replace(found, columns={**found.columns, column: replace(found.columns[column], **changed)})
    assert differences(found, WANTED) == [f"T: {says}"]


def test_columns_that_are_missing_or_swapped_are_named() -> None:
    found = shown("KEY(a)", "a", plain(distkey=True))
    swapped = replace(found, columns=dict(reversed(found.columns.items())))
    assert differences(swapped, WANTED) == ["T: the columns are c, b, a"]


def test_what_was_left_to_redshift_must_still_be_its_own() -> None:
    auto = TableDesign(DistStyle.AUTO)
    assert differences(shown("AUTO(ALL)", "AUTO(SORTKEY)", plain((0, 0, 0))), auto) == []
    assert differences(shown("AUTO(ALL)", "AUTO(SORTKEY(a))", plain((1, 0, 0))), auto) == []
    assert differences(shown("ALL", None, plain((0, 0, 0))), auto) == ["T: the distribution is ALL and should be AUTO"]
    assert differences(shown("AUTO(ALL)", None, plain((0, 0, 0))), replace(auto, diststyle=DistStyle.ALL)) != []


def test_types_are_written_as_pg_table_def_does() -> None:
    kinds = {
        "numeric(15,2)": DataType(TypeKind.DECIMAL, precision=15, scale=2),
        "timestamp without time zone": DataType(TypeKind.TIMESTAMP),
        "timestamp with time zone": DataType(TypeKind.TIMESTAMPTZ),
        "character(36)": DataType(TypeKind.UUID),
        "boolean": DataType(TypeKind.BOOLEAN),
        "real": DataType(TypeKind.REAL),
        "smallint": DataType(TypeKind.SMALLINT),
        "date": DataType(TypeKind.DATE),
    }
    assert [readback.shown_type(target(Column("c", kind), None).sql) for kind in kinds.values()] == list(kinds)


def test_foreign_keys_are_dropped_by_their_names_as_identifiers() -> None:
    rows = scripted(("pg_constraint", [("sales", "sales_shop_fkey"), ('a"b', "user")]))
    assert readback.foreign_keys_to_drop(rows, "s", ["sales", "shops"]) == [
        "ALTER TABLE sales DROP CONSTRAINT sales_shop_fkey",
        'ALTER TABLE "a""b" DROP CONSTRAINT "user"',
    ]


def test_the_clusters_size_is_its_own_word_or_unknown() -> None:
    assert readback.cluster(scripted(("stv_slices", [(12, 3)]))) == Cluster(3, 4)
    assert readback.slices(scripted(("stv_slices", [(12, 3)]))) == 12

    def refuse(_: str) -> list[tuple[Any, ...]]:
        raise EngineError("stv_slices: permission denied")

    assert readback.cluster(refuse) is None
    assert readback.slices(refuse) is None


def test_a_schema_without_the_tables_says_which_are_missing() -> None:
    with pytest.raises(SourceError, match="there has no table sales, shops"):
        readback.missing_tables({"t": shown("EVEN")}, CATALOG, "there")
    assert {SALES.name, SHOPS.name} == DESIGN.tables.keys()
