"""What each operator does on one node, as a SELECT over its inputs' tables there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehousebench import duck
from warehousebench.errors import UnsupportedError
from warehousebench.workload.expressions import Json
from warehousebench.workload.plan import JoinType
from warehousebench.workload.replay import sql
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.replay.sql import Reference

# A table needs a column, even one of rows that nothing is read of.
NOTHING = "1 AS nothing"
_KEYWORDS = {
    JoinType.INNER: "JOIN",
    JoinType.LEFT: "LEFT JOIN",
    JoinType.SINGLE: "LEFT JOIN",
    JoinType.RIGHT: "RIGHT JOIN",
    JoinType.FULL: "FULL JOIN",
    JoinType.SEMI: "SEMI JOIN",
    JoinType.ANTI: "ANTI JOIN",
}
_WITHOUT_NULL = "COMPARE_NOT_DISTINCT_FROM"  # a comparison that NULL does not make unknown
_MIRRORED = {JoinType.RIGHT_SEMI: "SEMI JOIN", JoinType.RIGHT_ANTI: "ANTI JOIN"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The columns in reach: those that the tables hold as ``c<number>``; all others are computed from them."""

    script: Script
    held: frozenset[int]

    def column(self, column: int) -> str:
        """Return the SQL of a plan column; raises UnsupportedError if it cannot be had from those held."""
        if column in self.held:
            return f"c{column}"
        if column not in self.script.computed:
            raise UnsupportedError(f"the replay lost column {column}, which an expression of the plan reads")
        made = self.script.computed[column]
        return sql.render(made.expression, self.positions(made.inputs))

    def positions(self, columns: Sequence[int]) -> Reference:
        """Return how expressions over ``columns`` find theirs."""
        return lambda position: self.column(columns[position])

    def can(self, column: int) -> bool:
        """Return whether the column can be had."""
        try:
            self.column(column)
        except UnsupportedError:
            return False
        return True


def shown(script: Script, place: int) -> tuple[int, ...]:
    """Return the columns that the table of an operator's output holds: live ones, then those carried along."""
    live = script.plan.operators[place].live
    return (*live, *(column for column in script.recipes[place].carried if column not in live))


def listed(columns: Sequence[int], values: Mapping[int, str] | None = None) -> str:
    """Return a SELECT list of plan columns, from ``values`` (SQL) where given."""
    known = values or {}
    return ", ".join(f"{known[column]} AS c{column}" if column in known else f"c{column}" for column in columns) or NOTHING


def scan(script: Script, place: int, table: str) -> str:
    """Return the rows of a stored table that pass the filters pushed into its scan."""
    recipe = script.recipes[place]
    names = _stored_names(recipe.node)
    seen = [names[k] for k in recipe.node.get("projection_ids") or range(len(names))]
    values, columns = dict(zip(recipe.outputs, seen, strict=True)), shown(script, place)
    if any(not values[column] for column in columns):
        raise UnsupportedError("the query reads the numbers of rows, which are others on a cluster")
    return f"SELECT {listed(columns, values)} FROM {table}{_where(pushed_filters(recipe.node))}"


def pushed_filters(node: Json) -> list[str]:
    """Return the conditions pushed into a scan, but for those that are only hints."""
    names = _stored_names(node)
    indexes = [entry.get("index", 0) for entry in node["column_indexes"]]
    keyed = names if node.get("table_filters_by_projection") else dict(zip(indexes, names, strict=True))
    entries = (node.get("table_filters") or {}).get("filters", ())
    conditions = (sql.pushed_filter(entry["value"], keyed[entry.get("key", 0)]) for entry in entries)
    return [condition for condition in conditions if condition]


def _stored_names(node: Json) -> list[str]:
    return [_stored_name(node, entry.get("index", 0)) for entry in node["column_indexes"]]


def _stored_name(node: Json, index: int) -> str:
    return duck.quote(node["names"][index]) if index < len(node["names"]) else ""  # a row's number


