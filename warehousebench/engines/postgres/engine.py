"""PostgreSQL's door for the rest of the house; see :class:`warehousebench.engines.base.Engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import YES, Ability, Capabilities, Check, Connector, Feature, Plan, Store, Support
from warehousebench.engines.postgres import ddl
from warehousebench.engines.postgres.sql import translate
from warehousebench.engines.targets import Convention, Target
from warehousebench.model.function import Variant

__all__ = ["CONVENTION", "capabilities", "connector", "examine", "statements", "store", "translate", "variants"]

CONVENTION = Convention(
    "postgres",
    variables={
        "host": ("PGHOST",),
        "port": ("PGPORT",),
        "user": ("PGUSER",),
        "database": ("PGDATABASE",),
        "sslmode": ("PGSSLMODE",),
        "sslrootcert": ("PGSSLROOTCERT",),
        "schema": (),
    },
    secrets={"password": ("PGPASSWORD",)},
    defaults={"schema": "warehousebench"},
    schemes=("postgresql",),
)
_ROWS = "a row store has neither sort orders nor encodings of columns"


def capabilities() -> Capabilities:
    """Return what PostgreSQL can do here: it is the row store that the others are held against."""
    return dict.fromkeys(Feature, YES) | {
        Feature.DESIGN: Ability(Support.NEVER, _ROWS),
        Feature.READ_BACK: Ability(Support.NEVER, _ROWS),
        Feature.SERVER_METRICS: Ability(Support.NEVER, "it keeps figures per query only if an extension is loaded"),
        Feature.COLD_CACHE: Ability(Support.NEVER, "its cache is emptied by restarting the server alone"),
        Feature.REJECTED_ROWS: Ability(Support.NEVER, "COPY takes all rows or none"),
    }


def variants() -> Mapping[Variant, Ability]:
    """Return which user-defined functions a session can define."""
    from warehousebench.engines.postgres.functions import variants as offered

    return offered()


def connector(target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:  # noqa: ARG001
    """Return what opens sessions on the tables loaded to ``target``."""
    from warehousebench.engines.postgres.client import connector as connected

    return connected(target)


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load would execute, in order."""
    schema = target.options["schema"]
    found = [f"CREATE SCHEMA IF NOT EXISTS {ddl.quote(schema)}"]
    for table in plan.catalog:
        found += [ddl.drop(table, schema), ddl.create(table, schema)]
        found += [ddl.copy(table, schema)] if files.get(table.name) else []
    return (*found, *ddl.finishing(plan.catalog, schema))


def store(target: Target, plan: Plan) -> Store:
    """Return a session to load with."""
    from warehousebench.engines.postgres.store import open_store

    return open_store(target, plan)


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks of ``doctor``."""
    from warehousebench.engines.postgres.examine import examine as examined

    return examined(target)
