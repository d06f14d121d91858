"""A cluster made of DuckDB databases in one process: ``n0``, ``n1``, ... each holds its part of every table.

Streams of rows are tables too: one per node that holds any of the rows, with a column ``c<number>`` per plan column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from warehousebench import duck
from warehousebench.duck import Connection
from warehousebench.model.layout import Distribution, Layout, Placement
from warehousebench.workload.replay.statements import NOTHING

LEADER = 0


@dataclass(frozen=True, slots=True)
class Relation:
    """A stream: the name of its table on each of ``nodes``, and the plan columns that it holds."""

    name: str
    columns: tuple[int, ...]
    nodes: tuple[int, ...]

    def on(self, node: int) -> str:
        """Return the table's full name on ``node``."""
        return f"n{node}.{self.name}"

    @property
    def tables(self) -> Mapping[int, str]:
        """Return node -> the table's full name there."""
        return {node: self.on(node) for node in self.nodes}

    def everywhere(self) -> str:
        """Return a subquery of the rows of all nodes together, as the leader sees them."""
        return "(" + " UNION ALL ".join(f"FROM {self.on(node)}" for node in self.nodes) + ")"


@dataclass(slots=True)
class Cluster:
    """The nodes' databases, attached to one connection, and the stored copies of the tables."""

    connection: Connection
    nodes: int
    stored: dict[tuple[str, Distribution], str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)

    def make(self, columns: tuple[int, ...], queries: Mapping[int, str]) -> Relation:
        """Create a stream from one query per node."""
        relation = Relation(f"s{len(self.made)}", columns, tuple(sorted(queries)))
        self.made.append(relation.name)
        for node, query in sorted(queries.items()):
            duck.run(self.connection, f"CREATE TABLE {relation.on(node)} AS {query}")
        return relation

    def clear(self) -> None:
        """Drop all streams."""
        for name in self.made:
            for node in range(self.nodes):
                duck.run(self.connection, f"DROP TABLE IF EXISTS n{node}.{name}")
        self.made.clear()

    def rows(self, relation: Relation) -> tuple[int, ...]:
        """Return the rows of a stream, per node that holds any."""
        return tuple(duck.rows(self.connection, f"SELECT count(*) FROM {relation.on(node)}")[0][0] for node in relation.nodes)


def attach(connection: Connection, nodes: int) -> Cluster:
    """Return a cluster of ``nodes`` empty in-memory databases."""
    for node in range(nodes):
        duck.run(connection, f"ATTACH ':memory:' AS n{node}")
    return Cluster(connection, nodes)


def place(cluster: Cluster, layout: Layout, columns: Mapping[str, Collection[str]]) -> None:
    """Put every stored copy of the tables in ``columns`` on the nodes, with these columns only.

    Hashed rows go to their hash's node, round robin ones in turn in the order they come, replicated ones to all nodes.
    The tables themselves are read from the connection's own database.
    """
    for copy in layout.copies:
        if copy.table not in columns or (copy.table, copy.distribution) in cluster.stored:
            continue
        name = f"t{len(cluster.stored)}"
        shown = sorted({*columns[copy.table], *copy.distribution.columns})
        for node in range(cluster.nodes):
            _place(cluster, copy.table, shown, copy.distribution, node, name)
        cluster.stored[copy.table, copy.distribution] = name


def _place(cluster: Cluster, table: str, columns: Sequence[str], distribution: Distribution, node: int, name: str) -> None:
    shown = ", ".join(duck.quote(column) for column in columns) or NOTHING
    source, condition = duck.quote(table), "true"
    if distribution.placement is Placement.HASH:
        condition = f"{hash_of(duck.quote(column) for column in distribution.columns)} % {cluster.nodes} = {node}"
    elif distribution.placement is Placement.ROUND_ROBIN:
        condition = f"rowid % {cluster.nodes} = {node}"
    duck.run(cluster.connection, f"CREATE TABLE n{node}.{name} AS SELECT {shown} FROM {source} WHERE {condition}")


def hash_of(values: Iterable[str]) -> str:
    """Return SQL for the hash of ``values`` (SQL) together; equal whole numbers of different types have the same."""
    return f"hash({', '.join(values)})"
