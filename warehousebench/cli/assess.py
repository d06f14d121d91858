"""``assess``: what becomes of a schema on each product, and which product fits which use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from warehousebench.cli.console import say, step
from warehousebench.cli.options import Bytes, emit, file, folder, format_option, refuse_existing
from warehousebench.cli.tables import table
from warehousebench.engines import DESIGNERS
from warehousebench.model import document
from warehousebench.model.assessment import Assessment, Effort, Outcome
from warehousebench.model.catalog import Catalog

if TYPE_CHECKING:
    from warehousebench.assess.rows import Reading
    from warehousebench.model.workload import Workload
    from warehousebench.workload.suite import SuiteQuery

_FILES = ("assessment.json", "assessment.html", "assessment.md", "assessment.csv")


@click.command("assess")
@click.option("--catalog", type=file, default="catalog.json", show_default=True, help="Schema to assess.")
@click.option("--data", type=folder, help="Folder of its rows as Parquet or CSV files: values and keys are checked on them.")
@click.option(
    "--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log as CSV or JSON with counts."
)
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option(
    "--engine", "engines", multiple=True, type=click.Choice(list(DESIGNERS)), help="Product to assess for; all if none is named."
)
@click.option("--prices", type=file, help="TOML file of your own prices; no cost is shown without.")
@click.option("--bytes", "raw", type=Bytes(), help="Raw bytes of the data to come, such as 4TB; the given data's if not named.")
@click.option(
    "-o", "--out", type=folder, default="assessment", show_default=True, help="Folder for the page, the tables and the document."
)
@format_option
def command(**options: object) -> None:
    """Say what converts as it is, with a change or by hand, what the rows put at risk, and what decides between the products.

    \b
    Examples:  warehousebench assess --catalog catalog.json
               warehousebench assess --data data --queries my_queries --prices prices.toml -o assessment
    """
    from warehousebench.assess import assess
    from warehousebench.assess.assess import Inputs
    from warehousebench.assess.offers import read_offers
    from warehousebench.report.assess_markdown import render_assessment_markdown
    from warehousebench.report.assess_page import render_assessment_html
    from warehousebench.report.assess_tables import objects_csv

    given = Options(**options)  # type: ignore[arg-type]
    paths = [given.out / name for name in _FILES]
    refuse_existing(*paths)
    catalog = document.read(given.catalog, Catalog)
    offers = read_offers(given.prices)
    queries, workload = _queries(given, catalog)
    with _rows(given.data, catalog) as rows:
        inputs = Inputs(catalog, given.engines or tuple(DESIGNERS), offers, rows, queries, workload, given.raw)
        with step("Assess", len(inputs.rows)) as advance:
            found = assess(inputs, advance)
    document.write(paths[0], found)
    texts = (render_assessment_html(found), render_assessment_markdown(found), objects_csv(found))
    for path, text in zip(paths[1:], texts, strict=True):
        document.write_text(path, text)
    for finding in found.findings[len(catalog.findings) :]:
        say(f"note: {finding}")
    emit(found, overview(found), given.output)


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, as click gives them."""

    catalog: Path
    data: Path | None
    queries: Path | None
    dialect: str | None
    engines: tuple[str, ...]
    prices: Path | None
    raw: float | None
    out: Path
    output: str


@contextmanager
def _rows(data: Path | None, catalog: Catalog) -> Iterator[Reading | None]:
    if data is None:
        yield None
        return
    from warehousebench.assess.rows import reading

    with ExitStack() as stack:
        with step("Profile every column", len(catalog.tables)) as advance:
            rows = stack.enter_context(reading(data, catalog, advance))
        yield rows


def _queries(given: Options, catalog: Catalog) -> tuple[tuple[SuiteQuery, ...], Workload | None]:
    if given.queries is None:
        return (), None
    from warehousebench.cli.workload import analyse
    from warehousebench.workload.sources import read_workload

    named = read_workload(given.queries, None, 1.0, given.dialect, catalog)
    return named.queries, analyse(catalog, named)


def overview(found: Assessment) -> str:
    """Return the counts per product as a plain table."""
    rows = [
        [
            product.product,
            *(str(sum(each.outcome is outcome for each in product.objects)) for outcome in Outcome),
            *(str(sum(each.effort is effort for each in product.objects)) for effort in list(Effort)[1:]),
            str(sum(risk.loses for risk in product.risks)),
        ]
        for product in found.products
    ]
    return table(["", *map(str, Outcome), *map(str, list(Effort)[1:]), "kinds of values lost"], rows)
