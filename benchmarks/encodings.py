"""Sizes of encoded columns: lineitem in three sort orders, and Vertica's published measurements.

Usage: python benchmarks/encodings.py FOLDER [--full]
FOLDER holds lineitem.parquet.  --full also encodes every block of the table and tells how far the sample was off (a minute).
"""

from __future__ import annotations

import argparse
import gzip
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from warehousebench import duck
from warehousebench.simulate.codecs.block import Block
from warehousebench.simulate.codecs.registry import CODECS
from warehousebench.simulate.encoding import Sizes, accuracy, encoded_sizes
from warehousebench.simulate.sample import ColumnSample, Kind, TableSample, float_codes, parquet, sorted_slices

ORDERS: Mapping[str, tuple[str, ...]] = {
    "load order": (),
    "AWS's key": ("l_shipdate", "l_orderkey"),
    "few values first": ("l_returnflag", "l_linestatus", "l_shipmode", "l_shipdate"),
}
# What the advisor's reference figures were taken over; FOR bit packing is the AZ64 proxy here.
CLASSIC = ("RAW", "RLE", "DELTA", "DELTA32K", "BYTEDICT", "MOSTLY8", "MOSTLY16", "MOSTLY32", "AZ64", "ZSTD")
VERTICA = ("RAW", "RLE", "BLOCK_DICT", "BLOCKDICT_COMP", "DELTAVAL", "GCDDELTA", "DELTARANGE_COMP", "COMMONDELTA_COMP")
LONG_INTEGERS = dict.fromkeys(("l_orderkey", "l_partkey", "l_suppkey", "l_linenumber"), 8.0)
MILLION = 1e6
# The paper's MB are 2**20 bytes: 6200 of them are the 32.5 bytes a row that it gives for 200 M rows.
MEBI = 1 << 20
PAPER_ROWS, PAPER_METRICS = 200_000_000, 320  # 5 KB of 16-byte runs
PAPER = {"metric": 5 / 1024, "meter": 35.0, "time": 20.0, "value": 363.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    lineitem(parquet([options.folder / "lineitem.parquet"]), full=options.full)
    random_integers()
    for meters, lost in ((2_000, 0.0), (2_000, 0.1), (7_000, 0.0), (7_000, 0.1)):
        meter_table(meters, lost)


def lineitem(relation: str, *, full: bool) -> None:
    """Print the best size of lineitem per sort order, and how good the sample was."""
    with duck.opened() as connection:
        columns = [row[0] for row in duck.rows(connection, f"DESCRIBE SELECT * FROM {relation}")]
        print("lineitem: 4 x 65,536 rows of each order; MB of the whole table")
        for title, order_by in ORDERS.items():
            begun = time.perf_counter()
            sample = sorted_slices(connection, relation, columns, order_by, widths=LONG_INTEGERS)
            sampled = time.perf_counter()
            sizes = encoded_sizes(sample)
            spent = time.perf_counter() - sampled
            raw, classic, best = (total(sizes, names) for names in (("RAW",), CLASSIC, tuple(CODECS)))
            print(
                f"  {title:18} raw {raw / MILLION:6.1f}  classic codecs {classic / MILLION:6.1f} ({raw / classic:.2f}x)"
                f"  all codecs {best / MILLION:6.1f} ({raw / best:.2f}x)"
                f"  sample {sampled - begun:.2f} s, encode {spent:.2f} s"
            )
            print(
                "    " + "  ".join(f"{name} {smallest(sizes, name, CLASSIC)}" for name in ("l_shipdate", "l_orderkey", "l_comment"))
            )
            if full:
                whole = sorted_slices(connection, relation, columns, order_by, slices=1 << 20, widths=LONG_INTEGERS)
                report_accuracy(sizes, encoded_sizes(whole))


def report_accuracy(estimated: Sizes, truth: Sizes) -> None:
    """Print the errors of all columns under all codecs that see every block."""
    found = accuracy(quick(estimated), quick(truth))
    print(
        f"    sample against all blocks: median error {found.median:.2%}, p90 {found.p90:.2%}, maximum {found.maximum:.1%}"
        f" ({', '.join(found.worst)}); choice within {found.margin:.0%} of the best {found.good_choices}/{found.columns},"
        f" table {found.regret:.2%} larger than with the best codecs"
    )


def quick(sizes: Sizes) -> Sizes:
    return {column: {codec: size for codec, size in of.items() if not CODECS[codec].slow} for column, of in sizes.items()}


def total(sizes: Sizes, codecs: Sequence[str]) -> float:
    """Return the bytes with the smallest of ``codecs`` for every column."""
    return sum(min(size for codec, size in of.items() if codec in codecs) for of in sizes.values())


def smallest(sizes: Sizes, column: str, codecs: Sequence[str]) -> str:
    """Return the best codec of a column with its MB."""
    size, codec = min((size, codec) for codec, size in sizes[column].items() if codec in codecs)
    return f"{size / MILLION:.2f} ({codec})"


def random_integers() -> None:
    """Print one million random integers of 1..10 M against table 4 of the paper."""
    values = np.random.default_rng(1).integers(1, 10_000_001, 1_000_000)
    texts = ["\n".join(map(str, order)).encode() for order in (values, np.sort(values))]
    block = Block(ColumnSample("n", "BIGINT", Kind.INTEGER, np.sort(values), None, 8), 0, len(values))
    found = {"raw": len(texts[0]), "gzip": len(gzip.compress(texts[0], 6)), "gzip+sort": len(gzip.compress(texts[1], 6))}
    found["COMMONDELTA_COMP"] = CODECS["COMMONDELTA_COMP"].size(block)
    print("1 M random integers, MB of 2**20: paper raw 7.5, gzip 3.6, gzip+sort 2.3 (text: 2.2), Vertica 0.6")
    print("  here " + ", ".join(f"{name} {size / MEBI:.2f}" for name, size in found.items()))


@dataclass(frozen=True)
class Meters:
    """A part of a table like the paper's: all metrics, every so many meters; columns sorted by metric, meter, time."""

    metric: np.ndarray
    meter: np.ndarray
    time: np.ndarray
    value: np.ndarray


def generate(meters: int, lost: float, thinning: int = 50) -> Meters:
    """Return one in ``thinning`` meters of 200 M readings; ``lost`` is the share of readings that never came.

    The paper tells the shape alone: metrics read every 5 minutes, 10 minutes or hour; values that are mostly 0, change
    gradually or are random.  A third of the metrics each is our reading of it, as are one decimal and the steps.
    """
    generator = np.random.default_rng(42)
    pairs, rows = PAPER_METRICS * meters // thinning, PAPER_ROWS // thinning
    each = rows // pairs
    metric = np.repeat(np.arange(PAPER_METRICS), rows // PAPER_METRICS // each * each)
    meter = np.tile(np.repeat(np.arange(rows // PAPER_METRICS // each), each), PAPER_METRICS) * thinning
    interval = np.array([300, 600, 3600])[generator.integers(0, 3, PAPER_METRICS)][metric]
    steps = generator.geometric(1 - lost, len(metric)) if lost else np.ones(len(metric), dtype=np.int64)
    place = np.cumsum(steps.reshape(-1, each), axis=1).ravel()
    kind = generator.integers(0, 3, PAPER_METRICS)[metric]
    zeros = np.where(generator.random(len(metric)) < 0.95, 0, generator.integers(1, 100, len(metric)))
    walk = 500 + np.cumsum(generator.integers(-5, 6, len(metric)).reshape(-1, each), axis=1).ravel()
    noise = generator.integers(0, 1000, len(metric))
    return Meters(metric, meter, (1_262_304_000 + interval * place) * 1_000_000, np.choose(kind, [zeros, walk, noise]) / 10)


def meter_table(meters: int, lost: float) -> None:
    """Print each column at 200 M rows against the paper: runs for metric and meter as it says, else the smallest codec."""
    data = generate(meters, lost)
    rows = len(data.metric)
    columns = {
        "metric": ColumnSample("metric", "BIGINT", Kind.INTEGER, data.metric, None, 8),
        "meter": ColumnSample("meter", "BIGINT", Kind.INTEGER, data.meter, None, 8),
        "time": ColumnSample("time", "TIMESTAMP", Kind.INTEGER, data.time, None, 8),
        "value": ColumnSample("value", "DOUBLE", Kind.FLOAT, float_codes(data.value), None, 8),
    }
    # In the whole table no block holds two metrics (but for their borders), so none does in the thinned one.
    sample = TableSample(columns, rows, PAPER_ROWS, (*range(0, rows, rows // PAPER_METRICS), rows))
    sizes = encoded_sizes(sample, dict.fromkeys(columns, VERTICA), runs={"metric": PAPER_METRICS, "meter": PAPER_METRICS * meters})
    part = range(0, rows, max(1, rows // 200_000))
    # A time as text takes 19 bytes, whatever it is; as a number the rows would be 9 bytes shorter than the paper's.
    lines = "".join(f"{data.metric[i]},{data.meter[i]},{'0' * 19},{data.value[i]:g}\n" for i in part)
    print(f"meter table, {meters:,} meters, {lost:.0%} of readings lost; CSV {len(lines) / len(part):.1f} bytes a row (paper 32.5)")
    for name, paper in PAPER.items():
        size, codec = (sizes[name]["RLE"], "RLE") if name in ("metric", "meter") else min((s, c) for c, s in sizes[name].items())
        print(f"  {name:7} {size / MEBI:9.3f} MB {codec:17} paper {paper:7.3f} MB  {size / MEBI / paper - 1:+.0%}")


if __name__ == "__main__":
    main()