def _where(conditions: Iterable[str]) -> str:
    text = " AND ".join(conditions)
    return f" WHERE {text}" if text else ""


def filtered(script: Script, place: int, scope: Scope, table: str) -> str:
    """Return the rows that pass a filter."""
    recipe = script.recipes[place]
    reference = scope.positions(recipe.inputs[0])
    conditions = [sql.render(expression, reference) for expression in recipe.node["expressions"]]
    return f"SELECT {listed(shown(script, place))} FROM {table}{_where(conditions)}"


def ordered(script: Script, place: int, scope: Scope, table: str) -> str:
    """Return the sorted, and perhaps cut, rows."""
    recipe = script.recipes[place]
    node = recipe.node
    order = sql.orders(node.get("orders", ()), scope.positions(recipe.inputs[0]))
    sorting = f" ORDER BY {order}" if order else ""
    return f"SELECT {listed(shown(script, place))} FROM {table}{sorting}{_limit(node)}"


def _limit(node: Json) -> str:
    if "limit_val" not in node and "limit" not in node:
        return ""
    if "limit" in node:
        return f" LIMIT {node['limit']} OFFSET {node.get('offset', 0)}"
    ends = []
    for word, name in (("LIMIT", "limit_val"), ("OFFSET", "offset_val")):
        value = node.get(name, {"type": "UNSET"})
        if value["type"] not in ("UNSET", "CONSTANT_VALUE"):
            raise UnsupportedError("the plan holds a LIMIT that is no plain number, which the replay does not know yet")
        ends.append(f" {word} {value.get('constant_integer', 0)}" if value["type"] == "CONSTANT_VALUE" else "")
    return "".join(ends)


def windowed(script: Script, place: int, scope: Scope, table: str) -> str:
    """Return the rows with the results of window functions."""
    recipe = script.recipes[place]
    expressions = recipe.node["expressions"]
    results = recipe.outputs[-len(expressions) :]
    reference = scope.positions(recipe.inputs[0])
    values = {column: sql.render(e, reference) for column, e in zip(results, expressions, strict=True)}
    return f"SELECT {listed(shown(script, place), values)} FROM {table}"


def united(script: Script, place: int, scopes: Sequence[Scope], tables: Sequence[str]) -> str:
    """Return the rows of all inputs, each brought into the form of the output."""
    operator, columns = script.plan.operators[place], shown(script, place)
    parts = []
    for scope, table, sources in zip(scopes, tables, operator.sources, strict=True):
        values = {out: scope.column(source) for out, source in zip(operator.outputs, sources, strict=True) if out in columns}
        parts.append(f"SELECT {listed(columns, values)} FROM {table}")
    return " UNION ALL ".join(parts)


def values(script: Script, place: int) -> str:
    """Return the rows that stand in the plan itself."""
    node, columns = script.recipes[place].node, shown(script, place)
    if node["type"].endswith("DUMMY_SCAN"):
        return f"SELECT {NOTHING}"
    if not node["type"].endswith("EMPTY_RESULT"):
        raise UnsupportedError("the plan holds a list of values, which the replay does not know yet")
    types = {column: script.plan.columns[column].type for column in columns}
    return f"SELECT {listed(columns, {c: f'CAST(NULL AS {kind})' for c, kind in types.items()})} WHERE false"


def joined(script: Script, place: int, scopes: Sequence[Scope], tables: Sequence[str], whole: str) -> str:
    """Return the join of two tables; ``whole`` is the right one of all nodes together."""
    operator = script.plan.operators[place]
    both = Scope(script, scopes[0].held | scopes[1].held)
    if operator.join is JoinType.MARK:
        return _marked(script, place, both, tables, whole)
    condition = " AND ".join(join_conditions(script, place, both)) or "true"
    left, right = (_computed_below(script, place, k, scopes[k], tables[k]) for k in range(2))
    if operator.join in _MIRRORED:
        left, right = right, left
    keyword = _KEYWORDS.get(operator.join) or _MIRRORED[operator.join] if operator.join else ""
    return f"SELECT {listed(shown(script, place))} FROM {left} {keyword} {right} ON {condition}"


