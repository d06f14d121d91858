"""What ``advise`` takes on TPC-DS for both products as queries and tables grow: seconds, CPU seconds, peak memory, and a chart.

    pip install 'warehousebench[tpcds]'
    warehousebench generate --suite tpcds --scale 1 -o DATA
    python benchmarks/growth.py DATA --chart docs/growth.svg

Queries grow with all tables there; tables grow with a fixed number of queries, which read as many of the tables as they can.
Wall seconds depend on what else the machine does; CPU seconds, which the chart shows, do so less.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.suite import SuiteQuery, load_suite, schema_file
from warehousebench.workload.usage import analyse

QUERIES = (10, 25, 50, 99)
TABLES = (4, 8, 16, 24)
# As many as there are over the four tables that most queries read.
FEW_QUERIES = 11
WIDTH, HEIGHT = 330, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 28, 40
STYLE = (
    "text{font:12px sans-serif;fill:#333}.axis{stroke:#999}.line{stroke:#1f6feb;fill:none;stroke-width:2}.dot{fill:#1f6feb}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.line{stroke:#79b8ff}.dot{fill:#79b8ff}}"
)


@dataclass(frozen=True)
class Run:
    """One run of the command: its size, seconds, CPU seconds and peak megabytes."""

    queries: int
    tables: int
    wall: float
    cpu: float
    peak: float


def reads(queries: Sequence[SuiteQuery], catalog: Catalog) -> Mapping[str, frozenset[str]]:
    """Return query -> the tables that it reads."""
    return {query.name: frozenset(use.table for use in query.uses) for query in analyse(queries, catalog, "tpcds").queries}


def covering(queries: Sequence[SuiteQuery], of: Mapping[str, frozenset[str]], tables: frozenset[str]) -> list[SuiteQuery]:
    """Return a few queries over ``tables`` only: first those that add most tables, then the others in turn."""
    left = [query for query in queries if of[query.name] <= tables]
    chosen: list[SuiteQuery] = []
    seen: frozenset[str] = frozenset()
    while left and len(chosen) < FEW_QUERIES:
        best = max(left, key=lambda query: len(of[query.name] - seen))
        left.remove(best)
        chosen.append(best)
        seen |= of[best.name]
    return chosen


def measured(data: Path, catalog: Catalog, queries: Sequence[SuiteQuery], tables: frozenset[str]) -> Run:
    """Run the command on some queries and tables; raises SystemExit if it fails."""
    with TemporaryDirectory() as root:
        folder = Path(root)
        document.write(folder / "catalog.json", Catalog(tuple(table for table in catalog if table.name in tables), catalog.source))
        for query in queries:
            document.write_text(folder / "queries" / f"{query.name}.sql", query.sql)
        (folder / "data").mkdir()
        for table in tables:
            (folder / "data" / f"{table}.parquet").symlink_to((data / f"{table}.parquet").resolve())
        names = {"--catalog": "catalog.json", "--data": "data", "--queries": "queries", "-o": "design"}
        places = [str(part) for option, name in names.items() for part in (option, folder / name)]
        command = [sys.executable, "-m", "warehousebench", "advise", *places]
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(f"{' '.join(command)} failed")
        wall = time.perf_counter() - begun
    return Run(len(queries), len(tables), wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def growing(data: Path) -> Iterator[tuple[str, Run]]:
    """Yield what grows with each run."""
    queries, catalog = load_suite("tpcds", 1).queries, read_ddl([schema_file("tpcds")])
    everything = frozenset(table.name for table in catalog)
    for count in QUERIES:
        # Evenly spread, so that every part has simple and complex queries.
        yield "queries", measured(data, catalog, queries[:: len(queries) // count][:count], everything)
    of = reads(queries, catalog)
    often = [table for table, _ in Counter(table for found in of.values() for table in found).most_common()]
    for count in TABLES:
        tables = frozenset(often[:count])
        yield "tables", measured(data, catalog, covering(queries, of, tables), tables)


def chart(runs: Sequence[tuple[str, Run]]) -> str:
    """Return an SVG of CPU seconds by queries and by tables."""
    top = max(run.cpu for _, run in runs) * 1.1
    panels = [panel([run for what, run in runs if what == kind], kind, top, k) for k, kind in enumerate(("queries", "tables"))]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" role="img">'
    title = "<title>CPU seconds of advise on TPC-DS, both products, by queries and by tables</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *panels, "</svg>"]) + "\n"


def panel(runs: Sequence[Run], kind: str, top: float, number: int) -> str:
    """Return one line with its axes, ``number`` places to the right."""
    sizes = [run.queries if kind == "queries" else run.tables for run in runs]
    fixed = "24 tables" if kind == "queries" else f"{FEW_QUERIES} queries"
    across = [LEFT + size / max(sizes) * (WIDTH - LEFT - RIGHT - 20) for size in sizes]
    down = [TOP + (1 - run.cpu / top) * (HEIGHT - TOP - BOTTOM) for run in runs]
    floor = HEIGHT - BOTTOM
    parts = [
        f'<g transform="translate({number * WIDTH} 0)">',
        f'<text x="{LEFT}" y="16">CPU seconds by {kind}, {fixed}</text>',
        f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}"/>',
        f'<path class="line" d="M{" L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across, down, strict=True))}"/>',
    ]
    for x, y, size, run in zip(across, down, sizes, runs, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{run.cpu:.0f}</text>')
        parts.append(f'<text x="{x:.1f}" y="{floor + 16}" text-anchor="middle">{size}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    return "\n".join([*parts, f'<text x="{middle:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{kind}</text>', "</g>"])


def main() -> None:
    """Print a line per run, then write the chart."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("data", type=Path)
    given.add_argument("--chart", type=Path, help="file for the chart")
    chosen = given.parse_args()
    print(f"{'grows':8} {'queries':>7} {'tables':>6} {'wall s':>7} {'CPU s':>7} {'peak MB':>8}")
    runs = []
    for what, run in growing(chosen.data):
        print(f"{what:8} {run.queries:7} {run.tables:6} {run.wall:7.1f} {run.cpu:7.1f} {run.peak:8.0f}", flush=True)
        runs.append((what, run))
    if chosen.chart:
        document.write_text(chosen.chart, chart(runs))


if __name__ == "__main__":
    main()
