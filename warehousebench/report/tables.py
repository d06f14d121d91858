"""The tables of a report, before they become HTML or Markdown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from warehousebench.model.comparison import Comparison, QueryComparison, Ratio, Side, Verdict
from warehousebench.model.run import Execution, Phase, Status, Subject
from warehousebench.report.grid import Cell, Column, Grid, cells
from warehousebench.report.view import (
    View,
    compared_query,
    executions,
    label,
    other_subjects,
    query_names,
    sides,
    stand_ins,
    timed_median,
)
from warehousebench.report.words import (
    NOTHING,
    STATUSES,
    byte_size,
    interval,
    percent,
    seconds,
    significant,
    verdict,
)

HIDDEN = "stand-in"
_HEAT_STEP = math.log(1.25)
_ORDER = {Verdict.FASTER: 0, Verdict.SAME: 1, Verdict.UNCLEAR: 2, Verdict.SLOWER: 3, Verdict.NONE: 4}


def summary(view: View) -> Grid:
    """Return the summary: base, contender and their ratio, or one column per subject for a run alone."""
    return _side_summary(view, view.comparison) if view.comparison else _subject_summary(view)


def _side_summary(view: View, comparison: Comparison) -> Grid:
    base, contender = comparison.base, comparison.contender
    shown = view.timed_comparison is not None
    overall = [ratio for ratio in (comparison.geometric_mean, comparison.total) if ratio and shown]
    stated = _confidence(overall)

    def line(name: str, left: str, right: str, ratio: Ratio | None = None) -> tuple[Cell, ...]:
        return (Cell(name), Cell(left), Cell(right), *(_ratio_cells(ratio, stated) if ratio and shown else [Cell("")] * 3))

    rows = (
        line("Time per query, geometric mean", _mean(base), _mean(contender), comparison.geometric_mean),
        line("Time of all queries", _total(base), _total(contender), comparison.total),
        line("Power-like score, 3600 × scale / mean", _score(base), _score(contender)),
        (Cell("Timed answers verified"), _verified(base), _verified(contender), *[Cell("")] * 3),
        (Cell("Failed, wrong or not verified"), _unusable(base), _unusable(contender), *[Cell("")] * 3),
        line("Loading", _load(base), _load(contender)),
        line("Stored bytes", byte_size(base.stored_bytes), byte_size(contender.stored_bytes)),
    )
    head = (label(view, base), label(view, contender), "Ratio", _interval_title(stated))
    columns = (Column("Measure"), *(Column(name, figures=True) for name in head), Column("Verdict"))
    return Grid("Summary: both sides as a whole", columns, rows)


def _confidence(ratios: Iterable[Ratio]) -> float | None:
    """Return the confidence that all intervals share, or None if they differ; it then stands beside each."""
    found = {ratio.confidence for ratio in ratios if ratio.low is not None}
    return found.pop() if len(found) == 1 else None


def _interval_title(confidence: float | None) -> str:
    return "Interval" if confidence is None else f"{percent(confidence)} interval"


def _mean(side: Side) -> str:
    return HIDDEN if side.stand_in else seconds(side.geometric_mean_seconds)


def _total(side: Side) -> str:
    return HIDDEN if side.stand_in else seconds(side.total_seconds)


def _load(side: Side | Subject) -> str:
    return HIDDEN if side.stand_in else seconds(side.load_seconds)


def _score(side: Side) -> str:
    return HIDDEN if side.stand_in else NOTHING if side.power_score is None else significant(side.power_score)


def _verified(side: Side) -> Cell:
    return Cell(f"{side.verified:,} of {side.executions:,}", tone="alarm" if side.verified < side.executions else "")


def _unusable(side: Side) -> Cell:
    number = side.executions - side.verified
    return Cell(f"{number:,}", tone="alarm" if number else "")


def _ratio_cells(ratio: Ratio, stated: float | None) -> tuple[Cell, Cell, Cell]:
    bounds = interval(ratio)
    if ratio.confidence is not None and bounds != NOTHING and ratio.confidence != stated:
        bounds += f" ({percent(ratio.confidence)})"
    return Cell(significant(ratio.value), ratio.value), Cell(bounds), _verdict_cell(ratio.verdict)


def _verdict_cell(found: Verdict) -> Cell:
    return Cell(verdict(found), _ORDER[found], f"verdict {found}")


def _subject_summary(view: View) -> Grid:
    subjects = view.run.subjects
    rows = [
        ("Engine", [f"{s.engine} {s.engine_version}" for s in subjects]),
        ("Layout", [s.layout for s in subjects]),
        ("Timed answers verified", [_answer_share(view, s.name) for s in subjects]),
        ("Sum of the medians", [_sum_of_medians(view, s) for s in subjects]),
        ("Loading", [_load(s) for s in subjects]),
        ("Stored bytes", [byte_size(s.stored_bytes) for s in subjects]),
    ]
    columns = (Column("Measure"), *(Column(s.name, figures=True) for s in subjects))
    return Grid("Summary: each subject as a whole", columns, tuple(cells(name, *texts) for name, texts in rows))


def _answer_share(view: View, subject: str) -> str:
    found = [e for e in view.run.executions if e.subject == subject and e.phase is Phase.TIMED]
    return f"{sum(e.status is Status.VERIFIED for e in found):,} of {len(found):,}"


def _sum_of_medians(view: View, subject: Subject) -> str:
    if subject.name in stand_ins(view):
        return HIDDEN
    names = query_names(view)
    medians = [value for name in names if (value := timed_median(view, name, subject.name)) is not None]
    # A sum over fewer queries would look faster than a complete one.
    return seconds(sum(medians)) if medians and len(medians) == len(names) else "incomplete"


def verdict_counts(comparison: Comparison) -> tuple[tuple[Verdict, int], ...]:
    """Return how many queries got which verdict; ``none`` only where there is one."""
    pairs = ((verdict, comparison.counts.get(verdict.value, 0)) for verdict in Verdict)
    return tuple((verdict, number) for verdict, number in pairs if number or verdict is not Verdict.NONE)


def queries(view: View) -> Grid:
    """Return one row per query: medians, ratio, interval, verdict, answers, remarks."""
    comparison = view.timed_comparison
    unit, factor = unit_of(view)
    shown = other_subjects(view) if comparison else view.run.subjects
    subjects = tuple(s for s in shown if s.name not in stand_ins(view))
    named = [label(view, side) for side in sides(view)] if comparison else []
    medians = tuple(Column(name, unit, figures=True) for name in (*named, *(s.name for s in subjects)))
    stated = _confidence(q.ratio for q in comparison.queries if q.ratio) if comparison else None
    heads = (Column("Ratio", figures=True), Column(_interval_title(stated), figures=True), Column("Verdict"))
    remarked = (Column("Remarks"),) if comparison else ()
    columns = (Column("Query"), *medians, *(heads if comparison else ()), Column("Answers"), *remarked)
    rows = tuple(_query_row(view, name, subjects, factor, stated) for name in query_names(view))
    return Grid("Every query: median of the timed rounds", columns, rows, sortable=True)


def unit_of(view: View) -> tuple[str, float]:
    """Return one unit for the whole column, so that its figures can be compared by eye."""
    values = [e.seconds for e in view.run.executions if e.seconds is not None]
    if view.comparison:
        values += [s for q in view.comparison.queries for s in (*q.base, *q.contender)]
    return ("s", 1.0) if max(values, default=0.0) >= 10 else ("ms", 1e3)


def _query_row(view: View, name: str, subjects: Sequence[Subject], factor: float, stated: float | None) -> tuple[Cell, ...]:
    compared = compared_query(view, name)
    medians = [timed_median(view, name, s.name) for s in subjects]
    row = [Cell(name)]
    if view.timed_comparison:
        medians = [compared.base_median, compared.contender_median, *medians] if compared else [None, None, *medians]
    row += [_figure(value, factor) for value in medians]
    if view.timed_comparison:
        row += _heat_cells(view.timed_comparison, compared, stated)
    found = executions(view, name)
    wrong = "alarm" if any(e.status is not Status.VERIFIED for e in found) else ""
    remarked = [Cell(remarks(compared))] if view.timed_comparison else []
    return (*row, Cell(answers(found), tone=wrong), *remarked)


def _figure(value: float | None, factor: float) -> Cell:
    return Cell(NOTHING) if value is None else Cell(significant(value * factor), value)


def _heat_cells(comparison: Comparison, query: QueryComparison | None, stated: float | None) -> tuple[Cell, ...]:
    if query is None or query.ratio is None:
        return Cell(NOTHING), Cell(NOTHING), _verdict_cell(Verdict.NONE)
    figure, bounds, word = _ratio_cells(query.ratio, stated)
    return Cell(figure.text, figure.key, heat(query.ratio.value, comparison.margin)), bounds, word


def heat(ratio: float, margin: float) -> str:
    """Return the tint of a ratio: ``gain1`` … ``gain4``, ``loss1`` … ``loss4``, or nothing inside the margin."""
    distance = abs(math.log(ratio)) if ratio > 0 else math.inf
    if distance <= math.log(1 + margin):
        return ""
    return ("gain" if ratio < 1 else "loss") + str(int(min(4, 1 + distance // _HEAT_STEP)))


def answers(found: Iterable[Execution]) -> str:
    """Return ``✓ 20 verified`` or what went wrong, with counts."""
    counts = Counter(e.status for e in found)
    if not counts:
        return NOTHING
    parts = [f"{counts[status]} {STATUSES[status]}" for status in Status if counts[status]]
    return ("✓ " if set(counts) == {Status.VERIFIED} else "✖ ") + ", ".join(parts)


def remarks(query: QueryComparison | None) -> str:
    """Return flags and note of a compared query."""
    return "; ".join([*query.flags, *([query.note] if query.note else [])]) if query else ""


def sensitivity(comparison: Comparison) -> tuple[str, ...]:
    """Return how much the overall figures hang on a few queries; nothing where there are only a few."""
    if comparison.top_share is None or comparison.without_top is None:
        return ()
    share, rest = percent(comparison.top_share), significant(comparison.without_top)
    return (f"The three longest queries take {share} of the base's time. Without them the geometric mean of the ratios is {rest}.",)


def verdict_line(query: QueryComparison | None) -> str:
    """Return ``▲ 0.713 (0.690–0.741) faster`` for the heading of a query, or nothing."""
    if query is None or query.ratio is None:
        return ""
    bounds = interval(query.ratio)
    stated = "" if bounds == NOTHING else f" ({bounds})"
    sign, word = verdict(query.ratio.verdict).split(" ", 1)
    return f"{sign} {significant(query.ratio.value)}{stated} {word}"
