"""Sessions through the real driver on the stand-in: answers, time limits, failures and what they say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import boto3
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redshift_cases import LEAKS, PASSWORD, Make
from redshift_connector.interval import IntervalDayToSecond, IntervalYearToMonth
from standins import certificates, s3
from standins.backend import Backend
from standins.faults import Fault
from standins.redshift import RedshiftServer
from standins.wire import Login

from warehousebench.engines.redshift import client as module
from warehousebench.engines.redshift.client import RedshiftClient, connect, connector
from warehousebench.engines.redshift.settings import Settings, settings
from warehousebench.engines.redshift.types import quote
from warehousebench.errors import DesignError, EngineError, TimeLimitError, TransientError, UnsupportedError

pytestmark = pytest.mark.filterwarnings(LEAKS)
TIMEOUT = 20.0


def test_answers_carry_names_types_and_python_values(client: RedshiftClient) -> None:
    answer = client.query(
        "SELECT 1 AS a, CAST('12345678901234567890123456789012345.678' AS DECIMAL(38,3)) AS b, DATE '2020-02-29' AS c, "
        "TIMESTAMP '2020-02-29 12:00:00.000001' AS d, 'ä' AS e, CAST(0.5 AS DOUBLE PRECISION) AS f, NULL AS g, true AS h",
        TIMEOUT,
    )
    assert answer.names == ("a", "b", "c", "d", "e", "f", "g", "h")
    assert answer.types[:6] == ("INTEGER", "NUMERIC", "DATE", "TIMESTAMP", "VARCHAR", "DOUBLE PRECISION")
    wide = Decimal("12345678901234567890123456789012345.678")
    assert answer.rows == [(1, wide, dt.date(2020, 2, 29), dt.datetime(2020, 2, 29, 12, 0, 0, 1), "ä", 0.5, None, True)]


def test_a_wide_decimal_is_not_rounded_by_the_context_of_the_caller(client: RedshiftClient) -> None:
    # The driver scales by the decimal context, whose 28 digits would round.
    assert str(client.rows("SELECT CAST('1234567890123456789012345678.12345' AS DECIMAL(38,5))")[0][0])[-5:] == "12345"


def test_sessions_are_set_up_for_measuring(client: RedshiftClient) -> None:
    shown = {name: client.rows(f"SHOW {name}")[0][0] for name in ("enable_result_cache_for_session", "query_group", "search_path")}
    assert shown == {"enable_result_cache_for_session": "off", "query_group": "warehousebench", "search_path": "tpch"}


def test_the_connector_knows_that_it_talks_to_a_stand_in(configured: Settings) -> None:
    made = connector(configured)
    assert made.stand_in
    assert made.engine == "redshift"
    assert "stand-in" in made.version
    assert made.settings["result cache"] == "off"
    session = made.connect()
    assert session.query("SELECT 2", TIMEOUT).rows == [(2,)]
    session.close()
    with pytest.raises(TransientError, match="the session was closed"):
        session.query("SELECT 2", TIMEOUT)


def test_the_servers_word_for_redshift_is_its_version(client: RedshiftClient, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC, Redshift 1.0.77467"
    monkeypatch.setattr(client, "rows", lambda _: [(words,)])
    monkeypatch.setattr(RedshiftClient, "parameters", {"server_version": "8.0.2"})
    assert module.identity(client) == ("1.0.77467", False)


def test_a_query_that_fails_leaves_the_session_usable(client: RedshiftClient) -> None:
    with pytest.raises(EngineError, match=r"SQLSTATE 42P01\)\. Load the tables first"):
        client.query("SELECT * FROM missing", TIMEOUT)
    assert client.query("SELECT 1", TIMEOUT).rows == [(1,)]


def test_what_is_not_supported_is_told_apart(client: RedshiftClient) -> None:
    with pytest.raises(UnsupportedError, match="0A000"):
        client.query("SELECT no_such_thing_here(1)", TIMEOUT)


def test_a_query_beyond_the_limit_is_stopped_by_the_server(redshift_server: RedshiftServer, client: RedshiftClient) -> None:
    redshift_server.faults.arm(Fault.SLOW, "SELECT 7", amount=30)
    with pytest.raises(TimeLimitError, match=r"stopped after 0\.3 s"):
        client.query("SELECT 7", 0.3)
    assert client.query("SELECT 8", TIMEOUT).rows == [(8,)]


@pytest.mark.usefixtures("leaky_driver")
def test_a_server_that_does_not_even_stop_in_time_costs_the_session(
    redshift_server: RedshiftServer, client: RedshiftClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", -9.7)
    redshift_server.faults.arm(Fault.SLOW, "SELECT 7", amount=30)
    with pytest.raises(TimeLimitError, match="stopped after 10 s"):
        client.query("SELECT 7", 10)
    with pytest.raises(TransientError, match="the session is gone"):
        client.query("SELECT 8", TIMEOUT)


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE, Fault.RESET_AFTER])
def test_a_lost_connection_is_worth_repeating_on_another_session(
    redshift_server: RedshiftServer, client: RedshiftClient, configured: Settings, fault: Fault
) -> None:
    redshift_server.faults.arm(fault, "SELECT 9")
    for _ in range(2):
        with pytest.raises(TransientError):
            client.query("SELECT 9", TIMEOUT)
    again = connect(configured)
    assert again.query("SELECT 9", TIMEOUT).rows == [(9,)]
    again.close()


@pytest.mark.usefixtures("leaky_driver")
def test_a_restart_of_the_server_is_worth_repeating(
    redshift_server: RedshiftServer, client: RedshiftClient, configured: Settings
) -> None:
    redshift_server.restart()
    with pytest.raises(TransientError):
        client.query("SELECT 1", TIMEOUT)
    again = connect(configured)
    assert again.query("SELECT 1", TIMEOUT).rows == [(1,)]
    again.close()


def test_a_lost_serialization_is_worth_repeating(redshift_server: RedshiftServer, client: RedshiftClient) -> None:
    redshift_server.faults.arm(Fault.SERIALIZATION, "SELECT 5")
    with pytest.raises(TransientError, match=r"1023: Serializable isolation violation.*Another transaction changed"):
        client.query("SELECT 5", TIMEOUT)
    assert client.query("SELECT 5", TIMEOUT).rows == [(5,)]


@pytest.mark.usefixtures("leaky_driver")
def test_a_refused_login_says_what_to_check_and_not_the_password(redshift_server: RedshiftServer, configured: Settings) -> None:
    redshift_server.faults.arm(Fault.REFUSE_LOGIN)
    with pytest.raises(EngineError, match="Check user and password") as caught:
        connect(configured)
    assert not isinstance(caught.value, TransientError)
    assert PASSWORD not in str(caught.value)


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
@pytest.mark.parametrize("mode", ["verify-full", "verify-ca"])
def test_tls_is_checked_against_the_authorities_that_are_trusted(
    backend: Backend, target: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    context, authority = certificates.server_context(tmp_path)
    server = RedshiftServer(backend, tls=context)
    server.start()
    reached = settings(target(host="localhost", port=str(server.port), sslmode=mode))
    try:
        with pytest.raises(EngineError, match=r"no TLS with localhost.*CERTIFICATE_VERIFY_FAILED"):
            connect(reached)
        # The driver has no option for an authority of one's own: it takes the system's.
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        session = connect(reached)
        assert session.query("SELECT 1", TIMEOUT).rows == [(1,)]
        session.close()
    finally:
        server.stop()


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
def test_a_login_by_iam_asks_aws_for_a_password_of_the_hour(
    backend: Backend, target: Make, s3_service: s3.Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_service.endpoint)
    monkeypatch.setattr("moto.redshift.models.mock_random.get_random_string", lambda *_, **__: "of-the-hour")
    boto3.client("redshift", region_name=s3.REGION).create_cluster(
        ClusterIdentifier="c1", NodeType="ra3.large", MasterUsername="admin", MasterUserPassword="Passw0rd", DBName="testdb"
    )
    context, authority = certificates.server_context(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    server = RedshiftServer(backend, tls=context, login=Login(users={"IAM:tester": "of-the-hour"}))
    server.start()
    by_iam = {"host": "localhost", "port": str(server.port), "sslmode": None, "iam": "true"}
    try:
        session = connect(settings(target(**by_iam, cluster="c1")))
        assert session.rows("SELECT current_user") == [("IAM:tester",)]
        session.close()
        with pytest.raises(EngineError, match=r"no IAM login to localhost:.* not found") as caught:
            connect(settings(target(**by_iam, cluster="c2")))
        assert s3.SECRET not in str(caught.value)
    finally:
        server.stop()


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
@pytest.mark.parametrize(
    ("options", "says", "kind"),
    [
        ({"database": "nowhere"}, "3D000.*Check the database's name", EngineError),
        ({"sslmode": "verify-full"}, "no TLS with 127.0.0.1.*set sslmode=off", EngineError),
        ({"port": "1"}, "cannot reach 127.0.0.1:1: .*refused. Check host and port", TransientError),
        ({"host": "no-such-host.invalid"}, "the host no-such-host.invalid is not known", EngineError),
    ],
)
def test_no_session_says_what_is_in_the_way(
    target: Make, redshift_server: RedshiftServer, options: dict[str, str], says: str, kind: type[Exception]
) -> None:
    assert redshift_server.port
    with pytest.raises(kind, match=says) as caught:
        connect(settings(target(**options)))
    assert PASSWORD not in str(caught.value)
    assert isinstance(caught.value, TransientError) is (kind is TransientError)


def test_plans_are_text(client: RedshiftClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def rows(sql: str) -> list[tuple[str]]:
        asked.append(sql)
        return [("XN Seq Scan on sales",), ("  Filter: x",)]

    monkeypatch.setattr(client, "rows", rows)
    assert client.plan("SELECT 1") == "XN Seq Scan on sales\n  Filter: x"
    assert asked == ["EXPLAIN SELECT 1"]


def test_padded_and_binary_values_become_plain_ones() -> None:
    assert module._READERS["CHAR"]("ab   ") == "ab"
    assert module._READERS["VARBYTE"]("00ff") == b"\x00\xff"
    assert module._plain(IntervalDayToSecond(1_500_000)) == dt.timedelta(seconds=1.5)
    assert module._plain(IntervalYearToMonth(14)) == "1-2"
    assert module._plain(bytearray(b"x")) == b"x"


def test_metrics_are_of_the_last_query_each_execution_once(client: RedshiftClient) -> None:
    client.query("SELECT 1 AS measured", TIMEOUT)
    first = client.metrics()
    assert first["elapsed s"] > 0
    assert {"compile s", "queue s", "planning s", "lock s", "execution s", "result cache hits", "steps"} <= first.keys()
    client.query("SELECT 1 AS measured", TIMEOUT)
    assert client.metrics()["elapsed s"] > 0


NAMES = ['a"; drop table b; --', "select", "user", "Größe", "日本語", "a b", "x" * 127, "'", "\\", "a''b", "%s", ":x", "?"]


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_names_through_the_driver(client: RedshiftClient, name: str) -> None:
    answer = client.query(f"SELECT 1 AS {quote(name)}", TIMEOUT)
    assert [each.lower() for each in answer.names] == [name.lower()]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_quoted_or_refused(client: RedshiftClient, name: str) -> None:
    try:
        quoted = quote(name)
    except DesignError:
        assert len(name.encode()) > 127
        return
    answer = client.query(f"SELECT 1 AS {quoted}, 2 AS other", TIMEOUT)
    assert len(answer.names) == 2
    assert answer.rows == [(1, 2)]


@pytest.mark.parametrize("name", ["x" * 128, "é" * 64, "", "a\0b"])
def test_names_that_redshift_would_cut_are_refused(name: str) -> None:
    with pytest.raises(DesignError, match="1 to 127"):
        quote(name)
