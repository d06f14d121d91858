"""Where a workload comes from: a folder of queries, a query log or a built-in suite, in DuckDB's dialect or another one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.workload.log import queries_from_log
from warehousebench.workload.suite import Suite, SuiteQuery, load_suite, queries_folder, queries_from

FUNCTIONS = "functions.toml"
LOG_SUFFIXES = (".csv", ".json", ".jsonl")


@dataclass(frozen=True, slots=True)
class Named:
    """Queries in DuckDB's dialect under the name of their source; ``suite`` is the built-in one they are from, if any.

    ``functions`` is the file that defines the functions which they call, None if there is none.
    """

    name: str
    queries: tuple[SuiteQuery, ...]
    findings: tuple[str, ...] = ()
    suite: Suite | None = None
    functions: Path | None = None


def read_workload(source: Path | None, suite: str | None, scale: float, dialect: str | None, catalog: Catalog | None) -> Named:
    """Return the queries of ``source`` or of the built-in ``suite`` at ``scale``: exactly one of them is given.

    ``source`` is a folder of *.sql files or a query log.  Queries in another ``dialect`` than DuckDB's are translated
    over ``catalog``, which tells their types.  Raises UsageError for what does not go together, SourceError for what
    cannot be read or leaves no query.
    """
    if (source is None) == (suite is None):
        raise UsageError("name the queries with either a folder or log of them, or a built-in suite")
    if source is None:
        if dialect not in (None, "duckdb"):
            raise UsageError(f"built-in suites are in DuckDB's dialect. Leave out the dialect {dialect}")
        found = load_suite(str(suite), scale)
        return Named(found.name, found.queries, suite=found, functions=_functions(queries_folder(found.name)))
    return _translated(_read(source), dialect, catalog)


def _read(source: Path) -> Named:
    if source.is_dir():
        return Named(source.resolve().name, queries_from(source), functions=_functions(source))
    if not source.exists():
        raise SourceError(f"there is no {source}. Give a folder of *.sql files or a query log")
    if source.suffix.lower() not in LOG_SUFFIXES:
        raise UsageError(f"{source} is neither a folder of *.sql files nor a query log ({', '.join(LOG_SUFFIXES)})")
    log = queries_from_log(source)
    return Named(source.stem, log.queries, log.findings)


def _functions(folder: Path) -> Path | None:
    file = folder / FUNCTIONS
    return file if file.exists() else None


def _translated(named: Named, dialect: str | None, catalog: Catalog | None) -> Named:
    if dialect in (None, "duckdb"):
        return named
    # sqlglot takes a while to import, and queries in DuckDB's dialect do without it.
    from warehousebench.workload.dialect import check_dialect, to_duckdb

    check_dialect(str(dialect))
    if catalog is None:
        raise UsageError(f"queries in {dialect} are translated by the types of their columns. Give the catalog too")
    queries, findings = to_duckdb(named.queries, str(dialect), catalog)
    if not queries:
        raise SourceError(f"none of the queries in {named.name} can be translated from {dialect}. First finding: {findings[0]}")
    return replace(named, queries=queries, findings=(*named.findings, *findings))
