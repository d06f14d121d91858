"""Rewrites that keep a number what it is in DuckDB: averages, quotients, products, rounding, casts."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from warehousebench.engines.common.inference import (
    BOOLEANS,
    DECIMALS,
    FLOATS,
    INTEGERS,
    INTERVALS,
    NUMBERS,
    TEMPORALS,
    TEXT,
    Digits,
    digits,
)
from warehousebench.engines.common.typed import TypedQuery, replace

# Digits before the point that a narrowed factor keeps at least; a value with more of them is an error there, never a wrong answer.
_WHOLE_DIGITS = 9


def double(node: exp.Expr) -> exp.Cast:
    """Return ``node`` as a DOUBLE."""
    return exp.cast(node, "DOUBLE", dialect="duckdb")


def averages(query: TypedQuery) -> None:
    """Average in doubles as DuckDB does: Redshift cuts averages of integers, and all keep a decimal's scale in their own way."""
    for average in query.nodes(exp.Avg):
        over = average.this.expressions[0] if isinstance(average.this, exp.Distinct) else average.this
        if not query.has(over, FLOATS | TEMPORALS | INTERVALS):
            over.replace(double(over.copy()))


def deviations(query: TypedQuery) -> None:
    """Compute spreads in doubles, as DuckDB does."""
    for spread in query.nodes(exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop):
        if not query.has(spread.this, FLOATS):
            spread.set("this", double(spread.this.copy()))


def divisions(query: TypedQuery) -> None:
    """Make every ``/`` a division of doubles and every ``//`` one of integers, whatever the engine takes them for."""
    for division in query.nodes(exp.Div):
        if not (query.has(division.this, FLOATS | INTERVALS) or query.has(division.expression, FLOATS)):
            division.set("this", double(division.this.copy()))
        division.set("typed", True)
        division.set("safe", False)
        _doubt_zero(query, division)
    for whole in query.nodes(exp.IntDiv):
        _check_whole(query, whole)
        _doubt_zero(query, whole)


def plain_integer_divisions(query: TypedQuery) -> None:
    """Write ``//`` as ``/`` where an engine divides integers that way; sums and the like are wider there, so they are cast back."""
    for division in query.nodes(exp.IntDiv):
        left, right = (_as_integer(side) for side in (division.this, division.expression))
        replace(query, division, exp.Div(this=left, expression=right, typed=True, safe=False))


def _as_integer(side: exp.Expr) -> exp.Expr:
    inner = side.unnest()
    sure = isinstance(inner, (exp.Literal, exp.Count)) or (isinstance(inner, exp.Cast) and inner.to.this in INTEGERS)
    return side.copy() if sure else exp.cast(side.copy(), "BIGINT", dialect="duckdb")


def _check_whole(query: TypedQuery, division: exp.IntDiv) -> None:
    if not (query.has(division.this, INTEGERS) and query.has(division.expression, INTEGERS)):
        raise query.refusal(division, "// of anything but integers means different things in different versions of DuckDB")


def _doubt_zero(query: TypedQuery, division: exp.Binary) -> None:
    by = division.expression.unnest()
    if isinstance(by, (exp.Nullif, exp.Literal)):
        return
    query.note(None, "a division by zero is an error here; DuckDB gives infinity for / and an error or NULL for //")


def products(query: TypedQuery) -> None:
    """Narrow a factor where the engine would cut places of the product; a value that no longer fits is an error there."""
    for product in query.nodes(exp.Mul):
        left, right = digits(query.type_of(product.left)), digits(query.type_of(product.right))
        exact = query.has(product.left, DECIMALS) or query.has(product.right, DECIMALS)
        if left and right and exact and query.decimals.cuts(query.decimals.product(left, right)):
            # The wider factor is the one with digits to spare.
            wide, narrow = (left, right) if left[0] >= right[0] else (right, left)
            _narrow(query, product.left if wide is left else product.right, wide, narrow)


def _narrow(query: TypedQuery, factor: exp.Expr, size: Digits, other: Digits) -> None:
    room = query.decimals.most - query.decimals.extra - other[0]
    if room >= size[1] + _WHOLE_DIGITS:
        factor.replace(exp.cast(factor.copy(), f"DECIMAL({room}, {size[1]})", dialect="duckdb"))
        return
    places = size[1] + other[1]
    query.note(factor, f"a product with {places} places has more digits than {query.product} keeps: the last may differ")


def float_remainders(query: TypedQuery) -> None:
    """Refuse remainders of floats, which PostgreSQL does not have and others compute in decimals."""
    for remainder in query.nodes(exp.Mod):
        if query.has(remainder.left, FLOATS) or query.has(remainder.right, FLOATS):
            raise query.refusal(remainder, "a remainder of floats has no form that is known to keep the answer")


