"""Objects: what converts as it is, with a change or by hand, on which product, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from assess_cases import ENGINES, SHOP, K, assessed, codes, column, named, product

from warehousebench.engines import DESIGNERS, counterparts
from warehousebench.engines.common.counterparts import Feature
from warehousebench.model.assessment import Effort, Outcome
from warehousebench.model.catalog import Catalog, Check, Column, DataType, SourceObject, Table, View
from warehousebench.workload.suite import SuiteQuery

PLAIN = Table("plain", (column("a", K.BOOLEAN), column("b", K.UUID)), primary_key=("a",))


def alone(table: Table, engine: str) -> dict[str, tuple[str, ...]]:
    """Return the codes of one table's notes, without any data."""
    return codes(named(assessed(Catalog((table,), "t")), engine, table.name))


def test_a_plain_table_is_taken_over_as_it_is() -> None:
    for engine in ENGINES:
        each = named(assessed(Catalog((PLAIN,), "t")), engine, "plain")
        assert (each.outcome, each.effort) == (Outcome.AS_IS, Effort.NONE)


@pytest.mark.parametrize(
    ("table", "engine", "code", "subjects"),
    [
        (Table("tag", (column("a", K.DATE),)), "redshift", "name.reserved", ("tag",)),
        (Table("t", (column("timeseries", K.DATE),)), "vertica", "name.reserved", ("timeseries",)),
        (Table("t", (column("Xmin", K.DATE),)), "redshift", "name.refused", ("Xmin",)),
        (Table("t", (column("Big", K.DATE),)), "redshift", "name.folded", ("Big",)),
        (Table("t", (column("a", K.DECIMAL, precision=50, scale=2),)), "redshift", "type.unsupported", ("a",)),
        (Table("t", (column("a", K.TIMESTAMP, precision=9),)), "vertica", "type.lossy", ("a",)),
        (Table("t", (column("a", K.INTEGER),)), "vertica", "type.widened", ("a",)),
        (Table("t", (column("a", K.TEXT),)), "redshift", "type.checked", ("a",)),
        (Table("t", (column("a", K.DATE),)), "vertica", "key.none", ()),
        (Table("t", (Column("a", DataType(K.DATE), default="now()"),)), "vertica", "feature.defaults", ("a",)),
        (Table("t", (Column("a", DataType(K.INTEGER), identity=True),)), "vertica", "feature.identity-columns", ("a",)),
        (Table("t", (Column("a", DataType(K.DATE), generated="b"),)), "redshift", "feature.generated-columns", ("a",)),
        (Table("t", (Column("a", DataType(K.TEXT), collation="NOCASE"),)), "vertica", "feature.comparison-without-case", ("a",)),
        (Table("t", (Column("a", DataType(K.TEXT, native="citext")),)), "redshift", "feature.comparison-without-case", ("a",)),
        (Table("t", (Column("a", DataType(K.TEXT), collation="de_DE"),)), "redshift", "feature.collation", ("a",)),
        (Table("t", (column("a", K.DATE),), checks=(Check("a > 1", "c"),)), "redshift", "feature.checks", ("c",)),
        (Table("t", (column("a", K.DATE),), partitioned_by="RANGE (a)"), "vertica", "feature.partitions", ("RANGE (a)",)),
        (Table("t", (column("a", K.DATE),), unique_keys=(("a",),)), "vertica", "feature.keys", ("a",)),
    ],
)
def test_what_a_table_has_is_noted(table: Table, engine: str, code: str, subjects: tuple[str, ...]) -> None:
    assert alone(table, engine)[code] == subjects


def test_names_are_not_noted_where_they_do_no_harm() -> None:
    table = Table("tag", (column("Xmin", K.DATE),))
    assert not {"name.reserved", "name.refused", "name.folded"} & alone(table, "vertica").keys()


def test_names_that_are_too_long_or_the_same() -> None:
    long = Table("t", (column("é" * 64, K.DATE),))
    assert "name.length" in alone(long, "redshift")
    assert "name.length" not in alone(long, "vertica")
    twins = Catalog((Table("t", (column("a", K.DATE), column("A", K.DATE))), Table("T", PLAIN.columns)), "t")
    for engine in ENGINES:
        notes = [note for note in named(assessed(twins), engine, "t").notes if note.code == "name.collision"]
        assert len(notes) == 2
        assert all(note.outcome is Outcome.BY_HAND for note in notes)


def test_a_view_of_a_table_s_name_collides() -> None:
    catalog = Catalog((PLAIN,), "t", views=(View("PLAIN", "SELECT 1 AS x"),))
    assert "name.collision" in codes(named(assessed(catalog), "redshift", "plain"))


