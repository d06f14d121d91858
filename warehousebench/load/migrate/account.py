"""The account of a migration: how each table arrived, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from warehousebench.errors import VerificationError
from warehousebench.load.migrate.extract import files_of
from warehousebench.load.migrate.sample import compare_sample
from warehousebench.model.catalog import Catalog
from warehousebench.model.migration import ExtractedTable, Extraction, MigratedTable
from warehousebench.source.extract.base import Extraction as Source

VERIFIED, INCOMPLETE, FAILED = "verified", "incomplete", "failed"


def extracted(source: Source, catalog: Catalog, folder: Path, extraction: Extraction) -> dict[str, MigratedTable]:
    """Return how each table came out, a sample of its rows compared value by value while the source still shows its moment."""
    found = {}
    for table in catalog:
        known = extraction.tables.get(table.name, ExtractedTable(()))
        if known.failure or known.source is None:
            found[table.name] = _failed(known, known.failure or "it was not read")
            continue
        try:
            sampled = 0 if known.rejected else compare_sample(source, table, files_of(folder, known))
        except VerificationError as error:
            found[table.name] = _failed(known, str(error))
            continue
        status = INCOMPLETE if known.rejected else VERIFIED
        reason = f"{known.rejected} rows did not fit their types: see rejected/{table.name}-*.jsonl" if known.rejected else ""
        found[table.name] = MigratedTable(status, known.rows, known.rejected, sampled, known.seconds, reason)
    return found


def _failed(known: ExtractedTable, reason: str) -> MigratedTable:
    return MigratedTable(FAILED, known.rows, known.rejected, seconds=known.seconds, reason=reason)


def loaded(tables: Mapping[str, MigratedTable], failures: Mapping[str, str]) -> dict[str, MigratedTable]:
    """Return the account after the load: ``failures`` (table -> reason) are tables that did not arrive as they came out."""
    return {
        name: MigratedTable(FAILED, each.rows, each.rejected, each.sampled, each.seconds, failures[name])
        if name in failures
        else each
        for name, each in tables.items()
    }
