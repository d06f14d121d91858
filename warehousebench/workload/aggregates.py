"""Which aggregates a query asks of which single tables: what its plan does not keep, read from its text.

Only aggregations that a stored one could answer as they stand are read: one table, groups that are plain columns, filters
on those columns alone, and SUM, COUNT, MIN, MAX or AVG of plain columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope, walk_in_scope

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.workload.usage import qualified, tables_by_name

_Node = TypeVar("_Node", bound=exp.Expr)

_FUNCTIONS: Mapping[type[exp.Expr], tuple[str, ...]] = {
    exp.Sum: ("SUM",),
    exp.Count: ("COUNT",),
    exp.Min: ("MIN",),
    exp.Max: ("MAX",),
    exp.Avg: ("COUNT", "SUM"),
}


@dataclass(frozen=True, slots=True, order=True)
class Function:
    """``SUM``, ``COUNT``, ``MIN`` or ``MAX`` of a column; of no column (empty) it is the count of all rows."""

    name: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Aggregation:
    """A ``table`` grouped by plain columns, and the functions asked of each group; AVG counts as SUM and COUNT."""

    table: str
    groups: frozenset[str]
    functions: frozenset[Function]


def aggregations(sql: str, catalog: Catalog) -> tuple[Aggregation, ...]:
    """Return the aggregations in a query of DuckDB's dialect, one per SELECT; none for a query that cannot be read.

    Names are spelled as in the catalog.
    """
    tables = tables_by_name(catalog)
    try:
        scopes = list(traverse_scope(qualified(sql, tables)))
    except (SqlglotError, SourceError, RecursionError):
        return ()
    return tuple(found for scope in scopes if (found := _aggregation(scope, tables)))


def _aggregation(scope: Scope, tables: Mapping[str, Table]) -> Aggregation | None:
    source = _only_table(scope)
    group = scope.expression.args.get("group")
    if source is None or group is None or not group.expressions or _given(group) - {"expressions"}:
        return None
    alias, table = source[0], tables[source[1].name]
    groups = {_plain(each, alias, table) for each in group.expressions}
    functions = [_functions(each, alias, table) for each in _own(scope, exp.AggFunc)]
    filters = {_plain(each, alias, table) for where in _own(scope, exp.Where) for each in where.find_all(exp.Column)}
    if None in groups or not functions or None in functions or not filters <= groups:
        return None
    names = frozenset(name for name in groups if name)
    return Aggregation(table.name, names, frozenset(function for entry in functions for function in entry or ()))


def _given(node: exp.Expr) -> set[str]:
    return {key for key, value in node.args.items() if value}


def _only_table(scope: Scope) -> tuple[str, exp.Table] | None:
    """Return alias and table of a SELECT that reads one stored table and nothing else, subqueries among it."""
    found = [(alias, source) for alias, (_, source) in scope.selected_sources.items()]
    if len(found) != 1 or scope.subquery_scopes or not isinstance(found[0][1], exp.Table):
        return None
    return found[0][0], found[0][1]


def _functions(node: exp.AggFunc, alias: str, table: Table) -> tuple[Function, ...] | None:
    """Return what has to be stored for an aggregate, None if no stored aggregate of a plain column answers it."""
    names = _FUNCTIONS.get(type(node))
    if names is None or isinstance(node.parent, (exp.Filter, exp.Window, exp.WithinGroup)) or node.args.get("expressions"):
        return None
    if isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
        return (Function("COUNT"),)
    column = _plain(node.this, alias, table)
    return None if column is None else tuple(Function(name, column) for name in names)


def _plain(node: exp.Expr | None, alias: str, table: Table) -> str | None:
    """Return the catalog's name of a column of the table, None for anything else: an outer query's column, a calculation."""
    if not isinstance(node, exp.Column) or node.table != alias:
        return None
    return next((column.name for column in table.columns if column.name.lower() == node.name.lower()), None)


def _own(scope: Scope, kind: type[_Node]) -> Iterator[_Node]:
    return (node for node in walk_in_scope(scope.expression) if isinstance(node, kind))
