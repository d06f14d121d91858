from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.errors import SourceError, TransientError
from warehousebench.model.catalog import Column, DataType, Table, TypeKind
from warehousebench.source.database import reflect
from warehousebench.source.extract import copying, open_extraction, text
from warehousebench.source.extract.base import Chunk, Extraction, Rejected, ranges
from warehousebench.source.extract.convert import batch_of

ROWS = 5_000
INTEGER, TEXT = DataType(TypeKind.INTEGER), DataType(TypeKind.TEXT)


@settings(deadline=None)
@given(st.sets(st.integers(-50, 50)), st.sets(st.integers(-50, 50)))
def test_ranges_hold_every_value_once(values: set[int], bounds: set[int]) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        chunks = ranges("x", [str(bound) for bound in sorted(bounds)])
        parts = [connection.execute(f"SELECT x FROM t WHERE {chunk.condition or 'true'}").fetchall() for chunk in chunks]
    assert [chunk.number for chunk in chunks] == list(range(len(bounds) + 1))
    assert sorted(x for part in parts for (x,) in part) == sorted(values)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers() | st.text(max_size=3) | st.none(), st.binary(max_size=3) | st.text(max_size=3))))
def test_rows_are_kept_or_rejected_and_never_changed(rows: list[tuple[Any, Any]]) -> None:
    table = Table("t", (Column("a", INTEGER), Column("b", TEXT)))
    rejected: list[Rejected] = []
    kept = list(zip(*(column.to_pylist() for column in batch_of(table, rows, rejected.append, 7).columns), strict=True))
    assert len(kept) + len(rejected) == len(rows)
    out = {int(each.key["row"]) - 7 for each in rejected}
    assert len(out) == len(rejected)
    for (a, b), (was, text_was) in zip(kept, (row for place, row in enumerate(rows) if place not in out), strict=True):
        assert a == (None if was is None else int(was))
        assert b == (text_was if isinstance(text_was, str) else text_was.decode())


def test_a_block_with_one_odd_value_loses_one_row() -> None:
    table = Table(
        "t", (Column("id", INTEGER), Column("day", DataType(TypeKind.DATE)), Column("raw", DataType(TypeKind.BINARY))), ("id",)
    )
    rejected: list[Rejected] = []
    batch = text.parsed(table, b'1,2020-01-01,\\x00ff\n2,infinity,\\N\n3,\\N,""\n', rejected.append, 1)
    assert batch.to_pylist()[1]["id"] == 3
    assert batch.column("raw").to_pylist() == [b"\0\xff", b""]
    ((odd),) = rejected
    assert (odd.column, odd.key, odd.value, odd.row["id"]) == ("day", {"id": "2"}, "infinity", "2")


def test_blanks_that_fill_fixed_text_are_left_behind() -> None:
    table = Table("t", (Column("c", DataType(TypeKind.CHAR, length=5)), Column("v", TEXT), Column("d", DataType(TypeKind.DATE))))
    for day in ("2020-01-01", "0044-03-15 BC"):  # parsed as a block, and value by value
        block = f" a   ,b  ,2020-01-01\n,,{day}\n\\N,\\N,\\N\n".encode()
        rows = text.parsed(table, block, lambda _: None, 1).to_pylist()
        assert (rows[0]["c"], rows[0]["v"]) == (" a", "b  ")
        assert rows[-1] == {"c": None, "v": None, "d": None}


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text('a\n\r",\\N', max_size=6) | st.none(), st.integers(0, 9)), min_size=1, max_size=40), st.booleans()
)
def test_blocks_of_csv_mean_what_they_say(rows: list[tuple[str | None, int]], long: bool) -> None:
    rows = [(value and value * (5_000 if long else 1), number) for value, number in rows]
    cells = ["\\N" if value is None else '"' + value.replace('"', '""') + '"' for value, _ in rows]
    block = "".join(f"{cell},{number}\n" for cell, (_, number) in zip(cells, rows, strict=True)).encode()
    batch = text.parsed(Table("t", (Column("v", TEXT), Column("n", INTEGER))), block, lambda row: pytest.fail(str(row)), 1)
    assert list(zip(*(column.to_pylist() for column in batch.columns), strict=True)) == rows


