"""Queries for Spark.

Sources: Spark SQL reference, "ANSI Compliance", "ORDER BY Clause", "Built-in Functions", "Window Functions".
"""

from __future__ import annotations

from sqlglot import exp
from sqlglot.dialects.spark import Spark

from warehousebench.engines.base import Translation
from warehousebench.engines.common import arithmetic, clauses, texts
from warehousebench.engines.common.inference import DATES, FLOATS, INTEGERS, INTERVALS, DecimalRules
from warehousebench.engines.common.nulls import nulls_left_out, small
from warehousebench.engines.common.translate import Grammar
from warehousebench.engines.common.translate import translate as translated
from warehousebench.engines.common.typed import TypedQuery, replace
from warehousebench.engines.common.unsupported import UNSUPPORTED
from warehousebench.model.catalog import Catalog

_PARTS = {part: part for part in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "HOUR", "MINUTE", "SECOND")}
_PARTS |= {"ISODOW": "DOW_ISO", "ISOYEAR": "YEAROFWEEK", "DOW": "DOW"}


def _days_between(query: TypedQuery) -> None:
    """Write a difference of dates as DATEDIFF: Spark's ``-`` gives an interval."""
    for difference in query.nodes(exp.Sub):
        if query.has(difference.this, DATES) and query.has(difference.expression, DATES):
            sides = [difference.this.copy(), difference.expression.copy()]
            replace(query, difference, exp.Anonymous(this="DATEDIFF", expressions=sides))


def _times_from_dates(query: TypedQuery) -> None:
    """Make DATE + INTERVAL a timestamp where it is given out; a comparison is the same with the date that Spark makes of it."""
    for moved in query.nodes(exp.Add, exp.Sub):
        given_out = moved.find_ancestor(exp.Predicate, exp.Select)
        if query.has(moved.left, DATES) and query.has(moved.right, INTERVALS) and isinstance(given_out, exp.Select):
            replace(query, moved, exp.cast(moved.copy(), "TIMESTAMP", dialect="duckdb"))


def _even_halves(query: TypedQuery) -> None:
    """Round floats before they become integers, halves to the even one as in DuckDB: Spark's cast cuts."""
    for cast in arithmetic.casts(query, FLOATS, INTEGERS):
        cast.set("this", exp.Anonymous(this="RINT", expressions=[cast.this.copy()]))


def _days_from_sunday(query: TypedQuery) -> None:
    """Count days of the week from 0 as DuckDB does: Spark's Sunday is 1."""
    for extract in query.nodes(exp.Extract):
        if extract.name.upper() == "DOW":
            replace(query, extract, exp.Paren(this=exp.Sub(this=extract.copy(), expression=exp.Literal.number(1))))


def _without_zone(query: TypedQuery) -> None:
    """Take the zone from what is cut or parsed: both give a moment in the session's zone, DuckDB's a time without one."""
    for node in [*query.nodes(exp.TimestampTrunc), *query.nodes(exp.StrToTime)]:
        replace(query, node, exp.cast(node.copy(), exp.DataType.Type.TIMESTAMPNTZ))


class WarehouseSpark(Spark):
    """Spark's SQL, but for escapes in texts that its parser takes for plain letters."""


# The dialect's metaclass adds them to every class; "String Literals" lists what Spark knows.
WarehouseSpark.ESCAPED_SEQUENCES = {char: text for char, text in Spark.ESCAPED_SEQUENCES.items() if char not in "\a\f\v"}

GRAMMAR = Grammar(
    product="Spark",
    dialect=WarehouseSpark,
    # "ANSI Compliance": p1 + p2 + 1 digits, 38 at most, and 6 places kept when they are cut.
    decimals=DecimalRules(extra=1, most=38, places=6),
    refused=UNSUPPORTED,
    shapes=(
        clauses.aliases,
        clauses.grouped_by_all,
        clauses.qualified_rows,
        clauses.distinct_on,
    ),
    rules=(
        clauses.checked_windows,
        arithmetic.boolean_sums,
        arithmetic.counted_conditions,
        arithmetic.whole_rounding,
        arithmetic.rounding_casts,
        _even_halves,
        arithmetic.signs,
        arithmetic.averages,
        arithmetic.deviations,
        arithmetic.products,
        texts.concatenations,
        texts.counted_days,
        _days_between,
        _times_from_dates,
        texts.truncated_times,
        texts.interval_differences,
        texts.parts_of_times(_PARTS, cast=False),
        _days_from_sunday,
        _without_zone,
        arithmetic.divisions,
        clauses.like_patterns,
        nulls_left_out(small),
    ),
)


def translate(sql: str, catalog: Catalog) -> Translation:
    """Return a DuckDB query as Spark writes it, with the same answer; raises UnsupportedError with the reason."""
    return translated(sql, catalog, GRAMMAR)
