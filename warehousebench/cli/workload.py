"""``workload``: what the queries do to each column."""

from __future__ import annotations

from pathlib import Path

import click

from warehousebench.cli.console import say, step
from warehousebench.cli.options import Scale, emit, file, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.workload import Role, Workload
from warehousebench.workload.sources import Named, read_workload


@click.command("workload")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema that the queries are for.")
@click.option(
    "--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log as CSV or JSON with counts."
)
@click.option("--suite", help="Built-in suite instead of --queries.")
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option("--scale", type=Scale(), default="1", help="Scale factor, where a suite's queries depend on it.")
@click.option("-o", "--out", type=file, default="workload.json", show_default=True, help="File to write.")
@format_option
def command(
    catalog: Path, queries: Path | None, suite: str | None, dialect: str | None, scale: float, out: Path, output: str
) -> None:
    """Find the columns that queries join, filter, group and order by.

    \b
    Example:  warehousebench workload --catalog catalog.json --queries my_queries/
    """
    refuse_existing(out)
    schema = document.read(catalog, Catalog)
    workload = analyse(schema, read_workload(queries, suite, scale, dialect, schema))
    document.write(out, workload)
    emit(workload, _overview(workload), output)


def analyse(catalog: Catalog, named: Named) -> Workload:
    """Return what the queries do to each column; what cannot be read or analysed is said and kept."""
    from warehousebench.workload.usage import analyse as find_uses

    with step(f"Analyse {len(named.queries)} queries"):
        workload = find_uses(named.queries, catalog, named.name)
    unclear = (f"{query.name} is not analysed: {query.finding}" for query in workload.queries if query.finding)
    for finding in (*named.findings, *unclear):
        say(f"note: {finding}")
    return workload


def _overview(workload: Workload) -> str:
    roles = (Role.JOIN, Role.EQUALITY, Role.RANGE, Role.GROUP, Role.ORDER)
    columns = sorted({(use.table, use.column) for query in workload.queries for use in query.uses if use.role in roles})
    rows = [[f"{t}.{c}", *(f"{workload.uses(t, role).get(c, 0):g}" for role in roles)] for t, c in columns]
    return table(["column", *(role.value for role in roles)], rows)
