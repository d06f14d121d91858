"""Calls of user-defined functions in queries: found, replaced by their SQL, or turned to another variant's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.function import Function, Variant


def called(sql: str, functions: Mapping[str, Function]) -> tuple[Function, ...]:
    """Return the functions that a DuckDB query calls, by name; raises UsageError for a call with other arguments than declared."""
    names = {node.name.lower() for node in _calls(_parsed(sql), functions)}
    return tuple(functions[name] for name in sorted(names))


def with_calls(sql: str, functions: Mapping[str, Function], variant: Variant) -> str:
    """Return the query with every call in one variant: the SQL itself for ``expression``, else the variant's own name."""
    tree = _parsed(sql)

    def inlined(function: Function, arguments: Sequence[exp.Expr]) -> exp.Expr:
        return exp.paren(_filled(function, arguments))

    def renamed(function: Function, arguments: Sequence[exp.Expr]) -> exp.Expr:
        call = exp.Anonymous(this=function.called(variant), expressions=list(arguments))
        # The cast changes nothing, and tells every translator the type of what it cannot know.
        return exp.cast(call, function.returns.native, dialect="postgres")

    make: Callable[[Function, Sequence[exp.Expr]], exp.Expr] = inlined if variant is Variant.EXPRESSION else renamed
    # The innermost first: an argument may be a call itself.
    for node in reversed(list(_calls(tree, functions))):
        found = make(functions[node.name.lower()], node.expressions)
        if node is tree:
            tree = found
        else:
            node.replace(found)
    return tree.sql("duckdb", pretty=True, normalize_functions=False)


def body(function: Function) -> exp.Expr:
    """Return the function's SQL as a tree; raises SourceError if it is no expression over its arguments."""
    try:
        tree = sqlglot.parse_one(function.sql, read="duckdb")
    except SqlglotError as error:
        raise SourceError(f"the SQL of {function.name} is no expression: {str(error).splitlines()[0]}") from error
    names = {argument.name.lower() for argument in function.arguments}
    if unknown := sorted({column.name for column in tree.find_all(exp.Column)} - names):
        raise SourceError(
            f"the SQL of {function.name} uses {unknown[0]}, which is not one of its arguments: {', '.join(sorted(names))}"
        )
    return tree


def _filled(function: Function, arguments: Sequence[exp.Expr]) -> exp.Expr:
    """Return the function's SQL with the call's arguments in place of their names."""
    given = {argument.name.lower(): value for argument, value in zip(function.arguments, arguments, strict=True)}

    def fill(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column) or node.name.lower() not in given:
            return node
        value = given[node.name.lower()].copy()
        return value if isinstance(value, exp.Column | exp.Literal) else exp.paren(value)

    return body(function).transform(fill)


def _calls(tree: exp.Expr, functions: Mapping[str, Function]) -> list[exp.Anonymous]:
    found = [node for node in tree.find_all(exp.Anonymous) if node.name.lower() in functions]
    for node in found:
        wanted = functions[node.name.lower()].arguments
        if len(node.expressions) != len(wanted):
            raise UsageError(f"{node.sql('duckdb')} has {len(node.expressions)} arguments; {node.name} takes {len(wanted)}")
    return found


def _parsed(sql: str) -> exp.Expr:
    try:
        return sqlglot.parse_one(sql, read="duckdb")
    except SqlglotError as error:
        raise SourceError(f"the query is not understood: {str(error).splitlines()[0]}") from error
