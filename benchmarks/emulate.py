"""What the network model predicts against what moves: all 22 TPC-H queries on N DuckDB databases that hold segmented data.

    python benchmarks/emulate.py [--scale 0.1] [--nodes 4] [--data FOLDER]

Under two designs: hashed on each table's first key column (the public Redshift DDL of the Cloud Data Warehouse Benchmark),
and every table round robin.  Every answer is compared with that of one DuckDB.

"predicted" is the model's figure for an average hash function: measured rows times measured bytes per row, and for a two-phase
aggregate the groups that each node was counted to hold.  "search" is what the search takes such an aggregate to cost: rows
at random on the nodes.  "± chance" are three standard deviations over all hash functions (a broadcast has none).  A motion
is "within 1 %"; or "within chance" if it is further off but no more than that; or "off", with the cause.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from warehousebench import duck
from warehousebench.model.layout import Distribution, Layout, Placement, StoredCopy
from warehousebench.simulate.emulate import CountedMotion, Emulation, Verdict, emulate
from warehousebench.source.generator import generate
from warehousebench.workload.suite import load_suite

KEYS = {
    "customer": "c_custkey",
    "lineitem": "l_orderkey",
    "nation": "n_nationkey",
    "orders": "o_orderkey",
    "part": "p_partkey",
    "partsupp": "ps_partkey",
    "region": "r_regionkey",
    "supplier": "s_suppkey",
}
HEADER = f"{'query':5} {'operator':44} {'motion':12} {'predicted':>13} {'counted':>13} {'diff':>8} {'± chance':>9} {'search':>13}"


@contextmanager
def data(folder: Path | None, scale: float) -> Iterator[Mapping[str, str]]:
    """Yield table -> SQL of its rows, from ``folder`` or generated."""
    with TemporaryDirectory(prefix="emulate") as made:
        if folder is None:
            folder = Path(made)
            generate(("tpcgen-cli", "tpch"), scale, folder, list(KEYS))
        yield {table: duck.text(str(folder / f"{table}.parquet")) for table in KEYS}


def layout_of(relations: Mapping[str, str], *, hashed: bool) -> Layout:
    """Return one copy per table, hashed on its key or round robin."""
    copies = []
    with duck.opened() as connection:
        for table, relation in relations.items():
            columns = tuple(row[0] for row in duck.rows(connection, f"DESCRIBE FROM {relation}"))
            where = Distribution(Placement.HASH, (KEYS[table],)) if hashed else Distribution(Placement.ROUND_ROBIN)
            copies.append(StoredCopy(table, table, columns, where))
    return Layout(tuple(copies))


def line(query: str, motion: CountedMotion) -> str:
    """Return a motion's figures and what they come to."""
    difference = motion.counted_bytes / motion.predicted_bytes - 1 if motion.predicted_bytes else 0.0
    search = "" if motion.random_bytes is None else f"{motion.random_bytes:,.0f}"
    figures = f"{motion.predicted_bytes:13,.0f} {motion.counted_bytes:13,.0f} {difference:8.2%}"
    words = ": ".join([motion.verdict, *motion.causes])
    return f"{query:5} {motion.operator[:44]:44} {motion.motion:12} {figures} {motion.bound_bytes:9,.0f} {search:>13}  {words}"


def summary(emulations: tuple[Emulation, ...]) -> Iterator[str]:
    """Yield what the table comes to."""
    motions = [motion for found in emulations for motion in found.motions]
    verdicts = Counter(motion.verdict for motion in motions)
    equal = sum(found.answer_equal for found in emulations)
    yield f"answers equal: {equal} of {len(emulations)}; findings: {sum(found.finding is not None for found in emulations)}"
    yield f"motions: {len(motions)}; " + ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict)
    yield f"two-phase aggregates that the search misjudges by more than 1 %: {sum(motion.misjudged for motion in motions)}"
    counted = sum(motion.counted_bytes for motion in motions)
    search = (motion.predicted_bytes if motion.random_bytes is None else motion.random_bytes for motion in motions)
    for name, total in (("predicted", sum(motion.predicted_bytes for motion in motions)), ("the search", sum(search))):
        yield f"all motions: {name} {total:,.0f} B, counted {counted:,.0f} B ({counted / total - 1:+.2%})"


def main() -> None:
    """Emulate both designs and print their tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scale", type=float, default=0.1)
    options.add_argument("--nodes", type=int, default=4)
    options.add_argument("--data", type=Path, help="a folder of <table>.parquet at that scale; generated if not given")
    chosen = options.parse_args()
    queries = {query.name: query.sql for query in load_suite("tpch", chosen.scale).queries}
    with data(chosen.data, chosen.scale) as relations:
        for title, hashed in (("hashed on the first key column", True), ("round robin", False)):
            emulations = emulate(queries, relations, layout_of(relations, hashed=hashed), chosen.nodes)
            print(f"\n{title}, scale factor {chosen.scale:g}, {chosen.nodes} nodes, bytes\n{HEADER}")
            for found in emulations:
                if found.finding or not found.answer_equal:
                    print(f"{found.query:5} {found.finding or 'the answer differs'}")
                print(*(line(found.query, motion) for motion in found.motions), sep="\n", end="\n" if found.motions else "")
                print(*(f"{found.query:5} note: {remark}" for remark in found.remarks), sep="\n", end="\n" if found.remarks else "")
            print(*summary(emulations), sep="\n")


if __name__ == "__main__":
    main()
