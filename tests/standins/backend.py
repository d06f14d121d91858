"""The database behind a stand-in: DuckDB for the rows, beside them the design that was applied and what was run."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb

STORE = "_standin"


@dataclass(slots=True)
class Record:
    """A statement that a session ran; times in microseconds, measured here: they say nothing about the product."""

    id: int
    session: int
    user: str
    database: str
    text: str
    kind: str
    label: str
    transaction: int
    number: int
    started: datetime
    planning: int = 0
    execution: int = 0
    rows: int = 0
    bytes: int = 0
    tables: tuple[str, ...] = ()
    status: str = "running"
    error: str = ""
    profiled: bool = False
    ended: datetime | None = None

    @property
    def elapsed(self) -> int:
        """Microseconds in all."""
        return self.planning + self.execution


@dataclass(slots=True)
class Backend:
    """One database, shared by the sessions of a server and kept when the server restarts."""

    nodes: int = 3
    database: duckdb.DuckDBPyConnection = field(init=False)
    history: list[Record] = field(default_factory=list)
    load_errors: list[dict[str, Any]] = field(default_factory=list)
    loads: list[dict[str, Any]] = field(default_factory=list)
    libraries: dict[str, dict[str, Any]] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(100))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.database = duckdb.connect(config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
        for statement in (
            "CREATE SCHEMA public",
            f"CREATE SCHEMA {STORE}",
            f"CREATE TABLE {STORE}.applied (kind VARCHAR, schema_name VARCHAR, name VARCHAR, anchor VARCHAR, body VARCHAR)",
        ):
            self.database.execute(statement).fetchall()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection of its own for a session."""
        connection = self.database.cursor()
        for setting in ("search_path = 'public'", "TimeZone = 'UTC'", "threads = 2"):
            connection.execute(f"SET {setting}").fetchall()
        return connection

    def number(self) -> int:
        """Return a number that nothing else here has: of a query, a transaction, a table."""
        with self._lock:
            return next(self._ids)

    def begin(self, record: Record) -> None:
        """Put a statement that starts now into the history."""
        with self._lock:
            self.history.append(record)

    def records(self) -> list[Record]:
        """Return the history so far."""
        with self._lock:
            return list(self.history)

    def close(self) -> None:
        """Let the database go."""
        self.database.close()


def now() -> datetime:
    """Return the time as the system relations show it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Stopwatch:
    """Microseconds since it was started."""

    def __init__(self) -> None:
        self._start = time.perf_counter_ns()

    def lap(self) -> int:
        """Return the microseconds since the start or the last lap."""
        last, self._start = self._start, time.perf_counter_ns()
        return (self._start - last) // 1000


@dataclass(frozen=True, slots=True)
class Applied:
    """A table or projection as it was created, kept in the database itself so that a rollback forgets it."""

    kind: str
    schema: str
    name: str
    anchor: str
    body: dict[str, Any]


def keep(connection: duckdb.DuckDBPyConnection, applied: Applied) -> None:
    """Remember what was created, within the connection's transaction."""
    values = [applied.kind, applied.schema, applied.name, applied.anchor, json.dumps(applied.body)]
    connection.execute(f"INSERT INTO {STORE}.applied VALUES (?, ?, ?, ?, ?)", values).fetchall()


def forget(connection: duckdb.DuckDBPyConnection, kind: str, schema: str, name: str) -> None:
    """Forget what was dropped, within the connection's transaction."""
    condition = "kind = ? AND lower(schema_name) = lower(?) AND lower(name) = lower(?)"
    connection.execute(f"DELETE FROM {STORE}.applied WHERE {condition}", [kind, schema, name]).fetchall()


def replace(connection: duckdb.DuckDBPyConnection, applied: Applied) -> None:
    """Remember ``applied`` in the place of what has its kind and name."""
    forget(connection, applied.kind, applied.schema, applied.name)
    keep(connection, applied)


def applied(connection: duckdb.DuckDBPyConnection, kind: str) -> list[Applied]:
    """Return what exists of a kind, in the order of names."""
    query = f"SELECT * FROM {STORE}.applied WHERE kind = ? ORDER BY schema_name, name"
    found = connection.execute(query, [kind]).fetchall()
    return [Applied(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in found]


def count(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> int:
    """Return how many rows a table has, as the connection's transaction sees it."""
    place = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, name))
    (rows,) = connection.execute(f"SELECT count(*) FROM {place}").fetchall()[0]
    return int(rows)
