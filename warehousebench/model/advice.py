"""``advice.<engine>.json``: what a design saves under the model, against baselines, query by query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class QueryCost:
    """One query under one design: bytes over the network, and raw bytes read after zone-map pruning; not weighted."""

    query: str
    weight: float
    moved: float
    read: float
    motions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesignCost:
    """One design's costs.

    ``copies`` are the raw bytes of all its copies, a replicated table counted once per node: replicating more moves less.
    ``stored`` is its encoded bytes where they were measured.
    """

    name: str
    queries: tuple[QueryCost, ...]
    stored: float | None = None
    copies: float | None = None

    @property
    def moved(self) -> float:
        """Return the weighted bytes over the network of all queries."""
        return sum(query.weight * query.moved for query in self.queries)

    @property
    def read(self) -> float:
        """Return the weighted bytes read by all queries."""
        return sum(query.weight * query.read for query in self.queries)


@dataclass(frozen=True, slots=True)
class Option:
    """Another choice for one table, all else as chosen: what it would cost instead, in weighted bytes of all queries."""

    choice: str
    bytes: float


@dataclass(frozen=True, slots=True)
class TableAdvice:
    """One table: what was chosen, what else there was, and how evenly it lies.

    ``distributions`` are compared by bytes moved, ``orders`` by bytes read from this table; both hold the chosen one,
    cheapest first.  ``skew`` is the fullest slice over the mean, lowest and highest over several hash functions.
    """

    table: str
    rows: int
    raw_bytes: float
    encoded_bytes: float
    distribution: str
    order_by: tuple[str, ...]
    distributions: tuple[Option, ...]
    orders: tuple[Option, ...]
    skew: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The fewest bytes that can move if copies may take ``extra`` bytes beyond one of every table."""

    extra: float
    moved: float


@dataclass(frozen=True, slots=True)
class Advice:
    """What one product's design saves under the model.  All bytes are the model's; nothing was timed on the product.

    ``designs`` has the baselines first and the advised one last.  No design within the limits moves fewer than ``bound``.
    """

    made_by: ClassVar[str] = "warehousebench advise"

    product: str
    nodes: int
    slices: int
    block_bytes: int
    scaled: bool
    designs: tuple[DesignCost, ...]
    tables: tuple[TableAdvice, ...]
    bound: float
    curve: tuple[CurvePoint, ...] = ()
    ties: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    format: str = "warehousebench.advice"
    version: int = 1

    @property
    def advised(self) -> DesignCost:
        """Return the costs of the advised design."""
        return self.designs[-1]


@dataclass(frozen=True, slots=True)
class Costs:
    """What several designs of one product cost under the model, side by side."""

    made_by: ClassVar[str] = "warehousebench simulate"

    product: str
    nodes: int
    slices: int
    designs: tuple[DesignCost, ...]
    format: str = "warehousebench.costs"
    version: int = 1
