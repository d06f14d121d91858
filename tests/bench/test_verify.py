from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.bench.verify import TPCH_RULE, check, make_reference, result_hash, same_value
from warehousebench.engines.base import Answer
from warehousebench.model.answer import AnswerShape
from warehousebench.model.run import Status


def answer(*rows: tuple[Any, ...], types: tuple[str, ...] | None = None) -> Answer:
    width = len(rows[0]) if rows else 1
    return Answer(tuple("abcdef"[:width]), types or ("?",) * width, list(rows))


def verdict(expected: Answer, got: Answer, shape: AnswerShape | None = None, rule: str | None = None) -> Any:
    reference = make_reference(expected, shape or AnswerShape((), False, ("plain",) * len(expected.names)))
    return check(Answer(got.names, ("other",) * len(got.names), got.rows), reference, rounding_rule=rule)


ORDERED = AnswerShape((0,), False, ("plain", "plain"))
LIMITED = AnswerShape((0,), True, ("plain", "plain"))


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (Decimal("123141078.2283"), 75207768.19),  # a discount kept as DOUBLE changes TPC-H Q6
        (Decimal("10.00"), Decimal("20.00")),
        (Decimal("10.00"), 10.0),
        (1, 2),
        (1, True),
        (1, "1"),
        ("", None),
        (None, 0),
        ("MAIL", "MAIL      "),
        (date(1995, 1, 1), "1995-01-01"),
        (1.0, 1.0 + 1e-8),
        (math.nan, 0.0),
        (math.inf, -math.inf),
    ],
)
def test_different_values_are_a_mismatch(expected: Any, got: Any) -> None:
    found = verdict(answer((expected,)), answer((got,)))
    assert found.status is Status.MISMATCH
    assert found.reason.startswith("row 1, column a: expected ")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (Decimal("10.00"), Decimal("10")),
        (Decimal("10"), 10),
        (1.0, 1.0 + 1e-12),
        (0.1 + 0.2, 0.3),
        (2.5, Decimal("2.5")),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (None, None),
    ],
)
def test_equal_values_are_verified(expected: Any, got: Any) -> None:
    assert verdict(answer((expected,)), answer((got,))).status is Status.VERIFIED


def test_a_missing_or_doubled_row_is_a_mismatch() -> None:
    three = answer((1,), (2,), (2,))
    assert verdict(three, answer((1,), (2,))).reason == "expected 3 rows, got 2 rows"
    assert verdict(three, answer((1,), (1,), (2,))).status is Status.MISMATCH
    assert (
        verdict(
            three,
            answer(
                (1, 1),
            ),
        ).reason
        == "expected 1 columns, got 2 columns"
    )


def test_order_counts_only_where_the_query_orders() -> None:
    expected, swapped = answer((1, "x"), (2, "y")), answer((2, "y"), (1, "x"))
    assert verdict(expected, swapped).status is Status.VERIFIED
    assert verdict(expected, swapped, ORDERED).status is Status.MISMATCH


def test_rows_that_tie_on_the_keys_may_come_in_any_order() -> None:
    expected, tied = answer((1, "x"), (1, "y"), (2, "z")), answer((1, "y"), (1, "x"), (2, "z"))
    assert verdict(expected, tied, ORDERED).status is Status.VERIFIED
    assert verdict(expected, answer((1, "y"), (1, "y"), (2, "z")), ORDERED).status is Status.MISMATCH


def test_null_placement_counts_where_the_query_orders() -> None:
    assert verdict(answer((1, "x"), (None, "y")), answer((None, "y"), (1, "x")), ORDERED).status is Status.MISMATCH


def test_no_rows_are_an_answer_too() -> None:
    shape = AnswerShape((0,), limited=False, kinds=())
    nothing = Answer(("a",), ("INTEGER",), [])
    assert verdict(nothing, Answer(("a",), ("int8",), []), shape).status is Status.VERIFIED
    assert verdict(nothing, answer((1,)), shape).status is Status.MISMATCH


