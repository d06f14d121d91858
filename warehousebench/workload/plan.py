"""What a query does with its rows: a small tree of operators with measured cardinalities and live row widths.

Columns are numbers (positions in ``Plan.columns``), so a table that is joined with itself has its columns twice and
nothing is ever matched by name.  Some operators of SQL are read as what they mean:

* DISTINCT, UNION, INTERSECT and EXCEPT: a union all, semi or anti join, and an aggregate that groups by every column;
* a correlated subquery: a shared subplan, its distinct values, and a join;
* projections: no operator at all, they only change which columns are live.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an operator does."""

    SCAN = "scan"
    VALUES = "values"
    FILTER = "filter"
    JOIN = "join"
    AGGREGATE = "aggregate"
    WINDOW = "window"
    ORDER = "order"
    LIMIT = "limit"
    UNION = "union"
    SHARED = "shared"
    REFERENCE = "reference"


class JoinType(StrEnum):
    """Which rows a join returns; MARK adds a truth column to the left rows, SINGLE at most one partner."""

    INNER = "inner"
    LEFT = "left"
    RIGHT = "right"
    FULL = "full"
    SEMI = "semi"
    ANTI = "anti"
    RIGHT_SEMI = "right semi"
    RIGHT_ANTI = "right anti"
    MARK = "mark"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class PlanColumn:
    """A column of a plan: its DuckDB type, mean bytes per value in its table, and the base column it stems from, if it is one.

    ``distinct`` is the number of distinct values in the base table, where known.
    """

    type: str
    width: float
    table: str | None = None
    name: str | None = None
    distinct: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """Values between ``low`` and ``high`` (None: open end); dates and times are ISO text, decimals are floats."""

    low: float | str | None = None
    high: float | str | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True


@dataclass(frozen=True, slots=True)
class ScanFilter:
    """Only rows whose ``column`` (of DuckDB ``type``) lies in one of ``ranges`` can pass: what a zone map can use."""

    column: str
    type: str
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of a plan.

    ``inputs`` are positions in ``Plan.operators``; a SHARED operator has its definition and its body.  ``rows`` is
    its output.  ``live`` are the output columns that anything above needs, ``width`` their bytes per row (with text as long as
    measured, where rows may have to move).  ``equal``
    are the classes of two or more columns known to hold equal values in the output (only in this operator's output:
    what a join establishes does not hold below it).

    SCAN: ``table``, ``scanned`` base columns, ``filters``.  JOIN: ``join`` and ``pairs`` of (left, right) columns
    compared for equality; the right input is the build (inner) side.  AGGREGATE: ``groupings`` are its grouping
    sets, ``distinct`` tells of DISTINCT aggregates, ``partial_width`` is the bytes of a partial group.  WINDOW:
    ``groupings`` are the PARTITION BY lists.  UNION and REFERENCE: ``outputs`` and, per input, the ``sources``
    column at each output position.  SHARED and REFERENCE: ``shared`` number of the subplan.
    """

    kind: Kind
    inputs: tuple[int, ...]
    rows: float
    live: tuple[int, ...] = ()
    width: float = 0.0
    equal: tuple[tuple[int, ...], ...] = ()
    table: str = ""
    scanned: tuple[str, ...] = ()
    filters: tuple[ScanFilter, ...] = ()
    join: JoinType | None = None
    pairs: tuple[tuple[int, int], ...] = ()
    groupings: tuple[tuple[int, ...], ...] = ()
    distinct: bool = False
    partial_width: float = 0.0
    outputs: tuple[int, ...] = ()
    sources: tuple[tuple[int, ...], ...] = ()
    shared: int | None = None

    @property
    def common_groups(self) -> tuple[int, ...]:
        """Return the columns that are in every grouping set (or PARTITION BY list)."""
        first, *others = self.groupings or ((),)
        return tuple(column for column in first if all(column in other for other in others))


@dataclass(frozen=True, slots=True)
class Plan:
    """A query's operators, inputs before their consumers and the root last, and its columns.

    ``note`` says what could not be measured, if anything.
    """

    query: str
    operators: tuple[Operator, ...]
    columns: tuple[PlanColumn, ...]
    weight: float = 1.0
    note: str = ""

    @property
    def scans(self) -> tuple[Operator, ...]:
        """Return the operators that read tables."""
        return tuple(operator for operator in self.operators if operator.kind is Kind.SCAN)


def representatives(operator: Operator) -> Mapping[int, int]:
    """Return column -> the smallest column equal to it in the operator's output, for columns in a class."""
    return {column: min(members) for members in operator.equal for column in members}
