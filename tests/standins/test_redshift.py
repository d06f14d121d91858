"""The Redshift stand-in through redshift_connector: logins, types, parameters, transactions, designs, settings."""

from __future__ import annotations

import datetime as dt
import decimal
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import redshift_connector

from standins import certificates
from standins.backend import Backend
from standins.fixtures import connect_redshift as connect
from standins.redshift import RedshiftServer

DESIGN = (
    "CREATE TABLE sales (id BIGINT NOT NULL ENCODE RAW, day DATE ENCODE AZ64, name VARCHAR(5) ENCODE ZSTD, "
    "price DECIMAL(38,5), PRIMARY KEY (id)) DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY (day, id)"
)


@pytest.fixture
def connection(redshift_server: RedshiftServer) -> Iterator[redshift_connector.Connection]:
    with connect(redshift_server) as opened:
        opened.autocommit = True
        yield opened


def run(connection: redshift_connector.Connection, sql: str, *arguments: object) -> tuple[list, ...]:
    cursor = connection.cursor()
    cursor.execute(sql, *arguments)
    return cursor.fetchall() if cursor.description else ()


def state(error: pytest.ExceptionInfo[Exception]) -> str:
    return error.value.args[0]["C"]


def test_says_what_it_is(connection: redshift_connector.Connection) -> None:
    assert "stand-in" in run(connection, "SELECT version()")[0][0]
    assert (b"standin", b"duckdb") in connection.parameter_statuses
    assert (b"server_version", b"8.0.2+standin") in connection.parameter_statuses


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.parametrize("wrong", [{"password": "guess"}, {"user": "nobody"}, {"database": "elsewhere"}])
def test_refuses_a_wrong_login(redshift_server: RedshiftServer, wrong: dict[str, str]) -> None:
    with pytest.raises((redshift_connector.InterfaceError, redshift_connector.ProgrammingError)) as error:
        connect(redshift_server, **wrong)
    assert state(error) in ("28000", "3D000")
    assert "guess" not in str(error.value)


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.filterwarnings("ignore:ssl:DeprecationWarning")
@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_tls_with_an_authority_that_the_client_trusts(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    context, authority = certificates.server_context(tmp_path)
    server = RedshiftServer(backend, tls=context)
    server.start()
    try:
        # The driver has no option for an authority of one's own: it takes the system's.
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        server.host = "localhost"
        with connect(server, ssl=True, sslmode=mode) as connection:
            assert run(connection, "SELECT 1") == ([1],)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises((redshift_connector.InterfaceError, OSError)):
            connect(server, ssl=True, sslmode=mode)
    finally:
        server.host = "127.0.0.1"
        server.stop()


VALUES = (
    ("smallint", 7),
    ("integer", -70_000),
    ("bigint", 2**62),
    ("boolean", True),
    ("real", 0.5),
    ("double precision", 0.1),
    ("decimal(9,2)", Decimal("-1234567.89")),
    ("decimal(38,5)", Decimal("123456789012345678901234567890123.12345")),
    ("varchar(20)", "naïve 'quoted' ☃"),
    ("date", dt.date(1992, 2, 29)),
    ("timestamp", dt.datetime(2024, 2, 29, 23, 59, 59, 999_999)),
    ("timestamptz", dt.datetime(2024, 2, 29, 23, 59, 59, tzinfo=dt.UTC)),
    ("time", dt.time(23, 59, 59)),
)


@pytest.mark.parametrize("protocol", [0, 1, 2])
@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_values_come_back_as_they_went(redshift_server: RedshiftServer, protocol: int, kind: str, value: object) -> None:
    # The driver scales binary decimals in the caller's context, which would round them to 28 digits.
    with decimal.localcontext(prec=60), connect(redshift_server, client_protocol_version=protocol) as connection:
        run(connection, f"CREATE TABLE v (x {kind})")
        run(connection, "INSERT INTO v VALUES (%s)", (value,))
        run(connection, "INSERT INTO v VALUES (%s)", (None,))
        assert run(connection, "SELECT x FROM v WHERE x IS NOT NULL OR x = %s", (value,)) == ([value],)
        assert run(connection, "SELECT count(*) FROM v WHERE x IS NULL") == ([1],)


def test_parameters_keep_their_declared_types(connection: redshift_connector.Connection) -> None:
    assert run(connection, "SELECT %s, %s, %s, %s", (1, 1.5, "text", None)) == ([1, 1.5, "text", None],)
    assert run(connection, "SELECT %s + 1, %s / 2", (1, 7)) == ([2, 3],)


def test_many_rows_and_the_statement_cache(connection: redshift_connector.Connection) -> None:
    run(connection, "CREATE TABLE many (a INTEGER, b VARCHAR(10))")
    cursor = connection.cursor()
    cursor.executemany("INSERT INTO many VALUES (%s, %s)", [(number, f"row {number}") for number in range(50)])
    assert cursor.rowcount == 50
    for wanted in (3, 4):
        assert run(connection, "SELECT b FROM many WHERE a = %s", (wanted,)) == ([f"row {wanted}"],)
    run(connection, "INSERT INTO many SELECT a.a, 'x' FROM many AS a, many AS b, many AS c")
    assert len(run(connection, "SELECT * FROM many")) == 50 + 50**3


def test_what_was_applied_reads_back(connection: redshift_connector.Connection) -> None:
    run(connection, DESIGN)
    run(connection, "INSERT INTO sales VALUES (1, '2024-01-01', 'a', 1)")
    (info,) = run(connection, "SELECT diststyle, sortkey1, sortkey_num, tbl_rows, stats_off FROM svv_table_info")
    assert info == ["KEY(id)", "day", 2, 1, None]
    columns = run(connection, 'SELECT "column", type, encoding, distkey, sortkey, "notnull" FROM pg_table_def')
    assert columns == (
        ["id", "bigint", "none", True, 2, True],
        ["day", "date", "az64", False, 1, False],
        ["name", "character varying(5)", "zstd", False, 0, False],
        ["price", "numeric(38,5)", "az64", False, 0, False],
    )
    run(connection, "ANALYZE sales")
    assert run(connection, "SELECT stats_off FROM svv_table_info") == ([0],)


def test_what_was_not_applied_does_not_read_back(connection: redshift_connector.Connection) -> None:
    run(connection, DESIGN.replace(" COMPOUND SORTKEY (day, id)", "").replace("DISTSTYLE KEY DISTKEY (id)", "DISTSTYLE EVEN"))
    assert run(connection, "SELECT count(*) FROM svv_table_info") == ([0],), "tables without rows are absent"
    run(connection, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
    assert run(connection, "SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info") == (["EVEN", "AUTO(SORTKEY)", 0],)
    assert run(connection, "SELECT count(*) FROM pg_table_def WHERE sortkey <> 0 OR distkey") == ([0],)
    run(connection, "DROP TABLE sales")
    assert run(connection, "SELECT count(*) FROM pg_table_def") == ([0],)


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("", ["AUTO(ALL)", "AUTO(SORTKEY)", 0]),
        ("DISTSTYLE ALL", ["ALL", "AUTO(SORTKEY)", 0]),
        ("DISTKEY (b) SORTKEY (a)", ["KEY(b)", "a", 1]),
        ("DISTSTYLE AUTO INTERLEAVED SORTKEY (b, a)", ["AUTO(ALL)", "INTERLEAVED", 2]),
        ("SORTKEY AUTO ENCODE AUTO", ["AUTO(ALL)", "AUTO(SORTKEY)", 0]),
    ],
)
def test_attributes_of_tables(connection: redshift_connector.Connection, attributes: str, shown: list[object]) -> None:
    run(connection, f"CREATE TABLE t (a INTEGER, b INTEGER) {attributes}")
    run(connection, f"CREATE TABLE u {attributes} AS SELECT 1 AS a, 2 AS b")
    run(connection, "INSERT INTO t VALUES (1, 2)")
    assert run(connection, "SELECT diststyle, sortkey1, sortkey_num FROM svv_table_info") == (shown, shown)


