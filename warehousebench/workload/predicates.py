"""What a condition restricts: columns against constants, and columns against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from warehousebench.model.workload import Role

_RANGES = (exp.LT, exp.LTE, exp.GT, exp.GTE)


@dataclass(frozen=True, slots=True)
class Restriction:
    """One column against constants (equality, range), or two columns that must be equal (join)."""

    role: Role
    columns: tuple[exp.Column, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Return what is restricted, whichever way: the columns as text, in order of their names."""
        return tuple(sorted(column.sql() for column in self.columns))


def restrictions(condition: exp.Expr) -> list[Restriction]:
    """Return what every row that passes ``condition`` has in common.

    Of an OR only the columns that each of its branches restricts: ``a = 1 OR b = 2`` restricts neither.  A NOT
    restricts nothing: it leaves too much to skip blocks or find rows by.
    """
    node = condition.unnest()
    if isinstance(node, exp.And):
        return [found for part in node.flatten() for found in restrictions(part)]
    if isinstance(node, exp.Or):
        parts = [restrictions(part) for part in node.flatten()]
        shared = set.intersection(*({found.key for found in part} for part in parts))
        return [found for part in parts for found in part if found.key in shared]
    return list(_restriction(node))


def _restriction(node: exp.Expr) -> Iterator[Restriction]:
    if isinstance(node, exp.Column):
        yield Restriction(Role.EQUALITY, (node,))
    elif isinstance(node, (exp.EQ, exp.NullSafeEQ)):
        yield from _comparison(node, Role.EQUALITY)
    elif isinstance(node, _RANGES):
        yield from _comparison(node, Role.RANGE)
    elif isinstance(node.this, exp.Column) and (role := _role_on_left(node)):
        yield Restriction(role, (node.this,))


def _comparison(node: exp.Binary, role: Role) -> Iterator[Restriction]:
    sides = (node.left.unnest(), node.right.unnest())
    columns = tuple(side for side in sides if isinstance(side, exp.Column))
    if len(columns) == 2 and role is Role.EQUALITY:
        yield Restriction(Role.JOIN, columns)
    elif len(columns) == 1 and any(_is_constant(side) for side in sides):
        yield Restriction(role, columns)


def _role_on_left(node: exp.Expr) -> Role | None:
    """Return what a predicate with a column on its left does to that column, or None if it restricts nothing."""
    if node.args.get("negate"):  # NOT LIKE is a flag in sqlglot, unlike NOT IN and NOT BETWEEN
        return None
    if isinstance(node, exp.Between) and _is_constant(node.args["low"]) and _is_constant(node.args["high"]):
        return Role.RANGE
    if isinstance(node, exp.In) and node.expressions and all(_is_constant(value) for value in node.expressions):
        return Role.EQUALITY
    if isinstance(node, exp.StartsWith) and _is_constant(node.expression):
        return Role.RANGE
    if isinstance(node, exp.Like) and isinstance(node.expression, exp.Literal):
        return _role_of_pattern(node.expression.name)
    return None


def _role_of_pattern(pattern: str) -> Role | None:
    if pattern.startswith(("%", "_")):
        return None
    return Role.RANGE if "%" in pattern or "_" in pattern else Role.EQUALITY


def _is_constant(node: exp.Expr) -> bool:
    return node.find(exp.Column, exp.Query) is None
