"""Spark through a Spark Connect server: one that the tests' own driver plays, spoken to over a socket like any other."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from engine_cases import tpch_inputs

from warehousebench.engines import engine
from warehousebench.engines.base import Plan
from warehousebench.engines.spark.client import open_session
from warehousebench.engines.spark.settings import read
from warehousebench.engines.targets import Secret, Target
from warehousebench.errors import EngineError, TimeLimitError
from warehousebench.model.catalog import Catalog
from warehousebench.model.load import TableLayout


@pytest.fixture(scope="module")
def server(spark_here: Target) -> Iterator[str]:
    """Return the URL of a Spark Connect server on a free port."""
    with closing(open_session(read(spark_here))) as client:
        context = client.session._sc
        service = context._jvm.org.apache.spark.sql.connect.service.SparkConnectService
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        for key, value in (("port", str(port)), ("address", "127.0.0.1")):
            context._jsc.sc().conf().set(f"spark.connect.grpc.binding.{key}", value)
        service.start(context._jsc.sc())
        yield f"sc://127.0.0.1:{port}"
        service.stop(context._jvm.scala.Option.empty(), context._jvm.scala.Option.empty())


@pytest.fixture
def there(server: str, spark_target: Target) -> Target:
    """Return the server as a target."""
    return replace(spark_target, secrets={"remote": Secret(server)})


def test_sessions_answer_fail_and_end_in_time(there: Target, tpch_data: Path) -> None:
    place = replace(there, options={**there.options, "warehouse": ""})
    connector = engine("spark").connector(place, {"nation": (tpch_data / "nation.parquet",)})
    assert connector.settings["connection"] == "Spark Connect"
    with closing(connector.connect()) as client:
        answer = client.query("SELECT count(*) AS n, 1.50BD AS d FROM nation", 60)
        assert (answer.names, answer.types, answer.rows) == (("n", "d"), ("bigint", "decimal(3,2)"), [(25, Decimal("1.50"))])
        assert "[nation.parquet]" in client.plan("SELECT * FROM nation")
        with pytest.raises(EngineError, match="nowhere") as caught:
            client.query("SELECT * FROM nowhere", 60)
        assert "\n" not in str(caught.value)
        with pytest.raises(TimeLimitError):
            client.query("SELECT sum(a.id % 7) FROM range(5000000000) AS a", 0.5)
        assert client.query("SELECT count(*) FROM nation", 120).rows == [(25,)]
        assert client.metrics() == {}


def test_a_table_is_loaded_and_its_order_read_back(there: Target, tpch_data: Path) -> None:
    table = tpch_inputs().catalog.table("nation")
    plan = Plan(Catalog((table,), "a test"), {"nation": TableLayout(("n_name",))})
    with closing(engine("spark").store(there, plan)) as store:
        store.create(table)
        assert store.fill(table, [tpch_data / "nation.parquet"]).rows == 25
        assert store.differences() == ()
        assert store.check(table)["rows"] == "25"
