"""Bytes of the rows that really leave their node: fixed widths by type, text as long as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import pstdev

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.workload.plan import PlanColumn
from warehousebench.workload.replay.widths import LENGTHS


@dataclass(frozen=True, slots=True)
class Moved:
    """Bytes that left their node, what an average hash function would have moved, and the deviation over hash functions."""

    bytes: float
    expected: float
    chance: float = 0.0


def row_bytes(values: Sequence[tuple[str, PlanColumn]]) -> str:
    """Return SQL for the bytes of one row of ``values`` (SQL and what it is); NULL text has none."""
    fixed = sum(column.width for _, column in values if column.type not in LENGTHS)
    texts = (f"coalesce({LENGTHS[column.type]}({value}), 0)" for value, column in values if column.type in LENGTHS)
    return " + ".join([f"{fixed:g}::DOUBLE", *texts])


def broadcast(connection: Connection, tables: Mapping[int, str], size: str, nodes: int) -> Moved:
    """Return what sending each node's table to all others takes; ``size`` is the SQL of a row's bytes."""
    sent = sum(_total(connection, table, size) for table in tables.values()) * (nodes - 1)
    return Moved(sent, sent)


def gathered(connection: Connection, tables: Mapping[int, str], size: str, leader: int, nodes: int) -> Moved:
    """Return what bringing all rows to ``leader`` takes; chance is which of the nodes is the leader."""
    held = {node: _total(connection, tables[node], size) if node in tables else 0.0 for node in range(nodes)}
    total = sum(held.values())
    return Moved(total - held[leader], total * (nodes - 1) / nodes, pstdev(held.values()))


def _total(connection: Connection, table: str, size: str) -> float:
    ((found,),) = duck.rows(connection, f"SELECT coalesce(sum({size}), 0) FROM {table}")
    return float(found)


def hashed(connection: Connection, tables: Mapping[int, str], size: str, key: str, nodes: int) -> Moved:
    """Return what sending every row to the node of its ``key`` (SQL of a hash) takes.

    A key's rows all go to one node and stay where they are if they lie there.  Over hash functions that is on average
    (N - 1) / N of its bytes, with the variance of its bytes per node.
    """
    held = " UNION ALL ".join(
        f"SELECT {node} AS node, {key} AS key, sum({size}) AS held FROM {table} GROUP BY ALL" for node, table in tables.items()
    )
    per_key = (
        f"SELECT sum(held) FILTER (WHERE key % {nodes} <> node) AS moved, sum(held) AS held, sum(held ** 2) AS squares"
        f" FROM ({held}) GROUP BY key"
    )
    variance = f"sum(squares / {nodes} - (held / {nodes}) ** 2)"
    figures = f"sum(moved), sum(held) * {nodes - 1} / {nodes}, sqrt(greatest({variance}, 0))"
    (found,) = duck.rows(connection, f"SELECT {figures} FROM ({per_key})")
    return Moved(*(float(figure or 0) for figure in found))


def measured_groups(connection: Connection, tables: Sequence[str], groups: Sequence[str]) -> tuple[int, ...]:
    """Return how many different ``groups`` (SQL expressions together) each of ``tables`` (one per node) holds.

    What a two-phase aggregate sends off is one partial group per node and group found there.  The cost model reckons it
    as if rows lay at random; where neighbouring rows were stored in turn, only counting tells.
    """
    keys = ", ".join(groups)
    return tuple(duck.rows(connection, f"SELECT count(*) FROM (SELECT DISTINCT {keys} FROM {table})")[0][0] for table in tables)
