"""The part of scanned bytes that TPC-H's queries read under different sort keys, and how good a sample is for the search.

Usage: python benchmarks/sortkeys.py FOLDER [--target 100] [--share 0.1] [--through-joins] [--verify]
FOLDER holds TPC-H's tables as Parquet at scale factor 1.  Blocks are cut as if the tables were --target times as large with the
same distribution of values.  --verify scores the keys named below on all rows as well.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from warehousebench import duck
from warehousebench.optimise.sortkey import SortScore, SortSearch, Trial, changes, filtered_columns, search
from warehousebench.simulate.sample import TableSample, hash_sample
from warehousebench.simulate.scans import scans_of
from warehousebench.simulate.zonemap import Scan, Storage
from warehousebench.workload.analysis import analyse_query
from warehousebench.workload.plan import Plan
from warehousebench.workload.suite import SuiteQuery, load_suite

# Distribution and sort keys of amazon-redshift-utils, CloudDataWarehouseBenchmark, TPC-H.
DISTRIBUTION = {
    "lineitem": "l_orderkey",
    "orders": "o_orderkey",
    "partsupp": "ps_partkey",
    "customer": "c_custkey",
    "part": "p_partkey",
    "supplier": "s_suppkey",
}
AWS = {"lineitem": ("l_shipdate", "l_orderkey"), "orders": ("o_orderdate", "o_orderkey")}
AWS |= {table: (key,) for table, key in DISTRIBUTION.items() if table not in AWS}
SHIPPING = ("l_shipmode", "l_shipdate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--target", type=int, default=100)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--through-joins", action="store_true")
    parser.add_argument("--verify", action="store_true")
    options = parser.parse_args()
    with duck.opened() as connection:
        for file in sorted(options.folder.glob("*.parquet")):
            duck.run(connection, f"CREATE TABLE {duck.quote(file.stem)} AS FROM read_parquet({duck.text(str(file))})")
        begun = time.perf_counter()
        plans = [plan_of(connection, query.name, query.sql) for query in load_suite("tpch", 1).queries]
        print(f"22 plans in {time.perf_counter() - begun:.1f} s")
        samples = {table: sample(connection, table, share_of(table, options.share)) for table in DISTRIBUTION}
        whole = {table: sample(connection, table, 1.0) for table in (DISTRIBUTION if options.through_joins else ())}
        found_scans = scans_of(plans, samples, dimensions=whole)
        scans = {table: [scan for scan in found_scans if scan.table == table] for table in samples}
        trials = {table: trial(samples[table], table, scans[table], options.target) for table in DISTRIBUTION}
        begun = time.perf_counter()
        found = {
            table: search(trials[table], [*filtered_columns(scans[table]), DISTRIBUTION[table]], baselines=[AWS[table]])
            for table in DISTRIBUTION
        }
        print(f"search in {time.perf_counter() - begun:.1f} s, {sum(len(result.scores) for result in found.values())} keys tried")
        report(found)
        if options.verify:
            verify(connection, found["lineitem"], scans["lineitem"], options.target)


def plan_of(connection: duck.Connection, name: str, sql: str) -> Plan:
    """Return a query's plan with the rows that it really had."""
    duck.readable_plans(connection)
    return analyse_query(connection, SuiteQuery(name, sql), {})


def share_of(table: str, share: float) -> float:
    return share if table == "lineitem" else min(1.0, share * 4)


def sample(connection: duck.Connection, table: str, share: float) -> TableSample:
    """Return a table's sample without its comment, which no filter or key looks at."""
    columns = [row[0] for row in duck.rows(connection, f"DESCRIBE {table}") if not row[0].endswith("_comment")]
    return hash_sample(connection, table, columns, key=[DISTRIBUTION[table]], share=share)


def trial(sample: TableSample, table: str, scans: Sequence[Scan], target: int) -> Trial:
    storage = Storage(slices=8, target_rows=sample.total_rows * target)
    widths = {name: 30.0 for scan in scans for name in scan.columns if name.endswith("_comment")}
    return Trial(sample, scans, (DISTRIBUTION[table],), storage, widths)


def report(found: Mapping[str, SortSearch]) -> None:
    """Print the fractions of all tables together, then what is worth knowing of each."""
    keys = {
        "none": dict.fromkeys(found, ()),
        "AWS": AWS,
        "best single column": {table: result.best_single.order_by for table, result in found.items()},
        "best of the search": {table: result.best.order_by for table, result in found.items()},
    }
    for title, of in keys.items():
        scores = [result.score(of[table]) for table, result in found.items()]
        print(f"  {title:20} {fraction(scores):.3f}")
    scores = [result.best for result in found.values()]
    whole = sum(scan.weight * scan.bytes_total for score in scores for scan in score.scans)
    bound = sum(scan.weight * scan.bytes_total * scan.matching for score in scores for scan in score.scans)
    print(f"  {'no key below':20} {bound / whole:.3f}")
    for table, result in found.items():
        near = [", ".join(score.order_by) or "arrival" for score in (*result.ties, *result.near_ties)]
        order_by = ", ".join(result.best.order_by) or "arrival"
        print(f"{table}: AWS {result.score(AWS[table]).fraction:.3f}, best {result.best.fraction:.3f} ({order_by})")
        print(f"  ties and near-ties: {'; '.join(near[:6]) or 'none'}{' ...' if len(near) > 6 else ''}")
    moved = changes(found["lineitem"], AWS["lineitem"], found["lineitem"].best.order_by)
    print("lineitem, AWS's key against the best, per query (losers first):")
    print(
        "  "
        + "  ".join(f"Q{change.query} {change.before:.3f}>{change.after:.3f}" for change in moved if change.before != change.after)
    )


def fraction(scores: Sequence[SortScore]) -> float:
    whole = sum(scan.weight * scan.bytes_total for score in scores for scan in score.scans)
    return sum(score.bytes for score in scores) / whole


def verify(connection: duck.Connection, result: SortSearch, scans: Sequence[Scan], target: int) -> None:
    """Print lineitem's fractions on all rows beside those of the sample."""
    full = trial(sample(connection, "lineitem", 1.0), "lineitem", scans, target)
    for key in dict.fromkeys([AWS["lineitem"], ("l_shipdate",), SHIPPING, result.best.order_by]):
        begun = time.perf_counter()
        exact = full.score(key).fraction
        spent = time.perf_counter() - begun
        print(f"  {', '.join(key):40} sample {result.score(key).fraction:.3f}  all rows {exact:.3f} ({spent:.1f} s)")


if __name__ == "__main__":
    main()