def test_transactions(redshift_server: RedshiftServer) -> None:
    with connect(redshift_server) as one, connect(redshift_server) as two:
        run(one, DESIGN)
        run(one, "INSERT INTO sales VALUES (1, NULL, NULL, NULL)")
        with pytest.raises(redshift_connector.ProgrammingError) as missing:
            run(two, "SELECT * FROM sales")
        assert state(missing) == "42P01"
        two.rollback()
        one.commit()
        assert run(two, "SELECT count(*) FROM sales") == ([1],)
        run(one, "DELETE FROM sales")
        one.rollback()
        assert run(one, "SELECT count(*) FROM sales") == ([1],)
        run(one, "DROP TABLE sales")
        one.rollback()
        assert run(one, "SELECT count(*) FROM pg_table_def") == ([4],)


def test_a_failed_transaction_stays_failed(redshift_server: RedshiftServer) -> None:
    with connect(redshift_server) as connection:
        run(connection, DESIGN)
        for sql, expected in (("INSERT INTO sales VALUES (1, NULL, 'too long', NULL)", "22001"), ("SELECT 1", "25P02")):
            with pytest.raises(redshift_connector.ProgrammingError) as error:
                run(connection, sql)
            assert state(error) == expected
        connection.commit()
        assert run(connection, "SELECT count(*) FROM pg_table_def") == ([0],), "COMMIT of a failed transaction rolls back"


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM nowhere", "42P01"),
        ("SELECT nothing FROM pg_table_def", "42703"),
        ("SELEC 1", "42601"),
        ("SELECT 'x", "42601"),
        ("SELECT CAST('x' AS INTEGER)", "22P02"),
        ("INSERT INTO sales VALUES (NULL, NULL, NULL, NULL)", "23502"),
        ("CREATE TABLE sales (a INTEGER)", "42P07"),
        ("CREATE TABLE t (a INTEGER) SORTKEY (b)", "42703"),
        ("CREATE TABLE t (a INTEGER, b INTEGER) DISTKEY (a) DISTKEY (b)", "42601"),
        ("CREATE TABLE t (a INTEGER IDENTITY(1,1))", "0A000"),
        ("SELECT * FROM read_csv('/etc/passwd')", "0A000"),
        ("SELECT * FROM '/etc/passwd'", "0A000"),
        ("SELECT list_sort(1)", "0A000"),
        ("SELECT * FROM duckdb_tables", "0A000"),
        ("SELECT * FROM _standin.applied", "0A000"),
        ("SELECT avg(id) FROM sales", "0A000"),
        ("SELECT avg(price * 2) + 1 FROM (SELECT price FROM sales) AS s", "0A000"),
        ("UNLOAD ('SELECT 1') TO 's3://x/y' IAM_ROLE default", "0A000"),
        ("INSTALL httpfs", "42601"),
        ("ATTACH 'x.db'", "42601"),
        ("SET nonsense TO 1", "0A000"),
        ("COPY sales FROM '/etc/passwd'", "0A000"),
    ],
)
def test_errors_and_refusals(connection: redshift_connector.Connection, sql: str, expected: str) -> None:
    run(connection, DESIGN)
    with pytest.raises(redshift_connector.ProgrammingError) as error:
        run(connection, sql)
    assert state(error) == expected
    assert run(connection, "SELECT 1") == ([1],)


