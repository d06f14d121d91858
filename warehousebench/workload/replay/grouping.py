"""Aggregates on one node: all at once, or as partial groups that are put together elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warehousebench.errors import UnsupportedError
from warehousebench.workload.expressions import Json
from warehousebench.workload.replay import sql
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.replay.sql import Reference
from warehousebench.workload.replay.statements import Scope, listed, shown

# Aggregates that put their own partial results together; COUNT adds them up, AVG is a sum and a count.
_COMBINED = {name: name for name in ("sum", "min", "max", "first", "any_value", "bool_and", "bool_or")}


@dataclass(frozen=True, slots=True)
class Grouping:
    """An aggregate as SQL over its input.

    ``groups`` are (output column, SQL), ``sets`` places among them, ``results`` (output column, expression) and
    ``firsts`` (output column, SQL) columns of which any row's value will do.
    """

    groups: tuple[tuple[int, str], ...]
    sets: tuple[tuple[int, ...], ...]
    results: tuple[tuple[int, Json], ...]
    firsts: tuple[tuple[int, str], ...]
    reference: Reference
    markers: tuple[tuple[int, str], ...] = ()

    @property
    def set_number(self) -> str:
        """Return SQL that tells the grouping sets apart."""
        many = len(self.sets) > 1
        return f"GROUPING({', '.join(group for _, group in self.groups)})" if many else "0"


def read_grouping(script: Script, place: int, scope: Scope) -> Grouping:
    """Return the aggregate at ``place``; what nothing above needs is left out, but for the groups."""
    operator, recipe = script.plan.operators[place], script.recipes[place]
    if not recipe.node["type"].endswith("AGGREGATE_AND_GROUP_BY"):
        return _whole_rows(script, place, scope)
    reference = scope.positions(recipe.inputs[0])
    entries, expressions = recipe.node.get("groups", ()), recipe.node.get("expressions", ())
    groups = [sql.render(entry, reference) for entry in entries]
    functions = recipe.node.get("grouping_functions", ())
    after = recipe.outputs[len(groups) :]
    return Grouping(
        tuple(zip(recipe.outputs, groups, strict=False)),
        tuple(tuple(entry) for entry in recipe.node.get("grouping_sets") or [range(len(groups))]),
        tuple((out, e) for out, e in zip(after, expressions, strict=False) if out in operator.live),
        (),
        reference,
        tuple((out, _marker(f, groups)) for out, f in zip(after[len(expressions) :], functions, strict=True)),
    )


def _marker(places: Sequence[int], groups: Sequence[str]) -> str:
    return f"GROUPING({', '.join(groups[place] for place in places)})"


def _whole_rows(script: Script, place: int, scope: Scope) -> Grouping:
    """Return a DISTINCT, or the aggregate that a set operation or a correlated subquery implies."""
    operator = script.plan.operators[place]
    (grouped,) = operator.groupings
    groups = tuple((column, scope.column(column)) for column in dict.fromkeys(grouped))
    firsts = tuple((column, scope.column(column)) for column in operator.live if column not in grouped)
    return Grouping(groups, (tuple(range(len(groups))),), (), firsts, scope.column)


def aggregated(script: Script, place: int, scope: Scope, table: str, *, whole: bool = False) -> str:
    """Return the finished groups of a table that holds all rows of each; ``whole`` groups, with what nothing above needs."""
    grouping = read_grouping(script, place, scope)
    results = {out: sql.aggregate(e, grouping.reference) for out, e in grouping.results}
    firsts = {out: f"first({value})" for out, value in grouping.firsts}
    values = dict(grouping.groups) | results | firsts | dict(grouping.markers)
    columns = dict.fromkeys([*shown(script, place), *(script.recipes[place].groups if whole else ())])
    return f"SELECT {listed(tuple(columns), values)} FROM {table}{_group_by(grouping)}"


def _group_by(grouping: Grouping) -> str:
    if grouping.sets == ((),):
        return ""
    sets = (f"({', '.join(grouping.groups[k][1] for k in entry)})" for entry in grouping.sets)
    return f" GROUP BY GROUPING SETS ({', '.join(sets)})"


def partial(grouping: Grouping, table: str) -> str:
    """Return a table's partial groups: ``g<i>`` groups, ``p<i>_<k>`` parts of results, ``f<i>`` firsts, ``number`` of the set."""
    values = [f"{group} AS g{i}" for i, (_, group) in enumerate(grouping.groups)]
    for i, (_, expression) in enumerate(grouping.results):
        values += [f"{part} AS p{i}_{k}" for k, part in enumerate(_parts(expression, grouping.reference))]
    values += [f"first({value}) AS f{i}" for i, (_, value) in enumerate(grouping.firsts)]
    values += [f"{marker} AS m{i}" for i, (_, marker) in enumerate(grouping.markers)]
    # A node without rows has no say: its empty group would pass for a first value of NULL.
    rest = f"FROM {table}{_group_by(grouping)} HAVING count(*) > 0"
    return f"SELECT {', '.join([*values, f'{grouping.set_number} AS number'])} {rest}"


def _parts(expression: Json, reference: Reference) -> list[str]:
    name = sql.aggregate_name(expression)
    if expression.get("order_bys", {}).get("orders") or name not in (*_COMBINED, "count", "avg"):
        raise UnsupportedError(f"the aggregate {name} cannot be put together from partial groups in the replay yet")
    if name != "avg":
        return [sql.aggregate(expression, reference)]
    (argument,) = (sql.render(child, reference) for child in expression["children"])
    condition = sql.filtered(expression, reference)
    return [f"sum({argument}){condition}", f"count({argument}){condition}"]


def combined(script: Script, place: int, grouping: Grouping, table: str) -> str:
    """Return the finished groups of a table of partial ones."""
    values = {out: f"g{i}" for i, (out, _) in enumerate(grouping.groups)}
    values |= {out: _whole(i, expression) for i, (out, expression) in enumerate(grouping.results)}
    values |= {out: f"first(f{i})" for i, (out, _) in enumerate(grouping.firsts)}
    values |= {out: f"first(m{i})" for i, (out, _) in enumerate(grouping.markers)}
    keys = [f"g{i}" for i in range(len(grouping.groups))]
    grouped = f" GROUP BY {', '.join([*keys, 'number'])}" if grouping.sets != ((),) else ""
    return f"SELECT {listed(shown(script, place), values)} FROM {table}{grouped}"


def _whole(i: int, expression: Json) -> str:
    """Return the result number ``i`` made of its parts, in the type of the plan."""
    name = sql.aggregate_name(expression)
    if name == "avg":
        merged = f"CAST(sum(p{i}_0) AS DOUBLE) / sum(p{i}_1)"
    else:
        merged = f"coalesce(sum(p{i}_0), 0)" if name == "count" else f"{_COMBINED[name]}(p{i}_0)"
    return f"CAST({merged} AS {sql.sql_type(expression['return_type'])})"
