"""Every fault that a test can arm, once for each product, and what is left of the data after it."""

from __future__ import annotations

import io
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redshift_connector
import vertica_python

from standins import s3
from standins.faults import Fault
from standins.fixtures import connect_redshift, connect_vertica
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

pytestmark = [pytest.mark.usefixtures("leaky_driver"), pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")]
Server = RedshiftServer | VerticaServer
REFUSED = (redshift_connector.ProgrammingError, vertica_python.errors.QueryError)
LOST = (redshift_connector.InterfaceError, vertica_python.errors.ConnectionError, OSError)


@pytest.fixture(params=["redshift", "vertica"])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(f"{request.param}_server")


def connect(server: Server):
    if isinstance(server, VerticaServer):
        return connect_vertica(server, autocommit=True)
    connection = connect_redshift(server)
    connection.autocommit = True
    return connection


def run(connection, sql: str) -> list[list]:
    cursor = connection.cursor()
    cursor.execute(sql)
    return [list(row) for row in cursor.fetchall()] if cursor.description else []


def count(server: Server) -> int:
    with connect(server) as connection:
        return run(connection, "SELECT count(*) FROM t")[0][0]


@pytest.fixture
def table(server: Server) -> None:
    with connect(server) as connection:
        run(connection, "CREATE TABLE t (a BIGINT)")


def test_refused_login(server: Server) -> None:
    server.faults.arm(Fault.REFUSE_LOGIN)
    with pytest.raises((redshift_connector.InterfaceError, vertica_python.errors.ConnectionError), match=r"password|28000"):
        connect(server)
    with connect(server) as connection:
        assert run(connection, "SELECT 1") == [[1]]
    assert server.faults.fired == [Fault.REFUSE_LOGIN]


def test_slow_answer(server: Server) -> None:
    server.faults.arm(Fault.SLOW, "SELECT 7", amount=0.3)
    with connect(server) as connection:
        start = time.monotonic()
        assert run(connection, "SELECT 7") == [[7]]
        assert time.monotonic() - start >= 0.3
        assert run(connection, "SELECT 7") == [[7]]
    assert server.faults.fired == [Fault.SLOW]


@pytest.mark.usefixtures("table")
def test_serialization_error_and_a_retry(server: Server) -> None:
    server.faults.arm(Fault.SERIALIZATION, "^INSERT")
    with connect(server) as connection:
        with pytest.raises(
            (redshift_connector.ProgrammingError, vertica_python.errors.QueryError), match=r"1023|serialize"
        ) as error:
            run(connection, "INSERT INTO t VALUES (1)")
        assert "40001" in str(error.value)
        run(connection, "INSERT INTO t VALUES (1)")
    assert count(server) == 1


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize(("fault", "rows"), [(Fault.RESET_BEFORE, 0), (Fault.RESET_AFTER, 1)])
def test_reset_around_a_statement(server: Server, fault: Fault, rows: int) -> None:
    server.faults.arm(fault, "^INSERT")
    connection = connect(server)
    with pytest.raises(LOST):
        run(connection, "INSERT INTO t VALUES (1)")
    del connection
    assert count(server) == rows


@pytest.mark.usefixtures("table")
def test_reset_in_an_open_transaction_undoes_it(server: Server) -> None:
    server.faults.arm(Fault.RESET_BEFORE, "VALUES \\(2\\)")
    connection = connect(server)
    connection.autocommit = False
    run(connection, "INSERT INTO t VALUES (1)")
    with pytest.raises(LOST):
        run(connection, "INSERT INTO t VALUES (2)")
    del connection
    assert count(server) == 0


def test_reset_in_the_middle_of_a_vertica_copy(vertica_server: VerticaServer) -> None:
    vertica_server.faults.arm(Fault.RESET_IN_COPY, amount=20_000)
    data = "".join(f"{number}\n" for number in range(10_000))
    with connect(vertica_server) as connection:
        run(connection, "CREATE TABLE t (a INT)")
        with pytest.raises(LOST):
            connection.cursor().copy("COPY t FROM STDIN", data, buffer_size=4096)
    with connect(vertica_server) as connection:
        assert run(connection, "SELECT count(*) FROM t") == [[0]]
        connection.cursor().copy("COPY t FROM STDIN", data)
        assert run(connection, "SELECT count(*), sum(a) FROM t") == [[10_000, 49_995_000]]


def test_reset_in_the_middle_of_a_redshift_copy(redshift_server: RedshiftServer, s3_service: s3.Bucket) -> None:
    s3_service.client.create_bucket(Bucket="faults")
    for number in range(3):
        sink = io.BytesIO()
        pq.write_table(pa.table({"a": pa.array([number], pa.int64())}), sink)
        s3_service.client.put_object(Bucket="faults", Key=f"t/{number}.parquet", Body=sink.getvalue())
    sql = "COPY t FROM 's3://faults/t/' IAM_ROLE default FORMAT PARQUET"
    connection = connect(redshift_server)
    run(connection, "CREATE TABLE t (a BIGINT)")
    redshift_server.faults.arm(Fault.RESET_IN_COPY, amount=len(sink.getvalue()) + 1)
    with pytest.raises(LOST):
        run(connection, sql)
    del connection
    assert count(redshift_server) == 0
    with connect(redshift_server) as again:
        run(again, sql)
    assert count(redshift_server) == 3


@pytest.mark.usefixtures("table")
def test_restart_keeps_port_and_data(server: Server) -> None:
    port = server.port
    connection = connect(server)
    run(connection, "INSERT INTO t VALUES (1)")
    connection.autocommit = False
    run(connection, "INSERT INTO t VALUES (2)")
    server.restart()
    with pytest.raises(LOST):
        run(connection, "SELECT 1")
    del connection
    assert server.port == port
    assert count(server) == 1
