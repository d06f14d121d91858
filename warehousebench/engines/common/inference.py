"""The types that DuckDB gives expressions, with decimal digits as an engine counts them.

sqlglot's own annotation is too coarse for this: it takes 0.06 for a DOUBLE and DATE + INTERVAL for a DATE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlglot import Dialect, exp

Type = exp.DataType.Type
Digits = tuple[int, int]

INTEGERS: frozenset[object] = frozenset(exp.DataType.INTEGER_TYPES)
FLOATS: frozenset[object] = frozenset({Type.FLOAT, Type.DOUBLE})
DECIMALS: frozenset[object] = frozenset({Type.DECIMAL})
NUMBERS = INTEGERS | FLOATS | DECIMALS
TEXT: frozenset[object] = frozenset(exp.DataType.TEXT_TYPES)
DATES: frozenset[object] = frozenset({Type.DATE})
STAMPS: frozenset[object] = frozenset({Type.TIMESTAMP, Type.TIMESTAMPNTZ, Type.TIMESTAMPTZ, Type.DATETIME})
TEMPORALS = DATES | STAMPS
BOOLEANS: frozenset[object] = frozenset({Type.BOOLEAN})
INTERVALS: frozenset[object] = frozenset({Type.INTERVAL})
UNTYPED: frozenset[object] = frozenset({Type.UNKNOWN, Type.NULL, Type.USERDEFINED})

# Digits that an integer takes as a decimal; narrow to wide.
_WIDTHS = {Type.TINYINT: 3, Type.SMALLINT: 5, Type.INT: 10, Type.BIGINT: 19, Type.INT128: 38}
_UNDECLARED = (18, 3)
_SUM_DIGITS = 38


@dataclass(frozen=True, slots=True)
class DecimalRules:
    """How an engine sizes a product: digits beyond those of its factors, the most it keeps, and the places it keeps then."""

    extra: int = 0
    most: int = 1_000
    places: int = 0

    def product(self, left: Digits, right: Digits) -> Digits:
        """Return the (precision, scale) of an exact product, which may have more digits than the engine keeps."""
        return left[0] + right[0] + self.extra, left[1] + right[1]

    def cuts(self, product: Digits) -> bool:
        """Tell whether the engine drops places of a product with these digits."""
        return product[0] > self.most and max(self.most + product[1] - product[0], self.places) < product[1]


UNLIMITED = DecimalRules()


def digits(type_: exp.DataType | None) -> Digits | None:
    """Return (precision, scale) of an exact number's type, None for any other."""
    if type_ is None:
        return None
    if type_.this in _WIDTHS:
        return _WIDTHS[type_.this], 0
    if type_.this not in DECIMALS:
        return None
    said = [int(parameter.name) for parameter in type_.expressions]
    return (said[0], said[1] if len(said) > 1 else 0) if said else _UNDECLARED


def decimal(size: Digits) -> exp.DataType:
    """Return the type DECIMAL(precision, scale), cut to 38 digits."""
    precision, scale = min(size[0], _SUM_DIGITS), min(size[1], _SUM_DIGITS)
    return exp.DataType.build(f"DECIMAL({max(precision, scale)}, {scale})", dialect="duckdb")


@lru_cache
def metadata(rules: DecimalRules) -> Mapping[Any, Any]:
    """Return what sqlglot's annotation is to be given to find DuckDB's types."""
    known = dict(Dialect.get_or_raise("duckdb").EXPRESSION_METADATA)
    annotators: dict[type[exp.Expr], Callable[[Any, Any], exp.DataType]] = {
        exp.Literal: lambda node, _: _literal(node),
        **dict.fromkeys((exp.Add, exp.Sub, exp.Mod, exp.Mul), _arithmetic),
        exp.Div: lambda node, _: _quotient(node),
        exp.IntDiv: lambda node, _: _whole(node),
        **dict.fromkeys((exp.Coalesce, exp.Case, exp.If, exp.Greatest, exp.Least), lambda node, _: unified(_branches(node))),
        exp.Sum: lambda node, _: _sum(node),
        **dict.fromkeys((exp.Round, exp.Floor, exp.Ceil), lambda node, _: _rounded(node)),
        **dict.fromkeys((exp.TimestampTrunc, exp.DateTrunc), lambda *_: exp.DataType.build("TIMESTAMP")),
    }

    def setter(annotate: Callable[[Any, Any], exp.DataType]) -> Mapping[str, Any]:
        return {"annotator": lambda annotator, node: annotator._set_type(node, annotate(node, rules))}

    return known | {kind: setter(annotate) for kind, annotate in annotators.items()}


