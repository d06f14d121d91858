"""``reflect``: a schema from a database, DDL files or a folder of data."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import click

from warehousebench.cli.console import say, step
from warehousebench.cli.options import emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog


@click.command("reflect")
@click.argument("source", nargs=-1, required=True)
@click.option("--dialect", help="SQL dialect of DDL files: postgres, mysql, sqlite, oracle, tsql, hsqldb.")
@click.option("--schema", help="Schema of the database to read; the default one if not given.")
@click.option("--rows", type=folder, help="Also export all rows of a database as Parquet into this folder.")
@click.option("--design", is_flag=True, help="Read the physical design that a Redshift or Vertica schema has now, not a schema.")
@click.option("-o", "--out", type=file, help="File to write; catalog.json, or design.<engine>.json with --design.")
@format_option
def command(
    source: tuple[str, ...], dialect: str | None, schema: str | None, rows: Path | None, design: bool, out: Path | None, output: str
) -> None:
    """Read tables, columns and keys from SOURCE: a database URL, an SQLite file, DDL files, or a folder of data.

    A folder holds Parquet or CSV files, one or more per table: they tell no keys, and CSV files no types, which are guessed.

    \b
    Examples:  warehousebench reflect shop.sqlite --rows data/
               warehousebench reflect schema.sql --dialect postgres
               warehousebench reflect postgresql+psycopg://me@host/shop
               warehousebench reflect exported_csv/
               warehousebench reflect --design redshift://me@cluster:5439/shop?schema=sales
    """
    if design:
        _design(source, out, output)
        return
    out = out or Path("catalog.json")
    from warehousebench.source.database import is_database, reflect_source
    from warehousebench.source.ddl import read_ddl
    from warehousebench.source.files import is_folder

    refuse_existing(out)
    if len(source) > 1 and any(is_database(each) or is_folder(each) for each in source):
        raise UsageError("name one database, one folder of data, or any number of DDL files")
    if rows and not is_database(source[0]):
        raise UsageError("--rows exports from a database: DDL files hold no rows, and files of data are exported already")
    with step("Read the schema"):
        catalog = (
            reflect_source(source[0], schema, dialect) if len(source) == 1 else read_ddl([Path(each) for each in source], dialect)
        )
    if rows:
        _export(source[0], catalog, rows, schema)
    document.write(out, catalog)
    for finding in catalog.findings:
        say(f"note: {finding}")
    if beside := _beside(catalog):
        say(f"note: beside the tables there are {beside}")
    emit(catalog, _overview(catalog), output)


def _beside(catalog: Catalog) -> str:
    """Return how many views and other objects the source has; empty for none."""
    counts = Counter({"view": len(catalog.views)} if catalog.views else {}) + Counter(each.kind for each in catalog.objects)
    return ", ".join(f"{number} {kind}{'s' * (number > 1)}" for kind, number in counts.items())


def _design(source: tuple[str, ...], out: Path | None, output: str) -> None:
    """Write the design that a warehouse's schema has now: what ``advise --against`` can hold its advice against."""
    from warehousebench.engines import DESIGNERS, ENGINES, designer, target

    place = target(source[0])
    if len(source) > 1 or place.engine not in DESIGNERS:
        raise UsageError(f"--design reads one schema of {' or '.join(DESIGNERS)}. Name an engine, a target or a URL")
    path = out or Path(f"design.{place.engine}.json")
    refuse_existing(path)
    with step(f"Read the design of {place.name}"):
        found = import_module(ENGINES[place.engine]).reflect_design(place)
    document.write(path, found)
    emit(found, designer(place.engine).summarise(found, "").basis, output)


def _export(source: str, catalog: Catalog, folder: Path, schema: str | None) -> None:
    from warehousebench.source.rows import export_rows

    refuse_existing(*(folder / f"{each.name}.parquet" for each in catalog))
    with step("Export rows", sum(each.rows or 0 for each in catalog)) as advance:
        export_rows(source, catalog, folder, lambda name, done, total: advance(f"{name} {done:,} of {total:,}"), schema=schema)


def _overview(catalog: Catalog) -> str:
    rows = [
        [
            each.name,
            ", ".join(each.primary_key) or "–",
            str(len(each.columns)),
            str(len(each.foreign_keys)),
            "–" if each.rows is None else f"{each.rows:,}",
        ]
        for each in catalog
    ]
    return table(["table", "primary key", "columns", "foreign keys", "rows"], rows, left=2)
