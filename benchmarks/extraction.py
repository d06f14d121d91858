"""How fast migrate brings a table out, against the fastest single-purpose ways to the same Arrow data, in one run.

    python benchmarks/extraction.py URL [--table lineitem] [--rounds 3] [--connections 3]

URL is a PostgreSQL or MySQL/MariaDB database that holds the table.  Every way runs in a process of its own, in turn, and reads
all rows and columns: "batches" is migrate's own reading into Arrow, "files" is that with the Parquet files it keeps; the
others give Arrow and keep nothing.  Wall time, the client's CPU and its peak memory; ratios are of rows per second to the
fastest other way of the same round.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import RawIOBase
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import sqlalchemy as sa

from warehousebench.load.migrate.extract import CHUNK_ROWS, Limits, extract
from warehousebench.model.catalog import Table
from warehousebench.source.database import reflect
from warehousebench.source.extract import open_extraction
from warehousebench.source.extract.base import schema_of


def batches(url: str, table: Table, connections: int) -> int:
    """Read by migrate into Arrow batches, as many chunks at once as it has workers."""
    from concurrent.futures import ThreadPoolExecutor

    source = open_extraction(url, None, [table], connections)
    try:
        chunks = source.chunks(table, CHUNK_ROWS)

        def rows(chunk: Any) -> int:
            return sum(batch.num_rows for batch in source.batches(table, chunk, lambda row: sys.exit(str(row))))

        with ThreadPoolExecutor(source.workers) as pool:
            return sum(pool.map(rows, chunks))
    finally:
        source.close()


def files(url: str, table: Table, connections: int) -> int:
    """Read by migrate into its Parquet files, and hold nothing against the source: that is another step."""
    from warehousebench.load.migrate import extract as module

    module._settled = lambda *_: True
    source = open_extraction(url, None, [table], connections)
    try:
        with tempfile.TemporaryDirectory(dir=os.environ.get("WB_BENCH_DIR")) as folder:
            catalog = reflect(url)
            only = type(catalog)((table,), catalog.source)
            found = extract(source, only, Path(folder) / "rows", Limits()).tables[table.name]
            return found.rows if found.failure is None else sys.exit(found.failure)
    finally:
        source.close()


class _Stream(RawIOBase):
    """A COPY as a readable file."""

    def __init__(self, copy: Any) -> None:
        self._parts, self._left = iter(copy), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size, parts, have = len(buffer), [self._left], len(self._left)
        while have < size:
            part = next(self._parts, None)
            if part is None:
                break
            parts.append(bytes(part))
            have += len(part)
        data = b"".join(parts)
        self._left = data[size:]
        buffer[: min(size, len(data))] = data[:size]
        return min(size, len(data))


def psycopg_copy(url: str, table: Table, _: int) -> int:
    """COPY as CSV by one psycopg session into pyarrow's streaming reader."""
    import io

    import psycopg

    names = ", ".join(f'"{column.name}"' for column in table.columns)
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    schema = schema_of(table)
    sql = f"COPY (SELECT {names} FROM {table.name}) TO STDOUT (FORMAT csv, NULL '\\N')"
    with psycopg.connect(plain) as session, session.cursor() as cursor, cursor.copy(sql) as copy:
        reader = csv.open_csv(
            io.BufferedReader(_Stream(copy), 1 << 20),
            read_options=csv.ReadOptions(column_names=schema.names, block_size=4 << 20),
            convert_options=csv.ConvertOptions(column_types=schema, null_values=["\\N"], strings_can_be_null=True),
        )
        return sum(batch.num_rows for batch in reader)


