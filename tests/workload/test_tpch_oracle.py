"""All 22 queries give the same answers on DuckDB and on DataFusion, which share no code."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from datafusion import SessionConfig, SessionContext

from warehousebench import duck
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import Suite, load_suite

NAMES = [query.name for query in load_suite("tpch", 1).queries]
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def duckdb(tpch_data: Path) -> Iterator[duck.Connection]:
    with duck.opened() as connection:
        for file in sorted(tpch_data.glob("*.parquet")):
            duck.run(connection, f"CREATE VIEW {file.stem} AS FROM {duck.text(str(file))}")
        yield connection


@pytest.fixture(scope="module")
def datafusion(tpch_data: Path) -> SessionContext:
    # Without the setting 0.06 - 0.01 is a float, 0.049999999999999996, and query 06 answers another question.
    context = SessionContext(SessionConfig().set("datafusion.sql_parser.parse_float_as_decimal", "true"))
    for file in sorted(tpch_data.glob("*.parquet")):
        context.register_parquet(file.stem, str(file))
    return context


@pytest.mark.parametrize("name", NAMES)
def test_engines_agree(name: str, tpch: Suite, duckdb: duck.Connection, datafusion: SessionContext) -> None:
    sql = next(query.sql for query in tpch.queries if query.name == name)
    expected = duck.rows(duckdb, sql)
    found = [tuple(row.values()) for row in datafusion.sql(sql).to_pylist()]
    assert difference(expected, found, answer_shape(sql).order_by) is None
    assert expected, "an empty answer proves nothing"


def test_there_are_22() -> None:
    assert len(NAMES) == 22
    assert all(int(name) == number for number, name in enumerate(NAMES, start=1))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([(1,)], [(1,), (1,)]),
        ([(1, "a"), (2, "b")], [(2, "b"), (1, "a")]),
        ([(1, Decimal("2.00"))], [(1, 2.0)]),
        ([(1, Decimal("2.00"))], [(1, Decimal("2.01"))]),
        ([(1, 2.0)], [(1, 2.00000001)]),
        ([(1, None)], [(1, 0)]),
        ([(1, "a"), (1, "b")], [(1, "a"), (1, "c")]),
    ],
)
def test_comparison_sees_differences(left: list[Row], right: list[Row]) -> None:
    assert difference(left, right, (0,)) is not None


def test_comparison_forgives_ties_and_float_noise() -> None:
    assert difference([(1, "b", 0.1 + 0.2), (1, "a", 1.0)], [(1, "a", 1.0), (1, "b", 0.3)], (0,)) is None


def difference(left: Sequence[Row], right: Sequence[Row], order_by: tuple[int, ...]) -> str | None:
    """Return the first difference: in the sequence of the ordered keys, then in the rows as a multiset."""
    if len(left) != len(right):
        return f"{len(left)} rows against {len(right)}"
    for one, other in zip(left, right, strict=True):
        if not all(same(one[key], other[key]) for key in order_by):
            return f"order: {one} against {other}"
    for one, other in zip(sorted(left, key=exact_first), sorted(right, key=exact_first), strict=True):
        if len(one) != len(other) or not all(map(same, one, other)):
            return f"{one} against {other}"
    return None


def exact_first(row: Row) -> tuple[list[str], list[float]]:
    """Return a sort key that looks at floats last, so that their noise does not part equal rows."""
    return [str(value) for value in row if not isinstance(value, float)], [value for value in row if isinstance(value, float)]


def same(left: Any, right: Any) -> bool:
    """Tell whether two values have the same type and value; floats may differ by 1e-9 of their size."""
    if type(left) is not type(right):
        return False
    return math.isclose(left, right, rel_tol=1e-9) if isinstance(left, float) else bool(left == right)
