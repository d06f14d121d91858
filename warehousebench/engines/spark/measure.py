"""Measure every column of a table on Spark, to the same figures as :mod:`warehousebench.profile.measure`.

Three statements as there: one pass for counts, extremes and widths; one for runs in arrival order, cut into chunks that
are put together at their ends; one that groups by the columns with few values.  Tables of more rows than are counted
exactly are estimated in the same places, by Spark's own estimate (HyperLogLog++, a relative deviation of 5 %).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehousebench import duck
from warehousebench.engines.spark import ddl
from warehousebench.engines.spark.client import SparkClient, translated
from warehousebench.model.profile import ColumnProfile, TableProfile
from warehousebench.profile.measure import EXACT_ROWS, FEW_VALUES

_VIEW, _PLACED = "measured", "placed"
_CHUNK = 1_000_000  # rows whose neighbours are compared by one task
_WIDTHS = {"boolean": 1, "tinyint": 1, "smallint": 2, "int": 4, "date": 4, "float": 4}
_VARIABLE = ("string", "binary", "varchar", "char")
_NESTED = ("array", "struct", "map")


@dataclass(frozen=True, slots=True)
class _Shape:
    """The view's columns as (name, Spark type), and its rows."""

    columns: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, slots=True)
class _Values:
    """A column's values: how many there are, how many differ and whether that is exact, the commonest's share likewise."""

    distinct: int
    distinct_exact: bool
    share: float
    share_exact: bool


def measure(client: SparkClient, paths: Sequence[str]) -> TableProfile:
    """Return the figures of all columns of the table in Parquet files at ``paths``."""
    with translated():
        frame = client.read(paths)
        frame.createOrReplaceTempView(_VIEW)
        columns = tuple((field.name, field.dataType.simpleString()) for field in frame.schema)
        # A view does not show where a row lies, and the columns get names of ours, which no column can be mistaken for.
        renamed = [f"{ddl.quote(name)} AS v{i}" for i, (name, _) in enumerate(columns)]
        placed = frame.selectExpr(*renamed, "_metadata.file_path AS f", "_metadata.row_index AS r")
        placed.createOrReplaceTempView(_PLACED)
    ((rows,),) = client.run(f"SELECT count(*) FROM {_VIEW}")
    shape = _Shape(columns, int(rows))
    basics, runs = _basics(client, shape), _runs(client, shape)
    values = _values(client, shape, {name: int(basic[1] or 0) for name, basic in basics.items()})
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        found = {name: _column(connection, shape, type_, basics[name], runs[name], values[name]) for name, type_ in columns}
    return TableProfile(shape.rows, found)


def _column(
    connection: duck.Connection, shape: _Shape, type_: str, basic: Sequence[Any], runs: int, values: _Values
) -> ColumnProfile:
    present, _, minimum, maximum, average, widest = basic
    variable = type_.startswith(_VARIABLE)
    return ColumnProfile(
        # There cannot be more values than runs of them, whatever an estimate says.
        distinct=min(values.distinct, int(present), runs),
        distinct_exact=values.distinct_exact,
        nulls=shape.rows - int(present),
        minimum=_text(connection, minimum, type_),
        maximum=_text(connection, maximum, type_),
        average_width=float(average or 0) if variable else float(_width(type_)),
        maximum_width=int(widest or 0) if variable else _width(type_),
        runs=runs,
        top_share=values.share,
        top_exact=values.share_exact,
    )


def _basics(client: SparkClient, shape: _Shape) -> dict[str, Sequence[Any]]:
    """Return per column: present values, distinct estimate, minimum and maximum, average and maximum width."""
    parts = []
    for name, type_ in shape.columns:
        column, length = ddl.quote(name), f"octet_length({ddl.quote(name)})"
        widths = f"avg({length}), max({length})" if type_.startswith(_VARIABLE) else "NULL, NULL"
        extremes = "NULL, NULL" if type_.startswith(_NESTED) else f"min({column}), max({column})"
        parts.append(f"count({column}), approx_count_distinct({column}), {extremes}, {widths}")
    (figures,) = client.run(f"SELECT {', '.join(parts)} FROM {_VIEW}")
    return {name: figures[6 * i : 6 * i + 6] for i, (name, _) in enumerate(shape.columns)}


