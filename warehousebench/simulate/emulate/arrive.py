"""Inputs of operators on their way to where they are needed."""

from __future__ import annotations

from warehousebench.simulate.emulate import count
from warehousebench.simulate.emulate.cluster import LEADER, Relation
from warehousebench.simulate.emulate.stage import Stage
from warehousebench.simulate.motion import Spread, State
from warehousebench.simulate.network import Step


def arrived(stage: Stage, step: Step) -> Relation:
    """Return the stream of a step that moves an operator's input, and note its bytes."""
    assert step.place is not None
    (tail,) = step.tails
    place = stage.operator(step.operator).inputs[step.place]
    relation, source, target = stage.made[tail], stage.state(tail), stage.state(step.head)
    if source == target:
        _check_place(stage, relation, place, source)
        return relation
    if target.spread is Spread.RANDOM:
        return spread_out(stage, relation, source)
    if target.spread is Spread.REPLICATED:
        return _broadcast(stage, step, relation, place)
    if source.spread is Spread.REPLICATED:
        return _own_share(stage, relation, place, target)
    return _gathered(stage, step, relation, place) if target.spread is Spread.SINGLE else _hashed(stage, step, relation, place)


def spread_out(stage: Stage, relation: Relation, source: State) -> Relation:
    """Return rows whose place does not matter: replicated ones thinned, all others where they are."""
    cluster, nodes = stage.cluster, range(stage.cluster.nodes)
    if source.spread is Spread.REPLICATED:
        shares = {node: f"FROM {relation.on(node)} WHERE rowid % {cluster.nodes} = {node}" for node in nodes}
        return cluster.make(relation.columns, shares)
    if len(relation.nodes) == cluster.nodes:
        return relation
    empty = dict.fromkeys(nodes, f"FROM {relation.on(LEADER)} WHERE false")
    return cluster.make(relation.columns, empty | {LEADER: f"FROM {relation.on(LEADER)}"})


def _check_place(stage: Stage, relation: Relation, place: int, state: State) -> None:
    """Remark on rows that do not lie where their hash says: the model took a motion for needless."""
    if state.spread is not Spread.HASHED:
        return
    key = stage.hash(relation, place, state.columns)
    moved = count.hashed(stage.cluster.connection, relation.tables, "1", key, stage.cluster.nodes)
    if moved.bytes:
        stage.remark(place, f"{moved.bytes:g} rows do not lie where the model takes them to be")


def _broadcast(stage: Stage, step: Step, relation: Relation, place: int) -> Relation:
    cluster = stage.cluster
    stage.note(step, count.broadcast(cluster.connection, relation.tables, stage.size(place), cluster.nodes))
    return cluster.make(relation.columns, dict.fromkeys(range(cluster.nodes), f"FROM {relation.everywhere()}"))


def _own_share(stage: Stage, relation: Relation, place: int, target: State) -> Relation:
    """Return what each node keeps of replicated rows, which moves nothing."""
    cluster = stage.cluster
    if target.spread is Spread.SINGLE:
        return Relation(relation.name, relation.columns, (LEADER,))
    key = stage.hash(relation, place, target.columns)
    shares = {node: f"FROM {relation.on(node)} WHERE {key} % {cluster.nodes} = {node}" for node in relation.nodes}
    return cluster.make(relation.columns, shares)


def _gathered(stage: Stage, step: Step, relation: Relation, place: int) -> Relation:
    cluster = stage.cluster
    stage.note(step, count.gathered(cluster.connection, relation.tables, stage.size(place), LEADER, cluster.nodes))
    return cluster.make(relation.columns, {LEADER: f"FROM {relation.everywhere()}"})


def _hashed(stage: Stage, step: Step, relation: Relation, place: int) -> Relation:
    cluster = stage.cluster
    key = stage.hash(relation, place, stage.state(step.head).columns)
    stage.note(step, count.hashed(cluster.connection, relation.tables, stage.size(place), key, cluster.nodes))
    rows = relation.everywhere()
    return cluster.make(relation.columns, {k: f"FROM {rows} WHERE {key} % {cluster.nodes} = {k}" for k in range(cluster.nodes)})
