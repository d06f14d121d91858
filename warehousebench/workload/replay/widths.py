"""How long text really is where rows may have to move: filters and joins let through longer or shorter values than the mean.

Only what can differ from the base columns' means is measured: text of varying length in the inputs of joins, unions, windows
and DISTINCT aggregates, and in the groups and results of aggregates.  One statement measures all of a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.workload.liveness import remeasured
from warehousebench.workload.plan import JoinType, Kind, Operator, Plan
from warehousebench.workload.planreader import ColumnFacts, Facts
from warehousebench.workload.replay.recipe import Script
from warehousebench.workload.replay.statements import pushed_filters
from warehousebench.workload.replay.streams import name, sources, with_clause

# SQL of a text's bytes, by type.
LENGTHS: Mapping[str, str] = {"VARCHAR": "strlen", "BLOB": "octet_length"}
_NULLING = frozenset({JoinType.LEFT, JoinType.SINGLE, JoinType.RIGHT, JoinType.FULL})


def with_text_widths(connection: Connection, script: Script, facts: Facts) -> Plan:
    """Return the script's plan with row widths made of the text that its operators really put out, NULL counted as none.

    Raises EngineError with the reason if the plan cannot be run by hand.
    """
    wanted = dict(_wanted(script, facts))
    if not wanted:
        return script.plan
    operators = list(script.plan.operators)
    for place, found in _measured(connection, script, wanted).items():
        operators[place] = remeasured(operators[place], script.plan.columns, found)
    return replace(script.plan, operators=tuple(operators))


def _measured(connection: Connection, script: Script, wanted: Mapping[int, tuple[int, ...]]) -> Mapping[int, Mapping[int, float]]:
    columns = script.plan.columns
    lists = []
    for place, texts in wanted.items():
        means = (f"avg(coalesce({LENGTHS[columns[text].type]}(c{text}), 0))" for text in texts)
        lists.append(f"(SELECT [{', '.join(means)}] FROM {name(place)})")
    (found,) = duck.rows(connection, f"{with_clause(script, wanted)} SELECT {', '.join(lists)}")
    return {
        place: {text: float(mean) for text, mean in zip(texts, means, strict=True) if mean is not None}
        for (place, texts), means in zip(wanted.items(), found, strict=True)
    }


def _wanted(script: Script, facts: Facts) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Yield operators whose rows may move, with the columns whose mean is not known."""
    nulled = _nulled(script.plan)
    for place in sorted(_movable(script.plan)):
        operator, recipe = script.plan.operators[place], script.recipes[place]
        columns = dict.fromkeys([*operator.live, *recipe.groups])
        texts = (column for column in columns if script.plan.columns[column].type in LENGTHS)
        found = tuple(column for column in texts if not _known(script, place, column, facts, nulled[place]))
        if found:
            yield place, found


def _movable(plan: Plan) -> set[int]:
    """Return the operators whose rows, or partial groups, may have to move for the sake of another."""
    found = set[int]()
    for place, operator in enumerate(plan.operators):
        moving = operator.kind in (Kind.JOIN, Kind.UNION, Kind.WINDOW)
        if moving or (operator.kind is Kind.AGGREGATE and operator.distinct):
            found.update(operator.inputs)
        elif operator.kind is Kind.AGGREGATE and operator.groupings != ((),):
            found.add(place)
    return found


def _known(script: Script, place: int, column: int, facts: Facts, nulled: bool) -> bool:
    base = script.plan.columns[column]
    fact = facts.get((base.table or "", base.name or ""), ColumnFacts())
    whole_table = script.plan.operators[place].kind is Kind.SCAN and not pushed_filters(script.recipes[place].node)
    return fact.average_width is not None and (whole_table or (fact.fixed and not nulled))


def _nulled(plan: Plan) -> list[bool]:
    """Return, per operator, whether anything below or in it turns values NULL."""
    found: list[bool] = []
    for place, operator in enumerate(plan.operators):
        found.append(_nulls(operator) or any(found[source] for source in sources(plan, place)))
    return found


def _nulls(operator: Operator) -> bool:
    return operator.join in _NULLING or (operator.kind is Kind.AGGREGATE and len(operator.groupings) > 1)
