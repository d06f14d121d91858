"""What ``advise`` makes of TPC-DS: all queries read, sort keys against hand-made ones, the program's proof.

    pip install 'warehousebench[tpcds]'
    warehousebench generate --suite tpcds --scale 1 -o DATA
    python benchmarks/tpcds.py analysis DATA           # how many queries can be analysed, and how dates reach the facts
    python benchmarks/tpcds.py sortkeys DATA           # the leading sort keys of AWS's design against the search's
    python benchmarks/tpcds.py program DATA            # the integer program against the simulator, query by query

``sortkeys`` prints both the size of DATA and 3 TB: there the tables' growth is applied to the sample, whose values stay those of
DATA.  It is an extrapolation, not a run.  All bytes are raw bytes under the zone map model of warehousebench.simulate.zonemap.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from distribution import by
from reference_designs import TPCDS_KEYS, TPCDS_ROWS_3TB

from warehousebench import duck
from warehousebench.engines import designer
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster
from warehousebench.optimise.case import Case
from warehousebench.optimise.considered import options
from warehousebench.optimise.distribution import Candidates, Limits, best_distribution
from warehousebench.optimise.program import Budget, solve
from warehousebench.optimise.storage import Store
from warehousebench.profile.measure import profile_tables
from warehousebench.simulate.network import bytes_moved, motion_graph
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import load_suite, schema_file

# SORTKEY of amazon-redshift-utils, CloudDataWarehouseBenchmark, Cloud-DWB-Derived-from-TPCDS; the other tables have none.
SORT_KEYS = {
    "store_sales": "ss_sold_date_sk",
    "store_returns": "sr_returned_date_sk",
    "catalog_sales": "cs_sold_date_sk",
    "catalog_returns": "cr_returned_date_sk",
    "web_sales": "ws_sold_date_sk",
    "web_returns": "wr_returned_date_sk",
    "inventory": "inv_date_sk",
    "item": "i_category",
}
NODES = 4
NODES_3TB = 16


@contextmanager
def studied(data: Path, cache: Path | None) -> Iterator[tuple[Case, duck.Connection]]:
    """Yield the case of all queries that could be analysed, and the connection that holds the tables."""
    catalog = read_ddl([schema_file("tpcds")])
    files = {table.name: duck.text(str(data / f"{table.name}.parquet")) for table in catalog}
    sizes = {table: f"{(data / f'{table}.parquet').stat().st_size} bytes" for table in files}
    profile = profile_tables(files, Fingerprint("tpcds", "file size", sizes))
    with TemporaryDirectory() as folder, duck.opened(Path(folder) / "tables.duckdb", memory="1GB") as connection:
        for table, file in files.items():
            duck.run(connection, f"CREATE TABLE {duck.quote(table)} AS FROM {file}")
        found = analyse_plans(connection, load_suite("tpcds", 1).queries, profile, folder=cache)
        for finding in found.findings:
            print(f"not analysed: {finding.query}: {finding.reason}")
        yield Case(catalog, profile, found.plans, {table: duck.quote(table) for table in files}), connection


def stored(case: Case, connection: duck.Connection, nodes: int) -> Store:
    """Return the samples of a case, for Redshift's blocks."""
    return Store(case, designer("redshift").product(case.catalog, case.profile, None, Cluster(nodes)), connection)


def analysis(case: Case, connection: duck.Connection) -> None:
    """Print how much was read, and on how many scans of each fact a filter on a date reaches the sort column."""
    tables = {operator.table for plan in case.plans for operator in plan.operators if operator.table}
    print(f"{len(case.plans)} of {len(load_suite('tpcds', 1).queries)} queries analysed, {len(tables)} tables read by them")
    store = stored(case, connection, NODES)
    print(f"\n{'table':16} {'scans':>5} {'with a filter on':>21} {'of these through a join':>24}")
    for table, column in SORT_KEYS.items():
        scans = store.scans(table)
        filtered = [[item for item in scan.filters if item.column == column] for scan in scans]
        joined = sum(any(item.origin for item in found) for found in filtered)
        print(f"{table:16} {len(scans):5} {column:>17} {sum(map(bool, filtered)):3} {joined:24}")


def sortkeys(case: Case, connection: duck.Connection) -> None:
    """Print the part of scanned bytes that is read under AWS's key, under the search's and at least."""
    for title, each, nodes in (
        ("at the data's own size", case, NODES),
        ("as if at 3 TB", replace(case, target=dict(TPCDS_ROWS_3TB)), NODES_3TB),
    ):
        store = stored(each, connection, nodes)
        print(f"\n{title}, {nodes} nodes: part of the scanned bytes that is read")
        print(f"{'table':16} {'arrival':>8} {'AWS':>8} {'ours':>8} {'at least':>8}  {'AWS sorts by':20} ours")
        for table, key in SORT_KEYS.items():
            found = store.search(table, by(TPCDS_KEYS[table])[0], [(key,)])
            scores = (found.score(()), found.score((key,)), found.best)
            parts = " ".join(f"{score.fraction:8.4f}" for score in scores)
            names = ", ".join(found.best.order_by) or "arrival"
            same = "same" if found.best.order_by[:1] == (key,) else "level" if scores[1].bytes == scores[2].bytes else "other"
            print(f"{table:16} {parts} {found.best.bound:8.4f}  {key:20} {names} ({same})")


def program(case: Case, connection: duck.Connection) -> None:  # noqa: ARG001 - every part takes the same
    """Print the program's time and gap, and how far its cost of a design is from the simulator's, query by query."""
    product = designer("redshift").product(case.catalog, case.profile, None, Cluster(NODES))
    considered = options(case, product)
    chosen: dict[str, Candidates] = {"AWS's design": {table: by(TPCDS_KEYS[table]) for table in considered}}
    for share in (0.0, 0.05):
        limits = Limits(share * sum(case.sizes.values()))
        begun = time.perf_counter()
        found = best_distribution(case.plans, NODES, considered, case.sizes, limits)
        spent = time.perf_counter() - begun
        name = f"best with copies up to {share:.0%}"
        print(f"{name}: {found.bytes:,.0f} bytes moved, bound {found.bound:,.0f}, gap {found.gap:.1e}, {spent:.1f} s")
        chosen[name] = found.distributions
    for name, design in chosen.items():
        graphs = [motion_graph(plan, design, NODES) for plan in case.plans]
        copies = [(table, entry) for table in sorted(design) for entry in design[table]]
        room = Budget(1.0, dict.fromkeys(copies, 0.0))
        pairs = [(solve([graph], copies, room).bound, graph.plan.weight * bytes_moved(graph, design)) for graph in graphs]
        worst = max(abs(objective - simulated) for objective, simulated in pairs)
        total = sum(simulated for _, simulated in pairs)
        print(f"{name}: {len(pairs)} queries, {total:,.0f} bytes; program and simulator differ by at most {worst:.1e} bytes")


def main() -> None:
    """Run the part that was asked for."""
    parts = {"analysis": analysis, "sortkeys": sortkeys, "program": program}
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("part", choices=list(parts))
    given.add_argument("data", type=Path)
    given.add_argument("--cache", type=Path, help="folder to keep plans in")
    chosen = given.parse_args()
    with studied(chosen.data, chosen.cache) as (case, connection):
        parts[chosen.part](case, connection)


if __name__ == "__main__":
    main()
