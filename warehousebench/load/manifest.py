"""What a layout's folder holds, for whoever runs on it: light to import."""

from __future__ import annotations

from pathlib import Path

from warehousebench.errors import UsageError
from warehousebench.model import document
from warehousebench.model.load import Loaded

MANIFEST = "load.json"
DATABASE = "warehouse.duckdb"


def read(folder: Path) -> Loaded:
    """Return the finished load in ``folder``; raises UsageError if it is not finished."""
    loaded = document.read(folder / MANIFEST, Loaded)
    if not loaded.database or (loaded.engine == "duckdb" and not (folder / loaded.database).exists()):
        raise UsageError(f"the load in {folder} is not finished. Go on with: warehousebench load --resume")
    return loaded
