"""``demo``: the whole flow on a built-in suite."""

from __future__ import annotations

from pathlib import Path

import click

from warehousebench.cli.console import say
from warehousebench.cli.options import Scale, folder, refuse_existing
from warehousebench.engines import DESIGNERS


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

    Everything runs here, on the embedded engine; no account and no server is needed.

    \b
    Example:  warehousebench demo --scale 1 --rounds 7 --out results/tpch1
    """
    from warehousebench.bench.compare import compare
    from warehousebench.bench.environment import cores
    from warehousebench.cli import advise, generate, load, profile, report, run, workload
    from warehousebench.cli import compare as comparing
    from warehousebench.cli.data import open_source
    from warehousebench.model import document
    from warehousebench.model.layout import Cluster
    from warehousebench.model.run import Configuration

    refuse_existing(out)
    catalog = generate.suite_catalog(suite, scale)
    document.write(out / "catalog.json", catalog)
    data = out / "data"
    generate.generate(suite, scale, catalog, data)
    profiled = profile.measure(data, None)
    document.write(out / "profile.json", profiled)
    used = workload.analyse(catalog, None, suite, scale)
    document.write(out / "workload.json", used)
    advices = advise.advise(list(DESIGNERS), catalog, profiled, used, Cluster(), out)
    basis, layouts = load.read_layouts(advise.files(out, layout)[0])
    folders = {"plain": out / "layouts" / "plain", "advised": out / "layouts" / "advised"}
    load.load(data, catalog, "plain", "arrival order", {}, "compact", folders["plain"])
    load.load(data, catalog, "advised", basis, layouts, "compact", folders["advised"])
    _, texts, found = workload.read_queries(None, suite, scale)
    task = run.Task(
        suite=suite,
        rounding_rule=found.rounding_rule if found else None,
        queries={query.name: query.sql for query in texts},
        source=open_source(data, None),
        layouts=folders,
        configuration=Configuration(rounds, 1, timeout, 1, cores()),
    )
    done = run.run(task, out / "run.json")
    comparison = compare(done, done, "plain", "advised")
    document.write(out / "comparison.json", comparison)
    html, _ = report.write(done, comparison, [advice.summary for advice in advices], out / "report.html")
    say("")
    click.echo(comparing.verdict(comparison))
    click.echo(f"Report: {html}")
    run.raise_if_different(done)
