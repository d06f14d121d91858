"""Columns of every type that a Parquet file can hold and DuckDB reads, as Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st


@dataclass(frozen=True, slots=True)
class Family:
    """A Parquet type: its Arrow type, the values to draw, DuckDB's name for it and its bytes (None: as many as the value has)."""

    arrow: pa.DataType
    values: st.SearchStrategy[Any]
    duckdb: str
    width: int | None


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    most = 10**precision - 1
    return st.integers(-most, most).map(lambda digits: Decimal(digits).scaleb(-scale, _WIDE))


_WIDE = Context(prec=40)
_moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))
_texts = st.sampled_from(["", "a", "A", "é", "€uro", "\U0001f4a1", "naïve", 'say "hi"', "%_'"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=4
)

FAMILIES = {
    "bool": Family(pa.bool_(), st.booleans(), "BOOLEAN", 1),
    "int8": Family(pa.int8(), st.integers(-128, 127), "TINYINT", 1),
    "int16": Family(pa.int16(), st.integers(-(2**15), 2**15 - 1), "SMALLINT", 2),
    "int32": Family(pa.int32(), st.integers(-(2**31), 2**31 - 1), "INTEGER", 4),
    "int64": Family(pa.int64(), st.integers(-(2**63), 2**63 - 1), "BIGINT", 8),
    "uint8": Family(pa.uint8(), st.integers(0, 255), "UTINYINT", 1),
    "uint16": Family(pa.uint16(), st.integers(0, 2**16 - 1), "USMALLINT", 2),
    "uint32": Family(pa.uint32(), st.integers(0, 2**32 - 1), "UINTEGER", 4),
    "uint64": Family(pa.uint64(), st.integers(0, 2**64 - 1), "UBIGINT", 8),
    "decimal4": Family(pa.decimal128(4, 1), _decimals(4, 1), "DECIMAL(4,1)", 2),
    "decimal9": Family(pa.decimal128(9, 0), _decimals(9, 0), "DECIMAL(9,0)", 4),
    "decimal18": Family(pa.decimal128(18, 2), _decimals(18, 2), "DECIMAL(18,2)", 8),
    "decimal38": Family(pa.decimal128(38, 10), _decimals(38, 10), "DECIMAL(38,10)", 16),
    "float": Family(pa.float32(), st.floats(width=32), "FLOAT", 4),
    "double": Family(pa.float64(), st.floats(), "DOUBLE", 8),
    "string": Family(pa.string(), _texts, "VARCHAR", None),
    "binary": Family(pa.binary(), st.binary(max_size=3), "BLOB", None),
    "date": Family(pa.date32(), st.dates(date(1, 1, 1), date(9999, 12, 30)), "DATE", 4),
    "time": Family(pa.time64("us"), st.times(), "TIME", 8),
    "timestamp": Family(pa.timestamp("us"), _moments, "TIMESTAMP", 8),
    "timestamptz": Family(pa.timestamp("us", "UTC"), _moments, "TIMESTAMP WITH TIME ZONE", 8),
    "uuid": Family(pa.uuid(), st.uuids().map(lambda value: value.bytes), "UUID", 16),
    "list": Family(pa.list_(pa.int32()), st.lists(st.integers(-9, 9), max_size=2), "INTEGER[]", None),
}


def columns(family: Family, *, min_size: int = 0) -> st.SearchStrategy[list[Any]]:
    """Return columns in which values repeat, NULLs among them."""
    pool = st.lists(st.none() | family.values, min_size=1, max_size=4)
    return pool.flatmap(lambda values: st.lists(st.sampled_from(values), min_size=min_size, max_size=12))


def tables(*, max_columns: int = 4, without: Sequence[str] = ()) -> st.SearchStrategy[pa.Table]:
    """Return tables of a few columns, named after their family, of one length."""

    def table(names: Sequence[str]) -> st.SearchStrategy[pa.Table]:
        return st.tuples(*(columns(FAMILIES[name]) for name in names)).map(lambda values: _table(names, values))

    return st.lists(
        st.sampled_from([name for name in FAMILIES if name not in without]), min_size=1, max_size=max_columns, unique=True
    ).flatmap(table)


def _table(names: Sequence[str], values: Sequence[list[Any]]) -> pa.Table:
    rows = min(map(len, values))
    return pa.table({name: pa.array(column[:rows], FAMILIES[name].arrow) for name, column in zip(names, values, strict=True)})
