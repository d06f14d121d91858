"""Sessions on Vertica through vertica_python, the only module that knows the driver."""

from __future__ import annotations

import contextlib
import socket
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from warehousebench.engines.base import Answer
from warehousebench.engines.targets import Secret, Target
from warehousebench.engines.vertica import failures, metrics
from warehousebench.engines.vertica.labels import labelled, word
from warehousebench.engines.vertica.settings import connect_options, flag
from warehousebench.engines.vertica.types import quote
from warehousebench.errors import EngineError, TimeLimitError, WarehouseBenchError
from warehousebench.model.function import Function, Variant

# So long a cancelled statement may take to say so before the session is given up.
GRACE_SECONDS = 10.0
# Firewalls forget idle connections, and a statement may run for hours without a word.
_KEEP_ALIVE_SECONDS = 60
_DAY_TO_SECOND, _YEAR_TO_MONTH = 14, 114
T = TypeVar("T")


class Readable(Protocol):
    """What a load reads its bytes from."""

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, none at the end."""
        ...


class Session:
    """One connection; whatever the driver raises leaves here as an error of ours, in one line and without secrets."""

    def __init__(self, connection: Any, place: str, secrets: Sequence[Secret] = ()) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._place = place
        self._secrets = secrets
        self._lost = False
        self._cursor.register_sqldata_converter(_DAY_TO_SECOND, _timedelta)
        self._cursor.register_sqldata_converter(_YEAR_TO_MONTH, lambda value, ctx: value.decode())  # noqa: ARG005

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return what the server said of itself when the session began."""
        return dict(self._connection.parameters)

    @property
    def encrypted(self) -> bool:
        """Tell whether the connection uses TLS."""
        return bool(self._connection.ssl())

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of ``sql``, none for a statement without any; raises EngineError."""
        return self.answer(sql).rows

    def answer(self, sql: str, timeout: float | None = None) -> Answer:
        """Return the result of ``sql``; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        if timeout is None:
            return self._guarded(lambda: self._fetch(sql))
        with _Limit(self._connection, timeout) as limit:
            try:
                answer = self._guarded(lambda: self._fetch(sql))
            except EngineError as error:
                if limit.expired:
                    raise TimeLimitError(f"stopped after {timeout:g} s") from error
                raise
        if limit.expired:
            self._swallow_cancel()
            raise TimeLimitError(f"stopped after {timeout:g} s")
        return answer

    def copy(self, sql: str, stream: Readable) -> None:
        """Run a COPY … FROM STDIN with the bytes of ``stream``; raises what reading raised, or EngineError."""

        def load() -> None:
            self._cursor.copy(sql, stream)
            while self._cursor.nextset():
                pass

        self._guarded(load)

    def close(self) -> None:
        """End the session."""
        with contextlib.suppress(Exception):
            _close(self._connection)

    def _fetch(self, sql: str) -> Answer:
        cursor = self._cursor
        cursor.description = None  # the driver keeps the last one after a statement without rows
        cursor.execute(sql)
        rows = [tuple(row) for row in cursor.fetchall()]
        columns = cursor.description or ()
        while cursor.nextset():  # an error may still come after the last row
            pass
        return Answer(tuple(column.name for column in columns), tuple(map(_type_name, columns)), rows)

    def _guarded(self, work: Callable[[], T]) -> T:
        if self._lost:
            raise failures.lost(self._place)
        try:
            return work()
        except KeyboardInterrupt:
            self._lost = True  # mid-message: nothing more can be said on this connection
            raise
        except Exception as error:
            raise self._translated(error) from error

    def _translated(self, error: Exception) -> WarehouseBenchError:
        from vertica_python import errors

        if isinstance(error, errors.QueryError):
            return self._safe(failures.failure(error.sqlstate or "XX000", error.message or "refused", error.detail or ""))
        if isinstance(error, errors.DataError) and isinstance(error.__context__, WarehouseBenchError):
            return error.__context__  # from the stream that a load read
        if isinstance(error, errors.NotSupportedError | errors.DataError):
            return self._safe(EngineError(f"Vertica's driver: {' '.join(str(error).split())}. Cast the value in the query"))
        self._lost = True
        self.close()
        return self._safe(failures.lost(self._place, str(error)))

    def _safe(self, error: EngineError) -> EngineError:
        return without_secrets(error, self._secrets)

    def _swallow_cancel(self) -> None:
        """Let a cancel request that came too late hit a statement of ours rather than the next query."""
        with contextlib.suppress(EngineError):
            self.run("SELECT 1")


