"""Extra copies on made-up sales: what pays is found, what does not is left, and the figures are those of the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlglot
from sqlfluff.core import Linter
from sqlglot import exp

from warehousebench import duck
from warehousebench.engines.vertica import designer as vertica
from warehousebench.engines.vertica.design import Kind, VerticaDesign
from warehousebench.model import document
from warehousebench.model.catalog import Catalog
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Layout, Placement, StoredCopy
from warehousebench.optimise import costs
from warehousebench.optimise.access import Access, LiveAggregate, asked_of
from warehousebench.optimise.advisor import Physical, design
from warehousebench.optimise.case import Case, Pin, Product, Wishes
from warehousebench.optimise.projections import WORTH
from warehousebench.optimise.storage import Store
from warehousebench.profile import profile_tables
from warehousebench.simulate.network import simulate
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.aggregates import Function, aggregations
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import SuiteQuery
from warehousebench.workload.usage import analyse

CLUSTER = Cluster(4, 1)
ROWS, SHOPS, KINDS = 40_000, 20, 15
DDL = """
CREATE TABLE sales (sale INT PRIMARY KEY, shop INT, kind INT, customer INT, day DATE, price BIGINT, pieces INT, note VARCHAR(80));
CREATE TABLE customers (customer INT PRIMARY KEY, name VARCHAR(40), town INT);
"""
FILL = f"""
CREATE TABLE sales AS SELECT i::INTEGER AS sale, (i * 7 % {SHOPS})::INTEGER AS shop, (i // {SHOPS} % {KINDS})::INTEGER AS kind,
    (hash(i) % 4000)::INTEGER AS customer, DATE '2020-01-01' + (hash(i, 5) % 1000)::INTEGER AS day,
    (hash(i, 6) % 9999)::BIGINT AS price, (hash(i, 7) % 50)::INTEGER AS pieces, repeat('x', 40) || i AS note
    FROM range({ROWS}) t(i);
CREATE TABLE customers AS SELECT i::INTEGER AS customer, 'customer ' || i AS name, (i % 90)::INTEGER AS town FROM range(4000) t(i);
"""
GROUPED = {
    "by_shop": "SELECT shop, kind, sum(price), avg(pieces) FROM sales GROUP BY shop, kind",
    "one_shop": "SELECT kind, shop, sum(price) FROM sales WHERE shop = 3 GROUP BY kind, shop HAVING max(price) > 5",
}
DETAIL = {
    "days": "SELECT sum(price * pieces) FROM sales WHERE day BETWEEN '2020-03-01' AND '2020-03-20'",
    "pieces": "SELECT sum(price * 2) FROM sales WHERE pieces = 7 AND kind = 3",
    "joined": "SELECT town, sum(pieces * 3) FROM sales JOIN customers USING (customer) GROUP BY town",
}

Found = tuple[Case, Store, Physical]


@dataclass(frozen=True)
class Shop:
    """The sales on a connection; cases are made of queries."""

    catalog: Catalog
    connection: duck.Connection
    files: dict[str, str]

    def case(self, queries: dict[str, str], growth: float = 5000.0, weights: dict[str, float] | None = None) -> Case:
        named = [SuiteQuery(name, sql, (weights or {}).get(name, 1.0)) for name, sql in queries.items()]
        profile = profile_tables(self.files, Fingerprint("test", "none", {}))
        found = analyse_plans(self.connection, named, profile)
        assert not found.findings
        target = {name: table.rows * growth for name, table in profile.tables.items()}
        return Case(self.catalog, profile, found.plans, {name: name for name in self.files}, target, queries)

    def store(self, case: Case) -> Store:
        used = analyse([SuiteQuery(name, sql) for name, sql in case.texts.items()], self.catalog, "test")
        return Store(case, vertica.product(self.catalog, case.profile, used, CLUSTER), self.connection)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("sales")
    (folder / "schema.sql").write_text(DDL)
    with duck.opened(threads=2) as connection:
        for statement in filter(str.strip, FILL.split(";")):
            duck.run(connection, statement)
        for name in ("sales", "customers"):
            duck.run(connection, f"COPY {name} TO {duck.text(str(folder / name))} (FORMAT parquet)")
        files = {name: f"read_parquet({duck.text(str(folder / name))})" for name in ("sales", "customers")}
        yield Shop(read_ddl([folder / "schema.sql"]), connection, files)


def advised(case: Case, store: Store, storage: float) -> Physical:
    return design(case, store.product, Wishes(replication=0.0, storage=storage), store)


def total(physical: Physical, access: Access) -> float:
    flows = access.flows(physical.layout, physical.aggregates)
    return sum(plan.weight * flow.bytes for plan, flow in zip(access.case.plans, flows, strict=True))


@pytest.fixture(scope="module")
def grouped(shop: Shop) -> Found:
    case = shop.case(GROUPED | DETAIL)
    store = shop.store(case)
    return case, store, advised(case, store, 1.001)


@pytest.fixture(scope="module")
def detailed(shop: Shop) -> Found:
    case = shop.case(DETAIL)
    store = shop.store(case)
    return case, store, advised(case, store, 1.6)


def test_a_live_aggregate_pays_where_queries_group_one_table(grouped: Found) -> None:
    case, store, physical = grouped
    (extra,) = physical.extras
    assert extra.aggregate
    assert extra.copy.columns == ("kind", "shop")
    wanted = {("SUM", "price"), ("SUM", "pieces"), ("COUNT", "pieces"), ("MAX", "price")}
    assert {(function.name, function.column) for function in extra.aggregate.functions} == wanted
    assert extra.aggregate.rows == SHOPS * KINDS
    flows = dict(
        zip((plan.query for plan in case.plans), Access(case, store).flows(physical.layout, physical.aggregates), strict=True)
    )
    # Two groups of 4 bytes and the functions asked for, 8 bytes each: SUM, SUM and COUNT; SUM and MAX.
    assert flows["by_shop"].read == SHOPS * KINDS * (2 * 4 + 3 * 8)
    assert flows["one_shop"].read == SHOPS * KINDS * (2 * 4 + 2 * 8)
    assert flows["by_shop"].moved == flows["one_shop"].moved == 0.0
    assert {gain.query for gain in extra.gains} == set(GROUPED)
    assert extra.raw == SHOPS * KINDS * (2 * 4 + 4 * 8) >= extra.stored > 0


def test_gains_are_the_difference_of_whole_designs(grouped: Found, detailed: Found) -> None:
    for case, store, physical in (grouped, detailed):
        access = Access(case, store)
        without = total(replace(physical, extras=()), access)
        assert sum(extra.bytes for extra in physical.extras) == pytest.approx(without - total(physical, access), rel=1e-9)
        assert all(extra.bytes >= WORTH * without for extra in physical.extras)


def test_narrow_copies_serve_filters_and_joins_within_the_budget(detailed: Found) -> None:
    case, _, physical = detailed
    assert physical.extras
    assert not physical.aggregates
    raw = sum(case.sizes.values())
    whole = sum(case.sizes[copy.table] for copy in physical.copies)
    assert sum(extra.raw for extra in physical.extras) + whole <= 1.6 * raw * (1 + 1e-9)
    for extra in physical.extras:
        assert len(extra.copy.columns) < len(case.catalog.table(extra.copy.table).columns)
        assert set(extra.copy.columns) == {choice.column for choice in extra.encodings}
        assert 0 < extra.stored < extra.raw
    assert any(gain.query in ("days", "pieces") and gain.read > 0 for extra in physical.extras for gain in extra.gains)


def test_columns_compared_for_equality_sort_before_the_range(shop: Shop) -> None:
    few = "SELECT sum(price * 2) FROM sales WHERE kind = 3 AND day > '2022-06-01'"
    case = shop.case({"few": few, "days": DETAIL["days"]}, weights={"days": 9.0})
    physical = advised(case, shop.store(case), 1.5)
    assert physical.tables["sales"].copies[0].order_by[0] == "day"
    (extra,) = physical.extras
    assert extra.copy.order_by == ("kind", "day")
    assert extra.copy.distribution.columns == ("sale",)
    assert extra.copy.columns == ("sale", "kind", "day", "price")
    assert [gain.query for gain in extra.gains] == ["few"]

    rare = shop.case({"few": few, "days": DETAIL["days"]}, weights={"days": 900.0})
    assert advised(rare, shop.store(rare), 1.5).extras == ()


def test_a_larger_budget_is_kept_and_never_saves_less(detailed: Found) -> None:
    case, store, _ = detailed
    access, raw = Access(case, store), sum(case.sizes.values())
    before = total(advised(case, store, 1.0), access)
    for storage in (1.1, 1.2, 1.3, 1.4, 1.5):
        physical = advised(case, store, storage)
        copies = sum(case.sizes[copy.table] for copy in physical.copies)
        assert copies + sum(extra.raw for extra in physical.extras) <= storage * raw * (1 + 1e-9)
        assert total(physical, access) <= before * (1 + 1e-9)
        before = total(physical, access)


def test_pinned_copies_may_need_the_storage_that_narrow_ones_would_take(detailed: Found) -> None:
    case, store, _ = detailed
    pins = {"customers": Pin(Distribution(Placement.REPLICATED))}
    physical = design(case, store.product, Wishes(replication=0.0, storage=1.5, pins=pins), store)
    assert physical.tables["customers"].copies[0].distribution.placement is Placement.REPLICATED
    assert physical.extras


def test_without_a_budget_nothing_is_added(shop: Shop, grouped: Found) -> None:
    case, store, _ = grouped
    assert design(case, store.product, Wishes(), store).extras == ()
    single = replace(store.product, several_copies=False)
    assert design(case, single, Wishes(storage=1.5), Store(case, single, shop.connection)).extras == ()


def test_too_many_groups_and_unknown_texts_give_no_live_aggregate(shop: Shop) -> None:
    fine = shop.case({"q": "SELECT kind, day, sum(price) FROM sales GROUP BY kind, day"})
    assert not advised(fine, shop.store(fine), 2.0).aggregates
    silent = replace(shop.case(GROUPED), texts={})
    store = Store(silent, vertica.product(shop.catalog, silent.profile, None, CLUSTER), shop.connection)
    assert not advised(silent, store, 2.0).aggregates


@pytest.mark.parametrize(
    ("sql", "served"),
    [
        ("SELECT shop, sum(price) FROM sales GROUP BY shop", 1),
        ("SELECT shop, sum(price) FROM sales WHERE shop > 4 GROUP BY shop", 1),
        ("SELECT shop, sum(price) FROM sales WHERE price > 4 GROUP BY shop", 0),
        ("SELECT shop, sum(price) FROM sales WHERE price % 2 = 0 GROUP BY shop", 0),
        ("SELECT shop, sum(price + 1) FROM sales GROUP BY shop", 0),
        # The text of the second cannot be read as a plain aggregate: the plan has two alike, so neither is trusted.
        ("SELECT a.shop FROM (SELECT shop, sum(price) AS p FROM sales GROUP BY shop) a JOIN (SELECT shop, stddev(price) AS p "
         "FROM sales GROUP BY shop) b ON a.p = b.p", 0),
        ("SELECT a.shop FROM (SELECT shop, sum(price) AS p FROM sales GROUP BY shop) a JOIN (SELECT shop, max(price) AS p "
         "FROM sales GROUP BY shop) b ON a.p = b.p", 2),
    ],
)  # fmt: skip
def test_an_aggregate_is_answered_only_where_plan_and_text_agree(shop: Shop, sql: str, served: int) -> None:
    case = shop.case({"q": sql})
    store = shop.store(case)
    access = Access(case, store)
    assert len(access.asked(0)) == served
    every = tuple(Function(name, "price") for name in ("SUM", "COUNT", "MIN", "MAX"))
    live = LiveAggregate("live", "sales", ("shop",), every, float(SHOPS))
    copies = design(case, store.product, Wishes(), store).copies
    before, after = access.flow(0, copies), access.flow(0, copies, [live])
    assert (after.bytes < before.bytes) == bool(served)
    counts = replace(live, name="counts", functions=(Function("COUNT", "price"),))
    assert access.flow(0, copies, [counts]).bytes == before.bytes


def test_a_filter_of_the_plan_that_the_text_does_not_tell_is_respected(shop: Shop) -> None:
    told = "SELECT shop, sum(price) FROM sales GROUP BY shop"
    filtered = shop.case({"q": told.replace("GROUP", "WHERE price > 4 GROUP")})
    assert list(asked_of(shop.case({"q": told}).plans[0], aggregations(told, shop.catalog)))
    assert not list(asked_of(filtered.plans[0], aggregations(told, shop.catalog)))


def test_one_copy_of_each_table_costs_what_the_simulators_say(shop: Shop) -> None:
    case = shop.case(GROUPED | DETAIL)
    store = shop.store(case)
    layout = design(case, store.product, Wishes(), store).layout
    flows = Access(case, store).flows(layout)
    assert [flow.moved for flow in flows] == [trace.bytes for trace in simulate(case.scaled_plans, layout, CLUSTER.nodes)]
    read = sum(store.trial(copy.table, copy.distribution).score(_known(store, copy)).bytes for copy in layout.copies)
    assert sum(flow.read for flow in flows) == pytest.approx(read, rel=1e-12)


def _known(store: Store, copy: StoredCopy) -> tuple[str, ...]:
    return tuple(name for name in copy.order_by if name in store.samples[copy.table].columns)


def test_a_scan_takes_the_copy_that_is_best_for_both_kinds_of_bytes(shop: Shop) -> None:
    case = shop.case({"q": "SELECT customer, sum(price * 2) FROM sales WHERE day < '2020-02-01' GROUP BY customer"})
    access = Access(case, shop.store(case))
    every = tuple(column.name for column in shop.catalog.table("sales").columns)
    sale, customer = (Distribution(Placement.HASH, (name,)) for name in ("sale", "customer"))
    sorted_copy = StoredCopy("a", "sales", every, sale, ("day",))
    placed_copy = StoredCopy("b", "sales", ("customer", "day", "price"), customer, ("customer",))
    too_narrow = StoredCopy("c", "sales", ("customer", "day"), customer, ("day",))
    first, second = (access.flow(0, [copy]) for copy in (sorted_copy, placed_copy))
    assert first.read < second.read
    assert first.moved > second.moved == 0.0
    both = access.flow(0, [sorted_copy, placed_copy, too_narrow])
    assert both.bytes == min(first.bytes, second.bytes)
    ideal = StoredCopy("d", "sales", ("customer", "day", "price"), customer, ("day",))
    assert access.flow(0, [sorted_copy, placed_copy, ideal]).bytes == access.flow(0, [ideal]).bytes < both.bytes


def test_each_scan_of_a_self_join_takes_a_copy_with_its_own_columns(shop: Shop) -> None:
    sql = """SELECT count(*) FROM sales a JOIN sales b ON a.customer = b.customer
             WHERE a.day < '2020-02-01' AND b.day > '2022-08-01' AND b.price % 2 = 0"""
    case = shop.case({"q": sql})
    access = Access(case, shop.store(case))
    placed = Distribution(Placement.HASH, ("customer",))
    whole = StoredCopy("a", "sales", tuple(column.name for column in shop.catalog.table("sales").columns), placed, ("customer",))
    narrow = StoredCopy("b", "sales", ("customer", "day"), placed, ("day",))
    places = {scan.scanned: place for place, scan in enumerate(case.plans[0].operators) if scan.table}
    expected = access.scan_bytes(0, places["customer", "day"], placed, ("day",))
    expected += access.scan_bytes(0, places["customer", "day", "price"], placed, ("customer",))
    assert access.flow(0, [whole, narrow]).read == expected < access.flow(0, [whole]).read


def realised(shop: Shop, physical: Physical, case: Case) -> tuple[VerticaDesign, str]:
    made = vertica.realise(physical, shop.catalog, case.profile, CLUSTER, "test")
    return made, vertica.script(made, shop.catalog, case.profile)


def test_the_script_creates_them_and_parses(shop: Shop, grouped: Found, detailed: Found) -> None:
    for (case, _, physical), kind in ((grouped, Kind.LIVE_AGGREGATE), (detailed, Kind.QUERY)):
        made, script = realised(shop, physical, case)
        extras = [each for each in made.projections if each.kind is not Kind.SUPER]
        assert {each.kind for each in extras} == {kind}
        assert len(extras) == len(physical.extras)
        assert document.from_json(document.to_json(made), VerticaDesign) == made
        assert all(each.reasons[0].evidence and each.reasons[0].code.startswith("extra.") for each in extras)
        statements = [each for each in sqlglot.parse(script, read="vertica") if each is not None]
        assert not [each.sql() for each in statements if isinstance(each, exp.Command)]
        assert [str(each) for each in Linter(dialect="vertica").parse_string(script).violations] == []
    assert "GROUP BY kind, shop" in realised(shop, grouped[2], grouped[0])[1]


def test_the_advice_counts_them_in_all_its_figures(shop: Shop, grouped: Found) -> None:
    case, store, physical = grouped
    bare = replace(physical, extras=())
    layout = vertica.layout(realised(shop, bare, case)[0], shop.catalog)
    found = costs.advice(case, store.product, physical, store, {"bare": layout}, ())
    plain = next(each for each in found.designs if each.name == "bare")
    (extra,) = physical.extras
    assert found.advised.read + found.advised.moved == pytest.approx(plain.read + plain.moved - extra.bytes, rel=1e-9)
    assert found.advised.copies == pytest.approx((plain.copies or 0.0) + extra.raw, rel=1e-9)
    # On four nodes the extra projection has a buddy, as the others have.
    assert found.advised.stored == pytest.approx(costs.stored_bytes(bare, case, store.product) + 2 * extra.stored, rel=1e-9)
    assert found.bound == 0.0


def test_a_design_read_back_costs_the_same(shop: Shop, detailed: Found) -> None:
    case, store, physical = detailed
    layout: Layout = vertica.layout(realised(shop, physical, case)[0], shop.catalog)
    access = Access(case, store)
    assert [flow.bytes for flow in access.flows(layout)] == [flow.bytes for flow in access.flows(physical.layout)]


def test_the_same_input_gives_the_same_extras(shop: Shop, detailed: Found) -> None:
    case, store, physical = detailed
    product: Product = store.product
    again = advised(case, Store(case, product, shop.connection), 1.6)
    assert [(extra.copy, extra.gains, extra.reasons) for extra in again.extras] == [
        (extra.copy, extra.gains, extra.reasons) for extra in physical.extras
    ]