@pytest.fixture(params=["postgresql", "mysql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a database with the table ``t`` of ROWS rows, one by one on PostgreSQL and MySQL."""
    name = "postgres_url" if request.param == "postgresql" else "mysql_url"
    found = request.getfixturevalue(name).replace("postgresql://", "postgresql+psycopg://")
    _run(found, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR(20), filler VARCHAR(200))")
    numbers = [{"id": 7 * number - 1000, "v": f"v{number}", "filler": "x" * 150} for number in range(ROWS)]
    with _engine(found).begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (:id, :v, :filler)"), numbers)
    yield found
    _run(found, "DROP TABLE IF EXISTS t")


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)


def _run(url: str, *statements: str) -> None:
    with _engine(url).begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@contextlib.contextmanager
def _open(url: str, connections: int = 2) -> Iterator[tuple[Extraction, Table]]:
    catalog = reflect(url)
    source = open_extraction(url, None, catalog.tables, connections)
    try:
        yield source, catalog.table("t")
    finally:
        source.close()


def _read(source: Extraction, table: Table, chunk: Chunk) -> list[dict[str, Any]]:
    batches = list(source.batches(table, chunk, lambda row: pytest.fail(str(row))))
    return pa.Table.from_batches(batches).to_pylist() if batches else []


def test_chunks_hold_every_row_once(url: str) -> None:
    with _open(url) as (source, table):
        for rows in (10_000, 3_000, 499):
            chunks = source.chunks(table, rows)
            assert len(chunks) == -(-ROWS // rows)
            found = [row["id"] for chunk in chunks for row in _read(source, table, chunk)]
            assert len(found) == ROWS
            assert set(found) == {7 * number - 1000 for number in range(ROWS)}


def test_what_happens_meanwhile_does_not_show(url: str) -> None:
    with _open(url) as (source, table):
        _run(
            url, "UPDATE t SET v = 'changed' WHERE id < 0", "INSERT INTO t VALUES (-5, 'new', '')", "DELETE FROM t WHERE id > 30000"
        )
        chunks = source.chunks(table, 2_000)
        for chunk in chunks:
            source.read_exactly(table, chunk)
        rows = [row for chunk in chunks for row in _read(source, table, chunk)]
        assert sorted(row["v"] for row in rows) == sorted(f"v{number}" for number in range(ROWS))
        assert source.rows(f"SELECT count(*) FROM {source.relation(table)}") == [(ROWS,)]


def test_all_sessions_see_the_same_moment(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BLOCK", 1_000)
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    _run(
        url, "DROP TABLE IF EXISTS t", f"CREATE TABLE t AS SELECT i AS id, repeat('x', 500) AS v FROM generate_series(1, {ROWS}) i"
    )
    with _open(url, 3) as (source, table):
        _run(url, "UPDATE t SET v = 'changed'", "DELETE FROM t WHERE id % 2 = 0")
        readings = [source.batches(table, chunk, lambda _: None) for chunk in source.chunks(table, 2_000)]
        batches = [next(reading) for reading in readings]  # lends a session to each
        assert len({pid for (pid,) in source_pids(url)}) == len(readings) == 3
        rows = [row for reading in readings for batch in reading for row in batch.to_pylist()]
        rows += [row for batch in batches for row in batch.to_pylist()]
    assert sorted(row["id"] for row in rows) == list(range(1, ROWS + 1))
    assert {row["v"] for row in rows} == {"x" * 500}
    _run(url, "DROP TABLE t")


def source_pids(url: str) -> list[Any]:
    with _engine(url).connect() as connection:
        sql = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return list(connection.execute(sa.text(sql)))


def test_no_table_is_emptied_or_altered_under_the_reader(url: str) -> None:
    wait = "SET lock_timeout = '100ms'" if url.startswith("postgres") else "SET lock_wait_timeout = 1"
    with _open(url):
        for statement in ("TRUNCATE TABLE t", "ALTER TABLE t ADD COLUMN x INTEGER", "DROP TABLE t"):
            with pytest.raises(sa.exc.DBAPIError, match=r"(?i)lock"):
                _run(url, wait, statement)
    _run(url, "DROP TABLE t")


def test_a_failed_query_leaves_the_source_usable(url: str) -> None:
    with _open(url, 1) as (source, table):
        for _ in range(3):
            with pytest.raises(SourceError, match="Check that the table is still there"):
                source.rows("SELECT * FROM nowhere")
        assert source.rows("SELECT count(*) FROM t") == [(ROWS,)]
        assert len(_read(source, table, Chunk())) == ROWS


def test_a_reading_that_is_given_up_leaves_the_source_usable(url: str) -> None:
    with _open(url, 1) as (source, table):
        batches = source.batches(table, Chunk(), lambda _: None)
        next(batches)
        batches.close()  # type: ignore[attr-defined]
        assert len(_read(source, table, Chunk())) == ROWS


def test_no_more_sessions_than_allowed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "BLOCK", 10_000)
    count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        if url.startswith("postgres")
        else "SELECT count(*) - 1 FROM information_schema.processlist WHERE db = database()"
    )
    for connections in (1, 3):
        with _open(url, connections) as (source, table):
            chunks = source.chunks(table, 500)
            seen: list[int] = []

            def read(part: Chunk, source: Extraction = source, table: Table = table, seen: list[int] = seen) -> None:
                for _ in source.batches(table, part, lambda _: None):
                    with _engine(url).connect() as other:
                        seen.append(int(other.execute(sa.text(count)).scalar_one()))

            threads = [threading.Thread(target=read, args=(chunk,)) for chunk in chunks[: source.workers]]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            # Others of these threads may be counting at this moment: they are no sessions of the source.
            assert 0 < min(seen) <= connections


def test_a_session_that_the_server_ends_is_replaced(postgres_url: str) -> None:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    _run(url, "DROP TABLE IF EXISTS t", "CREATE TABLE t AS SELECT i AS id, repeat('x', 2000) AS v FROM generate_series(1, 20000) i")
    with _open(url, 3) as (source, table):
        first, second = source.chunks(table, 10_000)
        keeper = source.batches(table, first, lambda _: None)
        next(keeper)  # lends the session that exported the snapshot
        reading = source.batches(table, second, lambda _: None)
        next(reading)
        _run(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE '%COPY%ctid >=%' AND pid <> pg_backend_pid()",
        )
        with pytest.raises(TransientError, match="broke"):
            list(reading)
        assert len(_read(source, table, second)) == 10_000
        list(keeper)
    _run(url, "DROP TABLE t")


def test_rows_that_connectorx_saw_too_late_are_read_again_on_the_transaction(mysql_url: str) -> None:
    _run(mysql_url, "DROP TABLE IF EXISTS t", "CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1)")
    with _open(mysql_url) as (source, table):
        _run(mysql_url, "INSERT INTO t VALUES (2, 2)")
        assert len(_read(source, table, Chunk())) == 2  # beside the transaction
        assert source.read_exactly(table, Chunk())
        assert not source.read_exactly(table, Chunk())
        assert _read(source, table, Chunk()) == [{"id": 1, "v": 1}]
    _run(mysql_url, "DROP TABLE t")


def test_sqlite_is_read_as_of_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with contextlib.closing(
        sqlite3.connect(path, autocommit=True) if hasattr(sqlite3, "LEGACY_TRANSACTION_CONTROL") else sqlite3.connect(path)
    ) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);")
        with _open(str(path)) as (source, table):
            connection.executescript("INSERT INTO t VALUES (2);")
            assert _read(source, table, Chunk()) == [{"id": 1}]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n")
    with pytest.raises(SourceError, match="is no database"):
        open_extraction(str(tmp_path / "x.csv"), None, ())