def test_a_tie_at_the_limit_is_unverified_not_verified() -> None:
    expected = answer((1, "x"), (2, "y"))
    found = verdict(expected, answer((1, "x"), (2, "z")), LIMITED)
    assert found.status is Status.UNVERIFIED
    assert "tie" in found.reason
    assert verdict(expected, answer((1, "w"), (2, "y")), LIMITED).status is Status.MISMATCH
    assert verdict(expected, answer((1, "x"), (3, "y")), LIMITED).status is Status.MISMATCH


def test_float_noise_does_not_part_unordered_rows() -> None:
    expected = answer((0.1 + 0.2, "b"), (0.3, "a"))
    assert verdict(expected, answer((0.3, "b"), (0.1 + 0.2, "a"))).status is Status.VERIFIED


@pytest.mark.parametrize(
    ("kind", "expected", "got", "passes"),
    [
        ("sum", Decimal(1000), Decimal(1099), True),
        ("sum", Decimal(1000), Decimal(1101), False),
        ("average", 25.0, 25.2, True),
        ("average", 25.0, 25.3, False),
        ("ratio", -2.0, -2.01, True),
        ("count", 10, 11, False),
        ("plain", "a", "b", False),
    ],
)
def test_the_tpc_rounding_rule_is_a_second_verdict(kind: str, expected: Any, got: Any, passes: bool) -> None:
    found = verdict(answer((expected,)), answer((got,)), AnswerShape((), False, (kind,)), TPCH_RULE)
    assert found.status is Status.MISMATCH
    assert (found.rounding == "passed") == passes


def test_a_shape_may_know_fewer_columns_than_the_answer_has() -> None:
    assert verdict(answer((1, 2)), answer((1, 3)), AnswerShape((), False, ()), TPCH_RULE).rounding.startswith("failed")


values = st.one_of(
    st.none(),
    st.integers(-5, 5),
    st.text(max_size=2),
    st.floats(allow_nan=True, width=16),
    st.decimals(-5, 5, places=1),
    st.booleans(),
)


@given(st.lists(st.tuples(values, values), max_size=6), st.randoms())
def test_any_answer_equals_itself_in_any_order(rows: list[tuple[Any, Any]], shuffler: Any) -> None:
    shuffled = list(rows)
    shuffler.shuffle(shuffled)
    assert verdict(answer(*rows), answer(*shuffled)).status is Status.VERIFIED
    assert result_hash(rows, ordered=False) == result_hash(shuffled, ordered=False)


@given(values, values)
def test_value_equality_is_symmetric_except_for_floats_against_exact(left: Any, right: Any) -> None:
    if isinstance(left, float) == isinstance(right, float):
        assert same_value(left, right) == same_value(right, left)


def test_ties_decide_nothing_without_a_limit() -> None:
    assert verdict(answer((1, "x"), (2, "y")), answer((1, "x"), (2, "z")), ORDERED).status is Status.MISMATCH


def test_an_answer_that_differs_has_a_hash_of_its_own() -> None:
    found = verdict(answer((1,)), answer((2,)))
    assert found.hash == result_hash([(2,)], ordered=False) != result_hash([(1,)], ordered=False)


def test_rows_with_nan_are_matched_in_any_order() -> None:
    def nan() -> float:
        return float("nan")  # a new object each time, as an engine gives them

    expected = answer((nan(), 0.0), (nan(), math.inf), (nan(), 1.0))
    for got in (answer((nan(), math.inf), (nan(), 1.0), (nan(), 0.0)), answer((nan(), 1.0), (nan(), 0.0), (nan(), math.inf))):
        assert verdict(expected, got).status is Status.VERIFIED
    assert verdict(expected, answer((nan(), 2.0), (nan(), 1.0), (nan(), 0.0))).status is Status.MISMATCH
