"""Hashes of several columns: weighed where one is too uneven, for products that can have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.engines import designer
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Placement
from warehousebench.optimise.advisor import Physical, design
from warehousebench.optimise.case import Case, Product, Wishes
from warehousebench.optimise.considered import weighed
from warehousebench.optimise.storage import Store
from warehousebench.profile import profile_tables
from warehousebench.simulate.joint import joints
from warehousebench.simulate.network import simulate
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import SuiteQuery

CLUSTER = Cluster(4, 1)
ROWS, GROWTH = 20_000, 100.0
# Half of the sales are of one shop and the others of one day: alone neither spreads them, both together do.
DDL = """
CREATE TABLE goals (place INT, month INT, goal INT);
CREATE TABLE sales (shop INT, day INT, pieces INT);
"""
FILL = f"""
CREATE TABLE sales AS SELECT (CASE WHEN i % 2 = 0 THEN 0 ELSE i % 499 + 1 END)::INTEGER AS shop,
    (CASE WHEN i % 2 = 0 THEN i % 499 + 1 ELSE 0 END)::INTEGER AS day, (i % 7)::INTEGER AS pieces FROM range({ROWS}) t(i);
CREATE TABLE goals AS SELECT DISTINCT shop AS place, day AS month, 5::INTEGER AS goal FROM sales;
"""
JOINED = "SELECT sum(goal - pieces) FROM sales, goals WHERE shop = place AND day = month"
GROUPED = "SELECT shop, day, sum(pieces) FROM sales GROUP BY shop, day"
BOTH = Distribution(Placement.HASH, ("shop", "day"))


@dataclass(frozen=True)
class Shops:
    """A case of skewed columns, and both products' limits."""

    case: Case
    connection: duck.Connection
    products: dict[str, Product]

    def design(self, product: Product) -> Physical:
        return design(self.case, product, Wishes(replication=0.0), Store(self.case, product, self.connection))


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shops]:
    folder = tmp_path_factory.mktemp("shops")
    yield from opened(folder)


def opened(folder: Path) -> Iterator[Shops]:
    queries = (SuiteQuery("joined", JOINED), SuiteQuery("grouped", GROUPED))
    (folder / "schema.sql").write_text(DDL, encoding="utf-8")
    catalog = read_ddl([folder / "schema.sql"])
    with duck.opened(folder / "shops.duckdb") as connection:
        for statement in FILL.split(";")[:-1]:
            duck.run(connection, statement)
        files = {name: duck.text(str(folder / f"{name}.parquet")) for name in ("goals", "sales")}
        for name, file in files.items():
            duck.run(connection, f"COPY {name} TO {file}")
        profile = profile_tables(files, Fingerprint("shops", "none", {}))
        plans = analyse_plans(connection, queries, profile).plans
        target = {name: table.rows * GROWTH for name, table in profile.tables.items()}
        case = Case(catalog, profile, plans, {name: name for name in files}, target)
        made = {name: designer(name).product(catalog, profile, None, CLUSTER) for name in ("redshift", "vertica")}
        yield Shops(case, connection, made)


def by(*columns: str) -> Distribution:
    return Distribution(Placement.HASH, columns)


def test_columns_that_are_matched_together_are_found_in_the_same_order_on_both_sides(shops: Shops) -> None:
    joined, grouped = shops.case.plans
    assert [dict(joint.scans) for joint in joints(joined)] == [{"sales": ("shop", "day"), "goals": ("place", "month")}]
    assert [dict(joint.scans) for joint in joints(grouped)] == [{"sales": ("shop", "day")}]


def test_two_columns_lie_evenly_and_move_nothing_where_one_is_too_uneven(shops: Shops) -> None:
    vertica = shops.products["vertica"]
    found = shops.design(vertica)
    assert {name: choice.copies[0].distribution for name, choice in found.tables.items()} == {
        "goals": by("place", "month"),
        "sales": by("shop", "day"),
    }
    assert all("uneven" in found.refused["sales", by(name)] for name in ("shop", "day"))
    skew = found.tables["sales"].skew
    assert skew is not None
    assert skew.high < 1.2
    single = shops.design(replace(vertica, wide_keys=False))
    assert found.distribution.bytes == 0 < single.distribution.bytes


def test_the_proof_of_a_hash_of_two_columns_is_the_simulators_own_figure(shops: Shops) -> None:
    # The join is met by one side, so the program has to weigh what the other must move.
    limits = replace(shops.products["vertica"], keys={*shops.products["vertica"].keys} - {("goals", "month")})
    found = shops.design(limits)
    plans = shops.case.scaled_plans
    traces = simulate(plans, found.layout, CLUSTER.nodes)
    assert found.distribution.bytes == pytest.approx(sum(trace.bytes for trace in traces), rel=1e-9)
    assert found.distribution.gap < 1e-9


def test_redshift_keeps_to_one_column(shops: Shops) -> None:
    considered, _ = weighed(shops.case, shops.products["redshift"], Store(shops.case, shops.products["redshift"], shops.connection))
    assert all(len(entry.columns) <= 1 for entries in considered.values() for entry in entries)


def test_no_hash_of_two_is_weighed_where_one_of_them_is_even(shops: Shops) -> None:
    # At the data's own size no table is large enough for its slices to matter.
    small = replace(shops.case, target={})
    product = shops.products["vertica"]
    considered, _ = weighed(small, product, Store(small, product, shops.connection))
    assert all(len(entry.columns) <= 1 for entries in considered.values() for entry in entries)
