"""Every type and edge value of three databases, each value compared with what the database says of it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import sqlite3
import struct
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cli_invoke import invoke

from warehousebench import duck

SCRIPTS = Path(__file__).parent / "torture"
Rows = list[dict[str, Any]]


def _script(name: str) -> str:
    return (SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")


def _arrived(out: Path, table: str) -> Rows:
    with duck.opened(out / "layout" / "warehouse.duckdb", read_only=True) as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        return [row for batch in duck.batches(connection, f"SELECT * FROM {duck.quote(table)}") for row in batch.to_pylist()]


def _rejects(out: Path, table: str) -> list[dict[str, Any]]:
    files = sorted((out / "rows" / "rejected").glob(f"{table}-*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _account(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "migration.json").read_text(encoding="utf-8"))
    return found


def _means(value: Any, text: Any, single: bool) -> bool:
    """Say whether what arrived is what the source's own text of the value says."""
    if value is None or text is None:
        return value is None and text is None
    if isinstance(value, bool):
        return value == (text in ("true", "1", 1, b"\1"))
    if isinstance(value, float):
        told = struct.unpack("f", struct.pack("f", float(text)))[0] if single else float(text)
        return (math.isnan(value) and math.isnan(told)) or (value, math.copysign(1, value)) == (told, math.copysign(1, told))
    if isinstance(value, (int, Decimal)):
        return value == Decimal(str(text).replace("$", "").replace(",", ""))
    if isinstance(value, dt.datetime):
        told = dt.datetime.fromisoformat(str(text))
        return value == (told.replace(tzinfo=dt.UTC) if value.tzinfo and not told.tzinfo else told)
    if isinstance(value, dt.date):
        return value == dt.date.fromisoformat(str(text))
    if isinstance(value, dt.time):
        return value == dt.time.fromisoformat(str(text))
    if isinstance(value, bytes):
        return value == (bytes.fromhex(text) if isinstance(text, str) else text)
    return bool(value == text)


def _compare(arrived: Rows, told: Rows, key: str, singles: Sequence[str] = ()) -> int:
    """Compare every value of the rows that arrived with the source's text; return how many values that were."""
    by_key = {str(row[key]): row for row in told}
    assert len(by_key) == len(told)
    wrong = [
        (row[key], name, value, by_key[str(row[key])][name])
        for row in arrived
        for name, value in row.items()
        if not _means(value, by_key[str(row[key])][name], name in singles)
    ]
    assert [(key, name, str(value)[:80], str(text)[:80]) for key, name, value, text in wrong] == []
    return sum(len(row) for row in arrived)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Callable[[str], Any]]:
    """Return a function that runs statements in the torture schema."""
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA torture; SET search_path TO torture, public; SET TimeZone = 'UTC'")
        yield connection.execute
        connection.execute("DROP SCHEMA torture CASCADE")


def test_postgres(postgres_url: str, postgres: Callable[[str], Any], tmp_path: Path) -> None:
    postgres(_script("postgres"))
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    result = invoke("migrate", url, "--schema", "torture", "-o", tmp_path / "out")
    assert result.exit_code == 1, result.output
    tables = _account(tmp_path / "out")["tables"]
    assert {name: each["status"] for name, each in tables.items()} == {
        'We"ird /\\ name': "failed",
        "it's %s {x}": "verified",
        "long_numbers": "verified",
        "nothing": "verified",
        "part": "verified",
        "single": "verified",
        "torture": "incomplete",
    }
    assert "cannot be a folder's" in tables['We"ird /\\ name']["reason"]

    names = [row[0] for row in postgres("SELECT * FROM torture LIMIT 0").description]
    postgres("SET extra_float_digits = 3")
    shapes = {"by": "encode(by, 'hex')", "m": "m::numeric::text", "b1": "b1::int::text"}
    columns = [shapes.get(name, f"{duck.quote(name)}::text") for name in names]
    told = [dict(zip(names, row, strict=True)) for row in postgres(f"SELECT {', '.join(columns)} FROM torture").fetchall()]
    arrived = _arrived(tmp_path / "out", "torture")
    assert _compare(arrived, told, "id", singles=("r",)) == 9 * len(names)

    rejected = {(row["key"]["id"], row["column"]): row["value"] for row in _rejects(tmp_path / "out", "torture")}
    assert rejected == {
        ("20", "da"): "infinity",
        ("21", "da"): "-infinity",
        ("22", "da"): "0044-03-15 BC",
        ("23", "da"): "10000-01-01",
        ("24", "ts"): "infinity",
        ("25", "ts"): "4713-01-01 00:00:00 BC",
        ("26", "ts"): "294276-12-31 23:59:59.999999",
        ("27", "tsz"): "-infinity",
        ("28", "ti"): "24:00:00",
        ("29", "n152"): "NaN",
        ("30", "n"): "NaN",
        ("31", "n"): "Infinity",
        ("32", "n"): "-Infinity",
    }
    single = [row["t"] for row in _arrived(tmp_path / "out", "single")]
    assert single == [row[0] for row in postgres("SELECT t FROM single").fetchall()]
    long = postgres("SELECT id::text, n::text FROM long_numbers").fetchall()
    assert [(str(row["id"]), row["n"]) for row in _arrived(tmp_path / "out", "long_numbers")] == long
    assert _arrived(tmp_path / "out", "it's %s {x}") == [{"a'b": 1, "%s": "a", "{}": "b"}]


