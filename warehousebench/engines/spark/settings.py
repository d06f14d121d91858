"""What a target says about Spark: where it runs, with how much, and where its tables lie."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from warehousebench.engines.targets import Convention, Secret, Target
from warehousebench.errors import UsageError

# A Connect URL may carry a token (sc://host:port/;token=...): all of it is kept like a password.
CONVENTION = Convention(
    "spark",
    variables={
        "master": ("SPARK_MASTER",),
        "memory": ("SPARK_DRIVER_MEMORY",),
        "shuffle_partitions": (),
        "warehouse": (),
    },
    secrets={"remote": ("SPARK_REMOTE",)},
    defaults={"master": "local[*]", "memory": "4g", "threads": ""},
    whole_urls={"sc": "remote", "spark": "master"},
)
_MEMORY = re.compile(r"\d+[kmgt]b?", re.IGNORECASE)
_LOCAL = re.compile(r"local(\[(\d+|\*)(,\s*\d+)?\])?")


@dataclass(frozen=True, slots=True)
class Settings:
    """How Spark is to be started or reached; without ``remote`` a driver runs here, with ``memory`` as its heap.

    ``shuffle_partitions`` None leaves the cluster's own number.  ``warehouse`` is the folder or URI of loaded tables.
    """

    master: str
    memory: str
    shuffle_partitions: int | None = None
    warehouse: str | None = None
    remote: Secret | None = None

    @property
    def is_local(self) -> bool:
        """Tell whether driver and executors are threads of one process here."""
        return self.remote is None and self.master.startswith("local")


def read(target: Target) -> Settings:
    """Return the settings of ``target``; raises UsageError for values that Spark would not take."""
    options = {name: value for name, value in target.options.items() if value}
    threads, partitions = (_number(target, name, options.get(name)) for name in ("threads", "shuffle_partitions"))
    master = options["master"]
    if not _MEMORY.fullmatch(options["memory"]):
        raise UsageError(f"{target.name}: memory = {options['memory']} is no size that Spark takes. Write it like 512m or 4g.")
    if local := _LOCAL.fullmatch(master):
        # A number in the master is meant; threads fill in where it leaves the choice, and a cluster has its own.
        threads = int(local[2]) if (local[2] or "*") != "*" else (threads or _cores()) if local[1] else 1
        master = f"local[{threads}]"
        # Two tasks a core keep all busy to the end of a stage; the 200 of a cluster would only cost time here.
        partitions = partitions or 2 * threads
    return Settings(master, options["memory"], partitions, options.get("warehouse"), target.secrets.get("remote"))


def warehouse(settings: Settings, target: Target) -> str:
    """Return where tables are loaded to; raises UsageError if nobody has said."""
    if settings.warehouse:
        return settings.warehouse
    raise UsageError(
        f"{target.name}: no warehouse is configured. Name the folder or URI for its tables as warehouse of a target in "
        'warehousebench.toml, such as warehouse = "s3a://bucket/warehouse".'
    )


def _number(target: Target, name: str, value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdigit() or int(value) < 1:
        raise UsageError(f"{target.name}: {name} = {value} is no number from 1. Correct it or leave it out.")
    return int(value)


def _cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
