"""Samples and orders of tables whose rows arrive in a good order, or whose key begins with few values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehousebench import duck
from warehousebench.engines import designer
from warehousebench.model.data import Fingerprint
from warehousebench.model.layout import Cluster, Distribution, Placement
from warehousebench.optimise import samples
from warehousebench.optimise.advisor import design
from warehousebench.optimise.case import Case, Wishes
from warehousebench.optimise.storage import Store
from warehousebench.profile import profile_tables
from warehousebench.source.ddl import read_ddl
from warehousebench.workload.analysis import analyse_plans
from warehousebench.workload.suite import SuiteQuery

ROWS, DAYS, GROWTH = 40_000, 50, 1000.0
BY_ITEM = Distribution(Placement.HASH, ("item",))
DDL = """
CREATE TABLE items (item INT PRIMARY KEY, maker INT);
CREATE TABLE stock (day INT, item INT, pieces INT, PRIMARY KEY (day, item));
"""
FILL = f"""
CREATE TABLE items AS SELECT i::INTEGER AS item, (i % 7)::INTEGER AS maker FROM range({ROWS // DAYS}) t(i);
CREATE TABLE stock AS SELECT (i * {DAYS} // {ROWS})::INTEGER AS day, (i % {ROWS // DAYS})::INTEGER AS item,
    (hash(i) % 100)::INTEGER AS pieces FROM range({ROWS}) t(i);
"""
QUERIES = (
    SuiteQuery("week", "SELECT sum(pieces) FROM stock WHERE day BETWEEN 20 AND 26"),
    SuiteQuery("makers", "SELECT maker, sum(pieces) FROM stock JOIN items USING (item) GROUP BY maker"),
)


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return the store of a stock that arrives day by day, for Redshift."""
    folder = tmp_path_factory.mktemp("stock")
    (folder / "schema.sql").write_text(DDL, encoding="utf-8")
    catalog = read_ddl([folder / "schema.sql"])
    with duck.opened(folder / "stock.duckdb") as connection:
        for statement in FILL.split(";")[:-1]:
            duck.run(connection, statement)
        files = {name: duck.text(str(folder / f"{name}.parquet")) for name in ("items", "stock")}
        for name, file in files.items():
            duck.run(connection, f"COPY {name} TO {file}")
        profile = profile_tables(files, Fingerprint("stock", "none", {}))
        plans = analyse_plans(connection, QUERIES, profile).plans
        case = Case(catalog, profile, plans, {name: name for name in files}, {"stock": ROWS * GROWTH})
        yield Store(case, designer("redshift").product(catalog, profile, None, Cluster(4, 2)), connection)


def test_an_order_is_kept_that_rows_only_arrive_in(store: Store) -> None:
    trial = store.trial("stock", BY_ITEM)
    read = {order: trial.score(order).fraction for order in ((), ("day",), ("item",))}
    # Sorting by day reads no less than the rows as they come, sorting by the join key far more.
    assert read[()] == read["day",] < 0.7 * read["item",]
    physical = design(store.case, store.product, Wishes(replication=0.0), store)
    assert physical.distribution.distributions["stock"] == (BY_ITEM,)
    assert physical.tables["stock"].copies[0].order_by == ("day",)


def test_a_sample_holds_many_values_of_every_key_column(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLE_ROWS", ROWS // 20)
    store.scans("stock")
    sample = store.samples["stock"]
    assert ROWS / 40 < sample.rows < ROWS / 10
    # By the first key column, two or three days would be all there is.
    assert len(set(sample.columns["day"].values.tolist())) == DAYS


def test_blocks_hold_a_few_sampled_rows_however_large_the_table(store: Store) -> None:
    store.case.target["stock"] *= 1e6  # type: ignore[index]
    found = store.trial("stock", BY_ITEM).score(("day",))
    assert found.scans[0].bytes_total == pytest.approx(ROWS * GROWTH * 1e6 * 8)
    # Two columns of 4-byte values, at least 32 sampled rows to a block, on 8 slices.
    assert found.scans[0].blocks_total <= 2 * (ROWS / 32 + 8)
