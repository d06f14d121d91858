"""A session of either product: transactions, cancelling, time limits, faults and the history; the products add their SQL."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import duckdb
from sqlglot import exp

from standins import sql
from standins.backend import Backend, Record, Stopwatch, now
from standins.errors import CONFLICT, ConnectionDropped, ServerError, from_duckdb
from standins.faults import Fault, Faults

BATCH = 4096


@dataclass(frozen=True, slots=True)
class Column:
    """A result's column: its name and its type in DuckDB's words."""

    name: str
    type: str


@dataclass(slots=True)
class Answer:
    """What a statement gives: the command tag, and columns and rows if it has any; rows may still be running.

    ``described`` says that the columns were sent before.
    """

    tag: str
    columns: tuple[Column, ...] | None = None
    rows: Iterable[Sequence[Any]] = ()
    count: int = -1
    described: bool = False
    notices: list[str] = field(default_factory=list)


class Session:
    """What both products' sessions share."""

    dialect = ""
    states: Mapping[str, str] = {}

    def __init__(self, backend: Backend, faults: Faults, user: str, database: str) -> None:
        self.backend, self.faults, self.user, self.database = backend, faults, user, database
        self.duck = backend.connect()
        self.pid = 0
        self.open = self.failed = self.wrote = False
        self.timeout = 0.0
        self.label = ""
        self.schema = "public"
        self.transaction = backend.number()
        self.number = 0
        self._cancelled = threading.Event()
        self._busy = threading.Lock()
        self._running = False

    # Transactions

    @property
    def status(self) -> bytes:
        """What ReadyForQuery says: idle, in a transaction, or in one that failed."""
        if self.failed:
            return b"E"
        return b"T" if self.open else b"I"

    def begin(self) -> None:
        """Open a transaction unless one is open."""
        if not self.open:
            self.query("BEGIN")
            self.open, self.transaction, self.number = True, self.backend.number(), 0

    def end(self, word: str) -> None:
        """COMMIT or ROLLBACK; a transaction that failed can only be rolled back."""
        was_open, self.open = self.open, False
        failed, self.failed = self.failed, False
        self.wrote = False
        if was_open:
            self.query("ROLLBACK" if failed else word)

    # Statements

    def query(self, text: str) -> list[tuple[Any, ...]]:
        """Return all rows of DuckDB's ``text``; raises ServerError."""
        with self.translated_errors():
            return self.duck.execute(text).fetchall()

    def describe_query(self, text: str) -> tuple[Column, ...]:
        """Return the columns of a query in DuckDB's words, without running it."""
        return tuple(Column(row[0], row[1]) for row in self.query(f"DESCRIBE {text}"))

    def stream(self, text: str) -> tuple[tuple[Column, ...], Iterator[Sequence[Any]]]:
        """Start a query and return its columns and its rows, a batch at a time."""
        with self.translated_errors():
            cursor = self.duck.execute(text)
            columns = tuple(Column(each[0], str(each[1])) for each in cursor.description or ())
        return columns, self._batches(cursor)

    def _batches(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[Sequence[Any]]:
        while True:
            with self.translated_errors():
                batch = cursor.fetchmany(BATCH)
            if not batch:
                return
            yield from batch

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Turn DuckDB's errors into the product's."""
        try:
            yield
        except duckdb.Error as error:
            raise from_duckdb(error, self.states) from error

    @contextmanager
    def statement(self, text: str, kind: str) -> Iterator[Record]:
        """Run one statement: faults and time limit around it, history of it, state of the transaction after it."""
        self.number += 1
        text = sql.original(text)
        record = Record(
            *(self.backend.number(), self.pid, self.user, self.database, text, kind, self.label, self.transaction, self.number),
            now(),
        )
        self.backend.begin(record)
        watch = Stopwatch()
        try:
            with self._interruptible():
                self._faults_before(text)
                yield record
                if self.faults.take(Fault.RESET_AFTER, text) is not None:
                    raise ConnectionDropped
            record.status = "success"
        except ServerError as error:
            record.status = "canceled" if error.sqlstate == "57014" else "failed"
            record.error = error.message
            self.after_error()
            raise
        finally:
            record.execution = max(watch.lap() - record.planning, 0)
            record.ended = now()

    def after_error(self) -> None:
        """Mark the open transaction as failed."""
        self.failed = self.open

    def _faults_before(self, text: str) -> None:
        seconds = self.faults.take(Fault.SLOW, text)
        if seconds is not None and self._cancelled.wait(seconds):
            raise ServerError("57014", self.cancelled_message())
        if self.faults.take(Fault.RESET_BEFORE, text) is not None:
            raise ConnectionDropped
        if self.faults.take(Fault.SERIALIZATION, text) is not None:
            raise self.conflict()

    def conflict(self) -> ServerError:
        """Return the error of a transaction that lost against another."""
        return ServerError(CONFLICT, "could not serialize access due to concurrent update")

    def cancelled_message(self) -> str:
        """Return what the product says to a cancelled statement."""
        return "canceling statement due to user request"

    # Cancelling and time limits

    def cancel(self) -> None:
        """Interrupt the statement that runs, if one does."""
        with self._busy:
            if self._running:
                self._cancelled.set()
                self.duck.interrupt()

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        with self._busy:
            self._cancelled.clear()
            self._running = True
        timer = threading.Timer(self.timeout, self.cancel) if self.timeout else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            with self._busy:
                self._running = False
            if timer:
                timer.cancel()

    # Names

    def target(self, table: exp.Expression) -> tuple[str, str]:
        """Return schema and name of a table that a statement is about."""
        found = table.find(exp.Table) if not isinstance(table, exp.Table) else table
        if found is None or not found.name:
            raise ServerError("42601", "no table is named")
        return found.db or self.schema, found.name

    def table_columns(self, schema: str, name: str) -> list[tuple[str, str]]:
        """Return names and DuckDB's types of an existing table's columns; raises ServerError if it is missing."""
        text = f"DESCRIBE {sql.quoted(schema)}.{sql.quoted(name)}"
        return [(row[0], row[1]) for row in self.query(text)]

    def close(self) -> None:
        """End the session; an open transaction is rolled back."""
        self.cancel()
        self.duck.close()