class _Limit:
    """Cancels what runs on a connection after some seconds; if the server does not obey, cuts the connection."""

    def __init__(self, connection: Any, seconds: float) -> None:
        self.expired = False
        self._connection, self._seconds = connection, seconds
        self._done = threading.Event()
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def __enter__(self) -> _Limit:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._watch.join()

    def _wait(self) -> None:
        if self._done.wait(self._seconds):
            return
        self.expired = True
        with contextlib.suppress(Exception):  # no second connection to be had: the cut below remains
            self._connection.cancel()
        if not self._done.wait(GRACE_SECONDS):
            with contextlib.suppress(Exception):
                self._connection.socket.shutdown(socket.SHUT_RDWR)


class VerticaClient:
    """A session that answers queries; see :class:`warehousebench.engines.base.Client`."""

    def __init__(self, session: Session, label: str, *, clears_caches: bool, udx_library: str = "") -> None:
        self._session = session
        self._udx_library = udx_library
        # Apart from every other session's, so that system tables find exactly this query.
        self._prefix = f"{word(label)}_{uuid.uuid4().hex[:12]}"
        self._count = 0
        self._clears_caches = clears_caches

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        self._count += 1
        try:
            return self._session.answer(labelled(sql, self._label), timeout)
        except EngineError:
            with contextlib.suppress(EngineError):
                self._clear()
            raise

    def metrics(self) -> Mapping[str, float]:
        """Return the server's own figures for the last query, and clear its caches for the next one if that was asked for."""
        found = metrics.of_query(self._session.run, self._label)
        self._clear()
        return found

    def define(self, function: Function, variant: Variant) -> None:
        """Make a user-defined function in the session's schema; raises UnsupportedError and EngineError."""
        from warehousebench.engines.vertica.functions import definition

        for statement in definition(function, variant, self._udx_library):
            self._session.run(statement)

    def plan(self, sql: str) -> str:
        """Return the optimizer's plan as text."""
        return "\n".join(str(row[0]) for row in self._session.run(f"EXPLAIN {sql}"))

    def close(self) -> None:
        """End the session."""
        self._session.close()

    @property
    def _label(self) -> str:
        return f"{self._prefix}_{self._count}"

    def _clear(self) -> None:
        if self._clears_caches:
            self._session.run(CLEAR_CACHES)


CLEAR_CACHES = "SELECT CLEAR_CACHES()"


@dataclass(frozen=True, slots=True)
class VerticaConnector:
    """Opens sessions on a schema; made by :func:`connector`, which looked at the server first."""

    target: Target
    version: str
    stand_in: bool
    settings: Mapping[str, str] = field(default_factory=dict)
    clears_caches: bool = False
    engine: str = "vertica"

    def connect(self) -> VerticaClient:
        """Return a new session, its caches cleared if that was asked for; raises EngineError."""
        session = open_session(self.target)
        try:
            session.run(search_path(self.target))
            if self.clears_caches:
                session.run(CLEAR_CACHES)
        except BaseException:
            session.close()
            raise
        options = self.target.options
        return VerticaClient(
            session, options["label"], clears_caches=self.clears_caches, udx_library=options.get("udx_library", "")
        )


