"""A benchmark run: one record per execution, and all that is needed to repeat it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from warehousebench.model.data import Fingerprint


class Phase(StrEnum):
    """Warm-ups are recorded but enter no summary."""

    WARMUP = "warmup"
    TIMED = "timed"


class Status(StrEnum):
    """How an execution ended.  Nothing is ``verified`` unless its values were compared with a reference."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is measured: an engine in one version holding the data in one layout."""

    name: str
    engine: str
    engine_version: str
    layout: str
    stand_in: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    load_seconds: float | None = None
    stored_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of one query: where it stood, how it ended, how long execute and fetch took.

    ``position`` is the query's place in the round, from 1.  ``seconds`` is None unless the query ended by itself.
    ``rounding`` is the verdict of the suite's own, looser rule where it has one.
    """

    subject: str
    query: str
    round: int
    position: int
    phase: Phase
    status: Status
    seconds: float | None = None
    rows: int | None = None
    result_hash: str | None = None
    reason: str | None = None
    rounding: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    started: str = ""


@dataclass(frozen=True, slots=True)
class Configuration:
    """How the run was made: rounds, warm-ups per query and round, time limit in seconds, seed of the query orders."""

    rounds: int
    warmups: int
    timeout: float
    seed: int
    threads: int


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the run was made: never a host name, a user or a path."""

    cpu: str
    cores: int
    memory_bytes: int
    system: str
    python: str
    packages: Mapping[str, str]
    git_commit: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """``run.json``: all executions with suite, data, query texts, configuration and environment.

    ``translations`` are the texts by engine and query where an engine was given other words than ``queries``.
    ``probes`` holds, per round, the seconds of a fixed calculation that tells how fast the machine was just then.
    """

    made_by: ClassVar[str] = "warehousebench run"

    identity: str
    suite: str
    scale: float
    started: str
    finished: str
    configuration: Configuration
    environment: Environment
    fingerprint: Fingerprint
    queries: Mapping[str, str]
    query_hashes: Mapping[str, str]
    subjects: tuple[Subject, ...]
    executions: tuple[Execution, ...]
    probes: tuple[float, ...] = ()
    float_tolerance: float = 1e-9
    plans: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    format: str = "warehousebench.run"
    version: int = 1

    def subject(self, name: str) -> Subject:
        """Return the subject ``name``; raises KeyError if the run has none of that name."""
        for subject in self.subjects:
            if subject.name == name:
                return subject
        raise KeyError(name)
