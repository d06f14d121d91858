"""Operators at work, each on the nodes that hold its inputs."""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench.errors import UnsupportedError
from warehousebench.simulate.emulate import count
from warehousebench.simulate.emulate.arrive import spread_out
from warehousebench.simulate.emulate.cluster import LEADER, Relation, hash_of
from warehousebench.simulate.emulate.stage import Stage, equals
from warehousebench.simulate.motion import Motion, Spread, State, two_phase_bytes
from warehousebench.simulate.network import Step
from warehousebench.workload.plan import Kind, Operator
from warehousebench.workload.replay import statements
from warehousebench.workload.replay.grouping import Grouping, aggregated, combined, partial, read_grouping

_ROW_BY_ROW = {Kind.FILTER: statements.filtered, Kind.WINDOW: statements.windowed, Kind.AGGREGATE: aggregated}


def operated(stage: Stage, step: Step) -> Relation:
    """Return the output stream of an operator whose inputs have arrived."""
    operator, place = stage.operator(step.operator), step.operator
    inputs = [stage.made[tail] for tail in step.tails]
    if operator.kind in (Kind.SCAN, Kind.VALUES, Kind.REFERENCE):
        return _leaf(stage, step, operator)
    if operator.kind is Kind.SHARED:
        return inputs[1]
    if operator.kind in (Kind.ORDER, Kind.LIMIT):
        return _ordered(stage, step, inputs[0])
    if operator.kind is Kind.AGGREGATE and step.motion is not Motion.NONE:
        return _meeting_rows(stage, step, inputs[0]) if operator.distinct else _two_phases(stage, step, inputs[0])
    if operator.kind is Kind.JOIN:
        whole = inputs[1].everywhere()
        return stage.each(place, inputs, lambda scopes, tables: statements.joined(stage.script, place, scopes, tables, whole))
    if operator.kind is Kind.UNION:
        return stage.each(place, inputs, lambda scopes, tables: statements.united(stage.script, place, scopes, tables))
    return stage.each(place, inputs, lambda s, tables: _ROW_BY_ROW[operator.kind](stage.script, place, s[0], tables[0]))


def _leaf(stage: Stage, step: Step, operator: Operator) -> Relation:
    place, nodes = step.operator, range(stage.cluster.nodes)
    if operator.kind is Kind.SCAN:
        name = _stored(stage, step, operator)
        return stage.create(place, {node: statements.scan(stage.script, place, f"n{node}.{name}") for node in nodes})
    if operator.kind is Kind.VALUES:
        holding: Sequence[int] = nodes if stage.state(step.head).spread is Spread.REPLICATED else (LEADER,)
        return stage.create(place, dict.fromkeys(holding, statements.values(stage.script, place)))
    shared = (other for other in stage.script.plan.operators if other.kind is Kind.SHARED and other.shared == operator.shared)
    definition = stage.outputs[next(shared).inputs[0]]
    return stage.each(place, [definition], lambda s, tables: statements.reference(stage.script, place, s[0], tables[0]))


def _stored(stage: Stage, step: Step, operator: Operator) -> str:
    for (table, distribution), name in stage.cluster.stored.items():
        if table == operator.table and step.stored and distribution in step.stored:
            return name
    raise UnsupportedError(f"the cluster does not hold {operator.table} as the trace reads it")


def _ordered(stage: Stage, step: Step, relation: Relation) -> Relation:
    scope, place = stage.scope(relation), step.operator
    # Replicated rows are sorted everywhere; all others come together at the leader, as the answer does: uncounted.
    replicated = stage.state(step.head).spread is Spread.REPLICATED
    tables = relation.tables if replicated else {LEADER: relation.everywhere()}
    return stage.create(place, {k: statements.ordered(stage.script, place, scope, table) for k, table in tables.items()})


def _meeting_rows(stage: Stage, step: Step, relation: Relation) -> Relation:
    """Return a DISTINCT aggregate without a common group: its input's rows meet at the leader."""
    cluster, place = stage.cluster, step.operator
    size = stage.size(stage.operator(place).inputs[0])
    stage.note(step, count.gathered(cluster.connection, relation.tables, size, LEADER, cluster.nodes))
    done = stage.create(place, {LEADER: aggregated(stage.script, place, stage.scope(relation), relation.everywhere())})
    state = stage.state(step.head)
    return done if state.spread is Spread.SINGLE else spread_out(stage, done, state)


def _two_phases(stage: Stage, step: Step, relation: Relation) -> Relation:
    """Return an aggregate of partial groups, made on each node and sent to the node of a group column's hash."""
    cluster, place = stage.cluster, step.operator
    grouping = read_grouping(stage.script, place, stage.scope(relation))
    parts = cluster.make((), {node: partial(grouping, table) for node, table in relation.tables.items()})
    if step.motion is Motion.GATHER:  # one partial row per node, which the model does not count
        return stage.create(place, {LEADER: combined(stage.script, place, grouping, parts.everywhere())})
    key = _partial_key(grouping, stage.operator(place), stage.state(step.head))
    moved = count.hashed(cluster.connection, parts.tables, _partial_size(stage, grouping), key, cluster.nodes)
    stage.note(step, moved, _with_measured_groups(stage, place, grouping, relation, parts))
    rows = parts.everywhere()
    shares = {node: f"(FROM {rows} WHERE {key} % {cluster.nodes} = {node})" for node in range(cluster.nodes)}
    return stage.create(place, {node: combined(stage.script, place, grouping, share) for node, share in shares.items()})


def _partial_key(grouping: Grouping, operator: Operator, state: State) -> str:
    """Return SQL for the hash of a partial group: of all its columns if nobody cares where it goes."""
    keys = {out: f"g{i}" for i, (out, _) in enumerate(grouping.groups)}
    if state.spread is not Spread.HASHED:
        return hash_of([*keys.values(), "number"])
    return hash_of(next(keys[member] for member in equals(operator, column) if member in keys) for column in state.columns)


def _partial_size(stage: Stage, grouping: Grouping) -> str:
    """Return SQL for the bytes of a partial group: a partial result counts as wide as the finished one, as in the model."""
    columns = stage.script.plan.columns
    values = [(f"g{i}", columns[out]) for i, (out, _) in enumerate(grouping.groups)]
    values += [(f"p{i}_0", columns[out]) for i, (out, _) in enumerate(grouping.results)]
    return count.row_bytes(values + [(f"f{i}", columns[out]) for i, (out, _) in enumerate(grouping.firsts)])


def _with_measured_groups(stage: Stage, place: int, grouping: Grouping, relation: Relation, parts: Relation) -> float:
    """Return the model's bytes with the groups of each node counted instead of reckoned; ``parts`` if there are several sets."""
    if len(grouping.sets) > 1:
        groups = stage.cluster.rows(parts)
    else:
        tables = list(relation.tables.values())
        groups = count.measured_groups(stage.cluster.connection, tables, [group for _, group in grouping.groups])
    return two_phase_bytes(stage.operator(place), sum(groups), stage.cluster.nodes)
