"""Measure every column of a table with a few set-wide statements.

One pass counts, estimates distinct values and takes minima, maxima and widths; a second counts runs in arrival
order; a third groups by the columns with few values, for exact counts and the most common value's share.
DuckDB's own SUMMARIZE spends most of its time on quantiles, which no design rule asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehousebench import duck
from warehousebench.model.data import Fingerprint
from warehousebench.model.profile import ColumnProfile, Profile, TableProfile

# Tables up to this size are counted exactly; above, columns with many values are estimated.
EXACT_ROWS = 2_000_000
# Columns with at most this many values (by estimate) are cheap to group by.
FEW_VALUES = 20_000
_SAMPLE_PERCENT = 1
# DuckDB plans a union in time that grows with the square of its parts: wide tables are asked in several.
_AT_ONCE = 100
_WIDTHS = {
    "BOOLEAN": 1,
    "TINYINT": 1,
    "SMALLINT": 2,
    "INTEGER": 4,
    "DATE": 4,
    "FLOAT": 4,
    "UUID": 16,
    "HUGEINT": 16,
    "INTERVAL": 16,
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A relation to measure: its SQL, its columns as (name, DuckDB type), its rows."""

    relation: str
    columns: tuple[tuple[str, str], ...]
    rows: int


def profile_tables(
    relations: Mapping[str, str], fingerprint: Fingerprint, progress: Callable[[str], None] = lambda _: None
) -> Profile:
    """Return the profile of all ``relations`` (table name -> SQL of its rows); ``progress`` hears each finished table."""
    tables = {}
    with duck.opened() as connection:
        for name, relation in relations.items():
            tables[name] = profile_table(connection, relation)
            progress(name)
    return Profile(fingerprint, tables)


def profile_table(connection: duck.Connection, relation: str) -> TableProfile:
    """Return the figures of all columns of ``relation``, an SQL expression that can follow FROM."""
    described = duck.rows(connection, f"DESCRIBE SELECT * FROM {relation}")
    (count,) = duck.rows(connection, f"SELECT count(*) FROM {relation}")[0]
    shape = _Shape(relation, tuple((str(row[0]), str(row[1])) for row in described), int(count))
    basics = _basics(connection, shape)
    runs = _runs(connection, shape)
    tops = _tops(connection, shape, {name: basic[1] for name, basic in basics.items()})
    columns = {name: _column(shape, type_, basics[name], runs[name], tops[name]) for name, type_ in shape.columns}
    return TableProfile(shape.rows, columns)


def _column(shape: _Shape, type_: str, basic: Sequence[Any], runs: int, top: tuple[int, bool, float, bool]) -> ColumnProfile:
    present, _, minimum, maximum, average, widest = basic
    distinct, distinct_exact, share, top_exact = top
    return ColumnProfile(
        # There cannot be more values than runs of them, whatever an estimate says.
        distinct=min(distinct, int(present), runs),
        distinct_exact=distinct_exact,
        nulls=shape.rows - int(present),
        minimum=minimum,
        maximum=maximum,
        average_width=float(average or 0) if _is_variable(type_) else float(_width(type_)),
        maximum_width=int(widest or 0) if _is_variable(type_) else _width(type_),
        runs=runs,
        top_share=share,
        top_exact=top_exact,
    )


def _basics(connection: duck.Connection, shape: _Shape) -> dict[str, Sequence[Any]]:
    """Return per column: present values, distinct estimate, minimum and maximum as text, average and maximum width."""
    parts = []
    for name, type_ in shape.columns:
        column = duck.quote(name)
        length = f"octet_length({column})" if type_ == "BLOB" else f"strlen({column}::VARCHAR)"
        widths = f"avg({length}), max({length})" if _is_variable(type_) else "NULL, NULL"
        extremes = f"min({column})::VARCHAR, max({column})::VARCHAR" if _is_ordered(type_) else "NULL, NULL"
        parts.append(f"count({column}), approx_count_distinct({column}), {extremes}, {widths}")
    figures = duck.rows(connection, f"SELECT {', '.join(parts)} FROM {shape.relation}")[0]
    return {name: figures[6 * i : 6 * i + 6] for i, (name, _) in enumerate(shape.columns)}


