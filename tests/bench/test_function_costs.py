"""What user-defined functions cost, from recorded timings."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.bench.functions import function_costs
from warehousebench.model.comparison import Verdict
from warehousebench.model.data import Fingerprint
from warehousebench.model.function import Variant, entry_name, split_entry
from warehousebench.model.run import Configuration, Environment, Execution, Phase, Run, Status, Subject
from warehousebench.report.markdown import render_markdown
from warehousebench.report.page import render_html

TIMES = {"q": (1.0, 1.01, 0.99, 1.02, 1.0), "q[python]": (3.0, 3.1, 2.9, 3.05, 3.0), "q[arrow]": (1.0, 1.02, 0.99, 1.01, 1.0)}


def made(times: dict[str, tuple[float, ...]], *, stand_in: bool = False, failed: str = "", skipped: str = "") -> Run:
    executions = [
        Execution("x", query, number, 1, Phase.TIMED, Status.FAILED if query == failed else Status.VERIFIED, seconds=seconds)
        for query, found in times.items()
        for number, seconds in enumerate(found, 1)
    ]
    executions += [Execution("x", skipped, 1, 1, Phase.TIMED, Status.SKIPPED, reason="it has none")] if skipped else []
    names = [*times, *([skipped] if skipped else [])]
    return Run(
        *("id", "customers", 1.0, "2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00"),
        Configuration(5, 0, 30.0, 1, 1),
        Environment("a processor", 1, 1, "a system", "3.11", {}),
        Fingerprint("none", "none", {}),
        dict.fromkeys(names, "SELECT 1"),
        dict.fromkeys(names, "0"),
        (Subject("x", "duckdb", "1", "plain", stand_in=stand_in),),
        tuple(executions),
    )


def test_variants_are_held_against_the_plain_query_of_the_same_rounds() -> None:
    python, arrow = function_costs(made(TIMES))
    assert (python.query, python.variant, python.subject) == ("q", "python", "x")
    assert python.ratio is not None
    assert arrow.ratio is not None
    assert python.ratio.value == pytest.approx(3.0, rel=0.02)
    assert (python.ratio.verdict, arrow.ratio.verdict) == (Verdict.SLOWER, Verdict.SAME)


def test_no_ratio_without_verified_answers_on_both_sides() -> None:
    for failed, word in (("q", "plain SQL"), ("q[python]", "python")):
        cost = function_costs(made(TIMES, failed=failed))[0]
        assert (cost.ratio, cost.note) == (None, f"no verified times of {word}")


def test_a_stand_in_s_times_are_no_figures() -> None:
    assert {cost.ratio for cost in function_costs(made(TIMES, stand_in=True))} == {None}


def test_variants_that_a_subject_does_not_offer_are_left_out() -> None:
    assert [cost.variant for cost in function_costs(made(TIMES, skipped="q[udx]"))] == ["python", "arrow"]


def test_reports_say_what_a_function_costs() -> None:
    run = made(TIMES)
    for text in (render_html(run, costs=function_costs(run)), render_markdown(run, costs=function_costs(run))):
        assert "What a function costs" in text
        assert "Python, row by row 3.00× (clearly slower in 1 of 1 query)" in text
    assert "What a function costs" not in render_html(run)


def test_a_query_whose_name_only_looks_like_a_variant_is_none() -> None:
    odd = replace(made({"q[b]": (1.0,) * 5, "q[python]": (1.0,) * 5}))
    assert function_costs(odd) == ()


@given(st.text(), st.sampled_from(Variant))
def test_names_of_entries_can_be_taken_apart(query: str, variant: Variant) -> None:
    name = entry_name(query, variant)
    if split_entry(query) == (query, Variant.EXPRESSION):
        assert split_entry(name) == (query, variant)
