"""Rows out of the source, chunk by chunk, in parallel; every table held against the source's own word before it counts.

``extraction.json`` notes every chunk that is out.  After a kill the chunks that are there are kept if the source still says
the same of them, and read again if it does not, so that what comes out in the end is the source as of one moment.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pyarrow.parquet as pq

from warehousebench import duck
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.errors import SourceError, TransientError, UsageError
from warehousebench.load.migrate.sources import source_check
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.migration import ExtractedChunk, ExtractedTable, Extraction
from warehousebench.source.extract.base import Chunk, Rejected, schema_of
from warehousebench.source.extract.base import Extraction as Source
from warehousebench.source.extract.mysql import MySqlExtraction

MANIFEST = "extraction.json"
REJECTED = "rejected"
CHUNK_ROWS = 500_000
ATTEMPTS = 3
sleep = time.sleep

Observer = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How gently to read: sessions at once, and bytes per second of all of them together (None: as fast as it goes)."""

    connections: int = 2
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

    ``observe`` hears (table, rows) of every chunk.  A table that cannot be read is noted with the reason, and the others go
    on.  Raises UsageError if the folder holds an extraction already, unless ``resume`` continues one of the same source.
    """
    book = _Book(folder, _begin(folder, catalog, resume))
    brake = _Brake(limits.rate)
    for table in catalog:
        try:
            _one_table(source, table, folder, book, limits, brake, observe)
        except SourceError as error:
            known = book.extraction.tables.get(table.name, ExtractedTable(()))
            book.add(table.name, replace(known, failure=str(error), source=None))
    return book.extraction


def files_of(folder: Path, table: ExtractedTable) -> list[Path]:
    """Return the files of a table's chunks."""
    return [folder / chunk.file for chunk in table.done.values()]


def extracted_check(table: Table, files: list[Path]) -> Mapping[str, str]:
    """Return the aggregates of what is out."""
    listed = ", ".join(duck.text(str(file)) for file in files)
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        return check(connection, table, f"read_parquet([{listed}])")


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


def _one_table(source: Source, table: Table, folder: Path, book: _Book, limits: Limits, brake: _Brake, observe: Observer) -> None:
    if "/" in table.name or "\0" in table.name or table.name.startswith("."):
        raise SourceError(f"table {table.name!r} cannot be a folder's name. Leave it out, or rename it in the source.")
    known = book.extraction.tables.get(table.name)
    chunks = _planned(source, table, known, limits)
    kept = {} if known is None else _still_true(source, table, folder, known)
    book.add(table.name, ExtractedTable(tuple(each.condition for each in chunks), kept, seconds=known.seconds if known else 0.0))
    started = time.perf_counter()
    waiting = [chunk for chunk in chunks if str(chunk.number) not in kept]
    _in_parallel(source, table, folder, book, waiting, limits, brake, observe)
    if not _settled(source, table, folder, book):
        # Only a source whose rows were read beside its moment comes here: now they are read on it.
        _again_exactly(source, table, folder, book, limits, brake, observe)
    spent = time.perf_counter() - started
    book.note(table.name, lambda now: replace(now, seconds=now.seconds + spent))


def _planned(source: Source, table: Table, known: ExtractedTable | None, limits: Limits) -> list[Chunk]:
    """Return the chunks that an interrupted extraction has begun with, or new ones."""
    if known is not None and known.conditions:
        return [Chunk(number, condition) for number, condition in enumerate(known.conditions)]
    return list(source.chunks(table, limits.chunk_rows))


def _still_true(source: Source, table: Table, folder: Path, known: ExtractedTable) -> dict[str, ExtractedChunk]:
    """Return the chunks whose files are there and of which the source still says what they hold."""
    kept = {}
    for number, chunk in known.done.items():
        path = folder / chunk.file
        if chunk.rejected or not path.exists():
            continue
        now = source_check(source, table, Chunk(int(number), chunk.condition))
        if not differing(now, extracted_check(table, [path])):
            kept[number] = chunk
    return kept


