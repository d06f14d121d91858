"""``report``: a run as one HTML file and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from warehousebench.bench.functions import function_costs
from warehousebench.cli.designs import read_design
from warehousebench.cli.options import file, refuse_existing
from warehousebench.model import document
from warehousebench.model.comparison import Comparison
from warehousebench.model.design import DesignSummary
from warehousebench.model.run import Run
from warehousebench.report.markdown import render_markdown
from warehousebench.report.page import render_html


@click.command("report")
@click.argument("run_file", type=file, default="run.json")
@click.option("--comparison", type=file, help="comparison.json to lead with.")
@click.option(
    "--design", "designs", type=file, multiple=True, help="design.<engine>.json to explain; its script is looked for beside it."
)
@click.option("-o", "--out", type=file, default="report.html", show_default=True, help="HTML file; the Markdown goes beside it.")
def command(run_file: Path, comparison: Path | None, designs: tuple[Path, ...], out: Path) -> None:
    """Write RUN_FILE as a self-contained HTML page and as Markdown.

    \b
    Example:  warehousebench report run.json --comparison comparison.json --design design.redshift.json
    """
    refuse_existing(out, out.with_suffix(".md"))
    run = document.read(run_file, Run)
    compared = document.read(comparison, Comparison) if comparison else None
    for path in write(run, compared, [read_design(path) for path in designs], out):
        click.echo(path)


def write(run: Run, comparison: Comparison | None, designs: Sequence[DesignSummary], out: Path) -> tuple[Path, Path]:
    """Write the report as HTML to ``out`` and as Markdown beside it; return both paths."""
    costs = function_costs(run)
    html = document.write_text(out, render_html(run, comparison, designs, costs=costs))
    markdown = document.write_text(out.with_suffix(".md"), render_markdown(run, comparison, designs, costs=costs))
    return html, markdown
