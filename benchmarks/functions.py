"""What each kind of user-defined function costs against plain SQL in the same run, and how fast the suite's rows are made.

    python benchmarks/functions.py [--scale 1] [--rounds 4] [--engine duckdb] [--engine spark] [--generate 10] [--repeats 3]

Ratios are times with the function divided by times with its SQL written into the query, of the suite customers, verified, in
rounds of fresh sessions; the whole is their geometric mean.  ``--generate`` is the scale of the rows that are made, in millions.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from statistics import fmean, median

from warehousebench.bench.functions import function_costs
from warehousebench.model import document
from warehousebench.model.comparison import FunctionCost
from warehousebench.model.run import Run

TOOL = [sys.executable, "-m", "warehousebench"]


def timed(command: Sequence[str]) -> tuple[float, float]:
    """Return the wall and CPU seconds of a finished command."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def generated(folder: Path, scale: float) -> tuple[float, float]:
    """Return the wall and CPU seconds of making the suite's rows, which are thrown away."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        return timed([*TOOL, "generate", "--suite", "customers", "--scale", str(scale), "-o", f"{made}/data"])


def print_costs(costs: Sequence[FunctionCost]) -> None:
    """Print a table per subject: a row per query, a column per variant, and the geometric means."""
    for subject in dict.fromkeys(cost.subject for cost in costs):
        own = {(cost.query, cost.variant): cost for cost in costs if cost.subject == subject}
        variants = list(dict.fromkeys(variant for _, variant in own))
        print(f"\n{subject:28}" + "".join(f"{variant:>10}" for variant in variants))
        for query in dict.fromkeys(query for query, _ in own):
            print(f"{query:28}" + "".join(f"{_shown(own.get((query, variant))):>10}" for variant in variants))
        means = (_mean([c for (_, v), c in own.items() if v == variant]) for variant in variants)
        print(f"{'geometric mean':28}" + "".join(f"{mean:>10}" for mean in means))


def _shown(cost: FunctionCost | None) -> str:
    return f"{cost.ratio.value:.2f}" if cost and cost.ratio else "none"


def _mean(costs: Sequence[FunctionCost]) -> str:
    ratios = [cost.ratio.value for cost in costs if cost.ratio]
    return f"{exp(fmean(map(log, ratios))):.2f}" if ratios else "none"


def main() -> None:
    """Make the rows, run the suite and print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", default="1")
    options.add_argument("--rounds", default="4")
    options.add_argument("--engine", action="append", help="default: duckdb")
    options.add_argument("--generate", type=float, default=10.0)
    options.add_argument("--repeats", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="functions") as name:
        folder = Path(name)
        times = [generated(folder, chosen.generate) for _ in range(chosen.repeats)]
        wall, cpu = (median(each) for each in zip(*times, strict=True))
        print(
            f"{chosen.generate:g} million rows made in {wall:.2f} s wall, {cpu:.2f} s CPU (medians of {chosen.repeats})", flush=True
        )
        timed([*TOOL, "generate", "--suite", "customers", "--scale", chosen.scale, "-o", str(folder / "data")])
        engines = [word for engine in chosen.engine or ["duckdb"] for word in ("--engine", engine)]
        out = folder / "run.json"
        timed([*TOOL, "run", "customers", "--data", str(folder / "data"), *engines, "--rounds", chosen.rounds, "-o", str(out)])
        print_costs(function_costs(document.read(out, Run)))


if __name__ == "__main__":
    main()