def test_averages_of_doubles_and_divisions(connection: redshift_connector.Connection) -> None:
    run(connection, "CREATE TABLE t (a INTEGER, b DECIMAL(9,2))")
    run(connection, "INSERT INTO t VALUES (1, 1), (2, 2)")
    sql = "SELECT avg(CAST(a AS DOUBLE PRECISION)), avg(b / 2.0e0), sum(a) / count(*), a / 2.0 FROM t GROUP BY a ORDER BY a"
    assert run(connection, sql) == ([1.0, 0.5, 1, 0.5], [2.0, 1.0, 2, 1.0])
    with pytest.raises(redshift_connector.ProgrammingError):
        run(connection, "SELECT avg(a) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING) FROM t")


def test_history_of_queries(connection: redshift_connector.Connection) -> None:
    run(connection, "SET query_group TO 'suite q1'")
    run(connection, "SELECT 1 AS a UNION ALL SELECT 2")
    ((number,),) = run(connection, "SELECT pg_last_query_id()")
    sql = (
        "SELECT query_label, status, returned_rows, elapsed_time >= execution_time + planning_time, compile_time, query_text "
        f"FROM sys_query_history WHERE query_id = {number}"
    )
    assert run(connection, sql) == (["suite q1", "success", 2, True, 0, "SELECT 1 AS a UNION ALL SELECT 2"],)
    detail = run(connection, f"SELECT step_name, output_rows FROM sys_query_detail WHERE query_id = {number}")
    assert detail == (["return", 2],)


