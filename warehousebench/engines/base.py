"""What the toolkit expects of an engine: a client that answers queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's result: column names, the engine's type names, and the rows as Python values.

    Values are int, Decimal, float, str, bytes, bool, date, time, datetime, timedelta, UUID or None.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    metrics: Mapping[str, float] = field(default_factory=dict)


class Client(Protocol):
    """An open session on an engine; close it after use."""

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        ...

    def plan(self, sql: str) -> str:
        """Return the engine's plan for ``sql`` as text, without running it."""
        ...

    def close(self) -> None:
        """End the session."""
        ...


class Connector(Protocol):
    """Opens fresh sessions on one data set; nothing is shared between two of them."""

    @property
    def engine(self) -> str:
        """Return the engine's name."""
        ...

    @property
    def version(self) -> str:
        """Return the engine's version."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        ...

    def connect(self) -> Client:
        """Return a new session."""
        ...
