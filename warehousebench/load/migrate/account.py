"""The account of a migration: how each table arrived, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from warehousebench.engines.common.checks import ROWS
from warehousebench.errors import EngineError, SourceError, VerificationError
from warehousebench.load.migrate.extract import files_of
from warehousebench.load.migrate.sample import compare_sample
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.migration import ExtractedTable, Extraction, MigratedTable
from warehousebench.source.extract.base import Extraction as Source

VERIFIED, INCOMPLETE, FAILED = "verified", "incomplete", "failed"


def extracted(source: Source, catalog: Catalog, folder: Path, extraction: Extraction) -> dict[str, MigratedTable]:
    """Return how each table came out, a sample of its rows compared value by value while the source still shows its moment."""
    return {table.name: _one(source, table, folder, extraction.tables.get(table.name, ExtractedTable(()))) for table in catalog}


def _one(source: Source, table: Table, folder: Path, known: ExtractedTable) -> MigratedTable:
    if known.failure or known.source is None:
        return _failed(known, known.failure or "it was not read")
    try:
        sampled = compare_sample(source, table, files_of(folder, known))
    except (VerificationError, SourceError, EngineError) as error:
        return _failed(known, str(error))
    status = INCOMPLETE if known.rejected else VERIFIED
    return MigratedTable(status, known.rows, known.rejected, sampled, known.seconds, _reason(table, known))


def _reason(table: Table, known: ExtractedTable) -> str:
    if not known.rejected:
        return ""
    others = "" if len(known.source or {}) > 1 or list(known.source or {}) != [ROWS] else "; the other rows were only counted"
    return f"{known.rejected} rows did not fit their types and are in rejected/{table.name}-*.jsonl{others}"


def _failed(known: ExtractedTable, reason: str) -> MigratedTable:
    return MigratedTable(FAILED, known.rows, known.rejected, seconds=known.seconds, reason=reason)


def loaded(tables: Mapping[str, MigratedTable], failures: Mapping[str, str]) -> dict[str, MigratedTable]:
    """Return the account after the load: ``failures`` (table -> reason) are tables that did not arrive as they came out."""
    return {
        name: replace(each, status=FAILED, reason=failures[name]) if name in failures else each for name, each in tables.items()
    }
