"""Small calculations over any values give the same on PostgreSQL as on DuckDB: division, averages, remainders, rounding, order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.bench.verify import check, make_reference
from warehousebench.engines.base import Answer
from warehousebench.engines.postgres.sql import translate
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.run import Status
from warehousebench.workload.shape import answer_shape

TABLE = Table(
    "v",
    (
        Column("i", DataType(TypeKind.INTEGER)),
        Column("j", DataType(TypeKind.INTEGER)),
        Column("d", DataType(TypeKind.DECIMAL, precision=9, scale=3)),
        Column("f", DataType(TypeKind.DOUBLE)),
        Column("s", DataType(TypeKind.VARCHAR)),
    ),
)
WHOLE = st.none() | st.integers(-1000, 1000)
EXACT = st.none() | st.integers(-(10**8), 10**8).map(lambda number: Decimal(number).scaleb(-3))
# Quarters, so that halves come often, and floats of any kind that both can print.
FLOAT = st.none() | st.integers(-4000, 4000).map(lambda number: number / 4) | st.floats(-1e6, 1e6, allow_subnormal=False)
TEXT = st.none() | st.text("aAbB%_\\' é", max_size=4)
ROWS = st.lists(st.tuples(WHOLE, WHOLE, EXACT, FLOAT, TEXT), min_size=1, max_size=8)

NUMBERS = st.sampled_from(["i", "j", "d", "f", "7", "2.5", "(i + j)", "(d * 2)", "coalesce(i, 3)", "-d", "abs(j)"])
WHOLES = st.sampled_from(["i", "j", "7", "(i - j)", "-i", "coalesce(j, 3)"])
EXACTS = st.sampled_from(["i", "d", "2.5", "(d * 2)", "-d", "d * i"])
DIVISORS = st.sampled_from(["3", "(-7)", "nullif(j, 0)", "nullif(i + j, 0)", "(abs(j) + 1)"])
SCALARS = st.one_of(
    st.builds("{} / {}".format, NUMBERS, DIVISORS),
    st.builds("{} / {} * {}".format, NUMBERS, DIVISORS, NUMBERS),
    st.builds("{} // {}".format, WHOLES, DIVISORS),
    st.builds("{} % {}".format, EXACTS, DIVISORS),
    st.builds("round({}, {})".format, st.sampled_from(["d", "f", "d / 7", "i"]), st.integers(0, 3)),
    st.builds("round({})".format, NUMBERS),
    st.builds("CAST({} AS BIGINT)".format, NUMBERS),
    st.builds("{} + {}".format, NUMBERS, NUMBERS),
    st.sampled_from(["s || 'x'", "concat(s, i)", "length(s)", "s = 'a'", "CAST(i > j AS INTEGER)"]),
    st.sampled_from(["s LIKE 'a%'", r"s LIKE 'a\%b'", r"s LIKE '%\'"]),
)  # fmt: skip
AGGREGATES = st.one_of(
    st.builds("avg({})".format, NUMBERS),
    st.builds("sum({})".format, EXACTS),
    st.builds("{} / count(*)".format, st.builds("sum({})".format, EXACTS)),
    st.sampled_from(["count(DISTINCT i)", "sum(i) // 7", "min(s)", "max(d)", "count_if(i > j)", "sum(i > 0)"]),
    st.sampled_from(["avg(i) FILTER (WHERE j > 0)", "bool_or(i > j)", "stddev(d)"]),
)  # fmt: skip


class Both:
    """The table on both engines."""

    def __init__(self, url: str) -> None:
        import psycopg

        self.duckdb = duck.connect(threads=1)
        duck.run(self.duckdb, "CREATE TABLE v (i INTEGER, j INTEGER, d DECIMAL(9, 3), f DOUBLE, s VARCHAR)")
        self.postgres = psycopg.connect(url, autocommit=True)
        columns = 'i integer, j integer, d numeric(9, 3), f double precision, s text COLLATE "C"'
        self.postgres.execute(f"CREATE TEMPORARY TABLE v ({columns})")

    def fill(self, rows: list[tuple[object, ...]]) -> None:
        duck.run(self.duckdb, "TRUNCATE v")
        self.postgres.execute("TRUNCATE v")
        for row in rows:
            duck.run(self.duckdb, "INSERT INTO v VALUES (?, ?, ?, ?, ?)", row)
            self.postgres.execute("INSERT INTO v VALUES (%s, %s, %s, %s, %s)", row)

    def agree(self, sql: str) -> None:
        rows = duck.rows(self.duckdb, sql)
        names = tuple(name for name, _ in duck.columns(self.duckdb))
        reference = make_reference(Answer(names, ("",) * len(names), rows), answer_shape(sql))
        text = translate(sql, Catalog((TABLE,), "a test")).sql
        cursor = self.postgres.execute(text.encode())
        found = check(Answer(names, ("other",) * len(names), cursor.fetchall()), reference)
        assert found.status is not Status.MISMATCH, f"{found.reason}\n{sql}\n{text}"


@pytest.fixture(scope="module")
def both(postgres_url: str) -> Iterator[Both]:
    """Return both engines with an empty table."""
    made = Both(postgres_url)
    yield made
    made.postgres.close()
    made.duckdb.close()


# Without explanations, which would run a failing case over and over on the server.
CALM = settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow],
)


@CALM
@given(rows=ROWS, expressions=st.lists(SCALARS, min_size=4, max_size=8))
def test_calculations(both: Both, rows: list[tuple[object, ...]], expressions: list[str]) -> None:
    both.fill(rows)
    both.agree(f"SELECT {', '.join(expressions)} FROM v")


@CALM
@given(rows=ROWS, expressions=st.lists(AGGREGATES, min_size=3, max_size=6))
def test_aggregates(both: Both, rows: list[tuple[object, ...]], expressions: list[str]) -> None:
    both.fill(rows)
    both.agree(f"SELECT j, {', '.join(expressions)} FROM v GROUP BY j ORDER BY j")


KEYS = st.lists(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["i", "d", "f", "s", "i + j", "3", "total"]),
        st.sampled_from(["", " DESC", " ASC"]),
        st.sampled_from(["", " NULLS FIRST", " NULLS LAST"]),
    ),
    min_size=1,
    max_size=3,
)


@CALM
@given(rows=ROWS, keys=KEYS, limit=st.integers(1, 9))
def test_orders(both: Both, rows: list[tuple[object, ...]], keys: list[str], limit: int) -> None:
    both.fill(rows)
    order = ", ".join(keys)
    both.agree(f"SELECT i, d, f, s, i + j AS total FROM v ORDER BY {order}")
    both.agree(f"SELECT i, d, f, s, i + j AS total FROM v ORDER BY {order} LIMIT {limit}")
    over = order.replace("total", "j").replace("3", "f")
    both.agree(f"SELECT i, d, f, s, rank() OVER (PARTITION BY j ORDER BY {over}) FROM v")
