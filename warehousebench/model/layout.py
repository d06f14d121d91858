"""The neutral physical design under both products: stored copies of tables on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Placement(StrEnum):
    """How a copy's rows are spread over the nodes."""

    HASH = "hash"
    REPLICATED = "replicated"
    ROUND_ROBIN = "round robin"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Where rows go; ``columns`` are hashed together and empty unless the placement is a hash."""

    placement: Placement
    columns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.placement is Placement.HASH) != bool(self.columns):
            raise ValueError("a hash distribution needs columns and no other has any")


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A stored copy of (some columns of) a table: distribution, sort order, and a codec name per column."""

    name: str
    table: str
    columns: tuple[str, ...]
    distribution: Distribution
    order_by: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """All stored copies of a schema; Redshift keeps one per table, Vertica one or more."""

    copies: tuple[StoredCopy, ...]

    def of(self, table: str) -> tuple[StoredCopy, ...]:
        """Return the copies of ``table``, in order."""
        return tuple(copy for copy in self.copies if copy.table == table)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster a design is for: nodes, and slices (units of parallel storage) per node.

    ``shards`` part the rows of a storage that all nodes share; without them rows lie on the nodes themselves.
    """

    nodes: int = 4
    slices: int = 2
    shards: int | None = None

    def __post_init__(self) -> None:
        if self.nodes < 1 or self.slices < 1:
            raise ValueError("a cluster has at least one node and one slice per node")
        if self.shards is not None and self.shards < 1:
            raise ValueError("a storage that nodes share has at least one shard")

    @property
    def workers(self) -> int:
        """Return how many nodes have rows of their own to work on in one query."""
        return self.nodes if self.shards is None else min(self.nodes, self.shards)
