"""What a design is for: schema, data, analysed queries, the size it shall serve, a product's limits and a user's wishes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from warehousebench.model.catalog import Catalog
from warehousebench.model.layout import Distribution
from warehousebench.model.profile import Profile
from warehousebench.optimise.encodings import EncodingRules
from warehousebench.workload.analysis import table_bytes
from warehousebench.workload.plan import Plan
from warehousebench.workload.scaling import growth, scaled

BaseColumn = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """Schema, measured data and plans; ``target`` gives the rows per table that the design shall serve, where they differ.

    ``relations`` are table name -> SQL that can follow FROM.  ``texts`` are query name -> SQL in DuckDB's dialect, for what
    plans do not keep; without a query's text no live aggregate is sought for it.
    """

    catalog: Catalog
    profile: Profile
    plans: tuple[Plan, ...]
    relations: Mapping[str, str]
    target: Mapping[str, float] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def rows(self, table: str) -> float:
        """Return the rows of ``table`` at the target size."""
        return self.target.get(table, float(self.profile.tables[table].rows))

    @cached_property
    def sizes(self) -> dict[str, float]:
        """Return table -> raw bytes of one copy at the target size."""
        return {
            table: size * self.rows(table) / max(self.profile.tables[table].rows, 1)
            for table, size in table_bytes(self.profile).items()
        }

    @cached_property
    def scaled_plans(self) -> tuple[Plan, ...]:
        """Return the plans with the rows they would have at the target size."""
        if not self.target:
            return self.plans
        rows = {table: float(found.rows) for table, found in self.profile.tables.items()}
        by = growth(self.plans, rows, self.target)
        return tuple(scaled(plan, by) for plan in self.plans)


@dataclass(frozen=True, slots=True)
class Product:
    """A product's limits, in neutral terms: its engine's folder fills this in.

    ``keys`` and ``sortable`` are the (table, column) pairs that may distribute or sort; ``codecs`` the encodings that a
    column's type allows.  ``several_copies`` tells that a table may be stored more than once, ``round_robin`` that rows may
    be placed in turn, ``wide_keys`` that a hash may take several columns.  ``orders`` are the sort orders that the product's
    own rules would give: they are tried as well, and what they add to a found order is kept, for the runs it makes.
    ``times_stored`` is how often a row of a hashed copy is stored, for the loss of nodes; ``remarks`` are assumptions of its own.
    """

    name: str
    nodes: int
    slices: int
    block_bytes: int
    keys: Collection[BaseColumn]
    sortable: Collection[BaseColumn]
    codecs: Mapping[BaseColumn, frozenset[str]]
    rules: EncodingRules
    several_copies: bool = False
    round_robin: bool = True
    wide_keys: bool = False
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    times_stored: int = 1
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """What a user insists on for one table; None leaves the choice free."""

    distribution: Distribution | None = None
    order_by: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """Budgets and pins: extra copies may take ``replication`` of the raw bytes; ``storage`` times them for whole second copies."""

    replication: float = 0.05
    storage: float = 1.0
    pins: Mapping[str, Pin] = field(default_factory=dict)
