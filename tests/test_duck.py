from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError, TimeLimitError, UsageError

ENDLESS = "SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 1"
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def session() -> Iterator[duck.Connection]:
    with duck.opened(threads=1) as connection:
        yield connection


def test_a_statement_is_stopped_at_the_limit_and_the_session_lives_on() -> None:
    with duck.opened() as connection:
        started = time.perf_counter()
        with pytest.raises(TimeLimitError, match=r"^stopped after 0\.05 s$"), duck.time_limit(connection, 0.05):
            duck.rows(connection, ENDLESS)
        assert 0.05 <= time.perf_counter() - started < 5
        assert duck.rows(connection, "SELECT 42") == [(42,)]


def test_a_limit_works_on_bare_duckdb_too() -> None:
    with duck.opened() as connection, pytest.raises(TimeLimitError), duck.time_limit(connection, 0.05):
        connection.execute(ENDLESS).fetchall()


def test_an_interrupt_that_is_not_the_limit_s_is_an_ordinary_error() -> None:
    with duck.opened() as connection:
        other = threading.Timer(0.05, connection.interrupt)
        other.start()
        with pytest.raises(EngineError, match=r"(?i)interrupt") as refusal, duck.time_limit(connection, 60):
            duck.rows(connection, ENDLESS)
        other.join()
    assert not isinstance(refusal.value, TimeLimitError)


def test_the_limit_is_known_as_soon_as_the_statement_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that interrupts may still be busy when the statement has already ended."""

    class Busy(threading.Timer):
        def is_alive(self) -> bool:
            return True

    monkeypatch.setattr(duck.threading, "Timer", Busy)
    with duck.opened() as connection, pytest.raises(TimeLimitError), duck.time_limit(connection, 0.05):
        duck.rows(connection, ENDLESS)


def test_what_ends_in_time_is_left_alone() -> None:
    before = threading.active_count()
    with duck.opened(threads=1) as connection:
        with duck.time_limit(connection, 60):
            assert duck.rows(connection, "SELECT 1") == [(1,)]
        with pytest.raises(EngineError, match="nope") as refusal, duck.time_limit(connection, 60):
            duck.rows(connection, "SELECT nope")
        assert not isinstance(refusal.value, TimeLimitError)
        with pytest.raises(ZeroDivisionError), duck.time_limit(connection, 60):
            raise ZeroDivisionError
    deadline = time.perf_counter() + 5
    while threading.active_count() > before and time.perf_counter() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_errors_are_one_line_and_keep_their_cause() -> None:
    with duck.opened() as connection:
        for sql in ("SELECT 1 +", "SELECT nope", "SELECT 'a'::INTEGER", "SELECT * FROM read_parquet('none.parquet')"):
            with pytest.raises(EngineError) as refusal:
                duck.rows(connection, sql)
            assert "\n" not in str(refusal.value)
            assert isinstance(refusal.value.__cause__, duckdb.Error)
        with pytest.raises(EngineError):
            duck.batches(connection, "SELECT nope")


def test_files_that_are_no_database_are_explained(tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(b"no database " * 1000)
    for path, options in (
        (broken, {}),
        (tmp_path / "none.duckdb", {"read_only": True}),
        (tmp_path, {}),
        (tmp_path / "a" / "b", {}),
    ):
        with pytest.raises(SourceError, match=r"^cannot open .*Load it again with: warehousebench load$") as refusal:
            duck.connect(path, **options)  # type: ignore[arg-type]
        assert str(path) in str(refusal.value)
    assert os.listdir(tmp_path) == ["broken.duckdb"]


@pytest.mark.parametrize("options", [{"memory": "plenty"}, {"threads": -1}])
def test_limits_that_make_no_sense_are_not_blamed_on_a_file(tmp_path: Path, options: dict[str, object]) -> None:
    for path in (None, tmp_path / "a.duckdb"):
        with pytest.raises(UsageError, match=r"^cannot start DuckDB: .*Correct the memory limit or the number of threads"):
            duck.connect(path, **options)  # type: ignore[arg-type]


def test_limits_reach_duckdb() -> None:
    with duck.opened(threads=1, memory="123MiB") as connection:
        assert duck.rows(connection, "SELECT current_setting('threads'), current_setting('memory_limit')") == [(1, "123.0 MiB")]


def test_a_read_only_session_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with duck.opened(path) as connection:
        duck.run(connection, "CREATE TABLE t AS SELECT 1 AS a")
    with duck.opened(path, read_only=True) as connection:
        with pytest.raises(EngineError, match="read-only"):
            duck.run(connection, "INSERT INTO t VALUES (2)")
        assert duck.rows(connection, "FROM t") == [(1,)]


def test_a_connection_is_closed_whatever_happens() -> None:
    with pytest.raises(ZeroDivisionError), duck.opened() as connection:
        raise ZeroDivisionError
    with pytest.raises(EngineError, match=r"(?i)closed"):
        duck.rows(connection, "SELECT 1")


def test_the_network_is_never_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, duck.opened() as connection:
        server.settimeout(0.05)
        duck.run(connection, f"SET extension_directory = {duck.text(str(tmp_path))}")
        # The place that extensions come from is here, so that a fetch would be seen and not only fail.
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        duck.run(connection, f"SET custom_extension_repository = {duck.text(address)}")
        with pytest.raises(EngineError, match=r"(?i)httpfs"):
            duck.rows(connection, f"SELECT * FROM read_csv('{address}/a.csv')")
        with pytest.raises(TimeoutError):
            server.accept()
        assert duck.rows(connection, "SELECT current_setting('autoinstall_known_extensions')") == [(False,)]
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=100, deadline=None)
@given(name=names)
def test_a_quoted_name_is_that_name(session: duck.Connection, name: str) -> None:
    assert duck.rows(session, f"SELECT 1 AS {duck.quote(name)}") == [(1,)]
    assert duck.columns(session) == ((name, "INTEGER"),)


@settings(max_examples=100, deadline=None)
@given(value=st.just("") | names)
def test_a_quoted_text_is_that_text(session: duck.Connection, value: str) -> None:
    assert duck.rows(session, f"SELECT {duck.text(value)}") == [(value,)]


def test_parameters_and_batches_give_the_same_rows_as_plain_sql() -> None:
    with duck.opened() as connection:
        assert duck.rows(connection, "SELECT ? + 1, ?", [1, "a'b"]) == [(2, "a'b")]
        with duck.batches(connection, "SELECT i FROM range(5000) t(i)", 2048) as reader:
            sizes = [batch.num_rows for batch in reader]
        assert sum(sizes) == 5000
        assert max(sizes) <= 2048


def test_plans_are_made_readable_for_this_session_alone() -> None:
    with duck.opened() as connection, duck.opened() as other:
        duck.readable_plans(connection)
        off = str(duck.rows(connection, "SELECT current_setting('disabled_optimizers')")[0][0])
        assert "in_clause" in off
        assert duck.rows(other, "SELECT current_setting('disabled_optimizers')") == [("",)]
