"""Queries + data in DuckDB ─► plans with measured rows: each query is planned, run once, and read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.errors import EngineError, SourceError
from warehousebench.model.profile import ColumnProfile, Profile
from warehousebench.workload import cache
from warehousebench.workload.cardinality import measured
from warehousebench.workload.plan import Plan
from warehousebench.workload.planreader import ColumnFacts, Facts
from warehousebench.workload.replay.recipe import Script, read_script
from warehousebench.workload.replay.widths import with_text_widths
from warehousebench.workload.suite import SuiteQuery


@dataclass(frozen=True, slots=True)
class Finding:
    """A query that could not be analysed, and why."""

    query: str
    reason: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The plans of a workload, and a finding for every query without one."""

    plans: tuple[Plan, ...]
    findings: tuple[Finding, ...]


def analyse_plans(
    connection: Connection, queries: Iterable[SuiteQuery], profile: Profile, *, folder: Path | None = None, seconds: float = 600.0
) -> Analysis:
    """Return the plans of ``queries`` over the tables that ``connection`` holds and ``profile`` describes.

    Switches optimizer steps off in ``connection``'s database, so use one that is not measured.  Plans are kept in
    ``folder`` if given.  A query that fails, is not understood or takes longer than ``seconds`` gets a finding.
    """
    duck.readable_plans(connection)
    facts = column_facts(profile)
    plans: list[Plan] = []
    findings: list[Finding] = []
    for query in queries:
        key = cache.cache_key(query.sql, profile.fingerprint)
        try:
            plan = cache.recall(folder, key, query.name, query.weight) if folder else None
            plan = plan or analyse_query(connection, query, facts, seconds=seconds)
        except (EngineError, SourceError) as error:
            findings.append(Finding(query.name, str(error)))
            continue
        if folder:
            cache.keep(folder, key, plan)
        plans.append(plan)
    return Analysis(tuple(plans), tuple(findings))


def analyse_query(connection: Connection, query: SuiteQuery, facts: Facts, *, seconds: float = 600.0) -> Plan:
    """Return the plan of one query with the rows of one run; raises EngineError or SourceError with the reason.

    ``connection`` must be set up by ``duck.readable_plans``.
    """
    return analyse_script(connection, query, facts, seconds=seconds).plan


def analyse_script(connection: Connection, query: SuiteQuery, facts: Facts, *, seconds: float = 600.0) -> Script:
    """Return the plan of one query with what it takes to run it by hand; see :func:`analyse_query`."""
    # Empty lists are kept: the empty set of a ROLLUP is one.
    options = "optimize := true, skip_null := true, skip_empty := false"
    ((text,),) = duck.rows(connection, f"SELECT json_serialize_plan({duck.text(query.sql)}, {options})")
    answer = json.loads(text)
    if answer.get("error"):
        raise SourceError(f"DuckDB cannot plan it: {answer.get('error_message', 'no reason given')}")
    if len(answer["plans"]) != 1:
        raise SourceError(f"it holds {len(answer['plans'])} statements: give one query per file")
    with duck.time_limit(connection, seconds):
        ran = duck.rows(connection, f"EXPLAIN (ANALYZE, FORMAT JSON) {query.sql}")
    script = read_script(query.name, answer["plans"][0], measured(json.loads(ran[0][1])), facts, query.weight)
    return replace(script, plan=_with_text_widths(connection, script, facts, seconds))


def _with_text_widths(connection: Connection, script: Script, facts: Facts, seconds: float) -> Plan:
    try:
        with duck.time_limit(connection, seconds):
            return with_text_widths(connection, script, facts)
    except EngineError as error:
        return replace(script.plan, note=f"text counts as wide as its tables' means, not as measured: {error}")


def column_facts(profile: Profile) -> Facts:
    """Return what the plans need to know of base columns, from a profile."""
    return {
        (table, name): _facts(column, found.rows)
        for table, found in profile.tables.items()
        for name, column in found.columns.items()
    }


def _facts(column: ColumnProfile, rows: int) -> ColumnFacts:
    present = rows - column.nulls
    fixed = present == rows and column.average_width == column.maximum_width
    return ColumnFacts(column.average_width * present / rows if rows else 0.0, column.distinct, fixed)


def table_bytes(profile: Profile) -> dict[str, float]:
    """Return table -> bytes of one copy, all columns at their mean width: raw, before any encoding."""
    return {table: found.rows * found.average_row_width for table, found in profile.tables.items()}
