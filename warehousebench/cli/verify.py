"""``verify``: which answers of a run equal the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from warehousebench.cli.options import emit, file, format_option
from warehousebench.cli.tables import seconds, table
from warehousebench.model import document
from warehousebench.model.run import Phase, Run, Status

NAMED = 6  # queries that a reason lists by name


@click.command("verify")
@click.argument("run_file", type=file, default="run.json")
@format_option
def command(run_file: Path, output: str) -> None:
    """Say how every execution in RUN_FILE ended; exit 3 if an answer differs, 1 if one failed or has no reference."""
    run = document.read(run_file, Run)
    emit(run, overview(run), output)
    statuses = {execution.status for execution in run.executions}
    raise SystemExit(3 if Status.MISMATCH in statuses else 0 if statuses <= {Status.VERIFIED} else 1)


def overview(run: Run) -> str:
    """Return, per subject, how the executions ended and the total of the timed medians; then every reason once."""
    rows = []
    for subject in run.subjects:
        mine = [e for e in run.executions if e.subject == subject.name]
        counts = Counter(e.status for e in mine)
        rows.append([subject.name, str(len(mine)), *(str(counts[status]) for status in Status), seconds(_total(run, subject.name))])
    text = table(["subject", "executions", *(status.value for status in Status), "sum of medians"], rows)
    told = list(_reasons(run))
    return "\n".join([text, *(["", *told] if told else [])])


def _reasons(run: Run) -> Iterator[str]:
    """Yield a line per reason, with the queries that it holds for."""
    queries: dict[tuple[str, str, str], dict[str, None]] = {}
    for e in run.executions:
        if e.reason:
            queries.setdefault((e.subject, e.status.value, e.reason), {})[e.query] = None
    order = list(run.queries)
    for (subject, status, reason), found in queries.items():
        names = sorted(found, key=order.index)
        listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        yield f"{listed} on {subject}: {status}: {reason}"


def _total(run: Run, subject: str) -> float | None:
    from statistics import median

    if run.subject(subject).stand_in:
        return None
    times: dict[str, list[float]] = {}
    for e in run.executions:
        if e.subject == subject and e.phase is Phase.TIMED and e.status is Status.VERIFIED and e.seconds is not None:
            times.setdefault(e.query, []).append(e.seconds)
    return sum(median(values) for values in times.values()) if len(times) == len(run.queries) else None
