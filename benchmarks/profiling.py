"""How long profiling TPC-H's lineitem takes against DuckDB's own SUMMARIZE of the same rows.

    python benchmarks/profiling.py [--scale 1] [--pairs 5]

Both read the same Parquet file on the same connection settings, alternately; wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.profile import profile_table
from warehousebench.source.generator import generate


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of calling ``action``."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    """Generate lineitem, measure the pairs and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--pairs", type=int, default=5)
    chosen = options.parse_args()
    with TemporaryDirectory(prefix="profiling") as folder, duck.opened() as connection:
        generate(("tpcgen-cli", "tpch"), chosen.scale, Path(folder), ["lineitem"])
        relation = f"read_parquet({duck.text(str(Path(folder) / 'lineitem.parquet'))})"
        pairs = [
            (timed(lambda: profile_table(connection, relation)), timed(lambda: duck.rows(connection, f"SUMMARIZE FROM {relation}")))
            for _ in range(chosen.pairs)
        ]
    print("pair  profile s  SUMMARIZE s  wall ratio  CPU ratio")
    for i, (ours, theirs) in enumerate(pairs, 1):
        print(f"{i:4}  {ours[0]:9.2f}  {theirs[0]:11.2f}  {ours[0] / theirs[0]:10.3f}  {ours[1] / theirs[1]:9.3f}")
    walls, cpus = [o[0] / t[0] for o, t in pairs], [o[1] / t[1] for o, t in pairs]
    print(f"median ratio: wall {median(walls):.3f}, CPU {median(cpus):.3f} (aim: at most 0.5)")


if __name__ == "__main__":
    main()
