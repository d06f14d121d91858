"""``migrate`` as people call it: plans, whole moves, kills, failures, secrets."""

from __future__ import annotations

import contextlib
import json
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cli_invoke import invoke
from standins import s3
from standins.fixtures import DATABASE, PASSWORD, USER
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

from warehousebench import duck
from warehousebench.engines.targets import Target

ROWS = 20_000


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a SQLite file with two tables that refer to each other."""
    path = tmp_path / "shop.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("""
            CREATE TABLE item (id INTEGER PRIMARY KEY, name VARCHAR(20), best INTEGER REFERENCES sale);
            CREATE TABLE sale (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item, price DECIMAL(10,2));
            INSERT INTO item VALUES (1, 'a', 1), (2, 'b', NULL);
            INSERT INTO sale VALUES (1, 1, 2.50), (2, 2, 3.25), (3, 1, NULL);
        """)
    return path


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[str]:
    """Return the URL of a PostgreSQL database with a table of ROWS rows and a small one."""
    run(
        postgres_url,
        "DROP TABLE IF EXISTS big, small",
        f"CREATE TABLE big AS SELECT i AS id, md5(i::text) AS v, (i * 0.01)::numeric(12,2) AS n FROM generate_series(1, {ROWS}) i",
        "ALTER TABLE big ADD PRIMARY KEY (id)",
        "CREATE TABLE small AS SELECT i AS id FROM generate_series(1, 10) AS i",
    )
    yield postgres_url.replace("postgresql://", "postgresql+psycopg://")
    run(postgres_url, "DROP TABLE IF EXISTS big, small")


def run(url: str, *statements: str) -> None:
    with sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool).begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def account(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "migration.json").read_text(encoding="utf-8"))
    return found


def answer(out: Path, sql: str) -> list[tuple[Any, ...]]:
    with duck.opened(out / "layout" / "warehouse.duckdb", read_only=True) as connection:
        return duck.rows(connection, sql)


def test_a_dry_run_writes_nothing(shop: Path, tmp_path: Path) -> None:
    result = invoke("migrate", shop, "--dry-run", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert (
        "5 rows, about 160 B, of 2 tables would be read as of one moment and loaded to duckdb. Nothing was written."
        in result.output
    )
    assert not (tmp_path / "out").exists()


def test_to_duckdb_and_to_parquet(shop: Path, tmp_path: Path) -> None:
    result = invoke("migrate", shop, "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "2 of 2 tables verified" in result.output
    assert answer(tmp_path / "out", "SELECT * FROM sale ORDER BY id")[0] == (1, 1, pytest.approx(2.5))
    assert invoke("migrate", shop, "-o", tmp_path / "out").exit_code == 2  # what is there stays
    result = invoke("migrate", shop, "--to", "parquet", "--table", "item", "-o", tmp_path / "files", "--format", "json")
    assert json.loads(result.stdout)["tables"].keys() == {"item"}
    assert [path.name for path in (tmp_path / "files" / "layout" / "parquet").iterdir()] == ["item.parquet"]


def test_unknown_tables_and_servers_without_consent(shop: Path, tmp_path: Path) -> None:
    result = invoke("migrate", shop, "--table", "nothing", "-o", tmp_path / "out")
    assert (result.exit_code, "the source has no table nothing. It has: item, sale" in result.output) == (2, True)
    result = invoke("migrate", shop, "--to", "vertica://u:topsecret@h/d", "-o", tmp_path / "out")
    assert (result.exit_code, "add --execute" in result.output, "topsecret" in result.output) == (2, True, False)
    assert not (tmp_path / "out").exists()


def test_a_changed_source_is_migrated_anew_when_resumed(shop: Path, tmp_path: Path) -> None:
    assert invoke("migrate", shop, "-o", tmp_path / "out").exit_code == 0
    with contextlib.closing(sqlite3.connect(shop)) as connection:
        connection.execute("INSERT INTO item VALUES (3, 'c', NULL)")
        connection.commit()
    result = invoke("migrate", shop, "-o", tmp_path / "out", "--resume")
    assert result.exit_code == 0, result.output
    assert answer(tmp_path / "out", "SELECT count(*) FROM item") == [(3,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from warehousebench.cli import main
from warehousebench.load.migrate import extract
from warehousebench.load import local

def killed(*_):
    os.kill(os.getpid(), signal.SIGKILL)

extract.Limits.__init__.__defaults__ = (None, 2000)
place, written, replace = sys.argv.pop(1), [], os.replace
if place == "before a chunk is in its place":
    def counted(source, target):
        written.append(target)
        killed() if len([each for each in written if str(each).endswith(".parquet")]) == 3 else replace(source, target)
    extract.os.replace = counted
elif place == "before a chunk is noted":
    note = extract._Book.note
    extract._Book.note = lambda self, *rest: killed() if written.append(1) or len(written) == 4 else note(self, *rest)
else:
    local._verify = killed
main()
"""


@pytest.mark.parametrize("place", ["before a chunk is in its place", "before a chunk is noted", "while the tables are loaded"])
def test_killed_and_resumed_every_row_is_there_once(postgres: str, tmp_path: Path, place: str) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, place, "migrate", postgres, "-o", str(out)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert not (out / "migration.json").exists()
    assert not (out / "layout" / "warehouse.duckdb").exists()
    result = invoke("migrate", postgres, "-o", out, "--resume")
    assert result.exit_code == 0, result.output
    assert answer(out, "SELECT count(*), count(DISTINCT id), sum(n)::VARCHAR FROM big") == [(ROWS, ROWS, "2000100.00")]
    assert [path for path in out.rglob("*") if path.name.endswith((".part", ".wal"))] == []