def connector(target: Target) -> VerticaConnector:
    """Return the connector for ``target`` after one look at the server; raises EngineError if it cannot be reached."""
    wants_cold = flag(target, "cold")
    with opened(target) as session:
        version, stand_in = identity(session)
        caches = "as the queries before left them"
        clears = False
        if wants_cold:
            clears, caches = _try_clearing(session)
        settings = {
            "schema": target.options["schema"],
            "caches": caches,
            "tls": "on" if session.encrypted else "off",
        }
    return VerticaConnector(target, version, stand_in, settings, clears)


def identity(session: Session) -> tuple[str, bool]:
    """Return the server's version, and whether it says of itself that it only stands in for Vertica."""
    version = str(session.run("SELECT version()")[0][0])
    return version, "stand-in" in version or bool(session.parameters.get("standin"))


def search_path(target: Target) -> str:
    """Return the statement that makes unqualified names mean the target's schema."""
    return f"SET SEARCH_PATH TO {quote(target.options['schema'])}"


@contextlib.contextmanager
def opened(target: Target, *, autocommit: bool = True) -> Iterator[Session]:
    """Open a session for a ``with`` block; see :func:`open_session`."""
    session = open_session(target, autocommit=autocommit)
    try:
        yield session
    finally:
        session.close()


def open_session(target: Target, *, autocommit: bool = True) -> Session:
    """Return a session on ``target``; raises EngineError, TransientError if trying again may help, or UsageError."""
    import vertica_python

    options = connect_options(target) | {"autocommit": autocommit}
    place = f"{options['host']}:{options['port']}"
    secrets = tuple(target.secrets.values())
    connection = vertica_python.Connection.__new__(vertica_python.Connection)
    try:
        with warnings.catch_warnings():  # of a password that expires and of missing TLS, which doctor reports
            warnings.simplefilter("ignore")
            connection.__init__(options)
    except (vertica_python.errors.Error, OSError) as error:
        _close(connection)  # which the driver leaves open after a refused log-in
        found = failures.login_failure(str(error)) or failures.connection_failure(str(error), place)
        raise without_secrets(found, secrets) from error
    connection.notice_handler = lambda _: None
    _stay_closed(connection)
    _keep_alive(connection.socket)
    return Session(connection, place, secrets)


def without_secrets(error: EngineError, secrets: Sequence[Secret]) -> EngineError:
    """Return ``error`` with every secret in its message replaced, should a server repeat one."""
    text = str(error)
    for secret in secrets:
        if secret.reveal():
            text = text.replace(secret.reveal(), "***")
    return type(error)(text)


def _try_clearing(session: Session) -> tuple[bool, str]:
    try:
        session.run(CLEAR_CACHES)
    except EngineError as error:
        return False, f"lukewarm: CLEAR_CACHES was refused ({error})"
    return True, "Vertica's own cleared before every query; the file caches of its hosts are not: lukewarm"


def _close(connection: Any) -> None:
    """Close what is open; the driver's own close() would first connect again to say goodbye."""
    if connection.socket is None:
        return
    try:
        if connection.opened():
            connection.close()
    finally:
        if connection.socket is not None:
            connection.close_socket()


def _stay_closed(connection: Any) -> None:
    """Keep the driver from writing to a new connection, on which nobody logged in, once this one is lost."""
    from vertica_python import errors

    def current() -> Any:
        if connection.socket is None:
            raise errors.ConnectionError("the connection was closed")
        return connection.socket

    connection._socket = current


def _keep_alive(sock: socket.socket) -> None:
    sock.settimeout(None)  # the limit for connecting would be one for every answer, too
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), _KEEP_ALIVE_SECONDS)


def _type_name(column: Any) -> str:
    name = str(column.type_name).upper()
    return f"{name}({column.precision},{column.scale})" if name == "NUMERIC" else name


def _timedelta(value: bytes, ctx: Any) -> timedelta:
    from vertica_python.vertica.deserializer import load_interval_text

    found = load_interval_text(value, ctx)
    return timedelta(found.days, found.seconds, found.microseconds, 0, found.minutes, found.hours)