def psql_copy(url: str, table: Table, _: int) -> int:
    """COPY as CSV by the psql client into pyarrow's streaming reader."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    command = ["psql", plain, "-qc", f"COPY (SELECT {names} FROM {table.name}) TO STDOUT (FORMAT csv, NULL '\\N')"]
    schema = schema_of(table)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as client:
        reader = csv.open_csv(
            client.stdout,
            read_options=csv.ReadOptions(column_names=schema.names, block_size=4 << 20),
            convert_options=csv.ConvertOptions(column_types=schema, null_values=["\\N"], strings_can_be_null=True),
        )
        return sum(batch.num_rows for batch in reader)


def connectorx_stream(url: str, table: Table, _: int) -> int:
    """connectorx's stream of batches, decimals with ten places instead of their own."""
    import connectorx

    parsed = sa.make_url(url)
    plain = parsed.set(drivername=parsed.get_backend_name().replace("mariadb", "mysql")).render_as_string(hide_password=False)
    reader = connectorx.read_sql(plain, f"SELECT * FROM {table.name}", return_type="arrow_stream", batch_size=20_000)
    return sum(batch.num_rows for batch in reader)


def connectorx_cast(url: str, table: Table, _: int) -> int:
    """connectorx's stream of batches, cast to the declared types."""
    import connectorx

    parsed = sa.make_url(url)
    plain = parsed.set(drivername=parsed.get_backend_name().replace("mariadb", "mysql")).render_as_string(hide_password=False)
    reader = connectorx.read_sql(plain, f"SELECT * FROM {table.name}", return_type="arrow_stream", batch_size=20_000)
    schema = schema_of(table)
    return sum(pa.Table.from_batches([batch]).cast(schema).num_rows for batch in reader)


WAYS: dict[str, dict[str, Callable[[str, Table, int], int]]] = {
    "postgresql": {
        "batches": batches,
        "files": files,
        "psycopg copy": psycopg_copy,
        "psql copy": psql_copy,
        "connectorx": connectorx_stream,
    },
    "mysql": {"batches": batches, "files": files, "connectorx": connectorx_stream, "connectorx, cast": connectorx_cast},
}
OURS = ("batches", "files")


def backend(url: str) -> str:
    """Return which group of ways a URL takes."""
    return "postgresql" if url.startswith("postgres") else "mysql"


def one(way: str, url: str, name: str, connections: int) -> None:
    """Run one way in this process and print rows, seconds, CPU seconds and peak megabytes."""
    table = reflect(url).table(name)
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    rows = WAYS[backend(url)][way](url, table, connections)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime + child.ru_utime + child.ru_stime
    print(rows, wall, cpu, after.ru_maxrss / 1024, flush=True)
    os._exit(0)  # pyarrow's reading threads abort the process if they outlive the stream that they read from


def main() -> None:
    """Run all ways in turn and print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("url")
    options.add_argument("--table", default="lineitem")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--connections", type=int, default=3)
    options.add_argument("--way", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.way:
        one(chosen.way, chosen.url, chosen.table, chosen.connections)
        return
    ways = list(WAYS[backend(chosen.url)])
    found: dict[str, list[tuple[float, ...]]] = {way: [] for way in ways}
    for place in range(chosen.rounds):
        for way in ways if place % 2 == 0 else reversed(ways):
            options = ["--table", chosen.table, "--connections", str(chosen.connections), "--way", way]
            told = subprocess.run(
                [sys.executable, __file__, chosen.url, *options], check=True, capture_output=True, text=True
            ).stdout
            found[way].append(tuple(float(each) for each in told.split()))
    if len({runs[0] for each in found.values() for runs in each}) > 1:
        sys.exit(f"the ways read different numbers of rows: {found}")
    others = [way for way in ways if way not in OURS]
    best = [max(found[way][place][0] / found[way][place][1] for way in others) for place in range(chosen.rounds)]
    print(f"{'way':18} krows/s  wall s  CPU s  MB peak  ratio to the fastest other")
    for way in ways:
        rows, wall, cpu, peak = (median(run[place] for run in found[way]) for place in range(4))
        ratios = sorted(run[0] / run[1] / fastest for run, fastest in zip(found[way], best, strict=True))
        spread = f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        print(f"{way:18} {rows / wall / 1000:7.0f}  {wall:6.2f}  {cpu:5.2f}  {peak:7.0f}  {spread}")


if __name__ == "__main__":
    main()
