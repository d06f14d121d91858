"""Range filters on the encoded domain of a sample, and how values and joins become them."""

from __future__ import annotations

import bisect
import datetime
import decimal
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehousebench.errors import UsageError
from warehousebench.simulate.sample import ColumnSample, Integers, Kind, TableSample, float_codes

_LOWEST, _HIGHEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_EPOCH = datetime.datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Interval:
    """Integers from ``low`` to ``high``; None is no limit, an open end leaves the limit itself out."""

    low: int | None = None
    high: int | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class RangeFilter:
    """A column lies in one of ``intervals`` (an IN list is one interval per value); ``nulls`` lets NULL pass as well.

    ``origin`` says where a filter comes from that the query does not write on this table.
    """

    column: str
    intervals: tuple[Interval, ...]
    nulls: bool = False
    origin: str = ""


def merged(condition: RangeFilter) -> tuple[Integers, Integers]:
    """Return the filter's intervals as sorted, disjoint, closed lows and highs; empty intervals drop out."""
    closed = [(_low(item), _high(item)) for item in condition.intervals]
    pairs = np.array(sorted(pair for pair in closed if pair[0] <= pair[1]), dtype=np.int64).reshape(-1, 2)
    lows, reach = pairs[:, 0], np.maximum.accumulate(pairs[:, 1])
    fresh = np.append(True, lows[1:] > reach[:-1])[: len(lows)]
    firsts = np.flatnonzero(fresh)
    return lows[firsts], reach[np.append(firsts[1:], len(lows))[: len(firsts)] - 1]


def matches(condition: RangeFilter, column: ColumnSample) -> npt.NDArray[np.bool_]:
    """Return which rows pass the filter; shape (rows,)."""
    lows, highs = merged(condition)
    passing = np.zeros(len(column.values), dtype=bool)
    if len(lows):
        nearest = np.minimum(np.searchsorted(highs, column.values, side="left"), len(lows) - 1)
        passing = (lows[nearest] <= column.values) & (column.values <= highs[nearest])
    return (passing & column.present) | (condition.nulls & ~column.present)


def between(
    column: ColumnSample, low: Any = None, high: Any = None, *, low_open: bool = False, high_open: bool = False
) -> Interval:
    """Return the interval of encoded values from ``low`` to ``high``, given as Python values of the column's type.

    A limit that no value of the column equals (``l_quantity < 24.005``, a string that is not there) moves to the nearest
    integer inside.
    """
    first, first_exact = (None, True) if low is None else _encode(column, low)
    last, last_exact = (None, True) if high is None else _encode(column, high)
    # The code of a value between two neighbours is the lower one plus a half: round it into the interval.
    start = None if first is None else first if first_exact else first + 1
    return Interval(start, last, low_open and first_exact, high_open and last_exact)


def equal(column: ColumnSample, *values: Any) -> tuple[Interval, ...]:
    """Return an interval per value of an IN list; values that the column cannot hold drop out."""
    codes = [_encode(column, value) for value in values]
    return tuple(Interval(code, code) for code, exact in codes if exact)


def induced(
    dimension: TableSample, filters: Sequence[RangeFilter], key: str, fact: ColumnSample, *, as_set: bool = False
) -> RangeFilter:
    """Return what a filtered dimension says about the fact's key: the range (or the set) of its keys that pass.

    ``dimension`` must hold all rows of its table: a sample would lose keys.  Such data-induced predicates help only on an
    engine that passes a join's minimum and maximum to the fact's scan at run time.
    """
    if dimension.rows < dimension.total_rows:
        raise UsageError(f"a filter through {key} needs all rows of its table: sample it with share 1")
    passing = dimension.columns[key].present.copy()
    for condition in filters:
        passing &= matches(condition, dimension.columns[condition.column])
    keys = _translated(np.unique(dimension.columns[key].values[passing]), dimension.columns[key], fact)
    how = f"{'set' if as_set else 'range'} of {len(keys)} keys"
    origin = f"{', '.join(dict.fromkeys(item.column for item in filters))} through {key} ({how})"
    if as_set:
        return RangeFilter(fact.name, tuple(Interval(int(value), int(value)) for value in keys), origin=origin)
    whole = (Interval(int(keys[0]), int(keys[-1])),) if len(keys) else ()
    return RangeFilter(fact.name, whole, origin=origin)


def _translated(codes: Integers, key: ColumnSample, fact: ColumnSample) -> Integers:
    """Return the codes that ``key``'s values have in the ``fact``'s column; strings that are not there drop out."""
    if key.kind is not fact.kind or key.scale != fact.scale or (key.type == "DATE") != (fact.type == "DATE"):
        raise UsageError(f"{key.name} ({key.type}) and {fact.name} ({fact.type}) differ in type: join columns of one type")
    if key.dictionary is None or fact.dictionary is None:
        return codes
    places = pc.index_in(key.dictionary.take(pa.array(codes)), value_set=fact.dictionary).drop_null()
    return np.sort(places.to_numpy().astype(np.int64))


def _low(item: Interval) -> int:
    return _LOWEST if item.low is None else item.low + item.low_open


def _high(item: Interval) -> int:
    return _HIGHEST if item.high is None else item.high - item.high_open


def _encode(column: ColumnSample, value: Any) -> tuple[int, bool]:
    """Return the largest code at or below ``value`` and whether it is the code of ``value`` itself."""
    if column.kind is Kind.TEXT:
        return _text_code(column, str(value))
    if column.kind is Kind.FLOAT:
        return int(float_codes(np.array([float(value)]))[0]), True
    if column.type == "DATE" or column.type.startswith("TIME"):
        return _moment_code(column.type, value)
    scaled = decimal.Decimal(str(value)).scaleb(column.scale)
    return math.floor(scaled), scaled == math.floor(scaled)


def _moment_code(kind: str, value: Any) -> tuple[int, bool]:
    """Return days of a date column, microseconds of the others, for a value or its ISO text."""
    text = str(value)
    if kind == "TIME":
        text = f"1970-01-01T{text}"
    moment = datetime.datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    since = moment - _EPOCH
    if kind == "DATE":
        return since.days, since == datetime.timedelta(since.days)
    return since // datetime.timedelta(microseconds=1), True


def _text_code(column: ColumnSample, value: str) -> tuple[int, bool]:
    words = column.dictionary
    # The dictionary is in the order of UTF-8 bytes, which Python's order of code points agrees with.
    place = bisect.bisect_left(range(len(words)), value, key=lambda index: words[index].as_py()) if words is not None else 0
    found = words is not None and place < len(words) and words[place].as_py() == value
    return (place, True) if found else (place - 1, False)
