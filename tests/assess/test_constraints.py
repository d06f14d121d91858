"""Constraints: every row that breaks one is counted, as plain Python counts it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from assess_cases import SHOP, K, assessed, checks, codes, column, named, shop_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.model.assessment import Status
from warehousebench.model.catalog import Catalog, Check, ForeignKey, Table

_KEYS = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.sampled_from("ab"))), max_size=12)


def test_faults_are_counted_with_their_keys(tmp_path: Path) -> None:
    found = checks(assessed(SHOP, shop_rows(tmp_path / "data")))
    assert {name: (check.rows, check.of, check.examples) for name, check in found.items()} == {
        "customer primary key id": (2, 5, ("2", "NULL")),
        "customer unique key email": (1, 5, ("b@x",)),
        "customer check score_is_positive": (1, 5, ("2",)),
        "Order primary key id": (0, 3, ()),
        "Order foreign key customer_id → customer (id)": (1, 3, ("9",)),
        "Order not null customer_id": (1, 3, ("12",)),
    }
    assert found["Order primary key id"].status is Status.HOLDS


def test_broken_constraints_are_work_on_the_table(tmp_path: Path) -> None:
    order = named(assessed(SHOP, shop_rows(tmp_path / "data")), "vertica", "Order")
    assert codes(order)["data.constraints"] == ("foreign key customer_id → customer (id)", "not null customer_id")


def test_what_cannot_be_checked_says_why(tmp_path: Path) -> None:
    folder = shop_rows(tmp_path / "data")
    (folder / "customer.csv").unlink()
    (folder / "Order.csv").write_text("id,select,total,tag,extra\n1,a,1.00,b,{}\n", encoding="utf-8")
    found = checks(assessed(SHOP, folder))
    assert found["Order foreign key customer_id → customer (id)"].reason == "the data have no column customer_id"
    (folder / "Order.csv").write_text("id,customer_id,select,total,tag,extra\n1,1,a,1.00,b,{}\n", encoding="utf-8")
    found = checks(assessed(SHOP, folder))
    assert found["Order foreign key customer_id → customer (id)"].reason == "there are no data of customer"
    assert found["Order foreign key customer_id → customer (id)"].status is Status.UNCHECKED


def test_a_check_in_words_that_duckdb_does_not_know(tmp_path: Path) -> None:
    table = Table("t", (column("v", K.INTEGER),), checks=(Check("is_prime(v)", "prime"), Check("v ~~~ (", "broken")))
    pq.write_table(pa.table({"v": [1]}), tmp_path / "t.parquet")
    found = checks(assessed(Catalog((table,), "t"), tmp_path))
    assert found["t check prime"].status is found["t check broken"].status is Status.UNCHECKED
    assert "is_prime" in found["t check prime"].reason


def test_a_reference_by_text_is_none_to_a_number(tmp_path: Path) -> None:
    parent = Table("p", (column("id", K.INTEGER),), primary_key=("id",))
    child = Table("c", (column("p", K.VARCHAR, length=5),), foreign_keys=(ForeignKey(("p",), "p", ("id",)),))
    pq.write_table(pa.table({"id": [7, 8]}), tmp_path / "p.parquet")
    pq.write_table(pa.table({"p": ["007", "8", None]}), tmp_path / "c.parquet")
    found = checks(assessed(Catalog((parent, child), "t"), tmp_path))
    assert (found["c foreign key p → p (id)"].rows, found["c foreign key p → p (id)"].examples) == (1, ("007",))


@settings(max_examples=12, deadline=None)
@given(_KEYS, _KEYS)
def test_counts_are_those_of_plain_python(
    parents: list[tuple[int | None, str | None]], children: list[tuple[int | None, str | None]]
) -> None:
    columns = (column("a", K.INTEGER), column("b", K.VARCHAR, length=3))
    parent = Table("p", columns, primary_key=("a", "b"))
    child = Table("c", columns, unique_keys=(("a", "b"),), foreign_keys=(ForeignKey(("a", "b"), "p", ("a", "b")),))
    with TemporaryDirectory() as folder:
        for name, rows in (("p", parents), ("c", children)):
            arrays = [pa.array([row[0] for row in rows], pa.int32()), pa.array([row[1] for row in rows], pa.string())]
            pq.write_table(pa.table(arrays, names=["a", "b"]), Path(folder) / f"{name}.parquet")
        found = checks(assessed(Catalog((parent, child), "t"), Path(folder)))
    whole = [row for row in parents if None not in row]
    twice = sum(number - 1 for number in Counter(whole).values())
    assert found["p primary key a, b"].rows == twice + len(parents) - len(whole)
    complete = [row for row in children if None not in row]
    assert found["c unique key a, b"].rows == sum(number - 1 for number in Counter(complete).values())
    assert found["c foreign key a, b → p (a, b)"].rows == sum(row not in whole for row in complete)
