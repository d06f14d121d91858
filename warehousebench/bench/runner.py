"""Run every query on every subject in rounds; time execute and fetch only; verify outside the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from warehousebench import duck
from warehousebench.bench import verify
from warehousebench.bench.answers import References
from warehousebench.bench.journal import Journal, PassDone, Progress, unfinished
from warehousebench.bench.schedule import Pass, make_schedule
from warehousebench.engines.base import Answer, Client, Connector
from warehousebench.errors import EngineError, TimeLimitError, TransientError, WarehouseBenchError
from warehousebench.model.function import Function, Variant
from warehousebench.model.run import Configuration, Execution, Phase, Status

clock = time.perf_counter


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run: queries (name -> SQL) on subjects (name -> connector), how often, and what is right.

    ``absent`` are the queries by subject that are no task of its own, such as a kind of function that it does not offer.
    ``skipped`` and ``texts`` are by (subject, query): why it cannot run there, and its SQL in the subject's own dialect.
    ``functions`` are what a query calls and its session has to define before.
    """

    queries: Mapping[str, str]
    subjects: Mapping[str, Connector]
    configuration: Configuration
    references: References
    rounding_rule: str | None = None
    skipped: Mapping[tuple[str, str], str] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    functions: Mapping[str, tuple[tuple[Function, Variant], ...]] = field(default_factory=dict)
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def passes(self) -> tuple[Pass, ...]:
        """Return the schedule."""
        made = make_schedule(tuple(self.subjects), tuple(self.queries), self.configuration.rounds, self.configuration.seed)
        return tuple(replace(turn, queries=self._of(turn)) for turn in made)

    def _of(self, turn: Pass) -> tuple[str, ...]:
        left_out = self.absent.get(turn.subject, frozenset())
        return tuple(query for query in turn.queries if query not in left_out)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The fixed part of the executions of one query in one pass."""

    subject: str
    query: str
    round: int
    position: int

    def execution(self, phase: Phase, status: Status, **details: object) -> Execution:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        return Execution(self.subject, self.query, self.round, self.position, phase, status, started=started, **details)  # type: ignore[arg-type]


def execute(
    plan: Plan, journal: Journal, done: Progress, observe: Callable[[Execution], None]
) -> tuple[list[Execution], list[float]]:
    """Run what ``done`` does not hold yet and return all executions in schedule order, and the probes' seconds.

    Every execution is written to ``journal`` before the next one starts.  ``done`` holds whole turns only: a query that was
    interrupted between its warm-up and its timed execution is warmed up again on the new session.
    """
    executions: list[Execution] = []
    probes: list[float] = []
    for turn in plan.passes:
        before = [e for e in done.executions if (e.round, e.subject) == (turn.round, turn.subject)]
        open_queries = unfinished(turn.queries, before)
        executions += before
        probed = [p.probe for p in done.probes if (p.round, p.subject) == (turn.round, turn.subject)]
        if open_queries or not probed:
            probed = [_probe()]
            for execution in _run_pass(plan, turn, open_queries):
                journal.add(execution)
                executions.append(execution)
                observe(execution)
            journal.add(PassDone(turn.round, turn.subject, probed[0]))
        probes += probed[:1]
    return executions, probes


class _Session:
    """A pass's session, opened when it is first needed and anew after it broke."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._client: Client | None = None
        self._refusal: WarehouseBenchError | None = None
        self._defined: set[str] = set()

    def client(self) -> Client:
        """Return the open session; raises what the connector raises, and after :meth:`refuse` always EngineError."""
        if self._refusal:
            raise EngineError(str(self._refusal))
        if self._client is None:
            self._client = self._connector.connect()
        return self._client

    def define(self, functions: Iterable[tuple[Function, Variant]]) -> None:
        """Make functions callable that the session does not know yet; raises EngineError."""
        for function, variant in functions:
            if (name := function.called(variant)) not in self._defined:
                self.client().define(function, variant)
                self._defined.add(name)

    def drop(self) -> None:
        """End the session, whatever state it is in."""
        client, self._client = self._client, None
        self._defined.clear()
        if client:
            with suppress(EngineError):
                client.close()

    def refuse(self, error: WarehouseBenchError) -> None:
        """Open no session any more, because of ``error``."""
        self.drop()
        self._refusal = error


