"""Where NULLs go: which keys of ORDER BY never are NULL, so that nothing need be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from warehousebench.engines.common.clauses import order_keys
from warehousebench.engines.common.typed import TypedQuery
from warehousebench.model.catalog import Table
from warehousebench.workload.rewrites import twin_of

# Calculations that are NULL only if an operand is.
_STRICT = (exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Cast, exp.Extract, exp.Sum, exp.Min, exp.Max, exp.Avg, exp.Alias)


def nulls_left_out(default: Callable[[exp.Ordered], bool]) -> Callable[[TypedQuery], None]:
    """Return the rule that takes keys without NULLs for ordered as the engine does by ``default`` (NULLs first or not)."""

    def rule(query: TypedQuery) -> None:
        for ordered in keys_with_values(query):
            ordered.set("nulls_first", default(ordered))

    return rule


def large(ordered: exp.Ordered) -> bool:
    """Tell whether NULLs come first where they count as larger than every value: Redshift, PostgreSQL."""
    return bool(ordered.args.get("desc"))


def small(ordered: exp.Ordered) -> bool:
    """Tell whether NULLs come first where they count as smaller than every value: Spark."""
    return not ordered.args.get("desc")


def keys_with_values(query: TypedQuery) -> list[exp.Ordered]:
    """Return the keys of ORDER BY that have a value in every row, as far as that is known."""
    root = twin_of(query.tree, query.twins)
    scopes = {id(scope.expression): scope for scope in traverse_scope(root)} if root is not None else {}
    return [ordered for ordered in order_keys(query) if _is_valued(twin_of(ordered, query.twins), scopes, query.tables)]


def _is_valued(ordered: exp.Expr | None, scopes: Mapping[int, Scope], tables: Mapping[str, Table]) -> bool:
    select = ordered.parent.parent if ordered is not None and ordered.parent is not None else None
    scope = scopes.get(id(select))
    if ordered is None or scope is None or not isinstance(select, exp.Select) or _groups_in_sets(select):
        return False
    key = ordered.this
    if isinstance(key, exp.Literal) and key.is_int:
        key = select.selects[int(key.name) - 1]
    elif isinstance(key, exp.Column) and not key.table:
        key = next((each for each in select.selects if each.alias_or_name.lower() == key.name.lower()), key)
    return never_null(key, scope, tables)


def never_null(node: exp.Expr, scope: Scope, tables: Mapping[str, Table]) -> bool:
    """Tell whether ``node``, qualified, has a value in every row of ``scope``; False if that is not known."""
    if isinstance(node, (exp.Count, exp.Grouping, exp.RowNumber, exp.Rank, exp.DenseRank)):
        return True
    if isinstance(node, exp.Literal):
        return True
    if isinstance(node, exp.Column):
        return _column(node, scope, tables)
    if isinstance(node, exp.AggFunc) and not scope.expression.args.get("group"):
        # Without groups, an aggregate of no rows is NULL.
        return False
    operands = [each for each in node.iter_expressions() if not isinstance(each, (exp.DataType, exp.Var, exp.Identifier))]
    return isinstance(node, _STRICT) and bool(operands) and all(never_null(each, scope, tables) for each in operands)


def _column(column: exp.Column, scope: Scope, tables: Mapping[str, Table]) -> bool:
    if any(join.side for join in scope.find_all(exp.Join)):
        return False
    source = scope.sources.get(column.table)
    if isinstance(source, exp.Table) and source.name.lower() in tables:
        table = tables[source.name.lower()]
        found = [each for each in table.columns if each.name.lower() == column.name.lower()]
        return bool(found) and (not found[0].nullable or found[0].name in table.primary_key)
    if isinstance(source, Scope) and isinstance(source.expression, exp.Select) and not _groups_in_sets(source.expression):
        inner = [each for each in source.expression.selects if each.alias_or_name.lower() == column.name.lower()]
        return len(inner) == 1 and never_null(inner[0], source, tables)
    return False


def _groups_in_sets(select: exp.Select) -> bool:
    """Tell whether ROLLUP and the like may put NULL into a key."""
    group = select.args.get("group")
    return group is not None and any(group.args.get(key) for key in ("rollup", "cube", "grouping_sets"))
