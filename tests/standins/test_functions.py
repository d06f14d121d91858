"""User-defined functions on the stand-ins, as their clients create and call them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import redshift_connector
import vertica_python

from standins.fixtures import connect_redshift, connect_vertica
from standins.redshift import RedshiftServer
from standins.vertica import VerticaServer

DOUBLED = (
    "CREATE OR REPLACE FUNCTION doubled (DECIMAL(5,2))\nRETURNS DECIMAL(6,1)\nIMMUTABLE AS $$\n  SELECT $1 * 2\n$$ LANGUAGE sql"
)
EXTERNAL = (
    "CREATE OR REPLACE EXTERNAL FUNCTION f (INTEGER, DECIMAL(5,2)) RETURNS DECIMAL(8,2) STABLE LAMBDA 'mine' IAM_ROLE default"
)
HANDLER = """
import json
from decimal import Decimal

def handler(event, context):
    assert set(event) >= {"request_id", "cluster", "user", "database", "external_function", "query_id", "num_records", "arguments"}
    assert {type(row[1]) for row in event["arguments"]} <= {str, float, type(None)}
    results = [None if None in row else str(row[0] * Decimal(str(row[1]))) for row in event["arguments"]]
    return json.dumps({"success": True, "num_records": len(results), "results": results})
"""
MACRO = (
    "CREATE OR REPLACE FUNCTION halved(x NUMERIC(5,2)) RETURN NUMERIC(6,1)\nAS BEGIN\n  RETURN CASE WHEN x > 0 THEN x / 2 END;\nEND"
)
LIBRARY = """
import vertica_sdk

class added(vertica_sdk.ScalarFunction):
    def processBlock(self, server, reader, writer):
        while True:
            if reader.isNull(0):
                writer.setNull()
            else:
                writer.setInt(reader.getInt(0) + 1)
            writer.next()
            if not reader.next():
                break

class factory(vertica_sdk.ScalarFunctionFactory):
    def createScalarFunction(self, server):
        return added()

    def getPrototype(self, server, given, gives):
        given.addInt()
        gives.addInt()

    def getReturnType(self, server, given, gives):
        gives.addInt()
