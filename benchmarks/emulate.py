"""What the network model predicts against what moves: all 22 TPC-H queries on N DuckDB databases that hold segmented data.

    python benchmarks/emulate.py [--scale 0.1] [--nodes 4] [--data FOLDER]

Under two designs: hashed on each table's first key column (the public Redshift DDL of the Cloud Data Warehouse Benchmark),
and every table round robin.  Every answer is compared with that of one DuckDB.  A motion agrees if it is within 1 % of its
prediction or if both are below 1 kB.  For those that do not, the table says why:

* groups per node: the formula for partial groups takes rows to lie at random; "groups" is the prediction with the groups of
  each node counted instead.
* bytes per row: text of the rows that pass the filters is shorter or longer than the column's mean.  A broadcast has no
  other source of error; "expected" is the prediction with real lengths, so that a broadcast's count equals it by construction.
* chance of the hash: few keys; "chance" is one standard deviation of the bytes over all hash functions.
* rows already in place: a key with the same values had placed the rows.
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
from warehousebench.simulate.emulate import CountedMotion, Emulation, emulate
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
HEADER = f"{'query':5} {'operator':44} {'motion':12} {'predicted':>13} {'counted':>13} {'diff':>8} {'groups':>13} {'expected':>13}"


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
    """Return a motion's figures and what carried them away, if anything did."""
    difference = motion.counted_bytes / motion.predicted_bytes - 1 if motion.predicted_bytes else 0.0
    groups = "" if motion.measured_bytes is None else f"{motion.measured_bytes:,.0f}"
    causes = " + ".join(motion.causes) + (f" (± {motion.chance_bytes:,.0f})" if motion.causes and motion.chance_bytes else "")
    figures = f"{motion.predicted_bytes:13,.0f} {motion.counted_bytes:13,.0f} {difference:8.2%} {groups:>13}"
    return f"{query:5} {motion.operator[:44]:44} {motion.motion:12} {figures} {motion.expected_bytes:13,.0f}  {causes}".rstrip()


def summary(emulations: tuple[Emulation, ...]) -> Iterator[str]:
    """Yield what the table comes to."""
    motions = [motion for found in emulations for motion in found.motions]
    causes = Counter(" + ".join(motion.causes) for motion in motions if motion.causes)
    predicted, counted, groups = (
        sum(motion.predicted_bytes for motion in motions),
        sum(motion.counted_bytes for motion in motions),
        sum(motion.predicted_bytes if motion.measured_bytes is None else motion.measured_bytes for motion in motions),
    )
    equal = sum(found.answer_equal for found in emulations)
    close = sum(abs(motion.counted_bytes - motion.predicted_bytes) <= 0.01 * motion.predicted_bytes for motion in motions)
    within = sum(motion.within for motion in motions)
    yield f"answers equal: {equal} of {len(emulations)}; findings: {sum(found.finding is not None for found in emulations)}"
    others = f"others with both figures below 1 kB: {within - close}; neither: {len(motions) - within}"
    yield f"motions: {len(motions)}; within 1 %: {close}; {others}"
    yield from (f"  {number:3}  {cause}" for cause, number in causes.most_common())
    yield f"all motions: predicted {predicted:,.0f} B, counted {counted:,.0f} B ({counted / predicted - 1:+.2%})"
    yield f"with groups counted: predicted {groups:,.0f} B ({counted / groups - 1:+.2%})"


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
