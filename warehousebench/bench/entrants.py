"""Who takes part in a run: loaded layouts and engines, each with its sessions and the queries in its own dialect."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from warehousebench.engines import engine, target
from warehousebench.engines.base import Connector, Support
from warehousebench.engines.duckdb.client import DuckFile
from warehousebench.errors import UnsupportedError, UsageError
from warehousebench.load import manifest
from warehousebench.model.catalog import Catalog
from warehousebench.model.function import Function, Variant, entry_name
from warehousebench.model.load import Loaded
from warehousebench.model.run import Subject
from warehousebench.workload.calls import called, with_calls

IN_PLACE = "the data files, in place"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to time: ``truth`` is the query whose answer is right, ``sql`` the same calling functions in one variant."""

    truth: str
    sql: str
    variant: Variant = Variant.EXPRESSION
    functions: tuple[Function, ...] = ()


@dataclass(frozen=True, slots=True)
class Texts:
    """A workload in one engine's dialect: SQL by query, why the others cannot run there, and where an answer may differ.

    ``absent`` are entries in a variant of functions that the engine does not offer: nobody expects them there.
    """

    sql: Mapping[str, str]
    skipped: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entrant:
    """One subject of a run before it starts; ``loaded`` is its load's manifest, None if it reads the data in place."""

    name: str
    connector: Connector
    loaded: Loaded | None = None

    @property
    def subject(self) -> Subject:
        """Return the subject as the run's document keeps it."""
        loaded = self.loaded
        return Subject(
            name=self.name,
            engine=self.connector.engine,
            engine_version=self.connector.version,
            layout=f"{loaded.layout}: {loaded.basis}" if loaded else IN_PLACE,
            stand_in=self.connector.stand_in or bool(loaded and loaded.stand_in),
            settings=self.connector.settings,
            load_seconds=loaded.seconds if loaded else None,
            stored_bytes=loaded.database_bytes if loaded else None,
        )


def layout_entrant(name: str, folder: Path, loaded: Loaded, threads: int) -> Entrant:
    """Return the entrant that runs on the load in ``folder``, wherever it put the tables; raises EngineError."""
    if loaded.engine == "duckdb":
        return Entrant(name, DuckFile(folder / manifest.DATABASE, threads), loaded)
    files = {table: (folder / each.file,) for table, each in loaded.tables.items()}
    place = target(str(loaded.database))
    return Entrant(name, engine(loaded.engine).connector(place, files), loaded)


def engine_entrant(name: str, named: str, files: Mapping[str, Sequence[Path]], threads: int) -> Entrant:
    """Return the entrant for an engine on the data files in place, or on what its target holds; raises EngineError."""
    place = target(named)
    if place.options.get("threads") == "":
        place = replace(place, options={**place.options, "threads": str(threads)})
    if odd := sorted(str(path) for paths in files.values() for path in paths if path.suffix == ".csv"):
        raise UsageError(
            f"{place.name} does not read {odd[0]} in place. Load the data first: warehousebench load --to {place.name}"
        )
    return Entrant(name, engine(place.engine).connector(place, files))


def translated(
    entries: Mapping[str, Entry],
    product: str,
    catalog: Catalog | None,
    override: Callable[[str, str], str | None] = lambda *_: None,
) -> Texts:
    """Return the entries in ``product``'s dialect; ``override`` (product, query) may know a text that wins."""
    if product != "duckdb" and catalog is None:
        raise UsageError(f"queries for {product} are translated by the types of their columns. Give the --catalog too.")
    sql: dict[str, str] = {}
    skipped: dict[str, str] = {}
    offered = engine(product).variants()
    absent = {name: offered[entry.variant] for name, entry in entries.items() if offered[entry.variant].support is not Support.YES}
    reasons = {entries[name].variant: ability.reason for name, ability in absent.items()}
    notes = [f"{product} has no {variant} functions: {reason}" for variant, reason in reasons.items()]
    for name, entry in entries.items():
        sql[name] = entry.sql
        if name in absent:
            continue
        if own := override(product, name):
            sql[name] = own
        else:
            try:
                found = engine(product).translate(entry.sql, catalog or Catalog((), "none"))
            except UnsupportedError as error:
                skipped[name] = str(error)
                continue
            sql[name] = found.sql
            defined = tuple(function.called(entry.variant) for function in entry.functions)
            # The session defines these itself, so that nobody has to be told that they must exist.
            notes += [f"{name} on {product}: {note}" for note in found.notes if not any(f"{each}()" in note for each in defined)]
    return Texts(sql, skipped, frozenset(absent), tuple(notes))


def entries_of(
    queries: Mapping[str, str], functions: Mapping[str, Function], products: Iterable[str], chosen: Collection[Variant] = ()
) -> dict[str, Entry]:
    """Return what is timed: every query as it is, and a query that calls functions once per variant that a product offers.

    The plain expression keeps the query's name; ``query[variant]`` are the others.  ``chosen`` limits the variants.
    """
    offers = [engine(product).variants() for product in products]
    offered = [each for each in Variant if any(offer[each].support is Support.YES for offer in offers)]
    wanted = [each for each in offered if not chosen or each in chosen]
    if not wanted:
        raise UsageError(f"nobody who takes part offers {', '.join(chosen)} functions. Choose from: {', '.join(offered)}")
    found: dict[str, Entry] = {}
    for name, sql in queries.items():
        used = called(sql, functions) if functions else ()
        if not used:
            found[name] = Entry(sql, sql)
            continue
        plain = with_calls(sql, functions, Variant.EXPRESSION)
        for variant in wanted:
            text = plain if variant is Variant.EXPRESSION else with_calls(sql, functions, variant)
            found[entry_name(name, variant)] = Entry(plain, text, variant, used)
    return found


def unique(names: Sequence[str]) -> list[str]:
    """Return ``names`` with numbers behind repeated ones: the same layout named twice is an A/A test."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name}#{seen[name]}" if seen[name] > 1 else name)
    return found
