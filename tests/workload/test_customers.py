"""The suite of windows and functions against the answers that were printed when it was first written, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from printed_cells import NAMES, by_customer, differing

from warehousebench import duck
from warehousebench.engines.base import Support
from warehousebench.engines.duckdb.functions import define, variants
from warehousebench.model.function import Variant
from warehousebench.source.functions import read_functions
from warehousebench.source.generator import generate
from warehousebench.workload.calls import called, with_calls
from warehousebench.workload.suite import load_suite, queries_folder, schema_file

FUNCTIONS = {each.name: each for each in read_functions(queries_folder("customers") / "functions.toml")}
QUERIES = {query.name: query.sql for query in load_suite("customers", 0.1).queries}
OFFERED = [each for each in Variant if variants()[each].support is Support.YES]


@pytest.fixture(scope="module", params=[0.000039, 0.02])
def connection(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a session with every variant of the functions on the suite's data, alone and among made-up customers."""
    folder = tmp_path_factory.mktemp("customers")
    generate(("warehousebench", "customers"), request.param, folder, home=schema_file("customers").parent)
    with duck.opened() as connection:
        duck.run(connection, f"CREATE VIEW customers AS FROM read_parquet('{folder}/customers.parquet')")
        for function in FUNCTIONS.values():
            for variant in OFFERED:
                if variant is not Variant.EXPRESSION:
                    define(connection, function, variant)
        yield connection


def found(connection: duck.Connection, name: str, variant: Variant) -> dict[str, list[Sequence[Any]]]:
    """Return the answer's rows by customer, of those customers whose purchases were written by hand."""
    return by_customer(duck.rows(connection, with_calls(QUERIES[name], FUNCTIONS, variant)))


@pytest.mark.parametrize("variant", OFFERED)
@pytest.mark.parametrize("name", NAMES)
def test_every_printed_cell_is_found(connection: duck.Connection, name: str, variant: Variant) -> None:
    assert differing(name, duck.rows(connection, with_calls(QUERIES[name], FUNCTIONS, variant))) == []


@pytest.mark.parametrize(("name", "rows"), [("03_cumulative", 39), ("06_days", 20), ("08_weeks", 18), ("10_months", 11)])
def test_the_customers_of_old_have_as_many_rows_as_then(connection: duck.Connection, name: str, rows: int) -> None:
    assert sum(map(len, found(connection, name, Variant.EXPRESSION).values())) == rows


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_calls_a_function_and_gives_one_answer_however_it_is_defined(connection: duck.Connection, name: str) -> None:
    assert called(QUERIES[name], FUNCTIONS)
    plain, *others = [duck.rows(connection, with_calls(QUERIES[name], FUNCTIONS, each)) for each in OFFERED]
    assert plain
    assert all(other == plain for other in others)


@pytest.mark.parametrize("variant", [each for each in OFFERED if each is not Variant.EXPRESSION])
@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda each: each.name)
def test_every_variant_gives_what_the_examples_say(connection: duck.Connection, function: Any, variant: Variant) -> None:
    for example in function.examples:
        arguments = ", ".join(
            f"CAST({'NULL' if value is None else duck.text(str(value))} AS {each.type.native})"
            for value, each in zip(example.inputs, function.arguments, strict=True)
        )
        assert duck.rows(connection, f"SELECT {function.called(variant)}({arguments})") == [(example.output,)]


def test_the_data_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    made: list[list[tuple[Any, ...]]] = []
    for name in ("one", "two"):
        generate(("warehousebench", "customers"), 0.001, tmp_path / name, home=schema_file("customers").parent)
        with duck.opened(threads=1 if name == "one" else 2) as connection:
            made.append(duck.rows(connection, f"FROM '{tmp_path}/{name}/customers.parquet' ORDER BY purchase"))
    assert made[0] == made[1]
    assert len(made[0]) == 1000
    assert made[0][999] == (1000, "customer 0000000", *made[0][999][2:])


def test_frames_start_before_the_current_row(connection: duck.Connection) -> None:
    rows = found(connection, "05_centred_average", Variant.EXPRESSION)["Yann"]
    assert [row[-1] for row in rows[:5]] == pytest.approx([247.0, 341.5, 280.8, 276.8, 275.2])


def test_weeks_are_iso_weeks(connection: duck.Connection) -> None:
    days = {row[1] for rows in found(connection, "06_days", Variant.EXPRESSION).values() for row in rows}
    told = {row[1:3] for rows in found(connection, "08_weeks", Variant.EXPRESSION).values() for row in rows}
    assert told == {day.isocalendar()[:2] for day in days}
    # The year of a week is not always its days' year: 2016 began in the last week of 2015.
    sql = with_calls(QUERIES["08_weeks"].replace("bought_on", "'2016-01-01'"), FUNCTIONS, Variant.EXPRESSION)
    assert {row[1:3] for row in duck.rows(connection, sql)} == {(2015, 53)}
