"""One encoding per column by AWS's documented defaults and advice.

Sources: Amazon Redshift Developer Guide, "CREATE TABLE" (defaults by type), "Compression encodings" (when each one pays),
and Prescriptive Guidance, "Best practices for tables" (sort keys stay uncompressed).
"""

from __future__ import annotations

from collections.abc import Mapping

from warehousebench.engines.common.facts import NO_DATA, Facts
from warehousebench.engines.redshift.design import APPLICABLE
from warehousebench.engines.redshift.types import target
from warehousebench.model.catalog import Column, Table
from warehousebench.model.design import Evidence, Reason
from warehousebench.model.profile import ColumnProfile

# AWS: BYTEDICT is best below 256 values, and may waste space in large VARCHAR columns; "large" has no number, so ours.
FEW_VALUES = 256
SHORT_BYTES = 100
# AWS recommends ZSTD for a wide range of long and short strings; we call the range wide from this ratio on.
WIDE_RANGE = 1.5


def encodings(facts: Facts, table: Table, sortkey: tuple[str, ...]) -> tuple[Mapping[str, str], tuple[Reason, ...]]:
    """Return column -> encoding for all columns of ``table`` (one alone would leave the rest to defaults), and the reasons."""
    chosen: dict[str, str] = {}
    reasons: list[Reason] = []
    for column in table.columns:
        seen = facts.column(table.name, column.name)
        encoding, code, sentence, evidence = _sorted() if column.name in sortkey else _by_type(column, seen)
        chosen[column.name] = encoding
        reasons.append(Reason(code, f"encoding:{column.name}", sentence, evidence))
    return chosen, tuple(reasons)


Choice = tuple[str, str, str, tuple[Evidence, ...]]


def _sorted() -> Choice:
    return "RAW", "enc.sort-key", "sort key stays RAW, so that a zone map's hit reads few rows", ()


def _by_type(column: Column, seen: ColumnProfile | None) -> Choice:
    base = target(column, seen).base
    if base in ("CHAR", "VARCHAR"):
        return _text(seen)
    if base in APPLICABLE["AZ64"]:
        return "AZ64", "enc.default", f"default of {base}", ()
    if base == "SUPER":
        return "ZSTD", "enc.default", "suits JSON strings", ()
    return (
        ("LZO", "enc.default", "default of VARBYTE", ()) if base == "VARBYTE" else ("RAW", "enc.default", f"default of {base}", ())
    )


def _text(seen: ColumnProfile | None) -> Choice:
    if seen is None:
        return "LZO", "enc.default", f"default of text ({NO_DATA})", ()
    evidence = (
        Evidence("values", seen.distinct, "", "profile"),
        Evidence("mean width", seen.average_width, "bytes", "profile"),
        Evidence("longest", seen.maximum_width, "bytes", "profile"),
    )
    if 0 < seen.distinct < FEW_VALUES and seen.maximum_width <= SHORT_BYTES:
        return "BYTEDICT", "enc.few-values", f"{seen.distinct} short values", evidence
    if seen.maximum_width >= WIDE_RANGE * seen.average_width > 0:
        return "ZSTD", "enc.varied-lengths", "long and short strings mixed", evidence
    return "LZO", "enc.default", "default of text", evidence
