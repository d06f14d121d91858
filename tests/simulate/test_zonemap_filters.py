"""Filters: from values of a type to the encoded domain, through joins and from plans."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import SourceError, UsageError
from warehousebench.simulate.filters import Interval, RangeFilter, between, equal, induced, matches, merged
from warehousebench.simulate.sample import Kind, TableSample, float_codes, float_values, hash_sample, prefix_runs, sorted_slices
from warehousebench.simulate.scans import scans_of
from warehousebench.workload.plan import JoinType, Operator, Plan, PlanColumn, Range, ScanFilter
from warehousebench.workload.plan import Kind as PlanKind

ROWS = """(SELECT * FROM (VALUES
    (1, DATE '2020-01-31', TIMESTAMP '2020-01-31 10:00:00', 1.25::DECIMAL(9, 2), -0.5::DOUBLE, 'pear'),
    (2, DATE '1969-12-31', TIMESTAMP '1969-12-31 00:00:00', -3.00::DECIMAL(9, 2), 0.0::DOUBLE, 'apple'),
    (3, NULL, NULL, NULL, NULL, NULL),
    (4, DATE '2021-06-01', TIMESTAMP '2021-06-01 23:59:59.5', 7.10::DECIMAL(9, 2), 1e300::DOUBLE, 'élan')
) AS t(k, d, ts, m, f, s))"""


def sampled(relation: str = ROWS, columns: tuple[str, ...] = ("k", "d", "ts", "m", "f", "s")) -> TableSample:
    with duck.opened() as connection:
        return hash_sample(connection, relation, columns)


def passing(column: str, *intervals: Interval) -> list[int]:
    sample = sampled()
    return [int(k) for k in sample.columns["k"].values[matches(RangeFilter(column, intervals), sample.columns[column])]]


def test_encoded_domain_and_widths():
    columns = sampled().columns
    assert columns["d"].values[1] == -1
    assert columns["m"].values.tolist() == [125, -300, 0, 710]
    assert columns["ts"].values[0] == 1580464800 * 10**6
    assert [columns["s"].dictionary[int(code)].as_py() for code in columns["s"].values[[0, 1, 3]]] == ["pear", "apple", "élan"]
    assert {name: column.width for name, column in columns.items() if name != "s"} == {"k": 4, "d": 4, "ts": 8, "m": 8, "f": 8}
    assert columns["s"].width == pytest.approx((4 + 5 + 5) / 3 + 4)
    assert [column.present.tolist() for column in columns.values()][1:] == [[True, True, False, True]] * 5


def test_ranges_in_the_columns_own_values():
    day = sampled().columns["d"]
    assert passing("d", between(day, datetime.date(2020, 1, 31), datetime.date(2021, 6, 1), high_open=True)) == [1]
    assert passing("d", between(day, "2020-01-31", low_open=True)) == [4]
    money = sampled().columns["m"]
    assert passing("m", between(money, None, 1.255)) == [1, 2]
    assert passing("m", between(money, 1.245, high_open=True)) == [1, 4]
    assert passing("m", between(money, -3, 1.25, low_open=True)) == [1]
    assert passing("m", *equal(money, 7.1, 1.251)) == [4]
    stamp = sampled().columns["ts"]
    assert passing("ts", between(stamp, "2021-06-01 23:59:59.5")) == [4]
    assert passing("ts", between(stamp, None, "1970-01-01")) == [2]
    number = sampled().columns["f"]
    assert passing("f", between(number, -0.0, 1e308)) == [2, 4]


def test_string_ranges_follow_the_dictionary():
    text = sampled().columns["s"]
    assert passing("s", between(text, "b", "q")) == [1]
    assert passing("s", between(text, "apple", "pear", low_open=True, high_open=True)) == []
    assert passing("s", between(text, "q")) == [4]
    assert passing("s", *equal(text, "apple", "quince")) == [2]


@given(st.lists(st.floats(allow_nan=False), min_size=2))
def test_float_codes_keep_order_and_come_back(numbers):
    values = np.array(numbers) + 0.0
    assert (np.argsort(float_codes(values), kind="stable") == np.argsort(values, kind="stable")).all()
    assert (float_values(float_codes(values)) == values).all()


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.booleans(), st.booleans())))
def test_merged_intervals_hold_the_same_integers(parts):
    condition = RangeFilter("a", tuple(Interval(*part) for part in parts))
    lows, highs = merged(condition)
    inside = {n for low, high in zip(lows, highs, strict=True) for n in range(low, high + 1)}
    assert inside == {n for low, high, lo, ho in parts for n in range(low + lo, high - ho + 1)}
    assert (lows[1:] > highs[:-1]).all()


FACT = "(SELECT i % 100 AS day_key, chr(97 + (i % 26)::INT) AS code FROM range(1000) t(i))"
DAYS = "(SELECT i AS id, 2000 + i // 50 AS year, chr(97 + (i % 13)::INT) AS letter FROM range(100) t(i))"


def test_dimension_filter_becomes_range_or_set_of_the_facts_key():
    fact, days = sampled(FACT, ("day_key", "code")), sampled(DAYS, ("id", "year", "letter"))
    year = [RangeFilter("year", (Interval(2001, 2001),))]
    found = induced(days, year, "id", fact.columns["day_key"])
    assert (found.column, found.intervals, found.origin) == ("day_key", (Interval(50, 99),), "year through id (range of 50 keys)")
    assert len(induced(days, year, "id", fact.columns["day_key"], as_set=True).intervals) == 50
    none = induced(days, [RangeFilter("year", (Interval(1990, 1990),))], "id", fact.columns["day_key"])
    assert not matches(none, fact.columns["day_key"]).any()


def test_string_keys_are_translated_between_dictionaries():
    fact, days = sampled(FACT, ("day_key", "code")), sampled(DAYS, ("id", "year", "letter"))
    letters = [RangeFilter("letter", (between(days.columns["letter"], "c", "d"),))]
    found = induced(days, letters, "letter", fact.columns["code"], as_set=True)
    rows = matches(found, fact.columns["code"])
    assert {fact.columns["code"].dictionary[int(code)].as_py() for code in fact.columns["code"].values[rows]} == {"c", "d"}
    with pytest.raises(UsageError, match="differ in type"):
        induced(days, letters, "letter", fact.columns["day_key"])


def test_sampled_dimension_is_refused():
    with duck.opened() as connection:
        part = hash_sample(connection, DAYS, ("id",), key=("id",), share=0.5)
    with pytest.raises(UsageError, match="share 1"):
        induced(part, [], "id", part.columns["id"])


def plan(join: JoinType) -> Plan:
    day = ScanFilter(column="year", type="BIGINT", ranges=(Range(2001.0, 2001.0),))
    return Plan(
        "q",
        (
            Operator(PlanKind.SCAN, (), 1000, (0,), table="fact", scanned=("day_key", "code")),
            Operator(PlanKind.SCAN, (), 50, (1,), table="days", scanned=("id", "year"), filters=(day,)),
            Operator(PlanKind.JOIN, (0, 1), 500, (0,), join=join, pairs=((0, 1),)),
        ),
        (PlanColumn("BIGINT", 8, "fact", "day_key"), PlanColumn("BIGINT", 8, "days", "id")),
        weight=2.0,
    )


def test_scans_of_a_plan_with_and_without_join_filters():
    samples = {"fact": sampled(FACT, ("day_key", "code")), "days": sampled(DAYS, ("id", "year"))}
    fact, days = scans_of([plan(JoinType.INNER)], samples)
    assert (fact.query, fact.columns, fact.filters, fact.weight) == ("q", ("day_key", "code"), (), 2.0)
    assert days.filters == (RangeFilter("year", (Interval(2001, 2001),)),)
    fact, days = scans_of([plan(JoinType.INNER)], samples, dimensions=samples)
    assert fact.filters[0].intervals == (Interval(50, 99),)
    assert len(days.filters) == 1


def test_filter_on_a_column_that_was_not_sampled_is_refused():
    with pytest.raises(UsageError, match="year, which is not in its sample"):
        scans_of([plan(JoinType.INNER)], {"days": sampled(DAYS, ("id",))})


@pytest.mark.parametrize(("join", "narrowed"), [(JoinType.LEFT, 0), (JoinType.ANTI, 0), (JoinType.SEMI, 1), (JoinType.RIGHT, 1)])
def test_only_joins_that_drop_rows_narrow_the_left_side(join, narrowed):
    samples = {"fact": sampled(FACT, ("day_key",)), "days": sampled(DAYS, ("id", "year"))}
    assert len(scans_of([plan(join)], samples, dimensions=samples)[0].filters) == narrowed


SHUFFLED = (
    "(SELECT (i * 7919) % 10007 AS a, (i * 31) % 7 AS b, i AS n, CASE WHEN i % 5 > 0 THEN i % 3 END AS c FROM range(10007) t(i))"
)


@pytest.mark.parametrize("order_by", [("a",), ("b", "a"), ("c", "b"), ()])
def test_slices_are_contiguous_in_the_full_sort(order_by):
    with duck.opened() as connection:
        sample = sorted_slices(connection, SHUFFLED, ("n",), order_by, slices=3, rows=1000)
        keys = ", ".join(f"{name} NULLS LAST" for name in (*order_by, "n"))
        whole = [row[0] for row in duck.rows(connection, f"SELECT n FROM {SHUFFLED} ORDER BY {keys}")]
    assert len(sample.bounds) == 4
    assert sample.total_rows == 10007
    starts = []
    for low, high in zip(sample.bounds, sample.bounds[1:], strict=False):
        rows = sample.columns["n"].values[low:high].tolist()
        starts.append(whole.index(rows[0]))
        assert whole[starts[-1] : starts[-1] + len(rows)] == rows
        assert 700 <= len(rows) <= 1000
    assert starts == sorted(starts)
    assert max(starts) - min(starts) > 5000


def test_small_tables_come_whole_and_in_order():
    with duck.opened() as connection:
        sample = sorted_slices(connection, SHUFFLED, ("a",), ("a",), slices=4, rows=4000)
    assert sample.columns["a"].values.tolist() == list(range(10007))
    assert sample.bounds == (0, 4000, 8000, 10007)


def test_hash_sample_keeps_whole_keys_and_its_factor():
    with duck.opened() as connection:
        sample = hash_sample(connection, SHUFFLED, ("a", "b", "c"), key=("b",), share=0.5)
        assert prefix_runs(connection, SHUFFLED, ("b", "a")) == {"b": 7, "a": 10007}
        with pytest.raises(SourceError, match="no column nowhere"):
            hash_sample(connection, SHUFFLED, ("nowhere",))
        with pytest.raises(UsageError, match="larger share"):
            hash_sample(connection, SHUFFLED, ("a",), key=("b",), share=0.0001)
    counts = np.unique(sample.columns["b"].values, return_counts=True)[1]
    assert 0 < len(counts) < 7
    assert (counts >= 1429).all()
    assert sample.factor == 10007 / sample.rows
    assert sample.columns["a"].kind is Kind.INTEGER
