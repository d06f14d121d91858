"""``advise``: physical designs for Redshift and Vertica, searched on your data and queries, or by rule with less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import step
from warehousebench.cli.designs import layouts, product_of, read_designs
from warehousebench.cli.options import Budget, emit, file, folder, refuse_existing
from warehousebench.cli.policies import POLICIES
from warehousebench.cli.tables import size, table
from warehousebench.engines import DESIGNERS, designer
from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.advice import Advice
from warehousebench.model.catalog import Catalog
from warehousebench.model.design import DesignSummary
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload

if TYPE_CHECKING:
    from warehousebench.cli.study import Inputs, Study
    from warehousebench.optimise.case import Case, Wishes
    from warehousebench.optimise.samples import Samples


@dataclass(frozen=True, slots=True)
class Advised:
    """One product's design, its summary for reports, and what it saves where that was searched for."""

    engine: str
    design: document.Document
    summary: DesignSummary
    advice: Advice | None = None


@click.command("advise")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema to design for.")
@click.option("--data", type=folder, help="Folder of the data; with queries, designs are searched and not only ruled.")
@click.option(
    "--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log as CSV or JSON with counts."
)
@click.option("--suite", help="Built-in suite instead of --queries.")
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option("--profile", type=file, help="Profile of the data, if it is there already.")
@click.option("--workload", type=file, help="Workload of the queries, for advice by rule.")
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(list(DESIGNERS)), help="Product to design for; all if none is named."
)
@click.option("--nodes", type=click.IntRange(1), default=4, show_default=True, help="Nodes of the cluster.")
@click.option("--slices", type=click.IntRange(1), default=2, show_default=True, help="Slices per node (Redshift).")
@click.option(
    "--vertica-mode",
    "mode",
    type=click.Choice(["enterprise", "eon"]),
    default="enterprise",
    show_default=True,
    help="Rows on the nodes, or in storage they share (Vertica).",
)
@click.option("--shards", type=click.IntRange(1), help="Shards of the shared storage (Eon mode); as many as nodes if not given.")
@click.option("--rows", multiple=True, help="Rows to design for, such as lineitem=6e9; the data's own if not given.")
@click.option("--policy", type=click.Choice(list(POLICIES)), default="balanced", show_default=True, help="Budgets, unless named.")
@click.option("--replication-budget", type=Budget(), help="Raw bytes that extra copies on nodes may take, such as 5%.")
@click.option("--storage-budget", type=Budget(), help="Raw bytes that all copies may take, such as 1.5x (Vertica).")
@click.option(
    "--pin", "pins", multiple=True, help="Fix a choice: lineitem.distkey=l_orderkey, nation.diststyle=all, t.sortkey=a,b."
)
@click.option(
    "--against", type=file, multiple=True, help="design.<engine>.json to hold the advice against, such as the one there is now."
)
@click.option("--explain", multiple=True, help="Table whose reasons are printed.")
@click.option("--emulate", multiple=True, help="Query (or all) to run on segmented databases, predicted against counted bytes.")
@click.option("-o", "--out", type=folder, default=".", show_default=True, help="Folder for designs, scripts and advice pages.")
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="What to print.")
def command(**options: object) -> None:
    """Choose distribution, sort order and encodings for every table, each choice with its reason and evidence.

    With --data and --queries (or --suite) the designs are searched: every query is run once here to measure its steps,
    then distributions are chosen by an exact program, sort orders by trying them on zone maps, encodings by encoding.
    With less, they follow the vendors' documented rules, and say so.

    \b
    Examples:  warehousebench advise --data data --queries my_queries -o design
               warehousebench advise --data data --suite tpch --rows lineitem=6e9 --rows orders=1.5e9 --nodes 16
    """
    from warehousebench.cli.study import Inputs
    from warehousebench.cli.wishes import target_rows, wishes

    given = Options(**options)  # type: ignore[arg-type]
    names = given.engines or tuple(DESIGNERS)
    refuse_existing(*(path for name in names for path in files(given.out, name)))
    catalog = document.read(given.catalog, Catalog)
    profile = document.read(given.profile, Profile) if given.profile else None
    workload = document.read(given.workload, Workload) if given.workload else None
    cluster = _cluster(given, names)
    wanted = wishes(given.policy, given.replication_budget, given.storage_budget, given.pins, catalog)
    if given.data and (given.queries or given.suite):
        inputs = Inputs(given.data, given.queries, given.suite, given.dialect, catalog, profile, target_rows(given.rows))
        found = search(inputs, names, cluster, wanted, given.against, given.out, given.emulate)
    else:
        _refuse_unused(given)
        if given.data:
            from warehousebench.cli.profile import measure

            profile = profile or measure(given.data, given.catalog)
        found = by_rule(names, catalog, profile, workload, cluster, given.out)
    for advised in found:
        text = overview(advised, given.explain)
        emit(advised.advice or advised.design, text, given.output)


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, as click gives them."""

    catalog: Path
    data: Path | None
    queries: Path | None
    suite: str | None
    dialect: str | None
    profile: Path | None
    workload: Path | None
    engines: tuple[str, ...]
    nodes: int
    slices: int
    mode: str
    shards: int | None
    rows: tuple[str, ...]
    policy: str
    replication_budget: float | None
    storage_budget: float | None
    pins: tuple[str, ...]
    against: tuple[Path, ...]
    explain: tuple[str, ...]
    emulate: tuple[str, ...]
    out: Path
    output: str


def _cluster(given: Options, engines: Sequence[str]) -> Cluster:
    """Return the cluster to design for; raises UsageError for options that do not go together."""
    if given.mode != "eon":
        if given.shards:
            raise UsageError("--shards are of Eon mode: add --vertica-mode eon, or leave them out")
        return Cluster(given.nodes, given.slices)
    if "vertica" not in engines:
        raise UsageError("--vertica-mode is for Vertica: add --engine vertica, or leave it out")
    return Cluster(given.nodes, given.slices, given.shards or given.nodes)


def _of(engine: str, cluster: Cluster) -> Cluster:
    """Return the cluster as one product knows it: shards are Vertica's."""
    return cluster if engine == "vertica" else replace(cluster, shards=None)


