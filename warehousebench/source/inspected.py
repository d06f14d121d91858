"""A schema as SQLAlchemy's inspector sees it: for databases whose own catalogs are not read here, such as Oracle and SQL Server."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from warehousebench.model.catalog import Check, Column, View
from warehousebench.source.draft import Draft, Reference
from warehousebench.source.live import Live
from warehousebench.source.types import parse_type

_DIALECTS = {"postgresql": "postgres", "mssql": "tsql"}


def read(connection: sa.Connection, schema: str | None) -> Live:
    """Return what the schema holds, as far as the inspector tells."""
    inspector = sa.inspect(connection)
    drafts = [_draft(connection, inspector, name, schema) for name in sorted(inspector.get_table_names(schema=schema))]
    views = [
        View(name, inspector.get_view_definition(name, schema=schema) or "") for name in inspector.get_view_names(schema=schema)
    ]
    return Live(drafts, views)


def sql_dialect(connection: sa.Connection) -> str:
    """Return sqlglot's name of the connected database's dialect."""
    name = connection.dialect.name
    return _DIALECTS.get(name, name)


def _draft(connection: sa.Connection, inspector: sa.Inspector, name: str, schema: str | None) -> Draft:
    draft = Draft(name, "database")
    for found in inspector.get_columns(name, schema=schema):
        draft.add(_column(found, connection))
    draft.primary_key = tuple(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    draft.unique_keys = list(_unique_keys(inspector, name, schema))
    draft.references = list(_references(inspector.get_foreign_keys(name, schema=schema), schema))
    draft.comment = _comment(inspector, name, schema)
    draft.checks = list(_checks(inspector, name, schema))
    return draft


def _column(found: Any, connection: sa.Connection) -> Column:
    type_ = parse_type(_native(found["type"], connection), sql_dialect(connection))
    generated = (found.get("computed") or {}).get("sqltext")
    identity = bool(found.get("identity"))
    default = None if generated or identity else found.get("default")
    return Column(found["name"], type_, bool(found["nullable"]), default, found.get("comment"), generated, identity)


def _native(type_: Any, connection: sa.Connection) -> str:
    try:
        return str(type_.compile(dialect=connection.dialect))
    except exc.CompileError:  # a type of the database that SQLAlchemy has no name for
        return "unknown"


def _unique_keys(inspector: sa.Inspector, name: str, schema: str | None) -> set[tuple[str, ...]]:
    """Return the columns of unique constraints, and of unique indexes over all rows and plain columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)  # "skipped an index over an expression": such an index is no key
        indexes = [index for index in inspector.get_indexes(name, schema=schema) if index["unique"]]
    whole = [index for index in indexes if not any(option.endswith("_where") for option in index.get("dialect_options", {}))]
    found: list[Sequence[str | None]] = [index["column_names"] for index in whole if not index.get("expressions")]
    found += [unique["column_names"] for unique in inspector.get_unique_constraints(name, schema=schema)]
    return {tuple(column for column in columns if column) for columns in found if all(columns)}


def _references(found: Sequence[Any], schema: str | None) -> Iterator[Reference]:
    for key in found:
        other = key["referred_schema"]
        # A table of another schema is not in this catalog, even if one of the same name is.
        table = key["referred_table"] if other in (None, schema) else f"{other}.{key['referred_table']}"
        yield Reference(tuple(key["constrained_columns"]), table, tuple(key["referred_columns"]), key["name"])


def _comment(inspector: sa.Inspector, name: str, schema: str | None) -> str | None:
    try:
        return inspector.get_table_comment(name, schema=schema)["text"]
    except NotImplementedError:
        return None


def _checks(inspector: sa.Inspector, name: str, schema: str | None) -> Iterator[Check]:
    try:
        yield from (Check(each["sqltext"], each["name"]) for each in inspector.get_check_constraints(name, schema=schema))
    except NotImplementedError:
        return
