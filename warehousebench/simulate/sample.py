"""Deterministic samples of a table as numpy columns on one encoded domain: order-preserving 64-bit integers.

Dates become days, times microseconds, decimals unscaled integers, floats their order-preserving bit image and strings their
place in the sorted dictionary.  Every simulator then compares plain integers, whatever the column's type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehousebench import duck
from warehousebench.errors import SourceError, UsageError

Integers = npt.NDArray[np.int64]

SLICES, SLICE_ROWS = 4, 65_536
TEXT_OVERHEAD = 4  # bytes of length beside every variable-length string
_BUCKETS = 10_000
_ROW, _SLICE = "_sampled_row", "_sampled_slice"
_QUANTILE_STEP = 97  # a prime, so that data with a period does not line up with it
_WIDTHS = {"BOOLEAN": 1, "TINYINT": 1, "SMALLINT": 2, "INTEGER": 4, "BIGINT": 8, "FLOAT": 4, "DOUBLE": 8, "DATE": 4, "TIME": 8}


class Kind(StrEnum):
    """What the integers of a column stand for."""

    INTEGER = "integer"
    FLOAT = "float"
    TEXT = "text"


@dataclass(frozen=True, slots=True, eq=False)
class ColumnSample:
    """One column's sampled rows; shape of ``values`` and ``valid``: (rows,).

    ``width`` is the raw bytes per value (the mean for strings, with their length field).  ``fixed`` marks strings that take
    ``width`` bytes each.  ``dictionary`` holds the sorted distinct strings of a text column.  NULLs hold 0 in ``values``.
    """

    name: str
    type: str
    kind: Kind
    values: Integers
    valid: npt.NDArray[np.bool_] | None
    width: float
    scale: int = 0
    fixed: bool = False
    dictionary: pa.Array | None = None

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Return which rows are not NULL."""
        return np.ones(len(self.values), dtype=bool) if self.valid is None else self.valid


@dataclass(frozen=True, slots=True, eq=False)
class TableSample:
    """Sampled rows of a table in arrival or sort order; ``bounds`` are the first rows of its contiguous slices and the end."""

    columns: Mapping[str, ColumnSample]
    rows: int
    total_rows: int
    bounds: tuple[int, ...]

    @property
    def factor(self) -> float:
        """Return how many rows of the table one sampled row stands for."""
        return self.total_rows / self.rows if self.rows else 0.0


def parquet(paths: Sequence[Path]) -> str:
    """Return the rows of Parquet files as a relation to sample from."""
    return f"read_parquet([{', '.join(duck.text(str(path)) for path in paths)}])"


def float_codes(values: npt.NDArray[np.float64]) -> Integers:
    """Return integers in the same order as ``values``: the bits, with the magnitude of negative numbers turned round."""
    bits = (values + 0.0).view(np.int64)  # adding 0.0 makes -0.0 and 0.0 one value
    return bits ^ ((bits >> 63) & np.int64(0x7FFF_FFFF_FFFF_FFFF))


def float_values(codes: Integers) -> npt.NDArray[np.float64]:
    """Return the floats behind ``codes``."""
    return (codes ^ ((codes >> 63) & np.int64(0x7FFF_FFFF_FFFF_FFFF))).view(np.float64)


def hash_sample(
    connection: duck.Connection,
    relation: str,
    columns: Sequence[str],
    *,
    key: Sequence[str] = (),
    share: float = 1.0,
    widths: Mapping[str, float] | None = None,
) -> TableSample:
    """Return the rows of ``relation`` whose ``key`` falls in ``share`` of the hash buckets, in arrival order.

    Sampling a key keeps all rows of a kept value together, as a distribution on that key does.  ``widths`` sets the raw bytes
    per value of columns where the product's storage differs from ours.  Raises UsageError if no row is left.
    """
    if share < 1 and not key:
        raise UsageError("a sample needs the columns whose hash picks the rows: give a key, or take all rows")
    total = _count(connection, relation)
    # The 1 keeps the key 0, which hashes to 0 by itself, from being in every sample.
    where = f" WHERE hash({', '.join(map(duck.quote, key))}, 1) % {_BUCKETS} < {round(share * _BUCKETS)}" if share < 1 else ""
    types = _types(connection, relation, columns)
    table = _read(connection, f"SELECT {_expressions(types)} FROM {relation}{where}")
    if total and not table.num_rows:
        raise UsageError(f"a sample of {share:.2%} of {relation} has no rows: take a larger share")
    return _table_sample(table, types, total, (0, table.num_rows), widths or {})


