"""The assessment's page, Markdown and CSV: well formed, self-contained, and loud about what is broken or unknown."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from page_reader import Page

from warehousebench.model.assessment import (
    Answer,
    Assessment,
    ConstraintCheck,
    CostItem,
    DataSize,
    Effort,
    Fact,
    Fit,
    Note,
    ObjectOutcome,
    Outcome,
    ProductOutcome,
    QueryOutcome,
    Risk,
    Status,
    UseCase,
    Verdict,
)
from warehousebench.report.assess_markdown import render_assessment_markdown
from warehousebench.report.assess_page import render_assessment_html
from warehousebench.report.assess_tables import objects_csv

HOSTILE = '<script>alert("1")</script> & `x` | *y*'
SAME = Note("feature.keys", ("id",), Outcome.AS_IS, Effort.NONE, "keys are not enforced", "Check them.")
HAND = Note("data.constraints", ("primary key id",), Outcome.BY_HAND, Effort.MEDIUM, "the rows break it", "Clean the rows.")
LONG = Risk("text.long", "t", "note", 3, 10, "longer than 65,535 bytes", "Cut them.", ("a\0b",))
EMPTY = Risk("text.empty", "t", "note", 2, 10, "empty text", "", ("",), loses=False)
FACTS = (
    Fact("redshift", "who runs it", "A managed service.", "a page", "2026"),
    Fact("vertica", "who runs it", "Software.", "a rumour", "2026-02-02", verified=False),
)


def product(engine: str, name: str, *risks: Risk) -> ProductOutcome:
    """Return a product with a table, a view and queries."""
    table = ObjectOutcome("table", "t", Outcome.BY_HAND, Effort.MEDIUM, (SAME, HAND))
    view = ObjectOutcome("view", HOSTILE, Outcome.AS_IS, Effort.NONE)
    queries = (QueryOutcome("q1", Outcome.AS_IS), QueryOutcome("q2", Outcome.BY_HAND, ("no translation of f()",)))
    return ProductOutcome(engine, name, (table, view), risks, queries)


def case() -> Assessment:
    """Return an assessment with everything in it."""
    answers = (Answer("redshift", Verdict.FITS, "a managed service"), Answer("vertica", Verdict.NOT, "you run it"))
    fit = Fit(
        DataSize(10, 2e9, 5e8, "measured"),
        (UseCase("Nobody here runs servers", "", answers),),
        FACTS,
        (CostItem("redshift", "2 nodes", 600.0, "3 × 2 × 100 hours"), CostItem("redshift", "storage", 2.5, "0.5 × 5 GB packed")),
        "EUR",
        "our own offer, 2026-11-01",
    )
    checks = (
        ConstraintCheck("t", "primary key", "id", Status.VIOLATED, 2, 10, ("7", "8")),
        ConstraintCheck("t", "check", "c", Status.UNCHECKED, reason="it is not understood"),
        ConstraintCheck("t", "not null", "id", Status.HOLDS, 0, 10),
    )
    products = (product("redshift", "Amazon Redshift", LONG, EMPTY), product("vertica", "Vertica", EMPTY))
    return Assessment(
        "shop.sql (postgres)", ("the schema: 1 table",), ("speed: nothing was run",), products, checks, fit, ("shop.sql:3: odd",)
    )


def test_golden_markdown(golden: Callable[[str, str], None]) -> None:
    golden("report/assessment.md", render_assessment_markdown(case()))


def test_golden_markdown_of_a_small_schema(
    golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "assess"))
    cases = __import__("assess_cases")
    found = cases.assessed(cases.SHOP, cases.shop_rows(tmp_path / "data"))
    golden("assess/shop.md", render_assessment_markdown(found))
    assert "assess_cases" in sys.modules


def test_same_input_gives_same_bytes() -> None:
    assert render_assessment_html(case()) == render_assessment_html(case())


def test_page_is_well_formed_and_needs_nothing_else() -> None:
    text = render_assessment_html(case())
    page = Page(text)
    assert page.errors == []
    assert len(page.ids) == len(set(page.ids))
    assert {reference for reference in page.references if not reference.startswith("#")} == {"data:,"}
    assert {reference[1:] for reference in page.references if reference.startswith("#")} <= set(page.ids)
    assert not re.search(r"@import|url\(|https?:", text)
    assert "<script>alert" not in text


def test_every_table_has_caption_headings_and_equal_rows() -> None:
    for table in Page(render_assessment_html(case())).tables:
        assert table.caption
        assert all(table.columns)
        assert table.row_headings
        assert len(table.widths) == 1


def test_the_chart_is_described() -> None:
    (chart,) = [each for each in Page(render_assessment_html(case())).named("div") if each.get("role") == "img"]
    assert chart["aria-label"].startswith("Objects by how they convert")


def test_sections_stand_in_the_promised_order() -> None:
    sections = [each["id"] for each in Page(render_assessment_html(case())).named("section")]
    expected = ["fit", "cost", "work", "risks", "constraints", "queries", "objects", "facts", "findings", "method"]
    assert sections == expected


def test_what_is_broken_or_unchecked_comes_before_the_first_table() -> None:
    page = render_assessment_html(case())
    for loud in ("1 constraint that the rows break", "1 kind of values that would not arrive", "Not checked", "1 finding "):
        assert 0 < page.index(loud) < page.index('id="fit"'), loud


def test_without_rows_queries_and_prices_nothing_is_claimed_of_them() -> None:
    found = case()
    bare = replace(
        found,
        constraints=(),
        findings=(),
        fit=replace(found.fit, costs=(), size=None),
        products=tuple(replace(each, risks=(), queries=()) for each in found.products),
    )
    sections = [each["id"] for each in Page(render_assessment_html(bare)).named("section")]
    assert sections == ["fit", "work", "objects", "facts", "method"]
    assert "What a month costs" not in render_assessment_markdown(bare)


def test_unverified_facts_are_marked_and_all_have_a_source() -> None:
    text = Page(render_assessment_html(case())).text
    assert "Unverified: Software. [a rumour; 2026-02-02]" in text
    assert "A managed service. [a page; 2026]" in text


def test_costs_are_summed_by_product() -> None:
    text = render_assessment_markdown(case())
    assert "| Amazon Redshift | sum |  | 602.50 |" in text
    assert "Your own prices in EUR: our own offer, 2026-11-01." in text


def test_values_that_nobody_sees_are_spelled_out() -> None:
    text = Page(render_assessment_html(case())).text
    assert r"‘a\x00b’" in text
    assert "‘’" in text


def test_notes_that_are_the_same_on_every_product_stand_once() -> None:
    assert render_assessment_markdown(case()).count("keys are not enforced") == 1


def test_csv_has_a_line_per_note_and_no_formulas() -> None:
    found = case()
    odd = ObjectOutcome("table", "=1+1", Outcome.AS_IS, Effort.NONE)
    found = replace(found, products=(replace(found.products[0], objects=(*found.products[0].objects, odd)),))
    lines = list(csv.reader(io.StringIO(objects_csv(found))))
    assert lines[0][:4] == ["product", "kind", "object", "outcome"]
    assert [line[5] for line in lines[1:]] == ["feature.keys", "data.constraints", "", ""]
    assert lines[-1][2] == "'=1+1"
    assert {len(line) for line in lines} == {11}


def test_cells_of_long_tables_name_their_columns_for_narrow_windows() -> None:
    page = Page(render_assessment_html(case()))
    labels = {each.get("data-label") for each in page.named("td")}
    assert {"Amazon Redshift", "Vertica", "What to do", "Share %"} <= labels
