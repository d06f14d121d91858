"""Load a layout to a server: Parquet per table, then the engine's own COPY, every table checked against the source.

A table that is noted down as arrived is there whole.  Anything else is made anew by the next attempt, so that neither a
dropped connection nor a killed process leaves a row missing or twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from warehousebench import duck
from warehousebench.engines.base import Plan, Store
from warehousebench.engines.common.checks import ROWS, differing, in_parts
from warehousebench.engines.common.script import parents_first
from warehousebench.engines.duckdb.checks import check
from warehousebench.errors import EngineError, PartialLoadError, TransientError, UsageError, VerificationError
from warehousebench.load.manifest import MANIFEST
from warehousebench.load.stage import Job, Observer, begin, write_tables
from warehousebench.model import document
from warehousebench.model.catalog import Table
from warehousebench.model.load import Loaded

T = TypeVar("T")

ATTEMPTS = 3
REJECTED = "rejected"
sleep = time.sleep


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the tables go: a name that is safe to write down, what is to be made there, and how to open a session."""

    name: str
    plan: Plan
    open: Callable[[], Store]


def files_of(job: Job) -> dict[str, tuple[Path, ...]]:
    """Return table -> the Parquet files that the load will send."""
    return {name: (job.folder / "parquet" / f"{name}.parquet",) for name in sorted(job.relations)}


def load(job: Job, to: Destination, *, resume: bool = False, observe: Observer = lambda *_: None) -> Loaded:
    """Load every table of the job to the destination and return the finished manifest.

    Raises UsageError for tables without a schema, EngineError if there is no session to be had, PartialLoadError after all
    other tables if one is refused or differs from the source's, VerificationError if the engine's own catalogue differs
    from the design.
    """
    if unknown := sorted(set(job.relations) - {table.name for table in to.plan.catalog}):
        raise UsageError(f"the schema does not describe the table {unknown[0]}: a server needs its types. Name another --catalog.")
    loaded = begin(job, resume)
    if loaded.database:
        return loaded
    loaded = write_tables(job, loaded, observe)
    started = time.perf_counter()
    _retried(lambda store: store.version, to)  # no session is no table's fault
    failures: dict[str, str] = {}
    for table in parents_first(to.plan.catalog):
        if table.name in job.relations and table.name not in loaded.arrived:
            try:
                rows = _retried(lambda store, table=table: _send(store, job, table, observe), to)  # type: ignore[misc]
            except (EngineError, VerificationError) as error:
                if isinstance(error.__cause__, TransientError):
                    raise  # the server is away, for all tables
                failures[table.name] = str(error)
                continue
            loaded = replace(loaded, arrived={**loaded.arrived, table.name: rows})
            document.write(job.folder / MANIFEST, loaded)
    if failures:
        raise PartialLoadError(failures, len(job.relations), stand_in=_retried(lambda store: store.stand_in, to))
    loaded = _retried(lambda store: _finish(store, job, to, loaded), to)
    seconds = sum(table.seconds for table in loaded.tables.values()) + time.perf_counter() - started
    loaded = replace(loaded, database=to.name, seconds=seconds)
    document.write(job.folder / MANIFEST, loaded)
    return loaded


def _retried(work: Callable[[Store], T], to: Destination) -> T:
    """Do ``work`` on a fresh session, again if what failed may pass by itself; the last failure is raised."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            store = to.open()
            try:
                return work(store)
            finally:
                store.close()
        except TransientError as error:
            if attempt == ATTEMPTS:
                raise EngineError(
                    f"{error} (tried {ATTEMPTS} times). Repeat with --resume when the server is well again."
                ) from error
            sleep(2.0**attempt)
    raise AssertionError("unreachable")


def _send(store: Store, job: Job, table: Table, observe: Observer) -> int:
    """Make one table anew and return its rows; it is there whole and equal to the source's, or an error is raised."""
    observe(table.name, "copy")
    store.create(table)
    filled = store.fill(table, files_of(job)[table.name])
    if filled.rejected:
        _keep(job.folder / REJECTED / f"{table.name}.txt", filled.rejected)
        raise VerificationError(
            f"{table.name}: {len(filled.rejected)} rows were refused, the first because {filled.rejected[0]}. All reasons are in "
            f"{job.folder / REJECTED}. Change the type or the rows, then repeat with --resume."
        )
    observe(table.name, "verify")
    expected = _expected(job, table)
    found = {label: value for part in in_parts(table) for label, value in store.check(part).items()}
    if wrong := differing(expected, found):
        raise VerificationError(
            f"{table.name} arrived with other values: {_first(wrong)}. Repeat with --resume: the table is made anew; "
            "if it happens again, the column's type there is too narrow."
        )
    return int(expected[ROWS])


def _expected(job: Job, table: Table) -> Mapping[str, str]:
    with duck.opened(threads=job.threads, memory=job.memory) as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        return check(connection, table, job.relations[table.name])


def _finish(store: Store, job: Job, to: Destination, loaded: Loaded) -> Loaded:
    store.finish()
    applied = None
    if to.plan.design is not None:
        if wrong := store.differences():
            raise VerificationError(
                f"{to.name} does not show the design that was asked for: {_first(wrong)}. "
                "Load to an empty schema with another --out."
            )
        applied = True
    size = store.stored_bytes()
    return replace(
        loaded,
        engine_version=store.version,
        stand_in=store.stand_in,
        database_bytes=size,
        design_applied=applied,
        engine=job.engine,
    )


def _keep(path: Path, reasons: Sequence[str]) -> None:
    document.write_text(path, "\n".join(reasons) + "\n")


def _first(sentences: Sequence[str], shown: int = 3) -> str:
    more = f" and {len(sentences) - shown} more" if len(sentences) > shown else ""
    return "; ".join(sentences[:shown]) + more
