"""The state of reading one DuckDB plan: columns, drafted operators and what is shared between parts of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from warehousebench.errors import SourceError, UnsupportedError
from warehousebench.workload.cardinality import Measured
from warehousebench.workload.equality import Classes
from warehousebench.workload.expressions import Json, position, references
from warehousebench.workload.liveness import Draft
from warehousebench.workload.plan import Kind, Operator, PlanColumn

_FIXED_WIDTHS = {
    **dict.fromkeys(("BOOLEAN", "TINYINT", "UTINYINT"), 1.0),
    **dict.fromkeys(("SMALLINT", "USMALLINT"), 2.0),
    **dict.fromkeys(("INTEGER", "UINTEGER", "FLOAT", "DATE"), 4.0),
    **dict.fromkeys(("HUGEINT", "UHUGEINT", "UUID", "INTERVAL"), 16.0),
}
UNKNOWN_TEXT_WIDTH = 16.0

# What DuckDB's physical operators are called, or what their names contain.
_RUNS_AS = {
    "GET": ("SCAN",),
    "AGGREGATE_AND_GROUP_BY": ("GROUP_BY", "AGGREGATE"),
    "DISTINCT": ("GROUP_BY",),
    **dict.fromkeys(("COMPARISON_JOIN", "ANY_JOIN", "CROSS_PRODUCT"), ("JOIN", "CROSS_PRODUCT")),
    "DELIM_JOIN": ("DELIM_JOIN",),
    "MATERIALIZED_CTE": ("CTE",),
    "CTE_REF": ("CTE_SCAN",),
    "UNION": ("UNION", "GROUP_BY"),
    **dict.fromkeys(("INTERSECT", "EXCEPT"), ("GROUP_BY",)),
    **{name: (name,) for name in ("WINDOW", "ORDER_BY", "LIMIT", "TOP_N")},
}


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of a base column: mean bytes per row (for text, NULL has none) and distinct values, None if unknown.

    ``fixed`` says that every row's text has as many bytes.
    """

    average_width: float | None = None
    distinct: int | None = None
    fixed: bool = False


Facts = Mapping[tuple[str, str], ColumnFacts]


@dataclass(frozen=True, slots=True)
class Stream:
    """The output of an operator as its consumer sees it: the operator's place and the column at each position."""

    place: int
    columns: tuple[int, ...]


def type_width(kind: Json) -> float | None:
    """Return the bytes of a value of a serialised type, None if they depend on the value."""
    if kind["id"] == "DECIMAL":
        # Not DuckDB's own 2 to 16 bytes: both products keep up to 18 digits in 8 bytes.
        return 8.0 if kind["type_info"]["width"] <= 18 else 16.0
    return None if kind["id"] in ("VARCHAR", "BLOB") else _FIXED_WIDTHS.get(kind["id"], 8.0)


@dataclass(slots=True)
class Reader:
    """Walks the logical plan and the run side by side; inputs are drafted before their consumers."""

    facts: Facts
    readers: Mapping[str, Callable[[Reader, Json, Measured], Stream]]
    drafts: list[Draft] = field(default_factory=list)
    columns: list[PlanColumn] = field(default_factory=list)
    derived: dict[int, frozenset[int]] = field(default_factory=dict)
    shared: dict[int, Stream] = field(default_factory=dict)
    # Enclosing correlated joins: the shared number, the correlated columns and the run of their distinct values.
    correlated: list[tuple[int, tuple[int, ...], Measured]] = field(default_factory=list)

    def read(self, node: Json, run: Measured) -> Stream:
        """Return the output of a logical operator that ran as ``run``; raises UnsupportedError if it is unknown."""
        kind = node["type"].removeprefix("LOGICAL_")
        if kind not in self.readers:
            raise UnsupportedError(f"the plan holds {kind}, which the analysis does not know yet")
        if not any(name in run.kind for name in _RUNS_AS.get(kind, (run.kind,))):
            raise SourceError(f"DuckDB planned {kind} but ran {run.kind} in its place: their rows cannot be matched")
        return self.readers[kind](self, node, run)

    def draft(self, operator: Operator, columns: Sequence[int], uses: Sequence[int] = (), groups: Sequence[int] = ()) -> Stream:
        """Add an operator with its output columns, the columns it reads itself, and an aggregate's groups in its output."""
        self.drafts.append(Draft(operator, tuple(columns), frozenset(uses), groups=frozenset(groups)))
        return Stream(len(self.drafts) - 1, tuple(columns))

    def column(self, column: PlanColumn, parts: Sequence[int] = ()) -> int:
        """Add a column, computed from ``parts`` if there are any, and return its number."""
        self.columns.append(column)
        if parts:
            self.derived[len(self.columns) - 1] = frozenset(parts)
        return len(self.columns) - 1

    def computed(self, expression: Json, inputs: Sequence[int]) -> int:
        """Return the column of an expression: the input itself if it is plain, else a new one made of its inputs."""
        place = position(expression)
        return inputs[place] if place is not None else self.computed_anew(expression, inputs)

    def result(self, expression: Json, parts: Sequence[int]) -> PlanColumn:
        """Return what an expression gives; computed text is as wide as the widest text that it reads."""
        kind = expression.get("return_type") or expression.get("value", {}).get("type") or {"id": "BOOLEAN"}
        widths = [self.columns[part].width for part in parts if self.columns[part].type == "VARCHAR"]
        return PlanColumn(kind["id"], type_width(kind) or max(widths, default=UNKNOWN_TEXT_WIDTH))

    def fresh(self, columns: Sequence[int]) -> tuple[int, ...]:
        """Return new columns of the same kind, such as a subplan's in one of its references."""
        return tuple(self.column(self.columns[column]) for column in columns)

    def computed_anew(self, expression: Json, inputs: Sequence[int]) -> int:
        """Return a new column for the result of an aggregate or window function."""
        parts = [inputs[found] for found in references(expression)]
        return self.column(self.result(expression, parts), parts)

    def rows(self, place: int) -> float:
        """Return the rows that an operator put out."""
        return self.drafts[place].operator.rows

    def classes(self, *places: int) -> Classes:
        """Return the classes of equal columns in the outputs of operators."""
        return tuple(found for place in places for found in self.drafts[place].operator.equal)

    def outputs(self, place: int) -> tuple[int, ...]:
        """Return all columns that an operator puts out, those that no consumer sees among them."""
        return self.drafts[place].outputs

    def aggregate(self, inner: Stream, run: Measured, groupings: Sequence[Sequence[int]], *, distinct: bool = False) -> Operator:
        """Return an aggregate over ``inner`` with the given grouping sets."""
        sets = tuple(tuple(entry) for entry in groupings)
        return Operator(
            Kind.AGGREGATE, (inner.place,), run.rows, equal=self.classes(inner.place), groupings=sets, distinct=distinct
        )


def selected(columns: tuple[int, ...], places: Sequence[int] | None) -> tuple[int, ...]:
    """Return the columns that a projection map keeps; no map keeps all."""
    return tuple(columns[place] for place in places) if places else columns
