"""DuckDB's serialised expressions ─► SQL text.  What is not understood raises UnsupportedError; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from warehousebench import duck
from warehousebench.errors import UnsupportedError
from warehousebench.workload.expressions import Json, operands

Reference = Callable[[int], str]

COMPARISONS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
    "COMPARE_DISTINCT_FROM": "IS DISTINCT FROM",
    "COMPARE_NOT_DISTINCT_FROM": "IS NOT DISTINCT FROM",
}
# What DuckDB calls an aggregate inside, and outside.
_AGGREGATES = {"sum_no_overflow": "sum", "count_star": "count"}
# Aggregates whose arguments all stand in the plan; others keep some of them in a form of their own.
_PLAIN_AGGREGATES = frozenset(
    (
        *("sum", "count", "avg", "min", "max", "first", "last", "any_value", "bool_and", "bool_or", "arg_min", "arg_max"),
        *("stddev_samp", "stddev", "stddev_pop", "var_samp", "variance", "var_pop", "median", "list"),
    )
)
_RANKS = {
    "WINDOW_RANK": "rank",
    "WINDOW_RANK_DENSE": "dense_rank",
    "WINDOW_PERCENT_RANK": "percent_rank",
    "WINDOW_CUME_DIST": "cume_dist",
    "WINDOW_ROW_NUMBER": "row_number",
    "WINDOW_NTILE": "ntile",
    "WINDOW_FIRST_VALUE": "first_value",
    "WINDOW_LAST_VALUE": "last_value",
    "WINDOW_NTH_VALUE": "nth_value",
}
_SHIFTS = {"WINDOW_LAG": "lag", "WINDOW_LEAD": "lead"}
_BOUNDS = {
    "UNBOUNDED_PRECEDING": "UNBOUNDED PRECEDING",
    "UNBOUNDED_FOLLOWING": "UNBOUNDED FOLLOWING",
    "CURRENT_ROW": "CURRENT ROW",
    "EXPR_PRECEDING": "{} PRECEDING",
    "EXPR_FOLLOWING": "{} FOLLOWING",
}


def sql_type(kind: Json) -> str:
    """Return a serialised type as SQL."""
    if kind["id"] == "DECIMAL":
        return f"DECIMAL({kind['type_info']['width']},{kind['type_info'].get('scale', 0)})"
    if kind.get("type_info"):
        raise UnsupportedError(f"the plan holds a value of the type {kind['id']}, which the replay does not know yet")
    return '"NULL"' if kind["id"] in ("NULL", "SQLNULL") else str(kind["id"])


def constant(value: Json) -> str:
    """Return a serialised constant as SQL of exactly its type."""
    kind, raw = value["type"]["id"], value.get("value", 0)
    if value.get("is_null"):
        return f"CAST(NULL AS {sql_type(value['type'])})"
    if kind == "INTERVAL":
        parts = (("months", raw.get("months", 0)), ("days", raw.get("days", 0)), ("microseconds", raw.get("micros", 0)))
        return "(" + " + ".join(f"to_{unit}({count})" for unit, count in parts) + ")"
    if isinstance(raw, dict):
        if kind not in ("DECIMAL", "HUGEINT"):
            raise UnsupportedError(f"the plan holds a constant of the type {kind}, which the replay does not know yet")
        raw = raw.get("upper", 0) * 2**64 + raw.get("lower", 0)
    if kind == "VARCHAR":
        return duck.text(value.get("value", ""))
    return f"CAST({duck.text(_digits(kind, raw, value['type']))} AS {sql_type(value['type'])})"


def _digits(kind: str, raw: int | float | str, full: Json) -> str:
    if kind == "DECIMAL":
        scale = full["type_info"].get("scale", 0)
        digits = str(abs(int(raw))).rjust(scale + 1, "0")
        point = len(digits) - scale
        return ("-" if int(raw) < 0 else "") + digits[:point] + ("." + digits[point:] if scale else "")
    if kind == "DATE":
        return (date(1970, 1, 1) + timedelta(days=int(raw))).isoformat()
    if kind == "TIMESTAMP":
        return (datetime(1970, 1, 1) + timedelta(microseconds=int(raw))).isoformat(sep=" ")
    if kind.startswith("TIME"):
        raise UnsupportedError(f"the plan holds a constant of the type {kind}, which the replay does not know yet")
    return str(raw)


def render(expression: Json, reference: Reference) -> str:
    """Return an expression as SQL; ``reference`` gives the SQL of the input at a position."""
    kind, form = expression["type"], expression["expression_class"]
    if form == "BOUND_REF":
        return reference(expression.get("index", 0))
    if form == "BOUND_CONSTANT":
        return constant(expression["value"])
    if form == "BOUND_AGGREGATE":
        return aggregate(expression, reference)
    if form == "BOUND_WINDOW":
        return window(expression, reference)
    if form == "BOUND_CASE":
        return _case(expression, reference)
    return _operation(kind, expression, reference)


def _operation(kind: str, expression: Json, reference: Reference) -> str:
    parts = [render(child, reference) for child in _children(expression)]
    if kind in COMPARISONS:
        return f"({parts[0]} {COMPARISONS[kind]} {parts[1]})"
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        return "(" + f" {kind.removeprefix('CONJUNCTION_')} ".join(parts) + ")"
    if kind in ("COMPARE_IN", "COMPARE_NOT_IN"):
        return f"({parts[0]} {'NOT ' * kind.endswith('NOT_IN')}IN ({', '.join(parts[1:])}))"
    if kind == "COMPARE_BETWEEN":
        low = ">=" if expression.get("lower_inclusive", True) else ">"
        high = "<=" if expression.get("upper_inclusive", True) else "<"
        return f"({parts[0]} {low} {parts[1]} AND {parts[0]} {high} {parts[2]})"
    if kind == "OPERATOR_CAST":
        tried = expression.get("try_cast") or expression.get("function_data", {}).get("try_cast")
        return f"{'TRY_' * bool(tried)}CAST({parts[0]} AS {sql_type(expression['return_type'])})"
    if kind in ("OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"):
        return f"({parts[0]} {kind.removeprefix('OPERATOR_').replace('_', ' ')})"
    if kind in ("OPERATOR_NOT", "OPERATOR_COALESCE"):
        return f"({kind.removeprefix('OPERATOR_')} ({', '.join(parts)}))" if parts else ""
    if expression["expression_class"] != "BOUND_FUNCTION":
        raise UnsupportedError(f"the plan holds {kind}, which the replay does not know yet")
    return f"{duck.quote(function_name(expression))}({', '.join(parts)})"


def _children(expression: Json) -> Sequence[Json]:
    if "child" in expression:  # a cast of DuckDB 1.5.5
        return [expression["child"]]
    return operands(expression)


def function_name(expression: Json) -> str:
    """Return the name of a function: 2.x gives a path, 1.5.5 the bare name."""
    path = expression.get("qname", {}).get("path")
    return str(path[-1] if path else expression["name"])


def _case(expression: Json, reference: Reference) -> str:
    checks = (
        f"WHEN {render(e['when_expr'], reference)} THEN {render(e['then_expr'], reference)}" for e in expression["case_checks"]
    )
    return f"CASE {' '.join(checks)} ELSE {render(expression['else_expr'], reference)} END"


def aggregate_name(expression: Json) -> str:
    """Return the public name of an aggregate; raises UnsupportedError for one that may hide arguments."""
    name = function_name(expression)
    name = _AGGREGATES.get(name, name)
    if name not in _PLAIN_AGGREGATES:
        raise UnsupportedError(f"the plan holds the aggregate {name}, which the replay does not know yet")
    return name


def aggregate(expression: Json, reference: Reference) -> str:
    """Return an aggregate with its DISTINCT, ORDER BY and FILTER."""
    arguments = ", ".join(render(child, reference) for child in expression.get("children", ())) or "*"
    distinct = "DISTINCT " if expression.get("aggregate_type") == "DISTINCT" else ""
    order = expression.get("order_bys", {}).get("orders", ())
    ordered = f" ORDER BY {orders(order, reference)}" if order else ""
    return f"{aggregate_name(expression)}({distinct}{arguments}{ordered}){filtered(expression, reference)}"


def filtered(expression: Json, reference: Reference) -> str:
    """Return the FILTER clause of an aggregate, empty if it has none."""
    return f" FILTER (WHERE {render(expression['filter'], reference)})" if expression.get("filter") else ""


def orders(entries: Sequence[Json], reference: Reference) -> str:
    """Return an ORDER BY list; DuckDB writes direction and place of NULLs out."""
    directions = {"ASCENDING": "ASC", "DESCENDING": "DESC"}
    return ", ".join(f"{render(e['expression'], reference)} {directions[e['type']]} {e['null_order']}" for e in entries)


def window(expression: Json, reference: Reference) -> str:
    """Return a window function with its partition, order and frame."""
    kind = expression["type"]
    if expression.get("exclude_clause", "NO_OTHER") != "NO_OTHER" or expression.get("arg_orders"):
        raise UnsupportedError("the plan holds a window with EXCLUDE or ordered arguments, which the replay does not know yet")
    arguments = [render(child, reference) for child in expression.get("children", ())]
    if kind in _SHIFTS:
        arguments += [render(expression[name], reference) for name in ("offset_expr", "default_expr") if name in expression]
    name = _RANKS.get(kind) or _SHIFTS.get(kind) or (aggregate_name(expression) if kind == "WINDOW_AGGREGATE" else None)
    if name is None:
        raise UnsupportedError(f"the plan holds {kind}, which the replay does not know yet")
    distinct = "DISTINCT " * bool(expression.get("distinct"))
    inner = distinct + (", ".join(arguments) or ("*" if kind == "WINDOW_AGGREGATE" else ""))
    nulls = " IGNORE NULLS" * bool(expression.get("ignore_nulls"))
    condition = f" FILTER (WHERE {render(expression['filter_expr'], reference)})" if expression.get("filter_expr") else ""
    return f"{name}({inner}{nulls}){condition} OVER ({_over(expression, reference)})"


def _over(expression: Json, reference: Reference) -> str:
    partition = ", ".join(render(part, reference) for part in expression.get("partitions", ()))
    order = orders(expression.get("orders", ()), reference)
    clauses = [
        f"PARTITION BY {partition}" if partition else "",
        f"ORDER BY {order}" if order else "",
        _frame(expression, reference),
    ]
    return " ".join(clause for clause in clauses if clause)


def _frame(expression: Json, reference: Reference) -> str:
    ends = [expression.get("start", "UNBOUNDED_PRECEDING"), expression.get("end", "CURRENT_ROW_RANGE")]
    unit = next((unit for unit in ("ROWS", "GROUPS", "RANGE") if any(end.endswith("_" + unit) for end in ends)), "ROWS")
    offsets = [expression.get("start_expr"), expression.get("end_expr")]
    bounds = [
        _BOUNDS[end.removesuffix("_" + unit)].format(render(offset, reference) if offset else "")
        for end, offset in zip(ends, offsets, strict=True)
    ]
    return f"{unit} BETWEEN {bounds[0]} AND {bounds[1]}"


def pushed_filter(filters: Json, column: str) -> str | None:
    """Return the condition of a filter pushed into the scan of ``column``; None for one that is only a hint."""
    kind = filters["filter_type"].removeprefix("LEGACY_")
    if kind in ("CONJUNCTION_AND", "CONJUNCTION_OR"):
        parts = [pushed_filter(child, column) for child in filters["child_filters"]]
        known = [part for part in parts if part is not None]
        # An alternative that is unknown lets anything pass.
        usable = bool(known) and (kind == "CONJUNCTION_AND" or len(known) == len(parts))
        return "(" + f" {kind.removeprefix('CONJUNCTION_')} ".join(known) + ")" if usable else None
    if kind == "CONSTANT_COMPARISON":
        return f"({column} {COMPARISONS[filters['comparison_type']]} {constant(filters['constant'])})"
    if kind == "IN_FILTER":
        return f"({column} IN ({', '.join(constant(value) for value in filters['values'])}))"
    if kind in ("IS_NULL", "IS_NOT_NULL"):
        return f"({column} {kind.replace('_', ' ')})"
    if kind == "EXPRESSION_FILTER":
        return render(filters["expr"], lambda _: column)
    if kind in ("OPTIONAL_FILTER", "BLOOM_FILTER", "DYNAMIC_FILTER"):
        return None
    raise UnsupportedError(f"the plan holds the filter {kind}, which the replay does not know yet")
