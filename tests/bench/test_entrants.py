"""Queries with functions, in every variant and every dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehousebench.bench.entrants import engine_entrant, entries_of, translated, unique
from warehousebench.engines import ENGINES
from warehousebench.errors import UsageError
from warehousebench.model.function import Variant
from warehousebench.source.ddl import read_ddl
from warehousebench.source.functions import read_functions
from warehousebench.workload.suite import load_suite, queries_folder, schema_file

CATALOG = read_ddl([schema_file("customers")])
FUNCTIONS = {each.name: each for each in read_functions(queries_folder("customers") / "functions.toml")}
QUERIES = {query.name: query.sql for query in load_suite("customers", 0.1).queries}


@pytest.mark.parametrize("name", ENGINES)
def test_every_variant_that_an_engine_offers_is_translated_for_it(name: str) -> None:
    entries = entries_of(QUERIES, FUNCTIONS, [name])
    texts = translated(entries, name, CATALOG)
    assert dict(texts.skipped) == {}
    assert set(texts.sql) == set(entries)
    assert set(QUERIES) <= set(entries)
    assert len(entries) % len(QUERIES) == 0


def test_what_only_another_engine_offers_is_absent_and_a_note_says_why() -> None:
    entries = entries_of(QUERIES, FUNCTIONS, ["postgres", "vertica"])
    texts = translated(entries, "postgres", CATALOG)
    assert texts.absent == {name for name, entry in entries.items() if entry.variant is Variant.UDX}
    assert dict(texts.skipped) == {}
    assert texts.notes.count("postgres has no udx functions: that is another product's kind of function") == 1


def test_chosen_variants_are_the_only_ones() -> None:
    entries = entries_of(QUERIES, FUNCTIONS, ["duckdb"], [Variant.ARROW])
    assert {entry.variant for entry in entries.values()} == {Variant.ARROW}
    assert next(iter(entries)).endswith("[arrow]")


def test_variants_that_nobody_offers_are_refused() -> None:
    with pytest.raises(
        UsageError, match=r"nobody who takes part offers udx functions. Choose from: expression, sql, python, arrow"
    ):
        entries_of(QUERIES, FUNCTIONS, ["duckdb"], [Variant.UDX])


def test_a_text_of_the_product_s_own_wins() -> None:
    own = translated(entries_of({"a": "SELECT 1"}, {}, ["postgres"]), "postgres", CATALOG, lambda *asked: f"SELECT {asked}")
    assert own.sql == {"a": "SELECT ('postgres', 'a')"}


def test_the_same_layout_twice_gets_numbers() -> None:
    assert unique(["a", "b", "a", "a"]) == ["a", "b", "a#2", "a#3"]


def test_csv_files_are_read_in_place_by_duckdb_alone() -> None:
    with pytest.raises(UsageError, match="Load the data first: warehousebench load --to postgres"):
        engine_entrant("x", "postgres", {"t": (Path("t.csv"),)}, 1)
