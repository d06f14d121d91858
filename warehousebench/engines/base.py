"""What the toolkit expects of an engine: a client that answers queries, and a designer if the product is one to design for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from warehousebench.model.catalog import Catalog
from warehousebench.model.design import DesignSummary
from warehousebench.model.document import Document
from warehousebench.model.layout import Cluster, Layout
from warehousebench.model.load import TableLayout
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload

if TYPE_CHECKING:
    from warehousebench.optimise.advisor import Physical
    from warehousebench.optimise.case import Product


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's result: column names, the engine's type names, and the rows as Python values.

    Values are int, Decimal, float, str, bytes, bool, date, time, datetime, timedelta, UUID or None.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    metrics: Mapping[str, float] = field(default_factory=dict)


class Client(Protocol):
    """An open session on an engine; close it after use."""

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure."""
        ...

    def plan(self, sql: str) -> str:
        """Return the engine's plan for ``sql`` as text, without running it."""
        ...

    def close(self) -> None:
        """End the session."""
        ...


class Connector(Protocol):
    """Opens fresh sessions on one data set; nothing is shared between two of them."""

    @property
    def engine(self) -> str:
        """Return the engine's name."""
        ...

    @property
    def version(self) -> str:
        """Return the engine's version."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        ...

    def connect(self) -> Client:
        """Return a new session."""
        ...


class Designer(Protocol):
    """What a product's ``designer`` module offers; a design is opaque outside its own folder."""

    def advise(self, catalog: Catalog, profile: Profile | None, workload: Workload | None, cluster: Cluster) -> Document:
        """Return the product's design, each choice with its reason; pure and deterministic."""
        ...

    def product(self, catalog: Catalog, profile: Profile, workload: Workload | None, cluster: Cluster) -> Product:
        """Return the product's limits for the optimiser."""
        ...

    def realise(self, physical: Physical, catalog: Catalog, profile: Profile, cluster: Cluster, basis: str) -> Document:
        """Return the optimiser's choice as the product's design; raises DesignError if it breaks a rule."""
        ...

    def layout(self, design: Any, catalog: Catalog) -> Layout:
        """Return a design as a neutral layout, to be costed like any other."""
        ...

    def script(self, design: Any, catalog: Catalog, profile: Profile | None) -> str:
        """Return the runnable SQL that creates the design."""
        ...

    def summarise(self, design: Any, script: str) -> DesignSummary:
        """Return the design as a report shows it."""
        ...

    def read(self, path: Path) -> Document:
        """Return the design in a file; raises SourceError."""
        ...

    def table_layouts(self, design: Any) -> Mapping[str, TableLayout]:
        """Return how each table's rows lie in the design: order and families of encodings."""
        ...
