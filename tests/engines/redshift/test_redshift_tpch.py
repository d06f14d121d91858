"""TPC-H through the real driver on the stand-in: the design applied and read back, all rows there, 22 answers right."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from engine_cases import Inputs
from redshift_cases import Make

from warehousebench import duck
from warehousebench.bench.verify import check as verify
from warehousebench.bench.verify import make_reference
from warehousebench.engines import designer, engine
from warehousebench.engines.base import Plan
from warehousebench.engines.common.checks import differing
from warehousebench.engines.common.script import parents_first
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.duckdb.client import DuckViews
from warehousebench.engines.redshift import parquet
from warehousebench.engines.redshift.design import RedshiftDesign
from warehousebench.engines.redshift.engine import reflect_design
from warehousebench.engines.targets import Target
from warehousebench.model.run import Status
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import load_suite

DESIGN: RedshiftDesign = designer("redshift").read(Path(__file__).parents[2] / "golden/redshift/tpch/design.redshift.json")


@pytest.fixture
def loaded(target: Make, tpch: Inputs, tpch_data: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """Return a target that holds TPC-H in the golden design, in as many pieces as there are slices, proven equal to its files."""
    monkeypatch.setattr(parquet, "SMALLEST", 1 << 16)
    found = target()
    with closing(engine("redshift").store(found, Plan(tpch.catalog, DESIGN, tpch.profile))) as store, duck.opened() as connection:
        for table in parents_first(tpch.catalog):
            file = tpch_data / f"{table.name}.parquet"
            store.create(table)
            store.fill(table, [file])
            assert differing(check(connection, table, f"read_parquet('{file}')"), store.check(table)) == ()
        store.finish()
        assert store.differences() == ()
    return found


def test_design_and_22_answers(loaded: Target, tpch: Inputs, tpch_data: Path) -> None:
    there = {name: replace(table, reasons=()) for name, table in reflect_design(loaded, tpch.catalog).tables.items()}
    assert there == {name: replace(table, reasons=()) for name, table in DESIGN.tables.items()}
    views = DuckViews({table.name: f"read_parquet('{tpch_data / table.name}.parquet')" for table in tpch.catalog})
    suite = load_suite("tpch", 0.01)
    with closing(views.connect()) as reference, closing(engine("redshift").connector(loaded, {}).connect()) as client:
        for query in suite.queries:
            right = make_reference(reference.query(query.sql, 60.0), answer_shape(query.sql))
            answer = client.query(engine("redshift").translate(query.sql, tpch.catalog).sql, 60.0)
            found = verify(answer, right, rounding_rule=suite.rounding_rule)
            assert found.status is Status.VERIFIED, f"{query.name}: {found.reason}"
        assert client.metrics()["elapsed s"] > 0
