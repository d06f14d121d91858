"""``load``: the data in a layout, as Parquet and in a DuckDB database or on a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from warehousebench.cli.console import say, step
from warehousebench.cli.designs import design_for, read_layouts
from warehousebench.cli.options import emit, file, folder, format_option
from warehousebench.cli.tables import seconds, size, table
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.model.load import Loaded, TableLayout

if TYPE_CHECKING:
    from warehousebench.engines.targets import Target
    from warehousebench.load.stage import Job

MEMORY = "1500MB"


@click.command("load")
@click.option("--data", type=folder, default="data", show_default=True, help="Folder with the data.")
@click.option("--catalog", type=file, help="Schema of the data; catalog.json here or beside the data if not given.")
@click.option("--design", type=file, help="design.<engine>.json to lay the rows out by; arrival order without it.")
@click.option("--to", "named", help="Engine, target of warehousebench.toml or URL to load to; a DuckDB database without it.")
@click.option("--on", "cluster", help="Engine or target that sorts the rows on many machines, such as spark; DuckDB without it.")
@click.option("--execute", is_flag=True, help="With --to: really write. Without it the statements are only shown.")
@click.option("--name", help="Name of the layout; the target's, or 'advised' with a design and 'plain' without.")
@click.option("--parquet", type=click.Choice(["compact", "portable"]), help="Encodings to use; portable for servers.")
@click.option("--memory", default=MEMORY, show_default=True, help="Memory limit of the sort; it spills to disk beyond.")
@click.option("-o", "--out", type=folder, required=True, help="Folder of the layout.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted load.")
@format_option
def command(
    data: Path,
    catalog: Path | None,
    design: Path | None,
    named: str | None,
    cluster: str | None,
    execute: bool,
    name: str | None,
    parquet: str | None,
    memory: str,
    out: Path,
    resume: bool,
    output: str,
) -> None:
    """Store every table as sorted, encoded Parquet, then in DuckDB or on a server, each table checked against the source.

    A load to a server first shows its statements; add --execute to run them. It can be repeated and resumed: a table is
    there whole, or made anew.

    \b
    Examples:  warehousebench load --data data -o layouts/plain
               warehousebench load --data data --design design.redshift.json -o layouts/advised
               warehousebench load --data data --design design.vertica.json --to vertica -o layouts/vertica --execute
               warehousebench load --data data --design design.redshift.json --on spark -o layouts/sorted
    """
    basis, layouts = read_layouts(design) if design else ("arrival order", {})
    schema = _schema(data, catalog)
    if cluster:
        if named:
            raise UsageError("--on sorts the rows into a folder, --to sends them to a server: name one of them")
        from warehousebench.engines import distributed

        _, place = distributed(cluster)
        job = job_for(
            data, schema, name or ("advised" if design else "plain"), basis, layouts, "portable", out, engine=place.engine
        )
        loaded = load_on(job, data, cluster, resume=resume)
        emit(loaded, _overview(loaded), output)
        return
    if named is None:
        name = name or ("advised" if design else "plain")
        loaded = load(data, schema, name, basis, layouts, parquet or "compact", out, memory=memory, resume=resume)
        emit(loaded, _overview(loaded), output)
        return
    from warehousebench.engines import target as resolved

    target = resolved(named)
    name = name or (target.engine if "://" in named else named)
    job = job_for(data, schema, name, basis, layouts, parquet or "portable", out, memory=memory, engine=target.engine)
    if not execute:
        click.echo(_dry_run(job, target, design))
        say(f"Nothing was written to {target.name}. Add --execute to do so.")
        return
    loaded = load_to(job, target, design, resume=resume)
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
    """Load the data of a folder in one layout into DuckDB and return the finished manifest."""
    from warehousebench.load import local

    schema = catalog if isinstance(catalog, Catalog) else _schema(data, catalog)
    job = job_for(data, schema, name, basis, layouts, parquet, out, memory=memory, engine="duckdb")
    with step(f"Load layout {name} ({basis})", 3 * len(job.relations)) as advance:
        return local.load(job, resume=resume, observe=lambda name, what: advance(f"{what} {name}"))


def load_to(job: Job, target: Target, design: Path | None, *, resume: bool = False) -> Loaded:
    """Load a job to a server and return the finished manifest."""
    from warehousebench.engines import engine
    from warehousebench.load import remote

    plan = _plan(job, target, design)
    destination = remote.Destination(target.name, plan, lambda: engine(target.engine).store(target, plan))
    with step(f"Load layout {job.name} ({job.basis}) to {target.name}", 3 * len(job.relations)) as advance:
        return remote.load(job, destination, resume=resume, observe=lambda name, what: advance(f"{what} {name}"))


def load_on(job: Job, data: Path, cluster: str, *, resume: bool = False) -> Loaded:
    """Load a job from the files in ``data`` by an engine that works on many machines and return the finished manifest."""
    from warehousebench.cli.data import files_in, open_source
    from warehousebench.engines import distributed
    from warehousebench.engines.base import Plan
    from warehousebench.load import spread

    works, target = distributed(cluster)
    plan = Plan(job.catalog, job.layouts)
    files = files_in(open_source(data, None))
    on = spread.Cluster(target.name, files, lambda table, files, folder: works.sort(target, plan, table, files, folder))
    with step(f"Load layout {job.name} ({job.basis}) on {target.name}", len(job.relations)) as advance:
        return spread.load(job, on, resume=resume, observe=lambda name, what: advance(f"{what} {name}"))


def _schema(data: Path, catalog: Path | None) -> Catalog:
    from warehousebench.model import document

    beside = data / "catalog.json"
    return document.read(catalog or (beside if beside.exists() else Path("catalog.json")), Catalog)


def written(job: Job, *, resume: bool = False) -> None:
    """Write a job's tables as Parquet and load them nowhere."""
    from warehousebench.load.stage import begin, write_tables

    with step(f"Write layout {job.name} ({job.basis})", len(job.relations)) as advance:
        write_tables(job, begin(job, resume), lambda name, what: advance(f"{what} {name}"))


