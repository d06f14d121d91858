"""``demo``: the whole flow on a built-in suite."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import say
from warehousebench.cli.options import Scale, folder, refuse_existing
from warehousebench.engines import DESIGNERS
from warehousebench.model import document

if TYPE_CHECKING:
    from warehousebench.cli.advise import Advised
    from warehousebench.model.catalog import Catalog
    from warehousebench.model.profile import Profile
    from warehousebench.model.run import Run

# The warehouse that the demo designs for: data of this scale factor, extrapolated from what was generated.
DESIGN_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Demo:
    """What to show, and where everything goes."""

    suite: str
    scale: float
    rounds: int
    layout: str
    timeout: float
    out: Path

    @property
    def data(self) -> Path:
        """Return the folder of the generated data."""
        return self.out / "data"


@click.command("demo")
@click.option("--suite", default="tpch", show_default=True, help="Built-in suite.")
@click.option("--scale", type=Scale(), default="0.1", show_default=True, help="Scale factor; 1 is about 1 GB of text.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds of timed runs.")
@click.option(
    "--layout", type=click.Choice(list(DESIGNERS)), default="redshift", show_default=True, help="Design to lay rows out by."
)
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=300.0, show_default=True, help="Seconds per execution.")
@click.option("-o", "--out", type=folder, default="results/demo", show_default=True, help="Folder for everything.")
def command(suite: str, scale: float, rounds: int, layout: str, timeout: float, out: Path) -> None:
    """Go from a relational schema to a report: schema, data, profile, advice, two layouts, verified runs, comparison.

    The designs are for a cluster of 4 nodes with data of scale factor 100, extrapolated from the data generated here.
    Everything runs on this machine, on the embedded engine; no account and no server is needed.

    \b
    Example:  warehousebench demo --scale 1 --rounds 7 --out results/tpch1
    """
    from warehousebench.cli import compare, run

    refuse_existing(out)
    demo = Demo(suite, scale, rounds, layout, timeout, out)
    catalog, profile = _prepare(demo)
    advised = _design(demo, catalog, profile)
    _load(demo, catalog)
    done = _run(demo)
    comparison = compare.compare_files((out / "run.json",), "plain", "advised")
    document.write(out / "comparison.json", comparison)
    _report(demo, advised)
    say("")
    for each in advised:
        if each.advice:
            click.echo(_saved(each))
    click.echo(compare.verdict(comparison))
    click.echo(f"Report: {out / 'report.html'}")
    run.raise_if_different(done)


def _prepare(demo: Demo) -> tuple[Catalog, Profile]:
    from warehousebench.cli import generate, profile, workload
    from warehousebench.workload.sources import read_workload

    catalog = generate.suite_catalog(demo.suite)
    document.write(demo.out / "catalog.json", catalog)
    generate.generate(demo.suite, demo.scale, catalog, demo.data)
    measured = profile.measure(demo.data, None)
    document.write(demo.out / "profile.json", measured)
    named = read_workload(None, demo.suite, demo.scale, None, catalog)
    document.write(demo.out / "workload.json", workload.analyse(catalog, named))
    return catalog, measured


def _design(demo: Demo, catalog: Catalog, profile: Profile) -> list[Advised]:
    from warehousebench.cli import advise
    from warehousebench.cli.study import Inputs
    from warehousebench.cli.wishes import wishes
    from warehousebench.model.layout import Cluster
    from warehousebench.workload.suite import load_suite

    fixed = load_suite(demo.suite, demo.scale).fixed_tables
    growth = DESIGN_SCALE / demo.scale
    target = {name: table.rows * growth for name, table in profile.tables.items() if name not in fixed and growth > 1}
    inputs = Inputs(demo.data, None, demo.suite, None, catalog, profile, target)
    return advise.search(inputs, list(DESIGNERS), Cluster(), wishes("balanced", None, None, (), catalog), (), demo.out)


def _load(demo: Demo, catalog: Catalog) -> None:
    from warehousebench.cli import advise, designs, load

    basis, layouts = designs.read_layouts(advise.files(demo.out, demo.layout)[0])
    load.load(demo.data, catalog, "plain", "arrival order", {}, "compact", demo.out / "layouts" / "plain")
    load.load(demo.data, catalog, "advised", basis, layouts, "compact", demo.out / "layouts" / "advised")


def _run(demo: Demo) -> Run:
    from warehousebench.bench.environment import cores
    from warehousebench.cli import run
    from warehousebench.cli.data import open_source
    from warehousebench.model.run import Configuration
    from warehousebench.workload.sources import read_workload

    named = read_workload(None, demo.suite, demo.scale, None, None)
    layouts = [demo.out / "layouts" / name for name in ("plain", "advised")]
    configuration = Configuration(demo.rounds, 1, demo.timeout, 1, cores())
    source = open_source(demo.data, None)
    taking_part = run.entrants(source, layouts, (), configuration.threads)
    return run.run(run.make_task(named, source, taking_part, configuration), demo.out / "run.json")


def _report(demo: Demo, advised: list[Advised]) -> None:
    from warehousebench.cli import report
    from warehousebench.model.comparison import Comparison
    from warehousebench.model.run import Run

    run, comparison = document.read(demo.out / "run.json", Run), document.read(demo.out / "comparison.json", Comparison)
    report.write(run, comparison, [each.summary for each in advised], demo.out / "report.html")


def _saved(advised: Advised) -> str:
    assert advised.advice is not None
    none, best = advised.advice.designs[0], advised.advice.advised
    moved = f"{none.moved / best.moved:.2f}x fewer bytes moved" if best.moved else "no bytes moved"
    read = f"{none.read / best.read:.2f}x fewer bytes read" if best.read else "no bytes read"
    return f"{advised.advice.product} design against none, at scale {DESIGN_SCALE:g} under the model: {moved}, {read}."
