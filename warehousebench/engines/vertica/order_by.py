"""NULLs in Vertica's ORDER BY and functions: its grammar has no NULLS FIRST and LAST there.

Sources: Vertica documentation, "ORDER BY clause", "NULL sort order", "GREATEST".
"""

from __future__ import annotations

from sqlglot import exp

from warehousebench.engines.common.clauses import ROWS_KEPT, meant, order_keys
from warehousebench.engines.common.inference import BOOLEANS, FLOATS, TEXT, UNTYPED
from warehousebench.engines.common.nulls import keys_with_values
from warehousebench.engines.common.typed import TypedQuery, replace
from warehousebench.workload.rewrites import twin_of

# Types whose NULLs come last in ascending and first in descending order; for all others it is the other way round.
_NULLS_LARGE = FLOATS | TEXT | BOOLEANS


def nulls_by_type(query: TypedQuery) -> None:
    """Place NULLs by a key of its own where a type's own place is another: ORDER BY takes no NULLS FIRST or LAST."""
    valued = {id(ordered) for ordered in keys_with_values(query)}
    for ordered in order_keys(query):
        first, descending = bool(ordered.args.get("nulls_first")), bool(ordered.args.get("desc"))
        type_ = _key_type(query, ordered)
        known = type_ is not None and type_.this not in UNTYPED
        placed = descending if type_ is not None and type_.this in _NULLS_LARGE else not descending
        # What the generator takes for PostgreSQL's default, and so leaves out.
        ordered.set("nulls_first", descending)
        if id(ordered) not in valued and not (known and first == placed):
            _put_before(ordered, exp.Ordered(this=_is_null(query, ordered), desc=first or None, nulls_first=first))


def _is_null(query: TypedQuery, ordered: exp.Ordered) -> exp.Expr:
    """Return a key that parts NULLs from values: 1 for NULL, with an expression in the place of an alias or ordinal."""
    select = ordered.parent.parent if ordered.parent else None
    if not isinstance(select, exp.Select):
        raise query.refusal(ordered, "NULLs cannot be placed in the order of a set operation; put it into a subquery")
    null = exp.If(this=exp.Is(this=meant(query, select, ordered.this), expression=exp.Null()), true=exp.Literal.number(1))
    return exp.Case(ifs=[null], default=exp.Literal.number(0))


def null_proof_extremes(query: TypedQuery) -> None:
    """Let GREATEST and LEAST pass over NULL as DuckDB's do."""
    for extreme in query.nodes(exp.Greatest, exp.Least):
        sides = [extreme.this, *extreme.expressions]
        if len(sides) != 2:
            raise query.refusal(extreme, "GREATEST and LEAST of more than two values give NULL here if one of them is")
        left, right = (exp.Coalesce(this=a.copy(), expressions=[b.copy()]) for a, b in (sides, sides[::-1]))
        replace(query, extreme, type(extreme)(this=left, expressions=[right]))


def _put_before(ordered: exp.Ordered, other: exp.Ordered) -> None:
    """Make ``other`` the key before ``ordered``."""
    order = ordered.parent
    if order is not None:
        keys = order.expressions
        order.set("expressions", [each for key in keys for each in ((other, key) if key is ordered else (key,))])


def _key_type(query: TypedQuery, ordered: exp.Ordered) -> exp.DataType | None:
    """Return the type of what an ORDER BY key stands for, be it an ordinal."""
    select = twin_of(ordered.parent.parent, query.twins) if ordered.parent and ordered.parent.parent else None
    if isinstance(ordered.this, exp.Literal) and ordered.this.is_int and isinstance(select, exp.Query):
        return select.selects[int(ordered.this.name) - 1].type
    return query.type_of(ordered.this)


def ordered_sets(query: TypedQuery) -> None:
    """Put an ordered set operation into a subquery, so that its order may hold expressions."""
    for operation in query.nodes(exp.SetOperation):
        order, twin = operation.args.get("order"), twin_of(operation, query.twins)
        if order is None or not isinstance(twin, exp.Query):
            continue
        outer = exp.Select(expressions=[exp.column(each.alias_or_name) for each in twin.selects])
        for key in (*ROWS_KEPT, "with_"):
            outer.set(key, operation.args.get(key))
            operation.set(key, None)
        inner = exp.Subquery(this=operation.copy(), alias=exp.TableAlias(this=exp.to_identifier("_rows")))
        outer.set("from_", exp.From(this=inner))
        replace(query, operation, outer)
