"""Functions in every variant that Spark offers, on their examples, where NULL and every kind of argument turn up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from warehousebench.engines.base import Support
from warehousebench.engines.spark.client import SparkClient, SparkConnector
from warehousebench.engines.spark.functions import variants
from warehousebench.engines.spark.settings import read
from warehousebench.engines.spark.types import type_sql
from warehousebench.engines.targets import Target
from warehousebench.errors import EngineError, UnsupportedError
from warehousebench.model.function import Function, Variant
from warehousebench.source.functions import read_functions
from warehousebench.workload.suite import queries_folder

FUNCTIONS = read_functions(queries_folder("customers") / "functions.toml")
OFFERED = [each for each, ability in variants().items() if ability.support is Support.YES and each is not Variant.EXPRESSION]


@pytest.fixture(scope="module")
def session(spark_here: Target) -> Iterator[SparkClient]:
    """Return an open session."""
    with closing(SparkConnector(read(spark_here)).connect()) as client:
        yield client


def arguments(function: Function) -> str:
    """Return the examples' inputs as rows of text, to be cast to the arguments' types."""
    rows = ", ".join(
        f"({number}, {', '.join('NULL' if value is None else repr(str(value)) for value in example.inputs)})"
        for number, example in enumerate(function.examples)
    )
    names = ", ".join(each.name for each in function.arguments)
    casts = ", ".join(f"CAST({each.name} AS {type_sql(each.type)}) AS {each.name}" for each in function.arguments)
    return f"(SELECT number, {casts} FROM VALUES {rows} AS t(number, {names}))"


@pytest.mark.parametrize("variant", OFFERED)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.name)
@pytest.mark.parametrize("own", [True, False])
def test_every_example_gives_its_output(session: SparkClient, function: Function, variant: Variant, own: bool) -> None:
    if not own and variant not in (Variant.ARROW, Variant.PANDAS):
        return
    session.define(function if own else replace(function, arrow="", pandas=""), variant)
    call = f"{function.called(variant)}({', '.join(each.name for each in function.arguments)})"
    found = session.run(f"SELECT {call} FROM {arguments(function)} ORDER BY number")
    assert [row[0] for row in found] == [example.output for example in function.examples]
    assert None in [row[0] for row in found]


def test_another_products_kind_is_refused(session: SparkClient) -> None:
    with pytest.raises(UnsupportedError, match="Spark cannot define"):
        session.define(FUNCTIONS[0], Variant.UDX)


def test_an_error_in_a_function_is_one_line(session: SparkClient) -> None:
    broken = replace(FUNCTIONS[0], python=f"def {FUNCTIONS[0].name}(*values):\n    raise ValueError('no such day')\n")
    session.define(broken, Variant.PYTHON)
    names = ", ".join(each.name for each in broken.arguments)
    with pytest.raises(EngineError, match="no such day") as caught:
        session.run(f"SELECT {broken.called(Variant.PYTHON)}({names}) FROM {arguments(broken)}")
    assert "\n" not in str(caught.value)
