"""Analysed plans on disk, found again by query text, data and version of DuckDB."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import msgspec

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.model import document
from warehousebench.model.data import Fingerprint
from warehousebench.workload.plan import Plan


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan with its key, as a file of the cache."""

    made_by: ClassVar[str] = "warehousebench advise"

    key: str
    plan: Plan
    format: str = "warehousebench.plan"
    version: int = 2


def cache_key(sql: str, fingerprint: Fingerprint) -> str:
    """Return what a plan depends on as 64 hexadecimal digits: query, data, DuckDB and our own format."""
    parts = [sql, msgspec.to_builtins(fingerprint), duck.VERSION, StoredPlan.__dataclass_fields__["version"].default]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def recall(folder: Path, key: str, query: str, weight: float) -> Plan | None:
    """Return the plan kept under ``key``, named and weighted anew; None if there is none that can be read."""
    path = folder / f"{key}.json"
    if not path.exists():
        return None
    try:
        found = document.read(path, StoredPlan)
    except SourceError:
        return None  # a file of another version or cut short: the query is analysed again
    return replace(found.plan, query=query, weight=weight) if found.key == key else None


def keep(folder: Path, key: str, plan: Plan) -> None:
    """Store ``plan`` under ``key``; raises SourceError if the folder cannot be written."""
    document.write(folder / f"{key}.json", StoredPlan(key, plan))
