"""Engines that do as a test tells them, on a clock that only they move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from warehousebench.bench import journal as journals
from warehousebench.bench import runner
from warehousebench.bench.answers import References
from warehousebench.bench.journal import Progress, Start
from warehousebench.bench.verify import make_reference
from warehousebench.engines.base import Answer
from warehousebench.model.answer import AnswerShape
from warehousebench.model.run import Configuration, Execution

START = Start("identity", "2026-01-01T00:00:00+00:00", "a test")
ONE = Answer(("a",), ("INTEGER",), [(1,)])
UNORDERED = AnswerShape((), limited=False, kinds=("plain",))


class Clock:
    """A clock that stands still unless something moves it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Engine:
    """A connector whose sessions answer by ``script``: (query's SQL, number of the session) -> answer or an error."""

    clock: Clock
    script: Callable[[str, int], Answer | BaseException] = lambda *_: ONE
    seconds: float = 0.25
    refuses: tuple[int, ...] = ()
    refusal: BaseException | None = None
    engine: str = "scripted"
    version: str = "1"
    stand_in: bool = False
    sessions: int = 0
    open_sessions: int = 0
    heard: list[tuple[str, float]] = field(default_factory=list)

    def connect(self) -> Session:
        self.sessions += 1
        self.clock.now += 10  # connecting takes long and is not timed
        if self.refusal is not None and self.sessions in self.refuses:
            raise self.refusal
        self.open_sessions += 1
        return Session(self, self.sessions)


@dataclass
class Session:
    owner: Engine
    number: int

    def query(self, sql: str, timeout: float) -> Answer:
        self.owner.heard.append((sql, timeout))
        self.owner.clock.now += self.owner.seconds
        found = self.owner.script(sql, self.number)
        if isinstance(found, BaseException):
            raise found
        return found

    def metrics(self) -> dict[str, float]:
        self.owner.clock.now += 1000  # asking takes very long and is not timed
        return {"scanned": 7.0}

    def plan(self, sql: str) -> str:
        return sql

    def close(self) -> None:
        self.owner.open_sessions -= 1
        self.owner.clock.now += 100


def plan_of(
    engines: dict[str, Engine], *, rounds: int = 1, warmups: int = 1, queries: str = "ab", **options: object
) -> runner.Plan:
    """Return a plan in which the right answer to every query is 1."""
    texts = {name: f"SELECT {name}" for name in queries}
    references = References(dict.fromkeys(texts, make_reference(ONE, UNORDERED)), {})
    given = {"references": references, **options}
    return runner.Plan(texts, engines, Configuration(rounds, warmups, 30.0, 1, 1), **given)  # type: ignore[arg-type]


def run(plan: runner.Plan, path: Path) -> tuple[list[Execution], list[float]]:
    """Begin or resume the run whose journal is at ``path``."""
    journal, done = journals.resume(path, START) if path.exists() else (journals.begin(path, START), Progress(START))
    try:
        return runner.execute(plan, journal, done, lambda _: None)
    finally:
        journal.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock that the runner reads; checking an answer takes very long on it."""
    clock = Clock()
    check, hash_ = runner.verify.check, runner.verify.result_hash

    def slow(function: Callable[..., object]) -> Callable[..., object]:
        def slowed(*given: object, **options: object) -> object:
            clock.now += 1000
            return function(*given, **options)

        return slowed

    monkeypatch.setattr(runner, "clock", clock)
    monkeypatch.setattr(runner.verify, "check", slow(check))
    monkeypatch.setattr(runner.verify, "result_hash", slow(hash_))
    monkeypatch.setattr(runner, "_probe", lambda: 0.5)
    return clock
