"""Sessions on Spark: one driver per process that all sessions share, or a Spark Connect server."""

from __future__ import annotations

import atexit
import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from warehousebench.engines.base import Answer
from warehousebench.engines.spark import java, status
from warehousebench.engines.spark.ddl import pattern, quote
from warehousebench.engines.spark.settings import Settings
from warehousebench.engines.spark.types import type_sql
from warehousebench.errors import EngineError, TimeLimitError, TransientError, UnsupportedError, UsageError
from warehousebench.model.function import Function, Variant

Session = Any  # a SparkSession, classic or of Spark Connect: pyspark is imported when one is asked for

INSTALL = "Install it with: pip install 'warehousebench[spark]'"
# What every session starts with: answers must not depend on where Spark runs, and errors must not turn into NULL.
_SESSION = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
_DRIVER = {
    **_SESSION,
    "spark.app.name": "warehousebench",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
_LOOPBACK = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
_CONNECT_PORT = 15002
_REACH_SECONDS = 5
_CANCEL_AGAIN = 0.2  # seconds; a query's next job may start just after its last one was cancelled


@dataclass(slots=True)
class _Driver:
    """The JVM of this process, with how long it took to start."""

    settings: Settings
    session: Session
    gateway: Any
    folder: Path
    seconds: float


_drivers: list[_Driver] = []  # none or one: a process has one driver


class SparkClient:
    """A session on Spark; see :class:`warehousebench.engines.base.Client`."""

    def __init__(self, session: Session, pid: int | None) -> None:
        self._session = session
        self._pid = pid
        self._group = ""

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        self._group = f"query-{time.monotonic_ns()}"
        with _time_limit(self._session, self._group, timeout), translated():
            frame = self._session.sql(sql)
            table = frame.toArrow()
            types = tuple(field.dataType.simpleString() for field in frame.schema)
            rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        return Answer(tuple(table.column_names), types, rows)

    def metrics(self) -> Mapping[str, float]:
        """Return what Spark's stages say of the last query; nothing over Spark Connect, which does not tell."""
        context = getattr(self._session, "_sc", None)
        if context is None:
            return {}
        with translated():
            return status.stages(context, self._group) | status.memory(self._pid)

    def define(self, function: Function, variant: Variant) -> None:
        """Make a user-defined function callable in this session; raises UnsupportedError and EngineError."""
        from warehousebench.engines.spark import functions

        if variant is Variant.SQL:
            self.run(functions.definition(function))
        else:
            made, returns = functions.made(function, variant), type_sql(function.returns)
            with translated():
                self._session.udf.register(function.called(variant), *_wrapped(made, returns, variant))

    def plan(self, sql: str) -> str:
        """Return Spark's formatted plan, without the folders of files and the numbers that differ from session to session."""
        with translated():
            # EXPLAIN would answer a wrong query with a text; asked for its columns, the query itself fails.
            _ = self._session.sql(sql).schema
            text = str(self._session.sql(f"EXPLAIN FORMATTED {sql}").toArrow().column(0)[0])
        return re.sub(r"\b[a-z0-9]+:/[^\s,\]]*/|#\d+L?\b|, \[plan_id=\d+\]", "", text)

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of ``sql`` without a limit of time; raises EngineError."""
        return self.query(sql, threading.TIMEOUT_MAX).rows

    def read(self, paths: Sequence[str]) -> Any:
        """Return the rows of Parquet files or folders as a data frame of Spark's."""
        return self._session.read.parquet(*(pattern([path]) for path in paths))

    @property
    def session(self) -> Session:
        """Return pyspark's own session, to read and write files with."""
        return self._session

    def close(self) -> None:
        """End the session; the driver goes on for the next one."""
        with suppress(Exception):
            if hasattr(self._session, "_sc"):
                for table in self._session.catalog.listTables():
                    self._session.catalog.dropTempView(table.name)
            else:
                self._session.stop()


@dataclass(frozen=True, slots=True)
class SparkConnector:
    """Opens sessions on Parquet: table -> paths of its files or its folder, read in place."""

    settings_of: Settings
    tables: Mapping[str, Sequence[str]] = field(default_factory=dict)
    engine: str = "spark"
    stand_in: bool = False

    @property
    def version(self) -> str:
        """Return Spark's version, asked of the driver or server."""
        client = open_session(self.settings_of)
        try:
            return str(client.session.version)
        finally:
            client.close()

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with, and what starting the driver took."""
        found = {"ANSI mode": "on", "time zone": "UTC", "tables": "Parquet files read in place"}
        if self.settings_of.shuffle_partitions:
            found["shuffle partitions"] = str(self.settings_of.shuffle_partitions)
        if self.settings_of.remote:
            return found | {"connection": "Spark Connect"}
        found |= {"master": self.settings_of.master, "driver memory": self.settings_of.memory}
        found["JVM"] = "one for all sessions of the process: it is warmed up once, not per session"
        return found | _figures()

    def connect(self) -> SparkClient:
        """Return a new session with a view per table; raises EngineError if Spark cannot start or a file cannot be read."""
        client = open_session(self.settings_of)
        try:
            with translated():
                for name, paths in self.tables.items():
                    client.read(paths).createOrReplaceTempView(quote(name))
        except EngineError:
            client.close()
            raise
        return client


def _wrapped(made: Callable[..., Any], returns: str, variant: Variant) -> tuple[Any, ...]:
    """Return what registers a Python function: called per row, or per batch as its variant says."""
    if variant is Variant.PYTHON:
        return made, returns
    from pyspark.sql.pandas import functions

    wrap: Any = functions.arrow_udf if variant is Variant.ARROW else functions.pandas_udf
    return (wrap(made, returns),)


def open_session(settings: Settings) -> SparkClient:
    """Return a fresh session; raises UnsupportedError if pyspark or Java is missing, EngineError if Spark does not start."""
    if settings.remote:
        return SparkClient(_connected(settings), None)
    driver = _drivers[0] if _drivers else _start(settings)
    if (driver.settings.master, driver.settings.memory) != (settings.master, settings.memory):
        raise UsageError(
            f"Spark runs in this process already, on {driver.settings.master} with {driver.settings.memory}: one process has one "
            f"driver. Give {settings.master} with {settings.memory} a command of its own."
        )
    with translated():
        return SparkClient(_set_up(driver.session.newSession(), settings), driver.gateway.proc.pid)


def stop() -> None:
    """End this process's driver, if there is one; the next session starts another."""
    while _drivers:
        driver = _drivers.pop()
        with suppress(Exception):
            driver.session.stop()
        _end(driver.gateway)
        shutil.rmtree(driver.folder, ignore_errors=True)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what pyspark, py4j and gRPC raise in this block into one line of our own errors."""
    try:
        yield
    except Exception as error:
        if found := _translation(error):
            raise found from error
        raise


def _translation(error: Exception) -> EngineError | None:
    """Return the error of ours for one of Spark's; None for one that is not Spark's."""
    kind = type(error)
    lines = _message(error)
    if "OutOfMemoryError" in lines or "Java heap space" in lines:
        return EngineError("Spark ran out of memory. Give its driver more, such as memory = 8g, or more shuffle_partitions.")
    if any(driver.gateway.proc.poll() is not None for driver in _drivers):
        stop()
        return TransientError("Spark's driver has ended, perhaps for want of memory. A new session starts another.")
    if "UNAVAILABLE" in lines or "SESSION_CLOSED" in lines or "SESSION_NOT_FOUND" in lines:
        return TransientError("the Spark Connect server does not answer. Check its address and that it is up.")
    return EngineError(_one_line(lines)) if kind.__module__.partition(".")[0] in ("pyspark", "py4j", "grpc") else None


def _message(error: Exception) -> str:
    """Return what the error says: of a Java exception the message of its innermost cause."""
    cause = getattr(error, "java_exception", None)
    if cause is None:
        return str(error)
    while (inner := cause.getCause()) is not None:
        cause = inner
    return re.sub(r"^[\w.$]+: ", "", str(cause.toString()))


def _one_line(message: str) -> str:
    """Return the part of Spark's message that says what is wrong: no plan, no place in the SQL, no stack."""
    lines = [line for line in message.strip().splitlines() if line.strip()] or [""]
    first = lines[-1] if "Python worker" in lines[0] else lines[0]  # a traceback ends with what it is about
    return re.sub(r"\s*SQLSTATE: \w+.*$", "", first).rstrip(".") or "Spark failed without a message"


@contextmanager
def _time_limit(session: Session, tag: str, seconds: float) -> Iterator[None]:
    """Interrupt what this thread runs in ``session`` after ``seconds``; raises TimeLimitError then."""
    done, expired = threading.Event(), threading.Event()
    context = getattr(session, "_sc", None)
    # A driver here runs the jobs of toArrow in a thread of their own, which takes over the group and not the tag.
    cancel: Callable[[str], object] = context.cancelJobGroup if context else session.interruptTag

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            expired.set()
            with suppress(Exception):
                cancel(tag)
            wait = _CANCEL_AGAIN

    with translated():
        if context:
            context.setJobGroup(tag, tag, interruptOnCancel=True)
        else:
            session.addTag(tag)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except EngineError as error:
        if expired.is_set():
            raise TimeLimitError(f"stopped after {seconds:g} s") from error
        raise
    finally:
        done.set()
        watcher.join()
        if not context:
            with suppress(Exception):
                session.removeTag(tag)
    if expired.is_set():
        raise TimeLimitError(f"took longer than {seconds:g} s")


def _start(settings: Settings) -> _Driver:
    java.require()
    started = time.perf_counter()
    folder = Path(tempfile.mkdtemp(prefix="warehousebench-spark-"))
    gateway = None
    try:
        gateway, session = _launched(settings, folder)
    except BaseException:
        _end(gateway)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    driver = _Driver(settings, session, gateway, folder, time.perf_counter() - started)
    if not _drivers:
        atexit.register(stop)
    _drivers.append(driver)
    return driver


def _launched(settings: Settings, folder: Path) -> tuple[Any, Session]:
    try:
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise UnsupportedError(f"Spark needs pyspark, which is not installed. {INSTALL}") from error
    pairs = _DRIVER | (_LOOPBACK if settings.is_local else {})
    pairs |= {"spark.master": settings.master, "spark.driver.memory": settings.memory, "spark.sql.warehouse.dir": str(folder)}
    conf = SparkConf(loadDefaults=False).setAll(list(pairs.items()))
    if settings.is_local:
        # Workers would otherwise run whatever python3 comes first on PATH, which need not have pyarrow.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    log = folder / "driver.log"
    gateway: Any = None
    launch: Any = launch_gateway  # it has no types
    try:
        with log.open("wb") as stream:
            # The JVM has things to say before any logger is set up; they go to a file.
            gateway = launch(conf, {"stdout": stream, "stderr": stream})
        return gateway, SparkSession(SparkContext(conf=conf, gateway=gateway))
    except Exception as error:
        _end(gateway)
        found = _said(log) if gateway is None else _one_line(_message(error))
        raise EngineError(f"Spark does not start on {settings.master} with {settings.memory}: {found}") from error


def _said(log: Path) -> str:
    """Return the last line that is no log noise of what the JVM printed."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    wanted = [line for line in lines if line and not line.startswith(("at ", "Error: A fatal exception", "WARNING:"))]
    errors = [line for line in wanted if "rror" in line or "xception" in line]
    return (errors or wanted or ["it said nothing"])[0]


def _end(gateway: Any) -> None:
    """End a gateway and its JVM, and let pyspark forget them."""
    if gateway is None:
        return
    with suppress(Exception):
        gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None


def _connected(settings: Settings) -> Session:
    if settings.remote is None:
        raise ValueError("a Spark Connect session needs a URL")
    try:
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        raise UnsupportedError(f"Spark Connect needs pyspark with its connect extra. {INSTALL}") from error
    _reach(settings.remote.reveal())
    try:
        with translated():
            return _set_up(SparkSession.builder.remote(settings.remote.reveal()).create(), settings)
    except EngineError as error:
        raise type(error)(str(error).replace(settings.remote.reveal(), "the server")) from None


def _reach(url: str) -> None:
    """Raise TransientError if nothing listens at the address: Spark Connect itself would try again for ten minutes."""
    parts = urlsplit(url)
    host, port = parts.hostname or "localhost", parts.port or _CONNECT_PORT
    try:
        socket.create_connection((host, port), _REACH_SECONDS).close()
    except OSError as error:
        raise TransientError(f"no Spark Connect server answers at {host}:{port}. Check its address and that it is up.") from error


def _set_up(session: Session, settings: Settings) -> Session:
    # pyspark logs errors that name a place in the SQL to standard error, besides raising them.
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for key, value in _SESSION.items():
        session.conf.set(key, value)
    if settings.shuffle_partitions:
        session.conf.set("spark.sql.shuffle.partitions", str(settings.shuffle_partitions))
    return session


def _figures() -> dict[str, str]:
    """Return what the driver cost, once there is one: seconds to start, and the JVM's largest memory so far."""
    found = {}
    for driver in _drivers:
        found["start-up"] = f"{driver.seconds:.1f} s"
        if peak := status.memory(driver.gateway.proc.pid).get("jvm_peak_bytes"):
            found["JVM peak memory"] = f"{peak / 2**30:.2f} GiB"
    return found
