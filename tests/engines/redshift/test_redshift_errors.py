"""What a failure is called, whether trying again may help, and that no secret is in its words."""

from __future__ import annotations

import socket
import ssl
import struct

import pytest
from redshift_cases import PASSWORD, make_target
from redshift_connector.error import InterfaceError, ProgrammingError

from warehousebench.engines.redshift.client import failure_of
from warehousebench.engines.redshift.errors import explained, harmless
from warehousebench.engines.redshift.settings import settings
from warehousebench.errors import EngineError, TimeLimitError, TransientError, UnsupportedError

THERE = settings(make_target(host="h", database="dev", user="me"))
BY_IAM = settings(make_target(None, database="dev", user="me", iam="true", cluster="c1", region="eu-west-1"))


def server(sqlstate: str, message: str, detail: str = "") -> ProgrammingError:
    return ProgrammingError({"S": "ERROR", "C": sqlstate, "M": message, "D": detail})


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (server("40001", "could not serialize"), TransientError, "Another transaction changed"),
        (server("XX000", "1023", "Serializable isolation violation on table - 1"), TransientError, "Another transaction"),
        (server("57P01", "terminating connection"), TransientError, "stopping, resizing or paused"),
        (server("57014", "Query (7) cancelled on user's request"), TransientError, "cancelled"),
        (server("53300", "too many connections"), TransientError, "closed their sessions"),
        (server("53100", "Disk Full"), EngineError, "Free some space or add nodes"),
        (server("08006", "connection failure"), TransientError, "Try again"),
        (server("28000", "password authentication failed"), EngineError, "Check user and password"),
        (server("42501", "permission denied for relation sales"), EngineError, "Ask the owner to GRANT it"),
        (server("0A000", "this function is not supported"), UnsupportedError, "Write it another way for Redshift"),
        (server("42601", 'syntax error at or near "x"'), EngineError, "SQLSTATE 42601"),
        (InterfaceError("BrokenPipe: server socket closed."), TransientError, "Try again"),
        (ConnectionResetError(104, "Connection reset by peer"), TransientError, "Connection reset"),
        (struct.error("unpack requires a buffer of 5 bytes"), TransientError, "Try again"),
        (ValueError("year 10000 is out of range"), EngineError, "year 10000 is out of range"),
    ],
)
def test_failures_of_statements(error: Exception, kind: type[Exception], says: str) -> None:
    made = explained(failure_of(error), THERE)
    assert type(made) is kind
    assert says in str(made)
    assert "\n" not in str(made)


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (InterfaceError("communication error", socket.gaierror(-2, "Name not known")), EngineError, "the host h is not known"),
        (InterfaceError("communication error", ssl.SSLError(1, "bad")), EngineError, "no TLS with h:5439"),
        (InterfaceError("Server refuses SSL"), EngineError, "no TLS with h:5439"),
        (InterfaceError("communication error", ConnectionRefusedError(111, "refused")), TransientError, "cannot reach h:5439"),
        (InterfaceError("BrokenPipe: server socket closed."), TransientError, "cannot reach h:5439"),
        (ProgrammingError("connection time out", TimeoutError()), TransientError, "does not answer. Check the security group"),
        (InterfaceError("something of the driver's own"), EngineError, "doctor there"),
    ],
)
def test_failures_of_logins(error: Exception, kind: type[Exception], says: str) -> None:
    made = explained(failure_of(error), THERE, connecting=True)
    assert type(made) is kind
    assert says in str(made)


def test_a_refused_iam_login_names_the_right_that_is_missing() -> None:
    made = explained(failure_of(RuntimeError("AccessDenied when calling GetClusterCredentials")), BY_IAM, connecting=True)
    assert type(made) is EngineError
    assert "no IAM login to the endpoint of c1: AccessDenied" in str(made)
    assert "redshift:GetClusterCredentials" in str(made)


def test_a_cancelled_query_with_a_limit_ran_out_of_time() -> None:
    assert type(explained(failure_of(server("57014", "cancelled")), THERE, 2.5)) is TimeLimitError
    assert type(explained(failure_of(TimeoutError()), THERE, 2.5)) is TimeLimitError
    assert type(explained(failure_of(TimeoutError()), THERE)) is TransientError


def test_only_an_answer_of_the_server_leaves_the_session_usable() -> None:
    assert failure_of(server("42601", "syntax")).answered
    assert not failure_of(server("57P01", "terminating")).answered
    assert not failure_of(ConnectionResetError()).answered


def test_passwords_and_signatures_are_taken_out() -> None:
    words = f"GET https://b.s3.amazonaws.com/k.parquet?X-Amz-Signature=abc&X-Amz-Security-Token=t failed\nfor {PASSWORD}"
    assert harmless(words, THERE) == "GET https://b.s3.amazonaws.com/k.parquet?*** failed for ***"
    made = explained(failure_of(server("XX000", "Spectrum Scan Error", f"pw {PASSWORD} https://x/y?Signature=z")), THERE)
    assert PASSWORD not in str(made)
    assert "Signature" not in str(made)


def test_the_context_of_a_spectrum_error_is_its_particular() -> None:
    detail = "\n  error:  Spectrum Scan Error\n  code:  15007\n  context:  File 'https://b/k' has an incompatible schema\n  pid: 3"
    made = explained(failure_of(server("XX000", "Spectrum Scan Error", detail)), THERE)
    assert "Spectrum Scan Error: File 'https://b/k' has an incompatible schema (SQLSTATE XX000)" in str(made)
    assert "15007" not in str(made)