def test_mysql(mysql_url: str, tmp_path: Path) -> None:
    import pymysql
    from pymysql.constants import CLIENT

    url = sa.make_url(mysql_url)
    where = {"host": url.host, "port": url.port or 3306, "user": url.username, "password": url.password or ""}
    options: dict[str, Any] = {
        "database": url.database,
        "charset": "utf8mb4",
        "client_flag": CLIENT.MULTI_STATEMENTS,
        "autocommit": True,
    }
    with contextlib.closing(pymysql.connect(**where, **options)) as connection, connection.cursor() as cursor:
        cursor.execute(_script("mysql"))
        while cursor.nextset():
            pass
        result = invoke("migrate", mysql_url, "-o", tmp_path / "out")
        cursor.execute("SELECT * FROM torture LIMIT 0")
        names = [each[0] for each in cursor.description or ()]
        hexed = {"b64", "b12", "bl", "vb", "bn"}
        shapes = {"g": "lower(hex(g))", "b": "b + 0", "f": "f + 0e0", "db": "db + 0e0"}
        columns = [
            f"hex(CAST({name} AS BINARY))" if name in hexed else shapes.get(name, f"CAST(`{name}` AS CHAR)") for name in names
        ]
        cursor.execute(f"SELECT {', '.join(columns)} FROM torture")
        told = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute("SHOW TABLES")
        tables = [name for (name,) in cursor.fetchall()]
        for name in tables:
            cursor.execute(f"DROP TABLE `{name.replace('`', '``')}`")
    assert result.exit_code == 1, result.output
    account = _account(tmp_path / "out")
    assert {name: each["status"] for name, each in account["tables"].items() if each["status"] != "verified"} == {
        "torture": "incomplete",
        "dup": "incomplete",
    }
    assert account["tables"].keys() == set(tables)
    assert account["consistent"].endswith("keeps no moment for myisam")
    assert _compare(_arrived(tmp_path / "out", "torture"), told, "id", singles=("f",)) == 7 * len(names)
    rejected = {(row["key"]["id"], row["column"]): row["value"] for row in _rejects(tmp_path / "out", "torture")}
    assert rejected == {
        ("20", "d"): "0000-00-00",
        ("21", "d"): "2020-00-00",
        ("22", "d"): "2020-01-00",
        ("23", "dtm"): "0000-00-00 00:00:00.000000",
        ("24", "dtm"): "0000-00-00 00:00:00.000000",
        ("25", "ts"): "0000-00-00 00:00:00.000000",
        ("26", "d"): "2020-02-31",
    }
    assert [row["key"] for row in _rejects(tmp_path / "out", "dup")] == [{"row": "3"}, {"row": "4"}]
    assert [(row["a"], row["d"]) for row in _arrived(tmp_path / "out", "dup")] == [(1, dt.date(2020, 1, 1))] * 2 + [(None, None)]
    durations = [row["t"] for row in _arrived(tmp_path / "out", "durations")]
    assert durations == ["838:59:59.999999", "-838:59:59.000000", "12:00:00.500000", None]
    assert (
        _arrived(tmp_path / "out", "long_numbers")[0]["n"] == "12345678901234567890123456789012345.123456789012345678901234567891"
    )
    assert {row["k"] for row in _arrived(tmp_path / "out", "textkey")} == {"a\\b", "it's", "", "ä😀"}


def test_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "torture.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(_script("sqlite"))
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        cursor = connection.execute("SELECT * FROM torture")
        names = [each[0] for each in cursor.description]
        told = [dict(zip(names, row, strict=True)) for row in cursor]
    result = invoke("migrate", path, "-o", tmp_path / "out")
    assert result.exit_code == 1, result.output
    states = {name: each["status"] for name, each in _account(tmp_path / "out")["tables"].items()}
    assert states == {"nokey": "incomplete", "textkey": "verified", "torture": "incomplete", 'we"ird name': "verified"}
    for row in told:  # what SQLite keeps in another class than the column's
        row["c"] = row["c"] and row["c"].rstrip(" ")
        row["x"] = None if row["x"] is None else str(row["x"])
        row["bl"] = row["bl"].encode() if isinstance(row["bl"], str) else row["bl"]
    arrived = _arrived(tmp_path / "out", "torture")
    assert {row["id"] for row in arrived} == {1, 2, 3, -4, 13, 21, 23}
    assert _compare(arrived, told, "id") == 7 * len(names)
    rejected = {(row["key"]["id"], row["column"]): row["value"] for row in _rejects(tmp_path / "out", "torture")}
    assert rejected == {
        ("10", "t"): "\\xffA\\xfe",
        ("11", "i"): "abc",
        ("12", "i"): "1.5",
        ("14", "da"): "yesterday",
        ("15", "da"): "20200101",
        ("16", "b"): "2",
        ("17", "x"): "\\xff",
        ("18", "n152"): "1.005",
        ("19", "r"): "x",
        ("20", "d"): "\0",
        ("22", "ti"): "25:00:00",
    }
    assert len(_rejects(tmp_path / "out", "nokey")) == 2
