"""``generate``: a built-in suite's schema and data."""

from __future__ import annotations

from pathlib import Path

import click

from warehousebench.cli.console import step
from warehousebench.cli.options import Scale, emit, folder, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.data import DataSet


@click.command("generate")
@click.option("--suite", default="tpch", show_default=True, help="Built-in suite.")
@click.option("--scale", type=Scale(), default="0.1", show_default=True, help="Scale factor; 1 is about 1 GB of text.")
@click.option("--on", "cluster", help="Engine or target that makes the tables in parts, such as spark; this machine without it.")
@click.option("-o", "--out", type=folder, default="data", show_default=True, help="Folder for the Parquet files and data.json.")
@format_option
def command(suite: str, scale: float, cluster: str | None, out: Path, output: str) -> None:
    """Generate a built-in suite's data as Parquet, with catalog.json and data.json beside it.

    \b
    Examples:  warehousebench generate --suite tpch --scale 1 -o data/tpch1
               warehousebench generate --suite tpch --scale 1000 --on spark -o /shared/tpch1000
    """
    refuse_existing(out / "data.json")
    catalog = suite_catalog(suite)
    document.write(out / "catalog.json", catalog)
    data = generate(suite, scale, catalog, out, cluster)
    rows = [[name, f"{each.rows:,}", each.checksum] for name, each in data.tables.items()]
    emit(data, table(["table", "rows", "checksum"], rows), output)


def suite_catalog(suite: str) -> Catalog:
    """Return the schema of a built-in suite; raises UsageError if the suite has none."""
    from warehousebench.source.ddl import read_ddl
    from warehousebench.workload.suite import generator_of, schema_file

    if generator_of(suite) is None:
        raise UsageError(f"the suite {suite} cannot generate data. Give your own with --data.")
    return read_ddl([schema_file(suite)])


def generate(suite: str, scale: float, catalog: Catalog, out: Path, cluster: str | None = None) -> DataSet:
    """Generate the suite's Parquet files into ``out``, describe them in ``data.json`` and return the description.

    With ``cluster``, an engine that works on many machines makes them in parts.
    """
    from warehousebench.source import dataset
    from warehousebench.source.generator import generate as run_generator
    from warehousebench.workload.suite import generator_of, schema_file

    generator = generator_of(suite) or ()
    with step(f"Generate {suite} at scale {scale:g}"):
        if cluster:
            made_by = _generate_on(cluster, suite, generator, scale, out)
        else:
            made_by = run_generator(generator, scale, out, home=schema_file(suite).parent)
    with step("Count rows and take checksums"):
        data = dataset.describe(out, suite, scale, made_by, catalog)
        dataset.write_dataset(out, data)
    return data


def _generate_on(cluster: str, suite: str, generator: tuple[str, ...], scale: float, out: Path) -> str:
    from warehousebench.engines import distributed
    from warehousebench.source.generator import version_of

    if generator[0] != "tpcgen-cli":
        raise UsageError(f"the suite {suite} is not made in parts. Generate it without --on.")
    works, target = distributed(cluster)
    made_by = version_of(generator)
    works.generate(target, generator, scale, out, lambda _: None)
    return made_by