def test_a_table_of_too_many_columns_is_redshift_s_alone() -> None:
    wide = Table("wide", tuple(column(f"c{number}", K.DATE) for number in range(1_601)))
    assert "table.columns" in alone(wide, "redshift")
    assert "table.columns" not in alone(wide, "vertica")


def test_one_note_for_columns_that_lose_the_same() -> None:
    table = Table("t", (column("a", K.INTEGER), column("b", K.INTEGER)))
    assert alone(table, "vertica")["type.widened"] == ("a", "b")


def test_data_settle_types_and_show_keys(tmp_path: Path) -> None:
    table = Table("t", (column("a", K.TEXT), column("b", K.TEXT)))
    pq.write_table(pa.table({"a": ["x", "y"], "b": ["x", "x"]}), tmp_path / "t.parquet")
    each = named(assessed(Catalog((table,), "t"), tmp_path), "redshift", "t")
    assert each.outcome is Outcome.AS_IS
    assert codes(each)["key.candidate"] == ("a",)
    assert named(assessed(Catalog((table,), "t")), "redshift", "t").outcome is Outcome.CHANGED


def test_views_are_as_their_queries_translate() -> None:
    found = assessed(SHOP)
    outcomes = {engine: {name: named(found, engine, name).outcome for name in ("adults", "totals", "odd")} for engine in ENGINES}
    assert outcomes["redshift"] == {"adults": Outcome.AS_IS, "totals": Outcome.CHANGED, "odd": Outcome.BY_HAND}
    assert outcomes["vertica"]["totals"] is Outcome.BY_HAND
    assert named(found, "vertica", "totals").kind == "materialized view"


def test_views_of_a_dialect_that_nobody_translates() -> None:
    table = Table("t", (column("a", K.DATE, dialect="hsqldb"),))
    found = assessed(Catalog((table,), "t", views=(View("v", "SELECT a FROM t"),)))
    (note,) = named(found, "redshift", "v").notes
    assert (note.outcome, note.reason) == (Outcome.BY_HAND, "views in the dialect of hsqldb are not translated")


def test_other_objects_have_an_answer_each() -> None:
    found = assessed(SHOP)
    assert named(found, "vertica", "audit").outcome is Outcome.BY_HAND
    assert named(found, "redshift", "ids").outcome is Outcome.AS_IS
    assert "nothing is known" in named(found, "redshift", "thing").notes[0].reason


@pytest.mark.parametrize("engine", DESIGNERS)
def test_every_product_answers_for_every_feature_and_common_object(engine: str) -> None:
    known = counterparts(engine)
    assert set(known.features) == set(Feature)
    assert {"trigger", "function", "procedure", "sequence", "type", "domain", "event", "synonym", "package"} <= known.objects.keys()


def test_queries_are_counted_by_how_they_translate() -> None:
    texts = {"plain": "SELECT id FROM customer", "own": "SELECT mine(id) AS m FROM customer", "never": "SELECT unnest([1]) AS u"}
    found = assessed(SHOP, queries=[SuiteQuery(name, sql) for name, sql in texts.items()])
    for engine in ENGINES:
        outcomes = {query.query: query.outcome for query in product(found, engine).queries}
        assert outcomes == {"plain": Outcome.AS_IS, "own": Outcome.CHANGED, "never": Outcome.BY_HAND}
    own = replace(SuiteQuery("never", texts["never"]), overrides={"vertica": "SELECT 1"})
    by_engine = {each.engine: each.queries[0].outcome for each in assessed(SHOP, queries=[own]).products}
    assert by_engine == {"redshift": Outcome.BY_HAND, "vertica": Outcome.CHANGED}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id FROM customer WHERE born < CURRENT_DATE", Outcome.CHANGED),
        ("SELECT unnest([1]) AS u, CURRENT_DATE AS d", Outcome.BY_HAND),
        ("SELECT random() AS r FROM customer", Outcome.BY_HAND),
    ],
)
def test_a_query_is_not_refused_for_asking_the_time(sql: str, expected: Outcome) -> None:
    found = assessed(SHOP, queries=[SuiteQuery("q", sql)])
    assert {each.queries[0].outcome for each in found.products} == {expected}


def test_outcomes_are_the_worst_of_the_notes() -> None:
    order = list(Outcome), list(Effort)
    for each in (each for found in assessed(SHOP).products for each in found.objects):
        assert each.outcome is max((note.outcome for note in each.notes), key=order[0].index, default=Outcome.AS_IS)
        assert each.effort is max((note.effort for note in each.notes), key=order[1].index, default=Effort.NONE)


def test_same_input_gives_the_same_document() -> None:
    kinds = Catalog(SHOP.tables, SHOP.source, (), SHOP.views, (*SHOP.objects, SourceObject("function", "f")))
    assert assessed(kinds) == assessed(kinds)
