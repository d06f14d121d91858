"""Redshift's CREATE FUNCTION in SQL, and CREATE EXTERNAL FUNCTION on Lambda functions that the test deploys in this process.

Sources: Redshift's documentation, "CREATE FUNCTION", "CREATE EXTERNAL FUNCTION" (STABLE or VOLATILE; IMMUTABLE is "not supported")
and "Scalar Lambda UDFs" (the event and the answer).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from standins import functions, sql
from standins.errors import ServerError, unsupported
from standins.session import Answer

if TYPE_CHECKING:
    from standins.backend import Record
    from standins.redshift_sql import Redshift

_HEAD = r'create\s+or\s+replace\s+{}function\s+("(?:[^"]|"")+"|\w+)\s*\(((?:[^()]|\([^()]*\))*)\)\s*returns\s+(.+?)\s+{}\s+'
_SQL = re.compile(
    _HEAD.format("", "(volatile|stable|immutable)") + r"as\s+\$\$\s*select\s(.*)\$\$\s*language\s+sql",
    re.IGNORECASE | re.DOTALL,
)
_EXTERNAL = re.compile(
    _HEAD.format(r"external\s+", "(volatile|stable)") + r"lambda\s+'([^']+)'\s+iam_role\s+(default|'arn:[^']+')",
    re.IGNORECASE | re.DOTALL,
)
_CREATES = re.compile(r"create\s+(or\s+replace\s+)?(external\s+)?function\b", re.IGNORECASE)


def run(session: Redshift, record: Record, text: str) -> Answer | None:
    """Create a function, None if the statement creates something else."""
    if not _CREATES.match(text):
        return None
    if match := _SQL.fullmatch(text):
        name, types, arguments, returned = _declared(session, match)
        body = functions.expression(session, sql.named_parameters(match[5]))
        values = {number: exp.column(argument) for number, argument in enumerate(arguments, 1)}
        functions.define(session, name, types, returned, sql.bind(body, values))
    elif match := _EXTERNAL.fullmatch(text):
        name, types, _, returned = _declared(session, match)
        place = match[5]

        def called(rows: functions.Rows) -> list[Any]:
            event = {"user": session.user, "database": session.database, "external_function": name, "query_id": record.id}
            return invoke(session.lambdas, place, event, rows)

        functions.define_python(session, name, types, returned, called)
    else:
        raise unsupported("this form of CREATE FUNCTION")
    return Answer("CREATE FUNCTION")


def _declared(session: Redshift, match: re.Match[str]) -> tuple[str, dict[str, str], list[str], str]:
    arguments = [f"argument_{number}" for number, _ in enumerate(functions.items(match[2]), 1)]
    written = [f"{name} {kind}" for name, kind in zip(arguments, functions.items(match[2]), strict=True)]
    types, returned = functions.signature(session, written, match[3])
    return match[1].strip('"').replace('""', '"').lower(), types, arguments, returned


def invoke(lambdas: Mapping[str, str], place: str, event: Mapping[str, Any], rows: functions.Rows) -> list[Any]:
    """Return the results that the Lambda function ``place`` gives for ``rows``; raises ServerError if it fails or is missing.

    ``lambdas`` holds the source of what is deployed; like Lambda itself, its ``handler`` gets the event as read from JSON.
    How Redshift writes decimals is not documented: every other row has them as numbers, the rest as texts.
    """
    if place not in lambdas:
        raise ServerError("58000", f"the Lambda function {place} does not exist")
    arguments = [[_sent(value, as_number=bool(number % 2)) for value in row] for number, row in enumerate(rows)]
    payload = json.dumps({**event, "request_id": "standin", "cluster": "standin", "num_records": len(rows), "arguments": arguments})
    answered = _handler(lambdas[place])(json.loads(payload), None)
    if not isinstance(answered, str):
        raise ServerError("58000", f"the Lambda function {place} did not answer with a text of JSON")
    answer = json.loads(answered)
    if answer.get("success") is not True:
        raise ServerError("58000", f"the Lambda function {place} failed: {answer.get('error_msg')}")
    if answer.get("num_records", len(rows)) != len(rows) or len(answer["results"]) != len(rows):
        raise ServerError("58000", f"the Lambda function {place} gave another number of results than rows")
    return list(answer["results"])


def _handler(source: str) -> Callable[[Any, Any], Any]:
    space: dict[str, Any] = {}
    exec(source, space)
    found: Callable[[Any, Any], Any] = space["handler"]
    return found


def _sent(value: Any, *, as_number: bool) -> Any:
    if isinstance(value, Decimal):
        return float(value) if as_number else str(value)
    return str(value) if isinstance(value, date | datetime) else value
