"""The one door to DuckDB: the calculator of the toolkit, and all that differs between its versions.

Everything here works the same under DuckDB 1.5.5 and 2.x.  No extension is ever fetched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehousebench.errors import EngineError, SourceError, TimeLimitError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

VERSION: str = duckdb.__version__
Connection = duckdb.DuckDBPyConnection

# Optimizer steps that hide or bend what json_serialize_plan and EXPLAIN ANALYZE tell about a query, and rewrites that
# only DuckDB makes (aggregates pushed below joins, DISTINCT and grouping sets split up, IN lists turned into joins):
# a warehouse would not follow them.  With them off, all 22 TPC-H and 99 TPC-DS plans are readable under both versions.
_OBSCURING = (
    *("join_filter_pushdown", "compressed_materialization", "late_materialization", "column_lifetime", "common_subplan"),
    *("in_clause", "top_n_window_elimination"),
)
_OBSCURING_2 = (
    *("unused_columns", "common_aggregate", "partial_aggregate_pushdown", "distinct_aggregate_rewrite", "grouping_sets"),
    *("aggregate_reuse", "window_rewriter", "aggregate_function_rewriter"),
)


def connect(
    database: Path | None = None, *, read_only: bool = False, threads: int | None = None, memory: str | None = None
) -> Connection:
    """Return a connection to ``database`` (in memory if None) that never touches the network.

    ``memory`` is DuckDB's memory_limit, such as ``2GB``.  Raises SourceError if the file cannot be opened, UsageError if
    the limits make no sense.
    """
    config: dict[str, Any] = {"autoinstall_known_extensions": "false"}
    if threads:
        config["threads"] = threads
    if memory:
        config["memory_limit"] = memory
    try:
        return duckdb.connect(str(database) if database else ":memory:", read_only=read_only, config=config)
    except duckdb.Error as error:
        if database is None or isinstance(error, duckdb.ParserException | duckdb.SyntaxException):
            raise UsageError(
                f"cannot start DuckDB: {first_line(error)}. Correct the memory limit or the number of threads"
            ) from error
        raise SourceError(f"cannot open {database}: {first_line(error)}. Load it again with: warehousebench load") from error


@contextmanager
def opened(database: Path | None = None, **options: Any) -> Iterator[Connection]:
    """Open a connection for a ``with`` block; see :func:`connect`."""
    connection = connect(database, **options)
    try:
        yield connection
    finally:
        connection.close()


def run(connection: Connection, sql: str, parameters: Sequence[Any] = ()) -> None:
    """Execute ``sql`` to its end and discard the result; raises EngineError."""
    rows(connection, sql, parameters)


def rows(connection: Connection, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of ``sql``; raises EngineError with DuckDB's first line."""
    try:
        # 2.x may return from execute() before the statement has finished: only the fetch ends it.
        return connection.execute(sql, list(parameters)).fetchall() if parameters else connection.execute(sql).fetchall()
    except duckdb.Error as error:
        raise EngineError(first_line(error)) from error


def columns(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Return (name, type) of the last statement's result columns."""
    return tuple((column[0], str(column[1])) for column in connection.description or ())


def batches(connection: Connection, sql: str, size: int = 122_880) -> pa.RecordBatchReader:
    """Return the rows of ``sql`` as a stream of Arrow batches of at most ``size`` rows; raises EngineError."""
    try:
        return connection.sql(sql).to_arrow_reader(size)
    except duckdb.Error as error:
        raise EngineError(first_line(error)) from error


@contextmanager
def time_limit(connection: Connection, seconds: float) -> Iterator[None]:
    """Interrupt the statement that runs in this block after ``seconds``; raises TimeLimitError then."""
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        connection.interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (duckdb.InterruptException, EngineError) as error:
        cause = error if isinstance(error, duckdb.Error) else error.__cause__
        if isinstance(cause, duckdb.InterruptException) and expired.is_set():
            raise TimeLimitError(f"stopped after {seconds:g} s") from error
        raise
    finally:
        timer.cancel()


def define(
    connection: Connection, name: str, function: Callable[..., Any], types: Sequence[str], returns: str, *, batches: bool = False
) -> None:
    """Make a Python ``function`` callable from SQL; with ``batches`` it is given Arrow arrays. It is not called for NULLs.

    ``types`` and ``returns`` are DuckDB's type names.  Raises EngineError.
    """
    parameters: list[Any] = list(types)
    kind: Any = "arrow" if batches else "native"
    try:
        connection.create_function(name, function, parameters, returns, type=kind)
    except duckdb.Error as error:
        raise EngineError(first_line(error)) from error


def readable_plans(connection: Connection) -> None:
    """Switch off the optimizer steps that make plans unreadable for the workload analysis (this connection only)."""
    names = _OBSCURING if VERSION.startswith("1.") else _OBSCURING + _OBSCURING_2
    run(connection, f"SET disabled_optimizers = '{','.join(names)}'")


def quote(name: str) -> str:
    """Return ``name`` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return ``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, without DuckDB's decoration."""
    return str(error).strip().split("\n", 1)[0].rstrip(".")
