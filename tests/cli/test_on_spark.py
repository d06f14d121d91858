"""The steps before a run, done by Spark: the same data, the same profile and the same rows as on one machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_invoke import invoke

from warehousebench.engines import distributed
from warehousebench.engines.targets import Target
from warehousebench.errors import UsageError
from warehousebench.load.manifest import MANIFEST
from warehousebench.model import document
from warehousebench.model.data import DataSet
from warehousebench.model.load import Loaded
from warehousebench.model.profile import Profile
from warehousebench.model.run import Run, Status

QUERY = "SELECT l_shipmode, count(*) AS n, sum(l_quantity) AS q FROM lineitem GROUP BY l_shipmode ORDER BY l_shipmode"


def some_tables(source: Path, folder: Path) -> None:
    folder.mkdir()
    for name in ("lineitem", "nation"):
        (folder / f"{name}.parquet").symlink_to(source / f"{name}.parquet")


def test_data_made_in_parts_are_the_same_rows(spark_here: Target, tmp_path: Path) -> None:  # noqa: ARG001
    for name, more in (("whole", []), ("parts", ["--on", "spark"])):
        result = invoke("generate", "--scale", "0.01", "--out", tmp_path / name, *more)
        assert result.exit_code == 0, result.output
    whole, parts = (document.read(tmp_path / name / "data.json", DataSet) for name in ("whole", "parts"))
    assert parts.fingerprint == whole.fingerprint
    assert len(parts.tables["lineitem"].files) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts", "whole"], "something was left behind"


def test_parts_that_an_interrupted_attempt_has_finished_are_not_made_again(spark_here: Target, tmp_path: Path) -> None:  # noqa: ARG001
    workshop = tmp_path / ".out.tpch-0.01-4.parts"
    for number in (1, 2, 3):
        workshop.mkdir(exist_ok=True)
        (workshop / f".{number}.done").touch()
    works, target = distributed("spark")
    works.generate(target, ("tpcgen-cli", "tpch"), 0.01, tmp_path / "out", lambda _: None)
    assert [path.name for path in (tmp_path / "out" / "lineitem").iterdir()] == ["lineitem.4.parquet"]


def test_a_profile_is_the_same_document_whoever_measures(tpch_data: Path, spark_here: Target, tmp_path: Path) -> None:  # noqa: ARG001
    some_tables(tpch_data, tmp_path / "data")
    for name, more in (("here", []), ("there", ["--on", "spark"])):
        result = invoke("profile", "--data", tmp_path / "data", "--out", tmp_path / f"{name}.json", *more)
        assert result.exit_code == 0, result.output
    here, there = (document.read(tmp_path / f"{name}.json", Profile) for name in ("here", "there"))
    assert there == here


def test_a_layout_sorted_by_spark_holds_the_same_rows_in_order_and_runs(
    demo: Path,
    tpch_data: Path,
    spark_here: Target,  # noqa: ARG001
    tmp_path: Path,
) -> None:
    out = tmp_path / "sorted"
    some_tables(tpch_data, tmp_path / "data")
    source = ["--data", tmp_path / "data", "--catalog", demo / "catalog.json"]
    result = invoke("load", *source, "--design", demo / "design.redshift.json", "--on", "spark", "--out", out)
    assert result.exit_code == 0, result.output
    loaded = document.read(out / MANIFEST, Loaded)
    assert (loaded.engine, loaded.database) == ("spark", "spark")
    data = document.read(tmp_path / "data" / "data.json", DataSet)
    assert {name: table.rows for name, table in loaded.tables.items()} == {name: each.rows for name, each in data.tables.items()}
    assert loaded.tables["lineitem"].order_by
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "modes.sql").write_text(QUERY)
    arguments = ["--on", out, "--queries", tmp_path / "queries", "--rounds", 1, "--warmups", 0]
    result = invoke("run", *source, *arguments, "--out", tmp_path / "run.json")
    assert result.exit_code == 0, result.output
    assert [each.status for each in document.read(tmp_path / "run.json", Run).executions] == [Status.VERIFIED]


def test_one_machine_is_no_cluster() -> None:
    with pytest.raises(UsageError, match="duckdb does not work on many machines"):
        distributed("duckdb")
    assert invoke("load", "--data", ".", "--catalog", "x", "--out", "x", "--on", "spark", "--to", "spark").exit_code != 0
