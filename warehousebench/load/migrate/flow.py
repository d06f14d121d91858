"""The parts of a migration in their order, for whoever drives it: choose, bring out and prove, make way for the load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from warehousebench.errors import SourceError, UsageError
from warehousebench.load.manifest import MANIFEST
from warehousebench.load.migrate import account
from warehousebench.load.migrate.extract import Limits, Observer, extract
from warehousebench.load.migrate.refine import refined
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.load import Loaded
from warehousebench.model.migration import MigratedTable
from warehousebench.source.dataset import describe, read_dataset, write_dataset
from warehousebench.source.extract.base import Extraction as Source
from warehousebench.source.values import arrow_type

_GUESS = 16  # bytes of a value whose width only the rows could tell


@dataclass(frozen=True, slots=True)
class Out:
    """What came out of the source: the account so far, how one moment was kept, and columns that came as another type."""

    tables: Mapping[str, MigratedTable]
    consistent: str
    notes: tuple[str, ...]

    @property
    def usable(self) -> tuple[str, ...]:
        """Return the tables that can be loaded."""
        return tuple(name for name, each in self.tables.items() if each.status != account.FAILED)


def only(catalog: Catalog, chosen: Sequence[str]) -> Catalog:
    """Return the catalog of the chosen tables, of all without any; raises UsageError for a table that is not there."""
    if unknown := sorted(set(chosen) - {each.name for each in catalog}):
        known = ", ".join(each.name for each in catalog)
        raise UsageError(f"the source has no table {unknown[0]}. It has: {known}")
    return replace(catalog, tables=tuple(each for each in catalog if not chosen or each.name in chosen))


def bring_out(source: Source, catalog: Catalog, folder: Path, limits: Limits, *, resume: bool, observe: Observer) -> Out:
    """Bring the rows out into ``folder``, prove them against the source and describe the folder as a data set.

    Raises UsageError if the folder holds other rows, SourceError if it cannot be written.
    """
    catalog, notes = refined(source, catalog)
    extraction = extract(source, catalog, folder, limits, resume=resume, observe=observe)
    out = Out(account.extracted(source, catalog, folder, extraction), source.consistent, notes)
    kept = replace(catalog, tables=tuple(each for each in catalog if each.name in out.usable))
    document.write(folder / "catalog.json", kept)
    if kept.tables:
        write_dataset(folder, describe(folder, "migration", 1.0, f"rows of {catalog.source}", kept))
    return out


def make_way(layout: Path, rows: Path) -> None:
    """Forget a load of rows that are no longer the ones in ``rows``: the source changed between two attempts."""
    try:
        known = document.read(layout / MANIFEST, Loaded)
    except SourceError:
        return
    if known.fingerprint != read_dataset(rows).fingerprint:
        (layout / MANIFEST).unlink()


def estimate(table: Table) -> int | None:
    """Return about how many bytes a table's values have; None if nobody counted its rows."""
    if table.rows is None:
        return None
    return table.rows * sum(_width(arrow_type(column.type)) for column in table.columns)


def _width(type_: pa.DataType) -> int:
    try:
        return -(-int(type_.bit_width) // 8)
    except ValueError:
        return _GUESS
