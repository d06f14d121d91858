"""Rewrites of functions of texts and times."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from warehousebench.engines.common.inference import DATES, TEMPORALS, TEXT
from warehousebench.engines.common.typed import TypedQuery, replace

# Functions that are an EXTRACT by another name.
PARTS: Mapping[type[exp.Expr], str] = {
    exp.Year: "YEAR",
    exp.Quarter: "QUARTER",
    exp.Month: "MONTH",
    exp.Week: "WEEK",
    exp.Day: "DAY",
    exp.DayOfMonth: "DAY",
    exp.DayOfWeek: "DOW",
    exp.DayOfWeekIso: "ISODOW",
    exp.DayOfYear: "DOY",
    exp.Hour: "HOUR",
    exp.Minute: "MINUTE",
    exp.Second: "SECOND",
}
# What sqlglot has no kind of node for: a function's name -> the part, or None if the first argument names it.
_NAMED = {"isoyear": "ISOYEAR", "weekofyear": "WEEK", "weekday": "DOW", "date_part": None, "datepart": None}
_ALIASES = {"WEEKDAY": "DOW", "DAYOFWEEK": "DOW", "DAYOFYEAR": "DOY", "WEEKOFYEAR": "WEEK", "DAYOFMONTH": "DAY"}


def named_parts(query: TypedQuery) -> None:
    """Write functions that take a part of a date as EXTRACT."""
    for kind, part in PARTS.items():
        for call in query.nodes(kind):
            replace(query, call, exp.Extract(this=exp.Var(this=part), expression=call.this.copy()))
    for named in query.nodes(exp.Anonymous):
        name, arguments = named.name.lower(), list(named.expressions)
        if name in _NAMED and len(arguments) == (1 if _NAMED[name] else 2):
            part = _NAMED[name] or arguments.pop(0).name.upper()
            replace(query, named, exp.Extract(this=exp.Var(this=part), expression=arguments[0].copy()))


def concatenations(query: TypedQuery) -> None:
    """Write CONCAT, which passes over NULL in DuckDB, as ``||`` with COALESCE."""
    for call in query.nodes(exp.Concat):
        sides = [_text_or_nothing(query, each) for each in call.expressions]
        whole = sides[0]
        for side in sides[1:]:
            whole = exp.DPipe(this=whole, expression=side, safe=False)
        replace(query, call, exp.Paren(this=whole) if isinstance(call.parent, exp.Binary) else whole)


def _text_or_nothing(query: TypedQuery, node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Literal) and node.is_string:
        return node.copy()
    text = node.copy() if query.has(node, TEXT) else exp.cast(node.copy(), "VARCHAR", dialect="duckdb")
    return exp.Coalesce(this=text, expressions=[exp.Literal.string("")])


def parts_of_times(names: Mapping[str, str], *, cast: bool) -> Callable[[TypedQuery], None]:
    """Return the rule that names the parts of dates by ``names`` and makes them integers, which DuckDB's are.

    A name that ends in ``()`` is a function of its own.
    """

    def rule(query: TypedQuery) -> None:
        for extract in query.nodes(exp.Extract):
            part = extract.name.upper()
            part = _ALIASES.get(part, part)
            if part not in names:
                raise query.refusal(extract, f"no form of EXTRACT({part} …) is known to keep the answer")
            if names[part].endswith("()"):
                call = exp.Anonymous(this=names[part].removesuffix("()"), expressions=[extract.expression.copy()])
                replace(query, extract, call)
                continue
            extract.set("this", exp.Var(this=names[part]))
            if part == "SECOND":
                # Without its fraction in DuckDB, with it elsewhere.
                replace(query, extract, exp.cast(exp.Floor(this=extract.copy()), "BIGINT", dialect="duckdb"))
            elif cast or part == "EPOCH":
                replace(query, extract, exp.cast(extract.copy(), "DOUBLE" if part == "EPOCH" else "BIGINT", dialect="duckdb"))

    return rule


def counted_days(query: TypedQuery) -> None:
    """Write date_diff in days as a difference of dates; other units count in ways of their own."""
    for call in query.nodes(exp.DateDiff):
        if str(call.args.get("unit") or "DAY").upper() != "DAY":
            raise query.refusal(call, "date_diff in anything but days counts otherwise here")
        sides = (side if query.has(side, DATES) else exp.cast(side.copy(), "DATE") for side in (call.this, call.expression))
        left, right = (side.copy() for side in sides)
        replace(query, call, exp.Paren(this=exp.Sub(this=left, expression=right)))


def parsed_times(query: TypedQuery) -> None:
    """Keep what strptime gives a timestamp without a time zone."""
    for call in query.nodes(exp.StrToTime):
        replace(query, call, exp.cast(call.copy(), "TIMESTAMP", dialect="duckdb"))


def truncated_times(query: TypedQuery) -> None:
    """Truncate timestamps, also those made of dates: PostgreSQL would give a timestamp with a time zone."""
    for call in query.nodes(exp.TimestampTrunc):
        if not query.has(call.this, TEMPORALS - DATES):
            call.set("this", exp.cast(call.this.copy(), "TIMESTAMP", dialect="duckdb"))


def interval_differences(query: TypedQuery) -> None:
    """Note differences of timestamps: intervals that each engine writes out in its own way."""
    for difference in query.nodes(exp.Sub):
        if query.has(difference.this, TEMPORALS - DATES) and query.has(difference.expression, TEMPORALS):
            query.note(difference, "a difference of timestamps is an interval, which engines put in days and hours differently")
