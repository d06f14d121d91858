"""Sessions on Redshift through redshift_connector, set up for measuring; the driver's errors in our words.

Sources: Amazon Redshift Developer Guide, "Configuration reference", "Query and load error handling"; PostgreSQL's SQLSTATEs.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from typing import Any

from warehousebench.engines.base import Answer
from warehousebench.engines.redshift.errors import Failure, explained
from warehousebench.engines.redshift.metrics import History
from warehousebench.engines.redshift.settings import Settings, described
from warehousebench.engines.redshift.types import quote, text
from warehousebench.errors import TransientError
from warehousebench.model.function import Function, Variant

CONNECT_SECONDS = 30
# How much later than the server's own limit we give up on an answer: it has to be told, and the rows have to travel.
GRACE_SECONDS = 60
_DIGITS = 76  # DECIMAL(38,37) and sums of it; Python's context would round at 28
# The driver's names of three types are not Redshift's.
_TYPES = {"STRING": "VARCHAR", "BPCHAR": "CHAR", "FLOAT": "DOUBLE PRECISION"}


class RedshiftClient:
    """A session on Redshift; see :class:`warehousebench.engines.base.Client`."""

    def __init__(self, connection: Any, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        self._lost = ""
        self._limit = 0
        self._sql = ""
        self._set_up()
        self.pid = int(self.rows("SELECT pg_backend_pid()")[0][0])
        self._history = History(self.pid)

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure.

        A session that lost its connection raises TransientError ever after.
        """
        self._stop_after(timeout)
        self._sql = sql
        return self._answer(sql, timeout)

    def metrics(self) -> Mapping[str, float]:
        """Return the server's own figures of the last query; none for one that the leader node answered alone."""
        return self._history.figures(self.rows, self._sql)

    def define(self, function: Function, variant: Variant) -> None:
        """Make a user-defined function in the target's schema; raises UnsupportedError and EngineError."""
        from warehousebench.engines.redshift.functions import definition

        self.run(definition(function, variant, self._settings.lambda_prefix, self._settings.iam_role or ""))

    def plan(self, sql: str) -> str:
        """Return EXPLAIN's text."""
        return "\n".join(str(row[0]) for row in self.rows(f"EXPLAIN {sql}"))

    def run(self, sql: str) -> None:
        """Execute a statement without a time limit; raises EngineError."""
        self._stop_after(0)
        self._answer(sql, 0)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of ``sql``, under the time limit of the last query; raises EngineError."""
        return self._answer(sql, self._limit / 1000).rows

    def close(self) -> None:
        """End the session; a connection that is lost already is no error."""
        self._lost = self._lost or "the session was closed"
        with suppress(*_driver_errors()):
            self._connection.close()

    @property
    def parameters(self) -> Mapping[str, str]:
        """Return what the server said of itself when the session began."""
        return {name.decode(): value.decode() for name, value in self._connection.parameter_statuses}

    def _set_up(self) -> None:
        for statement in session_statements(self._settings):
            self._answer(statement, 0)

    def _stop_after(self, timeout: float) -> None:
        """Let the server stop what runs longer, 0 never; asked for only if it changes, since it costs a round trip."""
        limit = max(1, round(timeout * 1000)) if timeout else 0
        if limit != self._limit:
            self._answer(f"SET statement_timeout TO {limit}", 0)
            self._limit = limit

    def _answer(self, sql: str, timeout: float) -> Answer:
        if self._lost:
            raise TransientError(f"{self._settings.name}: {self._lost}. Open another session.")
        with self._translated(timeout), localcontext(Context(prec=_DIGITS)):
            # The driver has no limit per statement and its own does not change; its socket is all there is.
            self._connection._usock.settimeout(timeout + GRACE_SECONDS if timeout else None)
            cursor = self._connection.cursor()
            cursor.execute(sql)
            columns = cursor.description or ()
            rows = cursor.fetchall() if columns else ()
        types = tuple(_type_name(each[1]) for each in columns)
        readers = [_READERS.get(name, _plain) for name in types]
        read = [tuple(None if v is None else r(v) for r, v in zip(readers, row, strict=True)) for row in rows]
        return Answer(tuple(_name(each[0]) for each in columns), types, read)

    @contextmanager
    def _translated(self, timeout: float) -> Iterator[None]:
        try:
            yield
        except _driver_errors() as error:
            failure = failure_of(error)
            if not failure.answered:
                self._lost = "the session is gone after an earlier failure"
                with suppress(*_driver_errors()):
                    self._connection.close()
            raise explained(failure, self._settings, timeout) from error


@dataclass(frozen=True, slots=True)
class RedshiftConnector:
    """Opens sessions on one schema of a Redshift database."""

    target: Settings
    version: str
    stand_in: bool
    engine: str = "redshift"

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        return described(self.target)

    def connect(self) -> RedshiftClient:
        """Return a new session; raises EngineError, TransientError if trying again may help."""
        return connect(self.target)


def connector(settings: Settings) -> RedshiftConnector:
    """Return what opens sessions on the target, which is asked for its version now; raises EngineError."""
    client = connect(settings)
    try:
        version, stand_in = identity(client)
    finally:
        client.close()
    return RedshiftConnector(settings, version, stand_in)


def connect(settings: Settings) -> RedshiftClient:
    """Return a session set up for measuring; raises EngineError, TransientError if trying again may help."""
    import redshift_connector

    # The driver's own slips (a missing region, an answer that it cannot read) come as errors of the language.
    errors: tuple[type[Exception], ...] = (*_driver_errors(), *_aws_errors(), AttributeError, TypeError)
    try:
        connection = redshift_connector.connect(**login(settings))
    except errors as error:
        raise explained(failure_of(error), settings, connecting=True) from error
    connection.autocommit = True
    return RedshiftClient(connection, settings)


def login(settings: Settings) -> dict[str, Any]:
    """Return the driver's parameters for ``settings``; the only place where a password leaves its wrapping."""
    found: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port if settings.host else None,
        "database": settings.database,
        "ssl": settings.sslmode is not None,
        "sslmode": settings.sslmode,
        "timeout": CONNECT_SECONDS,
        "application_name": "warehousebench",
        # The unnamed statement is planned anew at every execution, as a tool's would be.
        "max_prepared_statements": 0,
        # A load may be silent for long; a dead peer is to be noticed within minutes all the same.
        "tcp_keepalive_idle": 60,
        "tcp_keepalive_interval": 10,
        "tcp_keepalive_count": 6,
    }
    if settings.iam:
        found |= {"iam": True, "profile": settings.profile, "region": settings.region, "db_user": settings.user}
        found["cluster_identifier"] = settings.cluster
        if settings.workgroup:
            found |= {"is_serverless": True, "serverless_work_group": settings.workgroup}
    else:
        found |= {"user": settings.user, "password": settings.password.reveal() if settings.password else None}
    return {name: value for name, value in found.items() if value is not None}


