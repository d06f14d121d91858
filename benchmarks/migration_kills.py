"""Kill a migration at random points and resume it, again and again; every time all rows must be there once.

    python benchmarks/migration_kills.py URL [--points 20] [--seed 1] [--chunk-rows 50000]

URL is a database that ``migrate`` reads.  One migration runs undisturbed first, to know how long it takes and what arrives.
Each further one is killed (SIGKILL) at a random moment of that time, resumed until it ends, and its rows compared with
those of the first by the checksum of every table.  Ends with an error if any differs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from warehousebench import duck
from warehousebench.source import checksum

MAIN = (
    "from warehousebench.load.migrate import extract; extract.Limits.__init__.__defaults__ = (None, {rows}); "
    "from warehousebench.cli import main; main()"
)


def stored(out: Path) -> dict[str, tuple[int, str]]:
    """Return rows and checksum of every table in the database that a migration made."""
    with duck.opened(out / "layout" / "warehouse.duckdb", read_only=True) as connection:
        names = [str(name) for (name,) in duck.rows(connection, "SELECT table_name FROM duckdb_tables()")]
        return {
            name: checksum.checksum(connection, duck.quote(name), checksum.columns_of(connection, duck.quote(name)))
            for name in names
        }


def stage(out: Path) -> str:
    """Return how far a killed migration had come."""
    if (out / "migration.json").exists():
        return "at the very end"
    if (out / "layout").exists():
        return "loading"
    manifest = out / "rows" / "extraction.json"
    if not manifest.exists():
        return "reading the schema"
    tables = json.loads(manifest.read_text(encoding="utf-8"))["tables"]
    chunks = sum(len(table["done"]) for table in tables.values())
    return f"{sum(table['source'] is not None for table in tables.values())} tables, {chunks} chunks out"


def attempt(command: list[str], out: Path, moment: float, whole: dict[str, tuple[int, str]]) -> bool:
    """Migrate, kill after ``moment`` seconds, resume and compare; return whether the kill came before the end."""
    first = subprocess.Popen([*command, str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(moment)
    first.send_signal(signal.SIGKILL)
    hit = first.wait() == -signal.SIGKILL
    where = stage(out)
    second = subprocess.run([*command, str(out), "--resume"], capture_output=True, text=True, check=False)
    same = second.returncode == 0 and stored(out) == whole
    print(f"{moment:5.1f} s  {'killed' if hit else 'had ended'}: {where:32}  {'same rows' if same else 'DIFFERS'}", flush=True)
    if not same:
        sys.exit(second.stdout + second.stderr)
    shutil.rmtree(out)
    return hit


def main() -> None:
    """Run the kills and print one line each."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("url")
    options.add_argument("--points", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--chunk-rows", type=int, default=50_000)
    chosen = options.parse_args()
    dice = random.Random(chosen.seed)
    command = [sys.executable, "-c", MAIN.format(rows=chosen.chunk_rows), "migrate", chosen.url, "-o"]
    folder = Path(tempfile.mkdtemp(prefix="kills"))
    try:
        started = time.perf_counter()
        subprocess.run([*command, str(folder / "whole")], check=True, capture_output=True)
        whole, spent = stored(folder / "whole"), time.perf_counter() - started
        print(f"undisturbed: {spent:.1f} s, {sum(rows for rows, _ in whole.values()):,} rows of {len(whole)} tables")
        hits = tries = 0
        while hits < chosen.points and tries < 3 * chosen.points:
            tries += 1
            hits += attempt(command, folder / "killed", dice.uniform(0.05, 1.0) * spent, whole)
        print(f"{hits} kills in {tries} migrations; all rows were there once each time")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