def test_a_failed_table_makes_the_exit_code_and_the_others_arrive(postgres: str, postgres_url: str, tmp_path: Path) -> None:
    run(postgres_url, 'ALTER TABLE small ADD COLUMN "ID" INTEGER')
    result = invoke("migrate", postgres, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "1 of 2 tables verified" in result.output
    assert "small: the columns id and ID differ in case alone" in result.output
    assert answer(tmp_path / "out", "SELECT table_name FROM duckdb_tables()") == [("big",)]
    assert account(tmp_path / "out")["tables"]["small"]["status"] == "failed"


def test_secrets_are_in_no_output_and_no_file(postgres_url: str, postgres: str, tmp_path: Path) -> None:
    run(
        postgres_url,
        "DROP ROLE IF EXISTS wb_secret",
        "CREATE ROLE wb_secret LOGIN PASSWORD 'hunter2hunter2'",
        "GRANT SELECT ON big TO wb_secret",
    )
    try:
        url = sa.make_url(postgres).set(username="wb_secret", password="hunter2hunter2").render_as_string(hide_password=False)
        outputs = [invoke("migrate", url, "-o", tmp_path / "out").output]
        outputs += [invoke("migrate", url + "x", "-o", tmp_path / "other").output, invoke("migrate", url, "--dry-run").output]
        nowhere = sa.make_url(url).set(host="127.0.0.1", port=9).render_as_string(hide_password=False)
        outputs += [invoke("migrate", nowhere, "-o", tmp_path / "other").output]
    finally:
        run(postgres_url, "DROP OWNED BY wb_secret", "DROP ROLE wb_secret")
    assert "permission denied" in outputs[0]
    assert "does not exist" in outputs[1]
    assert "refused" in outputs[3]
    assert all("Traceback" not in output for output in outputs)
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) > 5
    assert not [text for text in [*outputs, *(raw.decode(errors="replace") for raw in written)] if "hunter2" in text]
    assert not (tmp_path / "other").exists()


def test_a_wrong_password_is_one_line(mysql_url: str, tmp_path: Path) -> None:
    url = sa.make_url(mysql_url).set(username="wb_nobody", password="wrong-secret").render_as_string(hide_password=False)
    result = invoke("migrate", url, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "Access denied" in result.output
    assert "wrong-secret" not in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_full_disk_leaves_nothing_that_looks_complete(postgres: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "warehousebench", "migrate", postgres, "-o", str(tmp_path / "out")]
    limit = 100_000

    def small_files() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    result = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_files)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "File too large" in result.stdout + result.stderr
    assert not (tmp_path / "out" / "layout" / "warehouse.duckdb").exists()
    result = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert answer(tmp_path / "out", "SELECT count(*) FROM big") == [(ROWS,)]


def test_to_vertica(shop: Path, tmp_path: Path, vertica_server: VerticaServer) -> None:
    place = f"vertica://{USER}:{PASSWORD}@{vertica_server.host}:{vertica_server.port}/{DATABASE}?tls=disable"
    result = invoke("migrate", shop, "--to", place, "-o", tmp_path / "out", "--execute")
    assert result.exit_code == 0, result.output
    assert "2 of 2 tables verified" in result.output
    assert "STANDS IN" in result.output
    assert PASSWORD not in (tmp_path / "out" / "migration.json").read_text()


@pytest.mark.usefixtures("leaky_driver")
def test_to_redshift(
    shop: Path, tmp_path: Path, redshift_server: RedshiftServer, s3_service: s3.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.SECRET)
    s3_service.client.create_bucket(Bucket="migrate")
    place = f"redshift://{USER}:{PASSWORD}@{redshift_server.host}:{redshift_server.port}/{DATABASE}"
    options = f"sslmode=off&s3=s3://migrate/x&iam_role=default&region={s3.REGION}&endpoint_url={s3_service.endpoint}"
    result = invoke("migrate", shop, "--to", f"{place}?{options}", "-o", tmp_path / "out", "--execute")
    assert result.exit_code == 0, result.output
    assert account(tmp_path / "out")["stand_in"]


def test_to_spark(shop: Path, tmp_path: Path, spark_target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehousebench.engines.target", lambda _: spark_target)
    result = invoke("migrate", shop, "--to", "spark", "-o", tmp_path / "out", "--execute")
    assert result.exit_code == 0, result.output
    assert {each["status"] for each in account(tmp_path / "out")["tables"].values()} == {"verified"}


def test_a_table_that_the_server_refuses_fails_alone(
    shop: Path, tmp_path: Path, vertica_server: VerticaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from warehousebench.engines.vertica import store

    original = store.VerticaStore.check
    monkeypatch.setattr(
        store.VerticaStore, "check", lambda self, table: original(self, table) | ({"x": "1"} if table.name == "item" else {})
    )
    place = f"vertica://{USER}:{PASSWORD}@{vertica_server.host}:{vertica_server.port}/{DATABASE}?tls=disable"
    result = invoke("migrate", shop, "--to", place, "-o", tmp_path / "out", "--execute")
    assert result.exit_code == 1, result.output
    found = account(tmp_path / "out")["tables"]
    assert (found["item"]["status"], found["sale"]["status"]) == ("failed", "verified")
    assert "item arrived with other values" in found["item"]["reason"]
    monkeypatch.undo()
    result = invoke("migrate", shop, "--to", place, "-o", tmp_path / "out", "--execute", "--resume")
    assert result.exit_code == 0, result.output
