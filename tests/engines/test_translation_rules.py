"""What each engine is given for what only DuckDB says: rewritten, noted, or refused with a reason."""

from __future__ import annotations

from importlib import import_module

import pytest
import sqlglot
from translation_cases import CASES, CATALOG, TABLE

from warehousebench.engines.base import Translation
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind

ENGINES = ("redshift", "vertica", "spark", "postgres")
# Why some engines have no form of a case.
NO_FORM = {("redshift", "parts of dates"): "ISOYEAR", ("spark", "seconds"): "EPOCH"}


def translated(engine: str, sql: str, catalog: Catalog = CATALOG) -> Translation:
    found: Translation = import_module(f"warehousebench.engines.{engine}.sql").translate(sql, catalog)
    return found


def one_line(engine: str, sql: str, catalog: Catalog = CATALOG) -> str:
    return " ".join(translated(engine, sql, catalog).sql.split())


@pytest.mark.parametrize("engine", ["redshift", "vertica"])
def test_the_cases_parse(engine: str) -> None:
    """No server of these can be asked, so what they are given is at least a sentence of their language."""
    for name, sql in CASES.items():
        if (engine, name) in NO_FORM:
            with pytest.raises(UnsupportedError, match=NO_FORM[engine, name]):
                translated(engine, sql)
            continue
        (tree,) = sqlglot.parse(translated(engine, sql).sql, read=engine)
        assert isinstance(tree, sqlglot.exp.Query), name


@pytest.mark.parametrize(
    ("engine", "sql", "expected"),
    [
        ("redshift", "SELECT avg(i) FROM t", "SELECT AVG(CAST(i AS DOUBLE PRECISION)) FROM t"),
        ("vertica", "SELECT avg(d) FROM t", "SELECT AVG(CAST(d AS DOUBLE PRECISION)) FROM t"),
        ("spark", "SELECT avg(f) FROM t", "SELECT AVG(f) FROM t"),
        ("redshift", "SELECT i / j FROM t", "SELECT CAST(i AS DOUBLE PRECISION) / j FROM t"),
        ("redshift", "SELECT i // 2 FROM t", "SELECT CAST(i AS BIGINT) / 2 FROM t"),
        ("vertica", "SELECT i // 2 FROM t", "SELECT i // 2 FROM t"),
        ("spark", "SELECT i // 2 FROM t", "SELECT i DIV 2 FROM t"),
        # NULLs: where an engine's own place is DuckDB's, nothing is said, and nothing for keys that have no NULLs.
        ("redshift", "SELECT i FROM t ORDER BY i DESC, id DESC", "SELECT i FROM t ORDER BY i DESC NULLS LAST, id DESC"),
        ("postgres", "SELECT i FROM t ORDER BY i", "SELECT i FROM t ORDER BY i"),
        ("spark", "SELECT i FROM t ORDER BY i, id", "SELECT i FROM t ORDER BY i NULLS LAST, id"),
        ("vertica", "SELECT i FROM t ORDER BY i DESC", "SELECT i FROM t ORDER BY i DESC"),
        ("vertica", "SELECT i FROM t ORDER BY i", "SELECT i FROM t ORDER BY CASE WHEN i IS NULL THEN 1 ELSE 0 END, i"),
        ("vertica", "SELECT s FROM t ORDER BY s", "SELECT s FROM t ORDER BY s"),
        ("vertica", "SELECT f FROM t ORDER BY f DESC", "SELECT f FROM t ORDER BY CASE WHEN f IS NULL THEN 1 ELSE 0 END, f DESC"),
        (
            "vertica",
            "SELECT f FROM t ORDER BY f NULLS FIRST",
            "SELECT f FROM t ORDER BY CASE WHEN f IS NULL THEN 1 ELSE 0 END DESC, f",
        ),
        ("vertica", "SELECT rank() OVER (ORDER BY i DESC) FROM t", "SELECT RANK() OVER (ORDER BY i DESC NULLS LAST) FROM t"),
        # A product with 15 + 18 + 18 + 2 digits would lose places on Redshift, and keeps those it needs on Spark.
        (
            "redshift",
            "SELECT d * (e * e) FROM t",
            "SELECT d * CAST(( e * e ) AS DECIMAL(22, 12)) FROM t",
        ),
        ("vertica", "SELECT d * (e * e) FROM t", "SELECT d * ( e * e ) FROM t"),
        ("redshift", "SELECT sum(d) FILTER (WHERE ok) FROM t", "SELECT SUM(CASE WHEN ok THEN d END) FROM t"),
        ("vertica", "SELECT count(*) FILTER (WHERE ok) FROM t", "SELECT COUNT(CASE WHEN ok THEN 1 END) FROM t"),
        ("vertica", "SELECT count(DISTINCT i) FILTER (WHERE ok) FROM t", "SELECT COUNT(DISTINCT CASE WHEN ok THEN i END) FROM t"),
        (
            "redshift",
            "SELECT sum(i) OVER (ORDER BY id RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t",
            "SELECT SUM(i) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t",
        ),
        ("vertica", "SELECT week(day) FROM t", "SELECT WEEK_ISO(day) FROM t"),
        (
            "vertica",
            "SELECT first_value(i IGNORE NULLS) OVER (ORDER BY id) FROM t",
            "SELECT FIRST_VALUE(i IGNORE NULLS) OVER (ORDER BY id) FROM t",
        ),
        (
            "redshift",
            "SELECT lag(i IGNORE NULLS) OVER (ORDER BY id) FROM t",
            "SELECT LAG(i) IGNORE NULLS OVER (ORDER BY id) FROM t",
        ),
        ("vertica", "SELECT CAST(i AS VARCHAR) FROM t", "SELECT CAST(i AS VARCHAR(65000)) FROM t"),
        ("redshift", "SELECT day + INTERVAL 3 MONTH FROM t", "SELECT day + INTERVAL '3 MONTH' FROM t"),
        ("vertica", "SELECT day + INTERVAL 3 MONTH FROM t", "SELECT day + INTERVAL '3' MONTH FROM t"),
        ("redshift", "SELECT i AS deflate FROM t", 'SELECT i AS "deflate" FROM t'),
        ("vertica", "SELECT i AS pinned FROM t", 'SELECT i AS "pinned" FROM t'),
        ("spark", "SELECT i AS \"two words\" FROM t", "SELECT i AS `two words` FROM t"),
    ],
)  # fmt: skip
def test_rewritten(engine: str, sql: str, expected: str) -> None:
    assert one_line(engine, sql) == expected


