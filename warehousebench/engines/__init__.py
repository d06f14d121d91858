"""Everything that knows a product's name, one folder each; this is the list of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from warehousebench.engines.base import Designer, Distributed, Engine
from warehousebench.engines.targets import Target, resolve
from warehousebench.errors import UsageError

if TYPE_CHECKING:
    from warehousebench.engines.common.counterparts import Counterparts

# Products we design for: the name on the command line -> the module that speaks for it.
DESIGNERS = {
    "redshift": "warehousebench.engines.redshift.designer",
    "vertica": "warehousebench.engines.vertica.designer",
}

# Engines we run on.
ENGINES = {
    "duckdb": "warehousebench.engines.duckdb.engine",
    "postgres": "warehousebench.engines.postgres.engine",
    "redshift": "warehousebench.engines.redshift.engine",
    "spark": "warehousebench.engines.spark.engine",
    "vertica": "warehousebench.engines.vertica.engine",
}

# Engines that work on data too large for one machine.
DISTRIBUTED = {
    "spark": "warehousebench.engines.spark.distributed",
}


def designer(name: str) -> Designer:
    """Return the designer of a product, imported now; raises KeyError for an unknown name."""
    return cast(Designer, import_module(DESIGNERS[name]))


def counterparts(name: str) -> Counterparts:
    """Return what a product we design for has in place of a source's features, imported now; raises KeyError."""
    module = import_module(DESIGNERS[name].replace(".designer", ".counterparts"))
    return cast("Counterparts", module.PRODUCT)


def engine(name: str) -> Engine:
    """Return an engine, imported now; raises KeyError for an unknown name."""
    return cast(Engine, import_module(ENGINES[name]))


def distributed(named: str) -> tuple[Distributed, Target]:
    """Return what works on many machines and where; raises UsageError if ``named`` is no such engine."""
    found = target(named)
    if found.engine not in DISTRIBUTED:
        raise UsageError(f"{named} does not work on many machines. Those that do: {', '.join(DISTRIBUTED)}")
    return cast(Distributed, import_module(DISTRIBUTED[found.engine])), found


def target(named: str) -> Target:
    """Return what ``named`` means: an engine, a target of the configuration, or a URL; raises UsageError."""
    return resolve(named, {name: engine(name).CONVENTION for name in ENGINES})
