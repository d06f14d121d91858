"""What a report looks at: the run, the comparison if there is one, and which times may be shown at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median

from warehousebench.model.comparison import Comparison, FunctionCost, QueryComparison, Side
from warehousebench.model.design import DesignSummary
from warehousebench.model.run import Execution, Phase, Run, Status, Subject

ANSWERED = (Status.VERIFIED, Status.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class View:
    """The material of one report; ``sql`` holds query texts that take precedence over the run's, ``costs`` those of functions."""

    run: Run
    comparison: Comparison | None = None
    designs: tuple[DesignSummary, ...] = ()
    sql: Mapping[str, str] = field(default_factory=dict)
    costs: tuple[FunctionCost, ...] = ()

    @property
    def timed_comparison(self) -> Comparison | None:
        """The comparison, unless a side is a stand-in: its speed says nothing about the product."""
        found = self.comparison
        return None if found is None or found.base.stand_in or found.contender.stand_in else found


@dataclass(frozen=True, slots=True)
class Point:
    """One execution that ended by itself: its seconds and whether it was a warm-up or gave a wrong answer."""

    seconds: float
    round: int
    warmup: bool = False
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """All shown executions of one subject, by query."""

    label: str
    points: Mapping[str, tuple[Point, ...]]


def query_names(view: View) -> tuple[str, ...]:
    """Return all queries: the comparison's order first, then whatever else the run holds."""
    compared = [query.query for query in view.comparison.queries] if view.comparison else []
    executed = [execution.query for execution in view.run.executions]
    return tuple(dict.fromkeys([*compared, *view.run.queries, *executed]))


def compared_query(view: View, query: str) -> QueryComparison | None:
    """Return the comparison of ``query``, or None without one or beside a stand-in."""
    found = view.timed_comparison.queries if view.timed_comparison else ()
    return next((item for item in found if item.query == query), None)


def label(view: View, side: Side) -> str:
    """Return the side's name, with its run where both sides are called the same."""
    comparison = view.comparison
    same = comparison is not None and comparison.base.name == comparison.contender.name
    return f"{side.name} (run {side.run})" if same else side.name


def sides(view: View) -> tuple[Side, ...]:
    """Return base and contender, or nothing for a run alone."""
    return (view.comparison.base, view.comparison.contender) if view.comparison else ()


def other_subjects(view: View) -> tuple[Subject, ...]:
    """Return the run's subjects that are no side of the comparison: all of them for a run alone."""
    taken = {side.name for side in sides(view) if side.run == view.run.identity}
    return tuple(subject for subject in view.run.subjects if subject.name not in taken)


def stand_ins(view: View) -> frozenset[str]:
    """Return the names of the run's stand-in subjects, whose times are never shown."""
    flagged = [subject.name for subject in view.run.subjects if subject.stand_in]
    return frozenset(flagged + [side.name for side in sides(view) if side.stand_in and side.run == view.run.identity])


def executions(view: View, query: str, subject: str | None = None) -> tuple[Execution, ...]:
    """Return the executions of ``query``, of one subject or of all."""
    return tuple(e for e in view.run.executions if e.query == query and subject in (None, e.subject))


def timed_median(view: View, query: str, subject: str) -> float | None:
    """Return the median seconds of the timed executions that gave no wrong answer, or None."""
    found = [e for e in executions(view, query, subject) if e.phase is Phase.TIMED and e.status in ANSWERED]
    values = [e.seconds for e in found if e.seconds is not None]
    return median(values) if values else None


def all_series(view: View) -> tuple[Series, ...]:
    """Return what the chart of all executions shows: base, contender, other subjects; no stand-in is among them."""
    pairs = [(side, label(view, side)) for side in sides(view) if not side.stand_in]
    compared = [Series(name, _side_points(view, side)) for side, name in pairs]
    others = [Series(s.name, _run_points(view, s.name)) for s in other_subjects(view) if s.name not in stand_ins(view)]
    return tuple(series for series in (*compared, *others) if series.points)


def _side_points(view: View, side: Side) -> Mapping[str, tuple[Point, ...]]:
    if side.run == view.run.identity:
        return _run_points(view, side.name)
    # The other run is not at hand: its timed seconds stand in the comparison.
    queries = view.comparison.queries if view.comparison else ()
    first = view.comparison is not None and side is view.comparison.base
    values = {query.query: query.base if first else query.contender for query in queries}
    return {q: tuple(Point(s, n) for n, s in enumerate(found, 1)) for q, found in values.items() if found}


def _run_points(view: View, subject: str) -> Mapping[str, tuple[Point, ...]]:
    points: dict[str, tuple[Point, ...]] = {}
    for e in view.run.executions:
        if e.subject == subject and e.seconds is not None:
            point = Point(e.seconds, e.round, e.phase is Phase.WARMUP, e.status is Status.MISMATCH)
            points[e.query] = (*points.get(e.query, ()), point)
    return points
