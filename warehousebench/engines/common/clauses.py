"""Rewrites of clauses that an engine lacks or reads another way: aliases, QUALIFY, FILTER, frames, the place of NULLs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from warehousebench.engines.common.arithmetic import when
from warehousebench.engines.common.inference import BOOLEANS
from warehousebench.engines.common.typed import TypedQuery, own_selects, replace
from warehousebench.workload.rewrites import twin_of

# What comes after the rows of a query are known.
ROWS_KEPT = ("order", "limit", "offset")


def aliases(query: TypedQuery) -> None:
    """Put expressions in the place of their aliases where only DuckDB lets them be named: SELECT, WHERE, GROUP BY, HAVING."""
    for column in query.nodes(exp.Column):
        # qualify() has put the expression there in the twin, so the column itself has none.
        if column.table or isinstance(twin_of(column, query.twins), exp.Column):
            continue
        select = column.find_ancestor(exp.Select)
        named = _projection(select, column.name) if select else None
        if named is not None and not _is_inside(column, named):
            replace(query, column, exp.paren(named.copy(), copy=False) if isinstance(named, exp.Binary) else named.copy())
    for ordered in query.nodes(exp.Ordered):
        _expand_order(ordered)


def _expand_order(ordered: exp.Ordered) -> None:
    """Put expressions in the place of aliases inside an ORDER BY key; a key that is the alias itself stays."""
    select = ordered.find_ancestor(exp.Select, exp.Window, exp.AggFunc)
    if not isinstance(select, exp.Select) or isinstance(ordered.this, exp.Column):
        return
    for column in list(ordered.find_all(exp.Column)):
        named = None if column.table else _projection(select, column.name)
        if named is not None:
            column.replace(exp.paren(named.copy(), copy=False) if isinstance(named, exp.Binary) else named.copy())


def _projection(select: exp.Select, alias: str) -> exp.Expr | None:
    found = [each.this for each in select.expressions if isinstance(each, exp.Alias) and each.alias.lower() == alias.lower()]
    return found[0] if len(found) == 1 else None


def _is_inside(node: exp.Expr, other: exp.Expr) -> bool:
    while node.parent is not None:
        if node is other:
            return True
        node = node.parent
    return False


def grouped_by_all(query: TypedQuery) -> None:
    """Name the keys of GROUP BY ALL and ORDER BY ALL by their places."""
    for select in own_selects(query):
        group = select.args.get("group")
        if group is not None and group.args.get("all"):
            keys = [place for place, each in enumerate(select.expressions, 1) if not each.find(exp.AggFunc)]
            select.set("group", exp.Group(expressions=list(map(exp.Literal.number, keys))) if keys else None)
        _order_by_all(query, select)


def _order_by_all(query: TypedQuery, select: exp.Select) -> None:
    order = select.args.get("order")
    for ordered in order.expressions if order else ():
        if isinstance(ordered.this, exp.Var) and ordered.this.name.upper() == "ALL":
            if any(each.is_star for each in select.expressions):
                raise query.refusal(select, "ORDER BY ALL over a * names no columns")
            keys = [exp.Ordered(**ordered.args | {"this": exp.Literal.number(i + 1)}) for i in range(len(select.expressions))]
            select.set("order", exp.Order(expressions=keys))


def any_values(query: TypedQuery) -> None:
    """Take the least of the values that any_value may choose from: every engine has MIN."""
    for chosen in query.nodes(exp.AnyValue):
        whole = chosen.parent if isinstance(chosen.parent, exp.IgnoreNulls) else chosen
        if query.has(chosen.this, BOOLEANS):
            raise query.refusal(chosen, "any_value() of truth values has no common form")
        query.note(chosen, "any_value() is the least of the values here, and any of them in DuckDB")
        replace(query, whole, exp.Min(this=chosen.this.copy()))


def filters(query: TypedQuery) -> None:
    """Write ``agg(x) FILTER (WHERE c)`` as ``agg(CASE WHEN c THEN x END)``: aggregates pass over NULL."""
    for filtered in query.nodes(exp.Filter):
        aggregate, condition = filtered.this, filtered.expression.this
        over = aggregate.this.expressions[0] if isinstance(aggregate.this, exp.Distinct) else aggregate.this
        if not isinstance(aggregate, (exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max)):
            raise query.refusal(filtered, f"FILTER on {aggregate.sql_name().lower()}() has no other form")
        value = exp.Literal.number(1) if isinstance(over, exp.Star) else over.copy()
        over.replace(when(condition.copy(), value))
        replace(query, filtered, aggregate)


def inlined_windows(query: TypedQuery) -> None:
    """Write out the windows that a WINDOW clause names."""
    for select in own_selects(query):
        named = {each.name.lower(): each for each in select.args.get("windows") or ()}
        for window in select.find_all(exp.Window) if named else ():
            base = named.get(window.alias.lower()) if window.alias else None
            if base is not None and window.arg_key != "windows":
                for key in ("partition_by", "order", "spec"):
                    part = base.args.get(key)
                    if part and not window.args.get(key):
                        window.set(key, [each.copy() for each in part] if isinstance(part, list) else part.copy())
                window.set("alias", None)
        select.set("windows", None)


def qualified_rows(query: TypedQuery) -> None:
    """Write QUALIFY as a condition on a subquery, with ORDER BY and LIMIT outside: they come after it."""
    for select in own_selects(query):
        qualify = select.args.get("qualify")
        if qualify is not None:
            select.set("qualify", None)
            _wrap(query, select, qualify.this.copy())


def distinct_on(query: TypedQuery) -> None:
    """Write DISTINCT ON as the first row of each group by ROW_NUMBER."""
    for select in own_selects(query):
        distinct = select.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            on = distinct.args["on"]
            keys = [key.copy() for key in (on.expressions if isinstance(on, exp.Tuple) else [on])]
            order = select.args.get("order") or exp.Order(expressions=[exp.Ordered(this=keys[0].copy(), nulls_first=False)])
            number = exp.Window(this=exp.RowNumber(), partition_by=keys, order=_by_expression(query, select, order), over="OVER")
            select.set("distinct", None)
            _wrap(query, select, exp.EQ(this=number, expression=exp.Literal.number(1)))


def _by_expression(query: TypedQuery, select: exp.Select, order: exp.Order) -> exp.Order:
    """Return ``order`` with expressions in the place of ordinals and aliases, as a window needs them."""
    copy = order.copy()
    for ordered in copy.expressions:
        ordered.set("this", meant(query, select, ordered.this))
    return copy


def _wrap(query: TypedQuery, select: exp.Select, condition: exp.Expr) -> None:
    """Make ``select`` a subquery that also gives out ``condition``, and filter by it outside."""
    if any(each.is_star for each in select.expressions):
        raise query.refusal(select, "QUALIFY and DISTINCT ON over a * need their columns named")
    for place, each in enumerate(select.expressions, 1):
        if not each.alias_or_name:
            each.replace(exp.alias_(each.copy(), f"_column_{place}"))
    names = [each.alias_or_name for each in select.expressions]
    outer = exp.Select(expressions=[exp.column(name) for name in names])
    for key in (*ROWS_KEPT, "distinct", "with_"):
        outer.set(key, select.args.get(key))
        select.set(key, None)
    for place, ordered in enumerate(outer.args["order"].expressions if outer.args.get("order") else (), 1):
        ordered.set("this", _outer_key(select, ordered.this, names, f"_key_{place}"))
    inner = select.copy()
    inner.append("expressions", exp.alias_(condition, "_kept"))
    outer.set("from_", exp.From(this=exp.Subquery(this=inner, alias=exp.TableAlias(this=exp.to_identifier("_rows")))))
    outer.set("where", exp.Where(this=exp.column("_kept")))
    replace(query, select, outer)


def _outer_key(select: exp.Select, key: exp.Expr, names: list[str], hidden: str) -> exp.Expr:
    """Return ``key`` as the outer query can see it; the inner one gives out what is not among its columns."""
    if isinstance(key, exp.Literal) and key.is_int:
        return key
    for name, each in zip(names, select.expressions, strict=False):
        if each.unalias() == key or (isinstance(key, exp.Column) and not key.table and key.name.lower() == name.lower()):
            return exp.column(name)
    select.append("expressions", exp.alias_(key.copy(), hidden))
    return exp.column(hidden)


def null_safe(query: TypedQuery) -> None:
    """Write IS [NOT] DISTINCT FROM as a CASE for engines without it."""
    for comparison in query.nodes(exp.NullSafeEQ, exp.NullSafeNEQ):
        left, right = comparison.this, comparison.expression
        same = isinstance(comparison, exp.NullSafeEQ)
        nulls = [exp.Is(this=side.copy(), expression=exp.Null()) for side in (left, right)]
        plain = (exp.EQ if same else exp.NEQ)(this=left.copy(), expression=right.copy())
        both = exp.If(this=exp.and_(*nulls), true=exp.Boolean(this=same))
        one = exp.If(this=exp.or_(*(null.copy() for null in nulls)), true=exp.Boolean(this=not same))
        replace(query, comparison, exp.Case(ifs=[both, one], default=plain))


def bare(node: exp.Expr) -> exp.Expr:
    """Return the function under a window's FILTER and IGNORE NULLS."""
    while isinstance(node, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        node = node.this
    return node


def checked_windows(query: TypedQuery) -> None:
    """Refuse the windows that DuckDB alone has: DISTINCT aggregates, GROUPS frames, EXCLUDE."""
    for window in query.nodes(exp.Window):
        function, spec = bare(window.this), window.args.get("spec")
        if isinstance(function, exp.AggFunc) and isinstance(function.this, exp.Distinct):
            raise query.refusal(window, "a DISTINCT aggregate cannot have a window")
        if spec is not None and (spec.args.get("exclude") or spec.args["kind"].upper() == "GROUPS"):
            raise query.refusal(window, "GROUPS frames and EXCLUDE have no other form")


def checked_joins(query: TypedQuery) -> None:
    """Refuse the joins that DuckDB alone has; sqlglot would pass them on."""
    for join in query.nodes(exp.Join):
        method, kind = str(join.args.get("method") or "").upper(), str(join.args.get("kind") or "").upper()
        if method not in ("", "NATURAL") or kind in ("POSITIONAL", "STRAIGHT"):
            raise query.refusal(join, f"{method or kind} JOIN has no common form")
        if kind in ("SEMI", "ANTI") and join.args.get("using"):
            raise query.refusal(join, f"{kind} JOIN has no common form with USING; write ON")


def like_patterns(query: TypedQuery) -> None:
    """Double backslashes in LIKE patterns: they escape by default in the other engines and are plain text in DuckDB."""
    for like in query.nodes(exp.Like, exp.ILike):
        if isinstance(like.parent, exp.Escape):
            continue
        pattern = like.expression
        if isinstance(pattern, exp.Literal):
            pattern.set("this", pattern.name.replace("\\", "\\\\"))
        else:
            query.note(like, "a backslash in the pattern escapes here and is plain text in DuckDB")


def order_keys(query: TypedQuery) -> Iterator[exp.Ordered]:
    """Yield the keys that order rows of the query itself, not those of windows and aggregates."""
    for ordered in query.nodes(exp.Ordered):
        if isinstance(ordered.parent, exp.Order) and isinstance(ordered.parent.parent, exp.Query):
            yield ordered


def distinct_sets(query: TypedQuery) -> None:
    """Refuse INTERSECT ALL and EXCEPT ALL."""
    for operation in query.nodes(exp.Intersect, exp.Except):
        if not operation.args.get("distinct"):
            raise query.refusal(operation, f"{query.product} has no INTERSECT ALL and EXCEPT ALL")


def meant(query: TypedQuery, select: exp.Select, key: exp.Expr) -> exp.Expr:
    """Return the expression that an ORDER BY key stands for, be it an ordinal or an alias."""
    if isinstance(key, exp.Column) and not key.table:
        key = _projection(select, key.name) or key
    if not (isinstance(key, exp.Literal) and key.is_int):
        return key.copy()
    place = int(key.name) - 1
    if not select.is_star:
        meant: exp.Expr = select.expressions[place].unalias().copy()
        return meant
    twin = twin_of(select, query.twins)
    if not isinstance(twin, exp.Select):
        raise query.refusal(key, "an ORDER BY place over a * names no column")
    return exp.column(twin.selects[place].alias_or_name)
