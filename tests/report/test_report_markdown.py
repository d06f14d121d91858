"""The Markdown report: the page's order and words, tables that hold together whatever the names are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from report_cases import PLAIN, comparison_of, design, designs, judged, run_of, troubled, turns, whole_workload

from warehousebench.model.comparison import QueryComparison
from warehousebench.report.markdown import render_markdown


def without_code(text: str) -> str:
    """Return Markdown without its fenced blocks."""
    return re.sub(r"^(`{3,})[a-z]*\n.*?\n\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def test_golden_markdown_of_a_comparison_with_trouble(golden: Callable[[str, str], None]) -> None:
    run, comparison = troubled()
    golden("report/trouble.md", render_markdown(run, comparison, designs()))


def test_golden_markdown_of_a_run_alone(golden: Callable[[str, str], None]) -> None:
    run, _ = troubled()
    golden("report/alone.md", render_markdown(run))


def test_sections_stand_in_the_page_s_order() -> None:
    run, comparison = whole_workload()
    found = re.findall(r"^## (.*)$", without_code(render_markdown(run, comparison, designs())), flags=re.MULTILINE)
    assert found == [
        "Verdict",
        "Ratio by query",
        "Every query",
        "Every run",
        "Details by query",
        "Designs and their reasons",
        "Method",
        "Environment and data",
    ]


def test_text_forest_has_a_line_per_query_and_one_axis() -> None:
    run, comparison = whole_workload()
    block = re.search(r"```text\n(.*?)\n```", render_markdown(run, comparison), flags=re.DOTALL)
    assert block
    lines = block[1].split("\n")
    assert len(lines) == 23
    assert lines[0].startswith("All 22 queries ")
    assert [line[:2] for line in lines[1:3]] == ["01", "13"]
    assert len({line.index("│") for line in lines if "│" in line}) == 1


def test_a_fence_is_longer_than_backticks_in_the_query() -> None:
    run = run_of([], {"q1": "SELECT 1 -- ````"}, PLAIN)
    assert "`````sql\nSELECT 1 -- ````\n`````" in render_markdown(run)


def test_identifiers_stay_readable_and_markup_is_escaped() -> None:
    run = run_of(turns("l_ship_date", "a|b*", [0.1]), {"a|b*": "SELECT 1"}, replace(PLAIN, name="l_ship_date"))
    text = render_markdown(run)
    assert "# l_ship_date" in text
    assert "| a\\|b\\* |" in text


HOSTILE = st.text(alphabet=st.sampled_from("|`*_<>[]\\#&~$ a\n") | st.characters(codec="utf-8"), min_size=1, max_size=16)


@settings(max_examples=40, deadline=None)
@given(name=HOSTILE, text=HOSTILE)
def test_tables_keep_their_columns_whatever_comes_in(name: str, text: str) -> None:
    executions = [replace(e, reason=text, result_hash=text) for e in turns(name, name, [0.1] * 5)]
    run = run_of(executions, {name: text}, replace(PLAIN, name=name, layout=text, settings={text: name}))
    ratio = QueryComparison(name, (0.1,), (0.1,), 0.1, 0.1, judged(1.0), (text,), text)
    found = without_code(render_markdown(run, comparison_of([ratio]), [design(name, text)]))
    width = 0
    for line in found.split("\n"):
        pipes = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        assert not line.startswith("|") or width in (0, pipes)
        width = pipes if line.startswith("|") else 0
