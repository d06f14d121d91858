"""The advice page: well formed, self-contained, honest about limits, loud about losses and findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from advice_cases import ADVISED, FACTS, KEYS, NONE, cost, large, large_summary, projections, small, summary, troubled
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page

from warehousebench.errors import UsageError
from warehousebench.model.advice import Advice, CurvePoint, Option
from warehousebench.report.advice_page import render_advice_html

LIMIT = 500_000  # bytes, for a workload of TPC-DS's size


def page_of(advice: Advice) -> str:
    """Return the page with plain spaces."""
    return render_advice_html(advice, summary()).replace("\u202f", " ")


def marks(page: str, class_: str) -> list[tuple[float, str]]:
    """Return the place in per cent and the shape of the marks in groups of this class."""
    groups = re.findall(rf'<g class="{class_}">(.*?)</g>(?=<g class="v-|</svg>)', page)
    found = (re.findall(r'<use href="#(\w+)" x="([\d.]+)%"', group)[-1] for group in groups)
    return [(float(x), shape) for shape, x in found]


def test_golden_page_of_an_advice_with_trouble(golden: Callable[[str, str], None]) -> None:
    golden("report/advice.html", render_advice_html(troubled(), summary()))


def test_same_input_gives_same_bytes() -> None:
    assert render_advice_html(large(), large_summary()) == render_advice_html(large(), large_summary())


def test_a_page_of_99_queries_and_24_tables_stays_small() -> None:
    assert len(render_advice_html(large(), large_summary()).encode()) <= LIMIT


@pytest.mark.parametrize("case", [small, troubled, large])
def test_page_is_well_formed_and_needs_nothing_else(case: Callable[[], Advice]) -> None:
    text = render_advice_html(case(), summary())
    page = Page(text)
    assert page.errors == []
    assert len(page.ids) == len(set(page.ids))
    assert {reference for reference in page.references if not reference.startswith("#")} == {"data:,"}
    assert {reference[1:] for reference in page.references if reference.startswith("#")} <= set(page.ids)
    assert not re.search(r"@import|url\(|https?:", text)


def test_every_table_has_caption_headings_and_equal_rows() -> None:
    for table in Page(render_advice_html(troubled(), summary())).tables:
        assert table.caption
        assert table.columns
        assert all(table.columns)
        assert table.row_headings
        assert len(table.widths) == 1


def test_charts_are_described() -> None:
    charts = [attributes for attributes in Page(page_of(small())).named("div") if attributes.get("role") == "img"]
    assert [chart["class"] for chart in charts] == ["chart pairs", "chart pairs", "chart curve"]
    assert all(chart["aria-label"] for chart in charts)


def test_sections_stand_in_the_promised_order() -> None:
    sections = [attributes["id"] for attributes in Page(page_of(small())).named("section")]
    assert sections == ["designs", "queries", "tables", "curve", "motions", "ties", "assumptions", "script"]


def test_first_screen_says_what_is_saved_and_that_nothing_was_run() -> None:
    text = Page(page_of(small())).text
    assert "Held against no design, this design moves 10.5× fewer bytes between nodes and reads 5.00× fewer bytes." in text
    assert "4.00 MB instead of 42.0 MB with no design" in text
    assert "20.1 MB encoded, all copies, instead of 100 MB raw, one copy" in text
    assert "All figures are bytes and blocks under the model, not seconds; nothing was run on Amazon Redshift." in text
    assert "Proven optimal: no choice of distributions within the limits moves fewer than 4.00 MB." in text
    assert "1,001,000 in 2 tables, 100 MB raw, as measured" in text


def test_a_gap_is_said() -> None:
    assert "Optimal to 20 %: no choice of distributions within the limits moves fewer than 3.20 MB" in page_of(
        replace(small(), bound=3.2e6)
    )
    assert "Not proven" in page_of(replace(small(), bound=0.0))


def test_findings_and_extrapolation_come_before_the_first_table() -> None:
    page = page_of(troubled())
    for loud in ("2 findings", "q5 is not analysed", "table &lt;audit&gt; has no data", "Extrapolated from smaller data"):
        assert 0 < page.index(loud) < page.index('id="designs"')
    assert '<div class="alarm grave" role="note"><strong>✖ 2 findings' in page
    assert "extrapolated from smaller data" in page
    assert "Extrapolated" not in page_of(small())


def test_many_findings_are_all_listed_below() -> None:
    page = page_of(replace(small(), findings=tuple(f"finding number {n}." for n in range(40))))
    top, below = page.split('id="designs"')
    assert top.count("finding number") == 12
    assert "28 more: see Ties and findings." in top
    assert below.count("finding number") == 40


def test_queries_that_lose_are_marked_and_announced() -> None:
    page = page_of(small())
    assert "1 of 4 queries loses against another design" in page
    assert "1 query against “primary keys”: more bytes moved, most of all query q3 with 1.00 MB instead of 500 kB." in page
    assert re.findall(r'<td class="alarm verdicts">(.*?)</td>', page) == [
        "▲ 2.00× fewer moved; ▲ 4.50× fewer read; ▼ 2.00× more moved than “primary keys”"
    ]


def test_queries_are_sorted_by_bytes_saved() -> None:
    queries = next(table for table in Page(page_of(small())).tables if table.caption.startswith("Every query"))
    assert queries.row_headings == ["q1", "q2", "q3", "q4"]
    designs = [
        replace(design, queries=tuple(replace(query, weight=20.0 if query.query == "q3" else 1.0) for query in design.queries))
        for design in (NONE, ADVISED)
    ]
    weighed = next(t for t in Page(page_of(replace(small(), designs=tuple(designs)))).tables if t.caption.startswith("Every"))
    assert weighed.row_headings == ["q1", "q3", "q2", "q4"]  # 27, 20 × 1 and 10 MB less
    assert "Weight" in weighed.columns


def test_weights_alone_make_no_loss() -> None:
    heavy = replace(ADVISED, queries=tuple(replace(query, weight=20.0) for query in ADVISED.queries))
    assert "another design" not in page_of(replace(small(), designs=(replace(heavy, name="the same"), heavy)))


def test_small_differences_are_no_loss() -> None:
    near = cost("near", {query.query: (query.moved * 0.995, query.read) for query in ADVISED.queries})
    trifle = cost("trifle", {**{q.query: (q.moved, q.read) for q in ADVISED.queries}, "q2": (0.0, 10e6)})
    little = cost("advised", {**{q.query: (q.moved, q.read) for q in ADVISED.queries}, "q2": (3e3, 10e6)})
    assert "another design" not in page_of(replace(small(), designs=(near, ADVISED)))
    assert "another design" not in page_of(replace(small(), designs=(trifle, little)))
    much = cost("advised", {**{q.query: (q.moved, q.read) for q in ADVISED.queries}, "q2": (9e3, 10e6)})
    assert "1 of 4 queries loses" in page_of(replace(small(), designs=(trifle, much)))


def test_a_design_below_the_bound_is_called_outside_the_limits() -> None:
    free = cost("everything copied", {query.query: (0.0, query.read) for query in ADVISED.queries})
    page = page_of(replace(small(), designs=(NONE, free, ADVISED)))
    assert "! The design “everything copied” has fewer bytes moved" in page
    assert "It is outside the limits: budget for copies, evenness or pins. Within them, no design has fewer than 4.00 MB." in page
    within = page_of(replace(small(), designs=(NONE, free, ADVISED), bound=0.0))
    assert "✖ The design “everything copied” has fewer bytes moved" in within
    assert "outside the limits" not in within.partition("Table by table</h2>")[0]


def test_a_design_that_reads_less_is_a_grave_matter() -> None:
    sorted_ = cost("sorted", {query.query: (query.moved, query.read / 2) for query in ADVISED.queries})
    page = page_of(replace(small(), designs=(NONE, sorted_, ADVISED)))
    assert "✖ The design “sorted” has fewer bytes read" in page
    assert "30.0 MB, where the advised design has 60.0 MB." in page


def test_options_tell_what_was_chosen_refused_or_beyond_the_limits() -> None:
    page = page_of(small())
    told = {re.sub("<[^>]+>", "|", row) for row in re.findall(r'<tr[^>]*><th scope="row" style.*?</tr>', page)}
    assert "||a copy on every node||1.50 MB||−62 %||outside the limits: budget for copies, evenness or pins||" in told
    assert "||hash of customer||4.00 MB||||chosen||" in told
    assert "||hash of item||9.00 MB||2.25×||||" in told
    assert "||hash of flag||30.0 MB||7.50×||refused: uneven: the fullest slice holds 4.00 to 4.00 times the mean||" in told
    assert "||day||60.0 MB||||chosen||" in told
    assert "||arrival order||300 MB||5.00×||||" in told


def test_a_cheaper_order_that_was_not_chosen_refers_to_the_reasons() -> None:
    page = page_of(replace(small(), tables=(replace(FACTS, order_by=("customer",)),)))
    assert "<td>−70 %</td><td>cheaper: see the reasons</td>" in page
    assert "cheaper: see" not in page_of(small())


def test_bars_are_as_long_as_the_bytes() -> None:
    widths = re.findall(r'<th scope="row" style="--w:([\d.]+)%">', page_of(small()))
    assert widths[:4] == ["5.0", "13.3", "30.0", "100.0"]


def test_dear_options_are_counted_and_the_chosen_one_is_always_shown() -> None:
    many = tuple(Option(f"hash of c{number:02}", 4e6 + number) for number in range(30))
    page = page_of(replace(small(), tables=(replace(FACTS, distributions=many, distribution="hash of c29"),)))
    assert "hash of c11" in page
    assert "hash of c12" not in page
    assert page.count("hash of c29") >= 2
    assert "17 dearer options are not shown." in page


def test_several_copies_are_shown_as_the_choice() -> None:
    both = replace(FACTS, distribution="hash of customer and hash of item")
    page = page_of(replace(small(), tables=(both,)))
    assert re.search(r'<tr class="chosen"><th scope="row"[^>]*>hash of customer and hash of item<', page)


def test_all_projections_of_a_table_give_their_reasons() -> None:
    page = render_advice_html(replace(small(), product="vertica"), projections())
    fold = page[page.index("<b>facts</b>") : page.index("<b>items</b>")]
    assert "Reasons for facts_super" in fold
    assert "segmented by item" in fold
    assert "Reasons for" not in page[page.index("<b>items</b>") :]


def test_encodings_with_one_reason_share_a_row() -> None:
    assert "encoding: day, item" in page_of(small())


def test_marks_of_queries_lie_in_the_order_of_their_bytes() -> None:
    gains = marks(page_of(small()), "v-faster")
    assert gains[0][1] == "diamond"
    assert gains[1][0] == 0.0  # q2 moves nothing
    assert gains[0][0] > gains[2][0] > 8  # q1 moves 3 MB, q3 1 MB: as far from zero as the axis keeps everything


def test_a_query_that_loses_against_no_design_is_drawn_in_another_shape() -> None:
    assert [shape for _, shape in marks(page_of(troubled()), "v-slower")] == ["down"]
    assert "this design, more bytes read than with no design" in page_of(troubled())


def test_the_curve_marks_the_first_budget_that_does_as_well() -> None:
    page = page_of(small())
    curve = page[page.index('class="chart curve"') :]
    here = re.search(r'<g class="here"><use href="#diamond" x="([\d.]+)%" y="(\d+)"', curve)
    circles = re.findall(r'<use href="#circle" x="([\d.]+)%" y="(\d+)"', curve)
    assert here
    assert here.groups() == circles[1]
    assert [float(x) for x, _ in circles] == sorted(float(x) for x, _ in circles)
    assert int(circles[3][1]) > int(circles[1][1]) > int(circles[0][1])  # fewer bytes lie lower
    beyond = page_of(replace(small(), curve=(CurvePoint(0.0, 9e6), CurvePoint(1e6, 8e6))))
    assert 'class="here"' not in beyond


def test_motions_stand_by_query_with_their_bytes() -> None:
    page = page_of(small())
    assert "Nothing moves in q2, q4." in page
    assert page.count('<details class="query">') == 2
    assert "3.00 MB in 1 motion; with no design 30.0 MB in 1" in page
    assert "inner join on a = b: DS_DIST_BOTH, 3,000,000 bytes" in page


def test_ties_are_grouped_by_table_and_assumptions_and_script_are_there() -> None:
    page = page_of(small())
    assert "hash of item costs 12 bytes more; in turn costs 96 bytes more" in page
    assert "Joins keep the order that DuckDB chose." in page
    assert "<code>CREATE TABLE facts (day DATE);</code>" in page


def test_advice_without_baselines_tables_or_anything_is_still_a_page() -> None:
    alone = replace(small(), designs=(cost("advised", {}),), tables=(), curve=(), ties=(), assumptions=(), bound=0.0)
    page = page_of(alone)
    assert Page(page).errors == []
    assert "no baseline to compare with" in page
    assert "The design moves 0 B between nodes" in page


def test_another_product_s_design_is_refused() -> None:
    with pytest.raises(UsageError, match="the advice is for redshift, the design for Vertica"):
        render_advice_html(small(), projections())


def test_designs_weighed_on_different_queries_are_refused() -> None:
    fewer = replace(KEYS, queries=KEYS.queries[:3])
    with pytest.raises(UsageError, match="“primary keys” was weighed on other queries than the advised one: run advise again"):
        render_advice_html(replace(small(), designs=(NONE, fewer, ADVISED)), summary())


HOSTILE = st.text(alphabet=st.sampled_from("<>&\"'`=/!-[]ab é\n\0:") | st.characters(codec="utf-8"), min_size=1, max_size=20).map(
    lambda t: f"<blink>{t}"
)


@settings(max_examples=25, deadline=None)
@given(name=HOSTILE, text=HOSTILE)
def test_whatever_comes_in_stays_text(name: str, text: str) -> None:
    table = replace(
        FACTS, table=name, distribution=text, order_by=(text,), distributions=(Option(text, 1.0),), orders=(Option(text, 1),)
    )
    designs = (cost(text, {name: (2e6, 1.0)}), cost("advised", {name: (1e6, 2.0)}))
    advice = replace(small(), tables=(table,), designs=designs, ties=(text,), findings=(text,), assumptions=(text,))
    page = Page(render_advice_html(advice, replace(summary(), basis=text, script=text)))
    assert page.errors == []
    assert "blink" not in {tag for tag, _ in page.tags}
    assert len(page.named("script")) == 1


SIZES = st.one_of(st.just(0.0), st.floats(1e-3, 1e15))


@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.tuples(SIZES, SIZES, SIZES, SIZES), min_size=1, max_size=4), bound=SIZES)
def test_any_bytes_make_a_page(values: list[tuple[float, float, float, float]], bound: float) -> None:
    base = cost("no design", {f"q{n}": (row[0], row[1]) for n, row in enumerate(values)})
    own = cost("advised", {f"q{n}": (row[2], row[3]) for n, row in enumerate(values)})
    curve = tuple(CurvePoint(row[0], row[1]) for row in values)
    page = render_advice_html(replace(small(), designs=(base, own), bound=bound, curve=curve), summary())
    assert Page(page).errors == []
    assert "nan" not in Page(page).text.lower()
    assert all(0 <= float(x) <= 100 for x in re.findall(r'x[12]?="([\d.-]+)%"', page))
