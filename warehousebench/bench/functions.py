"""What user-defined functions cost: every variant of a query against the same query with the functions' SQL written into it."""

from __future__ import annotations

from warehousebench.bench.compare import MARGIN, as_ratio, timed_seconds
from warehousebench.model.comparison import FunctionCost
from warehousebench.model.function import Variant, entry_name, split_entry
from warehousebench.model.run import Run, Status, Subject
from warehousebench.stats.ratio import hodges_lehmann

PLAIN = "plain SQL"


def function_costs(run: Run, margin: float = MARGIN) -> tuple[FunctionCost, ...]:
    """Return the costs by subject, query and variant, none for a run without functions.

    Both sides ran in the same sessions, round by round, so that their ratio needs no widening.  A variant that a subject
    does not offer is left out; one that failed is there with the reason.
    """
    found = []
    for subject in run.subjects:
        for name in run.queries:
            query, variant = split_entry(name)
            if variant is not Variant.EXPRESSION and query in run.queries and _took_part(run, subject, name):
                found.append(_cost(run, subject, query, variant, margin))
    return tuple(found)


def _took_part(run: Run, subject: Subject, name: str) -> bool:
    statuses = {e.status for e in run.executions if (e.subject, e.query) == (subject.name, name)}
    return not statuses <= {Status.SKIPPED}


def _cost(run: Run, subject: Subject, query: str, variant: Variant, margin: float) -> FunctionCost:
    name = entry_name(query, variant)
    plain, called = timed_seconds(run, subject.name, query), timed_seconds(run, subject.name, name)
    note = None
    if subject.stand_in:
        note = "a stand-in's times are not compared"
    elif not plain or not called:
        note = f"no verified times of {PLAIN if not plain else variant}"
    ratio = None if note else as_ratio(hodges_lehmann(plain, called), margin)
    return FunctionCost(subject.name, query, variant.value, ratio, note)
