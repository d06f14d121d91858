"""Keep a query's answer where DuckDB would silently give another one: division, averages, NULLs by zero, letter case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import Dialect, exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

Twins = Mapping[int, exp.Expr]
Note = tuple[exp.Expr, str]

# AVG of integers is an integer there, cut toward zero: "AVG" in the Redshift and in the Transact-SQL reference.
_INTEGER_AVERAGES = frozenset({"redshift", "tsql"})
_TAG = "warehousebench"
_T = exp.DataType.Type
_TEXT: frozenset[object] = frozenset(exp.DataType.TEXT_TYPES)
_INTEGERS: frozenset[object] = frozenset(exp.DataType.INTEGER_TYPES)
_UNTYPED: frozenset[object] = frozenset({_T.UNKNOWN, _T.NULL, _T.USERDEFINED})


def typed_twins(tree: exp.Expr, schema: MappingSchema, dialect: str) -> Twins:
    """Return tag -> the same node of a qualified copy whose types are known; empty if the names do not resolve."""
    try:
        return resolved_twins(tree, schema, dialect)
    except (SqlglotError, RecursionError):
        return {}


def resolved_twins(tree: exp.Expr, schema: MappingSchema, dialect: str, metadata: Any = None) -> Twins:
    """Return the typed twins of ``tree``; raises sqlglot's error for names that do not resolve.

    The copy is what sqlglot rewrites to find the types: ``tree`` itself keeps the words of its author, and its tags.
    ``metadata`` says how sqlglot is to find them, if not by its own rules for ``dialect``.
    """
    for tag, node in enumerate(tree.walk()):
        node.meta[_TAG] = tag
    copy = qualify(tree.copy(), schema=schema, dialect="duckdb", quote_identifiers=False)
    copy = annotate_types(copy, schema=schema, expression_metadata=metadata, dialect=dialect)
    twins: dict[int, exp.Expr] = {}
    for node in copy.walk():
        if _TAG in node.meta:
            twins.setdefault(node.meta[_TAG], node)
    return twins


def keep_answers(tree: exp.Expr, schema: MappingSchema, dialect: str) -> tuple[Note, ...]:
    """Rewrite ``tree`` in place so that DuckDB gives its own dialect's answer; the notes are the places left in doubt."""
    _rewrite_untyped(tree, dialect)
    # An average that becomes an integer may be the operand of another one, or of a division: once more from the inside.
    while _rewrite_averages(tree, typed_twins(tree, schema, dialect), dialect):
        pass
    twins = typed_twins(tree, schema, dialect)
    if not twins:
        return tuple(_doubts_without_types(tree, dialect))
    notes = (*_doubtful_averages(tree, twins, dialect), *_doubtful_divisions(tree, twins))
    if dialect == "tsql":
        _rewrite_concatenations(tree, twins)
    _rewrite_divisions(tree, twins, safe=bool(Dialect.get_or_raise(dialect).SAFE_DIVISION))
    return notes


def compares_text(tree: exp.Expr) -> bool:
    """Tell whether a column is compared with a text that holds letters."""
    comparisons = tree.find_all(exp.EQ, exp.NEQ, exp.Like, exp.In)
    literals = (child for node in comparisons for child in node.iter_expressions() if isinstance(child, exp.Literal))
    return any(literal.is_string and any(map(str.isalpha, literal.name)) for literal in literals)


def _rewrite_untyped(tree: exp.Expr, dialect: str) -> None:
    for query in tree.find_all(exp.Query):
        query.set("locks", None)
    for type_ in tree.find_all(exp.DataType):
        if any(parameter.name.upper() == "MAX" for parameter in type_.expressions):
            type_.set("expressions", [])
    if dialect == "sqlite":
        # https://sqlite.org/lang_expr.html: LIKE takes no notice of the case of ASCII letters.
        for like in list(tree.find_all(exp.Like)):
            _replace(like, exp.ILike(this=like.this, expression=like.expression))


def _integer_averages(tree: exp.Expr, twins: Twins, dialect: str) -> Iterator[tuple[exp.Expr, exp.Expr | None]]:
    """Yield each average that has not been rewritten, and the typed twin of what it averages."""
    if dialect not in _INTEGER_AVERAGES:
        return
    for average in list(tree.find_all(exp.Avg)):
        twin = twin_of(average, twins)
        if twin is not None and "kept" not in average.meta:
            yield average, twin.this.expressions[0] if isinstance(twin.this, exp.Distinct) else twin.this


