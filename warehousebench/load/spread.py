"""Load a layout on many machines: each table sorted by an engine that works on all of them, into a folder of Parquet files.

Nothing passes through this machine but what the engine says: which rows and bytes it wrote, and that they are what it read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench.errors import SourceError, UsageError, VerificationError
from warehousebench.load.manifest import MANIFEST
from warehousebench.load.stage import Job, Observer, begin
from warehousebench.model import document
from warehousebench.model.catalog import Table
from warehousebench.model.load import Loaded, LoadedTable, TableLayout

Sort = Callable[[Table, Sequence[Path], Path], tuple[Path, int, int]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the work is done: a name that is safe to write down, each table's files, and what sorts them into a folder."""

    name: str
    files: Mapping[str, Sequence[Path]]
    sort: Sort


def load(job: Job, on: Cluster, *, resume: bool = False, observe: Observer = lambda *_: None) -> Loaded:
    """Sort every table of the job on the cluster and return the finished manifest.

    Raises UsageError for tables without a schema or that are not Parquet, VerificationError if rows are lost or out of order.
    """
    _check(job, on.files)
    loaded = begin(job, resume)
    if loaded.database:
        return loaded
    for name in sorted(job.relations):
        if name not in loaded.tables:
            observe(name, "sort")
            loaded = replace(loaded, tables={**loaded.tables, name: _sorted(job, name, on)})
            document.write(job.folder / MANIFEST, loaded)
    total = sum(table.bytes for table in loaded.tables.values())
    seconds = sum(table.seconds for table in loaded.tables.values())
    loaded = replace(loaded, database=on.name, database_bytes=total, seconds=seconds, engine=job.engine)
    document.write(job.folder / MANIFEST, loaded)
    return loaded


def _check(job: Job, files: Mapping[str, Sequence[Path]]) -> None:
    known = {table.name for table in job.catalog}
    if unknown := sorted(set(job.relations) - known):
        raise UsageError(f"the schema does not describe the table {unknown[0]}, whose types are needed. Name another --catalog.")
    if odd := sorted(str(path) for paths in files.values() for path in paths if path.suffix != ".parquet"):
        raise UsageError(f"only Parquet is read in place, and {odd[0]} is not. Load it without --on.")


def _sorted(job: Job, name: str, on: Cluster) -> LoadedTable:
    started = time.perf_counter()
    folder = job.folder.absolute() / "parquet"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceError(f"cannot write {folder}: {error.strerror}. Choose another folder.") from error
    place, rows, size = on.sort(job.catalog.table(name), on.files[name], folder)
    expected, checksum = job.expected[name]
    if rows != expected:
        raise VerificationError(f"{name}: {rows} rows were written, the source has {expected}. Generate the data again.")
    return LoadedTable(
        file=str(place.relative_to(job.folder.absolute())),
        rows=rows,
        checksum=checksum,
        bytes=size,
        seconds=time.perf_counter() - started,
        order_by=job.layouts.get(name, TableLayout()).order_by,
        encodings={},
    )
