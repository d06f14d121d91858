"""What Redshift's windows and subqueries cannot do: rewritten where the answer stays the same, refused where not.

Sources: Amazon Redshift Developer Guide, "Window function syntax summary", "LAG window function", "Correlated subqueries".
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from warehousebench.engines.common.clauses import bare
from warehousebench.engines.common.typed import TypedQuery
from warehousebench.workload.rewrites import twin_of

_FRAMED = (exp.AggFunc, exp.FirstValue, exp.LastValue, exp.NthValue)
_UNFRAMED = (exp.Lag, exp.Lead, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile)


def row_frames(query: TypedQuery) -> None:
    """Write out ROWS frames for an engine that has no others and wants one after every ORDER BY of an aggregate."""
    for window in query.nodes(exp.Window):
        function, spec = bare(window.this), window.args.get("spec")
        if not window.args.get("order") or isinstance(function, _UNFRAMED) or not isinstance(function, _FRAMED):
            continue
        if spec is not None and spec.args["kind"].upper() == "ROWS":
            continue
        if spec is not None and not _is_whole_or_default(spec):
            raise query.refusal(window, f"{query.product} has no RANGE and GROUPS frames")
        if (spec is None or spec.args.get("end") == "CURRENT ROW") and not _never_ties(query, window):
            query.note(
                window, "rows that tie in ORDER BY are added one by one here, and together in DuckDB: equal only without ties"
            )
        end = spec.args.get("end") if spec is not None else "CURRENT ROW"
        side = spec.args.get("end_side") if spec is not None else None
        start = {"start": "UNBOUNDED", "start_side": "PRECEDING"}
        window.set("spec", exp.WindowSpec(kind="ROWS", **start, end=end, end_side=side))


def _is_whole_or_default(spec: exp.WindowSpec) -> bool:
    said = {key: str(spec.args.get(key) or "").upper() for key in ("start", "start_side", "end", "end_side")}
    starts = said["start"] == "UNBOUNDED" and said["start_side"] == "PRECEDING"
    return starts and (said["end"] == "CURRENT ROW" or (said["end"], said["end_side"]) == ("UNBOUNDED", "FOLLOWING"))


def short_lags(query: TypedQuery) -> None:
    """Refuse LAG and LEAD with a default: Redshift's have none."""
    for lag in query.nodes(exp.Lag, exp.Lead):
        if lag.args.get("default") is not None:
            raise query.refusal(lag, "LAG and LEAD take no default value")


def _never_ties(query: TypedQuery, window: exp.Window) -> bool:
    """Tell whether no two rows of a partition can have the same keys: they hold a key of the table, or all groups."""
    twin = twin_of(window, query.twins)
    select = twin.find_ancestor(exp.Select) if isinstance(twin, exp.Window) else None
    if twin is None or select is None:
        return False
    keys = [*(twin.args.get("partition_by") or ()), *(ordered.this for ordered in twin.args["order"].expressions)]
    group = select.args.get("group")
    if group is not None:
        return bool(group.expressions) and all(each in keys for each in group.expressions)
    source = select.args["from_"].this if select.args.get("from_") and not select.args.get("joins") else None
    table = query.tables.get(source.name.lower()) if isinstance(source, exp.Table) and not _is_cte(source) else None
    names = {each.name.lower() for each in keys if isinstance(each, exp.Column)}
    unique = (table.primary_key, *table.unique_keys) if table else ()
    return any(key and {name.lower() for name in key} <= names for key in unique)


def _is_cte(table: exp.Table) -> bool:
    root = table.root()
    return any(each.alias.lower() == table.name.lower() for each in root.find_all(exp.CTE))


def correlations(query: TypedQuery) -> None:
    """Refuse the correlated subqueries that the planner cannot take apart."""
    root = twin_of(query.tree, query.twins)
    for scope in traverse_scope(root) if root is not None else ():
        outside = list(_correlated(scope))
        if not outside or scope.parent is None:
            continue
        if any(column.table not in scope.parent.sources for column in outside):
            raise query.refusal(outside[0], "a correlated subquery refers to a query further out than the next one")
        if any(True for _ in scope.find_all(exp.Window)):
            raise query.refusal(outside[0], "a correlated subquery holds a window function")
        join = scope.expression.find_ancestor(exp.Join, exp.Select)
        if isinstance(join, exp.Join) and join.side:
            raise query.refusal(outside[0], "the ON of an outer join holds a correlated subquery")
        member = scope.expression.find_ancestor(exp.In, exp.Select)
        if isinstance(member, exp.In) and _groups(scope.expression):
            raise query.refusal(outside[0], "IN takes no correlated subquery with groups and aggregates")


def _correlated(scope: Scope) -> Iterator[exp.Column]:
    if scope.is_subquery:
        yield from (column for column in scope.external_columns if column.table)


def _groups(select: exp.Expr) -> bool:
    aggregates = [each for each in select.find_all(exp.AggFunc) if not isinstance(each, (exp.Min, exp.Max))]
    return bool(select.args.get("group")) and bool(aggregates)
