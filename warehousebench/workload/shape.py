"""What an answer looks like, from the SQL alone: which order is promised, and which columns are sums or averages."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from warehousebench.duck import first_line
from warehousebench.errors import SourceError
from warehousebench.model.answer import AnswerShape
from warehousebench.workload.lineage import definitions, named, source_of

DIALECT = "duckdb"

PLAIN, COUNT, SUM, AVERAGE, RATIO = "plain", "count", "sum", "average", "ratio"

# Calculations that leave a count a count and a sum a sum.
_KEEPERS = (exp.Alias, exp.Paren, exp.Cast, exp.TryCast, exp.Round, exp.Coalesce, exp.Window, exp.Filter, exp.Min, exp.Max, exp.Neg)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)


def answer_shape(sql: str) -> AnswerShape:
    """Return the shape of the answer to ``sql`` (one SELECT in DuckDB's dialect); raises SourceError if it cannot be read."""
    try:
        tree = normalize_identifiers(sqlglot.parse_one(sql, dialect=DIALECT), dialect=DIALECT)
        if not isinstance(tree, exp.Query):
            raise SourceError("not a query: only the answers of SELECT statements have a shape")
        layers = list(_layers(tree))
        scope = _scope(layers[-1])
    except SqlglotError as error:
        raise SourceError(f"cannot read the query: {first_line(error)}") from error
    kinds = tuple(_kinds(scope))
    limited = any(layer.args.get(key) for layer in layers for key in ("limit", "offset"))
    order = next((layer.args["order"] for layer in layers if layer.args.get("order")), None)
    return AnswerShape(tuple(_order(order, _outputs(layers[-1], scope)[: len(kinds)])) if order else (), limited, kinds)


def _layers(tree: exp.Query) -> Iterator[exp.Query]:
    """Yield the query in each of its outer brackets, which may order and limit it again, and then the query itself."""
    yield tree
    while isinstance(tree, exp.Subquery):
        tree = tree.this
        yield tree


def _outputs(query: exp.Query, scope: Scope) -> list[exp.Expr]:
    """Return the output columns as written, or as bound where that opens a ``*`` over a subquery."""
    return scope.expression.selects if query.is_star and isinstance(scope.expression, exp.Query) else query.selects


def _order(order: exp.Order, outputs: list[exp.Expr]) -> Iterator[int]:
    """Yield the output positions of the keys of ``order`` until one is not an output column."""
    seen: set[int] = set()
    for ordered in order.expressions:
        if isinstance(ordered.this, exp.Var) and ordered.this.name.upper() == "ALL":
            yield from range(len(outputs))
            return
        position = _position(ordered.this, outputs)
        if position is None:
            return
        if position not in seen:
            yield position
        seen.add(position)


def _position(key: exp.Expr, outputs: list[exp.Expr]) -> int | None:
    """Return where ``key`` is put out: as an ordinal, else by an output's name, else as the same expression."""
    if isinstance(key, exp.Literal) and key.is_int:
        return int(key.name) - 1
    if isinstance(key, exp.Column) and not key.table:
        found = [index for index, output in enumerate(outputs) if output.alias_or_name == key.name]
    else:
        found = [index for index, output in enumerate(outputs) if _is_same(output.unalias(), key)]
    return found[0] if len(found) == 1 else None


def _is_same(output: exp.Expr, key: exp.Expr) -> bool:
    if isinstance(output, exp.Column) and isinstance(key, exp.Column) and not output.table:
        return output.name == key.name
    return output == key


def _scope(query: exp.Query) -> Scope:
    """Return the scope of ``query`` with its columns bound to their subqueries as far as that needs no catalog."""
    copy = query.copy()
    # Keys do not change what a column is, and an ordinal behind a ``*`` could not be bound.
    for clause in [found for found in copy.find_all(exp.Order, exp.Group) if isinstance(found.parent, exp.Query)]:
        clause.pop()
    bound = qualify(
        copy, dialect=DIALECT, validate_qualify_columns=False, allow_partial_qualification=True, quote_identifiers=False
    )
    scope = build_scope(bound)
    if scope is None:
        raise SourceError("cannot read the query: it selects nothing")
    return scope


def _kinds(scope: Scope) -> Iterator[str]:
    query = scope.expression
    for position, output in enumerate(query.selects if isinstance(query, exp.Query) else ()):
        if output.is_star:
            return
        yield _common(_kind(expression, inner) for expression, inner in definitions(scope, position))


def _kind(node: exp.Expr, scope: Scope) -> str:
    """Return the kind of a value by the outermost aggregate that it hands on."""
    if isinstance(node, (exp.Count, exp.CountIf, exp.ApproxDistinct)):
        return COUNT
    if isinstance(node, exp.Avg):
        return AVERAGE
    if isinstance(node, exp.Sum):
        return COUNT if _counts(node.this.unnest()) else SUM
    if isinstance(node, _ARITHMETIC):
        return PLAIN if _plain(node.left, scope) and _plain(node.right, scope) else RATIO
    if isinstance(node, _KEEPERS):
        return _kind(node.this, scope)
    if isinstance(node, exp.Column):
        return _kind_of_column(node, scope)
    if isinstance(node, exp.Case):
        return _kind_of_case(node, scope)
    return _kind_of_subquery(node, scope) if isinstance(node, exp.Subquery) else PLAIN


def _plain(node: exp.Expr, scope: Scope) -> bool:
    return _kind(node, scope) == PLAIN


def _counts(summed: exp.Expr) -> bool:
    """Tell whether a SUM over ``summed`` adds ones: a condition, or a CASE between the integers 0 and 1."""
    if isinstance(summed, exp.Predicate):
        return True
    values = _branch_values(summed)
    return bool(values) and all(isinstance(value, exp.Null) or (value.is_int and value.name in "01") for value in values)


def _branch_values(node: exp.Expr) -> list[exp.Expr]:
    """Return the values that a CASE or IF chooses from; nothing for other expressions."""
    if isinstance(node, exp.Case):
        values = [branch.args.get("true") for branch in node.args["ifs"]] + [node.args.get("default")]
    else:
        values = [node.args.get("true"), node.args.get("false")] if isinstance(node, exp.If) else []
    return [value for value in values if value is not None]


def _kind_of_case(node: exp.Case, scope: Scope) -> str:
    # CASE … ELSE 0 is as much a sum as its other branch.
    values = [value for value in _branch_values(node) if not isinstance(value, (exp.Literal, exp.Null))]
    return _common(_kind(value, scope) for value in values)


def _kind_of_column(column: exp.Column, scope: Scope) -> str:
    # Without a catalog a column of several tables stays unbound; a subquery that puts out its name explains it.
    everywhere = [source for _, source in scope.selected_sources.values()]
    sources = [source_of(column, scope)[1]] if column.table else everywhere
    found = [pair for source in sources if isinstance(source, Scope) for pair in named(source, column.name)]
    return _common(_kind(expression, inner) for expression, inner in found)


def _kind_of_subquery(node: exp.Subquery, scope: Scope) -> str:
    inner = next((inner for inner in scope.subquery_scopes if inner.expression is node.unnest()), None)
    return _common(_kind(expression, within) for expression, within in definitions(inner, 0)) if inner else PLAIN


def _common(kinds: Iterator[str]) -> str:
    """Return the one kind that all have; plain, the strict one, where they differ or there is none."""
    different = set(kinds)
    return different.pop() if len(different) == 1 else PLAIN
