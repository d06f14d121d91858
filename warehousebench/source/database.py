"""Live databases to a Catalog, through SQLAlchemy; and the decision what kind of source a person named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog
from warehousebench.source import inspected, live_mysql, live_postgres, live_sqlite
from warehousebench.source.ddl import read_ddl
from warehousebench.source.draft import assemble
from warehousebench.source.files import is_folder, read_folder
from warehousebench.source.live import Live
from warehousebench.source.script import SQLITE_MAGIC

# What to install for the module that SQLAlchemy misses.
_PACKAGES = {
    "psycopg2": "psycopg2-binary (or use postgresql+psycopg:// with psycopg[binary])",
    "psycopg": "psycopg[binary]",
    "MySQLdb": "mysqlclient (or use mysql+pymysql:// with pymysql)",
    "mysql": "mysql-connector-python",
    "cx_Oracle": "cx_Oracle (or use oracle+oracledb:// with oracledb)",
}


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

    Partitions count as their parents.  Raises SourceError if the database cannot be read; no
    message holds the password.
    """
    with connected(url) as connection:
        live = _reader(connection)(connection, schema)
        if not live.drafts:
            place = f"schema {schema}" if schema else "default schema"
            raise SourceError(f"{_shown(url)} has no tables in its {place}. Name another schema or database.")
        for draft in live.drafts:
            try:
                with connection.begin_nested():  # a refusal must not end the transaction that the others are read in
                    draft.rows = counted(connection, draft.name, schema)
            except exc.DBAPIError as error:
                reason = _without_secrets(_reason(error), url)
                live.findings.append(f"rows of {draft.name} could not be counted: {reason}")
        return assemble(live.drafts, _shown(url), live.findings, live.views, live.objects)


def _reader(connection: sa.Connection) -> Callable[[sa.Connection, str | None], Live]:
    """Return what reads this database's catalog: ours where we know it, SQLAlchemy's view of it elsewhere."""
    name, version = connection.dialect.name, connection.dialect.server_version_info or ()
    if name == "postgresql" and version >= live_postgres.OLDEST:
        return live_postgres.read
    return {"mysql": live_mysql.read, "mariadb": live_mysql.read, "sqlite": live_sqlite.read}.get(name, inspected.read)


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    """Open the database at ``url`` for a ``with`` block; every failure inside becomes one SourceError without secrets."""
    try:
        engine = sa.create_engine(_normal(url), poolclass=sa.NullPool, connect_args=_options(url))
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


def _options(url: str) -> dict[str, str]:
    """Return what the driver needs: without an encoding, libpq takes the database's, and SQL_ASCII is none at all."""
    parsed = sa.make_url(url if "://" in url else "sqlite://")
    known = parsed.get_backend_name() == "postgresql" and parsed.get_driver_name() in ("psycopg", "psycopg2")
    return {"client_encoding": "utf8"} if known and "client_encoding" not in parsed.query else {}


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