@pytest.mark.parametrize(
    ("engine", "sql", "note"),
    [
        ("redshift", "SELECT sum(i) OVER (ORDER BY g) FROM t", "line 1, column 8: rows that tie"),
        ("redshift", "SELECT i / j FROM t", "division by zero"),
        ("vertica", "SELECT CAST(f AS INTEGER) FROM t", "rounds a float"),
        ("redshift", "SELECT round(f, 1) FROM t", "rounded the other way"),
        ("spark", "SELECT id FROM t WHERE s LIKE p", "backslash"),
        ("vertica", "SELECT any_value(i) FROM t", "the least of the values"),
        ("vertica", "SELECT amount_spent(i, d) FROM t", "a function of your own"),
        ("redshift", "SELECT CAST(e AS DECIMAL(38, 18)) * CAST(e AS DECIMAL(38, 18)) FROM t", "36 places has more digits"),
        ("redshift", "SELECT seen - TIMESTAMP '2016-01-01' FROM t", "an interval"),
    ],
)
def test_noted(engine: str, sql: str, note: str) -> None:
    (found,) = translated(engine, sql).notes
    assert note in found


@pytest.mark.parametrize("sql", [
    "SELECT id, sum(i) OVER (PARTITION BY g ORDER BY day, id) FROM t",
    "SELECT day, sum(sum(i)) OVER (ORDER BY day) FROM t GROUP BY day",
    "SELECT i / 2, j / 7.5, d / nullif(i, 0) FROM t",
    "SELECT row_number() OVER (ORDER BY g) FROM t",
])  # fmt: skip
def test_nothing_to_note(sql: str) -> None:
    assert translated("redshift", sql).notes == ()


