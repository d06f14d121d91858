"""The suite of windows and functions on every engine, in every variant that it offers, against DuckDB and the printed cells."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from contract_cases import Case
from printed_cells import NAMES, differing
from standins.redshift import RedshiftServer

from warehousebench.bench.entrants import entries_of, translated
from warehousebench.bench.verify import check, make_reference
from warehousebench.engines import engine, target
from warehousebench.engines.base import Client, Feature, Plan, Support
from warehousebench.engines.redshift.functions import handler
from warehousebench.engines.vertica.functions import LIBRARY_FILE, library
from warehousebench.model.function import split_entry
from warehousebench.model.run import Status
from warehousebench.source.ddl import read_ddl
from warehousebench.source.functions import read_functions
from warehousebench.source.generator import generate
from warehousebench.workload.shape import answer_shape
from warehousebench.workload.suite import load_suite, queries_folder, schema_file

CATALOG = read_ddl([schema_file("customers")])
FUNCTIONS = {each.name: each for each in read_functions(queries_folder("customers") / "functions.toml")}
QUERIES = {query.name: query.sql for query in load_suite("customers", 0.1).queries}
FEW = ("01_spent_by_category", "02_purchases_by_month", "11_months_moving_average")
TIMEOUT = 60.0


def deployed(case: Case, request: pytest.FixtureRequest, folder: Path) -> Case:
    """Return the case with what has to be on the server before functions that run beside it can be created."""
    options: dict[str, str] = {}
    if case.name == "redshift":
        server: RedshiftServer = request.getfixturevalue("redshift_server")
        server.lambdas |= {f"wb_{each.name}": handler(each) for each in FUNCTIONS.values()}
        options = {"lambda_prefix": "wb_"}
    if case.name == "vertica":
        (folder / LIBRARY_FILE).write_text(library(tuple(FUNCTIONS.values())), encoding="utf-8")
        options = {"udx_library": str(folder / LIBRARY_FILE)}
    if case.name == "spark":
        options = {"shuffle_partitions": "1"}  # so few rows need no more, and every task costs time
    return replace(case, target=replace(case.target, options={**case.target.options, **options}))


def session(case: Case, file: Path) -> Client:
    """Return a session on an engine that holds the customers, loaded by its own store if it has one."""
    if case.supports(Feature.LOAD):
        (table,) = CATALOG.tables
        with closing(case.engine.store(case.target, Plan(CATALOG))) as store:
            store.create(table)
            assert store.fill(table, [file]).rejected == ()
            store.finish()
    return case.connector(customers=(file,)).connect()


def quickly(case: Case, scale: float) -> bool:
    """Tell whether a few queries have to do: Spark takes a second for each, and has all of them at the larger scale."""
    return case.name == "spark" and scale < 0.001


@pytest.mark.parametrize("scale", [0.000039, pytest.param(0.002, marks=pytest.mark.slow)])
def test_customers_by_sql_and_every_variant(case: Case, scale: float, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    queries = {name: sql for name, sql in QUERIES.items() if name in FEW or not quickly(case, scale)}
    generate(("warehousebench", "customers"), scale, tmp_path / "data", home=schema_file("customers").parent)
    file = tmp_path / "data" / "customers.parquet"
    entries = entries_of(queries, FUNCTIONS, [case.name])
    texts = translated(entries, case.name, CATALOG)
    offered = {each for each, ability in case.engine.variants().items() if ability.support is Support.YES}
    assert {entry.variant for entry in entries.values()} == offered
    assert dict(texts.skipped) == {}
    reference = engine("duckdb").connector(target("duckdb"), {"customers": (file,)}).connect()
    right = {sql: make_reference(reference.query(sql, TIMEOUT), answer_shape(sql)) for sql in {e.truth for e in entries.values()}}
    reference.close()
    found, cells = {}, {}
    with closing(session(deployed(case, request, tmp_path), file)) as client:
        for variant, function in ((variant, function) for variant in offered - {"expression"} for function in FUNCTIONS.values()):
            client.define(function, variant)
        for name, entry in entries.items():
            answer = client.query(texts.sql[name], TIMEOUT)
            found[name] = check(answer, right[entry.truth])
            if split_entry(name)[0] in NAMES:
                cells[name] = differing(split_entry(name)[0], answer.rows)
    assert {name: each.reason for name, each in found.items() if each.status is not Status.VERIFIED} == {}
    assert {name: each for name, each in cells.items() if each} == {}
    assert len(found) == len(queries) * len(offered)
    assert len(cells) == len(set(NAMES) & set(queries)) * len(offered) > 0
