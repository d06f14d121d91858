"""Spark's door for the rest of the house; see :class:`warehousebench.engines.base.Engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import (
    YES,
    Ability,
    Capabilities,
    Check,
    Connector,
    Feature,
    Plan,
    Store,
    Support,
)
from warehousebench.engines.spark import ddl
from warehousebench.engines.spark import settings as chosen
from warehousebench.engines.spark.functions import variants
from warehousebench.engines.spark.settings import CONVENTION
from warehousebench.engines.spark.sql import translate
from warehousebench.engines.targets import Target

__all__ = ["CONVENTION", "capabilities", "connector", "examine", "statements", "store", "translate", "variants"]


def capabilities() -> Capabilities:
    """Return what Spark can do here."""
    return dict.fromkeys(Feature, YES) | {
        Feature.COLD_CACHE: Ability(Support.NEVER, "one JVM serves all sessions of a process, and stays warm"),
        Feature.TRANSACTIONS: Ability(Support.NEVER, "its tables are folders: each appears whole by a rename, not all at once"),
        Feature.REJECTED_ROWS: Ability(Support.NEVER, "it reads typed Parquet, in which no row can be refused"),
    }


def connector(target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:
    """Return what opens sessions: on the target's warehouse if it has one and ``files`` are files, else on ``files`` in place.

    A table that is a folder was sorted by Spark itself (``load --on``), wherever the target loads to.
    """
    from warehousebench.engines.spark.client import SparkConnector

    settings = chosen.read(target)
    if settings.warehouse and not any(path.is_dir() for paths in files.values() for path in paths):
        return SparkConnector(settings, {name: [ddl.place(settings.warehouse, name)] for name in files})
    return SparkConnector(settings, {name: [ddl.local(path) for path in paths] for name, paths in files.items()})


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load would execute, in order."""
    settings = chosen.read(target)
    return ddl.load(plan, chosen.warehouse(settings, target), files)


def store(target: Target, plan: Plan) -> Store:
    """Return a session to load with."""
    from warehousebench.engines.spark.store import open_store

    return open_store(target, plan)


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks of ``doctor``."""
    from warehousebench.engines.spark.examine import examine as examined

    return examined(target)
