"""TPC-H through the real driver on the stand-in: the design applied and read back, all rows there, 22 answers right."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from engine_cases import Inputs
from standins.vertica import VerticaServer
from vertica_cases import make_target

from warehousebench import duck
from warehousebench.bench.verify import check as verify
from warehousebench.bench.verify import make_reference
from warehousebench.engines import designer, engine
from warehousebench.engines.base import Plan
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.duckdb.client import DuckViews
from warehousebench.engines.targets import Target
from warehousebench.engines.vertica.design import VerticaDesign
from warehousebench.engines.vertica.engine import reflect_design
from warehousebench.model.run import Status
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import load_suite

DESIGN = Path(__file__).parents[2] / "golden" / "vertica" / "tpch" / "design.vertica.json"


@pytest.fixture
def loaded(vertica_server: VerticaServer, tpch: Inputs, tpch_data: Path, tmp_path: Path) -> Target:
    """Return a target that holds TPC-H in the golden design, proven equal to its files; as Parquet, which is quick here."""
    target = make_target(vertica_server, stage=str(tmp_path / "stage"))
    design = designer("vertica").read(DESIGN)
    with closing(engine("vertica").store(target, Plan(tpch.catalog, design, tpch.profile))) as store, duck.opened() as connection:
        for table in tpch.catalog:
            file = tpch_data / f"{table.name}.parquet"
            store.create(table)
            assert store.fill(table, [file]).rejected == ()
            assert differing(check(connection, table, f"read_parquet('{file}')"), store.check(table)) == ()
        store.finish()
        assert store.differences() == ()
    return target


def test_design_and_22_answers(loaded: Target, tpch: Inputs, tpch_data: Path) -> None:
    design: VerticaDesign = designer("vertica").read(DESIGN)
    asked = {each.name: replace(each, reasons=()) for each in design.projections}
    there = reflect_design(loaded).projections
    # Where nothing was asked for, the order is Vertica's own, and a copy on every node has no K of its own.
    assert {each.name: each for each in there if asked[each.name].order_by} == {
        name: each for name, each in asked.items() if each.order_by
    }
    views = DuckViews({table.name: f"read_parquet('{tpch_data / table.name}.parquet')" for table in tpch.catalog})
    suite = load_suite("tpch", 0.01)
    with closing(views.connect()) as reference, closing(engine("vertica").connector(loaded, {}).connect()) as client:
        for query in suite.queries:
            right = make_reference(reference.query(query.sql, 60.0), answer_shape(query.sql))
            answer = client.query(engine("vertica").translate(query.sql, tpch.catalog).sql, 60.0)
            found = verify(answer, right, rounding_rule=suite.rounding_rule)
            assert found.status is Status.VERIFIED, f"{query.name}: {found.reason}"
