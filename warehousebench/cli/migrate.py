"""``migrate``: from a live database to a loaded warehouse."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import step
from warehousebench.cli.options import Rate, emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import seconds, size, table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.migration import Extraction, MigratedTable, Migration

if TYPE_CHECKING:
    from warehousebench.load.migrate.extract import Limits

MIGRATION, ROWS, LAYOUT = "migration.json", "rows", "layout"
LOCAL = ("duckdb", "parquet")


@click.command("migrate")
@click.argument("source")
@click.option("--to", "named", default="duckdb", show_default=True, help="duckdb, parquet, an engine, a target or a URL.")
@click.option("--schema", help="Schema of the source to read; the default one if not given.")
@click.option("--table", "chosen", multiple=True, help="Only these tables; repeat for several.")
@click.option("--design", type=file, help="design.<engine>.json to lay the rows out by.")
@click.option("--max-connections", type=click.IntRange(1), default=2, show_default=True, help="Sessions on the source at once.")
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
    from warehousebench.load.migrate.extract import Limits
    from warehousebench.source.database import reflect

    with step("Read the schema"):
        catalog = _only(reflect(source, schema), chosen)
    if dry_run:
        click.echo(_planned(catalog, named))
        return
    if named not in LOCAL and not execute:
        raise UsageError(f"migrating to {named} writes there. Look at --dry-run first, then add --execute.")
    if not resume:
        refuse_existing(out / MIGRATION, out / ROWS)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    tables, consistent = _extracted(source, schema, catalog, out, Limits(max_connections, rate), resume)
    stand_in, failures = _loaded(tables, named, design, out, resume)
    from warehousebench.load.migrate.account import loaded

    done = Migration(
        catalog.source,
        named,
        consistent,
        started,
        datetime.now(UTC).isoformat(timespec="seconds"),
        loaded(tables, failures),
        stand_in,
    )
    document.write(out / MIGRATION, done)
    emit(done, _overview(done), output)
    if any(each.status != "verified" for each in done.tables.values()):
        sys.exit(1)


def _only(catalog: Catalog, chosen: tuple[str, ...]) -> Catalog:
    if unknown := sorted(set(chosen) - {each.name for each in catalog}):
        known = ", ".join(each.name for each in catalog)
        raise UsageError(f"the source has no table {unknown[0]}. It has: {known}")
    return replace(catalog, tables=tuple(each for each in catalog if not chosen or each.name in chosen))


def _extracted(
    url: str, schema: str | None, catalog: Catalog, out: Path, limits: Limits, resume: bool
) -> tuple[dict[str, MigratedTable], str]:
    """Bring the rows out and return the account so far, and how one moment was kept."""
    from warehousebench.load.migrate import account
    from warehousebench.load.migrate.extract import extract
    from warehousebench.source.extract import open_extraction

    source = open_extraction(url, schema)
    try:
        total = sum(each.rows or 0 for each in catalog)
        with step("Read the rows", total or None) as advance:
            meter = _Meter(total)
            extraction = extract(
                source,
                catalog,
                out / ROWS,
                limits,
                resume=resume,
                observe=lambda name, rows: advance(meter.passed(name, rows), rows),
            )
        with step("Compare a sample with the source"):
            tables = account.extracted(source, catalog, out / ROWS, extraction)
        _describe(catalog, extraction, tables, out / ROWS)
        return tables, source.consistent
    finally:
        source.close()


class _Meter:
    """Rows per second so far, for the progress display."""

    def __init__(self, total: int) -> None:
        self.total, self.rows, self.started = total, 0, datetime.now(UTC)

    def passed(self, name: str, rows: int) -> str:
        self.rows += rows
        spent = (datetime.now(UTC) - self.started).total_seconds() or 1e-9
        return f"{name}: {self.rows:,} rows, {self.rows / spent:,.0f} rows/s"


def _describe(catalog: Catalog, extraction: Extraction, tables: Mapping[str, MigratedTable], folder: Path) -> None:
    """Write catalog.json and data.json beside the rows, so that every other command can use them."""
    from warehousebench.source.dataset import describe, write_dataset

    usable = tuple(each for each in catalog if tables[each.name].status != "failed" and extraction.tables[each.name].done)
    kept = replace(catalog, tables=usable)
    document.write(folder / "catalog.json", kept)
    if usable:
        write_dataset(folder, describe(folder, "migration", 1.0, f"rows of {catalog.source}", kept))


def _loaded(
    tables: Mapping[str, MigratedTable], named: str, design: Path | None, out: Path, resume: bool
) -> tuple[bool, dict[str, str]]:
    """Load what came out; return whether a stand-in took it, and the tables that did not arrive with the reason."""
    from warehousebench.cli.designs import read_layouts
    from warehousebench.cli.load import job_for, load, load_to, written
    from warehousebench.errors import VerificationError

    usable = [name for name, each in tables.items() if each.status != "failed"]
    if not usable:
        return False, {}
    schema = document.read(out / ROWS / "catalog.json", Catalog)
    basis, layouts = read_layouts(design) if design else ("arrival order", {})
    if named == "parquet":
        written(job_for(out / ROWS, schema, "migration", basis, layouts, "portable", out / LAYOUT, engine="duckdb"), resume=resume)
        return False, {}
    if named == "duckdb":
        load(out / ROWS, schema, "migration", basis, layouts, "compact", out / LAYOUT, resume=resume)
        return False, {}
    from warehousebench.engines import target as resolved

    target = resolved(named)
    job = job_for(out / ROWS, schema, "migration", basis, layouts, "portable", out / LAYOUT, engine=target.engine)
    try:
        return load_to(job, target, design, resume=resume).stand_in, {}
    except VerificationError as error:
        name = next((each for each in usable if str(error).startswith(f"{each} ") or str(error).startswith(f"{each}:")), usable[0])
        return False, {name: str(error)}


def _planned(catalog: Catalog, named: str) -> str:
    rows = [
        [each.name, "–" if each.rows is None else f"{each.rows:,}", str(len(each.columns)), _bytes(catalog, each.name)]
        for each in catalog
    ]
    total = sum(each.rows or 0 for each in catalog)
    return (
        table(["table", "rows", "columns", "about"], rows)
        + f"\n\n{total:,} rows of {len(catalog.tables)} tables would be read as of one moment and loaded to {named}. "
        "Nothing was written."
    )


def _bytes(catalog: Catalog, name: str) -> str:
    """Return a rough size of a table's values: fixed widths, and sixteen bytes where only the rows could tell."""
    from warehousebench.source.values import arrow_type

    each = catalog.table(name)
    if each.rows is None:
        return "–"
    widths = (getattr(arrow_type(column.type), "bit_width", 128) if _fixed(column.type) else 128 for column in each.columns)
    return size(each.rows * sum(widths) / 8)


def _fixed(type_: object) -> bool:
    from warehousebench.source.values import arrow_type

    try:
        return bool(arrow_type(type_).bit_width)  # type: ignore[arg-type]
    except ValueError:
        return False


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
            *reasons,
        ]
    )
