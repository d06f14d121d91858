"""``simulate``: what a design costs under the model, query by query, so that a user can argue with the advice."""

from __future__ import annotations

from pathlib import Path

import click

from warehousebench.cli.console import step
from warehousebench.cli.options import emit, file, folder, format_option
from warehousebench.cli.tables import size, table
from warehousebench.model import document
from warehousebench.model.advice import Costs, DesignCost
from warehousebench.model.catalog import Catalog


@click.command("simulate")
@click.option(
    "--design", "designs", type=file, multiple=True, required=True, help="design.<engine>.json, perhaps edited by hand; repeat."
)
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema of the data.")
@click.option("--data", type=folder, default="data", show_default=True, help="Folder of the data.")
@click.option("--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log.")
@click.option("--suite", help="Built-in suite instead of --queries.")
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option("--rows", multiple=True, help="Rows to cost for, such as lineitem=6e9; the data's own if not given.")
@format_option
def command(
    designs: tuple[Path, ...],
    catalog: Path,
    data: Path,
    queries: Path | None,
    suite: str | None,
    dialect: str | None,
    rows: tuple[str, ...],
    output: str,
) -> None:
    """Cost designs of one product beside "no design" and "primary keys": bytes moved and read per query.

    \b
    Example:  warehousebench simulate --design mine.json --design design.redshift.json --data data --suite tpch
    """
    from warehousebench.cli.designs import layouts, read_designs
    from warehousebench.cli.study import Inputs, study
    from warehousebench.cli.wishes import target_rows
    from warehousebench.optimise import costs
    from warehousebench.optimise.storage import Store

    product, read = read_designs(designs)
    schema = document.read(catalog, Catalog)
    with study(Inputs(data, queries, suite, dialect, schema, target=target_rows(rows))) as prepared:
        case = prepared.case
        limits = product.product(case.catalog, case.profile, prepared.workload, next(iter(read.values())).cluster)
        store = Store(case, limits, prepared.connection)
        held = costs.baselines(case, limits) | layouts(product, read, case.catalog)
        with step(f"Cost {len(held)} designs"):
            found = tuple(costs.cost(name, case, limits, layout, store) for name, layout in held.items())
    emit(Costs(limits.name, limits.nodes, limits.slices, found), _overview(found), output)


def _overview(found: tuple[DesignCost, ...]) -> str:
    """Return a line per query with what every design moves and reads, and the sums."""
    header = ["query", *(f"{each.name}: {what}" for each in found for what in ("moved", "read"))]
    by_query = zip(*(each.queries for each in found), strict=True)
    rows = [[costs[0].query, *(size(value) for cost in costs for value in (cost.moved, cost.read))] for costs in by_query]
    total = ["all, weighted", *(size(value) for each in found for value in (each.moved, each.read))]
    return table(header, [*rows, total]) + "\n\nBytes under the model; nothing was run on the product."
