"""DuckDB's door for the rest of the house; see :class:`warehousebench.engines.base.Engine`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from warehousebench.engines.base import (
    YES,
    Ability,
    Capabilities,
    Check,
    CheckStatus,
    Connector,
    Feature,
    Plan,
    Store,
    Support,
    Translation,
)
from warehousebench.engines.targets import Convention, Target
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import Catalog
from warehousebench.model.function import Variant

CONVENTION = Convention("duckdb", defaults={"threads": "", "memory": ""})
_EMBEDDED = "an embedded engine has no server that could tell"


def capabilities() -> Capabilities:
    """Return what DuckDB can do here; it loads layouts by ``load`` without a target."""
    return dict.fromkeys(Feature, YES) | {
        Feature.LOAD: Ability(Support.NEVER, "layouts are loaded into it as folders, by load without --to"),
        Feature.DESIGN: Ability(Support.NEVER, "its storage takes the order of a design's rows and chooses encodings itself"),
        Feature.READ_BACK: Ability(Support.NEVER, "there is no design in its catalogue to read back"),
        Feature.SERVER_METRICS: Ability(Support.NEVER, _EMBEDDED),
        Feature.REJECTED_ROWS: Ability(Support.NEVER, "it reads typed Parquet, in which no row can be refused"),
    }


def variants() -> Mapping[Variant, Ability]:
    """Return which user-defined functions a session can define."""
    from warehousebench.engines.duckdb.functions import variants as offered

    return offered()


def translate(sql: str, catalog: Catalog) -> Translation:  # noqa: ARG001
    """Return ``sql`` as it is: DuckDB's dialect is the one that queries are written in."""
    return Translation(sql)


def connector(target: Target, files: Mapping[str, Sequence[Path]]) -> Connector:
    """Return what opens sessions that read the Parquet ``files`` in place."""
    from warehousebench import duck
    from warehousebench.engines.duckdb.client import DuckViews

    relations = {name: f"read_parquet([{', '.join(duck.text(str(path)) for path in paths)}])" for name, paths in files.items()}
    threads = target.options.get("threads")
    return DuckViews(relations, int(threads) if threads else None)


def statements(target: Target, plan: Plan, files: Mapping[str, Sequence[Path]]) -> tuple[str, ...]:  # noqa: ARG001
    """Raise UnsupportedError: layouts are loaded without a target."""
    raise UnsupportedError(f"{target.name}: {capabilities()[Feature.LOAD].reason}")


def store(target: Target, plan: Plan) -> Store:  # noqa: ARG001
    """Raise UnsupportedError: layouts are loaded without a target."""
    raise UnsupportedError(f"{target.name}: {capabilities()[Feature.LOAD].reason}")


def examine(target: Target) -> Iterator[Check]:  # noqa: ARG001
    """Yield what ``doctor`` says of the embedded engine."""
    from warehousebench import duck

    yield Check("driver", CheckStatus.OK, f"DuckDB {duck.VERSION}, embedded")
