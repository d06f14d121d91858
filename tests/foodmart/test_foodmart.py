"""FoodMart, bare CSV files without keys, through the whole flow: reflect, profile, advise, load, run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from warehousebench.cli import main
from warehousebench.engines import designer
from warehousebench.model import document
from warehousebench.model.advice import Advice
from warehousebench.model.run import Run, Status

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data/foodmart"
QUERIES = Path(__file__).parent / "queries"
LARGE = ("--rows", "sales_fact_1997=1e9", "--rows", "customer=1e7")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"FoodMart's CSV files are not in {DATA}")


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the data, its schema and its profile; the original stays as it is."""
    folder = tmp_path_factory.mktemp("foodmart")
    (folder / "data").mkdir()
    for file in DATA.glob("*.csv"):
        shutil.copy(file, folder / "data")
    invoke("reflect", folder / "data", "-o", folder / "catalog.json")
    invoke("profile", "--data", folder / "data", "--catalog", folder / "catalog.json", "-o", folder / "profile.json")
    return folder


def advise(flow: Path, out: str, *more: object) -> dict[str, Advice]:
    known = ("--catalog", flow / "catalog.json", "--profile", flow / "profile.json")
    invoke("advise", *known, "--data", flow / "data", "--queries", QUERIES, "-o", flow / out, *more)
    return {engine: document.read(flow / out / f"advice.{engine}.json", Advice) for engine in ("redshift", "vertica")}


@pytest.mark.slow
def test_a_retail_chain_of_a_billion_sales_is_laid_out_as_a_star(flow: Path) -> None:
    for advice in advise(flow, "large", *LARGE).values():
        tables = {table.table: table for table in advice.tables}
        assert {name for name, table in tables.items() if table.distribution != "a copy on every node"} == {
            "sales_fact_1997",
            "customer",
        }
        assert {tables[name].distribution for name in ("sales_fact_1997", "customer")} == {"hash of customer_id"}
        assert all(
            query.moved <= before.moved for query, before in zip(advice.advised.queries, advice.designs[0].queries, strict=True)
        )


@pytest.mark.slow
def test_the_advice_is_loaded_and_every_answer_verified(flow: Path) -> None:
    advise(flow, "own")
    for engine in ("redshift", "vertica"):
        design = flow / "own" / f"design.{engine}.json"
        assert designer(engine).read(design)
        invoke("load", "--data", flow / "data", "--catalog", flow / "catalog.json", "--design", design, "-o", flow / engine)
    invoke(
        *("run", "--on", flow / "redshift", "--on", flow / "vertica", "--data", flow / "data"),
        *("--catalog", flow / "catalog.json", "--queries", QUERIES, "--rounds", 1, "--out", flow / "run.json"),
    )
    run = document.read(flow / "run.json", Run)
    assert len({execution.query for execution in run.executions}) == 13
    assert {execution.status for execution in run.executions} == {Status.VERIFIED}
