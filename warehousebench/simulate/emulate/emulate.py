"""Queries and a layout ─► what moved when each query ran on a cluster of DuckDB databases as the simulator says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.errors import EngineError, SourceError, UsageError
from warehousebench.model.layout import Layout
from warehousebench.simulate.emulate.answer import equal_answers
from warehousebench.simulate.emulate.cluster import Cluster, attach, place
from warehousebench.simulate.emulate.execute import execute
from warehousebench.simulate.emulate.model import Emulation
from warehousebench.simulate.network import simulate
from warehousebench.workload.analysis import analyse_script
from warehousebench.workload.planreader import ColumnFacts, Facts
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.suite import SuiteQuery


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A query ready to be emulated: its script and its answer on one node."""

    script: Script
    answer: list[tuple[Any, ...]]


def emulate(
    queries: Mapping[str, str],
    relations: Mapping[str, str],
    layout: Layout,
    nodes: int,
    *,
    facts: Facts | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Emulation, ...]:
    """Return one emulation per query (name -> SQL) over ``relations`` (table -> SQL of its rows), in order.

    ``facts`` are what the predictions know of text columns; their mean lengths are measured if they are not given.
    ``progress`` hears each query before it runs.  All data is held in memory twice.  A query that cannot be planned,
    simulated or emulated gets a finding; raises EngineError only for a relation that cannot be read.
    """
    with duck.opened() as connection:
        for table, relation in relations.items():
            duck.run(connection, f"CREATE TABLE {duck.quote(table)} AS FROM {relation}")
        prepared = _prepared(connection, queries, text_widths(connection) if facts is None else facts)
        cluster = attach(connection, nodes)
        place(cluster, layout, _scanned(prepared))
        done = []
        for query, found in prepared.items():
            progress(query)
            done.append(_emulated(cluster, query, found, layout))
        return tuple(done)


def text_widths(connection: Connection) -> Facts:
    """Return what is known of every text column in the connection's own database: its mean bytes, NULL counted as none."""
    listed = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND data_type = 'VARCHAR' ORDER BY ALL"
    columns = duck.rows(connection, listed)
    return {(table, column): _facts(connection, table, column) for table, column in columns}


def _facts(connection: Connection, table: str, column: str) -> ColumnFacts:
    length = f"coalesce(strlen({duck.quote(column)}), 0)"
    ((mean, fixed),) = duck.rows(connection, f"SELECT avg({length}), min({length}) = max({length}) FROM {duck.quote(table)}")
    return ColumnFacts(float(mean or 0.0), fixed=bool(fixed))


def _prepared(connection: Connection, queries: Mapping[str, str], facts: Facts) -> dict[str, _Prepared | str]:
    """Return each query's script and answer, or why it has none."""
    before = duck.rows(connection, "SELECT current_setting('disabled_optimizers')")[0][0]
    duck.readable_plans(connection)
    prepared: dict[str, _Prepared | str] = {}
    for query, sql in queries.items():
        try:
            prepared[query] = _Prepared(analyse_script(connection, SuiteQuery(query, sql), facts), duck.rows(connection, sql))
        except (EngineError, SourceError) as error:
            prepared[query] = str(error)
    duck.run(connection, f"SET disabled_optimizers = {duck.text(before)}")
    return prepared


def _scanned(prepared: Mapping[str, _Prepared | str]) -> dict[str, set[str]]:
    """Return table -> the columns that any query reads."""
    columns: dict[str, set[str]] = {}
    for found in prepared.values():
        for scan in found.script.plan.scans if isinstance(found, _Prepared) else ():
            columns.setdefault(scan.table, set()).update(scan.scanned)
    return columns


def _emulated(cluster: Cluster, query: str, found: _Prepared | str, layout: Layout) -> Emulation:
    if isinstance(found, str):
        return Emulation(query, answer_equal=False, finding=found)
    try:
        (trace,) = simulate([found.script.plan], layout, cluster.nodes)
        executed = execute(cluster, found.script, trace)
    except (EngineError, SourceError, UsageError) as error:
        return Emulation(query, answer_equal=False, finding=str(error))
    return Emulation(query, equal_answers(found.answer, executed.rows, found.script), executed.motions, None, executed.remarks)
