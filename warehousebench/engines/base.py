"""What the toolkit expects of an engine: sessions that answer queries, a store to load, and a designer if it is one to design for.

An engine is a module ``engines/<name>/engine.py`` that offers what :class:`Engine` lists; the registry in
``engines/__init__.py`` finds it by name.  Everything that knows the product stays in its folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.data import Fingerprint
from warehousebench.model.design import DesignSummary
from warehousebench.model.document import Document
from warehousebench.model.function import Function, Variant
from warehousebench.model.layout import Cluster, Layout
from warehousebench.model.load import TableLayout
from warehousebench.model.profile import Profile
from warehousebench.model.workload import Workload

if TYPE_CHECKING:
    from warehousebench.engines.targets import Convention, Target
    from warehousebench.optimise.advisor import Physical
    from warehousebench.optimise.case import Product


class Support(StrEnum):
    """Whether an engine offers a feature here; all but ``yes`` come with a reason."""

    YES = "yes"
    NOT_IMPLEMENTED = "not implemented"
    NOT_YET = "not yet upstream"
    NEVER = "never"


class Feature(StrEnum):
    """What one engine may offer and another not."""

    QUERIES = "queries"
    PLANS = "plans"
    TIME_LIMIT = "time limit"
    LOAD = "load"
    DESIGN = "physical design"
    READ_BACK = "design read back"
    SERVER_METRICS = "server metrics"
    COLD_CACHE = "cold cache"
    TRANSACTIONS = "transactional load"
    REJECTED_ROWS = "rejected rows"


@dataclass(frozen=True, slots=True)
class Ability:
    """How far a feature is supported, and why not further."""

    support: Support
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.support is Support.YES) == bool(self.reason):
            raise ValueError("what is not supported needs a reason, and what is needs none")


Capabilities = Mapping[Feature, Ability]
YES = Ability(Support.YES)


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's result: column names, the engine's type names, and the rows as Python values.

    Values are int, Decimal, float, str, bytes, bool, date, time, datetime, timedelta, UUID or None.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Client(Protocol):
    """An open session on an engine; close it after use."""

    def query(self, sql: str, timeout: float) -> Answer:
        """Run ``sql`` to its last row; raises TimeLimitError after ``timeout`` seconds and EngineError on failure.

        After a failure the session is usable for the next query, or every further call raises TransientError.
        """
        ...

    def metrics(self) -> Mapping[str, float]:
        """Return what the server itself says of the last query (name with unit -> figure); asked outside the clock."""
        ...

    def define(self, function: Function, variant: Variant) -> None:
        """Make a function callable under ``function.called(variant)``; raises UnsupportedError and EngineError."""
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
    def stand_in(self) -> bool:
        """Tell whether the server says of itself that it only stands in for the product."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """Return the settings that every session starts with."""
        ...

    def connect(self) -> Client:
        """Return a new session; raises EngineError, TransientError if trying again may help."""
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """A query in an engine's dialect, and notes: where its answer may differ from DuckDB's, and why."""

    sql: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """What a table's load did: rows that arrived, and rows the engine refused, each with its reason."""

    rows: int
    rejected: tuple[str, ...] = ()


class Store(Protocol):
    """An open session that creates, fills and examines the tables of one data set; close it after use.

    ``create`` and ``fill`` may be repeated: a table is made anew, so that no row arrives twice and no half table looks whole.
    """

    @property
    def version(self) -> str:
        """Return the engine's version."""
        ...

    @property
    def stand_in(self) -> bool:
        """Tell whether the server says of itself that it only stands in for the product."""
        ...

    def create(self, table: Table) -> None:
        """Create the (empty) table, dropping one of the same name that an earlier load left in this schema."""
        ...

    def fill(self, table: Table, files: Sequence[Path]) -> Filled:
        """Load the rows of Parquet ``files`` into the empty table, all or none; raises EngineError."""
        ...

    def finish(self) -> None:
        """Do what comes after the last table: keys, statistics, projections brought up to date."""
        ...

    def check(self, table: Table) -> Mapping[str, str]:
        """Return the table's aggregates, computed there; see :mod:`warehousebench.engines.common.checks`."""
        ...

    def differences(self) -> tuple[str, ...]:
        """Return where the engine's own catalogue differs from the design that was asked for; empty proves it applied."""
        ...

    def stored_bytes(self) -> int | None:
        """Return the bytes that the tables take by the engine's own word, None if it does not say."""
        ...

    def close(self) -> None:
        """End the session."""
        ...


class CheckStatus(StrEnum):
    """How a check of ``doctor`` ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``: what was looked at, how it is, and what to do if it is not well."""

    name: str
    status: CheckStatus
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a load is to make on a target: tables (parents first), the design or None, and what is known of the rows."""

    catalog: Catalog
    design: Any = None
    profile: Profile | None = None


class Engine(Protocol):
    """What an engine's ``engine`` module offers; nothing in it imports a driver before it is called."""

    CONVENTION: Convention

    def capabilities(self) -> Capabilities:
        """Return an ability for every feature."""
        ...

    def variants(self) -> Mapping[Variant, Ability]:
        """Return, for every variant of a user-defined function, whether a session can define it here."""
        ...

    def translate(self, sql: str, catalog: Catalog) -> Translation:
        """Return a DuckDB query in the engine's dialect with the same answer; raises UnsupportedError with the reason."""
        ...

    def connector(self, target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:
        """Return what opens sessions on ``target``.

        ``files`` (table -> Parquet files) are what an engine reads in place; others use the tables loaded to the target.
        """
        ...

    def statements(self, target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
        """Return what a load would execute, in order, secrets replaced: the dry run."""
        ...

    def store(self, target: Target, plan: Plan) -> Store:
        """Return a session to load with; raises UnsupportedError if the engine has no tables of its own."""
        ...

    def examine(self, target: Target) -> Iterator[Check]:
        """Yield the checks of ``doctor``; a failed one ends them where the rest would make no sense."""
        ...


class Distributed(Protocol):
    """What a ``distributed`` module offers: the work that comes before a run, on data too large for one machine.

    Files lie where the driver and all workers see them under the same path.
    """

    def generate(self, target: Target, command: Sequence[str], scale: float, folder: Path, progress: Callable[[str], None]) -> None:
        """Make a suite's tables in parts by the generator's ``command``; what an interrupted attempt has made is kept."""
        ...

    def profile(
        self, target: Target, files: Mapping[str, Sequence[Path]], fingerprint: Fingerprint, progress: Callable[[str], None]
    ) -> Profile:
        """Return the profile of Parquet ``files`` (table -> paths)."""
        ...

    def sort(self, target: Target, plan: Plan, table: Table, files: Sequence[Path], folder: Path) -> tuple[Path, int, int]:
        """Write a table in the plan's order below ``folder``; return its own folder, rows and bytes; raises VerificationError."""
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
