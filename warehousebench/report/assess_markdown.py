"""The assessment as Markdown for GitHub: the same order and words as the page."""

from __future__ import annotations

from collections.abc import Iterator

from warehousebench.model.assessment import Assessment, Status
from warehousebench.report import assess_tables as tables
from warehousebench.report import assess_words as words
from warehousebench.report.marktext import alarm_quote, bullets, captioned, grid_table, safe


def render_assessment_markdown(found: Assessment) -> str:
    """Return the assessment as Markdown; the same input gives the same text."""
    return "\n\n".join(block for block in _blocks(found) if block) + "\n"


def _blocks(found: Assessment) -> Iterator[str]:
    yield f"# {safe(words.title(found))}"
    yield safe(words.introduction(found))
    yield bullets(f"**{name}:** {safe(value)}" for name, value in words.identity(found))
    yield bullets(
        f"**{safe(tile.product)}:** {safe(tile.figure)} {safe(tile.label)}. {safe(tile.text)}" for tile in words.tiles(found)
    )
    yield from map(alarm_quote, words.alarms(found))
    yield "## Which product fits which use"
    yield safe(words.LEGEND)
    yield grid_table(tables.uses(found))
    if found.fit.costs:
        yield f"## What a month costs\n\n{grid_table(tables.costs(found))}\n\n{safe(words.price_line(found))}"
    yield "## What there is to do"
    yield grid_table(tables.summary(found))
    for grid in (tables.work(found), tables.known(found)):
        yield captioned(grid) if grid.rows else ""
    yield from _rows(found)
    yield from _queries(found)
    yield "## Every object"
    yield grid_table(tables.objects(found))
    for same in tables.by_object(found):
        if any(each.notes for each in same):
            yield captioned(tables.notes(found, same))
    yield "## What no schema shows"
    yield grid_table(tables.facts(found))
    yield f"## Findings\n\n{bullets(map(safe, found.findings))}" if found.findings else ""
    yield "## What the words mean"
    yield bullets(f"**{name}:** {safe(text)}" for name, text in words.method())
    yield "Made by warehousebench."


def _rows(found: Assessment) -> Iterator[str]:
    if any(product.risks for product in found.products):
        yield f"## Values at risk\n\n{grid_table(tables.risks(found))}"
    if found.constraints:
        yield f"## Constraints held against the rows\n\n{safe(words.constraints_line(found))}"
        for status in (Status.VIOLATED, Status.UNCHECKED):
            grid = tables.constraints(found, status)
            yield captioned(grid) if grid.rows else ""


def _queries(found: Assessment) -> Iterator[str]:
    asked = [product for product in found.products if product.queries]
    if asked:
        yield "## Queries"
    for product in asked:
        grid = tables.queries(product)
        yield safe(
            f"{product.product}: {len(product.queries) - len(grid.rows):,} of {len(product.queries):,} translate as they are."
        )
        yield captioned(grid) if grid.rows else ""
