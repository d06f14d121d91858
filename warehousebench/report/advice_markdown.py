"""The advice as Markdown for GitHub: the same order and words as the page, with text where the page has charts."""

from __future__ import annotations

from collections.abc import Iterator

from warehousebench.model.advice import Advice, QueryCost, TableAdvice
from warehousebench.model.design import DesignSummary
from warehousebench.report import advice as words
from warehousebench.report import advice_tables as tables
from warehousebench.report import particulars
from warehousebench.report.marktext import alarm_quote, bullets, captioned, fence, grid_table, safe
from warehousebench.report.words import bare


def render_advice_markdown(advice: Advice, summary: DesignSummary) -> str:
    """Return the advice as Markdown; the same input gives the same text.

    Raises UsageError if ``summary`` is of another product than ``advice``, or ``advice`` compares different queries.
    """
    words.require_match(advice, summary)
    return "\n\n".join(block for block in _blocks(advice, summary) if block) + "\n"


def _blocks(advice: Advice, summary: DesignSummary) -> Iterator[str]:
    yield from _top(advice, summary)
    yield "## Against other designs"
    yield grid_table(tables.designs(advice))
    yield "## Queries that gain and lose"
    yield grid_table(tables.queries(advice))
    yield safe(words.query_note(advice))
    yield "## Table by table"
    yield grid_table(tables.tables(advice))
    for one in tables.by_size(advice):
        yield from _table(advice, summary, one)
    if advice.curve:
        yield "## Storage against network"
        yield grid_table(tables.curve(advice))
    yield from _motions(advice)
    yield from _rest(advice)
    yield "## The script"
    yield fence(bare(summary.script), "sql")
    yield "Made by warehousebench."


def _top(advice: Advice, summary: DesignSummary) -> Iterator[str]:
    yield f"# {safe(words.title(summary))}"
    yield safe(words.introduction(advice, summary))
    yield bullets(f"**{name}:** {safe(value)}" for name, value in words.identity(advice, summary))
    yield f"**{safe(words.sentence(advice))}**"
    yield bullets(f"**{safe(gist.figure)}** {safe(gist.label)}: {safe(gist.text)}" for gist in words.gists(advice))
    yield f"**{safe(words.claim(summary))}** {safe(words.proof(advice))}"
    yield from map(alarm_quote, words.alarms(advice))


def _table(advice: Advice, summary: DesignSummary, one: TableAdvice) -> Iterator[str]:
    yield f"### {safe(one.table)}"
    yield safe(f"{words.table_line(one)}. Distribution: {one.distribution}. Sort order: {tables.sort_order(one)}.")
    if one.distributions:
        lines = tables.distributions(advice, one)
        yield captioned(tables.options("Distributions", "Moved by all queries", lines), 4)
        yield tables.left_out(len(one.distributions), len(lines))
    if one.orders:
        lines = tables.orders(one)
        yield captioned(tables.options("Sort orders tried", "Read of this table", lines), 4)
        yield tables.left_out(len(one.orders), len(lines))
    for choice in words.choices_of(one.table, summary):
        yield captioned(particulars.reasons(choice), 4) if choice.reasons else f"No reason was recorded for {safe(choice.name)}."


def _motions(advice: Advice) -> Iterator[str]:
    yield "## What moves in each query"
    still = words.unmoved(advice)
    yield safe(f"Nothing moves in {', '.join(still)}.") if still else ""
    for query in sorted(advice.advised.queries, key=lambda query: query.query):
        if query.query not in still:
            yield _motion(advice, query)


def _motion(advice: Advice, query: QueryCost) -> str:
    return f"**{safe(query.query)}:** {safe(words.motion_line(advice, query))}\n\n{bullets(map(safe, query.motions))}".rstrip()


def _rest(advice: Advice) -> Iterator[str]:
    grid = tables.ties(advice)
    if grid or advice.findings:
        yield "## Ties and findings"
        yield grid_table(grid) if grid else ""
        yield bullets(map(safe, advice.findings))
    if advice.assumptions:
        yield "## What the figures assume"
        yield bullets(map(safe, advice.assumptions))
