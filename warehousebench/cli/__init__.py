"""The command line: one file per command, loaded when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from warehousebench import __version__
from warehousebench.errors import WarehouseBenchError

# In the order of the flow; the help shows them so.
COMMANDS = {
    "demo": "The whole flow on a built-in suite: data, advice, load, runs, report.",
    "reflect": "Read a schema from a database or DDL files into catalog.json.",
    "generate": "Generate a built-in suite's schema and data.",
    "profile": "Measure every column of the data into profile.json.",
    "workload": "Find out what the queries do to each column.",
    "assess": "Say what becomes of a schema on each product, and which fits which use.",
    "advise": "Design for Redshift and Vertica, with reasons, as JSON and SQL.",
    "simulate": "Cost designs, your own too, under the model the advice uses.",
    "load": "Store the data in a layout: sorted, encoded Parquet, then DuckDB or a server.",
    "migrate": "Move a live database's rows into a warehouse, and prove that they arrived.",
    "run": "Time the queries on loaded layouts and engines, every answer verified.",
    "verify": "Say which answers of a run equal the reference.",
    "compare": "Compare a contender with a base, with intervals and verdicts.",
    "report": "Write the report of a run as HTML and Markdown.",
    "functions": "Write a workload's user-defined functions for Redshift or Vertica.",
    "doctor": "Say whether an engine can be worked with from here, and what to do if not.",
}


class Flow(click.Group):
    """A group that imports a command's module only when the command is named, and explains errors in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the command names in the order of the flow."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command ``cmd_name``, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"warehousebench.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours becomes one line and its exit code."""
        try:
            return super().invoke(ctx)
        except WarehouseBenchError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(error.exit_code)


@click.group(cls=Flow, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="warehousebench")
def main() -> None:
    """From a relational schema to a proven columnar warehouse.

    Reads a schema, its data and its queries; designs Redshift keys and Vertica projections with reasons; loads the data
    column by column; times the queries with every answer verified; and reports what is known, and how surely.

    \b
    Start with:   warehousebench demo
    Exit codes:   0 ok · 1 failed · 2 usage · 3 answers differ from the reference · 4 --fail-if-slower tripped
    """
