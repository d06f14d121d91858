from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

import numpy
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parquet_values import FAMILIES, columns, tables

from warehousebench import duck
from warehousebench.model.data import Fingerprint
from warehousebench.model.profile import ColumnProfile, TableProfile
from warehousebench.profile import measure, profile_table, profile_tables


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[pa.Table], TableProfile]]:
    """Return a function that profiles a table by way of a Parquet file."""
    folder, number = tmp_path_factory.mktemp("profile"), count()

    def measure_file(table: pa.Table) -> TableProfile:
        # A name of its own: DuckDB 1.5 keeps the pages of a file that is written again within a second.
        path = folder / f"{next(number)}.parquet"
        pq.write_table(table, path)
        return profile_table(connection, f"read_parquet({duck.text(str(path))})")

    with duck.opened(threads=1) as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        yield measure_file


def key(value: Any) -> Any:
    """Return what makes two values the same to SQL: NaN equals NaN, zero has no sign."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    return tuple(value) if isinstance(value, list) else value


def runs(values: list[Any]) -> int:
    return sum(i == 0 or key(value) != key(values[i - 1]) for i, value in enumerate(values))


def plain(value: Any, family: str) -> Any:
    """Return a value with the order that SQL gives it: NaN is the greatest number, text and blobs go by bytes."""
    if isinstance(value, float):
        return (math.isnan(value), 0.0 if math.isnan(value) else value)
    return value.encode() if isinstance(value, str) else UUID(bytes=value) if family == "uuid" else value


def blob(text: str) -> bytes:
    return re.sub(rb"\\x(..)", lambda found: bytes.fromhex(found[1].decode()), text.encode())


PARSERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda text: {"true": True, "false": False}[text],
    "float": lambda text: float(numpy.float32(text)),
    "double": float,
    "string": str,
    "binary": blob,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "timestamptz": lambda text: datetime.fromisoformat(text.removesuffix("+00")),
    "uuid": UUID,
}


def parsed(text: str, family: str) -> Any:
    value = PARSERS.get(family, Decimal if "decimal" in family else int)(text)
    return plain(value, "")


def value_width(value: Any, family: str) -> int:
    fixed = FAMILIES[family].width
    return fixed if fixed is not None else len(value.encode() if isinstance(value, str) else value)


def assert_agrees(found: ColumnProfile, values: list[Any], family: str) -> None:
    present = [value for value in values if value is not None]
    assert found.nulls == len(values) - len(present)
    assert (found.distinct, found.distinct_exact) == (len({key(value) for value in present}), True)
    assert found.runs == runs(values)
    # NULLs count as a value here: they are placed together and they compress together.
    commonest = max(Counter(map(key, values)).values(), default=0)
    assert found.top_share == pytest.approx(commonest / len(values) if values else 0.0)
    assert found.top_exact
    if family == "list":
        return  # a list has no order that a design could use, and its width is that of its text
    if FAMILIES[family].width is not None or present:
        widths = [value_width(value, family) for value in present] or [FAMILIES[family].width or 0]
        assert found.average_width == pytest.approx(sum(widths) / len(widths))
        assert found.maximum_width == max(widths)
    ordered = sorted(plain(value, family) for value in present)
    if ordered:
        assert parsed(found.minimum or "", family) == ordered[0]
        assert parsed(found.maximum or "", family) == ordered[-1]
    else:
        assert (found.minimum, found.maximum) == (None, None)


@settings(max_examples=60, deadline=None)
@given(table=tables())
def test_every_figure_agrees_with_a_plain_computation(measured: Callable[[pa.Table], TableProfile], table: pa.Table) -> None:
    profile = measured(table)
    assert profile.rows == table.num_rows
    assert list(profile.columns) == table.column_names
    for name in table.column_names:
        assert_agrees(profile.columns[name], _values(table, name), name)


def _values(table: pa.Table, name: str) -> list[Any]:
    values = table.column(name).to_pylist()
    if name == "uuid":
        return [value and value.bytes for value in values]
    return [value.replace(tzinfo=None) if isinstance(value, datetime) else value for value in values]


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_empty_and_all_null_columns_of_every_type(measured: Callable[[pa.Table], TableProfile], name: str, rows: int) -> None:
    found = measured(pa.table({name: pa.array([None] * rows, FAMILIES[name].arrow)})).columns[name]
    assert (found.distinct, found.nulls, found.minimum, found.maximum) == (0, rows, None, None)
    assert found.runs == min(rows, 1)
    assert found.top_share == min(rows, 1)
    assert found.average_width == found.maximum_width == (FAMILIES[name].width or 0)


@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=3, deadline=None)
@given(data=st.data())
def test_one_row_of_every_type(measured: Callable[[pa.Table], TableProfile], name: str, data: Any) -> None:
    value = data.draw(FAMILIES[name].values)
    profile = measured(pa.table({name: pa.array([value], FAMILIES[name].arrow)}))
    found = profile.columns[name]
    assert (found.distinct, found.nulls, found.runs, found.top_share) == (1, 0, 1, 1.0)
    assert profile.average_run(name) == 1.0


@settings(max_examples=60, deadline=None)
@given(values=columns(FAMILIES["int64"]), texts=columns(FAMILIES["string"]))
def test_estimates_stay_within_what_is_known(
    measured: Callable[[pa.Table], TableProfile], values: list[int], texts: list[str]
) -> None:
    rows = min(len(values), len(texts))
    table = pa.table({"a": pa.array(values[:rows], pa.int64()), "b": pa.array(texts[:rows], pa.string())})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measure, "EXACT_ROWS", 0)
        patch.setattr(measure, "FEW_VALUES", -1)
        profile = measured(table)
    for name in table.column_names:
        found, exact = profile.columns[name], table.column(name).to_pylist()
        assert found.distinct <= found.runs == runs(exact)
        assert found.distinct <= rows - found.nulls
        assert 0 <= found.top_share <= 1
        assert found.distinct_exact == found.top_exact == (rows == 0)


def test_large_tables_are_estimated_where_values_are_many_and_counted_where_they_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "EXACT_ROWS", 1_000)
    monkeypatch.setattr(measure, "FEW_VALUES", 100)
    with duck.opened() as connection:
        found = profile_table(
            connection, "(SELECT i AS id, i % 7 AS few, if(i % 4 = 0, -i, 5) AS top FROM range(50000) t(i))"
        ).columns
    assert (found["few"].distinct, found["few"].distinct_exact) == (7, True)
    assert found["few"].top_share == pytest.approx(1 / 7, rel=1e-3)
    assert not found["id"].distinct_exact
    assert found["id"].distinct == pytest.approx(50_000, rel=0.15)
    assert not found["top"].top_exact
    assert found["top"].top_share == pytest.approx(0.75, abs=0.1)
    assert found["id"].top_share < 0.02


def test_a_small_table_is_counted_whatever_the_number_of_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "FEW_VALUES", 10)
    with duck.opened() as connection:
        found = profile_table(connection, "range(5000) t(i)").columns["i"]
    assert (found.distinct, found.distinct_exact, found.top_share, found.top_exact) == (5_000, True, 1 / 5_000, True)


@pytest.mark.parametrize("exact", [True, False])
def test_columns_may_have_any_name(monkeypatch: pytest.MonkeyPatch, exact: bool) -> None:
    if not exact:
        monkeypatch.setattr(measure, "EXACT_ROWS", 0)
        monkeypatch.setattr(measure, "FEW_VALUES", -1)
    names = ["p0", "p1", "v0", "v1", "v", "n", "i", "sampled", "order", 'say "a"', "c0", "c1"]
    chosen = ", ".join(f"i % {number} AS {duck.quote(name)}" for number, name in enumerate(names, 1))
    with duck.opened() as connection:
        found = profile_table(connection, f"(SELECT {chosen} FROM range(24) t(i))").columns
    assert list(found) == names
    for number, name in enumerate(names, 1):
        assert found[name].runs == (24 if number > 1 else 1), name
        if exact:
            assert found[name].distinct == number


def test_nested_values_are_as_wide_as_their_text() -> None:
    with duck.opened() as connection:
        found = profile_table(connection, "(SELECT [1.50::DECIMAL(10, 2)] AS l, {'a': 1, 'b': 'x'} AS s, MAP {1: 2} AS m)").columns
    assert {name: each.maximum_width for name, each in found.items()} == {
        "l": len("[1.50]"),
        "s": len("{'a': 1, 'b': x}"),
        "m": len("{1=2}"),
    }
    assert all(each.minimum is None for each in found.values())


def test_all_tables_are_measured_and_each_is_heard_of() -> None:
    heard: list[str] = []
    fingerprint = Fingerprint("gen", "sum", {})
    found = profile_tables({"t": "range(3) t(i)", "u": "(SELECT 1 AS a)"}, fingerprint, heard.append)
    assert heard == ["t", "u"]
    assert {name: table.rows for name, table in found.tables.items()} == {"t": 3, "u": 1}
    assert found.fingerprint is fingerprint


def test_an_estimate_never_exceeds_what_is_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "EXACT_ROWS", 0)
    monkeypatch.setattr(measure, "FEW_VALUES", -1)
    too_many = 0
    with duck.opened(threads=1) as connection:
        for rows in range(1_000, 20_000, 1_000):
            relation = f"range({rows}) t(i)"
            ((estimate,),) = duck.rows(connection, f"SELECT approx_count_distinct(i) FROM {relation}")
            too_many += estimate > rows
            assert profile_table(connection, relation).columns["i"].distinct <= rows
    assert too_many, "no estimate was too high, so nothing was tested"
