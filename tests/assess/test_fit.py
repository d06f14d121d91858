"""Fit: answers follow from the figures, facts are dated, and there is no cost without the user's prices."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from assess_cases import ENGINES, SHOP, K, assessed, column, shop_rows

from warehousebench.assess.assess import Inputs, assess
from warehousebench.assess.offers import costs, read_offers
from warehousebench.assess.rows import reading
from warehousebench.assess.sizes import packed_bytes
from warehousebench.errors import UsageError
from warehousebench.model.assessment import Assessment, DataSize, Verdict
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.profile import ColumnProfile
from warehousebench.workload.suite import SuiteQuery
from warehousebench.workload.usage import analyse

PRICES = """
currency = "EUR"
source = "our own offer"
date = "2026-11-01"

[[prices.redshift]]
what = "2 nodes"
price = 3.0
per = "hour"
nodes = 2
hours = 100

[[prices.redshift]]
what = "storage"
price = 0.5
per = "GB-month"

[[prices.vertica]]
what = "licence"
price = 1200
per = "TB-year"

[[prices.vertica]]
what = "support"
price = 10
per = "month"
"""


def verdicts(found: Assessment, title: str) -> dict[str, Verdict]:
    """Return the answers to one use."""
    (case,) = (case for case in found.fit.use_cases if case.title.startswith(title))
    return {answer.engine: answer.verdict for answer in case.answers}


def titles(found: Assessment) -> list[str]:
    """Return the uses that were answered."""
    return [case.title for case in found.fit.use_cases]


def test_ways_to_run_it() -> None:
    found = assessed(SHOP)
    assert verdicts(found, "Nobody here") == {"redshift": Verdict.FITS, "vertica": Verdict.NOT}
    assert verdicts(found, "The data stay") == {"redshift": Verdict.NOT, "vertica": Verdict.FITS}
    assert verdicts(found, "Queries run now") == {"redshift": Verdict.FITS, "vertica": Verdict.NOT}


@pytest.mark.parametrize(("size", "expected"), [(None, Verdict.OPEN), (9e11, Verdict.FITS), (1.1e12, Verdict.NOT)])
def test_a_free_offer_is_held_against_the_size(size: float | None, expected: Verdict) -> None:
    found = assess(Inputs(SHOP, ENGINES, read_offers(), bytes=size))
    assert verdicts(found, "Try all") == {"redshift": Verdict.OPEN, "vertica": expected}


def test_uses_that_the_schema_does_not_have_are_left_out() -> None:
    bare = assessed(Catalog((Table("t", (column("a", K.DATE),)),), "t"))
    assert not any(title.startswith(("Queries look", "Long texts", "The warehouse itself", "A table is")) for title in titles(bare))
    assert {"Queries look into documents and arrays", "Long texts are kept whole"} <= set(titles(assessed(SHOP)))


def test_long_texts_are_those_seen_where_there_are_data(tmp_path: Path) -> None:
    catalog = Catalog((Table("t", (column("a", K.TEXT),)),), "t")
    pq.write_table(pa.table({"a": ["short"]}), tmp_path / "t.parquet")
    assert "Long texts are kept whole" not in titles(assessed(catalog, tmp_path))
    pq.write_table(pa.table({"a": ["x" * 70_000]}), tmp_path / "t.parquet")
    assert verdicts(assessed(catalog, tmp_path), "Long texts") == {"redshift": Verdict.PARTLY, "vertica": Verdict.FITS}


def test_queries_show_how_tables_are_read() -> None:
    queries = [SuiteQuery("a", "SELECT 1 FROM customer WHERE id = 1"), SuiteQuery("b", "SELECT 1 FROM customer WHERE email = 'x'")]
    workload = analyse(queries, SHOP, "q")
    found = assess(Inputs(SHOP, ENGINES, read_offers(), None, queries, workload))
    assert verdicts(found, "A table is read") == {"redshift": Verdict.PARTLY, "vertica": Verdict.FITS}
    assert verdicts(found, "The queries stay") == {"redshift": Verdict.FITS, "vertica": Verdict.FITS}


def test_types_are_open_until_data_or_nothing_else_decide(tmp_path: Path) -> None:
    text = Catalog((Table("t", (column("a", K.TEXT),)),), "t")
    assert verdicts(assessed(text), "Types stay")["redshift"] is Verdict.OPEN
    pq.write_table(pa.table({"a": ["short"]}), tmp_path / "t.parquet")
    assert verdicts(assessed(text, tmp_path), "Types stay")["redshift"] is Verdict.FITS
    wide = Catalog((Table("t", (column("a", K.DECIMAL, precision=50, scale=0),)),), "t")
    assert verdicts(assessed(wide), "Types stay")["redshift"] is Verdict.PARTLY


def test_every_fact_has_source_and_date_and_names_a_product() -> None:
    facts = read_offers().facts
    assert {fact.engine for fact in facts} == set(ENGINES)
    assert all(fact.text and fact.source and re.fullmatch(r"\d{4}(-\d\d-\d\d)?", fact.date) for fact in facts)
    assert any(not fact.verified for fact in facts)


def test_the_built_in_offers_hold_no_price() -> None:
    text = files("warehousebench.assess").joinpath("offers.toml").read_text(encoding="utf-8")
    assert "prices" not in tomllib.loads(text)
    assert assessed(SHOP).fit.costs == ()


def test_costs_are_the_user_s_prices_times_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(PRICES, encoding="utf-8")
    offers = read_offers(tmp_path / "prices.toml")
    size = DataSize(None, 2e12, 4e9, "told")
    assert [(item.what, item.monthly) for item in costs(offers, "redshift", size)] == [("2 nodes", 600.0), ("storage", 2.0)]
    assert [(item.what, item.monthly) for item in costs(offers, "vertica", size)] == [("licence", 200.0), ("support", 10.0)]
    assert [item.what for item in costs(offers, "redshift", None)] == ["2 nodes"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('per = "hour"', 'per = "fortnight"'), "not per fortnight"),
        (("price = 3.0", "price = -3.0"), "0 or more"),
        (("price = 3.0", 'price = "three"'), "cannot use the prices"),
        (('currency = "EUR"', ""), "say with the prices their currency"),
        (('currency = "EUR"', 'curency = "EUR"'), "has an entry 'curency'"),
        (("[[prices.redshift]]", "[[prices.redshift]"), "cannot use the prices"),
    ],
)
def test_prices_that_cannot_be_used_are_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    (tmp_path / "prices.toml").write_text(PRICES.replace(*change), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_offers(tmp_path / "prices.toml")


def test_sizes_are_measured_or_scaled(tmp_path: Path) -> None:
    with reading(shop_rows(tmp_path / "data"), SHOP) as rows:
        own = assess(Inputs(SHOP, ENGINES, read_offers(), rows)).fit.size
        scaled = assess(Inputs(SHOP, ENGINES, read_offers(), rows, bytes=1e12)).fit.size
    assert own is not None
    assert scaled is not None
    assert own.rows == 8
    assert own.packed_bytes is not None
    assert scaled.packed_bytes == pytest.approx(1e12 * own.packed_bytes / own.raw_bytes)


@pytest.mark.parametrize(
    ("distinct", "runs", "expected"),
    [(1000, 1000, 8000.0), (3, 1000, 3 * 8 + 1000 * 2 / 8), (3, 3, 3 * 12.0), (0, 1, 0.0)],
)
def test_a_column_is_packed_in_the_smallest_way(distinct: int, runs: int, expected: float) -> None:
    column_ = ColumnProfile(distinct, True, 0, None, None, 8.0, 8, runs, 0.0, True)
    assert packed_bytes(column_, 1000) == pytest.approx(min(expected, 8000.0))
