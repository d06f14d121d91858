"""Spark against DuckDB in one run: sorted Parquet of lineitem, and what Spark takes before its first row.

    python benchmarks/spark.py [--scale 1] [--pairs 3] [--memory 4g]

Both read the same Parquet file and write it sorted by ship date, zstd, alternately: Spark by what `load --on spark` does without
its checks, DuckDB by its own COPY and by this toolkit's writer. Spark runs on this machine, on all processors.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.engines import target
from warehousebench.engines.base import Plan
from warehousebench.engines.spark import settings
from warehousebench.engines.spark.client import SparkConnector
from warehousebench.engines.spark.store import open_store
from warehousebench.engines.targets import Target
from warehousebench.load.parquet import ParquetProfile, write_table
from warehousebench.model.catalog import Catalog
from warehousebench.model.load import TableLayout
from warehousebench.source.ddl import read_ddl
from warehousebench.source.generator import generate
from warehousebench.workload.suite import schema_file

ORDER = ("l_shipdate",)


def timed(action: Callable[[], int]) -> tuple[float, int]:
    """Return the seconds of calling ``action``, and the bytes it says it wrote."""
    started = time.perf_counter()
    size = action()
    return time.perf_counter() - started, size


def main() -> None:
    """Generate lineitem, write it in turns and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--pairs", type=int, default=3)
    options.add_argument("--memory", default="4g")
    chosen = options.parse_args()
    table = read_ddl([schema_file("tpch")]).table("lineitem")
    with TemporaryDirectory(prefix="spark") as name:
        folder = Path(name)
        generate(("tpcgen-cli", "tpch"), chosen.scale, folder, ["lineitem"])
        source = folder / "lineitem.parquet"
        rows = f"read_parquet({duck.text(str(source))})"
        order = (*ORDER, *table.primary_key)
        there = target("spark")
        there = Target("spark", "spark", {**there.options, "memory": chosen.memory, "warehouse": str(folder / "warehouse")})
        store = open_store(there, Plan(Catalog((table,), "benchmark"), {"lineitem": TableLayout(ORDER)}))

        def by_spark() -> int:
            store.create(table)
            store.fill(table, [source])
            return store.stored_bytes() or 0

        def by_copy() -> int:
            out = folder / "copy.parquet"
            keys = ", ".join(order)
            with duck.opened(memory="4GB") as connection:
                duck.run(connection, f"SET temp_directory = {duck.text(str(folder / 'spill'))}")
                duck.run(
                    connection, f"COPY (FROM {rows} ORDER BY {keys}) TO {duck.text(str(out))} (FORMAT parquet, COMPRESSION zstd)"
                )
            return out.stat().st_size

        def by_writer() -> int:
            with duck.opened(memory="4GB") as connection:
                duck.run(connection, f"SET temp_directory = {duck.text(str(folder / 'spill'))}")
                sql = f"SELECT * FROM {rows}"
                return write_table(
                    connection, sql, order, folder / "ours.parquet", TableLayout(ORDER), ParquetProfile.PORTABLE
                ).bytes

        by_spark()  # the first one warms the JVM up
        turns = [(timed(by_spark), timed(by_copy), timed(by_writer)) for _ in range(chosen.pairs)]
        wrong = store.differences()
        facts = SparkConnector(settings.read(there)).settings
        shutil.rmtree(folder / "warehouse")
    if wrong:
        raise SystemExit(f"Spark's files are not as asked for: {wrong[0]}")
    print("turn  Spark s  COPY s  our writer s  Spark/COPY  Spark MB  COPY MB  our MB")
    for i, ((spark, size), (copy, copied), (ours, written)) in enumerate(turns, 1):
        sizes = "  ".join(f"{each / 1e6:7.1f}" for each in (size, copied, written))
        print(f"{i:4}  {spark:7.2f}  {copy:6.2f}  {ours:12.2f}  {spark / copy:10.2f}  {sizes}")
    print(f"median ratio of time, Spark to COPY: {median(s[0] / c[0] for s, c, _ in turns):.2f}; to our writer: ", end="")
    print(f"{median(s[0] / w[0] for s, _, w in turns):.2f}")
    print(f"Spark {facts['master']}: start-up {facts['start-up']}, JVM peak memory {facts.get('JVM peak memory', 'unknown')}")


if __name__ == "__main__":
    main()
