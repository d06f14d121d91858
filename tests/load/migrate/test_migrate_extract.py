from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehousebench.errors import SourceError, TransientError, UsageError, VerificationError
from warehousebench.load.migrate import extract as module
from warehousebench.load.migrate import rejects
from warehousebench.load.migrate.account import extracted
from warehousebench.load.migrate.extract import Limits, extract, files_of
from warehousebench.load.migrate.flow import bring_out, make_way
from warehousebench.load.migrate.refine import refined
from warehousebench.load.migrate.sample import compare_sample
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.migration import Extraction
from warehousebench.source.database import reflect
from warehousebench.source.extract import open_extraction
from warehousebench.source.extract.base import Chunk
from warehousebench.source.extract.base import Extraction as Source

ROWS = 3_000
LIMITS = Limits(chunk_rows=1_000)


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """Return the URL of a database with table t (ROWS rows), s (one row) and x, which cannot be read."""
    run(
        postgres_url,
        "DROP TABLE IF EXISTS s, t, x",
        f"CREATE TABLE t AS SELECT i AS id, repeat(i::text, 50) AS v, now()::date + i AS d FROM generate_series(1, {ROWS}) AS i",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
        "CREATE TABLE s AS SELECT 1 AS a, 2.5 AS b",
    )
    yield postgres_url.replace("postgresql://", "postgresql+psycopg://")
    run(postgres_url, "DROP TABLE IF EXISTS s, t, x")


