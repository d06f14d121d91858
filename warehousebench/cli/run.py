"""``run``: timed and verified executions on loaded layouts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from warehousebench.bench import journal as journals
from warehousebench.bench.answers import references
from warehousebench.bench.entrants import Entrant, Entry, Texts, engine_entrant, entries_of, layout_entrant, translated, unique
from warehousebench.bench.environment import cores, environment
from warehousebench.bench.runner import Plan, execute
from warehousebench.bench.verify import FLOAT_TOLERANCE
from warehousebench.cli.console import say, step
from warehousebench.cli.data import Source, open_source
from warehousebench.cli.options import emit, file, folder, format_option, refuse_existing
from warehousebench.cli.verify import overview
from warehousebench.engines import target
from warehousebench.engines.base import Client
from warehousebench.engines.duckdb.client import DuckViews
from warehousebench.errors import EngineError, UsageError, VerificationError
from warehousebench.load import manifest
from warehousebench.model import document
from warehousebench.model.function import Variant
from warehousebench.model.run import Configuration, Execution, Run, Status
from warehousebench.source.functions import read_functions
from warehousebench.workload.sources import Named, read_workload


@dataclass(frozen=True, slots=True)
class Task:
    """All that a run needs: what is timed, the source data, who takes part (subject name -> entrant), and how often.

    ``texts`` are the entries in the dialect of every product that takes part.
    """

    suite: str
    rounding_rule: str | None
    entries: Mapping[str, Entry]
    source: Source
    entrants: Mapping[str, Entrant]
    configuration: Configuration
    texts: Mapping[str, Texts]

    @property
    def queries(self) -> dict[str, str]:
        """Return name -> the query whose answer is right."""
        return {name: entry.truth for name, entry in self.entries.items()}

    @property
    def relevant(self) -> dict[tuple[str, str], str]:
        """Return (subject, query) -> SQL where it is not the query's own text."""
        pairs = ((name, query) for name in self.entrants for query in self.queries)
        found = {pair: self.texts[self.entrants[pair[0]].connector.engine].sql[pair[1]] for pair in pairs}
        return {pair: sql for pair, sql in found.items() if sql != self.queries[pair[1]]}

    @property
    def skipped(self) -> dict[tuple[str, str], str]:
        """Return (subject, query) -> why it cannot run there."""
        return {
            (name, query): reason
            for name, entrant in self.entrants.items()
            for query, reason in self.texts[entrant.connector.engine].skipped.items()
        }