"""


@pytest.fixture
def redshift(redshift_server: RedshiftServer) -> Iterator[redshift_connector.Connection]:
    with connect_redshift(redshift_server) as connection:
        connection.autocommit = True
        yield connection


@pytest.fixture
def vertica(vertica_server: VerticaServer) -> Iterator[vertica_python.Connection]:
    with connect_vertica(vertica_server, autocommit=True) as connection:
        yield connection


def rows(connection: redshift_connector.Connection | vertica_python.Connection, *statements: str) -> list[list]:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    return list(cursor.fetchall())


def test_redshift_functions_take_and_give_the_declared_types(redshift: redshift_connector.Connection) -> None:
    # The argument is rounded to two digits before it is doubled, the result to one after.
    assert rows(redshift, DOUBLED, "SELECT doubled(1.126), DOUBLED(NULL)") == [[Decimal("2.3"), None]]
    assert rows(redshift, DOUBLED.replace("$1 * 2", "$1 * 3"), "SELECT doubled(1)") == [[Decimal("3.0")]]


def test_redshift_external_functions_get_batches_of_events(
    redshift_server: RedshiftServer, redshift: redshift_connector.Connection
) -> None:
    redshift_server.lambdas["mine"] = HANDLER
    found = rows(
        redshift, EXTERNAL, "SELECT f(2, 1.25), f(NULL, 1), f(3, x) FROM (SELECT 1.1 AS x UNION ALL SELECT 2.2) AS t ORDER BY 3"
    )
    assert found == [[Decimal("2.50"), None, Decimal("3.30")], [Decimal("2.50"), None, Decimal("6.60")]]


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        ('def handler(event, context): return \'{"success": false, "error_msg": "out of luck"}\'', "out of luck"),
        ("def handler(event, context): return {}", "did not answer with a text"),
        ('def handler(event, context): return \'{"success": true, "results": []}\'', "another number of results"),
        ("", "the Lambda function mine does not exist"),
    ],
)
def test_a_lambda_function_that_fails_fails_the_query(
    redshift_server: RedshiftServer, redshift: redshift_connector.Connection, handler: str, says: str
) -> None:
    redshift_server.lambdas |= {"mine": handler} if handler else {}
    with pytest.raises(redshift_connector.ProgrammingError, match=says):
        rows(redshift, EXTERNAL, "SELECT f(1, 1)")
    assert rows(redshift, "SELECT 1") == [[1]]


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        (DOUBLED.replace("LANGUAGE sql", "LANGUAGE plpythonu"), "0A000"),
        (DOUBLED.replace("IMMUTABLE ", ""), "0A000"),
        (DOUBLED.replace("$1 * 2", "$1 FROM t"), "42601"),
        (DOUBLED.replace("$1 * 2", "$2"), "08P01"),
        (DOUBLED.replace("$1 * 2", "other"), "42703"),
        (DOUBLED.replace("$1 * 2", "list_sort($1)"), "0A000"),
        (EXTERNAL.replace("STABLE", "IMMUTABLE"), "0A000"),
        ("SELECT doubled(1)", "0A000"),
        ("DROP FUNCTION doubled(DECIMAL)", "0A000"),
        ("CREATE PROCEDURE p() AS $$ BEGIN END $$ LANGUAGE plpgsql", "0A000"),
    ],
)
def test_what_redshift_is_not_known_to_take_is_refused(redshift: redshift_connector.Connection, sql: str, state: str) -> None:
    with pytest.raises(redshift_connector.ProgrammingError) as error:
        rows(redshift, sql)
    assert error.value.args[0]["C"] == state


def test_vertica_macros_take_and_give_the_declared_types(vertica: vertica_python.Connection) -> None:
    assert rows(vertica, MACRO, "SELECT halved(3.126), halved(-1), HALVED(NULL)") == [[Decimal("1.6"), None, None]]


def test_vertica_libraries_run_block_by_block(vertica: vertica_python.Connection, tmp_path: Path) -> None:
    (tmp_path / "library.py").write_text(LIBRARY)
    made = (
        f"CREATE OR REPLACE LIBRARY mine AS '{tmp_path}/library.py' LANGUAGE 'Python'",
        "CREATE OR REPLACE FUNCTION added AS LANGUAGE 'Python' NAME 'factory' LIBRARY mine FENCED",
    )
    assert rows(vertica, *made, "SELECT added(x) FROM (SELECT 1 AS x UNION ALL SELECT NULL) AS t ORDER BY 1") == [[2], [None]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("setInt", "setNumeric"), "is no Numeric"),
        (("getInt", "getString"), "is no String"),
        (("writer.next()", "pass"), "added gave 0 results for"),
        (("gives.addInt()", "gives.addFloat()"), "getReturnType"),
    ],
)
def test_vertica_libraries_that_break_the_rules_fail(
    vertica: vertica_python.Connection, tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    (tmp_path / "library.py").write_text(LIBRARY.replace(*change, 1))
    made = (
        f"CREATE OR REPLACE LIBRARY mine AS '{tmp_path}/library.py' LANGUAGE 'Python'",
        "CREATE OR REPLACE FUNCTION added AS LANGUAGE 'Python' NAME 'factory' LIBRARY mine FENCED",
    )
    with pytest.raises(vertica_python.errors.Error, match=says):
        rows(vertica, *made, "SELECT added(x) FROM (SELECT 1 AS x UNION ALL SELECT 2) AS t")


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        (MACRO.replace("CASE", "(SELECT 1) + CASE"), "0A000"),
        (MACRO.replace("x / 2 END", "y END"), "42703"),
        (MACRO.replace("END;", "END; RETURN 1;"), "0A000"),
        ("CREATE OR REPLACE LIBRARY l AS '/etc/passwd' LANGUAGE 'Python'", "0A000"),
        ("CREATE OR REPLACE LIBRARY l AS '/tmp/x.jar' LANGUAGE 'Java'", "0A000"),
        ("CREATE OR REPLACE FUNCTION f AS LANGUAGE 'Python' NAME 'g' LIBRARY l FENCED", "42V01"),
        ("SELECT halved(1)", "0A000"),
        ("DROP FUNCTION halved(NUMERIC)", "0A000"),
    ],
)
def test_what_vertica_is_not_known_to_take_is_refused(vertica: vertica_python.Connection, sql: str, state: str) -> None:
    with pytest.raises(vertica_python.errors.Error) as error:
        rows(vertica, sql)
    assert error.value.sqlstate == state