def _refuse_unused(given: Options) -> None:
    options = (("--rows", given.rows), ("--pin", given.pins), ("--against", given.against), ("--emulate", given.emulate))
    unused = [name for name, value in options if value]
    if unused:
        raise UsageError(f"{', '.join(unused)} need a search: give --data and --queries (or --suite)")


def files(out: Path, engine: str) -> tuple[Path, Path]:
    """Return where a product's design and script go."""
    return out / f"design.{engine}.json", out / f"{engine}.sql"


def by_rule(
    engines: Sequence[str], catalog: Catalog, profile: Profile | None, workload: Workload | None, cluster: Cluster, out: Path
) -> list[Advised]:
    """Design for each product by its vendor's documented rules, write JSON and SQL into ``out`` and return the designs."""
    found = []
    for name in engines:
        with step(f"Design for {name.capitalize()} by rule"):
            product = designer(name)
            found.append(_written(name, product.advise(catalog, profile, workload, _of(name, cluster)), catalog, profile, out))
    return found


def _written(engine: str, design: document.Document, catalog: Catalog, profile: Profile | None, out: Path) -> Advised:
    product = designer(engine)
    script = product.script(design, catalog, profile)
    json_file, sql_file = files(out, engine)
    document.write(json_file, design)
    document.write_text(sql_file, script)
    return Advised(engine, design, product.summarise(design, script))


def search(
    inputs: Inputs,
    engines: Sequence[str],
    cluster: Cluster,
    wanted: Wishes,
    against: Sequence[Path],
    out: Path,
    emulate: Sequence[str] = (),
) -> list[Advised]:
    """Search a design for each product, write everything into ``out`` and return the designs."""
    from warehousebench.cli.study import study
    from warehousebench.optimise.samples import Samples

    with study(inputs) as prepared:
        samples = Samples(prepared.case, prepared.connection)
        found = [_search_one(engine, prepared, samples, _of(engine, cluster), wanted, against, out) for engine in engines]
        for advised in found if emulate else ():
            _emulate(advised, prepared, _of(advised.engine, cluster), emulate, out)
        return found


