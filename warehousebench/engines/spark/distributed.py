"""Work on data that are too large for one machine: making them, measuring them, sorting them.

Source files and results lie where the driver and all executors see them under the same path.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from warehousebench.engines.base import Plan
from warehousebench.engines.common.checks import ROWS, differing
from warehousebench.engines.spark import ddl
from warehousebench.engines.spark import settings as chosen
from warehousebench.engines.spark.client import open_session, translated
from warehousebench.engines.spark.measure import measure
from warehousebench.engines.spark.store import SparkStore, checked
from warehousebench.engines.targets import Target
from warehousebench.errors import SourceError, VerificationError
from warehousebench.model.catalog import Table
from warehousebench.model.data import Fingerprint
from warehousebench.model.profile import Profile

_LEAST_PARTS = 4


def generate(target: Target, command: Sequence[str], scale: float, folder: Path, progress: Callable[[str], None]) -> None:
    """Make a suite's tables in parts, each by one task, and put them into ``folder`` when all are there.

    ``command`` is the generator's.  Parts that an interrupted attempt has finished are kept: the generator makes each the
    same whoever makes it and in whatever order.  Raises EngineError if a task fails.
    """
    parts = max(_LEAST_PARTS, math.ceil(scale))
    workshop = folder.absolute().with_name(f".{folder.name}.{command[1]}-{scale!r}-{parts}.parts")
    whole = [*command, "parquet", "-s", repr(float(scale)), "-p", str(parts), "--no-progress"]
    with closing(open_session(chosen.read(target))) as client, translated():
        numbers = client.session.range(1, parts + 1, 1, parts)
        for row in numbers.mapInArrow(_maker(whole, str(workshop)), "part long").toLocalIterator():
            progress(f"part {row[0]} of {parts}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for made in sorted(path for path in workshop.iterdir() if not path.name.startswith(".")):
            made.rename(folder / made.name)
        shutil.rmtree(workshop)
    except OSError as error:
        raise SourceError(f"cannot put the generated files into {folder}: {error.strerror}. Choose another folder.") from error


def profile(
    target: Target, files: Mapping[str, Sequence[Path]], fingerprint: Fingerprint, progress: Callable[[str], None] = lambda _: None
) -> Profile:
    """Return the profile of Parquet ``files`` (table -> paths), as :mod:`warehousebench.profile` would make it."""
    tables = {}
    with closing(open_session(chosen.read(target))) as client:
        for name, paths in files.items():
            tables[name] = measure(client, [ddl.local(path) for path in paths])
            progress(name)
    return Profile(fingerprint, tables)


def sort(target: Target, plan: Plan, table: Table, files: Sequence[Path], folder: Path) -> tuple[Path, int, int]:
    """Write a table's rows in the plan's order below ``folder``; return its own folder, its rows and bytes.

    Raises VerificationError if what was written is not what was read, or not in order.
    """
    with closing(open_session(chosen.read(target))) as client:
        store = SparkStore(client, str(folder), Plan(plan.catalog, plan.design))
        store.create(table)
        store.fill(table, files)
        found = store.check(table)
        # The source is still there as the view that the rows were read through.
        wrong = differing(checked(client, table, ddl.quote(table.name)), found)
        if wrong := wrong + store.table_differences(table):
            raise VerificationError(f"{table.name} was written otherwise than it was read: {wrong[0]}. Repeat with --resume.")
        place = Path(ddl.place(str(folder), table.name).removeprefix("file:"))
        return place, int(found[ROWS]), sum(path.stat().st_size for path in place.glob("*.parquet"))


def _maker(command: list[str], workshop: str) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return what a task does: make the parts whose numbers it is given, and say so for each.

    It runs in workers that have the generator and need not have this package.
    """

    def make(batches: Iterator[Any]) -> Iterator[Any]:
        import os
        import shutil
        import subprocess
        import sys
        import tempfile

        import pyarrow

        os.makedirs(workshop, exist_ok=True)
        own = shutil.which(command[0], path=os.path.dirname(sys.executable)) or shutil.which(command[0])
        if own is None:
            raise RuntimeError(f"the generator {command[0]} is not installed where Spark's workers run")
        for batch in batches:
            for part in batch.column(0).to_pylist():
                done = os.path.join(workshop, f".{part}.done")
                if not os.path.exists(done):
                    with tempfile.TemporaryDirectory(dir=workshop, prefix=".") as bench:
                        ran = subprocess.run(
                            [own, *command[1:], "--part", str(part), "-o", bench], capture_output=True, text=True, check=False
                        )
                        if ran.returncode:
                            raise RuntimeError(f"{command[0]} failed on part {part}: {ran.stderr.strip()[-300:]}")
                        for name in os.listdir(bench):
                            os.makedirs(os.path.join(workshop, name), exist_ok=True)
                            for file in os.listdir(os.path.join(bench, name)):
                                os.replace(os.path.join(bench, name, file), os.path.join(workshop, name, file))
                    open(done, "w").close()
                yield pyarrow.RecordBatch.from_pydict({"part": [part]})

    return make
