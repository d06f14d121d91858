"""Rows out of the source, chunk by chunk, in parallel; every table held against the source's own word before it counts.

``extraction.json`` notes every chunk that is out.  After a kill the chunks that are there are kept if the source still says
the same of them, and read again if it does not, so that what comes out in the end is the source as of one moment.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehousebench.engines.common.checks import ROWS, differing
from warehousebench.errors import EngineError, SourceError, TransientError, UsageError
from warehousebench.load.migrate.rejects import Rejects, the_rest
from warehousebench.load.migrate.sources import extracted_check, source_check, source_count, tells
from warehousebench.model import document
from warehousebench.model.catalog import STRINGS, Catalog, Table
from warehousebench.model.migration import ExtractedChunk, ExtractedTable, Extraction
from warehousebench.source.extract.base import Chunk, schema_of
from warehousebench.source.extract.base import Extraction as Source

MANIFEST = "extraction.json"
CHUNK_ROWS = 500_000
ATTEMPTS = 3
sleep = time.sleep

Observer = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How gently to read: bytes per second of all sessions together (None: as fast as it goes), rows of a chunk."""

    rate: float | None = None
    chunk_rows: int = CHUNK_ROWS


@dataclass(slots=True)
class _Brake:
    """Keeps the bytes of all threads below a rate."""

    rate: float | None
    started: float = field(default_factory=time.monotonic)
    bytes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def passed(self, size: int) -> None:
        if self.rate is None:
            return
        with self.lock:
            self.bytes += size
            ahead = self.bytes / self.rate - (time.monotonic() - self.started)
        if ahead > 0:
            sleep(ahead)


