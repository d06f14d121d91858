"""FoodMart in a live database, migrated to DuckDB: every table verified."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from warehousebench import duck
from warehousebench.cli import main

DATA = Path(__file__).resolve().parents[3] / "shared/data/foodmart"
TYPES = {"BIGINT": "BIGINT", "DOUBLE": "DECIMAL(18,4)", "DATE": "DATE", "TIMESTAMP": "TIMESTAMP", "BOOLEAN": "SMALLINT"}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"FoodMart's CSV files are not in {DATA}")


def columns(file: Path, database: str) -> Mapping[str, str]:
    """Return column -> type in the database, as DuckDB makes the file out."""
    with duck.opened() as connection:
        found = duck.rows(connection, f"DESCRIBE SELECT * FROM read_csv({duck.text(str(file))}, sample_size = -1)")
    known = TYPES | ({"TIMESTAMP": "DATETIME", "BOOLEAN": "VARCHAR(5)"} if database == "mysql" else {"BOOLEAN": "BOOLEAN"})
    return {str(name): known.get(str(kind), "VARCHAR(255)") for name, kind, *_ in found}


def into_postgres(url: str, schema: str) -> None:
    """Load every file by COPY."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[call-overload]
        for file in sorted(DATA.glob("*.csv")):
            listed = ", ".join(f'"{name}" {kind}' for name, kind in columns(file, "postgres").items())
            connection.execute(f'CREATE TABLE {schema}."{file.stem}" ({listed})')  # type: ignore[call-overload]
            with connection.cursor().copy(f'COPY {schema}."{file.stem}" FROM STDIN (FORMAT csv, HEADER)') as copy:  # type: ignore[call-overload]
                copy.write(file.read_bytes())


def into_mysql(url: str, schema: str) -> None:
    """Load every file by LOAD DATA; an empty field is NULL."""
    import pymysql

    parsed = sa.make_url(url)
    where = {"host": parsed.host, "port": parsed.port or 3306, "user": parsed.username, "password": parsed.password or ""}
    connection = pymysql.connect(**where, charset="utf8mb4", local_infile=True, autocommit=True)  # type: ignore[call-overload]
    with connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {schema} CHARACTER SET utf8mb4")
        for file in sorted(DATA.glob("*.csv")):
            kinds = columns(file, "mysql")
            cursor.execute(f"CREATE TABLE {schema}.`{file.stem}` ({', '.join(f'`{name}` {kind}' for name, kind in kinds.items())})")
            fields = ", ".join(f"@v{place}" for place in range(len(kinds)))
            values = ", ".join(f"`{name}` = NULLIF(@v{place}, '')" for place, name in enumerate(kinds))
            cursor.execute(
                f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE {schema}.`{file.stem}` CHARACTER SET utf8mb4 "
                f"FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' IGNORE 1 LINES ({fields}) SET {values}"
            )


@pytest.fixture(params=["postgres", "mysql"])
def source(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Return the URL of a database and the schema in it that holds FoodMart."""
    schema = f"foodmart_{uuid.uuid4().hex[:8]}"
    url = request.getfixturevalue(f"{request.param}_url")
    if request.param == "postgres":
        into_postgres(url, schema)
        yield url.replace("postgresql://", "postgresql+psycopg://"), schema
        return  # the whole database goes
    try:
        into_mysql(url, schema)
        yield url, schema
    finally:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {schema}"))


@pytest.mark.slow
def test_every_table_arrives_verified(source: tuple[str, str], tmp_path: Path) -> None:
    url, schema = source
    out = tmp_path / "out"
    result = CliRunner().invoke(main, ["migrate", url, "--schema", schema, "-o", str(out)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    tables = json.loads((out / "migration.json").read_text(encoding="utf-8"))["tables"]
    files = sorted(DATA.glob("*.csv"))
    assert sorted(tables) == [file.stem for file in files]
    assert {each["status"] for each in tables.values()} == {"verified"}
    with duck.opened(out / "layout" / "warehouse.duckdb", read_only=True) as connection:
        for file in files:
            read = f"read_csv({duck.text(str(file))}, all_varchar = true, nullstr = '')"
            ((expected,),) = duck.rows(connection, f"SELECT count(*) FROM {read}")
            ((found,),) = duck.rows(connection, f"SELECT count(*) FROM {duck.quote(file.stem)}")
            assert (tables[file.stem]["rows"], found) == (expected, expected), file.stem