def sorted_slices(
    connection: duck.Connection,
    relation: str,
    columns: Sequence[str],
    order_by: Sequence[str],
    *,
    slices: int = SLICES,
    rows: int = SLICE_ROWS,
    widths: Mapping[str, float] | None = None,
) -> TableSample:
    """Return ``slices`` contiguous stretches of about ``rows`` rows of ``relation`` as if sorted by ``order_by``.

    The table is not sorted: every 97th row's keys give the quantiles, a filter takes the rows between them.  Rows that are
    equal in ``order_by`` stay in arrival order, as in a stable sort.  Small tables come whole.
    """
    total = _count(connection, relation)
    types = _types(connection, relation, tuple(dict.fromkeys((*columns, *order_by))))
    wanted = {name: types[name] for name in columns}
    places = _whole(total, rows) if total <= slices * rows else _stretches(total, slices, rows)
    numbered = f"(SELECT *, row_number() OVER () AS {_ROW} FROM {relation})"
    keys = [duck.quote(name) for name in order_by] + [_ROW]
    which = "0" if total <= slices * rows else _which(connection, numbered, keys, [types[n] for n in order_by], places)
    sql = f"SELECT {which} AS {_SLICE}, {_expressions(wanted)} FROM {numbered} WHERE {_SLICE} IS NOT NULL"
    table = _read(connection, f"{sql} ORDER BY {_SLICE}, {', '.join(f'{key} NULLS LAST' for key in keys)}")
    if total <= slices * rows:
        return _table_sample(table.drop_columns(_SLICE), wanted, total, tuple(places), widths or {})
    return _cut(table, wanted, total, rows, widths or {})


def prefix_runs(connection: duck.Connection, relation: str, order_by: Sequence[str]) -> Mapping[str, int]:
    """Return how many runs each column of ``order_by`` has in that order: the distinct values of its prefix, counted."""
    prefixes = [", ".join(map(duck.quote, order_by[: length + 1])) for length in range(len(order_by))]
    counts = [f"(SELECT count(*) FROM (SELECT DISTINCT {prefix} FROM {relation}))" for prefix in prefixes]
    found = duck.rows(connection, f"SELECT {', '.join(counts)}")[0] if counts else ()
    return dict(zip(order_by, map(int, found), strict=True))


def _whole(total: int, rows: int) -> list[int]:
    return [*range(0, total, rows), total] if total else [0, 0]


