"""The documented rule which tables Vertica's Database Designer replicates, against a design that it published."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_cases import make_table

from warehousebench.engines.vertica.advise import advise
from warehousebench.engines.vertica.design import Placement
from warehousebench.model.catalog import Catalog
from warehousebench.model.layout import Cluster

DESIGN = Path(__file__).parents[2] / "benchmarks" / "designs" / "vertica_tpcds.json"


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESIGN.read_text(encoding="utf-8"))
    return found


def replicated(rows: dict[str, int], nodes: int = 4) -> set[str]:
    tables = tuple(replace(make_table(name, "id", key="id"), rows=count) for name, count in sorted(rows.items()))
    design = advise(Catalog(tables, "test"), None, None, Cluster(nodes))
    return {each.anchor for each in design.projections if each.segmentation.kind is Placement.REPLICATED}


def test_all_24_tables_of_tpcds_are_placed_as_database_designer_did(published: dict[str, Any]) -> None:
    theirs = {table for table, projection in published["projections"].items() if not projection["segmented_by"]}
    assert len(published["projections"]) == len(published["rows"]) == 24
    assert len(theirs) == 17
    assert replicated(published["rows"]) == theirs


def test_the_rule_goes_by_the_largest_table(published: dict[str, Any]) -> None:
    rows = published["rows"]
    # customer is half a percent of inventory, and seven percent of the largest table that is left without these three.
    assert "customer" in replicated(rows)
    assert "customer" not in replicated({**rows, "inventory": 0, "store_sales": 0, "catalog_sales": 0})


def test_a_large_cluster_replicates_nothing(published: dict[str, Any]) -> None:
    assert replicated(published["rows"], nodes=21) == set()
