"""A target on the Vertica stand-in, and rows that know what loads like to lose."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from standins.vertica import VerticaServer
from vertica_cases import make_target

from warehousebench.engines.targets import Target


@pytest.fixture
def target(vertica_server: VerticaServer) -> Target:
    """Return a target on a running stand-in."""
    return make_target(vertica_server)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, list[Path]]:
    """Return the Parquet files of PARENT and CHILD, 3 and 3,000 rows."""
    pq.write_table(pa.table({"id": [1, 2, 3]}), tmp_path / "parent.parquet")
    rows = range(3_000)
    columns = {
        "id": list(rows),
        "parent": [row % 3 + 1 for row in rows],
        "word": [(None, "", '|\\"\n', "é")[row % 4] for row in rows],
    }
    pq.write_table(pa.table(columns), tmp_path / "child.parquet")
    return {name: [tmp_path / f"{name}.parquet"] for name in ("parent", "child")}
