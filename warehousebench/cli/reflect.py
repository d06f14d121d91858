"""``reflect``: a schema from a database, DDL files or a folder of data."""

from __future__ import annotations

from collections import Counter
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
@click.option("-o", "--out", type=file, default="catalog.json", show_default=True, help="File to write.")
@format_option
def command(source: tuple[str, ...], dialect: str | None, schema: str | None, rows: Path | None, out: Path, output: str) -> None:
    """Read tables, columns and keys from SOURCE: a database URL, an SQLite file, DDL files, or a folder of data.

    A folder holds Parquet or CSV files, one or more per table: they tell no keys, and CSV files no types, which are guessed.

    \b
    Examples:  warehousebench reflect shop.sqlite --rows data/
               warehousebench reflect schema.sql --dialect postgres
               warehousebench reflect postgresql+psycopg://me@host/shop
               warehousebench reflect exported_csv/
    """
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
