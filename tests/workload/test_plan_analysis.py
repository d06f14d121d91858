"""All of TPC-H is analysed, kept and recalled; what fails is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehousebench import duck
from warehousebench.model.data import Fingerprint
from warehousebench.model.profile import Profile
from warehousebench.profile.measure import profile_tables
from warehousebench.workload import analysis, cache
from warehousebench.workload.analysis import Analysis, analyse_plans, table_bytes
from warehousebench.workload.plan import Kind
from warehousebench.workload.suite import Suite, SuiteQuery

TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")


@pytest.fixture(scope="module")
def profile(tpch_data: Path) -> Profile:
    relations = {table: duck.text(str(tpch_data / f"{table}.parquet")) for table in TABLES}
    return profile_tables(relations, Fingerprint("test", "none", dict.fromkeys(TABLES, "")))


@pytest.fixture(scope="module")
def tables(tpch_data: Path) -> duck.Connection:
    connection = duck.connect()
    for table in TABLES:
        duck.run(connection, f"CREATE TABLE {table} AS FROM {duck.text(str(tpch_data / f'{table}.parquet'))}")
    return connection


@pytest.fixture(scope="module")
def analysed(tables: duck.Connection, tpch: Suite, profile: Profile) -> Analysis:
    return analyse_plans(tables, tpch.queries, profile)


def test_every_query_has_a_plan_with_the_rows_it_returns(analysed: Analysis, tables: duck.Connection, tpch: Suite) -> None:
    assert analysed.findings == ()
    answers = {query.name: duck.rows(tables, f"SELECT count(*) FROM ({query.sql})")[0][0] for query in tpch.queries}
    assert {plan.query: plan.operators[-1].rows for plan in analysed.plans} == answers


def test_scans_read_only_known_columns(analysed: Analysis, profile: Profile) -> None:
    for plan in analysed.plans:
        for scan in plan.scans:
            assert set(scan.scanned) <= set(profile.tables[scan.table].columns)
            assert {entry.column for entry in scan.filters} <= set(scan.scanned)
            assert scan.rows <= profile.tables[scan.table].rows


def test_inputs_come_before_their_consumers(analysed: Analysis) -> None:
    for plan in analysed.plans:
        for place, operator in enumerate(plan.operators):
            assert all(source < place for source in operator.inputs)
            assert operator.kind not in (Kind.JOIN, Kind.SHARED) or len(operator.inputs) == 2


def test_text_is_as_wide_as_its_values(analysed: Analysis, profile: Profile) -> None:
    widths = {(c.table, c.name): c.width for plan in analysed.plans for c in plan.columns if c.type == "VARCHAR" and c.table}
    assert widths["customer", "c_comment"] == profile.tables["customer"].columns["c_comment"].average_width
    assert table_bytes(profile)["region"] == pytest.approx(5 * profile.tables["region"].average_row_width)


def test_plans_are_recalled_by_query_data_and_version(
    tables: duck.Connection, profile: Profile, tpch: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = analyse_plans(tables, tpch.queries[2:4], profile, folder=tmp_path)
    monkeypatch.setattr(analysis, "analyse_query", lambda *_, **__: pytest.fail("it was in the cache"))
    renamed = SuiteQuery("again", tpch.queries[2].sql, 5.0)
    recalled = analyse_plans(tables, [tpch.queries[2], tpch.queries[3], renamed], profile, folder=tmp_path)
    assert recalled.plans[:2] == first.plans
    assert (recalled.plans[2].query, recalled.plans[2].weight) == ("again", 5.0)
    assert recalled.plans[2].operators == first.plans[0].operators
    other = Fingerprint("test", "none", {"region": "other rows"})
    assert cache.cache_key(renamed.sql, other) != cache.cache_key(renamed.sql, profile.fingerprint)


def test_a_broken_file_in_the_cache_is_analysed_again(
    tables: duck.Connection, profile: Profile, tpch: Suite, tmp_path: Path
) -> None:
    first = analyse_plans(tables, tpch.queries[5:6], profile, folder=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text("{", encoding="utf-8")
    assert analyse_plans(tables, tpch.queries[5:6], profile, folder=tmp_path) == first


def test_what_fails_is_a_finding_and_the_rest_goes_on(tables: duck.Connection, profile: Profile, tpch: Suite) -> None:
    queries = [SuiteQuery("bad", "SELECT nothing FROM region"), SuiteQuery("file", "SELECT * FROM range(3)"), tpch.queries[5]]
    found = analyse_plans(tables, queries, profile)
    assert [finding.query for finding in found.findings] == ["bad", "file"]
    assert "nothing" in found.findings[0].reason
    assert [plan.query for plan in found.plans] == [tpch.queries[5].name]
