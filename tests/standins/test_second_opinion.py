"""What redshift_connector sees of a transaction must be the same on the stand-in and on PostgreSQL, which we did not write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
import redshift_connector

from standins.fixtures import connect_redshift
from standins.pgproxy import PostgresProxy

Connection = redshift_connector.Connection


@pytest.fixture(params=["stand-in", "postgres"])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    if request.param == "stand-in":
        with connect_redshift(request.getfixturevalue("redshift_server")) as opened:
            yield opened
        return
    proxy = PostgresProxy(request.getfixturevalue("postgres_url"))
    proxy.start()
    with connect_redshift(proxy, user=proxy.user, password=proxy.password, database=proxy.database) as opened:
        run(opened, "DROP TABLE IF EXISTS t")
        opened.commit()
        yield opened
    proxy.stop()


def run(connection: Connection, sql: str, *arguments: object) -> tuple[list, ...]:
    cursor = connection.cursor()
    cursor.execute(sql, *arguments)
    return cursor.fetchall() if cursor.description else ()


def test_values_and_parameters(connection: Connection) -> None:
    run(connection, "CREATE TABLE t (a INTEGER, b VARCHAR(20), c DECIMAL(12,3), d DATE, e TIMESTAMP, f BOOLEAN, g FLOAT8)")
    row = [7, "naïve ☃", Decimal("-12.345"), dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 1, 2, 3, 4), True, 0.1]
    cursor = connection.cursor()
    cursor.executemany(f"INSERT INTO t VALUES ({', '.join(['%s'] * 7)})", [row, [None] * 7])
    assert cursor.rowcount == 2
    assert run(connection, "SELECT * FROM t WHERE a = %s AND b = %s", (7, "naïve ☃")) == (row,)
    assert run(connection, "SELECT a FROM t ORDER BY a") == ([7], [None])
    assert run(connection, "SELECT a FROM t ORDER BY a DESC") == ([None], [7])
    assert run(connection, "SELECT a / 2, -a / 2, sum(a), count(*), count(b) FROM t WHERE a = 7 GROUP BY a") == ([3, -3, 7, 1, 1],)
    cursor.execute("UPDATE t SET b = 'x' WHERE a IS NULL")
    assert cursor.rowcount == 1
    cursor.execute("DELETE FROM t")
    assert cursor.rowcount == 2


def test_rollback_and_commit(connection: Connection) -> None:
    run(connection, "CREATE TABLE t (a INTEGER)")
    connection.rollback()
    with pytest.raises(redshift_connector.ProgrammingError) as missing:
        run(connection, "SELECT * FROM t")
    assert missing.value.args[0]["C"] == "42P01"
    connection.rollback()
    run(connection, "CREATE TABLE t (a INTEGER)")
    connection.commit()
    run(connection, "INSERT INTO t VALUES (1)")
    connection.rollback()
    assert run(connection, "SELECT count(*) FROM t") == ([0],)


ERRORS = (
    ("SELECT * FROM nowhere", "42P01"),
    ("SELECT nothing FROM t", "42703"),
    ("SELEC 1", "42601"),
    ("SELECT CAST('x' AS INTEGER)", "22P02"),
    ("INSERT INTO t VALUES (NULL, 'x')", "23502"),
    ("INSERT INTO t VALUES (1, 'four')", "22001"),
    ("CREATE TABLE t (a INTEGER)", "42P07"),
    ("SELECT a FROM t GROUP BY b", "42803"),
    ("SELECT no_such_function(1)", None),
)


@pytest.mark.parametrize(("sql", "expected"), ERRORS)
def test_an_error_ends_the_transaction(connection: Connection, sql: str, expected: str | None) -> None:
    run(connection, "CREATE TABLE t (a INTEGER NOT NULL, b VARCHAR(3))")
    connection.commit()
    run(connection, "INSERT INTO t VALUES (1, 'x')")
    with pytest.raises(redshift_connector.ProgrammingError) as error:
        run(connection, sql)
    assert expected in (None, error.value.args[0]["C"])
    with pytest.raises(redshift_connector.ProgrammingError) as aborted:
        run(connection, "SELECT 1")
    assert aborted.value.args[0]["C"] == "25P02"
    connection.rollback()
    assert run(connection, "SELECT count(*) FROM t") == ([0],)


def test_without_transactions_every_statement_counts(connection: Connection) -> None:
    connection.autocommit = True
    run(connection, "CREATE TABLE t (a INTEGER)")
    run(connection, "INSERT INTO t VALUES (1)")
    with pytest.raises(redshift_connector.ProgrammingError):
        run(connection, "SELECT nothing")
    run(connection, "INSERT INTO t VALUES (2)")
    assert run(connection, "SELECT count(*) FROM t") == ([2],)
