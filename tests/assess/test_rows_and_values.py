"""Values at risk: each kind is counted exactly, on the product that minds it, and whatever cannot be read stops nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from assess_cases import ENGINES, SHOP, K, assessed, column, named, risks, shop_rows

from warehousebench.errors import UsageError
from warehousebench.model.assessment import Effort, Outcome
from warehousebench.model.catalog import Catalog, Column, Table


def one_column(folder: Path, column_: Column, values: pa.Array) -> Catalog:
    """Write a table of one column as Parquet and return its schema."""
    pq.write_table(pa.table({column_.name: values}), folder / "t.parquet")
    return Catalog((Table("t", (column_,)),), "t")


@pytest.mark.parametrize(
    ("declared", "values", "expected"),
    [
        (column("v", K.BIGINT), pa.array([-(2**63), -(2**63) + 1, None]), {"vertica": {"number.range": 1}, "redshift": {}}),
        (column("v", K.SMALLINT), pa.array([2**15, 2**15 - 1, -(2**15) - 1]), {"redshift": {"number.range": 2}, "vertica": {}}),
        (
            column("v", K.TEXT),
            pa.array(["x" * 65_536, "x" * 65_535, "é" * 40_000]),
            {"redshift": {"text.long": 2}, "vertica": {}},
        ),
        (column("v", K.TEXT), pa.array(["a\0b", "\ufffd", "", "ok"]), {"": {"text.nul": 1, "text.replaced": 1, "text.empty": 1}}),
        (column("v", K.VARCHAR, length=2), pa.array(["abc", "éé", "a "]), {"vertica": {"text.declared": 1}}),
        (column("v", K.CHAR, length=3), pa.array(["abc", "é  ", "ß"]), {"redshift": {"char.multibyte": 2}, "vertica": {}}),
        (column("v", K.VARCHAR, length=9), pa.array(["a ", " a", None]), {"redshift": {"text.blanks": 1}, "vertica": {}}),
        (column("v", K.DOUBLE), pa.array([float("nan"), float("inf"), 1.5, None]), {"": {"number.special": 2}}),
        (
            column("v", K.DECIMAL, precision=4, scale=1),
            pa.array([float("nan"), 1234.5, 1.25, -1.5]),
            {"": {"number.special": 1, "number.digits": 1, "number.places": 1}},
        ),
        (
            column("v", K.DECIMAL, precision=4, scale=1),
            pa.array(["1234.5", "0001.50", "NaN", "x", "1.25"]),
            {"": {"number.digits": 1, "number.special": 1, "value.unreadable": 1, "number.places": 1}},
        ),
        (column("v", K.INTEGER), pa.array(["1", "1.5", "-7", "x"]), {"": {"value.unreadable": 2}}),
        (
            column("v", K.TIMESTAMP),
            pa.array([1, 1000, None], pa.timestamp("ns")),
            {"": {"time.nanoseconds": 1}},
        ),
        (
            column("v", K.TIMESTAMP),
            pa.array(["2020-01-01 00:00:00.1234567", "2020-01-01 00:00:00.1234560", "2020-00-01 00:00:00", "infinity"]),
            {"": {"time.nanoseconds": 1, "date.zero": 1, "time.infinite": 1}},
        ),
        (column("v", K.DATE), pa.array([date(2020, 1, 1)]), {"": {}}),
        (column("v", K.DATE), pa.array(["0000-00-00", "2021-02-30", "2021-02-28"]), {"": {"date.zero": 1, "value.unreadable": 1}}),
        (column("v", K.DATE), pa.array([2_932_897, 2_932_896], pa.date32()), {"": {"time.years": 1}}),
        (column("v", K.TEXT), pa.array([b"\xff", b"ok"]), {"": {"text.encoding": 1}}),
    ],
)
def test_each_kind_is_counted_exactly(
    tmp_path: Path, declared: Column, values: pa.Array, expected: dict[str, dict[str, int]]
) -> None:
    found = assessed(one_column(tmp_path, declared, values), tmp_path)
    for engine, counts in expected.items():
        for each in [engine] if engine else ENGINES:
            seen = {code: risk.rows for (_, code), risk in risks(found, each).items()}
            ignored = {"text.blanks"} - counts.keys()
            assert {code: rows for code, rows in seen.items() if code not in ignored} == counts, each
            assert all(risk.of == len(values) for risk in risks(found, each).values())


def test_examples_are_the_values_and_at_most_three(tmp_path: Path) -> None:
    values = pa.array([f"x{number}" for number in range(9)])
    found = assessed(one_column(tmp_path, column("v", K.INTEGER), values), tmp_path)
    assert risks(found, "vertica")["v", "value.unreadable"].examples == ("x0", "x1", "x2")


def test_rows_of_a_schema_with_faults(tmp_path: Path) -> None:
    found = assessed(SHOP, shop_rows(tmp_path / "data"))
    seen = {key: risk.rows for key, risk in risks(found, "redshift").items()}
    assert seen == {
        ("born", "date.zero"): 1,
        ("born", "value.unreadable"): 1,
        ("score", "number.digits"): 1,
        ("score", "number.places"): 1,
        ("select", "text.empty"): 1,
        ("tag", "text.blanks"): 1,
    }
    assert ("tag", "text.blanks") not in risks(found, "vertica")
    assert found.findings == ()
    customer = named(found, "redshift", "customer")
    assert (customer.outcome, customer.effort) == (Outcome.BY_HAND, Effort.MEDIUM)


def test_nothing_is_written_beside_the_rows(tmp_path: Path) -> None:
    folder = shop_rows(tmp_path / "data")
    assessed(SHOP, folder)
    assert sorted(path.name for path in folder.iterdir()) == ["Order.csv", "customer.csv"]


def test_lines_that_are_no_utf8_are_counted_and_the_other_tables_checked(tmp_path: Path) -> None:
    folder = shop_rows(tmp_path / "data")
    (folder / "customer.csv").write_bytes(b"id,email,born,score\n1,M\xfcller,1980-01-01,1.0\n2,b@x,1980-01-01,1.0\n")
    found = assessed(SHOP, folder)
    risk = risks(found, "vertica")["customer.csv", "text.encoding"]
    assert (risk.rows, risk.of, risk.examples) == (1, 3, ("line 2",))
    assert found.findings[0].startswith("the rows of customer cannot be read, so nothing of them is checked: ")
    assert any("rows of customer" in each for each in found.unchecked)
    assert ("select", "text.empty") in risks(found, "vertica")


def test_a_folder_without_any_table_of_the_schema(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has no file of a table in the schema"):
        assessed(SHOP, tmp_path)
