"""``functions``: a workload's user-defined functions as files for a warehouse: SQL, Lambda handlers, a UDx library."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from warehousebench.cli.options import folder, refuse_existing
from warehousebench.errors import UsageError
from warehousebench.model import document

_WITH_FILES = ("redshift", "vertica")


@click.command("functions")
@click.option("--queries", type=folder, help="Folder with a functions.toml.")
@click.option("--suite", help="Built-in suite instead of --queries, such as customers.")
@click.option("--engine", "name", type=click.Choice(_WITH_FILES), required=True, help="Warehouse to write for.")
@click.option("-o", "--out", type=folder, required=True, help="Folder for the files.")
def command(queries: Path | None, suite: str | None, name: str, out: Path) -> None:
    """Write what a warehouse needs before its sessions can call a workload's functions: definitions, and code to deploy.

    Redshift: SQL functions, and an AWS Lambda handler for each function. Vertica: SQL macros, and a Python UDx library.

    \b
    Example:  warehousebench functions --suite customers --engine redshift -o functions
    """
    from warehousebench.source.functions import read_functions
    from warehousebench.workload.sources import FUNCTIONS
    from warehousebench.workload.suite import queries_folder

    if (queries is None) == (suite is None):
        raise UsageError("name the functions with either --queries, a folder that holds functions.toml, or --suite")
    found = read_functions((queries or queries_folder(str(suite))) / FUNCTIONS)
    texts = import_module(f"warehousebench.engines.{name}.functions").files(found)
    refuse_existing(*(out / path for path in texts))
    for path, text in texts.items():
        click.echo(document.write_text(out / path, text))
