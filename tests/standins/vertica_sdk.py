"""A double of Vertica's Python SDK, as far as scalar functions use it, and as strict about types.

Source: Vertica's documentation, "ScalarFunction (Python)": a function has to write one value per row of its block.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

NAME = "vertica_sdk"
# The SDK's word in get… and set…, which values it stands for, and DuckDB's type of a column that add… declares.
_VALUES: Mapping[str, type] = {
    "Int": int,
    "Float": float,
    "Bool": bool,
    "Numeric": Decimal,
    "String": str,
    "Date": date,
    "Timestamp": datetime,
}
_COLUMNS: Mapping[str, str] = {
    "Int": "BIGINT",
    "Float": "DOUBLE",
    "Bool": "BOOLEAN",
    "Numeric": "DECIMAL",
    "Varchar": "VARCHAR",
    "Date": "DATE",
    "Timestamp": "TIMESTAMP",
}


def _checked(word: str, value: Any) -> Any:
    if type(value) is not _VALUES[word]:
        raise TypeError(f"{value!r} is no {word}")
    return value


class Reader:
    """The block reader over rows of Python values."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self.rows, self.at = rows, 0

    def isNull(self, column: int) -> bool:  # noqa: N802 - the SDK's name
        return self.rows[self.at][column] is None

    def __getattr__(self, name: str) -> Callable[[int], Any]:
        word = name.removeprefix("get")
        if word not in _VALUES:
            raise AttributeError(name)
        return lambda column: _checked(word, self.rows[self.at][column])

    def next(self) -> bool:
        self.at += 1
        return self.at < len(self.rows)


class Writer:
    """The block writer: one value per row, then ``next``."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.pending: list[Any] = []

    def setNull(self) -> None:  # noqa: N802 - the SDK's name
        self.pending.append(None)

    def __getattr__(self, name: str) -> Callable[[Any], None]:
        word = name.removeprefix("set")
        if word not in _VALUES:
            raise AttributeError(name)
        return lambda value: self.pending.append(_checked(word, value))

    def next(self) -> None:
        (value,) = self.pending
        self.values.append(value)
        self.pending = []


class Types:
    """The types that a factory declares, as (SDK's word, sizes)."""

    def __init__(self) -> None:
        self.added: list[tuple[str, tuple[int, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        word = name.removeprefix("add")
        if word not in _COLUMNS:
            raise AttributeError(name)
        return lambda *sizes: self.added.append((word, sizes))

    @property
    def duckdb(self) -> list[str]:
        """The declared types as DuckDB's; a Numeric without sizes is as the value comes, an empty text."""
        return [_duckdb(word, sizes) for word, sizes in self.added]


def _duckdb(word: str, sizes: tuple[int, ...]) -> str:
    if word != "Numeric":
        return _COLUMNS[word]
    return f"DECIMAL({sizes[0]},{sizes[1]})" if sizes else ""


def loaded(source: str) -> dict[str, Any]:
    """Return the names of a library, run against a module that has the SDK's two base classes."""
    sdk = ModuleType(NAME)
    sdk.ScalarFunction = sdk.ScalarFunctionFactory = object  # type: ignore[attr-defined]
    before = sys.modules.get(NAME)
    sys.modules[NAME] = sdk
    space: dict[str, Any] = {}
    try:
        exec(source, space)
    finally:
        del sys.modules[NAME]
        if before is not None:
            sys.modules[NAME] = before
    return space


def prototype(factory: Any) -> tuple[Types, Types]:
    """Return the types of arguments that a factory declares, and the type that it returns with its size."""
    given, gives, returned = Types(), Types(), Types()
    factory.getPrototype(None, given, gives)
    factory.getReturnType(None, given, returned)
    if [word for word, _ in gives.added] != [word for word, _ in returned.added] or len(returned.added) != 1:
        raise TypeError(f"getPrototype returns {gives.added}, getReturnType {returned.added}")
    return given, returned


def process(factory: Any, rows: Sequence[Sequence[Any]]) -> list[Any]:
    """Return the values that a factory's function writes for a block of rows."""
    writer = Writer()
    factory.createScalarFunction(None).processBlock(None, Reader(rows), writer)
    return writer.values
