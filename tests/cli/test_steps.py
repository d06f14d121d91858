"""The commands one by one: contracts, resuming, and bad input."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_invoke import invoke

from warehousebench.model import document
from warehousebench.model.run import Run, Status


def run_command(work: Path, queries: Path, *more: object) -> list[object]:
    return ["run", "--on", work / "layouts/plain", "--data", work / "data", "--queries", queries, "--out", work / "own.json", *more]


OWN_QUERY = """
SELECT name, sum(price) AS spent
FROM sale JOIN customer ON customer.id = customer_id
WHERE day < DATE '2026-01-10'
GROUP BY name
ORDER BY spent DESC, name
"""
OWN_FLOW = """
reflect shop.sqlite --rows data
profile --data data
workload --queries q
advise --profile profile.json --workload workload.json
load --data data -o plain
load --data data --design design.vertica.json -o advised
run --on plain --on advised --data data --queries q --rounds 4
verify run.json
compare run.json -o comparison.json
report run.json --comparison comparison.json --design design.vertica.json
"""


def test_a_users_own_schema_data_and_queries_go_through_the_flow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shop = sqlite3.connect("shop.sqlite")
    shop.execute("CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL)")
    shop.execute(
        "CREATE TABLE sale (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), price DECIMAL(8,2), day DATE)"
    )
    shop.executemany("INSERT INTO customer VALUES (?, ?)", [(i, f"name {i}") for i in range(50)])
    shop.executemany("INSERT INTO sale VALUES (?, ?, ?, ?)", [(i, i % 50, i / 4, f"2026-01-{i % 28 + 1:02}") for i in range(2000)])
    shop.commit()
    shop.close()
    Path("q").mkdir()
    Path("q/spent.sql").write_text(OWN_QUERY, encoding="utf-8")
    for line in OWN_FLOW.strip().splitlines():
        result = invoke(*line.split())
        assert result.exit_code == 0, (line, result.output)
    assert {e.status for e in document.read(Path("run.json"), Run).executions} == {Status.VERIFIED}
    assert Path("report.md").exists()


def test_json_output_is_the_document_and_nothing_else(work: Path) -> None:
    result = invoke("profile", "--data", work / "data", "-o", work / "again.json", "--format", "json")
    assert result.stdout == (work / "again.json").read_text(encoding="utf-8")


def test_a_failing_query_is_recorded_and_the_rest_goes_on(work: Path, queries: Path) -> None:
    (queries / "broken.sql").write_text("SELECT no_such_column FROM lineitem", encoding="utf-8")
    result = invoke(*run_command(work, queries, "--rounds", "1"))
    assert result.exit_code == 0
    run = document.read(work / "own.json", Run)
    broken = [e for e in run.executions if e.query == "broken"]
    assert {e.status for e in broken} == {Status.FAILED}
    assert "no_such_column" in (broken[0].reason or "")
    assert {e.status for e in run.executions if e.query != "broken"} == {Status.VERIFIED}
    assert invoke("verify", work / "own.json").exit_code == 1


def test_a_slow_query_is_stopped_and_recorded(work: Path, queries: Path) -> None:
    (queries / "slow.sql").write_text(
        "SELECT count(*) FROM lineitem a, lineitem b, lineitem c WHERE a.l_tax + b.l_tax < c.l_tax", encoding="utf-8"
    )
    started = time.monotonic()
    assert invoke(*run_command(work, queries, "--rounds", "1", "--timeout", "0.3")).exit_code == 0
    assert time.monotonic() - started < 20
    run = document.read(work / "own.json", Run)
    stopped = [e for e in run.executions if e.query == "slow"]
    assert {e.status for e in stopped} == {Status.TIMEOUT}
    assert all(e.seconds is None for e in stopped)


def test_no_reference_means_unverified_never_verified(work: Path, queries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from warehousebench.bench.answers import References
    from warehousebench.cli import run as module

    monkeypatch.setattr(module, "references", lambda *_: References({}, {}))
    invoke(*run_command(work, queries, "--rounds", "1"))
    run = document.read(work / "own.json", Run)
    assert {e.status for e in run.executions} == {Status.UNVERIFIED}
    assert invoke("verify", work / "own.json").exit_code == 1


def test_wrong_rows_in_a_layout_are_found_with_exit_code_3(work: Path, queries: Path) -> None:
    from warehousebench import duck

    with duck.opened(work / "layouts/plain/warehouse.duckdb") as database:
        ((rows,),) = duck.rows(database, "SELECT count(*) FROM lineitem")
        duck.run(database, "DELETE FROM lineitem WHERE rowid = 17")
    result = invoke(*run_command(work, queries, "--rounds", "1"))
    assert result.exit_code == 3
    assert f"expected {rows}, got {rows - 1}" in result.stderr
    assert invoke("verify", work / "own.json").exit_code == 3


def test_a_run_is_never_overwritten(work: Path, queries: Path) -> None:
    (work / "own.json").write_text("precious", encoding="utf-8")
    result = invoke(*run_command(work, queries))
    assert result.exit_code == 2
    assert "not overwritten" in result.stderr
    assert (work / "own.json").read_text(encoding="utf-8") == "precious"


def start(command: list[object], **options: object) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, "-m", "warehousebench", *map(str, command)]
    return subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]


def test_a_killed_run_goes_on_where_it_stopped(work: Path) -> None:
    command = ["run", "--on", work / "layouts/plain", "--on", work / "layouts/advised", "--data", work / "data"]
    command += ["--suite", "tpch", "--rounds", "5", "--out", work / "killed.json"]
    journal = work / "killed.journal.jsonl"
    process = start(command)
    while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < 60):
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not (work / "killed.json").exists()
    with journal.open("ab") as stream:
        stream.write(b'{"subject": "torn')
    kept = [json.loads(line) for line in journal.read_bytes().split(b"\n")[1:-1]]
    finished = {(e["subject"], e["query"], e["round"], e["started"]) for e in kept if e.get("phase") == "timed"}

    assert invoke(*command).exit_code == 2, "an interrupted run is not started over silently"
    assert invoke(*command, "--seed", "9", "--resume").exit_code == 2, "nor continued with other options"
    assert invoke(*command, "--resume").exit_code == 0
    run = document.read(work / "killed.json", Run)
    places = [(e.subject, e.query, e.round, e.phase) for e in run.executions]
    assert len(places) == len(set(places)) == 2 * 5 * 22 * 2
    assert finished <= {(e.subject, e.query, e.round, e.started) for e in run.executions}
    assert not journal.exists()


def small_files_only() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))


def test_a_full_disk_is_one_clear_line_and_leaves_nothing_half_written(work: Path) -> None:
    command = ["load", "--data", work / "data", "--catalog", work / "catalog.json", "-o", work / "layouts/full"]
    process = start(command, preexec_fn=small_files_only)
    _, errors = process.communicate(timeout=60)
    last = errors.decode().strip().splitlines()[-1]
    assert process.returncode == 1, errors
    assert last.startswith("Error: ")
    assert "Traceback" not in errors.decode()
    assert not [path for path in (work / "layouts/full").rglob("*") if path.name.endswith((".part", ".wal"))]
    assert invoke(*command, "--resume").exit_code == 0


@pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
def test_a_bad_data_file_is_named(work: Path, damage: str) -> None:
    file = work / "data/orders.parquet"
    if damage == "missing":
        file.unlink()
    elif damage == "truncated":
        os.truncate(file, 1000)
    else:
        (work / "data/orders.parquet").write_bytes((work / "data/customer.parquet").read_bytes())
    result = invoke("load", "--data", work / "data", "--catalog", work / "catalog.json", "-o", work / "layouts/new")
    assert result.exit_code in (1, 3)
    assert "orders" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.strip().splitlines()[-1].startswith("Error: ")


def test_a_document_edited_by_hand_is_explained(work: Path) -> None:
    path = work / "profile.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rows": 25', '"rows": "many"'), encoding="utf-8")
    result = invoke("advise", "--catalog", work / "catalog.json", "--profile", path, "-o", work / "new")
    assert result.exit_code == 1
    assert "Expected `int`, got `str` - at `$.tables" in result.stderr
    assert not (work / "new").exists()


def test_another_format_and_a_newer_version_are_refused(work: Path) -> None:
    result = invoke("advise", "--catalog", work / "profile.json", "-o", work / "new")
    assert "is a warehousebench.profile, not a warehousebench.catalog" in result.stderr
    path = work / "catalog.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"version": 1', '"version": 2', 1), encoding="utf-8")
    assert "Upgrade warehousebench" in invoke("advise", "--catalog", path, "-o", work / "new").stderr


@pytest.mark.parametrize("content", ["", "-- nothing here\n", "SELECT 1;", "\x00\x01\x02"])
def test_unusable_ddl_is_one_clear_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "schema.sql").write_text(content, encoding="utf-8")
    result = invoke("reflect", tmp_path / "schema.sql", "-o", tmp_path / "catalog.json")
    assert result.exit_code == 1
    assert len(result.stderr.strip().splitlines()) <= 2
    assert "schema.sql" in result.stderr
    assert not (tmp_path / "catalog.json").exists()


def test_runs_of_other_data_are_refused_with_exit_code_2(demo: Path, tmp_path: Path) -> None:
    other = json.loads((demo / "run.json").read_text(encoding="utf-8"))
    other["scale"] = 0.02
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    result = invoke("compare", demo / "run.json", tmp_path / "other.json")
    assert result.exit_code == 2
    assert "the scales differ (0.03 and 0.02)" in result.stderr


def test_a_slower_contender_trips_exit_code_4(demo: Path, tmp_path: Path) -> None:
    run = json.loads((demo / "run.json").read_text(encoding="utf-8"))
    for execution in run["executions"]:
        execution["seconds"] = 2.0 if execution["subject"] == "advised" else 1.0
    run["executions"] += [e | {"round": e["round"] + 2} for e in run["executions"]]
    (tmp_path / "slow.json").write_text(json.dumps(run), encoding="utf-8")
    assert invoke("compare", tmp_path / "slow.json", "--fail-if-slower", "10%").exit_code == 4
    assert invoke("compare", tmp_path / "slow.json", "--fail-if-slower", "150%").exit_code == 0
