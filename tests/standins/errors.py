"""Errors as a server reports them, and DuckDB's errors as the products would."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

CONFLICT = "40001"
CANCELLED = "57014"
UNSUPPORTED = "0A000"


class ServerError(Exception):
    """An error for the client: SQLSTATE, message and detail; a ``fatal`` one ends the session."""

    def __init__(self, sqlstate: str, message: str, detail: str = "", *, fatal: bool = False) -> None:
        super().__init__(message)
        self.sqlstate, self.message, self.detail, self.fatal = sqlstate, message, detail, fatal


class ConnectionDropped(Exception):  # noqa: N818 - not an error of the server: the test asked for it
    """The connection is to be reset now, without a word to the client."""


def broken(error: Exception) -> ServerError:
    """Return a mistake of the stand-in's own as an error that the client sees, instead of a connection that dies."""
    return ServerError("XX000", f"the stand-in failed: {error!r}")


def unsupported(what: str) -> ServerError:
    """Return the refusal of something that is on no list."""
    return ServerError(UNSUPPORTED, f"{what} is not supported by this stand-in")


def from_duckdb(error: duckdb.Error, states: Mapping[str, str]) -> ServerError:
    """Return DuckDB's ``error`` under the product's SQLSTATE; ``states`` names those that differ between products."""
    line = str(error).strip().split("\n", 1)[0]
    return ServerError(_state(error, line.lower(), states), line.split(": ", 1)[-1])


def _state(error: duckdb.Error, line: str, states: Mapping[str, str]) -> str:
    for words, state in _BY_WORDS:
        if words in line:
            return states.get(state, state)
    for kind, state in _BY_CLASS:
        if isinstance(error, kind):
            return states.get(state, state)
    return "XX000"


# A state in words is looked up in the product's own table; the others are the same everywhere.
_BY_WORDS = (
    ("because schema", "missing schema"),
    ("already exists", "duplicate"),
    ("scalar function with name", "missing function"),
    ("with name", "missing relation"),
    ("strlen(", "22001"),
    ("not null constraint", "23502"),
    ("referenced column", "42703"),
    ("does not have a column", "42703"),
    ("timestamp field value", "22007"),
    ("date field value", "22007"),
    ("could not parse string", "22007"),
    ("division by zero", "22012"),
    ("conflict", CONFLICT),
    ("no function matches", "42883"),
    ("ambiguous", "42702"),
    ("must appear in the group by", "42803"),
)
_BY_CLASS: tuple[tuple[type[duckdb.Error], str], ...] = (
    (duckdb.InterruptException, CANCELLED),
    (duckdb.ParserException, "42601"),
    (duckdb.ConversionException, "22P02"),
    (duckdb.OutOfRangeException, "22003"),
    (duckdb.ConstraintException, "23000"),
    (duckdb.TransactionException, "25000"),
    (duckdb.BinderException, "42000"),
    (duckdb.CatalogException, "42000"),
    (duckdb.OutOfMemoryException, "53200"),
)