def _stretches(total: int, slices: int, rows: int) -> list[int]:
    """Return first and last place of each stretch, in pairs; each lies in the middle of its share of the table."""
    # Quantiles of a thinned table miss by some percent: an eighth more is read, and cut off again once it is sorted.
    starts = [round((number + 0.5) * total / slices - rows / 2) for number in range(slices)]
    return [place for start in starts for place in (start, start + rows + rows // 8)]


def _which(connection: duck.Connection, numbered: str, keys: list[str], types: list[str], places: list[int]) -> str:
    """Return an expression for the slice of a row, NULL outside all; its bounds are quantiles of a thinned table."""
    thin = [place // _QUANTILE_STEP for place in places]
    ordering = ", ".join(f"{key} NULLS LAST" for key in keys)
    texts = ", ".join(f"CAST({key} AS VARCHAR)" for key in keys)
    ranked = (
        f"SELECT row_number() OVER (ORDER BY {ordering}) - 1 AS place, {texts} FROM {numbered} WHERE {_ROW} % {_QUANTILE_STEP} = 0"
    )
    found = duck.rows(connection, f"SELECT * FROM ({ranked}) WHERE place IN ({', '.join(map(str, thin))})")
    literals = {row[0]: _literals(row[1:], [*types, "BIGINT"]) for row in found}
    branches = []
    for number, (low, high) in enumerate(zip(thin[::2], thin[1::2], strict=True)):
        after = _after(keys, literals[low]) if low in literals else "true"
        beyond = _after(keys, literals[high]) if high in literals else "false"
        branches.append(f"WHEN ({after}) AND NOT ({beyond}) THEN {number}")
    return f"CASE {' '.join(branches)} END"


def _literals(row: Sequence[str | None], types: Sequence[str]) -> list[str | None]:
    return [None if value is None else f"CAST({duck.text(value)} AS {kind})" for value, kind in zip(row, types, strict=True)]


def _after(keys: Sequence[str], bounds: Sequence[str | None]) -> str:
    """Return the condition that a row comes after ``bounds`` in the order of ``keys`` with NULLs last."""
    terms: list[str] = []
    same: list[str] = []
    for key, bound in zip(keys, bounds, strict=True):
        if bound is not None:
            terms.append(" AND ".join([*same, f"({key} > {bound} OR {key} IS NULL)"]))
        same.append(f"{key} IS NOT DISTINCT FROM {bound or 'NULL'}")
    return " OR ".join(f"({term})" for term in terms) or "false"


def _cut(table: pa.Table, types: Mapping[str, str], total: int, rows: int, widths: Mapping[str, float]) -> TableSample:
    """Return the sample with at most ``rows`` rows per slice, numbered from 0 without gaps."""
    numbers = table.column(_SLICE).to_numpy()
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    lengths = np.minimum(np.diff(np.append(starts, len(numbers))), rows)
    kept = np.concatenate([np.arange(start, start + length) for start, length in zip(starts, lengths, strict=True)])
    bounds = (0, *(int(end) for end in np.cumsum(lengths)))
    return _table_sample(table.drop_columns(_SLICE).take(pa.array(kept)), types, total, bounds, widths)


def _count(connection: duck.Connection, relation: str) -> int:
    return int(duck.rows(connection, f"SELECT count(*) FROM {relation}")[0][0])


def _types(connection: duck.Connection, relation: str, columns: Sequence[str]) -> dict[str, str]:
    known = {row[0]: str(row[1]) for row in duck.rows(connection, f"DESCRIBE SELECT * FROM {relation}")}
    missing = sorted(set(columns) - known.keys())
    if missing:
        raise SourceError(f"{relation} has no column {missing[0]}; it has {', '.join(known)}")
    return {name: known[name] for name in columns}


def _read(connection: duck.Connection, sql: str) -> pa.Table:
    return duck.batches(connection, sql).read_all()


def _decimal(kind: str) -> tuple[int, int] | None:
    """Return precision and scale of a DECIMAL that fits 64 bits unscaled; wider ones are sampled as floats."""
    if not kind.startswith("DECIMAL("):
        return None
    precision, scale = (int(part) for part in kind[8:-1].split(","))
    return (precision, scale) if precision <= 18 else None


def _expressions(types: Mapping[str, str]) -> str:
    return ", ".join(f"{_expression(duck.quote(name), kind)} AS {duck.quote(name)}" for name, kind in types.items())


def _expression(name: str, kind: str) -> str:
    decimal = _decimal(kind)
    if decimal:
        return f"CAST({name} * {10 ** decimal[1]} AS BIGINT)"
    if kind == "DATE":
        return f"CAST({name} - DATE '1970-01-01' AS BIGINT)"
    if kind.startswith("TIME"):
        return f"epoch_us({name})" if kind in ("TIME", "TIMESTAMP WITH TIME ZONE") else f"epoch_us(CAST({name} AS TIMESTAMP))"
    if kind in ("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"):
        return f"CAST({name} AS BIGINT)"
    if kind in ("FLOAT", "DOUBLE", "HUGEINT", "UBIGINT", "UHUGEINT") or kind.startswith("DECIMAL"):
        return f"CAST({name} AS DOUBLE)"
    return f"CAST({name} AS VARCHAR)"


def _table_sample(
    table: pa.Table, types: Mapping[str, str], total: int, bounds: tuple[int, ...], widths: Mapping[str, float]
) -> TableSample:
    columns = {name: _column(name, kind, table.column(name), widths.get(name)) for name, kind in types.items()}
    return TableSample(columns, table.num_rows, total, bounds)


def _column(name: str, kind: str, data: pa.ChunkedArray, width: float | None) -> ColumnSample:
    valid = data.is_valid().to_numpy() if data.null_count else None
    if pa.types.is_string(data.type) or pa.types.is_large_string(data.type):
        return _text_column(name, kind, data, valid, width)
    numbers: Any = (data.fill_null(0) if data.null_count else data).to_numpy()
    decimal = _decimal(kind)
    raw = width or (8 if decimal else 16 if kind.startswith("DECIMAL") else _WIDTHS.get(kind, 8))
    if numbers.dtype == np.float64:
        return ColumnSample(name, kind, Kind.FLOAT, float_codes(numbers), valid, raw)
    return ColumnSample(name, kind, Kind.INTEGER, numbers, valid, raw, decimal[1] if decimal else 0)


def _text_column(
    name: str, kind: str, data: pa.ChunkedArray, valid: npt.NDArray[np.bool_] | None, width: float | None
) -> ColumnSample:
    encoded = data.combine_chunks().dictionary_encode()
    encoded = encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded
    by_value = pc.array_sort_indices(encoded.dictionary)
    places = np.empty(len(by_value), dtype=np.int64)
    places[by_value.to_numpy()] = np.arange(len(by_value))
    indices = encoded.indices.fill_null(0).to_numpy() if encoded.null_count else encoded.indices.to_numpy()
    values = places[indices] if len(places) else np.zeros(len(indices), dtype=np.int64)
    mean = pc.mean(pc.binary_length(data)).as_py() if len(data) > data.null_count else 0.0
    # NULLs hold 0, which must stand for a string even where there is none.
    dictionary = encoded.dictionary.take(by_value) if len(by_value) else pa.array([""], type=encoded.dictionary.type)
    return ColumnSample(
        name, kind, Kind.TEXT, values, valid, width or mean + TEXT_OVERHEAD, fixed=width is not None, dictionary=dictionary
    )
