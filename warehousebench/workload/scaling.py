"""A plan at other table sizes: measured cardinalities times the growth of the tables they come from.

This extrapolates, it does not measure: selectivities and the join order stay as they were.  The rule, operator by
operator:

* a scan grows as its table; filters, windows and orders as their input; a limit that cut rows off does not grow;
* a join grows as the faster of its inputs (a fact joined to dimensions grows as the fact), a semi or anti join as
  the side whose rows it returns, a union as the sum of its inputs;
* an aggregate grows as the product, over the tables its group columns are from, of the fastest column of each, but
  never faster than its input.  A column grows as the table it is a key of, found through the workload's joins; a
  column with few distinct values (below a hundredth of its table's rows) or a computed one does not grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from warehousebench.workload.plan import JoinType, Kind, Operator, Plan, PlanColumn

_KEY_SHARE = 0.01
_LEFT_ROWS = frozenset({JoinType.SEMI, JoinType.ANTI, JoinType.MARK, JoinType.SINGLE})
_RIGHT_ROWS = frozenset({JoinType.RIGHT_SEMI, JoinType.RIGHT_ANTI})

BaseColumn = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Growth:
    """How much each table grows, and each base column's number of distinct values."""

    tables: Mapping[str, float]
    columns: Mapping[BaseColumn, float]


def growth(plans: Iterable[Plan], rows: Mapping[str, float], target: Mapping[str, float]) -> Growth:
    """Return the growth from ``rows`` to ``target`` rows per table; a table that is missing from ``target`` stays."""
    tables = {table: target.get(table, count) / count if count else 1.0 for table, count in rows.items()}
    shares: dict[BaseColumn, float] = {}
    equal: list[set[BaseColumn]] = []
    for plan in plans:
        for column in plan.columns:
            if (base := _base(column)) is not None:
                shares[base] = 1.0 if column.distinct is None else column.distinct / max(rows.get(base[0], 1.0), 1.0)
        for operator in plan.operators:
            for pair in operator.pairs if operator.join is JoinType.INNER else ():
                _unite(equal, {base for column in pair if (base := _base(plan.columns[column])) is not None})
    classes = {base: members for members in equal for base in members}
    return Growth(tables, {base: _column_growth(classes.get(base, {base}), shares, tables) for base in sorted(shares)})


def scaled(plan: Plan, by: Growth) -> Plan:
    """Return ``plan`` with the rows it would have after growth; see the module for the rule."""
    factors: list[float] = []
    operators: list[Operator] = []
    definitions = {operator.shared: operator.inputs[0] for operator in plan.operators if operator.kind is Kind.SHARED}
    for operator in plan.operators:
        factors.append(_factor(plan, operator, operators, factors, by, definitions))
        operators.append(replace(operator, rows=operator.rows * factors[-1]))
    return replace(plan, operators=tuple(operators))


def _factor(
    plan: Plan,
    operator: Operator,
    grown: Sequence[Operator],
    factors: Sequence[float],
    by: Growth,
    definitions: Mapping[int | None, int],
) -> float:
    inputs = [factors[place] for place in operator.inputs]
    if operator.kind is Kind.SCAN:
        return by.tables.get(operator.table, 1.0)
    if operator.kind is Kind.REFERENCE:
        return factors[definitions[operator.shared]]
    if operator.kind is Kind.JOIN:
        return inputs[0] if operator.join in _LEFT_ROWS else inputs[1] if operator.join in _RIGHT_ROWS else max(inputs)
    if operator.kind is Kind.AGGREGATE:
        return min(inputs[0], _group_growth(plan, operator, by))
    if operator.kind is Kind.UNION:
        return sum(grown[place].rows for place in operator.inputs) / operator.rows if operator.rows else 1.0
    if operator.kind is Kind.LIMIT and operator.rows < plan.operators[operator.inputs[0]].rows:
        return 1.0
    return inputs[-1] if inputs else 1.0


def _group_growth(plan: Plan, operator: Operator, by: Growth) -> float:
    fastest: dict[str, float] = {}
    for column in {column for grouping in operator.groupings for column in grouping}:
        if (base := _base(plan.columns[column])) is not None:
            fastest[base[0]] = max(fastest.get(base[0], 1.0), by.columns.get(base, 1.0))
    return prod(fastest.values())


def _column_growth(members: Iterable[BaseColumn], shares: Mapping[BaseColumn, float], tables: Mapping[str, float]) -> float:
    """Return the growth of joined columns: that of the table in which they come closest to being a key."""
    key = max(sorted(members), key=lambda base: shares.get(base, 0.0))
    return tables.get(key[0], 1.0) if shares.get(key, 0.0) >= _KEY_SHARE else 1.0


def _base(column: PlanColumn) -> BaseColumn | None:
    return (column.table, column.name) if column.table is not None and column.name is not None else None


def _unite(classes: list[set[BaseColumn]], members: set[BaseColumn]) -> None:
    touched = [entry for entry in classes if not entry.isdisjoint(members)]
    classes[:] = [entry for entry in classes if entry.isdisjoint(members)]
    classes.append(members.union(*touched))