def _runs(client: SparkClient, shape: _Shape) -> dict[str, int]:
    """Return per column the number of stretches of equal neighbours over all files in their order; NULL equals NULL."""
    if shape.rows == 0:
        return {name: 0 for name, _ in shape.columns}
    places = range(len(shape.columns))
    before = ", ".join(f"lag(v{i}) OVER w AS p{i}" for i in places)
    window = f"WINDOW w AS (PARTITION BY f, r DIV {_CHUNK} ORDER BY r)"
    neighbours = f"SELECT *, {before}, row_number() OVER w AS n FROM {_PLACED} {window}"
    ends = ", ".join(
        f"count_if(n > 1 AND NOT v{i} <=> p{i}) AS c{i}, min_by(v{i}, r) AS a{i}, max_by(v{i}, r) AS z{i}" for i in places
    )
    chunks = f"SELECT f, r DIV {_CHUNK} AS c, {ends} FROM ({neighbours}) GROUP BY f, r DIV {_CHUNK}"
    joints = ", ".join(f"c{i}, a{i}, lag(z{i}) OVER w AS z{i}" for i in places)
    joined = f"SELECT {joints}, row_number() OVER w AS n FROM ({chunks}) WINDOW w AS (ORDER BY f, c)"
    sums = ", ".join(f"1 + sum(c{i}) + count_if(n > 1 AND NOT a{i} <=> z{i})" for i in places)
    (figures,) = client.run(f"SELECT {sums} FROM ({joined})")
    return {name: int(figures[i]) for i, (name, _) in enumerate(shape.columns)}


def _values(client: SparkClient, shape: _Shape, estimates: Mapping[str, int]) -> dict[str, _Values]:
    if shape.rows == 0:
        return {name: _Values(0, True, 0.0, True) for name, _ in shape.columns}
    exact = [name for name, _ in shape.columns if shape.rows <= EXACT_ROWS or estimates[name] <= FEW_VALUES]
    found = {name: _Values(distinct, True, top / shape.rows, True) for name, distinct, top, _ in _grouped(client, exact, _VIEW)}
    rest = [name for name, _ in shape.columns if name not in found]
    # A value common enough to matter to a design shows in one row of a hundred.
    sampled = _grouped(client, rest, f"{_VIEW} TABLESAMPLE (1 PERCENT) REPEATABLE (42)")
    return found | {name: _Values(estimates[name], False, (top or 0) / (rows or 1), False) for name, _, top, rows in sampled}


def _grouped(client: SparkClient, names: Sequence[str], relation: str) -> list[tuple[str, int, int, int]]:
    """Return (name, distinct values, rows of the commonest, all rows) of each column."""
    if not names:
        return []
    parts = (
        f"SELECT {i}, count(v), max(n), sum(n) FROM (SELECT {ddl.quote(name)} AS v, count(*) AS n FROM {relation} GROUP BY 1)"
        for i, name in enumerate(names)
    )
    return [(names[i], distinct, top, rows) for i, distinct, top, rows in client.run(" UNION ALL ".join(parts))]


def _text(connection: duck.Connection, value: Any, type_: str) -> str | None:
    """Return a value as DuckDB writes it, so that profiles are the same whoever measured."""
    if value is None:
        return None
    written = "FLOAT" if type_ == "float" else "DOUBLE" if type_ == "double" else type_ if type_.startswith("decimal") else None
    ((text,),) = duck.rows(connection, f"SELECT CAST({f'CAST(? AS {written})' if written else '?'} AS VARCHAR)", [value])
    return str(text)


def _width(type_: str) -> int:
    """Return the bytes of one value of a fixed-width type."""
    if type_.startswith("decimal"):
        digits = int(type_.partition("(")[2].partition(",")[0])
        return 2 if digits <= 4 else 4 if digits <= 9 else 8 if digits <= 18 else 16
    return _WIDTHS.get(type_, 8)
