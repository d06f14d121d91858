"""The data and the queries, prepared for a search: tables to run on, plans with measured rows, a case to design for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.bench.environment import cores
from warehousebench.cli.console import say, step
from warehousebench.cli.data import Source, open_source
from warehousebench.cli.profile import measured
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload
from warehousebench.optimise.case import Case
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.plan import Plan
from warehousebench.workload.sources import read_workload
from warehousebench.workload.suite import SuiteQuery
from warehousebench.workload.usage import analyse

MEMORY = "1GB"


@dataclass(frozen=True, slots=True)
class Study:
    """A case, what could not be analysed, the usage of columns, and the connection that holds the tables.

    ``queries`` are name -> SQL, ``relations`` the source's table name -> SQL that can follow FROM.
    """

    case: Case
    findings: tuple[str, ...]
    workload: Workload
    connection: duck.Connection
    queries: Mapping[str, str]
    relations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to study: a data folder, queries (a folder, a log or a suite), the schema, the profile if known, target rows."""

    data: Path
    queries: Path | None
    suite: str | None
    dialect: str | None
    catalog: Catalog
    profile: Profile | None = None
    target: Mapping[str, float] = field(default_factory=dict)


@contextmanager
def study(inputs: Inputs) -> Iterator[Study]:
    """Yield the prepared study; its tables lie in a temporary database that is gone afterwards.

    Every finding is said on the terminal.  Raises UsageError if the target rows name a table that has no data, or if no
    query at all can be analysed.
    """
    catalog = inputs.catalog
    # The schema gives the columns of CSV files their types, in the profile as in the plans.
    source = replace(open_source(inputs.data, None), catalog=catalog)
    profile = inputs.profile or measured(source)
    unknown = sorted(inputs.target.keys() - profile.tables.keys())
    if unknown:
        raise UsageError(
            f"--rows names {', '.join(unknown)}, of which there is no data. Known: {', '.join(sorted(profile.tables))}"
        )
    if empty := sorted(name for name in inputs.target if not profile.tables[name].rows):
        raise UsageError(f"--rows names {', '.join(empty)}, which has no rows to grow from. Give it some, or leave it out.")
    named = read_workload(inputs.queries, inputs.suite, source.data.scale, inputs.dialect, catalog)
    kept = Catalog(tuple(table for table in catalog if table.name in profile.tables), catalog.source)
    missing = [f"table {table.name} has no data: it is left out" for table in catalog if table.name not in profile.tables]
    with TemporaryDirectory(prefix="warehousebench-") as folder, _tables(source, Path(folder)) as connection:
        plans, unread = _plans(connection, named.queries, profile)
        findings = (*catalog.findings, *named.findings, *missing, *unread)
        for finding in findings:
            say(f"note: {finding}")
        if not plans:
            raise UsageError("no query could be analysed, so there is nothing to design for; see the notes above")
        names = {name: duck.quote(name) for name in source.relations}
        texts = {query.name: query.sql for query in named.queries}
        case = Case(kept, profile, plans, names, inputs.target, texts)
        yield Study(case, findings, analyse(named.queries, kept, named.name), connection, texts, source.relations)


@contextmanager
def _tables(source: Source, folder: Path) -> Iterator[duck.Connection]:
    """Yield a connection to a database in ``folder`` that holds all tables: plans cannot be read over views."""
    with duck.opened(folder / "study.duckdb", threads=cores(), memory=MEMORY) as connection:
        with step("Prepare the tables", len(source.relations)) as advance:
            for name, relation in source.relations.items():
                duck.run(connection, f"CREATE TABLE {duck.quote(name)} AS SELECT * FROM {relation}")
                advance(name)
        yield connection


def _plans(connection: duck.Connection, queries: Sequence[SuiteQuery], profile: Profile) -> tuple[tuple[Plan, ...], list[str]]:
    plans: list[Plan] = []
    findings: list[str] = []
    with step("Run and read the plans of the queries", len(queries)) as advance:
        for query in queries:
            found = analyse_plans(connection, [query], profile)
            plans += found.plans
            findings += [f"query {finding.query} is not in the advice: {finding.reason}" for finding in found.findings]
            findings += [f"query {plan.query}: {plan.note}" for plan in found.plans if plan.note]
            advance(query.name)
    return tuple(plans), findings
