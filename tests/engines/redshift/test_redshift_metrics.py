"""The server's own figures of a query: found by session and text, told in seconds and bytes, left out where unknown."""

from __future__ import annotations

from typing import Any

import pytest
from redshift_cases import scripted

from warehousebench.engines.redshift import metrics
from warehousebench.engines.redshift.metrics import History

SQL = "SELECT *\nFROM sales\twhere a = 1"


def record(query: int, text: str = SQL, status: str = "success   ", **times: int | None) -> tuple[Any, ...]:
    given = {
        "elapsed": 3_000_000,
        "queue": 0,
        "execution": 1_500_000,
        "compile": 1_000_000,
        "planning": 400_000,
        "lock": None,
    } | times
    return (query, status, False, *given.values(), text)


STEPS = [
    ("scan", 2, 1000, 900, 7, 0, None, 20, 5),
    ("broadcast", 1, 300, 300, None, 0, 0, None, 10),
    ("distribute", 1, 200, 250, None, 3, 1, 60, 0),
]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics.time, "sleep", lambda _: None)


def test_times_are_in_seconds_and_compiling_is_apart() -> None:
    found = History(5).figures(scripted(("sys_query_history", [record(9)]), ("sys_query_detail", [])), SQL)
    assert found == {
        "elapsed s": 3.0, "queue s": 0.0, "execution s": 1.5, "compile s": 1.0, "planning s": 0.4, "result cache hits": 0.0,
    }  # fmt: skip


def test_steps_say_what_moved_and_spilled() -> None:
    found = History(5).figures(scripted(("sys_query_history", [record(9)]), ("sys_query_detail", STEPS)), SQL)
    assert {name: figure for name, figure in found.items() if not name.endswith(" s")} == {
        "result cache hits": 0.0, "steps": 4.0, "scanned bytes": 1000.0, "blocks read": 7.0, "spilled blocks": 4.0,
        "highest data skew": 60.0, "highest time skew": 10.0, "broadcast bytes": 300.0, "distributed bytes": 250.0,
    }  # fmt: skip


def test_what_the_server_leaves_open_is_no_zero() -> None:
    unknown = [("scan", 1, None, None, None, None, None, None, None)]
    found = History(5).figures(scripted(("sys_query_history", [record(9)]), ("sys_query_detail", unknown)), SQL)
    assert not {"scanned bytes", "blocks read", "spilled blocks", "highest data skew"} & found.keys()


def test_the_text_is_known_again_however_the_view_writes_it() -> None:
    rows = scripted(("sys_query_history", [record(9, "SELECT *\\nFROM sales\\twhere a = 1   ")]), ("sys_query_detail", []))
    assert History(5).figures(rows, SQL)
    assert History(5).figures(rows, f"/* why\nand how */\n-- and when\n{SQL}")
    assert History(5).figures(rows, "SELECT * FROM sales WHERE a = 2") == {}


def test_each_execution_is_told_once_and_others_never() -> None:
    history = History(5)
    rows = scripted(("sys_query_history", [record(8, "SELECT 2"), record(7, elapsed=1)]), ("sys_query_detail", []))
    assert history.figures(rows, SQL)["elapsed s"] == 1e-6
    assert history.figures(rows, SQL) == {}, "a leader-only execution must not be given the figures of an earlier one"


def test_a_record_that_is_written_late_is_waited_for() -> None:
    states = iter([[], [record(9, status="running")], [record(9)]])

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return next(states) if "sys_query_history" in sql else []

    assert History(5).figures(rows, SQL)["elapsed s"] == 3.0


def test_the_session_is_asked_for_and_no_other() -> None:
    asked = []
    History(4711).figures(lambda sql: asked.append(sql) or [], SQL)
    assert all("WHERE session_id = 4711 " in sql for sql in asked)