class _Book:
    """The manifest on disk, written after every chunk, from any thread."""

    def __init__(self, folder: Path, extraction: Extraction) -> None:
        self.path, self.extraction = folder / MANIFEST, extraction
        self._lock = threading.Lock()

    def table(self, name: str) -> ExtractedTable:
        return self.extraction.tables[name]

    def note(self, name: str, change: Callable[[ExtractedTable], ExtractedTable]) -> None:
        with self._lock:
            tables = {**self.extraction.tables, name: change(self.extraction.tables[name])}
            self.extraction = replace(self.extraction, tables=tables)
            document.write(self.path, self.extraction)

    def add(self, name: str, table: ExtractedTable) -> None:
        with self._lock:
            self.extraction = replace(self.extraction, tables={**self.extraction.tables, name: table})
            document.write(self.path, self.extraction)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step of an extraction needs."""

    source: Source
    folder: Path
    book: _Book
    brake: _Brake
    observe: Observer


def extract(
    source: Source,
    catalog: Catalog,
    folder: Path,
    limits: Limits,
    *,
    resume: bool = False,
    observe: Observer = lambda *_: None,
) -> Extraction:
    """Bring every table of ``catalog`` out as Parquet files in ``folder``/<table>/ and return the manifest.

    ``observe`` hears (table, rows) when a table begins and of every chunk.  A table that cannot be read is noted with the
    reason, and the others go on.  Raises UsageError if the folder holds an extraction already, unless ``resume`` continues
    one of the same source.
    """
    book = _Book(folder, _begin(folder, catalog, resume))
    work = _Work(source, folder, book, _Brake(limits.rate), observe)
    unusable = _unusable(catalog)
    for table in catalog:
        try:
            if table.name in unusable:
                raise SourceError(unusable[table.name])
            _one_table(work, table, limits)
        except (SourceError, EngineError) as error:
            known = book.extraction.tables.get(table.name, ExtractedTable(()))
            again = ". Repeat with --resume." if isinstance(error, TransientError) else ""
            book.add(table.name, replace(known, failure=f"{error}{again}", source=None))
    return book.extraction


def files_of(folder: Path, table: ExtractedTable) -> list[Path]:
    """Return the files of a table's chunks, in the source's order."""
    return [folder / table.done[number].file for number in sorted(table.done, key=int)]


def _begin(folder: Path, catalog: Catalog, resume: bool) -> Extraction:
    path = folder / MANIFEST
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        return Extraction(catalog.source)
    if not resume:
        raise UsageError(f"{folder} holds rows already. Choose another --out, continue with --resume, or delete it.")
    found = document.read(path, Extraction)
    if found.source != catalog.source:
        raise UsageError(f"{folder} holds rows of {found.source}, and not of {catalog.source}. Choose another --out.")
    return found


def _unusable(catalog: Catalog) -> dict[str, str]:
    """Return table -> reason for tables whose names no file or DuckDB, which does not tell cases apart, can have."""
    found: dict[str, str] = {}
    seen: dict[str, str] = {}
    for table in catalog:
        twin = seen.setdefault(table.name.lower(), table.name)
        columns = {column.name.lower(): column.name for column in table.columns}
        twins = [column.name for column in table.columns if columns[column.name.lower()] != column.name]
        if "/" in table.name or "\0" in table.name or table.name.startswith("."):
            found[table.name] = f"the name {table.name!r} cannot be a folder's. Rename the table in the source."
        elif twin != table.name:
            found[table.name] = f"the names {twin} and {table.name} differ in case alone. Rename one of the tables in the source."
        elif twins:
            other = columns[twins[0].lower()]
            found[table.name] = f"the columns {twins[0]} and {other} differ in case alone. Rename one of them in the source."
    return found


def _one_table(work: _Work, table: Table, limits: Limits) -> None:
    known = work.book.extraction.tables.get(table.name)
    chunks = _planned(work.source, table, known, limits)
    kept = {} if known is None else _still_true(work, table, known)
    spent = known.seconds if known else 0.0
    work.book.add(table.name, ExtractedTable(tuple(each.condition for each in chunks), kept, seconds=spent))
    work.observe(table.name, sum(each.rows for each in kept.values()))
    started = time.perf_counter()
    _read(work, table, [each for each in chunks if str(each.number) not in kept])
    if not _settled(work, table):
        _read(work, table, _differing(work, table, chunks))
        if not _settled(work, table):
            raise SourceError(f"{table.name} came out with other values than the source tells of it. Repeat with --resume.")
    spent += time.perf_counter() - started
    work.book.note(table.name, lambda now: replace(now, seconds=spent))


def _planned(source: Source, table: Table, known: ExtractedTable | None, limits: Limits) -> list[Chunk]:
    """Return the chunks that an interrupted extraction has begun with, or new ones."""
    if known is not None and known.conditions:
        return [Chunk(number, condition) for number, condition in enumerate(known.conditions)]
    return list(source.chunks(table, limits.chunk_rows))


def _still_true(work: _Work, table: Table, known: ExtractedTable) -> dict[str, ExtractedChunk]:
    """Return the chunks whose files are there and of which the source still says what they hold."""
    kept = {}
    for number, chunk in known.done.items():
        path = work.folder / chunk.file
        if not chunk.rejected and _whole(path, schema_of(table)):
            now = source_check(work.source, table, Chunk(int(number), chunk.condition))
            if not differing(now, extracted_check(table, [path])):
                kept[number] = chunk
    return kept


def _whole(path: Path, schema: pa.Schema) -> bool:
    """Say whether a file is there in these types; a machine that lost power may leave the name of a file without all of it."""
    try:
        return bool(pq.read_schema(path).equals(schema))
    except (OSError, pa.ArrowException):
        return False


def _differing(work: _Work, table: Table, chunks: list[Chunk]) -> list[Chunk]:
    """Return the chunks that are not what the source says, to be read on its moment; raises SourceError if they were."""
    kept = _still_true(work, table, work.book.table(table.name))
    again = [chunk for chunk in chunks if str(chunk.number) not in kept]
    if not [chunk for chunk in again if work.source.read_exactly(table, chunk)]:
        raise SourceError(f"{table.name} came out with other values than the source tells of it. Repeat with --resume.")
    work.book.note(table.name, lambda now: replace(now, done=kept))
    return again


def _read(work: _Work, table: Table, chunks: list[Chunk]) -> None:
    with ThreadPoolExecutor(min(work.source.workers, max(1, len(chunks))), thread_name_prefix="extract") as pool:
        futures = [pool.submit(_one_chunk, work, table, chunk) for chunk in chunks]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
    for future in done:
        future.result()


def _one_chunk(work: _Work, table: Table, chunk: Chunk) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            written = _write(work, table, chunk)
        except TransientError as error:
            if attempt == ATTEMPTS:
                raise SourceError(f"{error} (tried {ATTEMPTS} times). Repeat with --resume.") from error
            sleep(2.0**attempt)
        else:
            break
    work.book.note(table.name, lambda now: replace(now, done={**now.done, str(chunk.number): written}))
    work.observe(table.name, written.rows)


def _write(work: _Work, table: Table, chunk: Chunk) -> ExtractedChunk:
    """Write one chunk's file beside its place, then rename it; and its rejected rows, if any."""
    target = work.folder / table.name / f"{chunk.number:05d}.parquet"
    beside = target.with_name(f".{target.name}.part")
    rows = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with (
            Rejects(work.folder, table.name, chunk.number) as rejects,
            pq.ParquetWriter(beside, schema_of(table), **_quick(table)) as writer,
        ):
            for batch in work.source.batches(table, chunk, rejects.add):
                writer.write_batch(batch)
                rows += batch.num_rows
                work.brake.passed(batch.nbytes)
        os.replace(beside, target)
    except OSError as error:
        raise SourceError(
            f"cannot write {target}: {error.strerror or error}. Free some space, then repeat with --resume."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return ExtractedChunk(chunk.condition, str(target.relative_to(work.folder)), rows, rejects.rows)


def _quick(table: Table) -> dict[str, Any]:
    """Return how to write files that are read once: what takes the writer least time, not the disk least room."""
    texts = [column.name for column in table.columns if column.type.kind in STRINGS]
    return {"compression": "lz4", "use_dictionary": texts or False, "store_decimal_as_integer": True}


def _settled(work: _Work, table: Table) -> bool:
    """Note the source's word on the table if what is out equals it; False if some of it has to be read again."""
    known = work.book.table(table.name)
    if source_count(work.source, table) != known.rows + known.rejected:
        return False
    rest = the_rest(work.source, table, work.folder) if known.rejected and tells(work.source) else Chunk()
    if rest is None:  # too many rejected rows to tell the source which: all that is known is that none is missing
        told: Mapping[str, str] = {ROWS: str(known.rows)}
    else:
        told = source_check(work.source, table, rest)
        if differing(told, extracted_check(table, files_of(work.folder, known))):
            return False
    work.book.note(table.name, lambda now: replace(now, source=told, failure=None))
    return True
