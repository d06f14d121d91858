"""Redshift's door for the rest of the house; see :class:`warehousebench.engines.base.Engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import YES, Ability, Capabilities, Check, Connector, Feature, Plan, Store, Support, Translation
from warehousebench.engines.redshift.design import RedshiftDesign
from warehousebench.engines.redshift.settings import CONVENTION, settings
from warehousebench.engines.targets import Target
from warehousebench.model.catalog import Catalog
from warehousebench.model.function import Variant

__all__ = ["CONVENTION", "capabilities", "connector", "examine", "reflect_design", "statements", "store", "translate", "variants"]


def capabilities() -> Capabilities:
    """Return what Redshift can do here."""
    return dict.fromkeys(Feature, YES) | {
        Feature.COLD_CACHE: Ability(Support.NEVER, "it has no command that empties its caches of blocks; a restart may"),
        Feature.REJECTED_ROWS: Ability(Support.NEVER, "COPY from Parquet takes all rows or none (no MAXERROR)"),
    }


def variants() -> Mapping[Variant, Ability]:
    """Return which user-defined functions a session can define."""
    from warehousebench.engines.redshift.functions import variants as offered

    return offered()


def translate(sql: str, catalog: Catalog) -> Translation:
    """Return a DuckDB query in Redshift's dialect with the same answer; raises UnsupportedError with the reason."""
    from warehousebench.engines.redshift.sql import translate as translated

    return translated(sql, catalog)


def connector(target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:  # noqa: ARG001
    """Return what opens sessions on the tables loaded to ``target``, which is asked for its version now."""
    from warehousebench.engines.redshift.client import connector as connected

    return connected(settings(target))


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load would execute, in order; there is no secret in any of it."""
    from warehousebench.engines.redshift.store import statements as listed

    return tuple(listed(settings(target), plan, files))


def store(target: Target, plan: Plan) -> Store:
    """Return a session to load with; raises UsageError if no S3 place or IAM role is configured."""
    from warehousebench.engines.redshift.store import open_store

    return open_store(settings(target), plan)


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks of ``doctor``."""
    from warehousebench.engines.redshift.examine import examine as examined

    return examined(target)


def reflect_design(target: Target, catalog: Catalog | None = None) -> RedshiftDesign:
    """Return the design that the target's schema has now, of the tables of ``catalog`` and spelled as there if it is given.

    Raises SourceError if a table is missing, EngineError if the catalogue cannot be read.
    """
    from warehousebench.engines.redshift import readback
    from warehousebench.engines.redshift.client import connect
    from warehousebench.model.layout import Cluster

    found = settings(target)
    client = connect(found)
    try:
        tables = readback.tables(client.rows, found.schema)
        cluster = readback.cluster(client.rows) or Cluster()
    finally:
        client.close()
    place = f"{found.name}, schema {found.schema}"
    if catalog:
        readback.missing_tables(tables, catalog, place)
    return readback.design(tables, cluster, f"read from {place}", catalog)
