"""Vertica's CREATE FUNCTION as an SQL macro, and CREATE LIBRARY and FUNCTION for Python, run in this process.

Sources: Vertica's documentation, "CREATE FUNCTION (SQL)", "CREATE LIBRARY", "CREATE FUNCTION (scalar)".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import exp

from standins import functions, vertica_copy, vertica_sdk
from standins.errors import ServerError, unsupported
from standins.session import Answer

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica

_MACRO = re.compile(
    r'create\s+or\s+replace\s+function\s+("(?:[^"]|"")+"|\w+)\s*\(((?:[^()]|\([^()]*\))*)\)\s*return\s+(.+?)\s+'
    r"as\s+begin\s+return\s+(.+);\s*end",
    re.IGNORECASE | re.DOTALL,
)


def macro(session: Vertica, text: str) -> Answer | None:
    """Create an SQL function, None if the statement is another."""
    match = _MACRO.fullmatch(text)
    if match is None:
        return None
    types, returned = functions.signature(session, functions.items(match[2]), match[3])
    functions.define(session, match[1].strip('"').replace('""', '"'), types, returned, functions.expression(session, match[4]))
    return Answer("CREATE FUNCTION")


def library(session: Vertica, tree: exp.Expression) -> Answer:
    """Load a library of Python from a folder that the test allows."""
    if tree.args.get("depends") or _language(tree) != "python":
        raise unsupported("a library in another language than Python, or one that depends on others")
    (path,) = vertica_copy.allowed(session, tree.args["path"].name)
    session.backend.libraries[tree.this.name.lower()] = vertica_sdk.loaded(path.read_text(encoding="utf-8"))
    return Answer("CREATE LIBRARY")


def external(session: Vertica, tree: exp.Expression) -> Answer:
    """Create a function of a library, with the types that its factory declares."""
    given = tree.expression
    library = session.backend.libraries.get(given.args["library"].name.lower())
    if library is None:
        raise ServerError("42V01", f'Library "{given.args["library"].name}" does not exist')
    if tree.kind != "FUNCTION" or _language(given) != "python" or given.args.get("fenced") is False:
        raise unsupported("a function that is not scalar, not in Python or not fenced")
    name, factory = tree.this.name, library.get(given.args["factory"].name)
    if factory is None:
        raise ServerError("42883", f"the library has no factory {given.args['factory'].name}")
    arguments, returned = vertica_sdk.prototype(factory())
    types = {f"argument_{number}": kind for number, kind in enumerate(arguments.duckdb, 1)}

    def called(rows: functions.Rows) -> list[object]:
        return vertica_sdk.process(factory(), rows)

    functions.define_python(session, name, types, returned.duckdb[0], called)
    return Answer("CREATE FUNCTION")


def _language(tree: exp.Expression) -> str:
    language = tree.args.get("language")
    return language.name.lower() if language else ""
