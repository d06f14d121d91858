"""The advice as one HTML file that needs nothing else: what a design saves, what else was tried, and why it was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warehousebench.model.advice import Advice, QueryCost, TableAdvice
from warehousebench.model.design import DesignChoice, DesignSummary
from warehousebench.report import advice as words
from warehousebench.report import advice_svg as svg
from warehousebench.report import advice_tables as tables
from warehousebench.report import particulars
from warehousebench.report.advice_compare import KINDS, base_of, clearly_more, cost_of, costs, total
from warehousebench.report.advice_tables import Line
from warehousebench.report.markup import Markup, fold, items, join, table, tag
from warehousebench.report.shell import Section, alarm_box, document, facts, key
from warehousebench.report.words import bare


def render_advice_html(advice: Advice, summary: DesignSummary) -> str:
    """Return the advice as one self-contained HTML page; the same input gives the same bytes.

    Raises UsageError if ``summary`` is of another product than ``advice``, or ``advice`` compares different queries.
    """
    words.require_match(advice, summary)
    footer = tag("footer", tag("p", "Made by warehousebench. This page loads nothing from elsewhere."))
    title = f"{words.title(summary)} · warehousebench"
    return document(title, list(_header(advice, summary)), list(_sections(advice, summary)), footer, ("advice.css",))


def _header(advice: Advice, summary: DesignSummary) -> Iterator[Markup]:
    yield tag("p", "warehousebench advice", class_="eyebrow")
    yield tag("h1", words.title(summary))
    yield tag("p", words.introduction(advice, summary), class_="lead")
    yield facts(words.identity(advice, summary))
    yield tag("p", words.sentence(advice), class_="sentence")
    yield tag("div", *(_gist(gist) for gist in words.gists(advice)), class_="gists")
    yield tag("p", words.claim(summary), class_="claim")
    yield tag("p", words.proof(advice), class_="aside")
    yield from map(alarm_box, words.alarms(advice))


def _gist(gist: words.Gist) -> Markup:
    figure = tag("p", tag("b", gist.figure), " ", tag("span", gist.label))
    return tag("div", figure, tag("p", gist.text, class_="aside"), class_="gist worse" if gist.worse else "gist")


def _sections(advice: Advice, summary: DesignSummary) -> Iterator[Section]:
    yield "designs", "Against other designs", table(tables.designs(advice))
    yield "queries", "Queries that gain and lose", _queries(advice)
    yield "tables", "Table by table", _tables(advice, summary)
    if advice.curve:
        yield "curve", "Storage against network", _curve(advice)
    yield "motions", "What moves in each query", _motions(advice)
    if advice.ties or advice.findings:
        yield "ties", "Ties and findings", _ties(advice)
    if advice.assumptions:
        yield "assumptions", "What the figures assume", items(advice.assumptions, "plain")
    script = tag("pre", tag("code", bare(summary.script)))
    yield "script", "The script", fold(f"Statements for {summary.product}, without their comments", script)


# Queries


def _queries(advice: Advice) -> Markup:
    note = f"{words.query_note(advice)} Choose a heading to sort."
    charts = (_pairs(advice, kind) for kind in KINDS)
    return join((*charts, table(tables.queries(advice)), tag("p", note, class_="aside")))


def _pairs(advice: Advice, kind: str) -> Markup:
    """Return the chart of one kind of bytes, or nothing where no query differs."""
    base, rows = base_of(advice), pair_rows(advice, kind)
    if base is None or not any(row.base != row.advised for row in rows):
        return Markup("")
    label = f"Bytes {kind} per query with {base.name} and with this design, logarithmic; the table below holds the figures"
    legend = [key("circle", "before", base.name), key("diamond", "v-faster", "this design")]
    if any(row.loses for row in rows):
        legend.append(key("down", "v-slower", f"this design, more bytes {kind} than with {base.name}"))
    caption = tag("figcaption", f"Bytes {kind} by one execution of each query, on a logarithmic axis.")
    return tag("figure", tag("h3", f"Bytes {kind}"), tag("p", *legend, class_="legend"), svg.pairs(rows, label), caption)


def pair_rows(advice: Advice, kind: str) -> list[svg.Pair]:
    """Return the rows of the chart of one kind of bytes: queries without any are left out."""
    before, rows = costs(advice.designs[0]), []
    for query in tables.ordered(advice):
        own, other = cost_of(query, kind), cost_of(before[query.query], kind)
        if own or other:
            loses = clearly_more(query.weight * own, query.weight * other, total(advice.advised, kind))
            rows.append(svg.Pair(query.query, other, own, tables.amount(other, own), loses))
    return rows


# Tables


def _tables(advice: Advice, summary: DesignSummary) -> Markup:
    return join((table(tables.tables(advice)), *(_table(advice, summary, each) for each in tables.by_size(advice))))


def _table(advice: Advice, summary: DesignSummary, one: TableAdvice) -> Markup:
    labelled = (("distribution", one.distribution), ("sort order", tables.sort_order(one)))
    head = join((tag("b", one.table), " ", *(tag("span", tag("i", name), f" {value}", class_="fact") for name, value in labelled)))
    parts = [tag("p", words.table_line(one), class_="aside")]
    if one.distributions:
        lines = tables.distributions(advice, one)
        parts += [_options("Distributions", "Moved by all queries", lines), _left_out(one.distributions, lines)]
    if one.orders:
        lines = tables.orders(one)
        parts += [_options("Sort orders tried", "Read of this table", lines), _left_out(one.orders, lines)]
    parts += [_reasons(choice) for choice in words.choices_of(one.table, summary)]
    return fold(head, *parts, class_="choice")


def _left_out(found: Sequence[object], shown: Sequence[Line]) -> Markup:
    text = tables.left_out(len(found), len(shown))
    return tag("p", text, class_="aside") if text else Markup("")


def _options(caption: str, unit: str, lines: Sequence[Line]) -> Markup:
    grid = tables.options(caption, unit, lines)
    heads = (tag("th", column.title, scope="col", class_="n" if column.figures else None) for column in grid.columns)
    body = tag("tbody", *(_option(line) for line in lines))
    content = tag("table", tag("caption", caption), tag("thead", tag("tr", *heads)), body, class_="options")
    return tag("div", content, class_="scroll", role="region", aria_label=caption, tabindex="0")


def _option(line: Line) -> Markup:
    """Return an option as a row; the style sheet draws its bar and aligns its figures."""
    name = tag("th", line.choice, scope="row", style=f"--w:{100 * line.share:.1f}%")
    return tag(
        "tr", name, *(tag("td", text) for text in (line.bytes, line.against, line.remark)), class_="chosen" if line.chosen else None
    )


def _reasons(choice: DesignChoice) -> Markup:
    return table(particulars.reasons(choice)) if choice.reasons else tag("p", f"No reason was recorded for {choice.name}.")


# The rest


def _curve(advice: Advice) -> Markup:
    chart = svg.curve(advice, "Fewest bytes moved over the budget for copies; the table below holds the figures")
    axes = tag("p", "Up: fewest bytes moved. Across: budget for copies beyond one of every table, logarithmic.", class_="legend")
    figure = tag("figure", axes, chart, tag("figcaption", words.curve_note(advice)))
    return join((figure, fold("The figures", table(tables.curve(advice)))))


def _motions(advice: Advice) -> Markup:
    still = words.unmoved(advice)
    note = [tag("p", f"Nothing moves in {', '.join(still)}.")] if still else []
    moving = (query for query in sorted(advice.advised.queries, key=lambda query: query.query) if query.query not in still)
    return join((*note, *(_motion(advice, query) for query in moving)))


def _motion(advice: Advice, query: QueryCost) -> Markup:
    head = join((tag("b", query.query), " ", tag("span", words.motion_line(advice, query), class_="figures")))
    return fold(head, items(query.motions, "plain") or tag("p", "The steps were not recorded."), class_="query")


def _ties(advice: Advice) -> Markup:
    grid = tables.ties(advice)
    findings = [tag("h3", "Findings"), items(advice.findings, "plain")] if advice.findings else []
    return join((*([table(grid)] if grid else []), *findings))