def _computed_below(script: Script, place: int, k: int, scope: Scope, table: str) -> str:
    """Return the table of input ``k`` with the computed columns that have to be there before the join makes NULLs."""
    recipe = script.recipes[place]
    new = [column for column in recipe.carried if column in recipe.inputs[k] and column not in scope.held]
    made = ", ".join(f"{scope.column(column)} AS c{column}" for column in new)
    return f"(SELECT *, {made} FROM {table})" if made else table


def join_conditions(script: Script, place: int, scope: Scope) -> list[str]:
    """Return what rows of both sides must fulfil, one by one."""
    operator, recipe = script.plan.operators[place], script.recipes[place]
    if _set_operation(recipe.node):  # INTERSECT and EXCEPT compare whole rows, NULL like any value
        return [f"{scope.column(a)} IS NOT DISTINCT FROM {scope.column(b)}" for a, b in operator.pairs]
    left, right = recipe.inputs
    everything = scope.positions((*left, *right))
    conditions = []
    for entry in recipe.node.get("conditions", ()):
        if "right" in entry:
            sides = sql.render(entry["left"], scope.positions(left)), sql.render(entry["right"], scope.positions(right))
            conditions.append(f"{sides[0]} {sql.COMPARISONS[entry['comparison']]} {sides[1]}")
        else:
            conditions.append(sql.render(entry.get("left", entry), everything))
    return conditions + ([sql.render(recipe.node["condition"], everything)] if recipe.node.get("condition") else [])


def _set_operation(node: Json) -> bool:
    return bool(node["type"].endswith(("INTERSECT", "EXCEPT")))


def _marked(script: Script, place: int, scope: Scope, tables: Sequence[str], whole: str) -> str:
    """Return the left rows with a truth value: NULL where IN would say so, that is where only a NULL could match."""
    recipe = script.recipes[place]
    left, right = recipe.inputs
    conditions = list(zip(join_conditions(script, place, scope), recipe.node["conditions"], strict=True))
    tested = [entry for _, entry in conditions if entry.get("comparison", _WITHOUT_NULL) != _WITHOUT_NULL]
    others = [condition for condition, entry in conditions if entry not in tested]
    if not tested:
        mark = f"EXISTS (FROM {tables[1]}{_where(others)})"
    elif len(tested) == 1:
        (entry,) = tested
        sides = sql.render(entry["left"], scope.positions(left)), sql.render(entry["right"], scope.positions(right))
        mark = _any(sides, sql.COMPARISONS[entry["comparison"]], others, (tables[1], whole))
    else:
        raise UnsupportedError("the plan looks for rows of several values in a subquery, which the replay does not know yet")
    return f"SELECT {listed(shown(script, place), {recipe.outputs[-1]: mark})} FROM {tables[0]}"


def _any(sides: tuple[str, str], comparison: str, others: list[str], right: tuple[str, str]) -> str:
    """Return whether any right row compares: matches are on this node, but a NULL on any node makes a "no" unknown.

    ``right`` is the table here and all nodes' together.  Nodes would tell each other of NULLs in a bit, which is not counted.
    """
    here, whole = right
    match = f"EXISTS (FROM {here}{_where([*others, f'{sides[0]} {comparison} {sides[1]}'])})"
    unknown = f"EXISTS (FROM {whole}{_where([*others, f'({sides[0]} IS NULL OR {sides[1]} IS NULL)'])})"
    return f"CASE WHEN {match} THEN true WHEN {unknown} THEN NULL ELSE false END"


def reference(script: Script, place: int, scope: Scope, table: str) -> str:
    """Return the rows of a shared subplan under the names that this reader of it has."""
    operator, columns = script.plan.operators[place], shown(script, place)
    (sources,) = operator.sources
    values = {out: scope.column(source) for out, source in zip(operator.outputs, sources, strict=True) if out in columns}
    return f"SELECT {listed(columns, values)} FROM {table}"
