"""Load a layout into DuckDB: Parquet per table, then one database, each table checked against the source's checksum."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench import duck
from warehousebench.errors import SourceError, UsageError, VerificationError
from warehousebench.load.manifest import DATABASE, MANIFEST
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

    def empty(self) -> Loaded:
        """Return the manifest of a load that has not begun."""
        return Loaded(self.name, self.basis, self.data.suite, self.data.scale, self.profile.value, self.data.fingerprint, {})


def load(job: Job, *, resume: bool = False, observe: Observer = lambda *_: None) -> Loaded:
    """Load every table of the job and return the finished manifest.

    ``observe`` hears (table, step).  Raises UsageError if the folder holds a load already, unless ``resume`` continues
    an unfinished one; raises VerificationError if a stored table does not have the source's rows.
    """
    loaded = _begin(job, resume)
    if loaded.database:
        return loaded
    temporary = job.folder / ".spill"
    with duck.opened(threads=job.threads, memory=job.memory) as connection:
        duck.run(connection, f"SET temp_directory = {duck.text(str(temporary))}")
        for table in sorted(job.relations):
            if table not in loaded.tables:
                observe(table, "write")
                loaded = replace(loaded, tables={**loaded.tables, table: _write(connection, job, table)})
                document.write(job.folder / MANIFEST, loaded)
    started = time.perf_counter()
    size = _build(job, loaded, observe)
    # Tables that an interrupted load has written took their time as well.
    seconds = sum(table.seconds for table in loaded.tables.values()) + time.perf_counter() - started
    loaded = replace(loaded, database=DATABASE, database_bytes=size, seconds=seconds)
    document.write(job.folder / MANIFEST, loaded)
    return loaded


def _begin(job: Job, resume: bool) -> Loaded:
    manifest = job.folder / MANIFEST
    if not manifest.exists():
        return job.empty()
    if not resume:
        raise UsageError(f"{job.folder} holds a load already. Choose another --out, continue it with --resume, or delete it.")
    found = document.read(manifest, Loaded)
    if replace(found, tables={}, database=None, database_bytes=None, seconds=None) != job.empty():
        raise UsageError(f"{job.folder} holds a load of other data or another layout. Choose another --out.")
    kept = {name: table for name, table in found.tables.items() if _is_kept(job, name, table)}
    if found.database and kept == found.tables and (job.folder / found.database).exists():
        return found
    return replace(found, tables=kept, database=None, database_bytes=None, seconds=None)


def _is_kept(job: Job, name: str, table: LoadedTable) -> bool:
    return (job.folder / table.file).exists() and table.order_by == job.layouts.get(name, TableLayout()).order_by


def _write(connection: duck.Connection, job: Job, table: str) -> LoadedTable:
    layout = job.layouts.get(table, TableLayout())
    path = job.folder / "parquet" / f"{table}.parquet"
    started = time.perf_counter()
    written = write_table(
        connection, f"SELECT * FROM {job.relations[table]}", _full_order(job, table, layout), path, layout, job.profile
    )
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


def _full_order(job: Job, table: str, layout: TableLayout) -> tuple[str, ...]:
    """Return the sort key, then the primary key: rows that tie get one order, whatever the number of threads."""
    if not layout.order_by or table not in job.catalog:
        return layout.order_by
    return layout.order_by + tuple(name for name in job.catalog.table(table).primary_key if name not in layout.order_by)


def _build(job: Job, loaded: Loaded, observe: Observer) -> int:
    """Write the database beside its place, verify every table in it, then rename it; return its bytes."""
    target, beside = job.folder / DATABASE, job.folder / f".{DATABASE}.part"
    beside.unlink(missing_ok=True)
    try:
        with duck.opened(beside, threads=job.threads, memory=job.memory) as connection:
            for name, table in loaded.tables.items():
                observe(name, "load")
                file = duck.text(str(job.folder / table.file))
                duck.run(connection, f"CREATE TABLE {duck.quote(name)} AS SELECT * FROM read_parquet({file})")
                observe(name, "verify")
                _verify(job, name, job.checksum(connection, duck.quote(name)))
            duck.run(connection, "CHECKPOINT")
        os.replace(beside, target)
    except OSError as error:
        raise SourceError(f"cannot write {target}: {error.strerror}. Free some space, then repeat with --resume.") from error
    finally:
        beside.unlink(missing_ok=True)
        beside.with_name(f"{beside.name}.wal").unlink(missing_ok=True)
    return target.stat().st_size


def _verify(job: Job, table: str, found: tuple[int, str]) -> None:
    rows, checksum = job.expected[table]
    if found != (rows, checksum):
        raise VerificationError(
            f"{table}: stored {found[0]} rows with checksum {found[1]}, the source has {rows} with {checksum}. "
            "Delete the folder and load again; if it happens again, please report it."
        )
