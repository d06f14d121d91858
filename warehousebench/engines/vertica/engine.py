"""Vertica's door for the rest of the house; see :class:`warehousebench.engines.base.Engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import YES, Ability, Capabilities, Check, Connector, Feature, Plan, Store
from warehousebench.engines.targets import Convention, Target
from warehousebench.engines.vertica.design import VerticaDesign
from warehousebench.engines.vertica.sql import translate
from warehousebench.model.function import Variant

__all__ = ["CONVENTION", "capabilities", "connector", "examine", "reflect_design", "statements", "store", "translate"]

CONVENTION = Convention(
    "vertica",
    variables={
        "host": ("VSQL_HOST",),
        "port": ("VSQL_PORT",),
        "user": ("VSQL_USER",),
        "database": ("VSQL_DATABASE",),
        "tls": ("VSQL_SSLMODE",),
        "label": ("VSQL_CLIENT_LABEL",),
        "tls_ca": (),
        "schema": (),
        "backup_nodes": (),
        "cold": (),
        "stage": (),
        "udx_library": (),
    },
    secrets={"password": ("VSQL_PASSWORD",), "token": ("VERTICA_OAUTH_TOKEN",)},
    defaults={
        "host": "localhost",
        "port": "5433",
        "schema": "warehousebench",
        "tls": "prefer",
        "label": "warehousebench",
        "cold": "false",
    },
    schemes=("vertica",),
)


def capabilities() -> Capabilities:
    """Return what Vertica can do here; none of it was run on a server of the vendor's, see docs/engines.md."""
    return dict.fromkeys(Feature, YES)


def variants() -> Mapping[Variant, Ability]:
    """Return which user-defined functions a session can define."""
    from warehousebench.engines.vertica.functions import variants as offered

    return offered()


def connector(target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:  # noqa: ARG001
    """Return what opens sessions on the tables loaded to ``target``."""
    from warehousebench.engines.vertica.client import connector as look

    return look(target)


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:
    """Return what a load would execute, in order; no secret is part of any of it."""
    from warehousebench.engines.vertica.store import statements as render

    return render(target, plan, files)


def store(target: Target, plan: Plan) -> Store:
    """Return a session to load with."""
    from warehousebench.engines.vertica.store import open_store

    return open_store(target, plan)


def examine(target: Target) -> Iterator[Check]:
    """Yield the checks of ``doctor``."""
    from warehousebench.engines.vertica.examine import examine as look

    return look(target)


def reflect_design(target: Target) -> VerticaDesign:
    """Return the projections of the target's schema as a design; raises EngineError."""
    from warehousebench.engines.vertica.client import opened
    from warehousebench.engines.vertica.reflect import as_design, node_count, read_projections

    schema = target.options["schema"]
    with opened(target) as session:
        return as_design(read_projections(session.run, schema), node_count(session.run), f"{target.name}, schema {schema}")
