"""From a view to the rows of its charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warehousebench.model.comparison import Ratio
from warehousebench.report.markup import Markup
from warehousebench.report.svg import Dot, ForestRow, bars, forest, strip
from warehousebench.report.view import Point, Series, View, all_series, label, query_names, sides
from warehousebench.report.words import NOTHING, THIN, byte_size, interval, significant


def forest_rows(view: View) -> tuple[ForestRow, ...]:
    """Return the overall ratio and then those of the queries, from the most gained to the most lost."""
    comparison = view.timed_comparison
    if comparison is None:
        return ()
    ratios = [(query.query, query.ratio) for query in comparison.queries if query.ratio is not None]
    ordered = sorted(ratios, key=lambda pair: (pair[1].value, pair[0]))
    overall = comparison.geometric_mean
    whole = "All" if comparison.compared == len(comparison.queries) else f"{comparison.compared} of"
    first = [_forest_row(f"{whole} {len(comparison.queries)} queries", overall, strong=True)] if overall else []
    return (*first, *(_forest_row(name, ratio) for name, ratio in ordered))


def _forest_row(name: str, ratio: Ratio, *, strong: bool = False) -> ForestRow:
    bounds = interval(ratio)
    stated = "" if bounds == NOTHING else bounds
    return ForestRow(name, ratio.value, ratio.low, ratio.high, ratio.verdict, significant(ratio.value), stated, strong)


def forest_chart(view: View) -> Markup | None:
    """Return the forest plot, or None where no query has a ratio."""
    rows, comparison = forest_rows(view), view.timed_comparison
    if comparison is None or not rows:
        return None
    name = label(view, comparison.contender)
    text = f"Ratio of times with intervals for {len(rows)} rows on a logarithmic axis; the table of every query holds the figures"
    return forest(rows, comparison.margin, f"{name} faster", f"{name} slower", text)


def strip_chart(view: View) -> Markup | None:
    """Return the plot of every execution, or None where nothing has a time that may be shown."""
    series = all_series(view)
    names = [name for name in query_names(view) if any(name in one.points for one in series)]
    if not names:
        return None
    rows = [(name, [_dots(one, name) for one in series]) for name in names]
    return strip(rows, _tick, "Every execution on a logarithmic axis of seconds; the details of each query hold the figures")


def _tick(value: float) -> str:
    return f"{value:g}{THIN}s" if value >= 1 else f"{value * 1e3:g}{THIN}ms"


def _dots(series: Series, query: str) -> Sequence[Dot]:
    return [Dot(point.seconds, _kind(point)) for point in series.points.get(query, ())]


def _kind(point: Point) -> str:
    return "wrong" if point.wrong else "warmup" if point.warmup else "timed"


def storage_chart(view: View) -> Markup | None:
    """Return bars of the bytes stored, or None where fewer than two sizes are known."""
    rows = [(name, float(size), byte_size(size)) for name, size in _sizes(view)]
    return bars(rows, "Bytes stored") if len(rows) > 1 else None


def _sizes(view: View) -> Iterator[tuple[str, int]]:
    for side in sides(view):
        if side.stored_bytes is not None:
            yield label(view, side), side.stored_bytes
    if not view.comparison:
        for subject in view.run.subjects:
            if subject.stored_bytes is not None:
                yield subject.name, subject.stored_bytes
