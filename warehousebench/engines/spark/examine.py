"""What ``doctor`` looks at before it calls Spark well."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import metadata

from warehousebench.engines.base import Check, CheckStatus
from warehousebench.engines.common.examine import configuration
from warehousebench.engines.spark import java
from warehousebench.engines.spark import settings as chosen
from warehousebench.engines.spark.client import INSTALL, SparkConnector
from warehousebench.engines.spark.settings import Settings
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError

_MOST = 0.75  # of the machine's memory for the driver's heap: the JVM itself and the cache of files take the rest
_UNITS = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def examine(target: Target) -> Iterator[Check]:
    """Yield driver, configuration, Java, memory, session and version."""
    yield configuration(target)
    try:
        yield Check("driver", CheckStatus.OK, f"pyspark {metadata.version('pyspark')}")
    except metadata.PackageNotFoundError:
        yield Check("driver", CheckStatus.FAIL, "pyspark is not installed", INSTALL)
        return
    settings = chosen.read(target)
    if settings.remote is None:
        found = java.find()
        enough = found is not None and found.major >= java.OLDEST
        described = f"{found.version} ({found.path})" if found else "none"
        yield Check("Java", CheckStatus.OK if enough else CheckStatus.FAIL, described, "" if enough else java.REMEDY)
        if not enough:
            return
        yield _memory(settings)
    yield from _session(settings)


def _memory(settings: Settings) -> Check:
    heap = int(settings.memory.rstrip("bBkKmMgGtT")) * _UNITS[settings.memory.lower().rstrip("b")[-1]]
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    found = f"a heap of {settings.memory} on a machine with {machine / 2**30:.1f} GiB"
    if heap <= _MOST * machine:
        return Check("memory", CheckStatus.OK, found)
    return Check(
        "memory", CheckStatus.WARN, found, f"Set memory to at most {int(_MOST * machine / 2**20)}m, or use a larger machine."
    )


def _session(settings: Settings) -> Iterator[Check]:
    connector = SparkConnector(settings)
    try:
        client = connector.connect()
        client.run("SELECT 1")
        client.close()
    except EngineError as error:
        remedy = "Check the address, that the server is up, and the options that the message names."
        yield Check("session", CheckStatus.FAIL, str(error), remedy)
        return
    facts = connector.settings
    took = f", the driver took {facts['start-up']} to start" if "start-up" in facts else ""
    yield Check("session", CheckStatus.OK, f"{facts.get('master', facts.get('connection'))} answers{took}")
    yield Check("version", CheckStatus.OK, f"Spark {connector.version}")
