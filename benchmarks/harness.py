"""What the harness costs around the queries: ``run`` against a bare loop over the same SQL on the same database file.

    python benchmarks/harness.py [--scale 1] [--pairs 5]

Both execute each of the 22 queries twice (a warm-up and a timed one) in each of two rounds on a fresh connection; ``run``
also verifies all 88 answers by value and writes its journal and run.json.  CPU seconds of the whole process, paired
alternately, since wall time of a shared machine tells little.  Reference answers are computed before, once per data set.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROUNDS, WARMUPS = 2, 1
BARE = """
import sys, duckdb
from warehousebench.workload.suite import load_suite
database, scale = sys.argv[1], float(sys.argv[2])
queries = [query.sql for query in load_suite("tpch", scale).queries]
for _ in range({rounds}):
    with duckdb.connect(database, read_only=True) as connection:
        for sql in queries:
            for _ in range({warmups} + 1):
                connection.execute(sql).fetchall()
"""


def cpu_of(command: list[str]) -> float:
    """Return the CPU seconds, user and system, of a finished command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Prepare the data, run the pairs and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", default="1")
    options.add_argument("--pairs", type=int, default=5)
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="harness"))
    tool = [sys.executable, "-m", "warehousebench"]
    try:
        data, layout = folder / "data", folder / "plain"
        cpu_of([*tool, "generate", "--scale", chosen.scale, "-o", str(data)])
        cpu_of([*tool, "load", "--data", str(data), "--catalog", str(data / "catalog.json"), "-o", str(layout)])
        run = [*tool, "run", "--suite", "tpch", "--data", str(data), "--on", str(layout), "--rounds", str(ROUNDS), "-o"]
        bare = [sys.executable, "-c", BARE.format(rounds=ROUNDS, warmups=WARMUPS), str(layout / "warehouse.duckdb"), chosen.scale]
        cpu_of([*run, str(folder / "first.json")])  # computes the reference answers
        pairs = [(cpu_of(bare), cpu_of([*run, str(folder / f"{i}.json")])) for i in range(chosen.pairs)]
    finally:
        shutil.rmtree(folder)
    print("pair  bare loop s  harness s  ratio  ratio less 0.5 s")
    for i, (loop, harness) in enumerate(pairs, 1):
        print(f"{i:4}  {loop:11.2f}  {harness:9.2f}  {harness / loop:5.3f}  {(harness - 0.5) / loop:5.3f}")
    plain, less = median(h / b for b, h in pairs), median((h - 0.5) / b for b, h in pairs)
    print(f"median ratio {plain:.3f}, less 0.5 s {less:.3f} (aim: at most 1.05)")


if __name__ == "__main__":
    main()
