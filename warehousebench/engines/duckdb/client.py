"""Sessions on DuckDB: a database file, or data files read in place as the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from warehousebench import duck
from warehousebench.engines.base import Answer
from warehousebench.model.function import Function, Variant


class DuckClient:
    """A session on DuckDB; see :class:`warehousebench.engines.base.Client`."""

    def __init__(self, connection: duck.Connection) -> None:
        self._connection = connection

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        with duck.time_limit(self._connection, timeout):
            rows = duck.rows(self._connection, sql)
        columns = duck.columns(self._connection)
        return Answer(tuple(name for name, _ in columns), tuple(type_ for _, type_ in columns), rows)

    def metrics(self) -> Mapping[str, float]:
        """Return nothing: there is no server between the clock and the query."""
        return {}

    def define(self, function: Function, variant: Variant) -> None:
        """Make a user-defined function callable in this session; raises UnsupportedError and EngineError."""
        from warehousebench.engines.duckdb.functions import define

        define(self._connection, function, variant)

    def plan(self, sql: str) -> str:
        """Return DuckDB's physical plan as text."""
        return str(duck.rows(self._connection, f"EXPLAIN {sql}")[-1][1])

    def close(self) -> None:
        """End the session and let go of the file."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class DuckFile:
    """Opens read-only sessions on a .duckdb file, each with a cold buffer pool of its own."""

    path: Path
    threads: int
    engine: str = "duckdb"
    version: str = duck.VERSION
    stand_in: bool = False

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        return {"threads": str(self.threads), "access_mode": "read_only"}

    def connect(self) -> DuckClient:
        """Return a new session; raises SourceError if the file cannot be opened."""
        return DuckClient(duck.connect(self.path, read_only=True, threads=self.threads))


@dataclass(frozen=True, slots=True)
class DuckViews:
    """Opens sessions that read data files in place: table name -> SQL that can follow FROM."""

    relations: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None
    engine: str = "duckdb"
    version: str = duck.VERSION
    stand_in: bool = False

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        return {"threads": str(self.threads or "all"), "tables": "views on the data files"}

    def connect(self) -> DuckClient:
        """Return a new session; raises EngineError if a data file cannot be read."""
        connection = duck.connect(threads=self.threads)
        for name, relation in self.relations.items():
            duck.run(connection, f"CREATE VIEW {duck.quote(name)} AS SELECT * FROM {relation}")
        return DuckClient(connection)
