"""What failures mean, what options mean, and where a label goes."""

from __future__ import annotations

import pytest
import sqlglot
import sqlglot_vertica  # noqa: F401 - registers its dialect

from warehousebench.engines.targets import Secret, Target
from warehousebench.engines.vertica import failures, metrics
from warehousebench.engines.vertica.client import without_secrets
from warehousebench.engines.vertica.engine import CONVENTION
from warehousebench.engines.vertica.labels import labelled
from warehousebench.engines.vertica.settings import connect_options
from warehousebench.errors import EngineError, TransientError, UnsupportedError, UsageError

OPTIONS = dict(CONVENTION.defaults) | {"user": "me"}


def target(**options: str) -> Target:
    return Target("vertica", "a test", OPTIONS | options, {"password": Secret("hush")})


@pytest.mark.parametrize("state", ["08006", "53000", "53300", "55V03", "57P03", "40001", "V1001"])
def test_what_may_pass_is_worth_repeating(state: str) -> None:
    assert isinstance(failures.failure(state, "no"), TransientError)


@pytest.mark.parametrize("state", ["42601", "42V01", "42501", "22V04", "57014", "XX000", "28000", "55000"])
def test_what_will_not_pass_is_not(state: str) -> None:
    assert type(failures.failure(state, "no")) is EngineError


def test_what_vertica_cannot_do_is_said_so() -> None:
    assert isinstance(failures.failure("0A000", "no windows"), UnsupportedError)


@pytest.mark.parametrize("state", ["42V01", "28000", "99999"])
def test_a_message_is_one_line_that_ends_in_what_to_do(state: str) -> None:
    text = str(failures.failure(state, "it\nbroke.", "in\ttwo"))
    assert text.startswith(f"Vertica: it broke. in two ({state}). ")
    assert text.rpartition("). ")[2]


def test_a_refused_login_is_read_from_the_driver_s_text() -> None:
    text = "Severity: FATAL, Message: Invalid username or password, Sqlstate: 28000, Routine: checkAuth, File: a.cpp, Line: 7"
    error = failures.login_failure(text)
    assert str(error).startswith("Vertica: Invalid username or password (28000). Check user and password")
    assert isinstance(failures.login_failure(text.replace("28000", "57P03")), TransientError)
    assert failures.login_failure("Connection reset by peer") is None


def test_a_wrong_certificate_is_not_tried_again_and_a_refused_connection_is() -> None:
    wrong = failures.connection_failure("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "h:1")
    assert type(wrong) is EngineError
    assert "tls_ca" in str(wrong)
    assert type(failures.connection_failure("SSL requested but disabled on the server", "h:1")) is EngineError
    assert isinstance(failures.connection_failure("Failed to establish a connection", "h:1"), TransientError)


def test_a_secret_that_a_server_repeats_is_not_printed() -> None:
    error = without_secrets(TransientError("no user hush at hush"), [Secret("hush"), Secret("")])
    assert (type(error), str(error)) == (TransientError, "no user *** at ***")


def test_options_become_the_driver_s() -> None:
    options = connect_options(target(host="h", port="1", backup_nodes="b, c:2", tls="verify_full", tls_ca="/ca.pem"))
    assert (options["host"], options["port"], options["user"], options["password"]) == ("h", 1, "me", "hush")
    assert options["backup_server_node"] == [("b", 5433), ("c", 2)]
    assert (options["tlsmode"], options["tls_cafile"]) == ("verify-full", "/ca.pem")


def test_a_token_needs_no_user() -> None:
    options = connect_options(Target("vertica", "a test", dict(CONVENTION.defaults), {"token": Secret("t")}))
    assert (options["user"], options["oauth_access_token"], options["password"]) == ("", "t", "")


@pytest.mark.parametrize("wrong", [{"port": "x"}, {"port": "70000"}, {"tls": "maybe"}, {"backup_nodes": "h:x"}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="a test"):
        connect_options(target(**wrong))


def test_a_missing_user_is_asked_for() -> None:
    with pytest.raises(UsageError, match="VSQL_USER"):
        connect_options(Target("vertica", "a test", dict(CONVENTION.defaults)))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT /*+LABEL(x)*/ 1"),
        ("  -- select\nselect 'select' FROM t", "  -- select\nselect /*+LABEL(x)*/ 'select' FROM t"),
        ("WITH q AS (SELECT 1) SELECT * FROM q", "WITH q AS (SELECT 1) SELECT /*+LABEL(x)*/ * FROM q"),
        ('WITH "select" AS (SELECT (2)) SELECT 1', 'WITH "select" AS (SELECT (2)) SELECT /*+LABEL(x)*/ 1'),
        ("(SELECT 1) UNION (SELECT 2)", "(SELECT /*+LABEL(x)*/ 1) UNION (SELECT 2)"),
        ("/* SELECT */ SELECT ')' , 1", "/* SELECT */ SELECT /*+LABEL(x)*/ ')' , 1"),
        ("EXPLAIN", "EXPLAIN"),
    ],
)
def test_a_label_stands_behind_the_statement_s_own_select(sql: str, expected: str) -> None:
    assert labelled(sql, "x") == expected
    if "LABEL" in expected:
        assert sqlglot.parse_one(expected, read="vertica")


def test_figures_come_from_the_profile_where_there_is_no_consumption() -> None:
    asked: list[str] = []

    def run(sql: str) -> list[tuple[object, ...]]:
        asked.append(sql)
        if "query_consumption" in sql:
            raise EngineError("no such table")
        return [(2500,)] if "'mine'" in sql else []

    assert metrics.of_query(run, "mine") == {"server time (ms)": 2.5}
    assert len(asked) == 2


def test_the_profile_s_time_is_finer_than_the_consumption_s() -> None:
    def run(sql: str) -> list[tuple[object, ...]]:
        return [(2, 1500, None, 0, 7, 3, 100, 4)] if "query_consumption" in sql else [(2500,)]

    assert metrics.of_query(run, "mine") == {
        "server time (ms)": 2.5,
        "CPU time (us)": 1500.0,
        "sent between nodes (bytes)": 0.0,
        "spilled (bytes)": 7.0,
        "input rows": 3.0,
        "peak memory (kB)": 100.0,
        "threads": 4.0,
    }