def _emulate(advised: Advised, prepared: Study, cluster: Cluster, wanted: Sequence[str], out: Path) -> None:
    from warehousebench.cli.emulation import emulated

    layout = designer(advised.engine).layout(advised.design, prepared.case.catalog)
    title = f"{advised.engine} design on the data as it is"
    text = emulated(wanted, prepared.queries, prepared.relations, layout, cluster.workers, title)
    document.write_text(out / f"emulation.{advised.engine}.txt", text + "\n")
    click.echo(text + "\n")


def _search_one(
    engine: str, prepared: Study, samples: Samples, cluster: Cluster, wanted: Wishes, against: Sequence[Path], out: Path
) -> Advised:
    from warehousebench.optimise.advisor import design as find
    from warehousebench.optimise.costs import advice as weigh
    from warehousebench.optimise.storage import Store
    from warehousebench.report.advice_markdown import render_advice_markdown
    from warehousebench.report.advice_page import render_advice_html

    product, case = designer(engine), prepared.case
    limits = product.product(case.catalog, case.profile, prepared.workload, cluster)
    store = Store(case, limits, prepared.connection, samples)
    own = [path for path in against if product_of(path) == engine]
    given = layouts(product, read_designs(own)[1], case.catalog) if own else {}
    with step(f"Search a design for {limits.name}"):
        physical = find(case, limits, wanted, store)
        design = product.realise(physical, case.catalog, case.profile, cluster, _basis(case))
        advised = _written(engine, design, case.catalog, case.profile, out)
    with step(f"Weigh it against other designs for {limits.name}"):
        advice = weigh(case, limits, physical, store, given, prepared.findings)
    document.write(out / f"advice.{engine}.json", advice)
    document.write_text(out / f"advice.{engine}.html", render_advice_html(advice, advised.summary))
    document.write_text(out / f"advice.{engine}.md", render_advice_markdown(advice, advised.summary))
    return Advised(engine, design, advised.summary, advice)


def _basis(case: Case) -> str:
    size = ", for other table sizes than the data's" if case.target else ""
    return f"a search over {len(case.plans)} queries with measured row counts and the profile of all rows{size}"


def overview(advised: Advised, explain: Sequence[str] = ()) -> str:
    """Return a product's choices as a plain table, what they save, and the reasons of the tables to explain."""
    choices = advised.summary.choices
    labels = list(dict.fromkeys(label for choice in choices for label, _ in choice.facts if label != "encodings"))
    rows = [[choice.name, *(dict(choice.facts).get(label, "–") for label in labels)] for choice in choices]
    parts = [f"{advised.summary.product} – {advised.summary.basis}", "", table(["", *labels], rows, left=len(labels) + 1), ""]
    parts += [_savings(advised.advice), ""] if advised.advice else []
    for choice in choices:
        if any(choice.name.startswith(name) for name in explain):
            parts += [choice.name, *(f"  {r.code:24} {r.subject}: {r.sentence}" for r in choice.reasons), ""]
    return "\n".join(parts)


def _savings(advice: Advice) -> str:
    """Return the costs of all designs, the advised one last."""
    rows = [
        [cost.name, size(cost.moved), _ratio(cost.moved, advice.advised.moved), size(cost.read), size(cost.copies)]
        for cost in advice.designs
    ]
    note = (
        "Bytes under the model, all queries together; nothing was run on the product. Copies: raw bytes, replicas counted per node."
    )
    return table(["design", "moved", "to advised", "read", "copies"], rows) + f"\n{note}"


def _ratio(value: float, advised: float) -> str:
    return f"{value / advised:.2f}x" if advised else "–"
