"""The report as Markdown for GitHub: the same order and words as the page, with text where the page has charts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from warehousebench.model.comparison import Comparison, FunctionCost
from warehousebench.model.design import DesignChoice, DesignSummary
from warehousebench.model.run import Run
from warehousebench.report import functions, particulars, prose, tables
from warehousebench.report.charts import forest_rows
from warehousebench.report.marktext import alarm_quote, bullets, captioned, fence, grid_table, one_line, rows_table, safe
from warehousebench.report.svg import ForestRow, scale_of
from warehousebench.report.view import Point, View, all_series, compared_query, executions, query_names
from warehousebench.report.words import NOTHING, SIGNS, VERDICTS, bare, percent, significant

_WIDTH = 48  # characters of the forest plot's axis


def render_markdown(
    run: Run,
    comparison: Comparison | None = None,
    designs: Sequence[DesignSummary] = (),
    sql: Mapping[str, str] | None = None,
    costs: Sequence[FunctionCost] = (),
) -> str:
    """Return the report as Markdown; the same input gives the same text.

    ``sql`` holds query texts that take precedence over the run's.  Plans are left to the run's file.
    """
    view = View(run, comparison, tuple(designs), dict(sql or {}), tuple(costs))
    return "\n\n".join(block for block in _blocks(view) if block) + "\n"


def _blocks(view: View) -> Iterator[str]:
    yield f"# {safe(prose.title(view))}"
    yield safe(prose.introduction(view))
    yield bullets(f"**{name}:** {safe(value)}" for name, value in prose.identity(view))
    for alarm in prose.alarms(view):
        yield alarm_quote(alarm)
    yield bullets(map(safe, prose.caveats(view)))
    yield from _verdict(view)
    yield from _forest(view)
    if view.costs:
        yield f"## {functions.HEADING}"
        yield bullets(map(safe, functions.sentences(view)))
        for grid in functions.grids(view):
            yield f"**{safe(grid.caption)}**"
            yield grid_table(grid)
        yield safe(functions.LEGEND)
    yield "## Every query"
    yield grid_table(tables.queries(view))
    yield from _runs(view)
    yield "## Details by query"
    for name in query_names(view):
        yield from _query(view, name)
    yield from _designs(view.designs)
    yield "## Method"
    yield bullets(f"**{name}.** {safe(text)}" for name, text in prose.method(view))
    yield "## Environment and data"
    for grid in (particulars.environment(view), particulars.subjects(view), particulars.data(view)):
        yield captioned(grid)
    yield f"Made by warehousebench from run {safe(view.run.identity)}."


def _verdict(view: View) -> Iterator[str]:
    line, comparison = prose.headline(view), view.timed_comparison
    yield f"## {prose.VERDICT if view.comparison else prose.SUMMARY}"
    yield f"**{safe(line.sentence)}** {safe(line.text)}"
    if comparison:
        yield ", ".join(f"{SIGNS[v]} {n} {VERDICTS[v]}" for v, n in tables.verdict_counts(comparison))
    yield grid_table(tables.summary(view))
    yield " ".join(tables.sensitivity(comparison)) if comparison else ""


def _forest(view: View) -> Iterator[str]:
    rows, comparison = forest_rows(view), view.timed_comparison
    if not rows or comparison is None:
        return
    yield "## Ratio by query"
    yield fence("\n".join(_forest_lines(rows, comparison.margin)), "text")
    yield (
        "Contender's time divided by the base's, on a logarithmic axis: left of the line the contender is faster. "
        f"`─` is the interval, `░` the practical margin of {percent(comparison.margin)} around 1."
    )


def _forest_lines(rows: Sequence[ForestRow], margin: float) -> Iterator[str]:
    bounds = [bound for row in rows for bound in (row.value, row.low, row.high) if bound is not None]
    scale = scale_of([*bounds, 1 / (1 + margin), 1 + margin])

    def at(value: float) -> int:
        return round(scale.at(value) / 100 * (_WIDTH - 1))

    ground = [" "] * _WIDTH
    ground[at(1 / (1 + margin)) : at(1 + margin) + 1] = "░" * (at(1 + margin) - at(1 / (1 + margin)) + 1)
    ground[at(1)] = "│"
    names = [one_line(row.label)[:26] for row in rows]
    for name, row in zip(names, rows, strict=True):
        cells = list(ground)
        if row.low is not None and row.high is not None:
            cells[at(row.low) : at(row.high) + 1] = "─" * (at(row.high) - at(row.low) + 1)
        cells[at(row.value)] = SIGNS[row.verdict]
        yield f"{name:<{max(map(len, names))}} {''.join(cells)} {row.figure:>6}  {row.bounds}".rstrip()


def _runs(view: View) -> Iterator[str]:
    series = all_series(view)
    names = [name for name in query_names(view) if any(name in one.points for one in series)]
    if not names:
        return
    unit, factor = tables.unit_of(view)
    yield "## Every run"
    yield f"All executions in {unit}, in round order; `w` marks a warm-up and `✖` a wrong answer, neither of them in any figure."
    yield rows_table(["Query", *(safe(one.label) for one in series)], [False] * (len(series) + 1), (
        [safe(name), *(_points(one.points.get(name, ()), factor) for one in series)] for name in names
    ))  # fmt: skip


def _query(view: View, name: str) -> Iterator[str]:
    figures = tables.verdict_line(compared_query(view, name))
    yield f"### {safe(name)}" + (f": {figures}" if figures else "")
    yield bullets(map(safe, particulars.findings(view, name)))
    if executions(view, name):
        yield grid_table(particulars.details(view, name))
    sql = view.sql.get(name, view.run.queries.get(name))
    yield fence(sql, "sql") if sql else "The text of this query is not in the run."


def _designs(designs: Iterable[DesignSummary]) -> Iterator[str]:
    for index, design in enumerate(designs):
        yield "" if index else "## Designs and their reasons"
        yield f"### {safe(design.product)}"
        yield safe(design.basis)
        for choice in design.choices:
            yield from _choice(choice)
        yield f"#### Script for {safe(design.product)}"
        yield fence(bare(design.script), "sql")


def _choice(choice: DesignChoice) -> Iterator[str]:
    yield f"#### {safe(choice.name)}"
    yield ", ".join(f"{safe(name)}: {safe(value)}" for name, value in choice.facts)
    yield grid_table(particulars.reasons(choice, brief=True)) if choice.reasons else "No reason was recorded."


def _points(points: Sequence[Point], factor: float) -> str:
    marks = (significant(p.seconds * factor) + ("w" if p.warmup else "") + ("✖" if p.wrong else "") for p in points)
    return " ".join(marks) or NOTHING
