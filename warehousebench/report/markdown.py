"""The report as Markdown for GitHub: the same order and words as the page, with text where the page has charts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from warehousebench.model.comparison import Comparison
from warehousebench.model.design import DesignChoice, DesignSummary
from warehousebench.model.run import Run
from warehousebench.report import particulars, prose, tables
from warehousebench.report.charts import forest_rows
from warehousebench.report.grid import Grid
from warehousebench.report.svg import ForestRow, scale_of
from warehousebench.report.view import Point, View, all_series, compared_query, executions, query_names
from warehousebench.report.words import NOTHING, SIGNS, THIN, VERDICTS, bare, percent, significant

_WIDTH = 48  # characters of the forest plot's axis
# Everything that GitHub would read as markup inside a line; underscores only where they could open emphasis.
_SPECIAL = re.compile(r"[\\`*\[\]<>|~&$]|(?<![^\W_])_|_(?![^\W_])")


def render_markdown(
    run: Run,
    comparison: Comparison | None = None,
    designs: Sequence[DesignSummary] = (),
    sql: Mapping[str, str] | None = None,
) -> str:
    """Return the report as Markdown; the same input gives the same text.

    ``sql`` holds query texts that take precedence over the run's.  Plans are left to the run's file.
    """
    view = View(run, comparison, tuple(designs), dict(sql or {}))
    return "\n\n".join(block for block in _blocks(view) if block) + "\n"


def _blocks(view: View) -> Iterator[str]:
    yield f"# {_text(prose.title(view))}"
    yield _text(prose.introduction(view))
    yield _bullets(f"**{name}:** {_text(value)}" for name, value in prose.identity(view))
    for alarm in prose.alarms(view):
        yield _alarm(alarm)
    yield _bullets(map(_text, prose.caveats(view)))
    yield from _verdict(view)
    yield from _forest(view)
    yield "## Every query"
    yield _table(tables.queries(view))
    yield from _runs(view)
    yield "## Details by query"
    for name in query_names(view):
        yield from _query(view, name)
    yield from _designs(view.designs)
    yield "## Method"
    yield _bullets(f"**{name}.** {_text(text)}" for name, text in prose.method(view))
    yield "## Environment and data"
    for grid in (particulars.environment(view), particulars.subjects(view), particulars.data(view)):
        yield _captioned(grid)
    yield f"Made by warehousebench from run {_text(view.run.identity)}."


def _alarm(alarm: prose.Alarm) -> str:
    heading = f"[!{'CAUTION' if alarm.grave else 'WARNING'}]\n**{_text(alarm.title)}**"
    blocks = [heading, _text(alarm.text), _bullets(map(_text, alarm.lines))]
    text = "\n\n".join(block for block in blocks if block)
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _verdict(view: View) -> Iterator[str]:
    line, comparison = prose.headline(view), view.timed_comparison
    yield f"## {prose.VERDICT if view.comparison else prose.SUMMARY}"
    yield f"**{_text(line.sentence)}** {_text(line.text)}"
    if comparison:
        yield ", ".join(f"{SIGNS[v]} {n} {VERDICTS[v]}" for v, n in tables.verdict_counts(comparison))
    yield _table(tables.summary(view))
    yield " ".join(tables.sensitivity(comparison)) if comparison else ""


def _forest(view: View) -> Iterator[str]:
    rows, comparison = forest_rows(view), view.timed_comparison
    if not rows or comparison is None:
        return
    yield "## Ratio by query"
    yield _fence("\n".join(_forest_lines(rows, comparison.margin)), "text")
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
    names = [_line(row.label)[:26] for row in rows]
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
    yield _rows(["Query", *(_text(one.label) for one in series)], [False] * (len(series) + 1), (
        [_text(name), *(_points(one.points.get(name, ()), factor) for one in series)] for name in names
    ))  # fmt: skip


def _query(view: View, name: str) -> Iterator[str]:
    figures = tables.verdict_line(compared_query(view, name))
    yield f"### {_text(name)}" + (f": {figures}" if figures else "")
    yield _bullets(map(_text, particulars.findings(view, name)))
    if executions(view, name):
        yield _table(particulars.details(view, name))
    sql = view.sql.get(name, view.run.queries.get(name))
    yield _fence(sql, "sql") if sql else "The text of this query is not in the run."


def _designs(designs: Iterable[DesignSummary]) -> Iterator[str]:
    for index, design in enumerate(designs):
        yield "" if index else "## Designs and their reasons"
        yield f"### {_text(design.product)}"
        yield _text(design.basis)
        for choice in design.choices:
            yield from _choice(choice)
        yield f"#### Script for {_text(design.product)}"
        yield _fence(bare(design.script), "sql")


def _choice(choice: DesignChoice) -> Iterator[str]:
    yield f"#### {_text(choice.name)}"
    yield ", ".join(f"{_text(name)}: {_text(value)}" for name, value in choice.facts)
    yield _table(particulars.reasons(choice)) if choice.reasons else "No reason was recorded."


def _points(points: Sequence[Point], factor: float) -> str:
    marks = (significant(p.seconds * factor) + ("w" if p.warmup else "") + ("✖" if p.wrong else "") for p in points)
    return " ".join(marks) or NOTHING


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _captioned(grid: Grid) -> str:
    return f"### {_text(grid.caption)}\n\n{_table(grid)}"


def _table(grid: Grid) -> str:
    heads = [_text(f"{column.title} ({column.unit})" if column.unit else column.title) for column in grid.columns]
    return _rows(heads, [column.figures for column in grid.columns], ([_text(cell.text) for cell in row] for row in grid.rows))


def _rows(heads: Sequence[str], right: Sequence[bool], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---:" if figures else "---" for figures in right]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))


def _fence(text: str, language: str) -> str:
    """Return a code block whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.strip()}\n{fence}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _text(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], _line(text.replace(THIN, " ")))
