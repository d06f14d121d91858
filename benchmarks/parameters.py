"""Do sort keys chosen for one set of query parameters hold for others?  TPC-H's validation set against sets drawn anew.

    tpcgen-cli tpch parquet -s 1 -o DATA
    python benchmarks/parameters.py DATA [--target 100] [--seeds 1 2]

Keys are those that ``advise`` finds for Redshift on the validation parameters, tables distributed as AWS's; they are then
scored, unchanged, on the other sets.  Sizes are --target times the data's with the same distribution of values.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from sortkeys import AWS, DISTRIBUTION, fraction
from substitution import substituted

from warehousebench import duck
from warehousebench.engines.redshift.optimised import product
from warehousebench.model.catalog import Catalog
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Placement
from warehousebench.model.profile import Profile
from warehousebench.optimise.case import Case
from warehousebench.optimise.sortkey import SortScore
from warehousebench.optimise.storage import Store
from warehousebench.profile.measure import profile_tables
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import SuiteQuery, load_suite, schema_file

CLUSTER = Cluster(nodes=4, slices=2)
VALIDATION = "validation"
Keys = Mapping[str, tuple[str, ...]]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--target", type=int, default=100)
    options.add_argument("--seeds", type=int, nargs="*", default=[1, 2])
    chosen = options.parse_args()
    catalog = read_ddl([schema_file("tpch")], None)
    with duck.opened() as connection:
        files = {table.name: duck.text(str(chosen.folder / f"{table.name}.parquet")) for table in catalog}
        for name, file in files.items():
            duck.run(connection, f"CREATE TABLE {duck.quote(name)} AS FROM {file}")
        profile = profile_tables(files, Fingerprint("tpch", "none", {}))
        known = load_suite("tpch", 1).queries
        sets = {VALIDATION: known} | {f"seed {seed}": [substituted(query, seed) for query in known] for seed in chosen.seeds}
        stores = {name: store(connection, catalog, profile, queries, chosen.target) for name, queries in sets.items()}
        best = {name: found(each) for name, each in stores.items()}
        report(stores, best)


def store(connection: duck.Connection, catalog: Catalog, profile: Profile, queries: Sequence[SuiteQuery], target: int) -> Store:
    """Return samples and scans of ``queries`` for tables ``target`` times as large."""
    analysis = analyse_plans(connection, queries, profile)
    for finding in analysis.findings:
        raise SystemExit(f"query {finding.query}: {finding.reason}")
    rows = {name: table.rows * float(target) for name, table in profile.tables.items()}
    relations = {name: duck.quote(name) for name in rows}
    case = Case(catalog, profile, analysis.plans, relations, rows)
    return Store(case, product(catalog, profile, None, CLUSTER), connection)


def by(table: str) -> Distribution:
    """Return AWS's distribution of ``table``."""
    return Distribution(Placement.HASH, (DISTRIBUTION[table],))


def found(store: Store) -> Keys:
    """Return the sort keys that the advice would have for the queries of ``store``."""
    return {table: store.search(table, by(table), [AWS[table]]).best.order_by for table in sorted(DISTRIBUTION)}


def scored(store: Store, keys: Keys) -> dict[str, SortScore]:
    """Return table -> what the queries of ``store`` read of it under ``keys``."""
    return {table: store.trial(table, by(table)).score(keys[table]) for table in sorted(DISTRIBUTION)}


def report(stores: Mapping[str, Store], best: Mapping[str, Keys]) -> None:
    """Print the fraction of scanned bytes that is read, per set of parameters, key and table."""
    none = dict.fromkeys(DISTRIBUTION, ())
    print(f"{'parameters':12} {'sort keys':22} {'all':>7} " + " ".join(f"{table:>9}" for table in sorted(DISTRIBUTION)))
    for name, each in stores.items():
        held = {"none": none, "AWS's": AWS, f"ours, for {VALIDATION}": best[VALIDATION]}
        held |= {} if name == VALIDATION else {f"ours, for {name}": best[name]}
        for title, keys in held.items():
            scores = scored(each, keys)
            parts = " ".join(f"{score.fraction:9.3f}" for score in scores.values())
            print(f"{name:12} {title:22} {fraction(list(scores.values())):7.3f} {parts}")
        bounds = " ".join(f"{score.bound:9.3f}" for score in scores.values())
        print(f"{name:12} {'rows that pass filters':22} {_bound(list(scores.values())):7.3f} {bounds}")
    for name, keys in best.items():
        print(f"ours, for {name}: " + "; ".join(f"{table} ({', '.join(key) or 'none'})" for table, key in keys.items()))


def _bound(scores: Sequence[SortScore]) -> float:
    whole = sum(scan.weight * scan.bytes_total for score in scores for scan in score.scans)
    return sum(scan.weight * scan.bytes_total * scan.matching for score in scores for scan in score.scans) / whole


if __name__ == "__main__":
    main()
