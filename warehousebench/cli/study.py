"""The data and the queries, prepared for a search: tables to run on, plans with measured rows, a case to design for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.bench.environment import cores
from warehousebench.cli.console import step
from warehousebench.cli.data import Source
from warehousebench.errors import UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload
from warehousebench.optimise.case import Case
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.plan import Plan
from warehousebench.workload.suite import SuiteQuery

MEMORY = "1GB"


@dataclass(frozen=True, slots=True)
class Study:
    """A case, what could not be analysed, the usage of columns, and the connection that holds the tables."""

    case: Case
    findings: tuple[str, ...]
    workload: Workload
    connection: duck.Connection


@contextmanager
def study(
    source: Source,
    catalog: Catalog,
    profile: Profile,
    workload: Workload,
    queries: Sequence[SuiteQuery],
    target: Mapping[str, float],
) -> Iterator[Study]:
    """Yield the prepared study; its tables lie in a temporary database that is gone afterwards.

    Raises UsageError if ``target`` names a table that has no data, or no query at all can be analysed.
    """
    unknown = sorted(target.keys() - profile.tables.keys())
    if unknown:
        raise UsageError(
            f"--rows names {', '.join(unknown)}, of which there is no data. Known: {', '.join(sorted(profile.tables))}"
        )
    with TemporaryDirectory(prefix="warehousebench-") as folder:
        with duck.opened(Path(folder) / "study.duckdb", threads=cores(), memory=MEMORY) as connection:
            with step("Prepare the tables", len(source.relations)) as advance:
                for name, relation in source.relations.items():
                    duck.run(connection, f"CREATE TABLE {duck.quote(name)} AS SELECT * FROM {relation}")
                    advance(name)
            plans, findings = _plans(connection, queries, profile)
            if not plans:
                raise UsageError(f"no query could be analysed; the first one says: {findings[0] if findings else 'there is none'}")
            kept = Catalog(tuple(table for table in catalog if table.name in profile.tables), catalog.source)
            missing = [f"table {table.name} has no data: it is left out" for table in catalog if table.name not in profile.tables]
            names = {name: duck.quote(name) for name in source.relations}
            yield Study(Case(kept, profile, plans, names, target), (*catalog.findings, *missing, *findings), workload, connection)


def _plans(connection: duck.Connection, queries: Sequence[SuiteQuery], profile: Profile) -> tuple[tuple[Plan, ...], list[str]]:
    plans: list[Plan] = []
    findings: list[str] = []
    with step("Run and read the plans of the queries", len(queries)) as advance:
        for query in queries:
            found = analyse_plans(connection, [query], profile)
            plans += found.plans
            findings += [f"query {finding.query} is not in the advice: {finding.reason}" for finding in found.findings]
            advance(query.name)
    return tuple(plans), findings