def job_for(
    data: Path,
    schema: Catalog,
    name: str,
    basis: str,
    layouts: Mapping[str, TableLayout],
    parquet: str,
    out: Path,
    *,
    memory: str = MEMORY,
    engine: str,
) -> Job:
    """Return what to load where; see :class:`warehousebench.load.stage.Job`."""
    from warehousebench.bench.environment import cores
    from warehousebench.cli.data import open_source, stored_checksum
    from warehousebench.load.parquet import ParquetProfile
    from warehousebench.load.stage import Job

    source = replace(open_source(data, None), catalog=schema)
    return Job(
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
        engine=engine,
    )


def _plan(job: Job, target: Target, design: Path | None) -> Any:
    from warehousebench.engines.base import Plan

    tables = tuple(table for table in job.catalog if table.name in job.relations)
    if not tables:
        raise UsageError(f"the schema describes none of the tables of the data. Name another --catalog for {job.folder}.")
    return Plan(replace(job.catalog, tables=tables), design_for(design, target.engine) if design else None)


def _dry_run(job: Job, target: Target, design: Path | None) -> str:
    from warehousebench.engines import engine
    from warehousebench.load.remote import files_of

    return "\n".join(f"{text};" for text in engine(target.engine).statements(target, _plan(job, target, design), files_of(job)))


def _overview(loaded: Loaded) -> str:
    rows = [
        [name, ", ".join(each.order_by) or "as it came", f"{each.rows:,}", size(each.bytes), seconds(each.seconds)]
        for name, each in loaded.tables.items()
    ]
    total = sum(each.bytes for each in loaded.tables.values())
    stored = f"{loaded.engine} {size(loaded.database_bytes)}" if loaded.database_bytes else f"on {loaded.database}"
    applied = " The design was read back and is applied." if loaded.design_applied else ""
    stand_in = " THE SERVER ONLY STANDS IN for the product." if loaded.stand_in else ""
    return (
        table(["table", "order", "rows", "Parquet", "time"], rows, left=2)
        + f"\n\nParquet {size(total)}, {stored}, all rows verified against the source.{applied}{stand_in}"
    )