def _runs(connection: duck.Connection, shape: _Shape) -> dict[str, int]:
    """Return per column the number of stretches of equal neighbours; NULL equals NULL."""
    names = [duck.quote(name) for name, _ in shape.columns]
    width = len(names)
    before = (f"lag({name}) OVER ()" for name in names)
    changes = ", ".join(f"count(*) FILTER (v{i} IS DISTINCT FROM p{i})" for i in range(width))
    firsts = ", ".join(f"first(v{i}) IS NULL" for i in range(width))
    # The columns get names of ours, which no column of the table can be mistaken for.
    aliases = ", ".join(f"{letter}{i}" for letter in "vp" for i in range(width))
    inner = f"SELECT {', '.join(names)}, {', '.join(before)} FROM {shape.relation}"
    figures = duck.rows(connection, f"SELECT {changes}, {firsts} FROM ({inner}) AS neighbours({aliases})")[0]
    # The first row has no neighbour: a NULL there looks unchanged, and is a run all the same.
    starts = [int(bool(figures[width + i]) and shape.rows > 0) for i in range(width)]
    return {name: int(figures[i]) + starts[i] for i, (name, _) in enumerate(shape.columns)}


def _tops(connection: duck.Connection, shape: _Shape, estimates: Mapping[str, int]) -> dict[str, tuple[int, bool, float, bool]]:
    """Return per column: distinct values and whether exact, the most common value's share and whether exact."""
    if shape.rows == 0:
        return {name: (0, True, 0.0, True) for name, _ in shape.columns}
    exact = [name for name, _ in shape.columns if shape.rows <= EXACT_ROWS or estimates[name] <= FEW_VALUES]
    found = _grouped(connection, shape, exact)
    rest = [name for name, _ in shape.columns if name not in found]
    shares = _sampled_shares(connection, shape, rest)
    return found | {name: (int(estimates[name]), False, shares[name], False) for name in rest}


def _grouped(connection: duck.Connection, shape: _Shape, names: Sequence[str]) -> dict[str, tuple[int, bool, float, bool]]:
    if len(names) > _AT_ONCE:
        return _grouped(connection, shape, names[:_AT_ONCE]) | _grouped(connection, shape, names[_AT_ONCE:])
    if not names:
        return {}
    # A file of many columns is opened once per part and not once per column: each time its whole footer is read.
    wide = len(shape.columns) > _AT_ONCE
    source = "part" if wide else shape.relation
    kept = f"WITH part AS MATERIALIZED (SELECT {', '.join(map(duck.quote, names))} FROM {shape.relation}) " if wide else ""
    parts = (
        f"SELECT {i}, count(v), max(n) FROM (SELECT {duck.quote(name)} AS v, count(*) AS n FROM {source} GROUP BY 1)"
        for i, name in enumerate(names)
    )
    figures = duck.rows(connection, kept + " UNION ALL ".join(parts))
    return {names[i]: (int(distinct), True, int(top) / shape.rows, True) for i, distinct, top in figures}


def _sampled_shares(connection: duck.Connection, shape: _Shape, names: Sequence[str]) -> dict[str, float]:
    """Return the most common value's share of a Bernoulli sample, for columns with many values."""
    if len(names) > _AT_ONCE:
        return _sampled_shares(connection, shape, names[:_AT_ONCE]) | _sampled_shares(connection, shape, names[_AT_ONCE:])
    if not names:
        return {}
    # A value common enough to matter to a design shows in one row of a hundred.
    sample = f"(SELECT {', '.join(map(duck.quote, names))} FROM {shape.relation} USING SAMPLE {_SAMPLE_PERCENT}% (bernoulli, 42))"
    parts = (
        f"SELECT {i}, max(n), sum(n) FROM (SELECT count(*) AS n FROM sampled GROUP BY {duck.quote(name)})"
        for i, name in enumerate(names)
    )
    figures = duck.rows(connection, f"WITH sampled AS MATERIALIZED {sample} " + " UNION ALL ".join(parts))
    return {names[i]: int(top or 0) / int(total) if total else 0.0 for i, top, total in figures}


def _is_variable(type_: str) -> bool:
    if type_.startswith("DECIMAL") and type_.endswith(")"):
        return False
    return type_.startswith(("VARCHAR", "BLOB", "JSON", "BIT", "ENUM")) or type_.endswith(("]", ")"))


def _is_ordered(type_: str) -> bool:
    return not type_.endswith("]") and not type_.startswith(("STRUCT", "MAP", "UNION"))


def _width(type_: str) -> int:
    """Return the bytes of one value of a fixed-width DuckDB type."""
    if type_.startswith("DECIMAL"):
        digits = int(type_.partition("(")[2].partition(",")[0])
        return 2 if digits <= 4 else 4 if digits <= 9 else 8 if digits <= 18 else 16
    return _WIDTHS.get(type_) or _WIDTHS.get(type_.removeprefix("U"), 8)
