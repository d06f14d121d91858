"""The first half of every load: each table as sorted, encoded Parquet in the layout's folder, noted down file by file."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench import duck
from warehousebench.errors import UsageError, VerificationError
from warehousebench.load.manifest import MANIFEST
from warehousebench.load.parquet import ParquetProfile, write_table
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.data import DataSet
from warehousebench.model.load import Loaded, LoadedTable, TableLayout

Observer = Callable[[str, str], None]
Checksum = Callable[[duck.Connection, str], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Job:
    """What to load where: each table's source relation and layout, and what proves it.

    ``expected`` are rows and checksum of each relation; ``checksum`` computes the same of a stored table.
    """

    name: str
    basis: str
    data: DataSet
    catalog: Catalog
    relations: Mapping[str, str]
    expected: Mapping[str, tuple[int, str]]
    layouts: Mapping[str, TableLayout]
    profile: ParquetProfile
    folder: Path
    checksum: Checksum
    threads: int
    memory: str
    engine: str = "duckdb"

    def empty(self) -> Loaded:
        """Return the manifest of a load that has not begun."""
        data = self.data
        return Loaded(self.name, self.basis, data.suite, data.scale, self.profile.value, data.fingerprint, {}, engine=self.engine)

    def path(self, table: LoadedTable) -> Path:
        """Return where a written table lies."""
        return self.folder / table.file


def begin(job: Job, resume: bool) -> Loaded:
    """Return the manifest to go on with, without tables whose files are gone.

    Raises UsageError if the folder holds a load already, unless ``resume`` continues one of the same data and layout.
    """
    manifest = job.folder / MANIFEST
    if not manifest.exists():
        return job.empty()
    if not resume:
        raise UsageError(f"{job.folder} holds a load already. Choose another --out, continue it with --resume, or delete it.")
    found = document.read(manifest, Loaded)
    if _identity(found) != _identity(job.empty()):
        raise UsageError(f"{job.folder} holds a load of other data or another layout. Choose another --out.")
    kept = {name: table for name, table in found.tables.items() if _is_kept(job, name, table)}
    if kept == found.tables:
        return found
    return replace(found, tables=kept, database=None, database_bytes=None, seconds=None)


def write_tables(job: Job, loaded: Loaded, observe: Observer) -> Loaded:
    """Write the tables that ``loaded`` does not hold yet and return the manifest with all of them; raises VerificationError."""
    temporary = job.folder / ".spill"
    with duck.opened(threads=job.threads, memory=job.memory) as connection:
        duck.run(connection, f"SET temp_directory = {duck.text(str(temporary))}")
        for table in sorted(job.relations):
            if table not in loaded.tables:
                observe(table, "write")
                loaded = replace(loaded, tables={**loaded.tables, table: _write(connection, job, table)})
                document.write(job.folder / MANIFEST, loaded)
    return loaded


def _identity(loaded: Loaded) -> tuple[object, ...]:
    return (loaded.layout, loaded.basis, loaded.suite, loaded.scale, loaded.parquet_profile, loaded.fingerprint, loaded.engine)


def _is_kept(job: Job, name: str, table: LoadedTable) -> bool:
    return (job.folder / table.file).exists() and table.order_by == job.layouts.get(name, TableLayout()).order_by


def _write(connection: duck.Connection, job: Job, table: str) -> LoadedTable:
    layout = job.layouts.get(table, TableLayout())
    path = job.folder / "parquet" / f"{table}.parquet"
    started = time.perf_counter()
    written = write_table(connection, _rows(job, table), _full_order(job, table, layout), path, layout, job.profile)
    seconds = time.perf_counter() - started
    rows, checksum = job.expected[table]
    if written.rows != rows:
        raise VerificationError(f"{table}: {written.rows} rows were written, the source has {rows}. Generate the data again.")
    return LoadedTable(
        file=str(path.relative_to(job.folder)),
        rows=written.rows,
        checksum=checksum,
        bytes=written.bytes,
        seconds=seconds,
        order_by=layout.order_by,
        encodings=written.encodings,
    )


def _rows(job: Job, table: str) -> str:
    """Return the query for a table's rows; a server's table has the schema's columns and no others."""
    columns = "*"
    if job.engine != "duckdb":
        columns = ", ".join(duck.quote(column.name) for column in job.catalog.table(table).columns)
    return f"SELECT {columns} FROM {job.relations[table]}"


def _full_order(job: Job, table: str, layout: TableLayout) -> tuple[str, ...]:
    """Return the sort key, then the primary key: rows that tie get one order, whatever the number of threads."""
    if not layout.order_by or table not in job.catalog:
        return layout.order_by
    return layout.order_by + tuple(name for name in job.catalog.table(table).primary_key if name not in layout.order_by)