def _rewrite_averages(tree: exp.Expr, twins: Twins, dialect: str) -> bool:
    found = [average for average, over in _integer_averages(tree, twins, dialect) if _is(over, _INTEGERS)]
    for average in found:
        average.meta["kept"] = True
        whole = average
        while isinstance(whole.parent, (exp.Window, exp.Filter)) and whole.arg_key == "this":
            whole = whole.parent
        _replace(whole, exp.cast(exp.Anonymous(this="TRUNC", expressions=[whole.copy()]), "BIGINT", dialect="duckdb"))
    return bool(found)


def _doubtful_averages(tree: exp.Expr, twins: Twins, dialect: str) -> Iterator[Note]:
    for average, over in _integer_averages(tree, twins, dialect):
        if _is(over, _UNTYPED):
            yield (
                average,
                f"{dialect} cuts averages of integers, and the type averaged here is not known: the answer may differ",
            )


def _doubts_without_types(tree: exp.Expr, dialect: str) -> Iterator[Note]:
    kinds = (exp.Div, exp.Avg) if dialect in _INTEGER_AVERAGES else (exp.Div,)
    for node in tree.find_all(*kinds):
        if isinstance(node, exp.Avg) or node.args.get("typed"):
            yield node, "not all names of the query are understood: if this is a calculation with integers, the answer may differ"


def _typed_divisions(tree: exp.Expr, twins: Twins) -> Iterator[tuple[exp.Div, exp.Expr | None, exp.Expr | None]]:
    for division in list(tree.find_all(exp.Div)):
        twin = twin_of(division, twins)
        if isinstance(twin, exp.Div) and division.args.get("typed"):
            yield division, twin.this, twin.expression


def _doubtful_divisions(tree: exp.Expr, twins: Twins) -> Iterator[Note]:
    for division, left, right in _typed_divisions(tree, twins):
        # One operand that is no integer decides the matter, whatever the other is.
        sides = (_is(side, _INTEGERS) for side in (left, right) if not _is(side, _UNTYPED))
        if (_is(left, _UNTYPED) or _is(right, _UNTYPED)) and all(sides):
            yield division, "the types of this division are not known: if both are integers, the answer may differ"


def _rewrite_divisions(tree: exp.Expr, twins: Twins, *, safe: bool) -> None:
    """Write the division of integers as ``//``: sqlglot would CAST the quotient, which rounds 3.5 up in DuckDB."""
    integer = {id(node) for node, left, right in _typed_divisions(tree, twins) if _is(left, _INTEGERS) and _is(right, _INTEGERS)}
    for division in list(tree.find_all(exp.Div, exp.IntDiv, exp.Mod)):
        if safe and not _is_nonzero(division.expression):
            # NULL where the divisor is 0, as its own dialect says; DuckDB gives infinity or an error.
            division.set("expression", exp.Nullif(this=division.expression, expression=exp.Literal.number(0)))
        if id(division) in integer:
            _replace(division, exp.IntDiv(this=division.this, expression=division.expression))
        elif isinstance(division, exp.Div):
            # DuckDB's own division needs no guard and no cast any more.
            division.set("typed", False)
            division.set("safe", True)


def _rewrite_concatenations(tree: exp.Expr, twins: Twins) -> None:
    """Write the T-SQL ``+`` of texts as ``||``; both give NULL if one side is NULL."""
    for addition in list(tree.find_all(exp.Add)):
        twin = twin_of(addition, twins)
        if isinstance(twin, exp.Add) and (_is(twin.this, _TEXT) and _is(twin.expression, _TEXT)):
            _replace(addition, exp.DPipe(this=addition.this, expression=addition.expression, safe=False))


def twin_of(node: exp.Expr, twins: Twins) -> exp.Expr | None:
    return twins.get(node.meta.get(_TAG, -1))


def _replace(old: exp.Expr, new: exp.Expr) -> None:
    new.meta.update({key: value for key, value in old.meta.items() if key != "kept"})
    old.replace(new)


def _is(node: exp.Expr | None, types: frozenset[object]) -> bool:
    type_ = node.type if node is not None else None
    return (type_.this if type_ is not None else _T.UNKNOWN) in types


def _is_nonzero(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and float(node.this) != 0
