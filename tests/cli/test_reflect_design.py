"""The design that a warehouse has now, read back by the command line and held against new advice."""

from __future__ import annotations

import json
from pathlib import Path

from cli_invoke import invoke
from standins.fixtures import DATABASE, PASSWORD, USER
from standins.vertica import VerticaServer


def test_a_loaded_design_is_read_back_and_advised_against(vertica_server: VerticaServer, tmp_path: Path) -> None:
    place = f"{vertica_server.host}:{vertica_server.port}/{DATABASE}"
    url = f"vertica://{USER}:{PASSWORD}@{place}?tls=disable"
    data, designs, current = tmp_path / "data", tmp_path / "designs", tmp_path / "now.json"
    assert invoke("generate", "--scale", "0.001", "--out", data).exit_code == 0
    assert invoke("advise", "--catalog", data / "catalog.json", "--engine", "vertica", "-o", designs).exit_code == 0
    loading = ["load", "--data", data, "--design", designs / "design.vertica.json", "--to", url, "-o", tmp_path / "l", "--execute"]
    assert invoke(*loading).exit_code == 0
    read = invoke("reflect", "--design", url, "-o", current)
    assert read.exit_code == 0, read.output
    assert PASSWORD not in current.read_text(encoding="utf-8") + read.output
    asked, found = (json.loads(path.read_bytes()) for path in (designs / "design.vertica.json", current))
    assert found["basis"].startswith("read from vertica://")
    orders = ({each["anchor"]: each["order_by"] for each in design["projections"]} for design in (asked, found))
    assert next(orders) == next(orders)
    again = invoke("reflect", "--design", url, "-o", current)
    assert again.exit_code == 2
    assert "not overwritten" in again.stderr


def test_only_warehouses_have_a_design_to_read(tmp_path: Path) -> None:
    refused = invoke("reflect", "--design", "duckdb", "-o", tmp_path / "x.json")
    assert refused.exit_code == 2
    assert "--design reads one schema of redshift or vertica" in refused.stderr