@click.command("run")
@click.argument("positional", metavar="[SUITE]", required=False)
@click.option("--on", "layouts", type=folder, multiple=True, help="Folder of a loaded layout; repeat for several.")
@click.option("--engine", "engines", multiple=True, help="Engine or target that reads the data in place; repeat for several.")
@click.option("--data", type=folder, default="data", show_default=True, help="The source data: answers are verified against it.")
@click.option("--catalog", type=file, help="Schema of the data, where CSV files or other dialects need it.")
@click.option("--queries", type=click.Path(path_type=Path), help="Folder of *.sql files, or a query log as CSV or JSON.")
@click.option("--suite", help="Built-in suite instead of --queries.")
@click.option("--dialect", help="SQL dialect of the queries, if it is not DuckDB's.")
@click.option(
    "--variant",
    "variants",
    type=click.Choice([each.value for each in Variant]),
    multiple=True,
    help="Only these variants of functions.",
)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Rounds; fewer than 4 are a screening.")
@click.option("--warmups", type=click.IntRange(0), default=1, show_default=True, help="Untimed executions before each timed one.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=300.0, show_default=True, help="Seconds per execution.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the order of queries.")
@click.option("--threads", type=click.IntRange(1), help="Threads of the engine; all processors if not given.")
@click.option("--resume", is_flag=True, help="Go on with an interrupted run; finished executions are kept.")
@click.option("-o", "--out", type=file, default="run.json", show_default=True, help="File to write.")
@format_option
def command(
    positional: str | None,
    layouts: tuple[Path, ...],
    engines: tuple[str, ...],
    data: Path,
    catalog: Path | None,
    queries: Path | None,
    suite: str | None,
    dialect: str | None,
    variants: tuple[str, ...],
    rounds: int,
    warmups: int,
    timeout: float,
    seed: int,
    threads: int | None,
    resume: bool,
    out: Path,
    output: str,
) -> None:
    """Run every query on every layout and engine in rounds: fresh session per subject and round, subjects in ABBA order.

    The clock covers execute and fetch only.  Every answer is compared by value with DuckDB's on the source data.

    \b
    Examples:  warehousebench run --suite tpch --data data --on layouts/plain --on layouts/advised
               warehousebench run tpch --data data --engine duckdb --engine spark
    """
    if positional and suite and positional != suite:
        raise UsageError(f"name one suite, not both {positional} and {suite}")
    source = open_source(data, catalog)
    named = read_workload(queries, suite or positional, source.data.scale, dialect, source.catalog)
    for finding in named.findings:
        say(f"note: {finding}")
    refuse_existing(out)
    configuration = Configuration(rounds, warmups, timeout, seed, threads or cores())
    taking_part = entrants(source, layouts, engines, configuration.threads)
    task = make_task(named, source, taking_part, configuration, [Variant(each) for each in variants])
    for note in (note for texts in task.texts.values() for note in texts.notes):
        say(f"note: {note}")
    done = run(task, out, resume=resume)
    emit(done, overview(done), output)
    raise_if_different(done)


def entrants(source: Source, layouts: Sequence[Path], engines: Sequence[str], threads: int) -> dict[str, Entrant]:
    """Return who takes part, by name; raises UsageError for nobody, and for a layout that is unfinished or of other data."""
    if not layouts and not engines:
        raise UsageError("name what to run on: --on FOLDER of a loaded layout, or --engine NAME")
    loads = [manifest.read(path) for path in layouts]
    # A target's own name: what was typed may be a URL with a password in it.
    names = unique([loaded.layout for loaded in loads] + [target(named).name for named in engines])
    for name, loaded in zip(names, loads, strict=False):
        if different := loaded.fingerprint.differences(source.data.fingerprint):
            raise UsageError(f"layout {name} was loaded from other data ({different[0]}). Load it again, or name its --data.")
    found = [layout_entrant(*each, threads) for each in zip(names, layouts, loads, strict=False)]
    files = {name: tuple(source.folder / file for file in table.files) for name, table in source.data.tables.items()}
    found += [engine_entrant(name, named, files, threads) for name, named in zip(names[len(loads) :], engines, strict=True)]
    return {entrant.name: entrant for entrant in found}


def make_task(
    named: Named,
    source: Source,
    taking_part: Mapping[str, Entrant],
    configuration: Configuration,
    variants: Collection[Variant] = (),
) -> Task:
    """Return the run of a workload on its entrants, each query in every dialect and variant that is needed."""
    products = dict.fromkeys(entrant.connector.engine for entrant in taking_part.values())
    functions = {each.name: each for each in read_functions(named.functions)} if named.functions else {}
    entries = entries_of({query.name: query.sql for query in named.queries}, functions, products, variants)
    written = {query.name: query.overrides for query in named.queries}

    def own(product: str, name: str) -> str | None:
        return written.get(name, {}).get(product)

    return Task(
        suite=named.name,
        rounding_rule=named.suite.rounding_rule if named.suite else None,
        entries=entries,
        source=source,
        entrants=taking_part,
        configuration=configuration,
        texts={product: translated(entries, product, source.catalog, own) for product in products},
    )


def run(task: Task, out: Path, *, resume: bool = False) -> Run:
    """Run the task, write ``out`` and return the run; what is finished survives a kill in the journal beside it."""
    refuse_existing(out)
    start = _start(task)
    path = out.with_name(f"{out.stem}.journal.jsonl")
    journal, done = journals.resume(path, start) if resume else (journals.begin(path, start), journals.Progress(start))
    try:
        plan = _plan(task)
        total = (task.configuration.warmups + 1) * sum(len(turn.queries) for turn in plan.passes)
        with step(f"Run {len(task.queries)} queries on {', '.join(task.entrants)}", total) as advance:
            for execution in done.executions:
                advance(execution.query)
            executions, probes = execute(plan, journal, done, lambda e: advance(f"round {e.round} {e.subject} {e.query}"))
        finished = _run(task, done.start, executions, probes)
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
    subjects = {name: entrant.connector for name, entrant in task.entrants.items()}
    functions = {name: tuple((each, entry.variant) for each in entry.functions) for name, entry in task.entries.items()}
    return Plan(
        task.queries,
        subjects,
        task.configuration,
        answers,
        task.rounding_rule,
        skipped=task.skipped,
        texts=task.relevant,
        functions={name: used for name, used in functions.items() if task.entries[name].variant is not Variant.EXPRESSION},
        absent={name: task.texts[entrant.connector.engine].absent for name, entrant in task.entrants.items()},
    )


def _start(task: Task) -> journals.Start:
    identity = msgspec.json.encode(
        [task.suite, task.queries, task.source.data.fingerprint, task.configuration, list(task.entrants)], order="sorted"
    )
    description = (
        f"{task.suite} at scale {task.source.data.scale:g} on {', '.join(task.entrants)}, "
        f"{task.configuration.rounds} rounds, {len(task.queries)} queries"
    )
    return journals.Start(hashlib.sha256(identity).hexdigest()[:16], _now(), description)


def _run(task: Task, start: journals.Start, executions: list[Execution], probes: list[float]) -> Run:
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
        subjects=tuple(entrant.subject for entrant in task.entrants.values()),
        executions=tuple(executions),
        probes=tuple(probes),
        float_tolerance=FLOAT_TOLERANCE,
        plans=_plans(task),
        translations=_translations(task),
    )


def _translations(task: Task) -> dict[str, dict[str, str]]:
    """Return engine -> query -> SQL for every query that an engine was given in other words."""
    changed = {
        product: {name: sql for name, sql in texts.sql.items() if sql != task.queries[name]}
        for product, texts in task.texts.items()
    }
    return {product: sql for product, sql in changed.items() if sql}


def _plans(task: Task) -> dict[str, str]:
    """Return the plan of every query on the last subject; a query without one is left out."""
    last = list(task.entrants.values())[-1]
    texts = task.texts[last.connector.engine]
    client = last.connector.connect()
    found = {}
    try:
        for name in (name for name in task.queries if name not in texts.absent | texts.skipped.keys()):
            try:
                _define(client, task.entries[name])
                found[name] = client.plan(texts.sql[name])
            except EngineError:
                continue
    finally:
        client.close()
    return found


def _define(client: Client, entry: Entry) -> None:
    if entry.variant is not Variant.EXPRESSION:
        for function in entry.functions:
            client.define(function, entry.variant)


def raise_if_different(run: Run) -> None:
    """Raise VerificationError if an answer differs from the reference."""
    wrong = sorted({f"{e.query} on {e.subject}" for e in run.executions if e.status is Status.MISMATCH})
    if wrong:
        first = next(e for e in run.executions if e.status is Status.MISMATCH)
        raise VerificationError(f"{len(wrong)} answers differ from the reference ({', '.join(wrong[:5])}): {first.reason}")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