def unified(types: Iterable[exp.DataType | None]) -> exp.DataType:
    """Return the type that values of all ``types`` share in DuckDB: a float beats a decimal beats an integer."""
    known = [type_ for type_ in types if type_ is not None and type_.this is not Type.NULL]
    if not known or any(type_.this in UNTYPED for type_ in known):
        return exp.DataType.build(Type.UNKNOWN)
    if any(type_.this in FLOATS for type_ in known) and all(type_.this in NUMBERS for type_ in known):
        return exp.DataType.build(Type.DOUBLE)
    sizes = [digits(type_) for type_ in known]
    if all(sizes) and any(type_.this in DECIMALS for type_ in known):
        scale = max(size[1] for size in sizes if size)
        return decimal((max(size[0] - size[1] for size in sizes if size) + scale, scale))
    if all(sizes):
        return max(known, key=lambda type_: _WIDTHS.get(type_.this, 0))
    return next((type_ for type_ in known if type_.this in STAMPS), known[0])


def _literal(node: exp.Literal) -> exp.DataType:
    if node.is_string:
        return exp.DataType.build(Type.VARCHAR)
    if "e" in node.name.lower():
        return exp.DataType.build(Type.DOUBLE)
    whole, point, places = node.name.replace("_", "").partition(".")
    if point:
        return decimal((len(whole.lstrip("0")) + len(places) or 1, len(places)))
    return exp.DataType.build(Type.INT if int(whole) < 2**31 else Type.BIGINT if int(whole) < 2**63 else Type.INT128)


def _arithmetic(node: exp.Binary, rules: DecimalRules) -> exp.DataType:
    left, right = node.left.type, node.right.type
    kinds = {type_.this if type_ else Type.UNKNOWN for type_ in (left, right)}
    if kinds & UNTYPED:
        return exp.DataType.build(Type.UNKNOWN)
    if kinds & (TEMPORALS | INTERVALS):
        return exp.DataType.build(_temporal(node, kinds))
    first, second = digits(left), digits(right)
    if first is None or second is None or not kinds & DECIMALS:
        return unified((left, right))
    if isinstance(node, exp.Mul):
        return decimal(rules.product(first, second))
    scale = max(first[1], second[1])
    return decimal((max(first[0] - first[1], second[0] - second[1]) + 1 + scale, scale))


def _temporal(node: exp.Binary, kinds: set[Any]) -> Any:
    if kinds & INTERVALS:
        return Type.TIMESTAMP if kinds & TEMPORALS else Type.INTERVAL
    if kinds & INTEGERS:
        return Type.DATE
    if not isinstance(node, exp.Sub):
        return Type.UNKNOWN
    return Type.BIGINT if kinds == DATES else Type.INTERVAL


def _quotient(node: exp.Div) -> exp.DataType:
    over = node.left.type.this if node.left.type else Type.UNKNOWN
    return exp.DataType.build(Type.INTERVAL if over in INTERVALS else Type.DOUBLE)


def _whole(node: exp.IntDiv) -> exp.DataType:
    both = unified((node.left.type, node.right.type))
    return both if both.this in INTEGERS | UNTYPED else exp.DataType.build(Type.DOUBLE)


def _branches(node: exp.Expr) -> list[exp.DataType | None]:
    if isinstance(node, exp.Case):
        values = [branch.args["true"] for branch in node.args["ifs"]] + [node.args.get("default")]
    elif isinstance(node, exp.If):
        values = [node.args["true"], node.args.get("false")]
    else:
        values = [node.this, *node.expressions]
    return [value.type for value in values if value is not None]


def _sum(node: exp.Sum) -> exp.DataType:
    over = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
    size = digits(over.type)
    if over.type is not None and over.type.this in DECIMALS and size:
        return decimal((_SUM_DIGITS, size[1]))
    if size or (over.type is not None and over.type.this in BOOLEANS):
        return exp.DataType.build(Type.INT128)
    return over.type or exp.DataType.build(Type.UNKNOWN)


def _rounded(node: exp.Expr) -> exp.DataType:
    size = digits(node.this.type)
    if size is None or (node.this.type is not None and node.this.type.this in INTEGERS):
        # FLOOR and CEIL of an integer are a DOUBLE in DuckDB, ROUND is not.
        same = size is None or isinstance(node, exp.Round)
        return (node.this.type if same else None) or exp.DataType.build(Type.DOUBLE if size else Type.UNKNOWN)
    places = node.args.get("decimals")
    scale = int(places.name) if isinstance(places, exp.Literal) and places.is_int else 0 if places is None else size[1]
    return decimal((size[0] - size[1] + 1 + min(scale, size[1]), min(scale, size[1])))
