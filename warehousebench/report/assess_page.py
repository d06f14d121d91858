"""The assessment as one self-contained page for whoever has to choose: uses first, then work, rows, objects and facts."""

from __future__ import annotations

from collections.abc import Iterator

from warehousebench.model.assessment import Assessment, Effort, ObjectOutcome, Outcome, ProductOutcome, Status
from warehousebench.report import assess_tables as tables
from warehousebench.report import assess_words as words
from warehousebench.report.assess_svg import stacks
from warehousebench.report.markup import Markup, fold, items, join, table, tag
from warehousebench.report.shell import Section, alarm_box, document, facts, terms

_PARTS = {Outcome.AS_IS: "kept", Outcome.CHANGED: "altered", Outcome.BY_HAND: "manual"}


def render_assessment_html(found: Assessment) -> str:
    """Return the assessment as one HTML page; the same input gives the same bytes."""
    footer = tag("footer", tag("p", "Made by warehousebench. This page loads nothing from elsewhere."))
    return document(
        f"{words.title(found)} · warehousebench",
        list(_header(found)),
        list(_sections(found)),
        footer,
        ("assess.css", "stacked.css"),
    )


def _header(found: Assessment) -> Iterator[Markup]:
    yield tag("p", "warehousebench assessment", class_="eyebrow")
    yield tag("h1", words.title(found))
    yield tag("p", words.introduction(found), class_="lead")
    yield facts(words.identity(found))
    yield tag("div", *(_tile(tile) for tile in words.tiles(found)), class_="tiles")
    yield from map(alarm_box, words.alarms(found))


def _tile(tile: words.Tile) -> Markup:
    figure = tag("p", tag("b", tile.figure), tile.label)
    return tag("div", tag("p", tile.product, class_="eyebrow"), figure, tag("p", tile.text, class_="aside"), class_="tile")


def _sections(found: Assessment) -> Iterator[Section]:
    yield (
        "fit",
        "Which product fits which use",
        join((tag("p", words.LEGEND, class_="aside"), table(tables.uses(found), stacked=True))),
    )
    if found.fit.costs:
        yield (
            "cost",
            "What a month costs",
            join((table(tables.costs(found), stacked=True), tag("p", words.price_line(found), class_="aside"))),
        )
    yield "work", "What there is to do", _work(found)
    if any(product.risks for product in found.products):
        yield "risks", "Values at risk", table(tables.risks(found), stacked=True)
    if found.constraints:
        yield "constraints", "Constraints held against the rows", _constraints(found)
    if any(product.queries for product in found.products):
        yield "queries", "Queries", _queries(found)
    yield "objects", "Every object", _objects(found)
    yield "facts", "What no schema shows", table(tables.facts(found), stacked=True)
    if found.findings:
        yield "findings", "Findings", items(found.findings, "plain")
    yield "method", "What the words mean", terms(words.method())


def _work(found: Assessment) -> Markup:
    rows = [(product.product, [(_PARTS[each], words.of_outcome(product, each)) for each in Outcome]) for product in found.products]
    chart = stacks(rows, "Objects by how they convert, per product; the table below holds the figures")
    keys = (tag("span", tag("span", class_=f"swatch {_PARTS[each]}"), f" {each}") for each in Outcome)
    figure = tag("figure", tag("p", *keys, class_="legend"), chart)
    asked, known = tables.work(found), tables.known(found)
    todo = table(asked, stacked=True) if asked.rows else tag("p", "Nothing that somebody has to do or to agree to was found.")
    rest = fold("What is taken over as it is, and worth knowing", table(known, stacked=True)) if known.rows else Markup("")
    return join((figure, table(tables.summary(found)), todo, rest))


def _constraints(found: Assessment) -> Markup:
    parts: list[Markup] = [tag("p", words.constraints_line(found))]
    shown = {status for status in Status if any(check.status is status for check in found.constraints)}
    if Status.VIOLATED in shown:
        parts.append(table(tables.constraints(found, Status.VIOLATED), stacked=True))
    if Status.UNCHECKED in shown:
        parts.append(fold("Those that could not be checked", table(tables.constraints(found, Status.UNCHECKED), stacked=True)))
    if Status.HOLDS in shown:
        parts.append(fold("Those that hold", table(tables.constraints(found, Status.HOLDS), stacked=True)))
    return join(parts)


def _queries(found: Assessment) -> Markup:
    return join(_translated(product) for product in found.products if product.queries)


def _translated(product: ProductOutcome) -> Markup:
    grid = tables.queries(product)
    kept = len(product.queries) - len(grid.rows)
    line = tag("p", f"{product.product}: {kept:,} of {len(product.queries):,} translate as they are.")
    return join((line, fold("The others", table(grid, stacked=True)) if grid.rows else Markup("")))


def _objects(found: Assessment) -> Markup:
    folds = (_object(found, same) for same in tables.by_object(found) if any(each.notes for each in same))
    return join((table(tables.objects(found)), *folds))


def _object(found: Assessment, same: tuple[ObjectOutcome, ...]) -> Markup:
    shown = (
        tag("span", tag("i", product.product), f" {_told(each)}", class_="fact")
        for product, each in zip(found.products, same, strict=True)
    )
    return fold(join((tag("b", same[0].name), " ", *shown)), table(tables.notes(found, same), stacked=True), class_="choice")


def _told(each: ObjectOutcome) -> str:
    return f"{each.outcome}" + ("" if each.effort is Effort.NONE else f", {each.effort}")
