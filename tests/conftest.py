"""Data that several rooms' tests share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCALE = "0.01"


@pytest.fixture(scope="session")
def tpch_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of TPC-H at scale factor 0.01, one <table>.parquet per table; treat it as read-only."""
    folder = tmp_path_factory.mktemp("tpch")
    generator = Path(sys.executable).with_name("tpcgen-cli")
    command = [generator, "tpch", "parquet", "-s", SCALE, "-o", folder, "--quiet", "--no-progress"]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return folder
