"""What a user-defined function costs here against plain SQL: a sentence per subject, and the table behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from warehousebench.model.comparison import FunctionCost, Ratio, Verdict
from warehousebench.report.grid import Cell, Column, Grid
from warehousebench.report.view import View
from warehousebench.report.words import NOTHING, SIGNS, count, interval, significant

HEADING = "What a function costs"
_KINDS = {
    "sql": "an SQL function",
    "python": "Python, row by row",
    "arrow": "Python on Arrow batches",
    "pandas": "Python on pandas batches",
    "lambda": "Python in AWS Lambda",
    "udx": "Python beside the node",
}


def sentences(view: View) -> Iterator[str]:
    """Yield per subject and variant how many times as long the queries take as with plain SQL."""
    for subject in dict.fromkeys(cost.subject for cost in view.costs):
        told = [_told(variant, _of(view, subject, variant)) for variant in variants(view)]
        if parts := [part for part in told if part]:
            yield f"On {subject}, against the same queries in plain SQL: {'; '.join(parts)}."


def table(view: View) -> Grid:
    """Return the ratios: a row per subject and query, a column per variant."""
    shown = variants(view)
    pairs = dict.fromkeys((cost.subject, cost.query) for cost in view.costs)
    rows = []
    for subject, query in pairs:
        found = {cost.variant: cost for cost in view.costs if (cost.subject, cost.query) == (subject, query)}
        rows.append((Cell(query), Cell(subject), *(_cell(found.get(variant)) for variant in shown)))
    columns = (Column("Query"), Column("Subject"), *(Column(_KINDS.get(variant, variant), figures=True) for variant in shown))
    return Grid("Time with the function, divided by the time with its SQL written into the query", columns, tuple(rows))


def variants(view: View) -> tuple[str, ...]:
    """Return the variants that were timed, in the order of their first appearance."""
    return tuple(dict.fromkeys(cost.variant for cost in view.costs))


def _of(view: View, subject: str, variant: str) -> list[Ratio]:
    return [cost.ratio for cost in view.costs if (cost.subject, cost.variant) == (subject, variant) and cost.ratio]


def _told(variant: str, ratios: list[Ratio]) -> str:
    if not ratios:
        return ""
    mean = math.exp(sum(math.log(ratio.value) for ratio in ratios) / len(ratios))
    slower = sum(ratio.verdict is Verdict.SLOWER for ratio in ratios)
    clear = f"{count(slower, 'of them', 'of them')} clearly slower" if slower else "none of them clearly slower"
    return (
        f"{_KINDS.get(variant, variant)} {significant(mean)}× (geometric mean of {count(len(ratios), 'query', 'queries')}, {clear})"
    )


def _cell(cost: FunctionCost | None) -> Cell:
    if cost is None:
        return Cell(NOTHING)
    if cost.ratio is None:
        return Cell(cost.note or NOTHING)
    return Cell(f"{SIGNS[cost.ratio.verdict]} {significant(cost.ratio.value)} ({interval(cost.ratio)})", cost.ratio.value)