def test_statement_timeout(connection: redshift_connector.Connection) -> None:
    run(connection, "SET statement_timeout TO 200")
    with pytest.raises(redshift_connector.ProgrammingError) as error:
        run(connection, "WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t")
    assert state(error) == "57014"
    run(connection, "SET statement_timeout TO 0")
    assert run(connection, "SELECT 1") == ([1],)


def test_sessions_side_by_side(redshift_server: RedshiftServer) -> None:
    with connect(redshift_server) as connection:
        connection.autocommit = True
        run(connection, "CREATE TABLE t (a INTEGER)")
    failures: list[Exception] = []

    def work() -> None:
        try:
            with connect(redshift_server) as mine:
                for number in range(10):
                    run(mine, "INSERT INTO t VALUES (%s)", (number,))
                mine.commit()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failures
    with connect(redshift_server) as connection:
        assert run(connection, "SELECT count(*) FROM t") == ([40],)


def test_the_search_path_says_which_schema_a_name_means(connection: redshift_connector.Connection) -> None:
    run(connection, "SET search_path TO mine")
    run(connection, "CREATE SCHEMA IF NOT EXISTS mine")
    run(connection, "CREATE TABLE t (a BIGINT) DISTSTYLE ALL")
    run(connection, "INSERT INTO mine.t VALUES (3)")
    assert run(connection, "SELECT a, current_schema() FROM t") == ([3, "mine"],)
    assert run(connection, "SELECT schemaname FROM pg_table_def") == (["mine"],)
    space = "SELECT nspname, releffectivediststyle FROM pg_class_info JOIN pg_namespace AS n ON n.oid = relnamespace"
    assert run(connection, space) == (["mine", 8],)
    run(connection, "SET search_path TO public")
    with pytest.raises(redshift_connector.ProgrammingError) as error:
        run(connection, "SELECT a FROM t")
    assert state(error) == "42P01"


def test_plans_are_duckdbs_and_say_so(connection: redshift_connector.Connection) -> None:
    run(connection, "CREATE TABLE t (a BIGINT)")
    run(connection, "INSERT INTO t VALUES (1), (3)")
    plan = [row[0] for row in run(connection, "EXPLAIN SELECT a FROM t WHERE a > 2")]
    assert plan[0] == "not Redshift's plan but DuckDB's:"
    assert any("a>2" in line.replace(" ", "") for line in plan)  # versions of DuckDB write it with blanks or without


def test_functions_that_duckdb_names_otherwise(connection: redshift_connector.Connection) -> None:
    assert run(connection, "SELECT octet_length('äb'), strtol(left(md5('a'), 8), 16)") == ([3, 0x0CC175B9],)
    assert run(connection, "SELECT count(DISTINCT slice), count(DISTINCT node) FROM stv_slices") == ([6, 3],)
