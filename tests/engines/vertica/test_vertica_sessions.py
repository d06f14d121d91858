"""Sessions through the real driver on the stand-in: log-ins, values, limits, plans, figures, and what goes wrong."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from standins import certificates
from standins.backend import Backend
from standins.faults import Fault
from standins.fixtures import PASSWORD
from standins.vertica import VerticaServer
from standins.wire import Login
from vertica_cases import make_target

from warehousebench.engines.targets import Secret, Target
from warehousebench.engines.vertica import client as clients
from warehousebench.engines.vertica.client import VerticaClient, connector, opened
from warehousebench.errors import EngineError, TimeLimitError, TransientError, WarehouseBenchError


@pytest.fixture
def client(target: Target) -> VerticaClient:
    with opened(target) as session:
        session.run("CREATE SCHEMA shop")
    return connector(target).connect()


def test_the_server_is_asked_what_it_is(target: Target) -> None:
    found = connector(target)
    assert found.stand_in
    assert "stand-in" in found.version
    assert found.settings == {"schema": "shop", "caches": "as the queries before left them", "tls": "off"}


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("CAST(-7 AS INTEGER)", -7),
        ("CAST('123456789012345678901234567890123.12345' AS NUMERIC(38,5))", Decimal("123456789012345678901234567890123.12345")),
        ("CAST(0.1 AS FLOAT)", 0.1),
        ("'naïve ☃'", "naïve ☃"),
        ("''", ""),
        ("true", True),
        ("DATE '1992-02-29'", dt.date(1992, 2, 29)),
        ("TIME '23:59:59'", dt.time(23, 59, 59)),
        ("TIMESTAMP '2024-02-29 23:59:59.999999'", dt.datetime(2024, 2, 29, 23, 59, 59, 999_999)),
        ("TIMESTAMPTZ '2024-02-29 23:59:59+00'", dt.datetime(2024, 2, 29, 23, 59, 59, tzinfo=dt.UTC)),
        ("CAST('00000000-0000-0000-0000-000000000005' AS UUID)", UUID(int=5)),
        ("CAST(NULL AS INTEGER)", None),
    ],
)
def test_values_have_the_types_that_answers_promise(client: VerticaClient, sql: str, value: object) -> None:
    with closing(client):
        answer = client.query(f"SELECT {sql} AS a", 10.0)
    assert answer.names == ("a",)
    assert answer.rows == [(value,)]
    assert type(answer.rows[0][0]) is type(value)


def test_types_carry_their_digits(client: VerticaClient) -> None:
    with closing(client):
        assert client.query("SELECT CAST(1 AS NUMERIC(15,2)) AS a, 'x' AS b", 10.0).types == ("NUMERIC(15,2)", "VARCHAR")


def test_a_failed_query_is_one_line_and_the_session_goes_on(client: VerticaClient) -> None:
    with closing(client):
        with pytest.raises(EngineError, match=r"no_such.*\(42V01\)\. Load the tables first") as error:
            client.query("SELECT * FROM no_such", 10.0)
        assert not isinstance(error.value, TransientError)
        assert "\n" not in str(error.value)
        assert client.query("SELECT 1 AS a", 10.0).rows == [(1,)]


def test_every_query_is_found_by_a_label_of_its_own(client: VerticaClient, target: Target) -> None:
    with closing(client), opened(target) as session:
        client.query("SELECT 1 AS a", 10.0)
        client.query("WITH q AS (SELECT 2 AS a) SELECT a FROM q", 10.0)
        labels = session.run("SELECT request_label FROM v_monitor.query_requests WHERE request_label LIKE 'warehousebench_%'")
    assert len({label for (label,) in labels}) == 2


def test_figures_are_the_server_s_and_of_the_last_query(client: VerticaClient, vertica_server: VerticaServer) -> None:
    with closing(client):
        assert client.metrics() == {}
        vertica_server.faults.arm(Fault.SLOW, "SELECT .*2 AS a", amount=0.2)
        client.query("SELECT 1 AS a", 10.0)
        quick = client.metrics()["server time (ms)"]
        client.query("SELECT 2 AS a", 10.0)
        assert client.metrics()["server time (ms)"] > quick


def test_a_slow_query_is_cancelled_and_the_session_goes_on(client: VerticaClient, vertica_server: VerticaServer) -> None:
    vertica_server.faults.arm(Fault.SLOW, "7 AS slow", amount=20)
    with closing(client):
        started = time.monotonic()
        with pytest.raises(TimeLimitError, match=r"stopped after 0\.2 s"):
            client.query("SELECT 7 AS slow", 0.2)
        assert time.monotonic() - started < 5
        assert client.query("SELECT 1 AS a", 10.0).rows == [(1,)]


def test_a_server_that_does_not_obey_costs_the_session(
    client: VerticaClient, vertica_server: VerticaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(client._session._connection, "cancel", lambda: None)
    vertica_server.faults.arm(Fault.SLOW, "7 AS slow", amount=20)
    with closing(client):
        with pytest.raises(TimeLimitError):
            client.query("SELECT 7 AS slow", 0.2)
        with pytest.raises(TransientError, match="was lost"):
            client.query("SELECT 1 AS a", 10.0)


def test_a_plan_is_text(client: VerticaClient) -> None:
    with closing(client):
        assert "\n" in client.plan("SELECT 1 AS a")


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_AFTER])
def test_a_lost_connection_is_worth_a_new_one(
    client: VerticaClient, vertica_server: VerticaServer, target: Target, fault: Fault
) -> None:
    vertica_server.faults.arm(fault, "7 AS x")
    with closing(client):
        for _ in range(2):
            with pytest.raises(TransientError, match=r"was lost.* Try again"):
                client.query("SELECT 7 AS x", 10.0)
    with closing(connector(target).connect()) as again:
        assert again.query("SELECT 7 AS x", 10.0).rows == [(7,)]


def test_a_conflict_is_worth_repeating_on_the_same_session(client: VerticaClient, vertica_server: VerticaServer) -> None:
    vertica_server.faults.arm(Fault.SERIALIZATION, "7 AS x")
    with closing(client):
        with pytest.raises(TransientError):
            client.query("SELECT 7 AS x", 10.0)
        assert client.query("SELECT 7 AS x", 10.0).rows == [(7,)]


def test_a_restart_ends_sessions_and_lets_new_ones_in(client: VerticaClient, vertica_server: VerticaServer, target: Target) -> None:
    with closing(client):
        vertica_server.restart()
        with pytest.raises(TransientError):
            client.query("SELECT 1 AS a", 10.0)
    with closing(connector(target).connect()) as again:
        assert again.query("SELECT 1 AS a", 10.0).rows == [(1,)]


@pytest.mark.parametrize(
    ("options", "password"), [({}, "guess-me"), ({"user": "nobody"}, PASSWORD), ({"database": "elsewhere"}, PASSWORD)]
)
def test_a_refused_login_says_what_to_check_and_no_password(
    vertica_server: VerticaServer, options: dict[str, str], password: str
) -> None:
    target = make_target(vertica_server, **options)
    with pytest.raises(EngineError, match="Check ") as error:
        connector(Target("vertica", "a test", target.options, {"password": Secret(password)}))
    assert not isinstance(error.value, TransientError)
    assert password not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_token_logs_in_without_a_user_and_is_not_printed(backend: Backend) -> None:
    server = VerticaServer(backend, login=Login(tokens=frozenset({"a-token"})))
    server.start()
    try:
        options = {**make_target(server).options, "user": ""}
        with opened(Target("vertica", "a test", options, {"token": Secret("a-token")})) as session:
            assert session.run("SELECT 1 AS a") == [(1,)]
        with pytest.raises(EngineError) as error, opened(Target("vertica", "a test", options, {"token": Secret("b-token")})):
            pass
        assert "b-token" not in str(error.value)
        assert not isinstance(error.value, TransientError)
    finally:
        server.stop()


def test_nobody_there_is_worth_a_later_try(vertica_server: VerticaServer) -> None:
    target = make_target(vertica_server, port="1")
    with pytest.raises(TransientError, match=r"cannot be reached.*VSQL_HOST"):
        connector(target)


def test_a_backup_node_takes_over(vertica_server: VerticaServer) -> None:
    target = make_target(vertica_server, port="1", backup_nodes=f"127.0.0.1:{vertica_server.port}")
    with opened(target) as session:
        assert session.run("SELECT 1 AS a") == [(1,)]


def test_tls_modes(backend: Backend, tmp_path: Path) -> None:
    context, authority = certificates.server_context(tmp_path)
    server = VerticaServer(backend, tls=context)
    server.start()
    try:
        for mode, ca in (("require", ""), ("verify-ca", str(authority)), ("verify-full", str(authority))):
            with opened(make_target(server, host="localhost", tls=mode, tls_ca=ca)) as session:
                assert session.encrypted
        with pytest.raises(EngineError, match="tls_ca") as error, opened(make_target(server, host="localhost", tls="verify-ca")):
            pass
        assert not isinstance(error.value, TransientError)
    finally:
        server.stop()


def test_tls_that_the_server_lacks_is_refused_or_done_without(vertica_server: VerticaServer) -> None:
    with opened(make_target(vertica_server, tls="prefer")) as session:
        assert not session.encrypted
    with pytest.raises(EngineError, match="offers no TLS"), opened(make_target(vertica_server, tls="require")):
        pass


def test_cold_clears_before_every_query(vertica_server: VerticaServer, target: Target, backend: Backend) -> None:
    found = connector(make_target(vertica_server, cold="true"))
    assert "lukewarm" in found.settings["caches"]
    with opened(target) as session:
        session.run("CREATE SCHEMA shop")
    with closing(found.connect()) as client:
        client.query("SELECT 1 AS a", 10.0)
        client.metrics()
        with pytest.raises(WarehouseBenchError):
            client.query("SELECT * FROM no_such", 10.0)
        client.query("SELECT 2 AS a", 10.0)
    said = [record.text for record in backend.records()]
    kinds = ["clear" if "CLEAR_CACHES" in text else "query" for text in said if "CLEAR_CACHES" in text or "LABEL" in text]
    assert kinds == ["clear", "clear", "query", "clear", "query", "clear", "query"]


def test_refused_clearing_is_said(vertica_server: VerticaServer) -> None:
    vertica_server.faults.arm(Fault.SERIALIZATION, "CLEAR_CACHES")
    found = connector(make_target(vertica_server, cold="true"))
    assert found.settings["caches"].startswith("lukewarm: CLEAR_CACHES was refused")
    assert not found.clears_caches


class Endless:
    """A stream that never ends by itself."""

    def read(self, size: int = -1) -> bytes:
        return b"1\n" * (size // 2)


def test_a_load_that_breaks_while_sending_opens_no_connection_behind_our_back(
    vertica_server: VerticaServer, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    vertica_server.faults.arm(Fault.RESET_IN_COPY, "COPY t", amount=100_000)
    with opened(target) as session:
        session.run("CREATE TABLE t (a INTEGER)")
        again: list[object] = []
        monkeypatch.setattr(session._connection, "establish_socket_connection", again.append)
        with pytest.raises(TransientError, match="was lost"):
            session.copy("COPY t FROM STDIN", Endless())
        assert again == []


def test_a_cancel_that_came_too_late_does_not_hit_the_next_query(
    client: VerticaClient, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Late(clients._Limit):
        def __exit__(self, *given: object) -> None:
            super().__exit__(*given)
            self.expired = True

    with closing(client):
        monkeypatch.setattr(clients, "_Limit", Late)
        with pytest.raises(TimeLimitError):
            client.query("SELECT 2 AS a", 10.0)
    assert backend.records()[-1].text == "SELECT 1"
