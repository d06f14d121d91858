"""Rows of TPC-H and TPC-DS schemas from tpcgen-cli, the generator that needs neither network nor compiler."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from warehousebench.errors import SourceError, UsageError
from warehousebench.source import customers

FIRST = "first_purchases.csv"
_OWN = "warehousebench"


def parse_scale(text: str) -> float:
    """Return the scale factor in ``text``; raises UsageError for anything but a finite number above 0."""
    try:
        scale = float(text)
    except ValueError:
        scale = math.nan
    if not (math.isfinite(scale) and scale > 0):
        raise UsageError(f"the scale {text!r} is not a number above 0. Use for example 0.1, 1 or 10.")
    return scale


def generate(
    suite_generator: tuple[str, ...], scale: float, folder: Path, tables: Sequence[str] | None = None, *, home: Path | None = None
) -> str:
    """Generate Parquet files into ``folder`` and return the generator with its version, ``tpcgen-cli 4.0.0``.

    ``suite_generator`` is the suite's command, such as ``("tpcgen-cli", "tpch")``, or ``("warehousebench", NAME)`` for a
    generator of ours, which may read files of the suite in ``home``; ``tables`` limits the command to some tables.
    Files appear in ``folder`` only after all of them are complete.  Raises SourceError if the tool is missing or fails.
    """
    parse_scale(str(scale))
    if suite_generator[0] == _OWN:
        with _beside(folder) as workshop:
            version = customers.generate(scale, workshop, (home or Path()) / FIRST)
            _move(workshop, folder)
        return version
    tool, version = _tool(suite_generator[0]), version_of(suite_generator)
    with _beside(folder) as workshop:
        # repr() of a float is the shortest text that reads back as the same number.
        command = [tool, *suite_generator[1:], "parquet", "-s", repr(float(scale)), "-o", str(workshop), "--no-progress"]
        _run(command + (["-T", ",".join(tables)] if tables else []))
        _move(workshop, folder)
    return version


def version_of(suite_generator: tuple[str, ...]) -> str:
    """Return the generator with its version, ``tpcgen-cli 4.0.0``; raises SourceError if it is missing."""
    return _run([_tool(suite_generator[0]), "--version"]).strip()


def _tool(name: str) -> str:
    """Return the executable ``name``: the one installed with this Python, else the one on PATH."""
    own = shutil.which(name, path=str(Path(sys.executable).parent))
    if found := own or shutil.which(name):
        return found
    raise SourceError(f"the generator {name} is not installed. Install it with: pip install {name}")


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    except OSError as error:
        raise SourceError(f"cannot start {command[0]}: {error.strerror or error}. Install it again with pip.") from error
    if done.returncode:
        raise SourceError(f"{Path(command[0]).name} failed: {_last_line(done)}. {_remedy(done.stderr)}")
    return done.stdout


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else f"exit code {done.returncode}"


def _remedy(stderr: str) -> str:
    if "No space left" in stderr or "os error 28" in stderr:
        return "The disk is full: free some space or choose another folder; nothing was changed."
    return "Nothing was changed in the target folder."


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """Yield an empty folder on the same file system as ``folder``, gone at the end of the block."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        workshop = tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.")
    except OSError as error:
        raise SourceError(f"cannot write beside {folder}: {error.strerror}. Choose another folder.") from error
    with workshop as path:
        yield Path(path)


def _move(workshop: Path, folder: Path) -> None:
    made = sorted(workshop.iterdir())
    if not made:
        raise SourceError(f"the generator made no files for {folder}. Check the scale and the names of the tables.")
    try:
        folder.mkdir(exist_ok=True)
        for path in made:
            os.replace(path, folder / path.name)
    except OSError as error:
        raise SourceError(f"cannot put the generated files into {folder}: {error.strerror}. Choose another folder.") from error
