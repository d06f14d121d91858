"""Sorted, encoded Parquet as ``load`` writes it against DuckDB's bare COPY of the same rows in the same order.

    python benchmarks/parquet.py DATA [--pairs 5]

DATA holds lineitem.parquet (warehousebench generate --suite tpch --scale 1 -o DATA).  Both sort by l_shipdate, l_orderkey and
l_linenumber and compress with zstd; ours gives every column an encoding.  Wall, CPU and bytes, alternately.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.load.parquet import ParquetProfile, write_table
from warehousebench.model.load import CodecFamily, TableLayout

ORDER = ("l_shipdate", "l_orderkey", "l_linenumber")
# The families that the search gives these columns in this order: keys, numbers and dates as deltas, a few values as dictionary.
FEW = ("l_linenumber", "l_quantity", "l_discount", "l_tax", "l_returnflag", "l_linestatus", "l_shipinstruct", "l_shipmode")
MEMORY = "1500MB"


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of calling ``action``."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


def layout(connection: duck.Connection, relation: str) -> TableLayout:
    """Return the layout with a family per column."""
    names = [name for name, *_ in duck.rows(connection, f"DESCRIBE SELECT * FROM {relation}")]
    families = {name: CodecFamily.DICTIONARY if name in FEW else CodecFamily.DELTA for name in names}
    return TableLayout(ORDER, families | {"l_shipdate": CodecFamily.RUNS})


def main() -> None:
    """Write the pairs and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--pairs", type=int, default=5)
    chosen = options.parse_args()
    relation = f"read_parquet({duck.text(str(chosen.data / 'lineitem.parquet'))})"
    print("pair  ours s  COPY s  wall ratio  CPU ratio  size ratio")
    walls, cpus = [], []
    with TemporaryDirectory(prefix="parquet") as folder, duck.opened(memory=MEMORY) as connection:
        duck.run(connection, f"SET temp_directory = {duck.text(folder)}")
        ours, theirs = Path(folder) / "ours.parquet", Path(folder) / "theirs.parquet"
        wanted = layout(connection, relation)
        copy = f"COPY (FROM {relation} ORDER BY {', '.join(ORDER)}) TO {duck.text(str(theirs))} (FORMAT parquet, COMPRESSION zstd)"
        for pair in range(1, chosen.pairs + 1):
            one = timed(lambda: write_table(connection, f"FROM {relation}", ORDER, ours, wanted, ParquetProfile.COMPACT))
            other = timed(lambda: duck.run(connection, copy))
            walls.append(one[0] / other[0])
            cpus.append(one[1] / other[1])
            size = ours.stat().st_size / theirs.stat().st_size
            print(f"{pair:4}  {one[0]:6.2f}  {other[0]:6.2f}  {walls[-1]:10.3f}  {cpus[-1]:9.3f}  {size:10.3f}")
    print(f"median ratio: wall {median(walls):.3f} (aim: at most 1.3), CPU {median(cpus):.3f}, size {size:.3f} (aim: at most 0.92)")


if __name__ == "__main__":
    main()
