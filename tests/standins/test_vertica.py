"""The Vertica stand-in through vertica_python: logins, types, parameters, transactions, projections, monitoring."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import vertica_python
from vertica_python import errors

from standins import certificates
from standins.backend import Backend
from standins.fixtures import connect_vertica as connect
from standins.vertica import VerticaServer
from standins.wire import Login

TABLE = "CREATE TABLE sales (id INT NOT NULL, day DATE, name VARCHAR(5), price NUMERIC(38,5), PRIMARY KEY (id) DISABLED)"
PROJECTION = (
    "CREATE PROJECTION sales_super (id ENCODING COMMONDELTA_COMP, day ENCODING RLE, name, price ENCODING DELTAVAL) "
    "AS SELECT id, day, name, price FROM sales ORDER BY day, id SEGMENTED BY HASH(id) ALL NODES KSAFE 1"
)

leaky = pytest.mark.usefixtures("leaky_driver")


@pytest.fixture
def connection(vertica_server: VerticaServer) -> Iterator[vertica_python.Connection]:
    with connect(vertica_server, autocommit=True) as opened:
        yield opened


def run(connection: vertica_python.Connection, sql: str, *arguments: object, **options: object) -> list[list]:
    return connection.cursor().execute(sql, *arguments, **options).fetchall()


def test_says_what_it_is(connection: vertica_python.Connection) -> None:
    assert "stand-in" in run(connection, "SELECT version()")[0][0]
    assert connection.parameters["standin"] == "duckdb"
    assert "stand-in" in connection.parameters["server_version"]


@leaky
@pytest.mark.parametrize("method", ["sha512", "md5", "cleartext"])
@pytest.mark.parametrize("wrong", [{}, {"password": "guess"}, {"user": "nobody"}, {"database": "elsewhere"}])
def test_logins(backend: Backend, method: str, wrong: dict[str, str]) -> None:
    server = VerticaServer(backend, login=Login(method=method))
    server.start()
    try:
        if wrong:
            with pytest.raises(errors.ConnectionError) as error:
                connect(server, **wrong)
            assert "guess" not in str(error.value)
        else:
            with connect(server) as connection:
                assert run(connection, "SELECT current_user") == [["tester"]]
    finally:
        server.stop()


@leaky
def test_login_by_token(backend: Backend) -> None:
    server = VerticaServer(backend, login=Login(tokens=frozenset({"a-token"})))
    server.start()
    try:
        with connect(server, oauth_access_token="a-token", user="") as connection:
            assert run(connection, "SELECT 1") == [[1]]
        with pytest.raises(errors.ConnectionError):
            connect(server, oauth_access_token="another")
    finally:
        server.stop()


@leaky
@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_tls(backend: Backend, tmp_path: Path, mode: str) -> None:
    context, authority = certificates.server_context(tmp_path)
    server = VerticaServer(backend, tls=context)
    server.start()
    try:
        trust = {"tls_cafile": str(authority)} if mode.startswith("verify") else {}
        with connect(server, tlsmode=mode, **trust) as connection:
            assert connection.ssl()
            assert run(connection, "SELECT ssl_state FROM current_session") == [["Server"]]
    finally:
        server.stop()


@leaky
def test_without_tls_a_client_that_insists_is_refused(vertica_server: VerticaServer) -> None:
    with pytest.raises(errors.SSLNotSupported):
        connect(vertica_server, tlsmode="require")


VALUES = (
    ("INT", -(2**62)),
    ("BOOLEAN", True),
    ("FLOAT", 0.1),
    ("NUMERIC(9,2)", Decimal("-1234567.89")),
    ("NUMERIC(38,5)", Decimal("123456789012345678901234567890123.12345")),
    ("VARCHAR(40)", "naïve 'quoted' ☃"),
    ("DATE", dt.date(1992, 2, 29)),
    ("TIME", dt.time(23, 59, 59, 999_999)),
    ("TIMESTAMP", dt.datetime(2024, 2, 29, 23, 59, 59, 999_999)),
    ("TIMESTAMPTZ", dt.datetime(2024, 2, 29, 23, 59, 59, tzinfo=dt.UTC)),
    ("UUID", uuid.UUID(int=2**127 + 7)),
)


@pytest.mark.parametrize("binary", [False, True], ids=["text", "binary"])
@pytest.mark.parametrize("prepared", [False, True], ids=["simple", "prepared"])
@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_values_come_back_as_they_went(
    vertica_server: VerticaServer, binary: bool, prepared: bool, kind: str, value: object
) -> None:
    options = {"binary_transfer": binary, "use_prepared_statements": prepared, "autocommit": True}
    mark = "?" if prepared else "%s"
    with connect(vertica_server, **options) as connection:
        run(connection, f"CREATE TABLE v (x {kind})")
        assert run(connection, f"INSERT INTO v VALUES ({mark})", [value]) == [[1]]
        run(connection, f"INSERT INTO v VALUES ({mark})", [None])
        assert run(connection, "SELECT x FROM v WHERE x IS NOT NULL") == [[value]]
        assert run(connection, "SELECT count(*) FROM v WHERE x IS NULL") == [[1]]


def test_parameters(connection: vertica_python.Connection) -> None:
    run(connection, TABLE)
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO sales (id, name) VALUES (:id, :name)", [{"id": 1, "name": "a|'b"}, {"id": 2, "name": None}])
    cursor.executemany("INSERT INTO sales (id, name) VALUES (?, ?)", [(3, "c"), (4, "")], use_prepared_statements=True)
    assert run(connection, "SELECT id, name FROM sales ORDER BY id") == [[1, "a|'b"], [2, None], [3, "c"], [4, ""]]
    assert run(connection, "SELECT name FROM sales WHERE id = ?", [3], use_prepared_statements=True) == [["c"]]
    assert run(connection, "SELECT ?", ["text"], use_prepared_statements=True) == [["text"]]


def test_several_statements_have_several_results(connection: vertica_python.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT 1; SELECT 'a;b' -- ;\n; COMMIT; SELECT nothing")
    assert cursor.fetchall() == [[1]]
    assert cursor.nextset()
    assert cursor.fetchall() == [["a;b"]]
    assert cursor.nextset()
    with pytest.raises(errors.QueryError, match="nothing"):
        cursor.nextset()
    assert run(connection, "SELECT 1") == [[1]]


def projections(connection: vertica_python.Connection) -> list[list]:
    return run(
        connection,
        "SELECT projection_name, projection_basename, is_super_projection, is_segmented, segment_expression, is_up_to_date, "
        "has_statistics, create_type FROM v_catalog.projections ORDER BY projection_name",
    )


def test_what_was_applied_reads_back(connection: vertica_python.Connection) -> None:
    run(connection, TABLE)
    run(connection, PROJECTION)
    made = [True, True, "hash(id)", True, False, "CREATE PROJECTION"]
    assert projections(connection) == [["sales_super_b0", "sales_super", *made], ["sales_super_b1", "sales_super", *made]]
    columns = run(
        connection,
        "SELECT projection_column_name, column_position, sort_position, encoding_type, data_type "
        "FROM projection_columns WHERE projection_name = 'sales_super_b0' ORDER BY column_position",
    )
    assert columns == [
        ["id", 0, 1, "COMMONDELTA_COMP", "int"],
        ["day", 1, 0, "RLE", "date"],
        ["name", 2, None, "AUTO", "varchar(5)"],
        ["price", 3, None, "DELTAVAL", "numeric(38,5)"],
    ]
    run(connection, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
    run(connection, "SELECT ANALYZE_STATISTICS('public.sales')")
    assert [row[6] for row in projections(connection)] == [True, True]
    storage = "SELECT projection_name, sum(row_count), max(used_bytes) FROM projection_storage GROUP BY 1 ORDER BY 1"
    assert run(connection, storage) == [["sales_super_b0", 1, None], ["sales_super_b1", 1, None]]


def test_what_was_not_applied_does_not_read_back(connection: vertica_python.Connection) -> None:
    run(connection, TABLE)
    run(connection, "CREATE PROJECTION narrow AS SELECT id, day FROM sales UNSEGMENTED ALL NODES")
    assert projections(connection) == [["narrow", "narrow", False, False, None, True, False, "CREATE PROJECTION"]]
    run(connection, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
    names = [row[0] for row in projections(connection)]
    assert names == ["narrow", "sales_super"], "a table that is loaded without a superprojection gets one by itself"
    run(connection, "CREATE PROJECTION late AS SELECT id, day FROM sales ORDER BY day")
    assert [row[5] for row in projections(connection)] == [False, True, True]
    run(connection, "SELECT REFRESH('sales')")
    assert [row[5] for row in projections(connection)] == [True, True, True]
    run(connection, "DROP TABLE sales CASCADE")
    assert projections(connection) == []


def test_a_live_aggregate_is_no_superprojection(connection: vertica_python.Connection) -> None:
    run(connection, TABLE)
    run(connection, "CREATE PROJECTION per_day (day, n) AS SELECT day, count(*) AS n FROM sales GROUP BY day KSAFE 1")
    sql = "SELECT is_super_projection, is_aggregate_projection, has_expressions FROM projections"
    assert run(connection, sql) == [[False, True, True]] * 2


def test_transactions(vertica_server: VerticaServer) -> None:
    with connect(vertica_server) as one, connect(vertica_server, autocommit=True) as two:
        run(one, TABLE)
        run(one, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
        assert run(two, "SELECT count(*) FROM sales") == [[0]], "a table is committed with its creation, a row is not"
        one.rollback()
        run(one, "INSERT INTO sales VALUES (2, NULL, NULL, NULL)")
        one.commit()
        assert run(two, "SELECT id FROM sales") == [[2]]
        run(one, "INSERT INTO sales VALUES (3, NULL, NULL, NULL)")
        run(one, "CREATE TABLE other (a INT)")
        one.rollback()
        assert run(two, "SELECT count(*) FROM sales") == [[2]], "DDL commits what is open"


def test_a_statement_that_fails_half_way(vertica_server: VerticaServer) -> None:
    with connect(vertica_server) as connection:
        run(connection, TABLE)
        for _ in range(2):
            with pytest.raises(errors.QueryError):
                run(connection, "INSERT INTO sales VALUES (1, NULL, 'too long', NULL)")
            assert run(connection, "SELECT 1") == [[1]], "with nothing to lose, the session goes on as Vertica's does"
        run(connection, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
        with pytest.raises(errors.VerticaSyntaxError):
            run(connection, "SELEC 1")
        assert run(connection, "SELECT count(*) FROM sales") == [[1]], "DuckDB saw nothing of it, so nothing is lost"
        with pytest.raises(errors.QueryError):
            run(connection, "INSERT INTO sales VALUES (1, NULL, 'too long', NULL)")
        for sql in ("SELECT 1", "COMMIT"):
            with pytest.raises(errors.QueryError, match="not supported by this stand-in"):
                run(connection, sql)
        connection.rollback()
        assert run(connection, "SELECT count(*) FROM sales") == [[0]]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM nowhere", "42V01"),
        ("SELECT * FROM nowhere.nothing", "3F000"),
        ("SELECT nothing FROM projections", "42703"),
        ("SELEC 1", "42601"),
        ("SELECT 'x", "42601"),
        ("CREATE TABLE sales (a INT)", "42710"),
        ("CREATE TABLE t (a NUMERIC(100,2))", "0A000"),
        ("CREATE PROJECTION p AS SELECT nothing FROM sales", "42703"),
        ("CREATE PROJECTION p AS SELECT id FROM sales ORDER BY id DESC", "42601"),
        ("CREATE PROJECTION p AS SELECT id FROM nowhere", "42V01"),
        ("SELECT REFRESH('nowhere')", "42V01"),
        ("SELECT * FROM read_csv('/etc/passwd')", "0A000"),
        ("SELECT DO_TM_TASK('mergeout')", "0A000"),
        ("EXPLAIN SELECT * FROM nowhere", "42V01"),
        ("ALTER DATABASE DEFAULT SET x = 1", "0A000"),
        ("SET SESSION RESOURCE_POOL = x", "0A000"),
        ("COPY sales FROM '/etc/passwd' PARQUET", "0A000"),
        ("COPY sales FROM STDIN ORC", "0A000"),
        ("SELECT INTERVAL '1 day'", "0A000"),
    ],
)
def test_errors_and_refusals(connection: vertica_python.Connection, sql: str, expected: str) -> None:
    run(connection, TABLE)
    with pytest.raises(errors.QueryError) as error:
        run(connection, sql)
    assert error.value.sqlstate == expected
    assert run(connection, "SELECT 1") == [[1]]


def test_monitoring(connection: vertica_python.Connection) -> None:
    run(connection, "SELECT /*+LABEL(suite_q1)*/ 1 AS a UNION ALL SELECT 2")
    requests = "SELECT transaction_id, statement_id, success, request_type FROM query_requests WHERE request_label = 'suite_q1'"
    ((transaction, statement, *rest),) = run(connection, requests)
    assert rest == [True, "QUERY"]
    for relation, column in (("query_consumption", "output_rows"), ("query_profiles", "processed_row_count")):
        key = f"transaction_id = {transaction} AND statement_id = {statement}"
        assert run(connection, f"SELECT {column} FROM v_monitor.{relation} WHERE {key}") == [[2]]
    assert run(connection, "SELECT count(*) FROM execution_engine_profiles") == [[0]]
    run(connection, "PROFILE SELECT 1")
    counters = "SELECT counter_value FROM execution_engine_profiles WHERE counter_name = 'rows produced'"
    assert run(connection, counters) == [[1]]
    assert run(connection, "SELECT CLEAR_CACHES()") == [["Cleared"]]


ENDLESS = "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t"


def test_unqualified_names_follow_the_search_path(connection: vertica_python.Connection) -> None:
    for sql in ('SET SEARCH_PATH TO "my shop"', 'CREATE SCHEMA IF NOT EXISTS "my shop"', 'CREATE TABLE "a-b""c" (a INT)'):
        run(connection, sql)
    connection.cursor().copy('COPY "a-b""c" (a) FROM STDIN', "1\n")
    run(connection, """SELECT ANALYZE_STATISTICS('"a-b""c"')""")
    found = run(connection, "SELECT projection_schema, anchor_table_name, has_statistics FROM v_catalog.projections")
    assert found == [["my shop", 'a-b"c', True]]
    run(connection, "SET SEARCH_PATH TO public")
    assert run(connection, 'SELECT count(*) FROM "my shop"."a-b""c"') == [[1]]


def test_a_plan_says_whose_it_is(connection: vertica_python.Connection) -> None:
    assert run(connection, "EXPLAIN SELECT 1 AS a")[0] == ["The plan of the stand-in, not of Vertica:"]


def test_cancel(connection: vertica_python.Connection) -> None:
    def later() -> None:
        time.sleep(0.3)
        connection.cancel()

    thread = threading.Thread(target=later)
    thread.start()
    with pytest.raises(errors.QueryCanceled):
        run(connection, ENDLESS)
    thread.join(10)
    connection.cancel()
    assert run(connection, "SELECT 1") == [[1]], "a cancel that comes too late does nothing"


def test_runtime_cap(connection: vertica_python.Connection) -> None:
    run(connection, "SET SESSION RUNTIMECAP '1 second'")
    with pytest.raises(errors.QueryCanceled):
        run(connection, ENDLESS)
    run(connection, "SET SESSION RUNTIMECAP NONE")


def test_many_rows(connection: vertica_python.Connection) -> None:
    run(connection, "CREATE TABLE digits (d INT)")
    connection.cursor().executemany("INSERT INTO digits (d) VALUES (%s)", [(digit,) for digit in range(10)])
    sql = "SELECT a.d + 10*b.d + 100*c.d + 1000*e.d AS n FROM digits a, digits b, digits c, digits e ORDER BY n"
    assert run(connection, sql) == [[number] for number in range(10_000)]
