"""The queries and what they do to each column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Role(StrEnum):
    """What a query does with a column."""

    EQUALITY = "equality"
    RANGE = "range"
    JOIN = "join"
    GROUP = "group"
    ORDER = "order"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A query uses ``table``.``column`` in ``role``; ``count`` places in the text."""

    table: str
    column: str
    role: Role
    count: int = 1


@dataclass(frozen=True, slots=True)
class Join:
    """An equality between columns of two tables (left name before right name)."""

    left_table: str
    left_column: str
    right_table: str
    right_column: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Query:
    """One query of the workload in DuckDB's dialect; ``weight`` is how often it runs against the others.

    ``analysed`` tells how the uses were found (``text``: from the SQL alone); ``finding`` why they could not be.
    """

    name: str
    sql: str
    weight: float = 1.0
    uses: tuple[ColumnUse, ...] = ()
    joins: tuple[Join, ...] = ()
    analysed: str = "text"
    finding: str | None = None

    def __post_init__(self) -> None:
        if not self.weight > 0:
            raise ValueError(f"query {self.name} has the weight {self.weight}; weights are greater than 0")


@dataclass(frozen=True, slots=True)
class Workload:
    """``workload.json``: the queries with their column uses."""

    made_by: ClassVar[str] = "warehousebench workload"

    queries: tuple[Query, ...]
    source: str
    format: str = "warehousebench.workload"
    version: int = 1

    def uses(self, table: str, *roles: Role) -> Mapping[str, float]:
        """Return column -> summed weight of the queries that use it in any of ``roles``, for one table."""
        total: dict[str, float] = {}
        for query in self.queries:
            for column in sorted({use.column for use in query.uses if use.table == table and use.role in roles}):
                total[column] = total.get(column, 0.0) + query.weight
        return total
