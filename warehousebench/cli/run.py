"""``run``: timed and verified executions on loaded layouts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from warehousebench.bench import journal as journals
from warehousebench.bench.answers import references
from warehousebench.bench.environment import cores, environment
from warehousebench.bench.runner import Plan, execute
from warehousebench.bench.verify import FLOAT_TOLERANCE
from warehousebench.cli.console import say, step
from warehousebench.cli.data import Source, open_source
from warehousebench.cli.options import emit, file, folder, format_option, refuse_existing
from warehousebench.cli.verify import overview
from warehousebench.engines.duckdb.client import DuckFile, DuckViews
from warehousebench.errors import EngineError, UsageError, VerificationError
from warehousebench.load import manifest
from warehousebench.model import document
from warehousebench.model.load import Loaded
from warehousebench.model.run import Configuration, Execution, Run, Status, Subject
from warehousebench.workload.sources import Named, read_workload


@dataclass(frozen=True, slots=True)
class Task:
    """All that a run needs: queries, the source data, the loaded layouts by subject name, and how often."""

    suite: str
    rounding_rule: str | None
    queries: Mapping[str, str]
    source: Source
    layouts: Mapping[str, Path]
    configuration: Configuration

    @property
    def loads(self) -> dict[str, Loaded]:
        """Return the manifests of the layouts; raises UsageError for one that is unfinished or of other data."""
        found = {name: manifest.read(path) for name, path in self.layouts.items()}
        for name, loaded in found.items():
            if different := loaded.fingerprint.differences(self.source.data.fingerprint):
                raise UsageError(f"layout {name} was loaded from other data ({different[0]}). Load it again, or name its --data.")
        return found

    def connectors(self) -> dict[str, DuckFile]:
        """Return subject name -> what opens its sessions."""
        return {name: DuckFile(path / manifest.DATABASE, self.configuration.threads) for name, path in self.layouts.items()}


@click.command("run")
@click.option("--on", "layouts", type=folder, multiple=True, required=True, help="Folder of a loaded layout; repeat for several.")
@click.option("--data", type=folder, default="data", show_default=True, help="The source data: answers are verified against it.")
@click.option("--catalog", type=file, help="Schema of the data, where CSV files need it.")
@click.option("--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log as CSV or JSON.")
@click.option("--suite", help="Built-in suite instead of --queries.")
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds; fewer than 4 are a screening.")
@click.option("--warmups", type=click.IntRange(0), default=1, show_default=True, help="Untimed executions before each timed one.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=300.0, show_default=True, help="Seconds per execution.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the order of queries.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the engine; all processors if not given.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run; finished executions are kept.")
@click.option("-o", "--out", type=file, default="run.json", show_default=True, help="File to write.")
@format_option
def command(
    layouts: tuple[Path, ...],
    data: Path,
    catalog: Path | None,
    queries: Path | None,
    suite: str | None,
    dialect: str | None,
    rounds: int,
    warmups: int,
    timeout: float,
    seed: int,
    threads: int | None,
    resume: bool,
    out: Path,
    output: str,
) -> None:
    """Run every query on every layout in rounds: fresh session per layout and round, layouts in ABBA order.

    The clock covers execute and fetch only.  Every answer is compared by value with DuckDB's on the source data.

    \b
    Example:  warehousebench run --suite tpch --data data --on layouts/plain --on layouts/advised
    """
    source = open_source(data, catalog)
    named = read_workload(queries, suite, source.data.scale, dialect, source.catalog)
    for finding in named.findings:
        say(f"note: {finding}")
    task = make_task(named, source, subject_names(layouts), Configuration(rounds, warmups, timeout, seed, threads or cores()))
    done = run(task, out, resume=resume)
    emit(done, overview(done), output)
    raise_if_different(done)


def make_task(named: Named, source: Source, layouts: Mapping[str, Path], configuration: Configuration) -> Task:
    """Return the run of a workload on loaded layouts (subject name -> folder)."""
    return Task(
        suite=named.name,
        rounding_rule=named.suite.rounding_rule if named.suite else None,
        queries={query.name: query.sql for query in named.queries},
        source=source,
        layouts=layouts,
        configuration=configuration,
    )


def subject_names(layouts: Sequence[Path]) -> dict[str, Path]:
    """Return subject name -> layout folder; the same layout named twice is an A/A test and gets numbers."""
    names: dict[str, Path] = {}
    for path in layouts:
        name = manifest.read(path).layout
        number = sum(known.rpartition("#")[0] == name or known == name for known in names)
        names[f"{name}#{number + 1}" if number else name] = path
    return names


def run(task: Task, out: Path, *, resume: bool = False) -> Run:
    """Run the task, write ``out`` and return the run; what is finished survives a kill in the journal beside it."""
    refuse_existing(out)
    loads = task.loads
    start = _start(task)
    path = out.with_name(f"{out.stem}.journal.jsonl")
    journal, done = journals.resume(path, start) if resume else (journals.begin(path, start), journals.Progress(start))
    try:
        plan = _plan(task)
        total = task.configuration.rounds * (task.configuration.warmups + 1) * len(task.queries) * len(task.layouts)
        with step(f"Run {len(task.queries)} queries on {', '.join(task.layouts)}", total) as advance:
            for execution in done.executions:
                advance(execution.query)
            executions, probes = execute(plan, journal, done, lambda e: advance(f"round {e.round} {e.subject} {e.query}"))
        finished = _run(task, loads, done.start, executions, probes)
        document.write(out, finished)
    except BaseException:
        journal.close()
        raise
    journal.remove()
    return finished


def _plan(task: Task) -> Plan:
    viewed = DuckViews(task.source.relations, task.configuration.threads)
    with step("Reference answers", len(task.queries)) as advance:
        answers = references(
            task.queries, viewed, task.source.data.fingerprint, task.source.folder / "answers", task.configuration.timeout, advance
        )
    return Plan(task.queries, task.connectors(), task.configuration, answers, task.rounding_rule)


def _start(task: Task) -> journals.Start:
    identity = msgspec.json.encode(
        [task.suite, task.queries, task.source.data.fingerprint, task.configuration, list(task.layouts)], order="sorted"
    )
    description = (
        f"{task.suite} at scale {task.source.data.scale:g} on {', '.join(task.layouts)}, "
        f"{task.configuration.rounds} rounds, {len(task.queries)} queries"
    )
    return journals.Start(hashlib.sha256(identity).hexdigest()[:16], _now(), description)


def _run(task: Task, loads: Mapping[str, Loaded], start: journals.Start, executions: list[Execution], probes: list[float]) -> Run:
    subjects = tuple(
        Subject(
            name=name,
            engine=connector.engine,
            engine_version=connector.version,
            layout=f"{loads[name].layout}: {loads[name].basis}",
            settings=connector.settings,
            load_seconds=loads[name].seconds,
            stored_bytes=loads[name].database_bytes,
        )
        for name, connector in task.connectors().items()
    )
    return Run(
        identity=hashlib.sha256(f"{start.identity} {start.started}".encode()).hexdigest()[:12],
        suite=task.suite,
        scale=task.source.data.scale,
        started=start.started,
        finished=_now(),
        configuration=task.configuration,
        environment=environment(),
        fingerprint=task.source.data.fingerprint,
        queries=task.queries,
        query_hashes={name: hashlib.sha256(sql.encode()).hexdigest()[:16] for name, sql in task.queries.items()},
        subjects=subjects,
        executions=tuple(executions),
        probes=tuple(probes),
        float_tolerance=FLOAT_TOLERANCE,
        plans=_plans(task),
    )


def _plans(task: Task) -> dict[str, str]:
    """Return the plan of every query on the last subject; a query without one is left out, its executions say why."""
    client = list(task.connectors().values())[-1].connect()
    found = {}
    try:
        for name, sql in task.queries.items():
            try:
                found[name] = client.plan(sql)
            except EngineError:
                continue
    finally:
        client.close()
    return found


def raise_if_different(run: Run) -> None:
    """Raise VerificationError if an answer differs from the reference."""
    wrong = sorted({f"{e.query} on {e.subject}" for e in run.executions if e.status is Status.MISMATCH})
    if wrong:
        first = next(e for e in run.executions if e.status is Status.MISMATCH)
        raise VerificationError(f"{len(wrong)} answers differ from the reference ({', '.join(wrong[:5])}): {first.reason}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