def _in_parallel(
    source: Source, table: Table, folder: Path, book: _Book, chunks: list[Chunk], limits: Limits, brake: _Brake, observe: Observer
) -> None:
    workers = min(limits.connections if source.parallel else 1, max(1, len(chunks)))
    with ThreadPoolExecutor(workers, thread_name_prefix="extract") as pool:
        futures = [pool.submit(_one_chunk, source, table, folder, book, chunk, brake, observe) for chunk in chunks]
        done, waiting = wait(futures, return_when=FIRST_EXCEPTION)
        for future in waiting:
            future.cancel()
        _raise_first(done)


def _raise_first(futures: set[Future[None]]) -> None:
    for future in futures:
        future.result()


def _one_chunk(source: Source, table: Table, folder: Path, book: _Book, chunk: Chunk, brake: _Brake, observe: Observer) -> None:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            written = _write(source, table, folder, chunk, brake)
        except TransientError as error:
            if attempt == ATTEMPTS:
                raise SourceError(f"{table.name}: {error} (tried {ATTEMPTS} times). Repeat with --resume.") from error
            sleep(2.0**attempt)
        else:
            break
    book.note(table.name, lambda now: replace(now, done={**now.done, str(chunk.number): written}))
    observe(table.name, written.rows)


def _write(source: Source, table: Table, folder: Path, chunk: Chunk, brake: _Brake) -> ExtractedChunk:
    """Write one chunk's file beside its place, then rename it; and its rejected rows, if any."""
    target = folder / table.name / f"{chunk.number:05d}.parquet"
    beside = target.with_name(f".{target.name}.part")
    rejected: list[Rejected] = []
    rows = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with pq.ParquetWriter(beside, schema_of(table), compression="zstd", store_decimal_as_integer=True) as writer:
            for batch in source.batches(table, chunk, rejected.append):
                writer.write_batch(batch)
                rows += batch.num_rows
                brake.passed(batch.nbytes)
        _keep(folder / REJECTED / f"{table.name}-{chunk.number:05d}.jsonl", rejected)
        os.replace(beside, target)
    except OSError as error:
        raise SourceError(
            f"cannot write {target}: {error.strerror or error}. Free some space, then repeat with --resume."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return ExtractedChunk(chunk.condition, str(target.relative_to(folder)), rows, len(rejected))


def _keep(path: Path, rejected: list[Rejected]) -> None:
    path.unlink(missing_ok=True)
    if rejected:
        document.write_text(path, "".join(msgspec.json.encode(each).decode() + "\n" for each in rejected))


def _settled(source: Source, table: Table, folder: Path, book: _Book) -> bool:
    """Note the source's word on the table if what is out equals it; False if the table has to be read again."""
    known = book.table(table.name)
    told = source_check(source, table)
    wrong = differing(told, extracted_check(table, files_of(folder, known)))
    if wrong and not known.rejected:
        if isinstance(source, MySqlExtraction):
            return False
        raise SourceError(f"{table.name} came out with other values: {wrong[0]}. Repeat with --resume.")
    book.note(table.name, lambda now: replace(now, source=told, failure=None))
    return True


def _again_exactly(
    source: Source, table: Table, folder: Path, book: _Book, limits: Limits, brake: _Brake, observe: Observer
) -> None:
    assert isinstance(source, MySqlExtraction)
    source.read_exactly(table)
    book.note(table.name, lambda now: replace(now, conditions=("",), done={}))
    _in_parallel(source, table, folder, book, [Chunk()], replace(limits, connections=1), brake, observe)
    if not _settled(source, table, folder, book):
        raise SourceError(f"{table.name} came out with other values than the source tells of it. Repeat with --resume.")


def rejected_rows(folder: Path) -> Iterator[Rejected]:
    """Yield the rows that did not fit, as they were noted."""
    for path in sorted((folder / REJECTED).glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line, type=Rejected)