def _run_pass(plan: Plan, turn: Pass, queries: Sequence[str]) -> Iterator[Execution]:
    session = _Session(plan.subjects[turn.subject])
    try:
        for query in queries:
            yield from _run_query(plan, session, _turn(turn, query))
    finally:
        session.drop()


def _turn(turn: Pass, query: str) -> _Turn:
    return _Turn(turn.subject, query, turn.round, turn.queries.index(query) + 1)


def _run_query(plan: Plan, session: _Session, turn: _Turn) -> Iterator[Execution]:
    """Yield the query's executions; after a passing failure all of them once more, on a new session and warmed up again."""
    reason = plan.skipped.get((turn.subject, turn.query))
    if reason:
        yield turn.execution(Phase.TIMED, Status.SKIPPED, reason=reason)
        return
    try:
        yield from _phases(plan, session, turn)
    except TransientError as error:
        session.drop()
        yield turn.execution(Phase.WARMUP, Status.FAILED, reason=f"repeated on a new session: {error}")
        try:
            yield from _phases(plan, session, turn)
        except TransientError as again:
            session.refuse(again)
            yield turn.execution(Phase.TIMED, Status.FAILED, reason=str(again))


def _phases(plan: Plan, session: _Session, turn: _Turn) -> Iterator[Execution]:
    """Yield the warm-ups and the timed execution; a query that fails warming up is not tried again in this pass."""
    try:
        client = session.client()
    except TransientError:
        raise
    except WarehouseBenchError as error:
        session.refuse(error)
        yield turn.execution(Phase.TIMED, Status.FAILED, reason=f"no session: {error}")
        return
    try:
        session.define(plan.functions.get(turn.query, ()))
    except TransientError:
        raise
    except EngineError as error:
        yield turn.execution(Phase.TIMED, Status.FAILED, reason=f"its function could not be defined: {error}")
        return
    for phase in [Phase.WARMUP] * plan.configuration.warmups + [Phase.TIMED]:
        execution = _run_once(plan, client, turn, phase)
        yield execution
        if phase is Phase.WARMUP and execution.status in (Status.FAILED, Status.TIMEOUT):
            yield turn.execution(Phase.TIMED, execution.status, reason=f"while warming up: {execution.reason}")
            return


def _run_once(plan: Plan, client: Client, turn: _Turn, phase: Phase) -> Execution:
    sql = plan.texts.get((turn.subject, turn.query), plan.queries[turn.query])
    timeout = plan.configuration.timeout
    started = clock()
    try:
        answer = client.query(sql, timeout)
    except TimeLimitError as error:
        return turn.execution(phase, Status.TIMEOUT, reason=str(error))
    except TransientError:
        raise
    except EngineError as error:
        return turn.execution(phase, Status.FAILED, reason=str(error))
    seconds = clock() - started
    found = _check(plan, turn.query, answer)
    metrics = _metrics(client)
    return turn.execution(
        phase,
        found.status,
        seconds=seconds,
        rows=len(answer.rows),
        result_hash=found.hash,
        reason=found.reason,
        rounding=found.rounding,
        metrics=metrics,
    )


def _metrics(client: Client) -> Mapping[str, float]:
    """Return the server's own figures; a server that does not answer costs the figures and not the execution."""
    try:
        return client.metrics()
    except EngineError:
        return {}


def _check(plan: Plan, query: str, answer: Answer) -> verify.Check:
    reference = plan.references.answers.get(query)
    if reference is None:
        hash_ = verify.result_hash(answer.rows, ordered=True)
        return verify.Check(Status.UNVERIFIED, hash_, plan.references.missing.get(query, "no reference answer"))
    return verify.check(answer, reference, rounding_rule=plan.rounding_rule)


def _probe() -> float:
    """Return the seconds of a fixed calculation: how fast the machine is just now, whatever is measured."""
    with duck.opened() as connection:
        started = clock()
        duck.rows(connection, "SELECT sum(hash(i)) FROM range(4000000) AS t(i)")
        return clock() - started
