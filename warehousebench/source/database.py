"""Live databases to a Catalog, through SQLAlchemy; and the decision what kind of source a person named."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Column
from warehousebench.source.ddl import read_ddl
from warehousebench.source.draft import Draft, Reference, assemble
from warehousebench.source.files import is_folder, read_folder
from warehousebench.source.script import SQLITE_MAGIC
from warehousebench.source.types import parse_type

# What to install for the module that SQLAlchemy misses.
_PACKAGES = {
    "psycopg2": "psycopg2-binary (or use postgresql+psycopg:// with psycopg[binary])",
    "psycopg": "psycopg[binary]",
    "MySQLdb": "mysqlclient (or use mysql+pymysql:// with pymysql)",
    "mysql": "mysql-connector-python",
    "cx_Oracle": "cx_Oracle (or use oracle+oracledb:// with oracledb)",
}
_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
_PARTITIONS = """
    SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND n.nspname = coalesce(:schema, current_schema())"""


def reflect_source(source: str, schema: str | None = None, dialect: str | None = None) -> Catalog:
    """Return the schema behind ``source``: a database URL, a SQLite file, a folder of data or a DDL file; raises SourceError."""
    if is_folder(source):
        return read_folder(Path(source))
    return reflect(source, schema) if is_database(source) else read_ddl([Path(source)], dialect)


def is_database(source: str) -> bool:
    """Say whether ``source`` is a database: a URL, or an existing file that begins as SQLite files do."""
    if "://" in source:
        return True
    try:
        with Path(source).open("rb") as file:
            return file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
    except OSError:
        return False


def reflect(url: str, schema: str | None = None) -> Catalog:
    """Return tables, keys, comments and row counts of the database at ``url`` (or the SQLite file of that path).

    Views are left out, and partitions count as their parents.  Raises SourceError if the database cannot be read; no
    message holds the password.
    """
    with connected(url) as connection:
        inspector = sa.inspect(connection)
        partitions = _partitions(connection, schema)
        names = [name for name in sorted(inspector.get_table_names(schema=schema)) if name not in partitions]
        if not names:
            place = f"schema {schema}" if schema else "default schema"
            raise SourceError(f"{_shown(url)} has no tables in its {place}. Name another schema or database.")
        drafts = [_draft(connection, inspector, name, schema) for name in names]
        findings = [] if not partitions else [f"partitions counted with their parents: {len(partitions)}"]
        return assemble(drafts, _shown(url), findings)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Open the database at ``url`` for a ``with`` block; every failure inside becomes one SourceError without secrets."""
    try:
        engine = sa.create_engine(_normal(url), poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except ModuleNotFoundError as error:
        package = _PACKAGES.get(error.name or "", error.name)
        raise SourceError(f"the driver for {_shown(url)} is not installed. Install it with: pip install {package}") from error
    except exc.NoSuchModuleError as error:
        raise SourceError(f"the kind of database in {_shown(url)} is not known: {error}. Check the URL's beginning.") from error
    except exc.ArgumentError as error:
        raise SourceError(
            "the database URL cannot be read. Write it as postgresql+psycopg://user:password@host:5432/name"
        ) from error
    except exc.SQLAlchemyError as error:
        reason = _without_secrets(_reason(error), url)
        raise SourceError(f"cannot read {_shown(url)}: {reason}. Check that the server is up, and user and password.") from error


def counted(connection: sa.Connection, table: str, schema: str | None) -> int:
    """Return the exact number of rows of ``table``."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(table, schema=schema))).scalar_one())


def sql_dialect(connection: sa.Connection) -> str:
    """Return sqlglot's name of the connected database's dialect."""
    name = connection.dialect.name
    return _DIALECTS.get(name, name)


def _normal(url: str) -> str:
    """Return ``url`` ready for SQLAlchemy; a SQLite file must exist, or connecting would create an empty one."""
    if "://" not in url:
        return f"sqlite:///{quote(url) if '?' in url or '%' in url else url}"
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not is_database(parsed.database):
        raise SourceError(
            f"{parsed.database} is not an existing SQLite file. Check the path; sqlite:// takes four slashes before /."
        )
    return url


def _shown(url: str) -> str:
    """Return ``url`` for people: no password, and no options, which may hold one too."""
    if "://" not in url:
        return Path(url).name
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        return "the database"
    bare = parsed.set(query={}).render_as_string(hide_password=True)
    return bare if parsed.get_backend_name() != "sqlite" else Path(parsed.database or ":memory:").name


def _reason(error: exc.SQLAlchemyError) -> str:
    """Return the driver's own first line, without the statement and links that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    lines = [line.strip() for line in str(original).splitlines() if line.strip()]
    return (lines[0] if lines else type(original).__name__).rstrip(".")


def _without_secrets(text: str, url: str) -> str:
    parsed = sa.make_url(url if "://" in url else "sqlite://")
    options = [value for values in parsed.query.values() for value in ([values] if isinstance(values, str) else values)]
    for secret in (parsed.password, *options):
        for form in (str(secret), quote(str(secret), safe="")) if secret else ():
            text = text.replace(form, "***")
    return text


def _partitions(connection: sa.Connection, schema: str | None) -> frozenset[str]:
    if connection.dialect.name != "postgresql":
        return frozenset()
    return frozenset(connection.execute(sa.text(_PARTITIONS), {"schema": schema}).scalars())


def _draft(connection: sa.Connection, inspector: sa.Inspector, name: str, schema: str | None) -> Draft:
    draft = Draft(name, "database")
    declared = _declared(connection, name)
    for found in inspector.get_columns(name, schema=schema):
        draft.add(_column(found, declared.get(found["name"]), connection))
    draft.primary_key = tuple(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    draft.unique_keys = list(_unique_keys(connection, inspector, name, schema))
    draft.references = list(_references(inspector.get_foreign_keys(name, schema=schema), schema))
    draft.comment = _comment(inspector, name, schema)
    draft.rows = counted(connection, name, schema)
    return draft


def _declared(connection: sa.Connection, table: str) -> dict[str, str]:
    """Return SQLite's declared types by column: SQLAlchemy would already have replaced them by affinities."""
    if connection.dialect.name != "sqlite":
        return {}
    rows = connection.execute(sa.text("SELECT name, type FROM pragma_table_xinfo(:table)"), {"table": table})
    return {row.name: row.type for row in rows}


def _column(found: Any, declared: str | None, connection: sa.Connection) -> Column:
    native = declared if declared is not None else _native(found["type"], connection)
    type_ = parse_type(native, sql_dialect(connection))
    return Column(found["name"], type_, bool(found["nullable"]), found.get("default"), found.get("comment"))


def _native(type_: Any, connection: sa.Connection) -> str:
    try:
        return str(type_.compile(dialect=connection.dialect))
    except exc.CompileError:  # a type of the database that SQLAlchemy has no name for
        return "unknown"


def _unique_keys(connection: sa.Connection, inspector: sa.Inspector, name: str, schema: str | None) -> set[tuple[str, ...]]:
    """Return the columns of unique constraints, and of unique indexes over all rows and plain columns."""
    # SQLite's constraints are found by their indexes: SQLAlchemy looks for them in the SQL text and misses some.
    options = {"include_auto_indexes": True} if connection.dialect.name == "sqlite" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exc.SAWarning)  # "skipped an index over an expression": such an index is no key
        indexes = [index for index in inspector.get_indexes(name, schema=schema, **options) if index["unique"]]
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
    except NotImplementedError:  # SQLite has no comments
        return None