@pytest.mark.parametrize(
    ("engines", "sql", "reason"),
    [
        (ENGINES, "SELECT list(i) FROM t", r"array_agg|list"),
        (ENGINES, "SELECT [1, 2] FROM t", "lists"),
        (ENGINES, "SELECT now() FROM t", "clock|now"),
        (ENGINES, "SELECT current_date FROM t", "clock"),
        (ENGINES, "SELECT random() FROM t", "chance"),
        (ENGINES, "SELECT * FROM t USING SAMPLE 10%", "chance"),
        (ENGINES, "SELECT strftime(day, '%j') FROM t", r"no translation of time_to_str|strftime"),
        (ENGINES, "SELECT levenshtein(s, p) FROM t", "levenshtein"),
        (ENGINES, "SELECT jaccard(s, p) FROM t", "jaccard"),
        (ENGINES, "SELECT count(DISTINCT i) OVER (PARTITION BY g) FROM t", "DISTINCT aggregate"),
        (ENGINES, "SELECT sum(i) OVER (ORDER BY i GROUPS 1 PRECEDING) FROM t", "GROUPS frames"),
        (ENGINES, "SELECT f // 2 FROM t", "// of anything but integers"),
        (ENGINES, "SELECT i FROM", "line 1"),
        (ENGINES, "SELECT nowhere FROM t", "nowhere"),
        (ENGINES, "SELECT i FROM elsewhere", "elsewhere"),
        (ENGINES, "DELETE FROM t", "only SELECT"),
        (ENGINES, "SELECT 1; SELECT 2", "2 statements"),
        (ENGINES, "SELECT * FROM t ASOF JOIN t AS u ON t.id >= u.id", "ASOF JOIN"),
        (ENGINES, "SELECT * FROM t POSITIONAL JOIN t AS u", "POSITIONAL JOIN"),
        (ENGINES, "SELECT id FROM t SEMI JOIN t AS u USING (id)", "SEMI JOIN"),
        (ENGINES, "SELECT v.i FROM t, LATERAL (SELECT max(u.i) AS i FROM t AS u WHERE u.g = t.g) AS v", "LATERAL"),
        (("redshift", "vertica"), "SELECT i FROM t INTERSECT ALL SELECT j FROM t", "INTERSECT ALL"),
        (("redshift",), "SELECT log10(f) FROM t", "leader node"),
        (("redshift",), "SELECT lag(i, 1, 0) OVER (ORDER BY id) FROM t", "no default value"),
        (("redshift",), "SELECT sum(i) OVER (ORDER BY i RANGE 5 PRECEDING) FROM t", "no RANGE"),
        (
            ("redshift",),
            "SELECT id FROM t WHERE EXISTS (SELECT 1 FROM t AS u WHERE EXISTS (SELECT 1 FROM t AS v WHERE v.id = t.i))",
            "further out",
        ),
        (
            ("redshift",),
            "SELECT t.id FROM t LEFT JOIN t AS u ON u.i = (SELECT max(v.i) FROM t AS v WHERE v.g = t.g)",
            "ON of an outer join",
        ),
        (("redshift",), "SELECT id FROM t WHERE i IN (SELECT sum(u.i) OVER () FROM t AS u WHERE u.g = t.g)", "window function"),
        (("redshift",), "SELECT id FROM t WHERE i IN (SELECT sum(u.i) FROM t AS u WHERE u.g = t.g GROUP BY u.j)", "groups and"),
        (("postgres",), "SELECT lag(i IGNORE NULLS) OVER (ORDER BY id) FROM t", "cannot ignore NULLs"),
        (("vertica",), "SELECT lag(i IGNORE NULLS) OVER (ORDER BY id) FROM t", "LAG and LEAD cannot ignore NULLs"),
        (("vertica",), "SELECT greatest(i, j, g) FROM t", "more than two"),
    ],
)  # fmt: skip
def test_refused(engines: tuple[str, ...], sql: str, reason: str) -> None:
    for engine in engines:
        with pytest.raises(UnsupportedError, match=reason):
            translated(engine, sql)


def test_names_as_the_catalog_spells_them() -> None:
    """PostgreSQL tells cases apart in quoted names, DuckDB does not."""
    columns = (Column("OrderID", DataType(TypeKind.BIGINT)), Column("plain", DataType(TypeKind.INTEGER)))
    catalog = Catalog((Table("Order Lines", columns), TABLE), "a test")
    sql = 'SELECT ORDERID AS Found, o.PLAIN FROM "order lines" AS O JOIN T ON t.ID = o.orderid ORDER BY FOUND'
    assert one_line("postgres", sql, catalog) == (
        'SELECT "OrderID" AS found, o.plain FROM "Order Lines" AS o JOIN t ON t.id = o."OrderID" ORDER BY found'
    )
