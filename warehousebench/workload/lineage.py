"""Where a query's columns come from: through CTEs, derived tables and subqueries down to stored tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope


@dataclass(frozen=True, slots=True)
class Origin:
    """A stored column and the names it was reached through; two uses of one table differ in their ``path``."""

    table: str
    column: str
    path: tuple[tuple[int, str], ...]


def origins(column: exp.Column, scope: Scope, path: tuple[tuple[int, str], ...] = ()) -> tuple[Origin, ...]:
    """Return the stored columns that ``column`` of a qualified query passes on unchanged.

    Several for a UNION, none for a calculated value.
    """
    if not column.table:
        return _of_projections(named(scope, column.name), path)
    owner, source = source_of(column, scope)
    path = (*path, (id(owner), column.table))
    if isinstance(source, exp.Table):
        return (Origin(source.name, column.name, path),)
    return _of_projections(named(source, column.name), path) if source else ()


def source_of(column: exp.Column, scope: Scope) -> tuple[Scope | None, exp.Table | Scope | None]:
    """Return the scope whose FROM holds the column's table, this one or one around it, and that table or subquery."""
    owner: Scope | None = scope
    while owner is not None:
        # selected_sources leaves out the right side of SEMI and ANTI joins; sources has it, after all CTEs in sight.
        if column.table in owner.selected_sources:
            return owner, _anchored(owner.selected_sources[column.table][1], column, owner)
        owner = owner.parent
    return scope, scope.sources.get(column.table)


def _anchored(source: exp.Table | Scope, column: exp.Column, owner: Scope) -> exp.Table | Scope:
    """Return ``source``, or the first branch of a recursive CTE if ``column`` stands in one of its other branches."""
    if not isinstance(source, Scope):
        return source
    found = _walked(source, owner)
    while branches(found) and any(node is found.expression for node in _around(column)):
        found = branches(found)[0]
    return found


def _walked(source: Scope, owner: Scope) -> Scope:
    """Return the scope of the same text that sqlglot has filled; a recursive reference gets an empty one."""
    around: Scope | None = owner
    while around is not None:
        for branch in branches(around):
            if branch.expression is source.expression:
                return branch
        around = around.parent
    return source


def _around(node: exp.Expr | None) -> Iterator[exp.Expr]:
    while node is not None:
        yield node
        node = node.parent


def named(scope: Scope, name: str) -> Iterator[tuple[exp.Expr, Scope]]:
    """Yield what output column ``name`` of ``scope`` is made of: one expression, or one per branch of a UNION."""
    names = output_names(scope)
    if name in names:
        yield from definitions(scope, names.index(name))


def definitions(scope: Scope, position: int) -> Iterator[tuple[exp.Expr, Scope]]:
    """Yield the expressions (without alias, with their scope) of the output column at ``position`` from 0."""
    if isinstance(scope.expression, exp.SetOperation):
        for branch in branches(scope):
            yield from definitions(branch, position)
    elif isinstance(scope.expression, exp.Select) and position < len(scope.expression.selects):
        yield scope.expression.selects[position].unalias(), scope


def branches(scope: Scope) -> tuple[Scope, ...]:
    """Return the scopes of a set operation's two sides."""
    # sqlglot renamed the attribute within its version 30.
    found = getattr(scope, "set_operation_scopes", None) or getattr(scope, "union_scopes", None)
    return tuple(found or ())


def output_names(scope: Scope) -> list[str]:
    """Return the names of the output columns; of the left side for a set operation."""
    return scope.expression.named_selects if isinstance(scope.expression, exp.Query) else []


def _of_projections(found: Iterator[tuple[exp.Expr, Scope]], path: tuple[tuple[int, str], ...]) -> tuple[Origin, ...]:
    plain = [(expression.unnest(), scope) for expression, scope in found]
    return tuple(
        origin
        for expression, scope in plain
        if isinstance(expression, exp.Column) and expression.table
        for origin in origins(expression, scope, path)
    )
