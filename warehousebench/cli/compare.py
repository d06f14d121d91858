"""``compare``: a contender against a base, with intervals and verdicts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from warehousebench.bench.compare import MARGIN, compare
from warehousebench.cli.options import Percent, emit, file, format_option, refuse_existing
from warehousebench.cli.tables import seconds, table
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.comparison import Comparison, Ratio
from warehousebench.model.run import Run


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, type=file)
@click.option("--base", help="Subject to compare with; the first run's first one if not given.")
@click.option("--contender", help="Subject that is compared; the last run's last one if not given.")
@click.option(
    "--margin", type=Percent(), default=f"{MARGIN:.0%}", show_default=True, help="Difference that does not matter in practice."
)
@click.option("--fail-if-slower", type=Percent(), help="Exit 4 if the contender is slower than this, surely.")
@click.option("-o", "--out", type=file, help="File to write, such as comparison.json.")
@format_option
def command(
    runs: tuple[Path, ...],
    base: str | None,
    contender: str | None,
    margin: float,
    fail_if_slower: float | None,
    out: Path | None,
    output: str,
) -> None:
    """Compare two subjects of one run, or of two: RUNS are one or two run.json files.

    Runs that differ in suite, scale, data or query texts are refused with exit code 2.

    \b
    Examples:  warehousebench compare run.json
               warehousebench compare before.json after.json --fail-if-slower 10%
    """
    if out:
        refuse_existing(out)
    comparison = compare_files(runs, base, contender, margin)
    if out:
        document.write(out, comparison)
    emit(comparison, overview(comparison), output)
    overall = comparison.geometric_mean
    if fail_if_slower and overall and overall.low is not None and overall.low > 1 + fail_if_slower:
        click.echo(f"{comparison.contender.name} is at least {overall.low - 1:.1%} slower than {comparison.base.name}", err=True)
        sys.exit(4)


def compare_files(runs: tuple[Path, ...], base: str | None, contender: str | None, margin: float = MARGIN) -> Comparison:
    """Return the comparison of two subjects named, or the first of the first run and the last of the last."""
    if len(runs) > 2:
        raise UsageError("compare takes one or two runs")
    left, right = document.read(runs[0], Run), document.read(runs[-1], Run)
    if len(runs) == 1 and len(left.subjects) < 2:
        raise UsageError(f"{runs[0]} has one subject only, {left.subjects[0].name}. Name a second run to compare with.")
    return compare(left, right, base or left.subjects[0].name, contender or right.subjects[-1].name, margin=margin)


def overview(comparison: Comparison) -> str:
    """Return every query's medians, ratio, interval and verdict, and the verdict on the whole."""
    rows = [
        [query.query, seconds(query.base_median), seconds(query.contender_median), *_cells(query.ratio), query.note or ""]
        for query in comparison.queries
    ]
    header = ["query", comparison.base.name, comparison.contender.name, "ratio", "interval", "verdict", ""]
    return "\n".join([table(header, rows), "", verdict(comparison), *comparison.notes])


def verdict(comparison: Comparison) -> str:
    """Return the comparison in one or two sentences."""
    whole = comparison.geometric_mean
    if whole is None:
        return f"{comparison.contender.name} against {comparison.base.name}: nothing could be compared."
    counts = ", ".join(f"{number} {name}" for name, number in comparison.counts.items() if number)
    total = f"; total time ratio {_figure(comparison.total)}" if comparison.total else ""
    screening = " Screening only: fewer than 4 rounds." if comparison.screening else ""
    return (
        f"{comparison.contender.name} against {comparison.base.name}: {whole.verdict.value} on the whole, "
        f"geometric mean ratio {_figure(whole)}{total}. Queries: {counts}.{screening}"
    )


def _figure(ratio: Ratio) -> str:
    return f"{ratio.value:.3f}{f' ({_interval(ratio)})' if ratio.low is not None else ''}"


def _interval(ratio: Ratio) -> str:
    return f"{ratio.low:.3f} to {ratio.high:.3f}" if ratio.low is not None and ratio.high is not None else "none"


def _cells(ratio: Ratio | None) -> list[str]:
    return [f"{ratio.value:.3f}", _interval(ratio), ratio.verdict.value] if ratio else ["–", "–", "–"]
