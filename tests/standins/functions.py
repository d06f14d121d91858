"""User-defined functions behind a stand-in: macros that cast arguments and result to what was declared, as both products do.

The body is the declared SQL, or Python that gets the rows of a batch and gives their results.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from standins import sql, tables
from standins.errors import ServerError, unsupported

if TYPE_CHECKING:
    from standins.commands import Commands

Rows = Sequence[Sequence[Any]]
_ITEM = re.compile(r"(?:[^,()]|\([^()]*\))+")


def defined(session: Commands) -> frozenset[str]:
    """Return the names of all functions that were created, in lower case."""
    found = session.query("SELECT lower(function_name) FROM duckdb_functions() WHERE function_type = 'macro' AND NOT internal")
    return frozenset(row[0] for row in found)


def signature(session: Commands, arguments: Sequence[str], returned: str) -> tuple[dict[str, str], str]:
    """Return name -> DuckDB's type of arguments written ``name type``, and the returned type's; raises ServerError."""
    listed = ", ".join([*arguments, f'"the result" {returned}'])
    tree = session.parsed(f"CREATE TABLE f ({listed})")
    types = {each["name"]: each["duckdb"] for each in tables.columns(tree.this, session.rules)}
    return types, types.pop("the result")


def items(text: str) -> list[str]:
    """Return the parts of a list between commas outside parentheses."""
    return [part.strip() for part in _ITEM.findall(text) if part.strip()]


def expression(session: Commands, text: str) -> exp.Expression:
    """Return a function's body as a tree; raises ServerError if it is more than one expression without a query's clauses."""
    tree = session.parsed(f"SELECT {text}")
    clauses = {name for name, value in tree.args.items() if value}
    if not isinstance(tree, exp.Select) or clauses != {"expressions"} or len(tree.expressions) != 1:
        raise ServerError("42601", "a function gives one expression")
    found: exp.Expression = tree.expressions[0]
    return found


def define(session: Commands, name: str, arguments: Mapping[str, str], returned: str, body: exp.Expression) -> None:
    """Create a function whose ``body`` is an expression over its arguments."""
    known = {argument.lower(): (argument, kind) for argument, kind in arguments.items()}

    def declared(node: exp.Expression) -> exp.Expression:
        if not isinstance(node, exp.Column):
            return node
        if node.table or node.name.lower() not in known:
            raise ServerError("42703", f'column "{node.sql()}" does not exist')
        argument, kind = known[node.name.lower()]
        return exp.cast(exp.column(argument, quoted=True), kind, dialect="duckdb")

    if body.find(exp.Query, exp.AggFunc, exp.Window):
        raise unsupported("a function with a query or an aggregate")
    text = session.translated(exp.Select(expressions=[body.transform(declared)])).removeprefix("SELECT ")
    _create(session, name, list(arguments), returned, text)


def define_python(
    session: Commands, name: str, arguments: Mapping[str, str], returned: str, body: Callable[[Rows], list[Any]]
) -> None:
    """Create a function whose ``body`` gives the results for the rows of a batch; an argument without a type is taken as it is."""
    inner = f"standin_function_{session.backend.number()}"

    def called(*columns: Any) -> pa.Array:
        rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
        results = body(rows)
        if len(results) != len(rows):
            raise ValueError(f"{name} gave {len(results)} results for {len(rows)} rows")
        return pa.array([None if each is None else str(each) for each in results], pa.string())

    session.duck.create_function(inner, called, None, "VARCHAR", type="arrow", null_handling="special")
    given = [f"CAST({sql.quoted(each)} AS {kind})" if kind else sql.quoted(each) for each, kind in arguments.items()]
    _create(session, name, list(arguments), returned, f"{inner}({', '.join(given)})")


def _create(session: Commands, name: str, arguments: Sequence[str], returned: str, text: str) -> None:
    place = f"{sql.quoted(session.schema)}.{sql.quoted(name)}"
    session.query(f"CREATE OR REPLACE MACRO {place}({', '.join(map(sql.quoted, arguments))}) AS CAST({text} AS {returned})")
