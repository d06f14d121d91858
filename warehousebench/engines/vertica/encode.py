"""One encoding per column of a projection.

Sources: Vertica documentation, "Encoding types"; Lamb et al., "The Vertica Analytic Database", PVLDB 5(12), 2012, section 3.4;
and what Database Designer chose in published designs where the documentation names several.
"""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench.engines.common.facts import Facts
from warehousebench.engines.vertica.design import ProjectionColumn, applies
from warehousebench.engines.vertica.order import RUN, runs
from warehousebench.engines.vertica.types import target
from warehousebench.model.catalog import Column, Table
from warehousebench.model.design import Evidence, Reason

_DELTA = frozenset(
    {"INTEGER", "DATE", "TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL DAY TO SECOND", "INTERVAL YEAR TO MONTH"}
)


def encodings(facts: Facts, table: Table, order: Sequence[str]) -> tuple[tuple[ProjectionColumn, ...], tuple[Reason, ...]]:
    """Return all columns of ``table`` with their encodings in a projection sorted by ``order``, and the reasons."""
    lengths = runs(facts, table.name, order)
    columns: list[ProjectionColumn] = []
    reasons: list[Reason] = []
    for column in table.columns:
        encoding, code, sentence = _by_type(facts, table, column, column.name in order)
        evidence: tuple[Evidence, ...] = ()
        if lengths.get(column.name, 0.0) >= RUN:
            encoding, code, sentence = "RLE", "enc.runs", f"runs of {lengths[column.name]:,.0f} rows in the sort order"
            evidence = (Evidence("average run", lengths[column.name], "rows", "estimated from the profile"),)
        columns.append(ProjectionColumn(column.name, encoding))
        reasons.append(Reason(code, f"encoding:{column.name}", sentence, evidence))
    return tuple(columns), tuple(reasons)


def _by_type(facts: Facts, table: Table, column: Column, is_sorted: bool) -> tuple[str, str, str]:
    """Return encoding, code and sentence for a column without long runs."""
    kind = target(column, facts.column(table.name, column.name))
    if kind.base in _DELTA:
        if is_sorted and _is_unique(facts, table, column.name):
            return "COMMONDELTA_COMP", "enc.sorted-key", "sorted unique key: few different steps"
        return "DELTAVAL", "enc.delta", f"{kind.base}: differences from each block's smallest value"
    if kind.base == "NUMERIC" and applies("DELTAVAL", kind):
        return "DELTAVAL", "enc.delta", "64-bit NUMERIC: differences from each block's smallest value"
    if kind.base in ("CHAR", "VARCHAR", "LONG VARCHAR"):
        return "ZSTD_FAST_COMP", "enc.text", "text without runs, as Database Designer encodes it"
    return "AUTO", "enc.default", f"default of {kind.base}"


def _is_unique(facts: Facts, table: Table, name: str) -> bool:
    """Tell whether the column alone is a key, by declaration or by its values."""
    if (name,) in (table.primary_key, *table.unique_keys):
        return True
    seen = facts.column(table.name, name)
    return seen is not None and seen.distinct_exact and seen.distinct == facts.rows(table.name)
