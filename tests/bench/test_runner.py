from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from scripted import ONE, START, Clock, Engine, clock, plan_of, run

from warehousebench.bench import journal as journals
from warehousebench.bench import runner
from warehousebench.bench.answers import References
from warehousebench.engines.base import Answer
from warehousebench.errors import EngineError, SourceError, TimeLimitError, TransientError, UnsupportedError
from warehousebench.model.run import Execution, Phase, Status

__all__ = ["clock"]
TWO = Answer(("a",), ("INTEGER",), [(2,)])


def seen(executions: list[Execution]) -> list[tuple[str, str, str]]:
    return [(e.query, e.phase.value, e.status.value) for e in sorted(executions, key=lambda e: (e.round, e.subject, e.query))]


def test_the_clock_covers_the_query_alone(clock: Clock, tmp_path: Path) -> None:
    executions, probes = run(plan_of({"x": Engine(clock, seconds=0.25), "y": Engine(clock, seconds=4.0)}, rounds=3), tmp_path / "j")
    assert {(e.subject, e.seconds) for e in executions} == {("x", 0.25), ("y", 4.0)}
    assert {e.status for e in executions} == {Status.VERIFIED}
    assert all((e.rows, dict(e.metrics)) == (1, {"scanned": 7.0}) for e in executions)
    assert len({e.result_hash for e in executions}) == 1
    assert probes == [0.5] * 6


def test_without_a_reference_the_clock_covers_the_query_alone_too(clock: Clock, tmp_path: Path) -> None:
    references = References({}, {"a": "no reference answer: too slow"})
    executions, _ = run(plan_of({"x": Engine(clock)}, references=references), tmp_path / "j")
    assert {e.seconds for e in executions} == {0.25}
    assert {e.status for e in executions} == {Status.UNVERIFIED}
    assert {(e.query, e.reason) for e in executions} == {("a", "no reference answer: too slow"), ("b", "no reference answer")}
    assert all(e.result_hash for e in executions)


def test_every_query_is_warmed_up_then_timed_on_one_session_per_pass(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock)
    executions, _ = run(plan_of({"x": engine, "y": Engine(clock)}, rounds=2, warmups=2), tmp_path / "j")
    assert (engine.sessions, engine.open_sessions) == (2, 0)
    turns = [[e.phase for e in turn] for _, turn in groupby(executions, lambda e: (e.round, e.subject, e.query))]
    assert turns == [[Phase.WARMUP, Phase.WARMUP, Phase.TIMED]] * 8
    assert {timeout for _, timeout in engine.heard} == {30.0}
    assert {(e.position) for e in executions} == {1, 2}
    assert [(e.round, e.subject) for e in executions[::6]] == [(1, "x"), (1, "y"), (2, "y"), (2, "x")]


def test_no_warm_ups_means_none(clock: Clock, tmp_path: Path) -> None:
    executions, _ = run(plan_of({"x": Engine(clock)}, warmups=0), tmp_path / "j")
    assert [e.phase for e in executions] == [Phase.TIMED] * 2


def test_a_session_that_does_not_open_fails_its_pass_and_no_other(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock, refuses=(2,), refusal=SourceError("the file is gone"))
    executions, _ = run(plan_of({"x": engine}, rounds=3, warmups=1), tmp_path / "j")
    second = [e for e in executions if e.round == 2]
    assert seen(second) == [("a", "timed", "failed"), ("b", "timed", "failed")]
    assert {e.reason for e in second} == {"no session: the file is gone"}
    assert all(e.seconds is None for e in second)
    assert {e.status for e in executions if e.round != 2} == {Status.VERIFIED}


def test_a_session_that_may_open_next_time_is_tried_once_more(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock, refuses=(2,), refusal=TransientError("connection reset"))
    executions, _ = run(plan_of({"x": engine}, rounds=3, warmups=1), tmp_path / "j")
    failed = [e for e in executions if e.status is Status.FAILED]
    assert [(e.round, e.phase, e.reason) for e in failed] == [(2, Phase.WARMUP, "repeated on a new session: connection reset")]
    assert sum(e.phase is Phase.TIMED and e.status is Status.VERIFIED for e in executions) == 6


def test_a_server_that_is_gone_is_asked_twice_a_pass_and_not_for_every_query(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock, refuses=tuple(range(2, 99)), refusal=TransientError("connection refused"))
    executions, _ = run(plan_of({"x": engine}, rounds=2, queries="abc"), tmp_path / "j")
    second = [e for e in executions if e.round == 2 and e.phase is Phase.TIMED]
    assert {e.status for e in second} == {Status.FAILED}
    assert len(second) == 3
    assert engine.sessions == 3


def test_a_query_whose_session_breaks_is_warmed_up_and_timed_again_on_a_new_one(clock: Clock, tmp_path: Path) -> None:
    broken = iter([ONE, TransientError("reset by peer")])
    engine = Engine(clock, lambda *_: next(broken, ONE))
    executions, _ = run(plan_of({"x": engine}, queries="a"), tmp_path / "j")
    assert [(e.phase, e.status) for e in executions] == [
        (Phase.WARMUP, Status.VERIFIED),
        (Phase.WARMUP, Status.FAILED),
        (Phase.WARMUP, Status.VERIFIED),
        (Phase.TIMED, Status.VERIFIED),
    ]
    assert (engine.sessions, engine.open_sessions) == (2, 0)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TimeLimitError("stopped after 30 s"), "timeout"),
        (EngineError("out of memory"), "failed"),
        (UnsupportedError("no such function"), "failed"),
    ],
)
def test_a_query_that_fails_warming_up_is_not_tried_again_in_its_pass(
    clock: Clock, tmp_path: Path, error: Exception, status: str
) -> None:
    engine = Engine(clock, lambda sql, session: error if (sql, session) == ("SELECT a", 1) else ONE)
    executions, _ = run(plan_of({"x": engine}, rounds=2, warmups=2), tmp_path / "j")
    first = [e for e in executions if e.round == 1]
    assert seen(first) == [
        ("a", "warmup", status),
        ("a", "timed", status),
        *[("b", "warmup", "verified")] * 2,
        ("b", "timed", "verified"),
    ]
    failed = [e for e in first if e.query == "a"]
    assert [e.reason for e in failed] == [str(error), f"while warming up: {error}"]
    assert all(e.seconds is None and e.rows is None for e in failed)
    assert {e.status for e in executions if e.round == 2} == {Status.VERIFIED}
    assert engine.open_sessions == 0


