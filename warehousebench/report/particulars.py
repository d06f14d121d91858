"""The tables behind the figures: executions of a query, reasons of a design, machine, subjects and data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from warehousebench.model.design import DesignChoice, Evidence
from warehousebench.model.run import Execution, Phase, Status
from warehousebench.report.grid import Cell, Column, Grid, cells
from warehousebench.report.tables import HIDDEN, answers, remarks, unit_of
from warehousebench.report.view import View, compared_query, executions, stand_ins
from warehousebench.report.words import NOTHING, STATUSES, byte_size, count, seconds, significant


def details(view: View, query: str) -> Grid:
    """Return the executions of one query, one row per subject, every time in round order."""
    unit, factor = unit_of(view)
    heads = (Column("Subject"), Column("Answers"), Column("Rows", figures=True), Column("Result hash"))
    columns = (*heads, Column("Timed rounds", unit), Column("Warm-ups", unit))
    found = executions(view, query)
    names = dict.fromkeys(e.subject for e in found)
    rows = tuple(_detail_row(view, name, [e for e in found if e.subject == name], factor) for name in names)
    return Grid(f"Executions of {query}", columns, rows)


def _detail_row(view: View, subject: str, found: Sequence[Execution], factor: float) -> tuple[Cell, ...]:
    hidden = subject in stand_ins(view)
    rows = _distinct("" if e.rows is None else f"{e.rows:,}" for e in found)
    hashes = _distinct((e.result_hash or "")[:12] for e in found)
    timed, warmups = ([e for e in found if e.phase is phase] for phase in (Phase.TIMED, Phase.WARMUP))
    tone = "" if all(e.status is Status.VERIFIED for e in found) else "alarm"
    times = (HIDDEN, HIDDEN) if hidden else (_times(timed, factor), _times(warmups, factor))
    return Cell(subject), Cell(answers(found), tone=tone), Cell(rows), Cell(hashes, tone="code"), *(Cell(text) for text in times)


def _distinct(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text)) or NOTHING


def _times(found: Iterable[Execution], factor: float) -> str:
    parts = ((NOTHING if e.seconds is None else significant(e.seconds * factor)) + _mark(e) for e in found)
    return " · ".join(parts) or NOTHING


def _mark(execution: Execution) -> str:
    return "✖" if execution.status is Status.MISMATCH else ""


def findings(view: View, query: str) -> tuple[str, ...]:
    """Return what is to be said about one query: verdict, remarks, reasons of failures, looser rules."""
    compared, found = compared_query(view, query), executions(view, query)
    lines = [remarks(compared)] if remarks(compared) else []
    reasons = dict.fromkeys(f"{e.subject}, {STATUSES[e.status]}: {e.reason}" for e in found if e.reason)
    ruled = {e.rounding: e.subject for e in reversed(found) if e.rounding}
    rounding = [
        f"By the suite's own rounding rule {text if len(ruled) == 1 else f'{text} ({ruled[text]})'}" for text in ruled if text
    ]
    return (*lines, *reasons, *rounding)


def environment(view: View) -> Grid:
    """Return machine, versions and configuration."""
    run, made, conf = view.run, view.run.environment, view.run.configuration
    pairs = [
        ("Run", run.identity),
        ("Started, finished", f"{run.started}, {run.finished}"),
        ("Processor", f"{made.cpu}, {count(made.cores, 'core')}, {conf.threads} used by each engine"),
        ("Memory", byte_size(made.memory_bytes)),
        ("System", made.system),
        ("Python and packages", ", ".join([f"Python {made.python}", *(f"{k} {v}" for k, v in sorted(made.packages.items()))])),
        ("Source commit", made.git_commit or NOTHING),
        ("Rounds", f"{conf.rounds}, {count(conf.warmups, 'warm-up')} per query and round, seed {conf.seed}"),
        ("Time limit per query", seconds(conf.timeout)),
        ("Speed probe per round", ", ".join(seconds(probe) for probe in run.probes) or NOTHING),
    ]
    return Grid("Machine and configuration", (Column("What"), Column("Value")), tuple(cells(*pair) for pair in pairs))


def subjects(view: View) -> Grid:
    """Return engine, version, layout and settings of each subject."""
    columns = (Column("Subject"), Column("Engine"), Column("Layout"), Column("Settings"))
    rows = tuple(
        cells(
            s.name + (" (stand-in)" if s.name in stand_ins(view) else ""),
            f"{s.engine} {s.engine_version}",
            s.layout,
            ", ".join(f"{key} = {value}" for key, value in sorted(s.settings.items())) or NOTHING,
        )
        for s in view.run.subjects
    )
    return Grid("Subjects and their settings", columns, rows)


def data(view: View) -> Grid:
    """Return the identity of the data, table by table."""
    mark = view.run.fingerprint
    columns = (Column("Table"), Column("Rows and checksum"))
    rows = tuple(cells(name, text) for name, text in sorted(mark.tables.items()))
    return Grid(f"Data by {mark.generator}, checksums by {mark.checksum_method}", columns, rows)


def reasons(choice: DesignChoice, *, brief: bool = False) -> Grid:
    """Return why a table or projection is designed as it is; alike reasons share a row.

    ``brief`` leaves out the figures behind each encoding, which the advice has page by page.
    """
    columns = (Column("Choice"), Column("Why"), Column("Evidence"), Column("Rule"))
    alike: dict[tuple[str, str, str], list[str]] = {}
    for reason in choice.reasons:
        hidden = brief and reason.evidence and reason.subject.startswith("encoding:")
        evidence = "measured: see the advice" if hidden else _evidence(reason.evidence)
        alike.setdefault((reason.code, reason.sentence, evidence), []).append(reason.subject)
    rows = tuple(
        (Cell(_subjects(names)), Cell(sentence), Cell(evidence), Cell(code, tone="code"))
        for (code, sentence, evidence), names in alike.items()
    )
    return Grid(f"Reasons for {choice.name}", columns, rows)


def _evidence(found: Sequence[Evidence]) -> str:
    """Return the figures by source, each source said once."""
    sources: dict[str, list[str]] = {}
    for evidence in found:
        sources.setdefault(evidence.source, []).append(str(replace(evidence, source="")))
    groups = (", ".join(figures) + (f" ({source})" if source else "") for source, figures in sources.items())
    return "; ".join(groups) or "by rule"


def _subjects(names: Sequence[str]) -> str:
    """Return ``encoding:a``, ``encoding:b`` as ``encoding: a, b``."""
    kind, colon, _ = names[0].partition(":")
    return f"{kind}: " + ", ".join(name.partition(":")[2] for name in names) if colon else ", ".join(names)


def plans(view: View, query: str) -> tuple[tuple[str, str], ...]:
    """Return the plans of one query with their keys: the query alone, or subject and query."""
    found = ((key, plan) for key, plan in view.run.plans.items() if key == query or key.endswith(f"/{query}"))
    return tuple(sorted(found))
