"""``workload``: what the queries do to each column."""

from __future__ import annotations

from pathlib import Path

import click

from warehousebench.cli.console import say, step
from warehousebench.cli.options import emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.workload import Role, Workload
from warehousebench.workload.suite import Suite, SuiteQuery, load_suite, queries_from


@click.command("workload")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema that the queries are for.")
@click.option("--queries", type=folder, help="Folder of *.sql files in DuckDB's dialect, one query each.")
@click.option("--suite", help="Built-in suite instead of a folder.")
@click.option("--scale", type=float, default=1.0, help="Scale factor, where a suite's queries depend on it.")
@click.option("-o", "--out", type=file, default="workload.json", show_default=True, help="File to write.")
@format_option
def command(catalog: Path, queries: Path | None, suite: str | None, scale: float, out: Path, output: str) -> None:
    """Find the columns that queries join, filter, group and order by.

    \b
    Example:  warehousebench workload --catalog catalog.json --queries my_queries/
    """
    refuse_existing(out)
    workload = analyse(document.read(catalog, Catalog), queries, suite, scale)
    document.write(out, workload)
    emit(workload, _overview(workload), output)


def read_queries(queries: Path | None, suite: str | None, scale: float) -> tuple[str, tuple[SuiteQuery, ...], Suite | None]:
    """Return the workload's name, its queries, and the suite if they come from one; exactly one source must be named."""
    if (queries is None) == (suite is None):
        raise UsageError("name the queries with either --queries FOLDER or --suite NAME")
    if suite:
        found = load_suite(suite, scale)
        return suite, found.queries, found
    assert queries is not None
    return queries.resolve().name, queries_from(queries), None


def analyse(catalog: Catalog, queries: Path | None, suite: str | None, scale: float) -> Workload:
    """Return the workload of a folder of queries or a suite; what cannot be analysed is said and kept."""
    from warehousebench.workload.usage import analyse as find_uses

    name, texts, _ = read_queries(queries, suite, scale)
    with step(f"Analyse {len(texts)} queries"):
        workload = find_uses(texts, catalog, name)
    for query in workload.queries:
        if query.finding:
            say(f"note: {query.name} is not analysed: {query.finding}")
    return workload


def _overview(workload: Workload) -> str:
    roles = (Role.JOIN, Role.EQUALITY, Role.RANGE, Role.GROUP, Role.ORDER)
    columns = sorted({(use.table, use.column) for query in workload.queries for use in query.uses if use.role in roles})
    rows = [[f"{t}.{c}", *(f"{workload.uses(t, role).get(c, 0):g}" for role in roles)] for t, c in columns]
    return table(["column", *(role.value for role in roles)], rows)
