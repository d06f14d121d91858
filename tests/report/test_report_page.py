"""The HTML report: well formed, self-contained, complete, loud about trouble, silent about stand-ins' times."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page
from report_cases import (
    ADVISED,
    PLAIN,
    comparison_of,
    design,
    designs,
    judged,
    large_designs,
    run_of,
    side_of,
    troubled,
    turns,
    whole_workload,
)

from warehousebench.model.comparison import Comparison, QueryComparison, Verdict
from warehousebench.model.document import from_json
from warehousebench.model.run import Run, Status
from warehousebench.report.page import LIMIT, render_html

STAND_IN = replace(ADVISED, name="fake", engine="redshift", stand_in=True, load_seconds=77.7)


def stood_in() -> tuple[Run, Comparison]:
    """Return a comparison with a stand-in whose times are 0.0777 s and 0.0888 s."""
    executions = turns("plain", "q1", [0.1] * 5) + turns("fake", "q1", [0.0777] * 5, warmup=0.0888 / 0.0777)
    run = run_of(executions, {"q1": "SELECT 1"}, PLAIN, STAND_IN)
    query = QueryComparison("q1", (0.1,) * 5, (0.0777,) * 5, 0.1, 0.0777, judged(0.777))
    side = side_of(STAND_IN, total_seconds=0.0777, geometric_mean_seconds=0.0777, power_score=46332.0)
    return run, replace(comparison_of([query]), contender=replace(side, load_seconds=77.7))


def test_golden_page_of_a_comparison_with_trouble(golden: Callable[[str, str], None]) -> None:
    run, comparison = troubled()
    golden("report/trouble.html", render_html(run, comparison, designs()))


def test_same_input_gives_same_bytes() -> None:
    run, comparison = whole_workload()
    assert render_html(run, comparison, designs()) == render_html(run, comparison, designs())


def test_whole_workload_with_two_designs_stays_small() -> None:
    run, comparison = whole_workload()
    assert len(render_html(run, comparison, large_designs()).encode()) <= LIMIT == 150_000


@pytest.mark.parametrize("case", [whole_workload, troubled, stood_in], ids=["whole", "trouble", "stand-in"])
@pytest.mark.parametrize("alone", [False, True], ids=["compared", "alone"])
def test_page_is_well_formed_and_needs_nothing_else(case: Callable[[], tuple[Run, Comparison]], alone: bool) -> None:
    run, comparison = case()
    page = Page(render_html(run, None if alone else comparison, designs()))
    assert page.errors == []
    assert len(page.ids) == len(set(page.ids))
    assert {reference for reference in page.references if not reference.startswith("#")} == {"data:,"}
    assert {reference[1:] for reference in page.references if reference.startswith("#")} <= set(page.ids)
    assert {"script", "style"} <= {name for name, _ in page.tags}
    assert not re.search(r"@import|url\(|https?:", render_html(run, comparison))


def test_every_table_has_caption_headings_and_equal_rows() -> None:
    run, comparison = troubled()
    for table in Page(render_html(run, comparison, designs())).tables:
        assert table.caption
        assert table.columns
        assert table.row_headings
        assert len(table.widths) == 1


def test_charts_are_described_and_marked_by_shape() -> None:
    run, comparison = whole_workload()
    page = Page(render_html(run, comparison))
    charts = [attributes for attributes in page.named("div") if attributes.get("role") == "img"]
    assert [chart["class"] for chart in charts] == ["chart bars", "chart forest", "chart strip"]
    assert all(chart["aria-label"] for chart in charts)
    # 22 queries with a warm-up and a timed execution in each of five rounds on both sides, and the forest's 23 rows.
    shapes = [attributes["href"] for attributes in page.named("use") if "x" in attributes]
    assert len(shapes) == 22 * 2 * 5 * 2 + 23
    assert {"#up", "#down", "#circle", "#diamond"} <= set(shapes)


def test_styles_serve_dark_mode_paper_and_narrow_windows() -> None:
    run, comparison = troubled()
    page = render_html(run, comparison)
    assert "color-scheme: light dark" in page
    assert "light-dark(" in page
    assert "@media print" in page
    assert "@media (max-width" in page


def test_sections_stand_in_the_promised_order() -> None:
    run, comparison = whole_workload()
    sections = [attributes["id"] for attributes in Page(render_html(run, comparison, designs())).named("section")]
    assert sections == ["verdict", "ratios", "queries", "runs", "details", "designs", "method", "environment"]


def test_first_screen_says_who_is_faster_by_how_much_and_how_surely() -> None:
    run, comparison = whole_workload()
    text = Page(render_html(run, comparison)).text.replace("\u202f", " ")
    assert "advised is faster than plain: it needs 20 % less time." in text
    assert "22 of 22 queries: 0.803, 95 % interval 0.791–0.816" in text
    assert "derived from TPC-H. Its figures are not comparable to published TPC results." in text


def test_failures_are_loud_and_come_before_the_verdict() -> None:
    run, comparison = troubled()
    page = render_html(run, comparison)
    for loud in (
        "Wrong answer: 10 executions",
        "row 1: 25.5 instead of 25.52",
        "Over the time limit: 10 executions",
        "left out: q3, q4",
    ):
        assert 0 < page.index(loud) < page.index('id="verdict"')
    assert "The environments differ: see both runs." in page
    assert "On 2 of 4 queries, advised is faster than plain" in page


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNVERIFIED, Status.SKIPPED])
def test_every_way_not_to_be_verified_is_announced(status: Status) -> None:
    executions = [replace(e, status=status, reason="because") for e in turns("plain", "q1", [0.1])]
    page = render_html(run_of(executions, {"q1": "SELECT 1"}, PLAIN))
    assert 'class="alarm grave"' in page
    assert "q1 on plain, 2 executions: because" in page
    assert "Only 0 of 2 executions gave verified answers." in page


def test_screening_and_separate_runs_are_announced() -> None:
    run, comparison = whole_workload()
    page = render_html(run, replace(comparison, screening=True, rounds=3, interleaved=False, drift=0.08))
    assert "Screening run: 3 rounds" in page
    assert "Not interleaved" in page
    assert "widened by 8\u202f%" in page


def test_a_stand_in_never_gets_a_time_printed() -> None:
    run, comparison = stood_in()
    for page in (render_html(run, comparison), render_html(run, None)):
        assert "Stand-in, not the product: fake" in page
        assert "777" not in Page(page).text
        assert "77.7" not in page
        assert "88.8" not in page
    assert "No verdict on speed: fake is a stand-in." in render_html(run, comparison)
    assert "100 · 100" in render_html(run, comparison)


def test_a_run_with_failures_only_is_reported() -> None:
    failed = [replace(e, status=Status.FAILED, seconds=None, reason="no session") for e in turns("plain", "q1", [0.1] * 5)]
    run = run_of(failed, {"q1": "SELECT 1"}, PLAIN)
    nothing = replace(comparison_of([QueryComparison("q1", (), (), None, None, None)]), geometric_mean=None, total=None)
    assert "Failed: 10 executions" in render_html(run)
    assert "No verdict: nothing could be compared." in render_html(run, nothing)
    assert "Nothing was executed." in render_html(replace(run, executions=()))


def test_a_side_from_another_run_is_drawn_from_the_comparison() -> None:
    run, comparison = troubled()
    own = tuple(e for e in run.executions if e.subject == "advised")
    other = replace(comparison, base=replace(comparison.base, run="older"), interleaved=False)
    page = render_html(replace(run, executions=own, subjects=(ADVISED,)), other)
    lanes = re.findall(r'<g class="s0"[^>]*><g>(.*?)</g>', page)
    assert [lane.count('href="#circle"') for lane in lanes] == [len(query.base) for query in comparison.queries if query.base]


def test_verdicts_that_are_not_faster_say_so() -> None:
    run, comparison = whole_workload()
    said = {
        Verdict.SLOWER: (2.4, "advised is slower than plain: it needs 2.40 times the time."),
        Verdict.SAME: (1.01, "advised and plain are equally fast, within 5\u202f%."),
        Verdict.UNCLEAR: (0.97, "advised may be faster or slower than plain: the measurements do not tell."),
    }
    for verdict, (value, sentence) in said.items():
        overall = replace(judged(value), verdict=verdict)
        assert sentence in Page(render_html(run, replace(comparison, geometric_mean=overall))).texts


def test_plans_and_data_are_part_of_the_page_only_while_it_is_small() -> None:
    run, comparison = troubled()
    planned = replace(run, plans={"plain/q1": "SEQ_SCAN lineitem"})
    page = render_html(planned, comparison)
    assert "SEQ_SCAN lineitem" in page
    large = render_html(replace(run, plans={"plain/q1": "SEQ_SCAN " * 20_000}), comparison)
    assert "SEQ_SCAN" not in large
    assert "Plans are left out" in large


def test_embedded_data_is_the_run_without_plans() -> None:
    run, comparison = troubled()
    page = render_html(replace(run, plans={"plain/q1": "SCAN"}), comparison)
    embedded = re.search(r'<script type="application/json" id="run">(.*?)</script>', page)
    assert embedded
    assert from_json(embedded[1], Run) == run
    assert json.loads(embedded[1])["queries"]["q1"].endswith("'<b>'")


def test_embedded_data_has_no_times_of_stand_ins() -> None:
    run, comparison = stood_in()
    page = render_html(run, comparison)
    embedded = re.search(r'id="run">(.*?)</script>', page)
    assert embedded
    found = json.loads(embedded[1])["executions"]
    assert {e["seconds"] for e in found if e["subject"] == "fake"} == {None}


HOSTILE = st.text(alphabet=st.sampled_from("<>&\"'`=/!-[]ab é\n\0") | st.characters(codec="utf-8"), min_size=1, max_size=20).map(
    lambda t: f"<blink>{t}"
)


@settings(max_examples=40, deadline=None)
@given(name=HOSTILE, text=HOSTILE)
def test_whatever_comes_in_stays_text(name: str, text: str) -> None:
    executions = [replace(e, reason=text, rounding=text, result_hash=text) for e in turns(name, name, [0.1] * 5)]
    subject = replace(PLAIN, name=name, engine=text, layout=text, settings={text: name})
    run = replace(run_of(executions, {name: text}, subject), plans={name: text}, identity=text)
    ratio = QueryComparison(name, (0.1,), (0.1,), 0.1, 0.1, judged(1.0), (text,), text)
    comparison = replace(comparison_of([ratio]), notes=(text,), contender=side_of(subject, run=text))
    page = Page(render_html(run, comparison, [design(name, text)], {name: text}))
    assert page.errors == []
    assert "blink" not in {tag for tag, _ in page.tags}
    assert len(page.named("script")) == 2


def test_a_name_cannot_leave_its_attribute() -> None:
    name = 'q" onmouseover="alert(1)'
    page = Page(render_html(run_of(turns("plain", name, [0.1]), {name: "SELECT 1"}, PLAIN)))
    assert not [attributes for _, attributes in page.tags if "onmouseover" in attributes]
    assert f"Executions of {name}" in [attributes.get("aria-label") for attributes in page.named("div")]
