"""``load``: the data in a layout, as Parquet and as a DuckDB database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from warehousebench.cli.console import step
from warehousebench.cli.designs import read_layouts
from warehousebench.cli.options import emit, file, folder, format_option
from warehousebench.cli.tables import seconds, size, table
from warehousebench.model.catalog import Catalog
from warehousebench.model.load import Loaded, TableLayout

MEMORY = "1500MB"


@click.command("load")
@click.option("--data", type=folder, default="data", show_default=True, help="Folder with the data.")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema of the data.")
@click.option("--design", type=file, help="design.<engine>.json to lay the rows out by; arrival order without it.")
@click.option("--name", help="Name of the layout; 'advised' with a design and 'plain' without, if not given.")
@click.option(
    "--parquet", type=click.Choice(["compact", "portable"]), default="compact", show_default=True, help="Encodings to use."
)
@click.option("--memory", default=MEMORY, show_default=True, help="Memory limit of the sort; it spills to disk beyond.")
@click.option("-o", "--out", type=folder, required=True, help="Folder of the layout.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted load.")
@format_option
def command(
    data: Path,
    catalog: Path,
    design: Path | None,
    name: str | None,
    parquet: str,
    memory: str,
    out: Path,
    resume: bool,
    output: str,
) -> None:
    """Store every table as sorted, encoded Parquet and build a DuckDB database from it, each table checked against the source.

    \b
    Examples:  warehousebench load --data data -o layouts/plain
               warehousebench load --data data --design design.redshift.json -o layouts/advised
    """
    basis, layouts = read_layouts(design) if design else ("arrival order", {})
    loaded = load(
        data, catalog, name or ("advised" if design else "plain"), basis, layouts, parquet, out, memory=memory, resume=resume
    )
    emit(loaded, _overview(loaded), output)


def load(
    data: Path,
    catalog: Path | Catalog,
    name: str,
    basis: str,
    layouts: Mapping[str, TableLayout],
    parquet: str,
    out: Path,
    *,
    memory: str = MEMORY,
    resume: bool = False,
) -> Loaded:
    """Load the data of a folder in one layout and return the finished manifest."""
    from warehousebench.bench.environment import cores
    from warehousebench.cli.data import open_source, stored_checksum
    from warehousebench.load import local
    from warehousebench.load.parquet import ParquetProfile
    from warehousebench.model import document

    schema = catalog if isinstance(catalog, Catalog) else document.read(catalog, Catalog)
    source = replace(open_source(data, None), catalog=schema)
    job = local.Job(
        name=name,
        basis=basis,
        data=source.data,
        catalog=schema,
        relations=source.relations,
        expected=source.checksums,
        layouts=layouts,
        profile=ParquetProfile(parquet),
        folder=out,
        checksum=stored_checksum,
        threads=cores(),
        memory=memory,
    )
    with step(f"Load layout {name} ({basis})", 3 * len(job.relations)) as advance:
        return local.load(job, resume=resume, observe=lambda name, what: advance(f"{what} {name}"))


def _overview(loaded: Loaded) -> str:
    rows = [
        [name, ", ".join(each.order_by) or "as it came", f"{each.rows:,}", size(each.bytes), seconds(each.seconds)]
        for name, each in loaded.tables.items()
    ]
    total = sum(each.bytes for each in loaded.tables.values())
    return (
        table(["table", "order", "rows", "Parquet", "time"], rows, left=2)
        + f"\n\nParquet {size(total)}, DuckDB {size(loaded.database_bytes)}, all rows verified against the source."
    )