def signs(query: TypedQuery) -> None:
    """Make SIGN the integer that it is in DuckDB."""
    for sign in query.nodes(exp.Sign):
        replace(query, sign, exp.cast(sign.copy(), "INT", dialect="duckdb"))


def boolean_sums(query: TypedQuery) -> None:
    """Sum truth values as 1 and 0."""
    for total in query.nodes(exp.Sum):
        over = total.this.expressions[0] if isinstance(total.this, exp.Distinct) else total.this
        if query.has(over, BOOLEANS):
            over.replace(exp.cast(over.copy(), "INT", dialect="duckdb"))


def counted_conditions(query: TypedQuery) -> None:
    """Write count_if as the sum of truth values that it is in DuckDB: NULL, not 0, for none."""
    for count in query.nodes(exp.CountIf):
        replace(query, count, exp.Sum(this=exp.cast(count.this.copy(), "INT", dialect="duckdb")))


def when(condition: exp.Expr, value: exp.Expr) -> exp.Case:
    """Return CASE WHEN ``condition`` THEN ``value`` END."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)])


def boolean_texts(query: TypedQuery) -> None:
    """Write truth values as the words true and false; Redshift has no such cast and Vertica's gives t and f."""
    for cast in casts(query, BOOLEANS, TEXT):
        spelled = when(cast.this.copy(), exp.Literal.string("true"))
        spelled.append("ifs", exp.If(this=exp.not_(cast.this.copy()), true=exp.Literal.string("false")))
        replace(query, cast, spelled)


def boolean_numbers(query: TypedQuery) -> None:
    """Cast truth values to numbers by way of INT, the only one that PostgreSQL and Redshift cast them to."""
    for cast in casts(query, BOOLEANS, NUMBERS):
        if cast.to.this is not exp.DataType.Type.INT:
            cast.set("this", exp.cast(cast.this.copy(), "INT", dialect="duckdb"))


def rounding_casts(query: TypedQuery) -> None:
    """Round a decimal before it becomes an integer, for engines whose cast cuts or does not say what it does."""
    for cast in casts(query, DECIMALS, INTEGERS):
        cast.set("this", exp.Round(this=cast.this.copy()))


def float_casts_in_doubt(query: TypedQuery) -> None:
    """Note casts of floats to integers where the product's own rounding of halves is not documented."""
    for cast in casts(query, FLOATS, INTEGERS):
        query.note(cast, "DuckDB rounds a float that becomes an integer, halves to the even one; here halves may go elsewhere")


def whole_rounding(query: TypedQuery) -> None:
    """Leave integers as they are: rounded to places, they would become floats or decimals elsewhere."""
    for rounding in query.nodes(exp.Round):
        places = rounding.args.get("decimals")
        if query.has(rounding.this, INTEGERS) and (places is None or (isinstance(places, exp.Literal) and places.is_int)):
            replace(query, rounding, exp.Paren(this=rounding.this.copy()))


def float_rounding_by_numeric(query: TypedQuery) -> None:
    """Round floats half away from zero with TRUNC: PostgreSQL has no ROUND(double, places) and rounds halves to the even one."""
    for rounding in query.nodes(exp.Round):
        if query.has(rounding.this, FLOATS):
            factor, value = _power_of_ten(query, rounding), rounding.this.copy()
            scaled = exp.Paren(this=value) if factor is None else exp.Mul(this=exp.Paren(this=value), expression=double(factor))
            half = exp.Div(this=exp.Sign(this=rounding.this.copy()), expression=double(exp.Literal.number(2)), typed=True)
            cut = exp.Anonymous(this="TRUNC", expressions=[exp.Add(this=scaled, expression=half)])
            result: exp.Expr = cut
            if factor is not None:
                result = exp.Paren(this=exp.Div(this=cut, expression=double(factor.copy()), typed=True))
            replace(query, rounding, result)


def float_rounding_in_doubt(query: TypedQuery) -> None:
    """Note roundings of floats to places, which no two products do alike for halves that a float does not hold exactly."""
    for rounding in query.nodes(exp.Round):
        if query.has(rounding.this, FLOATS) and rounding.args.get("decimals"):
            query.note(rounding, "a float that lies on a half may be rounded the other way; round decimals where it matters")


def _power_of_ten(query: TypedQuery, rounding: exp.Round) -> exp.Literal | None:
    places = rounding.args.get("decimals")
    if places is None:
        return None
    if not (isinstance(places, exp.Literal) and places.is_int):
        raise query.refusal(rounding, "a float is rounded to a number of places that is not written out")
    return exp.Literal(this=f"{10 ** int(places.name)}", is_string=False) if int(places.name) else None


def casts(query: TypedQuery, source: frozenset[object], target: frozenset[object]) -> Iterator[exp.Cast]:
    """Yield the casts between these types that the author wrote."""
    for cast in query.nodes(exp.Cast):
        if cast.to.this in target and query.has(cast.this, source):
            yield cast
