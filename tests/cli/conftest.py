"""One small flow, made once by the command line itself, for all tests of the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_invoke import invoke

TOP = """
SELECT n_name, count(*) AS suppliers
FROM nation JOIN supplier ON s_nationkey = n_nationkey
GROUP BY n_name
ORDER BY suppliers DESC, n_name
LIMIT 3
"""


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished demo at scale 0.03 with two rounds; treat it as read-only."""
    folder = tmp_path_factory.mktemp("demo") / "out"
    result = invoke("demo", "--scale", "0.03", "--rounds", "2", "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def work(demo: Path, tmp_path: Path) -> Path:
    """Return a fresh copy of the demo's inputs and layouts, without its run."""
    folder = tmp_path / "work"
    shutil.copytree(demo, folder, ignore=shutil.ignore_patterns("run.json", "comparison.json", "report.*"))
    return folder


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    """Return a folder with two small queries."""
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "count.sql").write_text("SELECT count(*) AS n FROM lineitem", encoding="utf-8")
    (folder / "top.sql").write_text(TOP, encoding="utf-8")
    return folder
