"""The whole search on small TPC-H data, designed for a hundred gigabytes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.engines import designer
from warehousebench.engines.base import Designer
from warehousebench.model import document
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Placement
from warehousebench.optimise import costs
from warehousebench.optimise.advisor import Physical, design
from warehousebench.optimise.case import Case, Pin, Product, Wishes
from warehousebench.optimise.storage import Store
from warehousebench.profile import profile_tables
from warehousebench.simulate.network import simulate
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import load_suite, schema_file
from warehousebench.workload.usage import analyse

CLUSTER = Cluster(4, 2)
FIXED = ("nation", "region")
AWS = {"customer": "c_custkey", "lineitem": "l_orderkey", "orders": "o_orderkey", "part": "p_partkey", "partsupp": "ps_partkey"}


@dataclass(frozen=True)
class Bench:
    """A case with one product's limits, and its store."""

    case: Case
    products: dict[str, Product]
    stores: dict[str, Store]

    def design(self, engine: str, wishes: Wishes | None = None) -> Physical:
        return design(self.case, self.products[engine], wishes or Wishes(), self.stores[engine])


@pytest.fixture(scope="module")
def bench(tpch_data: Path) -> Iterator[Bench]:
    catalog = read_ddl([schema_file("tpch")])
    queries = load_suite("tpch", 0.01).queries
    with duck.opened(threads=2) as connection:
        for table in catalog:
            file = duck.text(str(tpch_data / f"{table.name}.parquet"))
            duck.run(connection, f"CREATE TABLE {duck.quote(table.name)} AS FROM read_parquet({file})")
        relations = {table.name: table.name for table in catalog}
        profile = profile_tables(
            {name: f"read_parquet({duck.text(str(tpch_data / f'{name}.parquet'))})" for name in relations},
            Fingerprint("test", "none", {}),
        )
        plans = analyse_plans(connection, queries, profile)
        assert not plans.findings
        target = {name: table.rows * 10_000.0 for name, table in profile.tables.items() if name not in FIXED}
        case = Case(catalog, profile, plans.plans, relations, target)
        used = analyse(queries, catalog, "tpch")
        products = {name: designer(name).product(catalog, profile, used, CLUSTER) for name in ("redshift", "vertica")}
        yield Bench(case, products, {name: Store(case, product, connection) for name, product in products.items()})


@pytest.fixture(scope="module", params=["redshift", "vertica"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def physical(bench: Bench, engine: str) -> Physical:
    return bench.design(engine, Wishes(replication=0.0))


def test_large_tables_get_the_keys_of_awss_hand_tuned_design(physical: Physical) -> None:
    for table, column in AWS.items():
        assert physical.tables[table].copies[0].distribution == Distribution(Placement.HASH, (column,))


def test_the_proof_is_the_simulators_own_figure(bench: Bench, physical: Physical) -> None:
    traces = simulate(bench.case.scaled_plans, physical.layout, CLUSTER.nodes)
    weighted = sum(plan.weight * trace.bytes for plan, trace in zip(bench.case.scaled_plans, traces, strict=True))
    assert physical.distribution.bytes == pytest.approx(weighted, rel=1e-9)
    assert physical.distribution.gap < 1e-4


def test_no_budget_means_no_copy_and_more_budget_never_moves_more(bench: Bench, engine: str, physical: Physical) -> None:
    assert all(copy.distribution.placement is not Placement.REPLICATED for copy in physical.layout.copies)
    points = costs.curve(bench.case, bench.products[engine], physical)
    assert all(later.moved <= earlier.moved * (1 + 1e-6) for earlier, later in itertools.pairwise(points))


def test_advice_beats_no_design_and_loses_to_no_baseline_as_a_whole(bench: Bench, engine: str, physical: Physical) -> None:
    advice = costs.advice(bench.case, bench.products[engine], physical, bench.stores[engine], {}, ("a finding",))
    none, keys = advice.designs[0], advice.designs[1]
    assert advice.advised.moved < none.moved / 3
    assert advice.advised.moved <= keys.moved * (1 + 1e-9)
    assert advice.advised.read < min(none.read, keys.read)
    assert advice.findings == ("a finding",)
    for table in advice.tables:
        assert table.encoded_bytes < table.raw_bytes
        chosen = next(option for option in table.distributions if option.choice == table.distribution)
        assert chosen.bytes == pytest.approx(advice.advised.moved, rel=1e-9)
    assert document.from_json(document.to_json(advice), type(advice)) == advice


def test_the_same_input_gives_the_same_design(bench: Bench, engine: str, physical: Physical) -> None:
    fresh = Store(bench.case, bench.products[engine], bench.stores[engine].connection)
    again = design(bench.case, bench.products[engine], Wishes(replication=0.0), fresh)
    assert again.layout == physical.layout
    assert [choice.reasons for choice in again.tables.values()] == [choice.reasons for choice in physical.tables.values()]


def test_a_realised_design_is_the_same_layout_again(bench: Bench, engine: str, physical: Physical) -> None:
    product: Designer = designer(engine)
    made = product.realise(physical, bench.case.catalog, bench.case.profile, CLUSTER, "test")
    back = product.layout(made, bench.case.catalog)
    assert {c.table: (c.distribution, c.columns, c.encodings) for c in back.copies} == {
        c.table: (c.distribution, c.columns, c.encodings) for c in physical.layout.copies
    }
    assert product.script(made, bench.case.catalog, bench.case.profile).count("CREATE TABLE") == 8


def test_every_choice_has_a_reason_with_evidence(physical: Physical) -> None:
    for choice in physical.tables.values():
        subjects = {reason.subject for reason in choice.reasons}
        assert {"distribution", "sort"} <= subjects
        assert {f"encoding:{column}" for column in choice.copies[0].columns} <= subjects
        assert all(reason.evidence for reason in choice.reasons if reason.subject.startswith("encoding:"))


def test_pins_hold_and_the_rest_is_designed_around_them(bench: Bench) -> None:
    pin = Pin(Distribution(Placement.HASH, ("l_partkey",)), ("l_receiptdate",))
    found = bench.design("redshift", Wishes(replication=0.0, pins={"lineitem": pin}))
    copy = found.tables["lineitem"].copies[0]
    assert (copy.distribution, copy.order_by) == (pin.distribution, pin.order_by)
    assert {reason.code for reason in found.tables["lineitem"].reasons} >= {"dist.pinned", "sort.pinned"}
    free = bench.design("redshift", Wishes(replication=0.0))
    assert found.distribution.bytes > free.distribution.bytes


def test_uneven_columns_are_refused_with_the_reason(physical: Physical) -> None:
    flag = ("lineitem", Distribution(Placement.HASH, ("l_returnflag",)))
    assert "uneven" in physical.refused[flag]
    key = ("lineitem", Distribution(Placement.HASH, ("l_orderkey",)))
    assert key not in physical.refused


def test_vertica_never_places_rows_in_turn(bench: Bench) -> None:
    layout = bench.design("vertica").layout
    assert all(copy.distribution.placement is not Placement.ROUND_ROBIN for copy in layout.copies)


def test_target_rows_flip_the_answer_for_small_tables(bench: Bench) -> None:
    here = replace(bench.case, target={})
    store = Store(here, bench.products["redshift"], bench.stores["redshift"].connection)
    small = design(here, bench.products["redshift"], Wishes(), store)
    assert small.tables["lineitem"].copies[0].order_by == ()
    assert bench.design("redshift").tables["lineitem"].copies[0].order_by != ()
