"""``advise``: physical designs for Redshift and Vertica, with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from warehousebench.cli.console import step
from warehousebench.cli.options import emit, file, folder, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.engines import DESIGNERS, designer
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.design import DesignSummary
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload


@dataclass(frozen=True, slots=True)
class Advice:
    """One product's design with its script and its summary for reports."""

    engine: str
    design: document.Document
    summary: DesignSummary


@click.command("advise")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema to design for.")
@click.option("--profile", type=file, help="Profile of the data; without it the design goes by rules on the schema alone.")
@click.option("--workload", type=file, help="Workload of the queries; without it joins come from declared keys.")
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(list(DESIGNERS)), help="Product to design for; all if none is named."
)
@click.option("--nodes", type=click.IntRange(1), default=4, show_default=True, help="Nodes of the cluster.")
@click.option("--slices", type=click.IntRange(1), default=2, show_default=True, help="Slices per node (Redshift).")
@click.option("-o", "--out", type=folder, default=".", show_default=True, help="Folder for design.<engine>.json and <engine>.sql.")
@click.option("--format", "output", type=click.Choice(["table", "json"]), default="table", show_default=True, help="What to print.")
def command(
    catalog: Path,
    profile: Path | None,
    workload: Path | None,
    engines: tuple[str, ...],
    nodes: int,
    slices: int,
    out: Path,
    output: str,
) -> None:
    """Choose distribution, sort order and encodings for every table, each choice with its reason and evidence.

    \b
    Example:  warehousebench advise --catalog catalog.json --profile profile.json --workload workload.json -o design/
    """
    names = engines or tuple(DESIGNERS)
    refuse_existing(*(path for name in names for path in files(out, name)))
    advices = advise(
        names,
        document.read(catalog, Catalog),
        document.read(profile, Profile) if profile else None,
        document.read(workload, Workload) if workload else None,
        Cluster(nodes, slices),
        out,
    )
    for advice in advices:
        emit(advice.design, overview(advice), output)


def files(out: Path, engine: str) -> tuple[Path, Path]:
    """Return where a product's design and script go."""
    return out / f"design.{engine}.json", out / f"{engine}.sql"


def advise(
    engines: Sequence[str], catalog: Catalog, profile: Profile | None, workload: Workload | None, cluster: Cluster, out: Path
) -> list[Advice]:
    """Design for each product, write its JSON and SQL into ``out`` and return them."""
    found = []
    for name in engines:
        with step(f"Design for {name.capitalize()}"):
            product = designer(name)
            design = product.advise(catalog, profile, workload, cluster)
            script = product.script(design, catalog, profile)
            json_file, sql_file = files(out, name)
            document.write(json_file, design)
            document.write_text(sql_file, script)
            found.append(Advice(name, design, product.summarise(design, script)))
    return found


def overview(advice: Advice) -> str:
    """Return a product's choices as a plain table."""
    labels = list(dict.fromkeys(label for choice in advice.summary.choices for label, _ in choice.facts if label != "encodings"))
    rows = [[choice.name, *(dict(choice.facts).get(label, "–") for label in labels)] for choice in advice.summary.choices]
    return f"{advice.summary.product} – {advice.summary.basis}\n\n" + table(["", *labels], rows, left=len(labels) + 1) + "\n"
