from __future__ import annotations

import pytest

from warehousebench.model.catalog import Catalog, Column, DataType, ForeignKey, Table, TypeKind
from warehousebench.model.data import DataSet, Fingerprint, TableData
from warehousebench.model.layout import Cluster, Distribution, Layout, Placement, StoredCopy
from warehousebench.model.profile import ColumnProfile, TableProfile

INTEGER = DataType(TypeKind.INTEGER)
A, B = Column("a", INTEGER), Column("b", INTEGER)


def test_tables_and_columns_are_found_by_name() -> None:
    catalog = Catalog((Table("t", (A, B)), Table("u", (A,))), "here")
    assert [table.name for table in catalog] == ["t", "u"]
    assert catalog.table("u").column("a") is A
    assert "t" in catalog
    assert "T" not in catalog
    with pytest.raises(KeyError, match="v"):
        catalog.table("v")
    with pytest.raises(KeyError, match=r"u\.b"):
        catalog.table("u").column("b")


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="table t has the column a twice"):
        Table("t", (A, B, A))
    with pytest.raises(ValueError, match="the table u is there twice"):
        Catalog((Table("t", (A,)), Table("u", (A,)), Table("u", (B,))), "here")


@pytest.mark.parametrize(
    "keys",
    [
        {"primary_key": ("a", "z")},
        {"unique_keys": (("a",), ("z",))},
        {"foreign_keys": (ForeignKey(("z",), "u", ("a",)),)},
    ],
)
def test_a_key_of_a_column_that_is_not_there_is_refused(keys: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="a key of table t names the column z, which it does not have"):
        Table("t", (A, B), **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize(("here", "there"), [(("a",), ()), ((), ()), (("a", "b"), ("c",))])
def test_a_foreign_key_refers_column_by_column(here: tuple[str, ...], there: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a foreign key to u needs as many columns as it refers to"):
        ForeignKey(here, "u", there)


def test_a_distribution_has_columns_exactly_if_it_hashes() -> None:
    with pytest.raises(ValueError, match="a hash distribution needs columns"):
        Distribution(Placement.HASH)
    with pytest.raises(ValueError, match="no other has any"):
        Distribution(Placement.REPLICATED, ("a",))
    copies = tuple(StoredCopy(name, name[0], ("a",), Distribution(Placement.ROUND_ROBIN)) for name in ("t1", "u1", "t2"))
    assert [copy.name for copy in Layout(copies).of("t")] == ["t1", "t2"]


@pytest.mark.parametrize("size", [(0, 1), (1, 0), (-1, 2)])
def test_a_cluster_has_nodes_and_slices(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="at least one node and one slice"):
        Cluster(*size)


def test_a_fingerprint_tells_rows_apart_but_not_files() -> None:
    def data(files: tuple[str, ...] = ("t.parquet",), rows: int = 5, **tables: TableData) -> Fingerprint:
        return DataSet("s", 1, "gen", "sum", {"t": TableData(files, rows, "ab"), **tables}).fingerprint

    assert data().differences(data(("t/1.parquet", "t/2.parquet"))) == ()
    assert data() == data(("t/1.parquet",))
    assert data().differences(data(rows=6)) == ("table t: 5 rows, ab against 6 rows, ab",)
    assert data().differences(data(u=TableData((), 0, "0"))) == ("table u: absent against 0 rows, 0",)
    other = Fingerprint("gen", "xor", {})
    assert data().differences(other) == ("checksums were made by sum and by xor",)


def test_a_profile_divides_rows_by_runs() -> None:
    def column(runs: int, width: float) -> ColumnProfile:
        return ColumnProfile(1, True, 0, None, None, width, 1, runs, 1.0, True)

    profile = TableProfile(12, {"a": column(3, 1.5), "b": column(12, 4.0)})
    assert (profile.average_run("a"), profile.average_run("b")) == (4.0, 1.0)
    assert profile.average_row_width == 5.5
    assert TableProfile(0, {"a": column(0, 0)}).average_run("a") == 0.0
