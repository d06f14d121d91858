"""``profile``: what the data says about every column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import step
from warehousebench.cli.options import emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.profile import Profile

if TYPE_CHECKING:
    from warehousebench.cli.data import Source


@click.command("profile")
@click.option(
    "--data", type=folder, default="data", show_default=True, help="Folder of Parquet or CSV files, one or more per table."
)
@click.option("--catalog", type=file, help="Schema of the data; types of CSV files come from it.")
@click.option("--on", "cluster", help="Engine or target that measures on many machines, such as spark; DuckDB without it.")
@click.option("-o", "--out", type=file, default="profile.json", show_default=True, help="File to write.")
@format_option
def command(data: Path, catalog: Path | None, cluster: str | None, out: Path, output: str) -> None:
    """Measure every column: distinct values, NULLs, extremes, widths, runs and the most common value's share.

    \b
    Examples:  warehousebench profile --data data/tpch1 -o profile.json
               warehousebench profile --data data/tpch1000 --on spark
    """
    refuse_existing(out)
    profile = measured_on(data, catalog, cluster) if cluster else measure(data, catalog)
    document.write(out, profile)
    emit(profile, _overview(profile), output)


def measure(data: Path, catalog: Path | None) -> Profile:
    """Return the profile of the data in a folder."""
    from warehousebench.cli.data import open_source

    return measured(open_source(data, catalog))


def measured(source: Source) -> Profile:
    """Return the profile of a data folder that is open."""
    from warehousebench.profile import profile_tables

    with step("Profile every column", len(source.relations)) as advance:
        return profile_tables(source.relations, source.data.fingerprint, advance)


def measured_on(data: Path, catalog: Path | None, cluster: str) -> Profile:
    """Return the profile of the Parquet files in a folder, measured by an engine on many machines."""
    from warehousebench.cli.data import files_in, open_source
    from warehousebench.engines import distributed

    works, target = distributed(cluster)
    source = open_source(data, catalog)
    files = files_in(source)
    if odd := next((str(path) for paths in files.values() for path in paths if path.suffix != ".parquet"), None):
        raise UsageError(f"only Parquet is read in place, and {odd} is not. Profile it without --on.")
    with step(f"Profile every column on {target.name}", len(files)) as advance:
        return works.profile(target, files, source.data.fingerprint, advance)


def _overview(profile: Profile) -> str:
    rows = [
        [
            f"{name}.{column}",
            f"{'' if figures.distinct_exact else '~'}{figures.distinct:,}",
            f"{figures.nulls:,}",
            f"{figures.average_width:.1f}",
            f"{each.average_run(column):.3g}",
            f"{figures.top_share:.2%}",
        ]
        for name, each in profile.tables.items()
        for column, figures in each.columns.items()
    ]
    return table(["column", "distinct", "nulls", "bytes", "rows per run", "top value"], rows)
