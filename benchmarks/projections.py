"""What narrow projections and live aggregates save TPC-H on Vertica, per storage budget, against superprojections alone.

    python benchmarks/projections.py FOLDER [--growth 1] [--nodes 4] [--budgets 1.05 1.25 1.5]

FOLDER holds TPC-H's tables as Parquet.  --growth designs for tables that many times as large (nation and region stay).
Every line is a storage budget; both designs may use all of it.  Bytes are the model's, weighted, raw; stored ones are
encoded.  Nothing is run on Vertica, and K-safety's further copies are not counted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from warehousebench.cli.study import Inputs, study
from warehousebench.engines.vertica import designer
from warehousebench.model.advice import DesignCost
from warehousebench.model.layout import Cluster
from warehousebench.optimise.advisor import Physical, design, whole_copies
from warehousebench.optimise.case import Case, Product, Wishes
from warehousebench.optimise.costs import cost, stored_bytes
from warehousebench.optimise.storage import Store
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.suite import schema_file

FIXED = ("nation", "region")
GB = 1e9


@dataclass(frozen=True)
class Setting:
    """What every budget is tried on."""

    case: Case
    product: Product
    store: Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--growth", type=float, default=1.0)
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--budgets", type=float, nargs="+", default=[1.05, 1.25, 1.5])
    options = parser.parse_args()
    catalog = read_ddl([schema_file("tpch")])
    with study(Inputs(options.folder, None, "tpch", None, catalog)) as prepared:
        tables = prepared.case.profile.tables
        target = {name: table.rows * (1.0 if name in FIXED else options.growth) for name, table in tables.items()}
        case = prepared.case if options.growth == 1 else replace(prepared.case, target=target)
        product = designer.product(case.catalog, case.profile, prepared.workload, Cluster(options.nodes))
        report(Setting(case, product, Store(case, product, prepared.connection)), options.budgets)


def report(setting: Setting, budgets: Iterable[float]) -> None:
    """Print a line per design and one per extra copy."""
    print(f"raw bytes of one copy: {sum(setting.case.sizes.values()) / GB:,.3f} GB")
    print(f"{'budget':>6}  {'design':22}{'read GB':>11}{'moved GB':>11}{'raw x':>8}{'stored GB':>11}{'search s':>10}")
    for budget in budgets:
        alone, seconds = searched(setting, budget, extras=False)
        line(setting, budget, "superprojections only", alone, seconds)
        found, seconds = searched(setting, budget, extras=True)
        line(setting, budget, "with extra copies", found, seconds)
        for extra in found.extras:
            what = "live aggregate" if extra.aggregate else "projection"
            where = f"hashed by {', '.join(extra.copy.distribution.columns)}, sorted by {', '.join(extra.copy.order_by)}"
            gains = "; ".join(f"Q{gain.query} {gain.read / GB:+,.3f} read {gain.moved / GB:+,.3f} moved" for gain in extra.gains)
            print(f"        {extra.copy.name}: {what} of {', '.join(extra.copy.columns)}, {where}")
            print(f"          raw {extra.raw / GB:,.3f} GB, stored {extra.stored / GB:,.3f} GB, saves GB: {gains}")


def searched(setting: Setting, budget: float, *, extras: bool) -> tuple[Physical, float]:
    """Return a design within ``budget`` and the seconds that it took."""
    begun = time.perf_counter()
    wishes = Wishes(replication=0.0, storage=budget)
    search = design if extras else whole_copies
    found = search(setting.case, setting.product, wishes, setting.store)
    return found, time.perf_counter() - begun


def line(setting: Setting, budget: float, title: str, physical: Physical, seconds: float) -> None:
    """Print what a design reads, moves and stores."""
    stored = stored_bytes(physical, setting.case, setting.product.nodes)
    found: DesignCost = cost(title, setting.case, setting.product, physical.layout, setting.store, stored, physical.aggregates)
    times = (found.copies or 0.0) / sum(setting.case.sizes.values())
    sizes = f"{found.read / GB:11,.3f}{found.moved / GB:11,.3f}{times:8.3f}{stored / GB:11,.3f}"
    print(f"{budget:5.2f}x  {title:22}{sizes}{seconds:10.1f}")


if __name__ == "__main__":
    main()
