"""The advice as Markdown: the page's order and words, tables that hold together whatever the names are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from advice_cases import FACTS, cost, projections, small, summary, troubled

from warehousebench.errors import UsageError
from warehousebench.report.advice_markdown import render_advice_markdown


def test_golden_markdown_of_an_advice_with_trouble(golden: Callable[[str, str], None]) -> None:
    golden("report/advice.md", render_advice_markdown(troubled(), summary()))


def test_sections_stand_in_the_page_s_order() -> None:
    assert re.findall(r"^## (.*)$", render_advice_markdown(small(), summary()), flags=re.MULTILINE) == [
        "Against other designs",
        "Queries that gain and lose",
        "Table by table",
        "Storage against network",
        "What moves in each query",
        "Ties and findings",
        "What the figures assume",
        "The script",
    ]


def test_names_cannot_break_a_table() -> None:
    name = "a|b\n# <c>"
    designs = (cost(name, {name: (2e6, 1.0)}), cost("advised", {name: (1e6, 2.0)}))
    text = render_advice_markdown(replace(small(), designs=designs, tables=(replace(FACTS, table=name),)), summary())
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().split("\n")}) == 1
    assert "<c>" not in text.replace("\\<c\\>", "")


def test_another_product_s_design_is_refused() -> None:
    with pytest.raises(UsageError, match="give two files of one product"):
        render_advice_markdown(small(), projections())
