"""Sort orders, RLE and segmentation beside what Vertica's Database Designer published for TPC-DS and TPC-H.

    tpcgen-cli tpcds parquet -s 1 -o DATA
    python benchmarks/designer_agreement.py tpcds DATA [--tables store_sales ...]

    tpcgen-cli tpch parquet -s 1 -o DATA
    python benchmarks/designer_agreement.py tpch DATA

Database Designer had no queries for these designs, so ours are made without queries too.  Sizes are bytes of all rows under
the model of warehousebench.simulate.encoding.  For TPC-H the bytes that the 22 queries move under its segmentation follow.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from warehousebench import duck
from warehousebench.engines.vertica.advise import advise
from warehousebench.engines.vertica.optimised import product
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Placement
from warehousebench.model.profile import Profile
from warehousebench.optimise.case import Product
from warehousebench.optimise.distribution import REPLICATED, ROUND_ROBIN, Limits, best_distribution, candidates, total_bytes
from warehousebench.optimise.encodings import EncodingChoice, choose_encodings
from warehousebench.profile.measure import profile_tables
from warehousebench.simulate.network import motion_graph
from warehousebench.simulate.sample import prefix_runs, sorted_slices
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans, table_bytes
from warehousebench.workload.suite import load_suite, schema_file

DESIGNS = Path(__file__).parent / "designs"
CLUSTER = Cluster(nodes=4)
Order = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One table under both orders: bytes by (order, encodings), and RLE or not per column."""

    table: str
    theirs: Order
    ours: Order
    ascending: tuple[int, int]  # of Database Designer's neighbours in the order, and of ours
    by_rule: tuple[int, int]  # columns with the same answer to "RLE?" by the documented rule, columns in all
    by_search: tuple[int, int]
    bytes: Mapping[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("suite", choices=("tpcds", "tpch"))
    options.add_argument("folder", type=Path)
    options.add_argument("--tables", nargs="*")
    chosen = options.parse_args()
    published = json.loads((DESIGNS / f"vertica_{chosen.suite}.json").read_text(encoding="utf-8"))
    schema = read_ddl([schema_file(chosen.suite)], None)
    catalog = Catalog(tuple(table for table in schema if (chosen.folder / f"{table.name}.parquet").exists()), schema.source)
    files = {table.name: duck.text(str(chosen.folder / f"{table.name}.parquet")) for table in catalog}
    profile = profile_tables(files, Fingerprint(chosen.suite, "none", {}))
    names = sorted(chosen.tables or published["projections"])
    with duck.opened() as connection:
        for name, file in files.items():
            duck.run(connection, f"CREATE TABLE {duck.quote(name)} AS FROM {file}")
        report(compare(connection, catalog, profile, published["projections"], names))
        if chosen.suite == "tpch":
            moved(connection, profile, published)


def compare(
    connection: duck.Connection, catalog: Catalog, profile: Profile, published: Mapping[str, Any], names: Iterable[str]
) -> Iterator[Compared]:
    """Yield the comparison of each table."""
    limits = product(catalog, profile, None, CLUSTER)
    ruled = {each.anchor: each for each in advise(catalog, profile, None, CLUSTER).projections}
    for name in names:
        # A column of ours that the published schema does not have, or under another name, counts as encoded like ours.
        theirs, encodings = tuple(published[name]["order_by"]), published[name]["encodings"]
        ours = ruled[name].order_by
        table = catalog.table(name)
        measured = {order: encoded(connection, limits, table, order) for order in dict.fromkeys((theirs, ours))}
        found = {choice.column: choice for choice in measured[theirs] if choice.column in encodings}
        rule = _rle_by_rule(found.values())
        yield Compared(
            name,
            theirs,
            ours,
            (_ascending(profile, name, theirs), _ascending(profile, name, ours)),
            (sum((encodings[c] == "RLE") == (c in rule) for c in found), len(found)),
            (sum((encodings[c] == "RLE") == (choice.codec == "RLE") for c, choice in found.items()), len(found)),
            {
                "theirs": sum(_size(choice, encodings.get(choice.column, choice.codec)) for choice in measured[theirs]),
                "their order": sum(choice.bytes for choice in measured[theirs]),
                "ours": sum(choice.bytes for choice in measured[ours]),
            },
        )


def encoded(connection: duck.Connection, limits: Product, table: Table, order: Order) -> tuple[EncodingChoice, ...]:
    """Return our choice of encodings for ``table`` in ``order``, with every other codec's size; runs of the order are counted."""
    relation = duck.quote(table.name)
    allowed = {column.name: limits.codecs[table.name, column.name] for column in table.columns}
    sample = sorted_slices(connection, relation, list(allowed), order)
    return choose_encodings(sample, order, allowed, limits.rules, runs=prefix_runs(connection, relation, order))


def _rle_by_rule(choices: Iterable[EncodingChoice]) -> set[str]:
    """Return the columns with runs as long as those that Database Designer encodes as RLE."""
    return {choice.column for choice in choices if choice.average_run >= 12}


def _size(choice: EncodingChoice, encoding: str) -> float:
    """Return the bytes under a published encoding; AUTO, whose layout depends on the type, counts as the smallest there is."""
    sizes = {choice.codec: choice.bytes, **dict(choice.others)}
    return sizes.get(encoding, min(sizes.values()))


def _ascending(profile: Profile, table: str, order: Sequence[str]) -> int:
    """Return how many neighbours in ``order`` ascend by their number of values."""
    columns = profile.tables[table].columns
    values = [columns[name].distinct + (columns[name].nulls > 0) for name in order]
    return sum(first <= second for first, second in pairwise(values))


def report(found: Iterable[Compared]) -> None:
    """Print a line per table as it is done, then the sums."""
    print(f"{'table':24} {'theirs MB':>10} {'their order':>12} {'ours MB':>9} {'ours/theirs':>11}  leads: theirs, ours; columns")
    done = []
    for each in found:
        done.append(each)
        sizes = [each.bytes[key] / 1e6 for key in ("theirs", "their order", "ours")]
        ratio = sizes[2] / sizes[0] if sizes[0] else 1.0
        print(
            f"{each.table:24} {sizes[0]:10.3f} {sizes[1]:12.3f} {sizes[2]:9.3f} {ratio:11.3f}  "
            f"{each.theirs[0]}, {each.ours[0] if each.ours else 'none'}; {len(each.theirs)}, {len(each.ours)}",
            flush=True,
        )
    _sums(done)


def _sums(done: Sequence[Compared]) -> None:
    theirs, recoded, ours = (sum(each.bytes[key] for each in done) / 1e6 for key in ("theirs", "their order", "ours"))
    print(f"{'all':24} {theirs:10.3f} {recoded:12.3f} {ours:9.3f} {ours / theirs:11.3f}")
    neighbours = [
        sum(max(len(order) - 1, 0) for order in orders) for orders in zip(*((e.theirs, e.ours) for e in done), strict=True)
    ]
    rule, search = (
        [sum(each) for each in zip(*parts, strict=True)] for parts in zip(*((e.by_rule, e.by_search) for e in done), strict=True)
    )
    print(
        f"neighbours that ascend by number of values: theirs {sum(e.ascending[0] for e in done)} of {neighbours[0]}, "
        f"ours {sum(e.ascending[1] for e in done)} of {neighbours[1]}"
    )
    print(
        f"same leading column: {sum(e.theirs[:1] == e.ours[:1] for e in done)} of {len(done)}; "
        f"pairs of columns that both orders hold, in the same sequence: {_common(done)}"
    )
    print(
        f"RLE or not, in their order: runs of 12 or more {rule[0]} of {rule[1]} columns as theirs, "
        f"our choice among all codecs {search[0]} of {search[1]}"
    )


def _common(done: Iterable[Compared]) -> str:
    """Return how many pairs of columns that both orders hold come in the same sequence."""
    same = pairs = 0
    for each in done:
        shared = [name for name in each.theirs if name in each.ours]
        for place, first in enumerate(shared):
            for second in shared[place + 1 :]:
                pairs += 1
                same += each.ours.index(first) < each.ours.index(second)
    return f"{same} of {pairs}"


def moved(connection: duck.Connection, profile: Profile, published: Mapping[str, Any]) -> None:
    """Print the bytes that the queries move with Database Designer's segmentation, with orders and lineitem together, and best."""
    plans = analyse_plans(connection, load_suite("tpch", 1).queries, profile).plans
    considered = candidates(plans)
    by = {
        name: Distribution(Placement.HASH, tuple(published["projections"][name]["segmented_by"])) for name in ("lineitem", "orders")
    }
    # partsupp's hash over several columns serves no join, as if its rows went round.
    theirs = dict.fromkeys(published["replicated"], REPLICATED) | by | {"partsupp": ROUND_ROBIN}
    together = theirs | {"lineitem": Distribution(Placement.HASH, ("l_orderkey",))}
    designs = {"Database Designer's": theirs, "orders and lineitem together": together}
    offered = {
        table: tuple(dict.fromkeys([*entries, *(d[table] for d in designs.values())])) for table, entries in considered.items()
    }
    graphs = [motion_graph(plan, offered, CLUSTER.nodes) for plan in plans]
    sizes = table_bytes(profile)
    extra = sum(sizes[table] * (CLUSTER.nodes - 1) for table in published["replicated"])
    best = best_distribution(plans, CLUSTER.nodes, considered, sizes, Limits(extra_bytes=extra))
    print(f"\n{len(plans)} queries, {CLUSTER.nodes} nodes, MB over the network; {extra / 1e6:.1f} MB of copies on other nodes")
    for name, design in designs.items():
        print(f"{total_bytes(graphs, {table: (entry,) for table, entry in design.items()}) / 1e6:10.2f}  {name}")
    print(
        f"{best.bytes / 1e6:10.2f}  best within the same bytes of copies: "
        + ", ".join(
            f"{table} {'+'.join(entry.columns[0] if entry.columns else entry.placement.value for entry in entries)}"
            for table, entries in sorted(best.distributions.items())
        )
    )


if __name__ == "__main__":
    main()
