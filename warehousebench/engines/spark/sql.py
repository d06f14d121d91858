"""Queries for Spark.

Sources: Spark SQL reference, "ANSI Compliance", "ORDER BY Clause", "Built-in Functions", "Window Functions".
"""

from __future__ import annotations

from sqlglot import exp

from warehousebench.engines.base import Translation
from warehousebench.engines.common import arithmetic, clauses, texts
from warehousebench.engines.common.inference import DATES, DecimalRules
from warehousebench.engines.common.nulls import nulls_left_out, small
from warehousebench.engines.common.translate import COMMON, Grammar
from warehousebench.engines.common.translate import translate as translated
from warehousebench.engines.common.typed import TypedQuery, replace
from warehousebench.engines.common.unsupported import UNSUPPORTED
from warehousebench.model.catalog import Catalog

_PARTS = {part: part for part in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "HOUR", "MINUTE")}
_PARTS |= {"ISODOW": "DOW_ISO", "ISOYEAR": "YEAROFWEEK", "DOW": "DOW"}


def _days_between(query: TypedQuery) -> None:
    """Write a difference of dates as DATEDIFF: Spark's ``-`` gives an interval."""
    for difference in query.nodes(exp.Sub):
        if query.has(difference.this, DATES) and query.has(difference.expression, DATES):
            sides = [difference.this.copy(), difference.expression.copy()]
            replace(query, difference, exp.Anonymous(this="DATEDIFF", expressions=sides))


def _days_from_sunday(query: TypedQuery) -> None:
    """Count days of the week from 0 as DuckDB does: Spark's Sunday is 1."""
    for extract in query.nodes(exp.Extract):
        if extract.name.upper() == "DOW":
            replace(query, extract, exp.Paren(this=exp.Sub(this=extract.copy(), expression=exp.Literal.number(1))))


GRAMMAR = Grammar(
    product="Spark",
    dialect="spark",
    functions=COMMON | {exp.CountIf, *texts.PARTS},
    # "ANSI Compliance": p1 + p2 + 1 digits, 38 at most, and 6 places kept when they are cut.
    decimals=DecimalRules(extra=1, most=38, places=6),
    refused=UNSUPPORTED,
    rules=(
        clauses.aliases,
        clauses.grouped_by_all,
        clauses.qualified_rows,
        clauses.distinct_on,
        clauses.checked_windows,
        arithmetic.boolean_sums,
        arithmetic.truncating_casts,
        arithmetic.averages,
        arithmetic.deviations,
        arithmetic.products,
        texts.concatenations,
        _days_between,
        texts.counted_days,
        texts.truncated_times,
        texts.interval_differences,
        texts.parts_of_times(_PARTS, cast=False),
        _days_from_sunday,
        arithmetic.divisions,
        clauses.like_patterns,
        nulls_left_out(small),
    ),
)


def translate(sql: str, catalog: Catalog) -> Translation:
    """Return a DuckDB query as Spark writes it, with the same answer; raises UnsupportedError with the reason."""
    return translated(sql, catalog, GRAMMAR)
