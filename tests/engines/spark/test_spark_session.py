"""Sessions on a real Spark: values, errors, limits of time, figures, and one driver for all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from warehousebench.engines.spark import client as clients
from warehousebench.engines.spark.client import SparkClient, SparkConnector
from warehousebench.engines.spark.ddl import local
from warehousebench.engines.spark.settings import Settings, read
from warehousebench.engines.targets import Secret, Target
from warehousebench.errors import EngineError, TransientError, UsageError


@pytest.fixture
def connector(spark_here: Target, tpch_data: Path) -> SparkConnector:
    """Return what opens sessions with two tables of TPC-H."""
    return SparkConnector(read(spark_here), {name: [local(tpch_data / f"{name}.parquet")] for name in ("nation", "lineitem")})


@pytest.fixture
def session(connector: SparkConnector) -> Iterator[SparkClient]:
    """Return an open session."""
    with closing(connector.connect()) as client:
        yield client


def test_values_of_every_kind_arrive_typed(session: SparkClient) -> None:
    answer = session.query(
        "SELECT 1 AS a, 2L AS a, 1.50BD AS d, 2.5D AS f, 'x' AS s, true AS b, X'00ff' AS x, DATE'2020-02-29' AS day, "
        "TIMESTAMP_NTZ'2020-02-29 12:00:00.000001' AS t, TIMESTAMP'2020-02-29 12:00:00' AS z, INTERVAL '1 2' DAY TO HOUR AS i, "
        "CAST(NULL AS STRING) AS n",
        60,
    )
    assert answer.names[:2] == ("a", "a")
    assert answer.types[:3] == ("int", "bigint", "decimal(3,2)")
    assert answer.rows == [
        (
            *(1, 2, Decimal("1.50"), 2.5, "x", True, b"\x00\xff", date(2020, 2, 29), datetime(2020, 2, 29, 12, 0, 0, 1)),
            *(datetime(2020, 2, 29, 12, tzinfo=UTC), timedelta(days=1, hours=2), None),
        )
    ]


def test_sessions_see_their_own_views_only(connector: SparkConnector, session: SparkClient) -> None:
    session.run("CREATE TEMPORARY VIEW mine AS SELECT 1 AS a")
    with closing(connector.connect()) as other, pytest.raises(EngineError, match="`mine` cannot be found"):
        other.run("SELECT * FROM mine")


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELEC 1", "Syntax error at or near 'SELEC'"),
        ("SELECT CAST(n_name AS INT) FROM nation", 'cannot be cast to "INT"'),
        ("SELECT 1 / 0", "Division by zero"),
        ("SELECT raise_error('line one')", "line one"),
    ],
)
def test_errors_are_one_line_and_nothing_is_written_beside(
    session: SparkClient, sql: str, complaint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(EngineError, match=complaint) as caught:
        session.query(sql, 60)
    assert "\n" not in str(caught.value)
    assert "SQLSTATE" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_plan_of_a_wrong_query_is_an_error_and_a_right_one_has_no_path(session: SparkClient, tpch_data: Path) -> None:
    with pytest.raises(EngineError, match="nowhere"):
        session.plan("SELECT * FROM nowhere")
    plan = session.plan("SELECT count(*) FROM nation")
    assert "[nation.parquet]" in plan
    assert str(tpch_data) not in plan
    assert plan == session.plan("SELECT count(*) FROM nation")


def test_spark_says_what_a_query_took(session: SparkClient) -> None:
    session.query("SELECT l_partkey, count(*) FROM lineitem GROUP BY l_partkey", 60)
    found = session.metrics()
    assert found["stages"] >= 2
    assert found["tasks"] >= 2
    assert found["executor_run_seconds"] > 0
    assert found["shuffle_write_bytes"] == found["shuffle_read_bytes"] > 1000
    assert found["input_bytes"] > 1000
    assert found["jvm_peak_bytes"] > 100e6 or sys.platform != "linux"
    session.query("SELECT 1", 60)
    assert session.metrics()["shuffle_write_bytes"] == 0, "these are the figures of the query before"


def test_start_and_memory_of_the_driver_are_among_the_settings(connector: SparkConnector, session: SparkClient) -> None:
    settings = connector.settings
    assert settings["start-up"].endswith(" s")
    assert settings["JVM peak memory"].endswith(" GiB") or sys.platform != "linux"
    assert "one for all sessions" in settings["JVM"]
    assert (settings["ANSI mode"], settings["time zone"]) == ("on", "UTC")
    assert session.run("SET spark.sql.ansi.enabled") == [("spark.sql.ansi.enabled", "true")]
    assert session.run("SET spark.sql.session.timeZone") == [("spark.sql.session.timeZone", "UTC")]


def test_one_process_has_one_driver(connector: SparkConnector, session: SparkClient) -> None:
    other = replace(connector, settings_of=replace(connector.settings_of, memory="3g"))
    with pytest.raises(UsageError, match="one process has one driver"):
        other.connect()
    assert session.run("SELECT 1") == [(1,)]


def test_a_file_that_cannot_be_read_is_an_error(connector: SparkConnector, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="missing"):
        replace(connector, tables={"t": [local(tmp_path / "missing.parquet")]}).connect()


def test_paths_are_no_patterns(connector: SparkConnector, tpch_data: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a[1] {b,c} *?" / "nation.parquet"
    odd.parent.mkdir()
    odd.write_bytes((tpch_data / "nation.parquet").read_bytes())
    with closing(replace(connector, tables={"t": [local(odd)]}).connect()) as client:
        assert client.run("SELECT count(*) FROM t") == [(25,)]


def test_a_server_that_is_not_there_is_an_error_without_its_token() -> None:
    settings = Settings("", "1g", remote=Secret("sc://127.0.0.1:1/;token=hush"))
    with pytest.raises(TransientError, match=r"no Spark Connect server answers at 127\.0\.0\.1:1") as caught:
        clients.open_session(settings)
    assert "hush" not in str(caught.value)


START = """
from warehousebench.engines.spark.client import open_session
from warehousebench.engines.spark.settings import Settings
from warehousebench.errors import EngineError
try:
    open_session(Settings("local[1]", "1k"))
except EngineError as error:
    print(error)
"""


def test_a_driver_that_does_not_start_says_why() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.startswith("Spark does not start on local[1] with 1k: ")
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