def session_statements(settings: Settings) -> tuple[str, ...]:
    """Return what every session starts with: no answer from a cache, a label to be found by, one time zone, one schema."""
    return (
        "SET enable_result_cache_for_session TO off",
        f"SET query_group TO {text(settings.label)}",
        "SET timezone TO 'UTC'",
        f"SET search_path TO {quote(settings.schema)}",
        "SET statement_timeout TO 0",
    )


def identity(client: RedshiftClient) -> tuple[str, bool]:
    """Return the server's version, and whether it says of itself that it only stands in for Redshift."""
    words = str(client.rows("SELECT version()")[0][0])
    stand_in = "stand-in" in words or "standin" in client.parameters
    known = re.search(r"Redshift (\d[\d.]*)", words)
    return (known[1] if known and not stand_in else words), stand_in


def failure_of(error: BaseException) -> Failure:
    """Return what an error of the driver says, whatever its form: the server's fields, or the words of what broke."""
    fields = error.args[0] if error.args and isinstance(error.args[0], dict) else None
    if fields is not None:
        return Failure(str(fields.get("M", "")), str(fields.get("C", "")), str(fields.get("D", "")))
    causes = [each for each in error.args if isinstance(each, BaseException)]
    cause = causes[-1] if causes else error
    broken = isinstance(cause, OSError | struct.error | IndexError) or "BrokenPipe" in str(error) or "closed" in str(error)
    return Failure(str(cause).strip() or type(cause).__name__, cause=cause, lost=broken)


def _driver_errors() -> tuple[type[Exception], ...]:
    """Return what the driver raises; beside its own errors those of the socket, and of a message cut short."""
    from redshift_connector.error import Error

    return (Error, OSError, struct.error, IndexError, ValueError, OverflowError)


def _aws_errors() -> tuple[type[Exception], ...]:
    """Return what an IAM login may raise beside the driver's errors."""
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError)


def _name(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _type_name(oid: int) -> str:
    from redshift_connector.utils.oids import RedshiftOID

    try:
        name = RedshiftOID(oid).name
    except ValueError:
        return str(oid)
    return _TYPES.get(name, name)


def _plain(value: Any) -> Any:
    """Return a value of the driver as one of the types that answers are made of."""
    if isinstance(value, bool | int | float | Decimal | str):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if hasattr(value, "getTimedelta"):
        return value.getTimedelta()
    if hasattr(value, "getYearMonth"):
        years, months = value.getYearMonth()
        return f"{years}-{months}"
    return value


# CHAR comes padded to its length, and its blanks mean nothing; VARBYTE comes as hexadecimal digits.
_READERS: Mapping[str, Callable[[Any], Any]] = {"CHAR": lambda value: str(value).rstrip(" "), "VARBYTE": bytes.fromhex}
