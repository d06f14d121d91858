"""What a run has done so far, line by line, so that a killed run can go on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.run import Execution, Phase

_FORMAT, _VERSION = "warehousebench.journal", 1


@dataclass(frozen=True, slots=True)
class Start:
    """The first line: what the run is about; only a run of the same identity may continue it."""

    identity: str
    started: str
    description: str
    format: str = _FORMAT
    version: int = _VERSION


@dataclass(frozen=True, slots=True)
class PassDone:
    """A finished pass with the probe's seconds taken before it."""

    round: int
    subject: str
    probe: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything a journal holds: whole lines only, a torn last line is dropped."""

    start: Start
    executions: tuple[Execution, ...] = ()
    probes: tuple[PassDone, ...] = ()


class Journal:
    """An append-only file beside the run; every line is flushed to the system as soon as it is complete."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.path = path
        self._stream = stream

    def add(self, line: Start | Execution | PassDone) -> None:
        """Append one line; raises SourceError if it cannot be written."""
        try:
            self._stream.write(msgspec.json.encode(line) + b"\n")
            self._stream.flush()
        except OSError as error:
            raise SourceError(
                f"cannot write {self.path}: {error.strerror}. What was finished is kept: free some space and repeat with --resume."
            ) from error

    def close(self) -> None:
        """Close the file and keep it."""
        self._stream.close()

    def remove(self) -> None:
        """Close and delete the file: the run itself is written."""
        self._stream.close()
        self.path.unlink(missing_ok=True)


def begin(path: Path, start: Start) -> Journal:
    """Start a new journal at ``path``; raises UsageError if one is there already."""
    if path.exists():
        raise UsageError(f"{path} is left from an interrupted run. Go on with --resume, or delete it to start over.")
    path.parent.mkdir(parents=True, exist_ok=True)
    journal = Journal(path, path.open("ab"))
    journal.add(start)
    return journal


def resume(path: Path, start: Start) -> tuple[Journal, Progress]:
    """Open the journal at ``path`` to go on; raises UsageError if there is none or it belongs to another run."""
    progress = read(path)
    if progress.start.identity != start.identity:
        raise UsageError(
            f"{path} belongs to another run: {progress.start.description}; this is: {start.description}. "
            "Use the same options and data, or delete it to start over."
        )
    _drop_open_turn(path)
    return Journal(path, path.open("ab")), read(path)


def read(path: Path) -> Progress:
    """Return what the journal at ``path`` holds; raises UsageError if there is none, SourceError if it is no journal."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError as error:
        raise UsageError(f"there is no interrupted run at {path}. Start one without --resume.") from error
    if not lines:
        raise SourceError(f"{path} ends before the run began. Delete it and start the run over.")
    try:
        start = msgspec.json.decode(lines[0], type=Start)
        records = [msgspec.json.decode(line, type=dict[str, object]) for line in lines[1:]]
        executions = tuple(msgspec.convert(record, Execution) for record in records if "query" in record)
        probes = tuple(msgspec.convert(record, PassDone) for record in records if "probe" in record)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SourceError(f"{path} is damaged ({error}). Delete it and start the run over.") from error
    if (start.format, start.version) != (_FORMAT, _VERSION):
        raise SourceError(
            f"{path} is {start.format} version {start.version}, not {_FORMAT} version {_VERSION}. Choose another --out."
        )
    return Progress(start, executions, probes)


def _drop_open_turn(path: Path) -> None:
    """Cut off a torn last line and warm-ups whose timed execution never came: they are repeated on the new session."""
    lines = path.read_bytes().splitlines(keepends=True)
    while not lines[-1].endswith(b"\n") or msgspec.json.decode(lines[-1], type=dict[str, object]).get("phase") == Phase.WARMUP:
        lines.pop()
    with path.open("r+b") as stream:
        stream.truncate(sum(map(len, lines)))


def unfinished(queries: Sequence[str], done: Sequence[Execution]) -> tuple[str, ...]:
    """Return the queries of a pass that have no timed record yet, in order."""
    finished = {execution.query for execution in done if execution.phase is Phase.TIMED}
    return tuple(query for query in queries if query not in finished)
