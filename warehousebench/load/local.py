"""Load a layout into DuckDB: Parquet per table, then one database, each table checked against the source's checksum."""

from __future__ import annotations

import os
import time
from dataclasses import replace

from warehousebench import duck
from warehousebench.errors import SourceError, VerificationError
from warehousebench.load.manifest import DATABASE, MANIFEST
from warehousebench.load.stage import Job, Observer, begin, write_tables
from warehousebench.model import document
from warehousebench.model.load import Loaded


def load(job: Job, *, resume: bool = False, observe: Observer = lambda *_: None) -> Loaded:
    """Load every table of the job and return the finished manifest.

    ``observe`` hears (table, step).  Raises UsageError if the folder holds a load already, unless ``resume`` continues
    an unfinished one; raises VerificationError if a stored table does not have the source's rows.
    """
    loaded = begin(job, resume)
    if loaded.database and (job.folder / loaded.database).exists():
        return loaded
    loaded = write_tables(job, loaded, observe)
    started = time.perf_counter()
    size = _build(job, loaded, observe)
    # Tables that an interrupted load has written took their time as well.
    seconds = sum(table.seconds for table in loaded.tables.values()) + time.perf_counter() - started
    loaded = replace(loaded, database=DATABASE, database_bytes=size, seconds=seconds)
    document.write(job.folder / MANIFEST, loaded)
    return loaded


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