def run(url: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


@contextlib.contextmanager
def opened(url: str) -> Iterator[tuple[Source, Catalog]]:
    catalog = reflect(url)
    source = open_extraction(url, None, catalog.tables, 2)
    try:
        yield source, refined(source, catalog)[0]
    finally:
        source.close()


def ids(folder: Path, extraction: Extraction) -> list[int]:
    return [number for file in files_of(folder, extraction.tables["t"]) for number in pq.read_table(file)["id"].to_pylist()]


def counting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the list that every chunk which is written will be noted in."""
    written: list[tuple[str, int]] = []
    write = module._write

    def noted(work: Any, table: Table, chunk: Chunk) -> Any:
        written.append((table.name, chunk.number))
        return write(work, table, chunk)

    monkeypatch.setattr(module, "_write", noted)
    return written


def test_all_rows_come_out_and_are_told_of(url: str, tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    with opened(url) as (source, catalog):
        found = extract(source, catalog, tmp_path, LIMITS, observe=lambda *step: told.append(step))
        account = extracted(source, catalog, tmp_path, found)
    assert sorted(ids(tmp_path, found)) == list(range(1, ROWS + 1))
    assert {name: each.status for name, each in account.items()} == {"s": "verified", "t": "verified"}
    assert account["t"].sampled == 100
    assert len(found.tables["t"].conditions) == 3
    assert sum(rows for name, rows in told if name == "t") == ROWS
    assert document.read(tmp_path / "extraction.json", Extraction) == found


def test_resumed_it_keeps_only_what_the_source_still_says(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(url) as (source, catalog):
        extract(source, catalog, tmp_path, LIMITS)
    run(url, "UPDATE t SET v = 'new' WHERE id = 1")  # the old row goes from the first chunk, the new one where there is room
    (tmp_path / "t" / "00001.parquet").write_bytes(b"PAR1 half of it")
    written = counting(monkeypatch)
    with opened(url) as (source, catalog):
        with pytest.raises(UsageError, match="--resume"):
            extract(source, catalog, tmp_path, LIMITS)
        found = extract(source, catalog, tmp_path, LIMITS, resume=True)
        assert extracted(source, catalog, tmp_path, found)["t"].status == "verified"
    assert {("t", 0), ("t", 1)} <= set(written)
    assert sorted(ids(tmp_path, found)) == list(range(1, ROWS + 1))
    written.clear()
    with opened(url) as (source, catalog):
        assert ids(tmp_path, extract(source, catalog, tmp_path, LIMITS, resume=True)) == ids(tmp_path, found)
    assert written == []
    (tmp_path / "t" / "00001.parquet").unlink()
    with opened(url) as (source, catalog):
        extract(source, catalog, tmp_path, LIMITS, resume=True)
    assert written == [("t", 1)]


def test_a_folder_of_another_source_is_left_alone(url: str, tmp_path: Path) -> None:
    document.write(tmp_path / "extraction.json", Extraction("another database"))
    with opened(url) as (source, catalog), pytest.raises(UsageError, match="holds rows of another database"):
        extract(source, catalog, tmp_path, LIMITS, resume=True)


def test_what_arrived_otherwise_is_noticed(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that changes one value of one row fails the table, by its sums or by the sample, and leaves the others."""
    with opened(url) as (source, catalog):
        kind = type(source)
        original = kind.batches

        def lying(self: Any, table: Table, chunk: Chunk, reject: Any) -> Any:
            for batch in original(self, table, chunk, reject):
                if table.name == "t" and chunk.number == 1:
                    values = batch.column("v").to_pylist()
                    values[5] = "x" + values[5][1:]
                    yield batch.set_column(1, "v", pa.array(values))
                else:
                    yield batch

        monkeypatch.setattr(kind, "batches", lying)
        account = extracted(source, catalog, tmp_path, extract(source, catalog, tmp_path, LIMITS))
    assert account["t"].status == "failed"
    assert "other values" in account["t"].reason
    assert account["s"].status == "verified"


def test_a_sampled_row_that_differs_is_named(url: str, tmp_path: Path) -> None:
    with opened(url) as (source, catalog):
        found = extract(source, catalog, tmp_path, LIMITS)
        table = catalog.table("t")
        assert compare_sample(source, table, files_of(tmp_path, found.tables["t"])) == 100
    run(url, "UPDATE t SET d = d + 1")
    with opened(url) as (source, catalog), pytest.raises(VerificationError, match=r"t, row id=\d+, column d: .* the source has"):
        compare_sample(source, table, files_of(tmp_path, found.tables["t"]))


def test_a_table_that_may_not_be_read_fails_alone(url: str, postgres_url: str, tmp_path: Path) -> None:
    run(
        url,
        "CREATE TABLE x (a INT)",
        "DROP ROLE IF EXISTS wb_reader",
        "CREATE ROLE wb_reader LOGIN",
        "GRANT SELECT ON s, t TO wb_reader",
    )
    try:
        host = postgres_url.partition("@")[2] or postgres_url.partition("://")[2]
        with opened(f"postgresql+psycopg://wb_reader@{host}") as (source, catalog):
            account = extracted(source, catalog, tmp_path, extract(source, catalog, tmp_path, LIMITS))
    finally:
        run(url, "DROP TABLE x", "DROP OWNED BY wb_reader", "DROP ROLE wb_reader")
    assert {name: each.status for name, each in account.items()} == {"s": "verified", "t": "verified", "x": "failed"}
    assert "permission denied" in account["x"].reason


def test_a_table_dropped_in_the_middle_fails_alone(url: str, tmp_path: Path) -> None:
    catalog = reflect(url)
    run(url, "DROP TABLE s")
    source = open_extraction(url, None, catalog.tables, 2)
    with contextlib.closing(source):
        account = extracted(source, catalog, tmp_path, extract(source, catalog, tmp_path, LIMITS))
    assert (account["s"].status, account["t"].status) == ("failed", "verified")
    assert 'relation "s" does not exist' in account["s"].reason


def test_a_broken_connection_is_tried_again_and_then_said(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(module, "sleep", waits.append)
    with opened(url) as (source, catalog):
        original, kind = type(source).batches, type(source)
        broken = {0: 1, 2: 99}

        def breaking(self: Any, table: Table, chunk: Chunk, reject: Any) -> Any:
            if table.name == "t" and broken.get(chunk.number, 0) > 0:
                broken[chunk.number] -= 1
                raise TransientError("the connection broke")
            return original(self, table, chunk, reject)

        monkeypatch.setattr(kind, "batches", breaking)
        found = extract(source, catalog, tmp_path, LIMITS)
        assert found.tables["t"].failure == "the connection broke (tried 3 times). Repeat with --resume."
        assert sorted(found.tables["t"].done) == ["0", "1"]
        assert sorted(waits) == [2.0, 2.0, 4.0]
        broken.clear()
        assert sorted(ids(tmp_path, extract(source, catalog, tmp_path, LIMITS, resume=True))) == list(range(1, ROWS + 1))


def test_the_rate_is_kept(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(module, "sleep", waits.append)
    with opened(url) as (source, catalog):
        extract(source, catalog, tmp_path, Limits(rate=100_000, chunk_rows=1_000))
    size = sum(batch.nbytes for file in (tmp_path / "t").glob("*.parquet") for batch in pq.read_table(file).to_batches())
    assert max(waits) == pytest.approx(size / 100_000, rel=0.2)


def test_names_that_no_folder_or_database_here_can_have() -> None:
    column = Column("a", DataType(TypeKind.INTEGER))
    twins = (column, Column("A", DataType(TypeKind.INTEGER)))
    names = {"a/b": (column,), ".hidden": (column,), "T": (column,), "t": (column,), "u": twins, "fine": (column,)}
    found = module._unusable(Catalog(tuple(Table(name, columns) for name, columns in names.items()), "x"))
    assert found.keys() == {"a/b", ".hidden", "t", "u"}
    assert all(reason.endswith("in the source.") for reason in found.values())


def test_too_many_rejected_rows_are_only_counted(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejects, "_NAMED", 2)
    run(url, "CREATE TABLE x (d DATE)", "INSERT INTO x VALUES ('infinity'), ('-infinity'), ('0001-01-01 BC'), ('2020-01-01')")
    with opened(url) as (source, catalog):
        account = extracted(source, catalog, tmp_path, extract(source, catalog, tmp_path, LIMITS))
        assert (account["x"].status, account["x"].rows, account["x"].rejected) == ("incomplete", 1, 3)
        assert account["x"].reason.endswith("the other rows were only counted")
        # Counted they are: a reader that loses one of them is found out.
        kind, original = type(source), type(source).batches
        lost = lambda self, *rest: (batch.slice(1) for batch in original(self, *rest))  # noqa: E731
        monkeypatch.setattr(kind, "batches", lost)
        account = extracted(source, catalog, tmp_path / "lost", extract(source, catalog, tmp_path / "lost", LIMITS))
    assert account["x"].status == "failed"


def test_text_that_is_no_utf8_is_rejected_row_by_row(postgres_url: str, postgres_server: str, tmp_path: Path) -> None:
    name = postgres_url.rpartition("/")[2].partition("?")[0]
    run(postgres_server, f"CREATE DATABASE {name}_raw ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    url = postgres_url.replace(name, f"{name}_raw")
    try:
        run(
            url,
            "CREATE TABLE t (id INT PRIMARY KEY, v TEXT)",
            "INSERT INTO t VALUES (1, 'fine'), (2, E'\\xff\\xfe'), (3, E'\\xc3\\xa4')",
        )
        with opened(url.replace("postgresql://", "postgresql+psycopg://")) as (source, catalog):
            account = extracted(source, catalog, tmp_path, extract(source, catalog, tmp_path, LIMITS))
    finally:
        run(postgres_server, f"DROP DATABASE {name}_raw WITH (FORCE)")
    assert (account["t"].status, account["t"].rows, account["t"].rejected) == ("incomplete", 2, 1)
    ((odd),) = rejects.rejected_rows(tmp_path, "t")
    assert (odd.column, odd.key, odd.value, odd.reason) == ("v", {"id": "2"}, "\\xff\\xfe", "is no UTF-8")
    assert [row["v"] for row in pq.read_table(tmp_path / "t").to_pylist()] == ["fine", "ä"]


def test_many_columns(tmp_path: Path) -> None:
    path = tmp_path / "wide.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE wide ({', '.join(f'c{number} INTEGER' for number in range(2000))})")
        connection.execute(f"INSERT INTO wide VALUES ({', '.join(str(number) for number in range(2000))})")
        connection.commit()
    with opened(str(path)) as (source, catalog):
        account = extracted(source, catalog, tmp_path / "out", extract(source, catalog, tmp_path / "out", LIMITS))
    assert (account["wide"].status, account["wide"].rows) == ("verified", 1)


def test_a_load_of_other_rows_makes_way(url: str, tmp_path: Path) -> None:
    layout = tmp_path / "layout"
    layout.mkdir()
    with opened(url) as (source, catalog):
        bring_out(source, catalog, tmp_path / "rows", LIMITS, resume=False, observe=lambda *_: None)
    make_way(layout, tmp_path / "rows")  # no load is no matter
    manifest = {"format": "warehousebench.load", "version": 1}
    (layout / "load.json").write_text(json.dumps(manifest))
    make_way(layout, tmp_path / "rows")  # nor is one that cannot be read: the load says so itself
    assert (layout / "load.json").exists()


def test_a_full_disk_is_said_in_a_line(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with opened(url) as (source, catalog):
        monkeypatch.setattr(module.pq.ParquetWriter, "write_batch", full)
        found = extract(source, catalog, tmp_path, LIMITS)
    assert "No space left on device. Free some space" in (found.tables["t"].failure or "")
    assert list(tmp_path.rglob("*.part")) == []


def test_a_source_that_dies_says_so(url: str, tmp_path: Path) -> None:
    with opened(url) as (source, catalog):
        run(
            url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        found = extract(source, catalog, tmp_path, LIMITS)
        with pytest.raises(SourceError):
            source.rows("SELECT 1")
    assert all(each.failure for each in found.tables.values())
