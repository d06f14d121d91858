"""User-defined functions as every engine gets them: read as text, and run where their runtime can be had or stood in for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standins import vertica_sdk

from warehousebench.engines import ENGINES, engine
from warehousebench.engines.base import Support
from warehousebench.engines.postgres import functions as postgres
from warehousebench.engines.redshift import functions as redshift
from warehousebench.engines.vertica import functions as vertica
from warehousebench.errors import SourceError, UnsupportedError, UsageError
from warehousebench.model.function import Function, Variant
from warehousebench.source.functions import read_functions
from warehousebench.workload.calls import called, with_calls
from warehousebench.workload.suite import queries_folder

FUNCTIONS = read_functions(queries_folder("customers") / "functions.toml")
BY_NAME = {each.name: each for each in FUNCTIONS}


def test_definitions_read_as_written_down(golden: Callable[[str, str], None]) -> None:
    role = "arn:aws:iam::123456789012:role/functions"
    texts = [
        *("-- Redshift", *(redshift.definition(each, Variant.SQL) + ";" for each in FUNCTIONS)),
        *(redshift.definition(each, Variant.LAMBDA, "shop-", role) + ";" for each in FUNCTIONS),
        *("-- Vertica", *(text + ";" for each in FUNCTIONS for text in vertica.definition(each, Variant.SQL))),
        *(text + ";" for each in FUNCTIONS for text in vertica.definition(each, Variant.UDX, "/home/dbadmin/functions_udx.py")),
        *("-- PostgreSQL", *(postgres.definition(each, Variant.SQL, "shop") + ";" for each in FUNCTIONS)),
    ]
    golden("customers/functions.sql", "\n\n".join(texts) + "\n")


def test_python_sources_read_as_written_down(golden: Callable[[str, str], None]) -> None:
    golden("customers/lambda_amount_spent.py.txt", redshift.handler(BY_NAME["amount_spent"]))
    golden("customers/functions_udx.py.txt", vertica.library(FUNCTIONS))


def as_event(function: Function) -> dict[str, Any]:
    """Return the examples as Redshift sends rows: numbers as JSON has them, dates and decimals as text."""
    rows = [
        [each if each is None or isinstance(each, int) else str(each) for each in example.inputs] for example in function.examples
    ]
    return json.loads(json.dumps({"num_records": len(rows), "arguments": rows}))  # type: ignore[no-any-return]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.name)
def test_the_lambda_handler_gives_what_the_examples_say(function: Function) -> None:
    space: dict[str, Any] = {}
    exec(redshift.handler(function), space)
    answer = json.loads(space["handler"](as_event(function)))
    assert answer["success"] is True
    assert answer["num_records"] == len(function.examples)
    assert answer["results"] == [None if each.output is None else str(each.output) for each in function.examples]


def test_a_row_that_fails_in_lambda_fails_the_batch_and_says_why() -> None:
    space: dict[str, Any] = {}
    exec(redshift.handler(BY_NAME["parse_day"]), space)
    answer = json.loads(space["handler"]({"arguments": [["2016-04-22"], ["yesterday"]]}))
    assert answer["success"] is False
    assert answer["error_msg"].startswith("parse_day: ")


@pytest.fixture
def library() -> dict[str, Any]:
    """Return the names of the generated UDx library."""
    return vertica_sdk.loaded(vertica.library(FUNCTIONS))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda each: each.name)
def test_the_udx_gives_what_the_examples_say(function: Function, library: dict[str, Any]) -> None:
    given = [each.inputs for each in function.examples]
    assert vertica_sdk.process(library[f"{function.name}_factory"](), given) == [each.output for each in function.examples]


def test_the_udx_factory_declares_its_types(library: dict[str, Any]) -> None:
    given, returned = vertica_sdk.prototype(library["amount_spent_factory"]())
    assert given.added == [("Int", ()), ("Numeric", ())]
    assert returned.added == [("Numeric", (18, 2))]


def test_python_inside_redshift_is_refused_with_the_date_it_ended() -> None:
    with pytest.raises(UnsupportedError, match="2026-06-30"):
        redshift.definition(BY_NAME["amount_spent"], Variant.PYTHON)
    assert redshift.variants()[Variant.PYTHON].support is Support.NEVER


def test_what_has_to_be_deployed_before_says_so() -> None:
    with pytest.raises(UnsupportedError, match="Give iam_role to the target"):
        redshift.definition(BY_NAME["amount_spent"], Variant.LAMBDA)
    with pytest.raises(UnsupportedError, match="udx_library"):
        vertica.definition(BY_NAME["amount_spent"], Variant.UDX)


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_offers_the_plain_expression_and_gives_reasons_for_the_rest(name: str) -> None:
    offered = engine(name).variants()
    assert set(offered) == set(Variant)
    assert offered[Variant.EXPRESSION].support is Support.YES
    assert all(each.reason for each in offered.values() if each.support is not Support.YES)


def test_arguments_of_a_call_keep_together_when_its_sql_takes_its_place() -> None:
    sql = with_calls("SELECT amount_spent(a + 1, amount_spent(b, c)) FROM t", BY_NAME, Variant.EXPRESSION)
    assert "( a + 1 ) * (" in " ".join(sql.split())
    assert "amount_spent" not in sql


def test_names_that_only_look_like_calls_are_left_alone() -> None:
    sql = "SELECT amount_spent, 'amount_spent(1, 2)' FROM t"
    assert called(sql, BY_NAME) == ()
    assert with_calls(sql, BY_NAME, Variant.SQL) == "SELECT\n  amount_spent,\n  'amount_spent(1, 2)'\nFROM t"


def test_a_call_with_other_arguments_than_declared_says_so() -> None:
    with pytest.raises(UsageError, match=r"has 1 arguments; amount_spent takes 2"):
        called("SELECT amount_spent(1) FROM t", BY_NAME)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"examples": '[[[1, "2.00"], "3.00"]]'}, "its Python gives Decimal"),
        ({"python": "'''def other(a, b): pass'''"}, "defines no function f"),
        ({"python": "'''def f(a, b) return'''"}, "does not hold together"),
        ({"examples": '[[[1], "3.00"]]'}, "does not hold together"),
        ({"examples": '[[["one", "2.00"], "3.00"]]'}, "does not hold together"),
        ({"arguments": '{ a = "INTEGER", b = "COLOUR" }'}, "the type COLOUR is not known"),
        ({"arguments": '{ A = "INTEGER", b = "DECIMAL(10,2)" }'}, "the name A is not usable everywhere"),
        ({"colour": '"red"'}, "is not valid"),
        ({"sql": "3"}, "is not valid"),
    ],
)
def test_a_definition_that_does_not_hold_together_says_where(tmp_path: Path, change: dict[str, str], says: str) -> None:
    lines = {
        "arguments": '{ a = "INTEGER", b = "DECIMAL(10,2)" }',
        "returns": '"DECIMAL(18,2)"',
        "sql": '"a * b"',
        "python": "'''def f(a, b): return a * b'''",
        "examples": '[[[1, "2.00"], "2.00"]]',
    }
    path = tmp_path / "functions.toml"
    path.write_text("[f]\n" + "\n".join(f"{key} = {value}" for key, value in (lines | change).items()), encoding="utf-8")
    with pytest.raises(SourceError, match=says):
        read_functions(path)


def test_sql_that_uses_what_is_no_argument_says_so() -> None:
    from warehousebench.workload.calls import body

    with pytest.raises(SourceError, match="uses discount, which is not one of its arguments: price, quantity"):
        body(replace(BY_NAME["amount_spent"], sql="quantity * discount"))
