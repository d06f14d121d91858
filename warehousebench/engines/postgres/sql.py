"""Queries for PostgreSQL.

Sources: PostgreSQL documentation, "Functions and Operators", "Sorting Rows (ORDER BY)", "Window Function Calls".
"""

from __future__ import annotations

from sqlglot import exp

from warehousebench.engines.base import Translation
from warehousebench.engines.common import arithmetic, clauses, texts
from warehousebench.engines.common.nulls import large, nulls_left_out
from warehousebench.engines.common.translate import Grammar
from warehousebench.engines.common.translate import translate as translated
from warehousebench.engines.common.typed import TypedQuery, replace
from warehousebench.engines.common.unsupported import UNSUPPORTED
from warehousebench.model.catalog import Catalog

_PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "ISODOW", "DOY", "HOUR", "MINUTE", "SECOND", "EPOCH", "ISOYEAR")


def _letters_of_the_database(query: TypedQuery) -> None:
    """Change case by the database's own rules: the columns' collation, which sorts by bytes, knows ASCII letters alone."""
    for change in query.nodes(exp.Upper, exp.Lower):
        change.set("this", exp.Collate(this=change.this.copy(), expression=exp.Var(this='"default"')))
        replace(query, change, exp.Collate(this=change.copy(), expression=exp.Var(this='"C"')))
    for like in query.nodes(exp.ILike):
        like.set("this", exp.Collate(this=like.this.copy(), expression=exp.Var(this='"default"')))


GRAMMAR = Grammar(
    product="PostgreSQL",
    dialect="postgres",
    refused=UNSUPPORTED | {exp.IgnoreNulls: "window functions cannot ignore NULLs"},
    shapes=(
        clauses.aliases,
        clauses.grouped_by_all,
        clauses.qualified_rows,
    ),
    rules=(
        clauses.checked_windows,
        arithmetic.float_remainders,
        arithmetic.boolean_sums,
        arithmetic.counted_conditions,
        arithmetic.whole_rounding,
        arithmetic.boolean_numbers,
        arithmetic.float_rounding_by_numeric,
        arithmetic.signs,
        arithmetic.averages,
        arithmetic.deviations,
        texts.counted_days,
        texts.parsed_times,
        texts.truncated_times,
        texts.parts_of_times({part: part for part in _PARTS}, cast=True),
        arithmetic.divisions,
        arithmetic.plain_integer_divisions,
        clauses.like_patterns,
        _letters_of_the_database,
        nulls_left_out(large),
    ),
)


def translate(sql: str, catalog: Catalog) -> Translation:
    """Return a DuckDB query as PostgreSQL writes it, with the same answer; raises UnsupportedError with the reason."""
    return translated(sql, catalog, GRAMMAR)
