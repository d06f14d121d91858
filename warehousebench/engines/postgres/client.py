"""Sessions on PostgreSQL through psycopg, and its errors in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from warehousebench.engines.base import Answer
from warehousebench.engines.postgres.ddl import quote
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, TimeLimitError, TransientError, UnsupportedError
from warehousebench.model.function import Function, Variant

CONNECT_SECONDS = 15
# Connection lost, too few resources, told to stop, serialization failure or deadlock: PostgreSQL documentation, appendix A.
_TRANSIENT = ("08", "53", "57P", "40")
_CANCELED = "57014"


class PostgresClient:
    """A session on PostgreSQL; see :class:`warehousebench.engines.base.Client`."""

    def __init__(self, connection: Any, schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._types = _type_names(connection)

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        self.run(f"SET statement_timeout = {max(1, round(timeout * 1000))}")
        with translated(timeout):
            cursor = self._connection.execute(sql)
            rows = cursor.fetchall()
        columns = cursor.description or ()
        return Answer(tuple(each.name for each in columns), tuple(self._types(each.type_code) for each in columns), rows)

    def metrics(self) -> Mapping[str, float]:
        """Return nothing: PostgreSQL keeps no figures per query unless an extension is loaded."""
        return {}

    def define(self, function: Function, variant: Variant) -> None:
        """Make a user-defined function in the target's schema; raises UnsupportedError and EngineError."""
        from warehousebench.engines.postgres.functions import definition

        self.run(definition(function, variant, self._schema))

    def plan(self, sql: str) -> str:
        """Return EXPLAIN's text."""
        return "\n".join(row[0] for row in self.rows(f"EXPLAIN {sql}"))

    def run(self, sql: str) -> None:
        """Execute a statement; raises EngineError."""
        with translated():
            self._connection.execute(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of ``sql``; raises EngineError."""
        with translated():
            return list(self._connection.execute(sql).fetchall())

    def copy(self, sql: str, chunks: Iterable[bytes]) -> int:
        """Send ``chunks`` to a COPY ... FROM STDIN and return the rows that arrived; all or none do."""
        with translated(), self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy(sql) as stream:
                for chunk in chunks:
                    stream.write(chunk)
            return int(cursor.rowcount)

    def close(self) -> None:
        """End the session."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class PostgresConnector:
    """Opens sessions on one schema of a PostgreSQL database."""

    target: Target
    version: str
    engine: str = "postgres"
    stand_in: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    def connect(self) -> PostgresClient:
        """Return a new session; raises EngineError, TransientError if trying again may help."""
        return connect(self.target)


def connect(target: Target) -> PostgresClient:
    """Return a session in UTC that finds unqualified tables in the target's schema; raises EngineError."""
    psycopg = _driver()
    options = {key: value for key, value in target.options.items() if key != "schema"}
    if "database" in options:
        options["dbname"] = options.pop("database")
    secrets = {key: secret.reveal() for key, secret in target.secrets.items()}
    try:
        connection = psycopg.connect(**options, **secrets, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.Error as error:
        kind = TransientError if error.sqlstate is None or error.sqlstate.startswith(_TRANSIENT) else EngineError
        raise kind(f"{target.name}: no session on PostgreSQL: {_line(error)}. Look at: warehousebench doctor postgres") from error
    client = PostgresClient(connection, target.options["schema"])
    client.run(f"SET search_path = {quote(target.options['schema'])}")
    client.run("SET TimeZone = 'UTC'")
    return client


def connector(target: Target) -> PostgresConnector:
    """Return what opens sessions on the target, its version asked for; raises EngineError."""
    client = connect(target)
    try:
        ((version,),) = client.rows("SHOW server_version")
        ((memory,),) = client.rows("SHOW shared_buffers")
    finally:
        client.close()
    return PostgresConnector(target, str(version), settings={"shared_buffers": str(memory), "schema": target.options["schema"]})


@contextmanager
def translated(timeout: float | None = None) -> Iterator[None]:
    """Turn the driver's errors into ours."""
    psycopg = _driver()
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or ("08" if isinstance(error, psycopg.OperationalError) else "")
        if state == _CANCELED and timeout is not None:
            raise TimeLimitError(f"stopped after {timeout:g} s") from error
        kind = TransientError if state.startswith(_TRANSIENT) and state != _CANCELED else EngineError
        raise kind(f"PostgreSQL: {_line(error)}") from error


def _type_names(connection: Any) -> Any:
    registry = connection.adapters.types

    def name(oid: int) -> str:
        known = registry.get(oid)
        return known.name if known else str(oid)

    return name


def _line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0].rstrip(".")


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise UnsupportedError("PostgreSQL needs its driver. Run: pip install 'warehousebench[postgres]'") from error
    return psycopg
