"""Queries for Redshift.

Sources: Amazon Redshift Developer Guide, "Computations with numeric values", "AVG function", "Window function syntax
summary", "Leader node-only functions", "Unsupported PostgreSQL features", "EXTRACT function".
"""

from __future__ import annotations

from sqlglot import exp

from warehousebench.engines.base import Translation
from warehousebench.engines.common import arithmetic, clauses, texts
from warehousebench.engines.common.inference import DecimalRules
from warehousebench.engines.common.nulls import large, nulls_left_out
from warehousebench.engines.common.translate import Grammar
from warehousebench.engines.common.translate import translate as translated
from warehousebench.engines.common.unsupported import UNSUPPORTED
from warehousebench.engines.redshift import limits
from warehousebench.engines.redshift.types import RESERVED
from warehousebench.model.catalog import Catalog

_PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "DOY", "HOUR", "MINUTE", "SECOND", "EPOCH")

GRAMMAR = Grammar(
    product="Redshift",
    dialect="redshift",
    reserved=RESERVED,
    # "Computations with numeric values": a product has p1 + p2 + 1 digits, 38 at most, and keeps 4 places when it is cut.
    decimals=DecimalRules(extra=1, most=38, places=4),
    refused=UNSUPPORTED
    | {
        exp.Log: "LOG runs on the leader node alone, which cannot read tables",
        exp.Corr: "Redshift has no CORR",
    },
    shapes=(
        clauses.aliases,
        clauses.grouped_by_all,
        clauses.inlined_windows,
        clauses.qualified_rows,
        clauses.distinct_on,
    ),
    rules=(
        clauses.filters,
        clauses.checked_windows,
        limits.row_frames,
        limits.short_lags,
        limits.correlations,
        clauses.distinct_sets,
        clauses.null_safe,
        arithmetic.float_remainders,
        arithmetic.boolean_sums,
        arithmetic.counted_conditions,
        arithmetic.whole_rounding,
        arithmetic.boolean_numbers,
        arithmetic.boolean_texts,
        arithmetic.rounding_casts,
        arithmetic.float_casts_in_doubt,
        arithmetic.float_rounding_in_doubt,
        arithmetic.signs,
        arithmetic.averages,
        arithmetic.deviations,
        arithmetic.products,
        texts.concatenations,
        texts.parsed_times,
        texts.counted_days,
        texts.truncated_times,
        texts.interval_differences,
        texts.parts_of_times({part: part for part in _PARTS}, cast=True),
        arithmetic.divisions,
        arithmetic.plain_integer_divisions,
        clauses.like_patterns,
        nulls_left_out(large),
    ),
)


def translate(sql: str, catalog: Catalog) -> Translation:
    """Return a DuckDB query as Redshift writes it, with the same answer; raises UnsupportedError with the reason."""
    return translated(sql, catalog, GRAMMAR)
