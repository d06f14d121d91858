from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from cli_invoke import invoke

from warehousebench.model import document
from warehousebench.model.advice import Advice
from warehousebench.model.comparison import Comparison
from warehousebench.model.load import Loaded
from warehousebench.model.run import Phase, Run, Status


def test_the_demo_leaves_every_document_of_the_flow(demo: Path) -> None:
    names = {path.name for path in demo.iterdir()}
    documents = {f"{name}.json" for name in ("catalog", "profile", "workload", "run", "comparison")}
    documents |= {f"{kind}.{engine}.json" for kind in ("design", "advice") for engine in ("redshift", "vertica")}
    pages = {f"{name}.{kind}" for name in ("advice.redshift", "advice.vertica", "report") for kind in ("html", "md")}
    assert documents | pages | {"redshift.sql", "vertica.sql", "data", "layouts"} == names
    for name in documents:
        header = json.loads((demo / name).read_text(encoding="utf-8"))
        assert header["format"].startswith("warehousebench.")
        assert header["version"] == 1


def test_every_answer_of_both_layouts_is_verified(demo: Path) -> None:
    run = document.read(demo / "run.json", Run)
    assert len(run.executions) == 2 * 2 * 22 * 2
    assert {e.status for e in run.executions} == {Status.VERIFIED}
    assert {e.rounding for e in run.executions} == {"passed"}
    assert sum(e.phase is Phase.WARMUP for e in run.executions) == 88
    assert all(e.seconds and e.seconds > 0 and e.result_hash for e in run.executions)
    assert run.fingerprint.generator.startswith("tpcgen-cli ")


def test_the_advised_layout_is_sorted_by_the_design_and_holds_the_same_rows(demo: Path) -> None:
    design = json.loads((demo / "design.redshift.json").read_text(encoding="utf-8"))
    plain = document.read(demo / "layouts/plain/load.json", Loaded)
    advised = document.read(demo / "layouts/advised/load.json", Loaded)
    for name, table in advised.tables.items():
        assert list(table.order_by) == design["tables"][name]["sortkey"]
        assert (table.rows, table.checksum) == (plain.tables[name].rows, plain.tables[name].checksum)
    assert advised.tables["lineitem"].order_by
    assert not plain.tables["lineitem"].order_by


def test_the_comparison_and_the_report_belong_to_the_run(demo: Path) -> None:
    run, comparison = document.read(demo / "run.json", Run), document.read(demo / "comparison.json", Comparison)
    assert (comparison.base.run, comparison.contender.run) == (run.identity, run.identity)
    assert comparison.screening
    assert run.identity in (demo / "report.html").read_text(encoding="utf-8")


def test_the_advice_saves_bytes_and_says_how_they_were_found(demo: Path) -> None:
    for engine in ("redshift", "vertica"):
        advice = document.read(demo / f"advice.{engine}.json", Advice)
        none, keys, advised = advice.designs
        assert advice.scaled
        assert advised.moved < none.moved / 3
        assert advised.moved <= keys.moved * 1.0001
        assert advised.read < none.read
        assert advice.bound <= advised.moved * 1.0001
        assert not advice.findings
        assert len(advised.queries) == 22


def test_the_demo_refuses_an_existing_folder(demo: Path) -> None:
    result = invoke("demo", "--out", demo)
    assert result.exit_code == 2
    assert "not overwritten" in result.stderr


def test_a_scale_must_be_a_number_above_zero(tmp_path: Path) -> None:
    for scale in ("0", "abc", "-1", "nan"):
        result = invoke("demo", "--scale", scale, "--out", tmp_path / "out")
        assert result.exit_code == 2
        assert "scale" in result.stderr.lower()
        assert not (tmp_path / "out").exists()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from warehousebench.cli import main;"
        "CliRunner().invoke(main, ['--help']);"
        "heavy = {'duckdb', 'pyarrow', 'sqlglot', 'sqlalchemy', 'numpy', 'scipy', 'rich', 'redshift_connector', 'vertica_python'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_command_has_help_with_an_example() -> None:
    from warehousebench.cli import COMMANDS

    for name in COMMANDS:
        result = invoke(name, "--help")
        assert result.exit_code == 0
        assert "Example" in result.output or name == "verify", name