def test_a_timed_execution_may_fail_alone(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock)
    engine.script = lambda sql, _: (
        TimeLimitError("stopped") if engine.heard.count(("SELECT a", 30.0)) == 2 and sql[-1] == "a" else ONE
    )
    executions, _ = run(plan_of({"x": engine}), tmp_path / "j")
    assert seen(executions)[:2] == [("a", "warmup", "verified"), ("a", "timed", "timeout")]


def test_a_wrong_answer_is_told_with_its_value_and_keeps_its_time(clock: Clock, tmp_path: Path) -> None:
    executions, _ = run(plan_of({"x": Engine(clock, lambda sql, _: TWO if sql == "SELECT a" else ONE)}), tmp_path / "j")
    wrong = [e for e in executions if e.query == "a"]
    assert seen(wrong) == [("a", "warmup", "mismatch"), ("a", "timed", "mismatch")]
    assert {e.reason for e in wrong} == {"row 1, column a: expected 1, got 2"}
    assert {e.seconds for e in wrong} == {0.25}


def test_skipped_queries_are_not_run_and_say_why(clock: Clock, tmp_path: Path) -> None:
    engines = {"x": Engine(clock), "y": Engine(clock)}
    executions, _ = run(plan_of(engines, skipped={("x", "a"): "x has no such function"}), tmp_path / "j")
    assert [(e.subject, e.query, e.reason) for e in executions if e.status is Status.SKIPPED] == [
        ("x", "a", "x has no such function")
    ]
    assert [sql for sql, _ in engines["x"].heard] == ["SELECT b"] * 2
    assert len(engines["y"].heard) == 4


def test_what_a_subject_has_no_part_in_leaves_no_execution(clock: Clock, tmp_path: Path) -> None:
    engines = {"x": Engine(clock), "y": Engine(clock)}
    executions, _ = run(plan_of(engines, absent={"x": frozenset({"a"})}), tmp_path / "j")
    assert {(e.subject, e.query) for e in executions} == {("x", "b"), ("y", "a"), ("y", "b")}
    assert {e.position for e in executions if e.subject == "x"} == {1}
    assert [sql for sql, _ in engines["x"].heard] == ["SELECT b"] * 2


def test_an_unexpected_error_ends_the_run_and_closes_the_session(clock: Clock, tmp_path: Path) -> None:
    engine = Engine(clock, lambda sql, _: ZeroDivisionError() if sql == "SELECT b" else ONE)
    with pytest.raises(ZeroDivisionError):
        run(plan_of({"x": engine}), tmp_path / "j")
    assert engine.open_sessions == 0


class Killed(BaseException):
    """What stands for the death of the process."""


def test_a_run_killed_again_and_again_ends_like_one_that_was_not(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines: dict[str, Any] = {"x": Engine(clock), "y": Engine(clock)}
    plan = plan_of(engines, rounds=2, warmups=2, queries="abc")
    whole, _ = run(plan, tmp_path / "whole")
    add = journals.Journal.add
    for step in range(1, 8):
        path, added, kills = tmp_path / f"killed every {step}", 0, 0

        def add_or_die(journal: journals.Journal, line: Any, limit: int = step) -> None:
            nonlocal added
            if added == limit + 3:
                raise Killed
            added += 1
            add(journal, line)

        monkeypatch.setattr(journals.Journal, "add", add_or_die)
        while True:
            added = 0
            try:
                executions, probes = run(plan, path)
                break
            except Killed:
                kills += 1
        monkeypatch.setattr(journals.Journal, "add", add)
        assert kills > 1
        assert [replace(e, started="") for e in executions] == [replace(e, started="") for e in whole]
        assert probes == [0.5] * 4
        written = journals.read(path)
        assert Counter((e.subject, e.query, e.round, e.phase) for e in written.executions) == Counter(
            (e.subject, e.query, e.round, e.phase) for e in whole
        )


def test_a_finished_run_is_not_repeated(clock: Clock, tmp_path: Path) -> None:
    plan = plan_of({"x": Engine(clock)}, rounds=2)
    executions, probes = run(plan, tmp_path / "j")
    idle = Engine(clock, lambda *_: AssertionError("nothing is to be run"))
    assert run(replace(plan, subjects={"x": idle}), tmp_path / "j") == (executions, probes)
    assert idle.sessions == 0


def test_every_execution_is_heard_of_after_it_is_kept(clock: Clock, tmp_path: Path) -> None:
    journal = journals.begin(tmp_path / "j", START)
    kept = []
    runner.execute(
        plan_of({"x": Engine(clock)}),
        journal,
        journals.Progress(START),
        lambda e: kept.append(e in journals.read(tmp_path / "j").executions),
    )
    journal.close()
    assert kept == [True] * 4


def test_the_probe_takes_time() -> None:
    assert 0 < runner._probe() < 10
