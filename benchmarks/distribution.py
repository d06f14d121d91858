"""Bytes over the network under several distributions of TPC-H or TPC-DS, and the best ones with their proof.

    tpcgen-cli tpch parquet -s 1 -o DATA
    python benchmarks/distribution.py tpch DATA [--nodes 4] [--cache FOLDER]

    tpcgen-cli tpcds parquet -s 1 -o DATA
    pip install --no-deps ibis-framework==12.0.0      # its tests carry the 99 query texts in DuckDB's dialect
    python benchmarks/distribution.py tpcds DATA [--nodes 4]
    python benchmarks/distribution.py tpcds DATA --nodes 16 --at-3tb

--at-3tb multiplies the measured cardinalities by the growth of each table to 3 TB: an extrapolation, not a run.
All figures are bytes under the model of warehousebench.simulate.motion, for DuckDB's join orders.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from reference_designs import TPCDS_KEYS, TPCDS_PRIMARY, TPCDS_ROWS_3TB, TPCH_KEYS, TPCH_PRIMARY

from warehousebench import duck
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Distribution, Placement
from warehousebench.optimise.distribution import (
    REPLICATED,
    ROUND_ROBIN,
    Choice,
    DistributionChoice,
    Limits,
    best_distribution,
    candidates,
    total_bytes,
)
from warehousebench.profile.measure import profile_tables
from warehousebench.simulate.network import motion_graph
from warehousebench.workload.analysis import Analysis, analyse_plans, table_bytes
from warehousebench.workload.plan import Plan
from warehousebench.workload.scaling import growth, scaled
from warehousebench.workload.suite import SuiteQuery, load_suite, queries_from

KEYS: dict[str, Mapping[str, str | None]] = {"tpch": TPCH_KEYS, "tpcds": TPCDS_KEYS}
PRIMARY = {"tpch": TPCH_PRIMARY, "tpcds": TPCDS_PRIMARY}


def by(column: str | None) -> tuple[Distribution, ...]:
    """Return a hash on ``column``, or replication if there is none."""
    return (Distribution(Placement.HASH, (column,)) if column else REPLICATED,)


def queries(suite: str) -> Sequence[SuiteQuery]:
    """Return the query texts: TPC-H's are ours, TPC-DS's those of an installed ibis-framework."""
    if suite == "tpch":
        return load_suite("tpch", 1).queries
    ibis = find_spec("ibis")
    if ibis is None or not ibis.submodule_search_locations:
        raise SystemExit("the TPC-DS texts are not here: pip install --no-deps ibis-framework==12.0.0")
    return queries_from(Path(ibis.submodule_search_locations[0]) / "backends/tests/tpc/queries/duckdb/ds")


def analysed(suite: str, data: Path, cache: Path | None) -> tuple[Analysis, dict[str, float], dict[str, float]]:
    """Return the plans over the Parquet files in ``data``, and rows and bytes of each table."""
    files = {table: data / f"{table}.parquet" for table in sorted(PRIMARY[suite])}
    sizes = {table: f"{file.stat().st_size} bytes" for table, file in files.items()}
    profile = profile_tables({t: duck.text(str(f)) for t, f in files.items()}, Fingerprint(suite, "file size", sizes))
    with duck.opened() as connection:
        for table, file in files.items():
            duck.run(connection, f"CREATE TABLE {duck.quote(table)} AS FROM {duck.text(str(file))}")
        begun = time.perf_counter()
        found = analyse_plans(connection, queries(suite), profile, folder=cache)
    print(f"DuckDB {duck.VERSION}: {len(found.plans)} plans in {time.perf_counter() - begun:.1f} s")
    for finding in found.findings:
        print(f"not analysed: {finding.query}: {finding.reason}")
    return found, {name: float(table.rows) for name, table in profile.tables.items()}, table_bytes(profile)


def designs(suite: str, tables: Sequence[str]) -> dict[str, Choice]:
    """Return the designs to compare with, by name."""
    primary = {table: by(PRIMARY[suite][table]) for table in tables}
    found: dict[str, Choice] = {
        "EVEN everywhere": dict.fromkeys(tables, (ROUND_ROBIN,)),
        "first primary key column": primary,
        "AWS's hand-made design": {table: by(KEYS[suite][table]) for table in tables},
    }
    if suite == "tpch":
        found["primary keys, but lineitem and partsupp EVEN"] = primary | dict.fromkeys(("lineitem", "partsupp"), (ROUND_ROBIN,))
    return found


def report(suite: str, plans: Sequence[Plan], sizes: Mapping[str, float], nodes: int) -> None:
    """Print the table of designs, then what the best ones chose."""
    considered = candidates(plans)
    tables = sorted(considered)
    known = designs(suite, tables)
    offered = {table: tuple(dict.fromkeys([*considered[table], *(d[table][0] for d in known.values())])) for table in tables}
    graphs = [motion_graph(plan, offered, nodes) for plan in plans]
    costs = {name: total_bytes(graphs, design) for name, design in known.items()}
    stored = sum(sizes[table] for table in tables)
    replicated = sum(sizes[table] * (nodes - 1) for table in tables if KEYS[suite][table] is None)
    wanted = {table: by(PRIMARY[suite][table]) for table in tables}
    best: dict[str, DistributionChoice] = {}
    for part in sorted({0.0, 0.01, 0.2, replicated / stored}):
        begun = time.perf_counter()
        limits = Limits(extra_bytes=part * stored, preferred=wanted)
        name = f"best, extra copies up to {part:.2%} of the data"
        best[name] = best_distribution(plans, nodes, offered, sizes, limits)
        costs[name] = best[name].bytes
        print(f"{name}: gap {best[name].gap:.1e}, {time.perf_counter() - begun:.1f} s")
    print(f"\n{suite}, {len(plans)} queries, {nodes} nodes, {stored / 1e6:,.0f} MB of data, MB over the network")
    for name, cost in sorted(costs.items(), key=lambda entry: -entry[1]):
        print(f"{cost / 1e6:14,.2f}  {costs['EVEN everywhere'] / cost if cost else float('inf'):6.2f}x  {name}")
    for name, choice in best.items():
        print(f"\n{name}, where it is not AWS's:")
        for table in tables:
            if choice.distributions[table] != known["AWS's hand-made design"][table]:
                print(f"  {table:24} {_name(choice.distributions[table][0]):24} AWS {KEYS[suite][table] or 'ALL'}")


def _name(distribution: Distribution) -> str:
    return ", ".join(distribution.columns) or str(distribution.placement)


def main() -> None:
    """Analyse, compare and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("suite", choices=sorted(KEYS))
    options.add_argument("data", type=Path)
    options.add_argument("--nodes", type=int, default=4)
    options.add_argument("--at-3tb", action="store_true")
    options.add_argument("--cache", type=Path)
    chosen = options.parse_args()
    found, rows, sizes = analysed(chosen.suite, chosen.data, chosen.cache)
    plans: Sequence[Plan] = found.plans
    if chosen.at_3tb:
        by_growth = growth(plans, rows, TPCDS_ROWS_3TB)
        plans = [scaled(plan, by_growth) for plan in plans]
        sizes = {table: size * by_growth.tables[table] for table, size in sizes.items()}
    report(chosen.suite, plans, sizes, chosen.nodes)


if __name__ == "__main__":
    main()
