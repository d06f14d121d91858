"""What a user-defined function costs here against plain SQL: a sentence per subject, and the table behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from warehousebench.model.comparison import FunctionCost, Ratio, Verdict
from warehousebench.report.grid import Cell, Column, Grid
from warehousebench.report.view import View
from warehousebench.report.words import NOTHING, SIGNS, count, interval, significant

HEADING = "What a function costs"
LEGEND = (
    "In brackets the interval of the ratio. ▼ clearly slower than plain SQL, ▲ clearly faster, ≈ the same, ? too few or too "
    "uneven rounds to tell."
)
_KINDS = {
    "sql": "SQL function",
    "python": "Python, row by row",
    "arrow": "Python on Arrow batches",
    "pandas": "Python on pandas batches",
    "lambda": "Python in AWS Lambda",
    "udx": "Python beside the node",
}


def sentences(view: View) -> Iterator[str]:
    """Yield per subject how many times as long the queries take as with plain SQL, by variant, and what it does not offer."""
    shown = _variants(view.costs)
    for subject, costs in _by_subject(view):
        told = [_told(variant, _ratios(costs, variant)) for variant in _variants(costs)]
        if parts := [part for part in told if part]:
            yield f"On {subject}, in multiples of plain SQL's time (geometric means over the queries): {'; '.join(parts)}."
        if missing := [_kind(variant) for variant in shown if variant not in _variants(costs)]:
            yield f"{subject} does not offer: {', '.join(missing)}."


def grids(view: View) -> Iterator[Grid]:
    """Yield the ratios per subject: a row per query, a column per variant that it offers."""
    for subject, costs in _by_subject(view):
        shown = _variants(costs)
        found = {(cost.query, cost.variant): cost for cost in costs}
        queries = dict.fromkeys(cost.query for cost in costs)
        rows = tuple((Cell(query), *(_cell(found.get((query, variant))) for variant in shown)) for query in queries)
        columns = (Column("Query"), *(Column(_kind(variant), figures=True) for variant in shown))
        yield Grid(f"On {subject}: time with the function, divided by the time with its SQL written into the query", columns, rows)


def _by_subject(view: View) -> Iterator[tuple[str, list[FunctionCost]]]:
    for subject in dict.fromkeys(cost.subject for cost in view.costs):
        yield subject, [cost for cost in view.costs if cost.subject == subject]


def _variants(costs: Sequence[FunctionCost]) -> tuple[str, ...]:
    """Return the variants that were timed, in the order of their first appearance."""
    return tuple(dict.fromkeys(cost.variant for cost in costs))


def _kind(variant: str) -> str:
    return _KINDS.get(variant, variant)


def _ratios(costs: Sequence[FunctionCost], variant: str) -> list[Ratio]:
    return [cost.ratio for cost in costs if cost.variant == variant and cost.ratio]


def _told(variant: str, ratios: list[Ratio]) -> str:
    if not ratios:
        return ""
    mean = math.exp(sum(math.log(ratio.value) for ratio in ratios) / len(ratios))
    slower = sum(ratio.verdict is Verdict.SLOWER for ratio in ratios)
    return (
        f"{_kind(variant)} {significant(mean)}× (clearly slower in {slower or 'none'} of {count(len(ratios), 'query', 'queries')})"
    )


def _cell(cost: FunctionCost | None) -> Cell:
    if cost is None:
        return Cell(NOTHING)
    if cost.ratio is None:
        return Cell(cost.note or NOTHING)
    text = f"{SIGNS[cost.ratio.verdict]} {significant(cost.ratio.value)} ({interval(cost.ratio)})"
    return Cell(text, cost.ratio.value, cost.ratio.verdict.value)
