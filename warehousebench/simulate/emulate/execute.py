"""Runs a query on the cluster exactly as the cheapest trace says, and counts what moves.

Every step of the trace makes one stream: an input that arrives somewhere else, or an operator's output.  Rows per
operator are held against DuckDB's own run, so that a wrong emulation shows where it goes wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.simulate.emulate.arrive import arrived
from warehousebench.simulate.emulate.cluster import LEADER, Cluster
from warehousebench.simulate.emulate.model import CountedMotion
from warehousebench.simulate.emulate.operate import operated
from warehousebench.simulate.emulate.stage import Stage
from warehousebench.simulate.motion import Spread
from warehousebench.simulate.network import Step, Trace
from warehousebench.workload.replay.recipe import Script


@dataclass(frozen=True, slots=True)
class Executed:
    """The rows of the answer in their order, what moved for them, and what was not as the model takes it to be."""

    rows: list[tuple[Any, ...]]
    motions: tuple[CountedMotion, ...]
    remarks: tuple[str, ...]


def execute(cluster: Cluster, script: Script, trace: Trace) -> Executed:
    """Follow ``trace`` step by step; raises EngineError or SourceError with the reason if it cannot be done."""
    stage = Stage(cluster, script, trace)
    try:
        *steps, last = trace.steps
        for step in steps:
            _follow(stage, step)
        return Executed(_answer(stage, last), tuple(stage.motions), tuple(stage.remarks))
    except (KeyError, IndexError, TypeError, ValueError, StopIteration) as error:
        raise SourceError(f"DuckDB's plan has an unexpected form ({error!r}): use a tested version of DuckDB") from error
    finally:
        cluster.clear()


def _follow(stage: Stage, step: Step) -> None:
    if step.place is not None:
        stage.made[step.head] = arrived(stage, step)
        return
    stage.made[step.head] = stage.outputs[step.operator] = operated(stage, step)
    stage.check_rows(step)


def _answer(stage: Stage, last: Step) -> list[tuple[Any, ...]]:
    """Return the finished rows; bringing them to the client is not counted."""
    (tail,) = last.tails
    relation, scope = stage.made[tail], stage.scope(stage.made[tail])
    columns = ", ".join(scope.column(column) for column in stage.script.root)
    whole = stage.state(tail).spread is Spread.REPLICATED or len(relation.nodes) == 1
    return duck.rows(stage.cluster.connection, f"SELECT {columns} FROM {relation.on(LEADER) if whole else relation.everywhere()}")
