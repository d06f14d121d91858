"""``migrate``: from a live database to a loaded warehouse."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import Advance, step
from warehousebench.cli.options import Rate, emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import seconds, size, table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.migration import Migration

if TYPE_CHECKING:
    from warehousebench.load.migrate.extract import Limits
    from warehousebench.load.migrate.flow import Out

MIGRATION, ROWS, LAYOUT = "migration.json", "rows", "layout"
LOCAL = ("duckdb", "parquet")
MEMORY = "600MB"  # of a sort: a migration is to get by with a gigabyte in all


@click.command("migrate")
@click.argument("source")
@click.option("--to", "named", default="duckdb", show_default=True, help="duckdb, parquet, an engine, a target or a URL.")
@click.option("--schema", help="Schema of the source to read; the default one if not given.")
@click.option("--table", "chosen", multiple=True, help="Only these tables; repeat for several.")
@click.option("--design", type=file, help="design.<engine>.json to lay the rows out by.")
@click.option("--max-connections", type=click.IntRange(1), default=3, show_default=True, help="Sessions on the source at once.")
@click.option("--rate", type=Rate(), help="Most bytes per second to read, such as 20MB, so that production survives.")
@click.option("--dry-run", is_flag=True, help="Only say what would be read and written.")
@click.option("--execute", is_flag=True, help="With a server as --to: really write there.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted migration.")
@click.option("-o", "--out", type=folder, default="migration", show_default=True, help="Folder for rows, layout and account.")
@format_option
def command(
    source: str,
    named: str,
    schema: str | None,
    chosen: tuple[str, ...],
    design: Path | None,
    max_connections: int,
    rate: float | None,
    dry_run: bool,
    execute: bool,
    resume: bool,
    out: Path,
    output: str,
) -> None:
    """Move all rows of SOURCE (a database URL or an SQLite file) into a warehouse, and prove that they arrived.

    Tables are read as of one moment, in parallel, into Parquet; held against the source's own counts, sums and digests and a
    sample of rows; sorted and loaded; and checked again where they arrive. Rows that do not fit their types are kept in a file.

    \b
    Examples:  warehousebench migrate postgresql+psycopg://me@host/shop --dry-run
               warehousebench migrate postgresql+psycopg://me@host/shop --to duckdb -o shop
               warehousebench migrate shop.sqlite --to vertica --design design.vertica.json -o shop --execute
    """
    from warehousebench.load.migrate.account import loaded
    from warehousebench.load.migrate.extract import Limits
    from warehousebench.load.migrate.flow import only
    from warehousebench.source.database import reflect

    with step("Read the schema"):
        catalog = only(reflect(source, schema), chosen)
    if dry_run:
        click.echo(_planned(catalog, named))
        return
    if named not in LOCAL and not execute:
        raise UsageError(f"migrating to {_shown(named)} writes there. Look at --dry-run first, then add --execute.")
    if not resume:
        refuse_existing(out / MIGRATION, out / ROWS)
    started = _now()
    found = _brought_out(source, schema, catalog, out, Limits(rate), max_connections, resume)
    load = _loaded(named, design, out, resume) if found.usable else _Load()
    tables = loaded(found.tables, load.failures)
    done = Migration(
        source=catalog.source,
        target=load.target or _shown(named),
        consistent=found.consistent,
        started=started,
        finished=_now(),
        tables=tables,
        notes=found.notes,
        stand_in=load.stand_in,
    )
    document.write(out / MIGRATION, done)
    emit(done, _overview(done), output)
    if any(each.status != "verified" for each in done.tables.values()):
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class _Load:
    """What the load says: where the rows are now, whether a stand-in took them, and which tables did not arrive."""

    target: str = ""
    stand_in: bool = False
    failures: Mapping[str, str] = field(default_factory=dict)


def _brought_out(url: str, schema: str | None, catalog: Catalog, out: Path, limits: Limits, connections: int, resume: bool) -> Out:
    from warehousebench.load.migrate.flow import bring_out
    from warehousebench.source.extract import open_extraction

    source = open_extraction(url, schema, catalog.tables, connections)
    try:
        with step("Read the rows and hold them against the source", sum(each.rows or 0 for each in catalog) or None) as advance:
            meter = _Meter(advance)
            return bring_out(source, catalog, out / ROWS, limits, resume=resume, observe=meter.passed)
    finally:
        source.close()


class _Meter:
    """Rows per second of each table so far, for the progress display."""

    def __init__(self, advance: Advance) -> None:
        self._advance, self._table, self._rows, self._started = advance, "", 0, 0.0

    def passed(self, name: str, rows: int) -> None:
        """Count ``rows`` more of the table; none when it begins."""
        if name != self._table:
            self._table, self._rows, self._started = name, 0, time.perf_counter()
        self._rows += rows
        spent = max(time.perf_counter() - self._started, 1e-9)
        self._advance(f"{name}: {self._rows:,} rows, {self._rows / spent:,.0f} rows/s", rows)


def _loaded(named: str, design: Path | None, out: Path, resume: bool) -> _Load:
    from warehousebench.cli.designs import read_layouts
    from warehousebench.cli.load import job_for, load, load_to, written
    from warehousebench.errors import PartialLoadError
    from warehousebench.load.migrate.flow import make_way

    rows, layout = out / ROWS, out / LAYOUT
    make_way(layout, rows)
    schema = document.read(rows / "catalog.json", Catalog)
    basis, layouts = read_layouts(design) if design else ("arrival order", {})
    if named == "duckdb":
        load(rows, schema, "migration", basis, layouts, "compact", layout, memory=MEMORY, resume=resume)
        return _Load()
    if named == "parquet":
        job = job_for(rows, schema, "migration", basis, layouts, "portable", layout, memory=MEMORY, engine="duckdb")
        written(job, resume=resume)
        return _Load()
    from warehousebench.engines import target as resolved

    target = resolved(named)
    job = job_for(rows, schema, "migration", basis, layouts, "portable", layout, memory=MEMORY, engine=target.engine)
    try:
        return _Load(target.name, load_to(job, target, design, resume=resume).stand_in)
    except PartialLoadError as error:
        return _Load(target.name, error.stand_in, error.failures)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _shown(named: str) -> str:
    """Return what --to names, without what only the target itself may know."""
    return named.partition("://")[0] if "://" in named else named


def _planned(catalog: Catalog, named: str) -> str:
    from warehousebench.load.migrate.flow import estimate

    sizes = [estimate(each) for each in catalog]
    rows = [
        [each.name, "–" if each.rows is None else f"{each.rows:,}", str(len(each.columns)), size(about)]
        for each, about in zip(catalog, sizes, strict=True)
    ]
    total = sum(each.rows or 0 for each in catalog)
    about = size(sum(each or 0 for each in sizes))
    return (
        table(["table", "rows", "columns", "about"], rows) + f"\n\n{total:,} rows, about {about}, of {len(catalog.tables)} tables "
        f"would be read as of one moment and loaded to {_shown(named)}. Nothing was written."
    )


def _overview(done: Migration) -> str:
    rows = [
        [name, each.status, f"{each.rows:,}", f"{each.rejected:,}", f"{each.sampled:,}", seconds(each.seconds)]
        for name, each in done.tables.items()
    ]
    reasons = [f"{name}: {each.reason}" for name, each in done.tables.items() if each.reason]
    verified = sum(each.status == "verified" for each in done.tables.values())
    note = " THE SERVER ONLY STANDS IN for the product." if done.stand_in else ""
    return "\n".join(
        [
            table(["table", "status", "rows", "rejected", "sampled", "read in"], rows, left=2),
            "",
            f"{verified} of {len(done.tables)} tables verified: read as of {done.consistent}, equal at both ends.{note}",
            *done.notes,
            *reasons,
        ]
    )
