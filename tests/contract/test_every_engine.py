"""What every engine owes the house, held against each of them."""

from __future__ import annotations

from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from contract_cases import Case, every_kind, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.engines.base import Client, Feature
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.errors import DesignError, EngineError, TimeLimitError, TransientError, UnsupportedError
from warehousebench.model.catalog import Column, DataType, Table, TypeKind

SLOW = "SELECT count(*) FROM t AS a, t AS b, t AS c, t AS d, t AS e, t AS f WHERE a.id + b.id + c.id + d.id + e.id < f.id"
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)


def needs(case: Case, feature: Feature) -> None:
    """Skip, aloud, what the engine says it cannot do; what it says must be a reason."""
    ability = case.engine.capabilities()[feature]
    if not case.supports(feature):
        assert len(ability.reason) > 10
        pytest.skip(f"{case.name} has no {feature}: {ability.reason} ({ability.support})")


@pytest.fixture
def rows(case: Case, tmp_path: Path) -> tuple[Table, Path]:
    """Return a table with every kind of value, and its Parquet file."""
    table = every_kind(case.without)
    return table, write(table, tmp_path / "every_kind.parquet")


@pytest.fixture
def client(case: Case, rows: tuple[Table, Path]) -> Client:
    """Return a session on an engine that holds the table."""
    table, path = rows
    if case.supports(Feature.LOAD):
        store = case.store(table)
        store.create(table)
        store.fill(table, [path])
        store.finish()
        store.close()
    return case.connector(every_kind=(path,)).connect()


def test_values_arrive_as_the_types_that_answers_promise(client: Client) -> None:
    answer = client.query("SELECT id, whole, price, exact, ratio, word, day, moment FROM every_kind ORDER BY id", 60.0)
    assert [name.lower() for name in answer.names] == ["id", "whole", "price", "exact", "ratio", "word", "day", "moment"]
    assert all(answer.types)
    assert answer.rows == [
        (
            *(1, -2147483647, Decimal("-9999999999999.99"), Decimal("1234567890123456789012345678.0000000001"), 1.5e300),
            *("Zürich, 雪, 🎿", date(1, 1, 1), datetime(2016, 2, 29, 12, 34, 56, 789012)),
        ),
        (2, 2147483647, Decimal("0.01"), Decimal("-1e-10"), -2.25e-300, "", date(9999, 12, 31), datetime(1970, 1, 1)),
        (3, None, None, None, None, None, None, None),
        (4, 0, Decimal(0), Decimal(0), 0.1, ' a\tb\\\\n"c"|d\'e ', date(2016, 2, 29), datetime(1969, 12, 31, 23, 59, 59, 999999)),
    ]
    assert [type(value) for value in answer.rows[0]] == [int, int, Decimal, Decimal, float, str, date, datetime]
    client.close()


def test_a_query_that_fails_says_so_in_a_line_and_leaves_the_session_usable(client: Client) -> None:
    with pytest.raises(EngineError) as caught:
        client.query("SELECT no_such_column FROM every_kind", 60.0)
    assert "\n" not in str(caught.value)
    assert "no_such_column" in str(caught.value)
    assert client.query("SELECT count(*) FROM every_kind", 60.0).rows == [(4,)]
    client.close()


def test_a_query_that_takes_too_long_is_stopped(case: Case, tmp_path: Path) -> None:
    needs(case, Feature.TIME_LIMIT)
    table = Table("t", (Column("id", DataType(TypeKind.BIGINT)),))
    with duck.opened() as connection:
        duck.run(connection, f"COPY (SELECT i AS id FROM range(3000) AS r(i)) TO '{tmp_path}/t.parquet' (FORMAT parquet)")
    if case.supports(Feature.LOAD):
        store = case.store(table)
        store.create(table)
        store.fill(table, [tmp_path / "t.parquet"])
        store.close()
    client = case.connector(t=(tmp_path / "t.parquet",)).connect()
    with pytest.raises(TimeLimitError, match=r"stopped after 0\.3 s"):
        client.query(SLOW, 0.3)
    with suppress(TransientError):  # the other thing that is promised: the session says that it is gone
        assert client.query("SELECT count(*) FROM t", 60.0).rows == [(3000,)]
    client.close()


def test_plans_are_text(case: Case, client: Client) -> None:
    needs(case, Feature.PLANS)
    assert "id>2" in client.plan("SELECT word FROM every_kind WHERE id > 2").lower().replace(" ", "")
    client.close()


def test_the_engine_says_what_it_is(case: Case, rows: tuple[Table, Path]) -> None:
    connector = case.connector(every_kind=(rows[1],))
    assert connector.engine == case.name
    assert connector.version
    assert connector.stand_in == case.stand_in
    assert all(isinstance(value, str) for value in connector.settings.values())


def test_a_load_is_equal_at_both_ends_however_often_it_is_repeated(case: Case, rows: tuple[Table, Path]) -> None:
    needs(case, Feature.LOAD)
    table, path = rows
    with duck.opened() as connection:
        expected = check(connection, table, f"read_parquet('{path}')")
    store = case.store(table)
    for _ in range(2):
        store.create(table)
        filled = store.fill(table, [path])
        assert (filled.rows, filled.rejected) == (4, ())
    store.finish()
    assert differing(expected, store.check(table)) == ()
    assert store.differences() == ()
    size = store.stored_bytes()
    assert size is None or size > 0
    store.close()


def test_a_load_of_several_files_is_their_union(case: Case, rows: tuple[Table, Path], tmp_path: Path) -> None:
    needs(case, Feature.LOAD)
    table, _ = rows
    files = [write(table, tmp_path / f"{number}.parquet", copies=3) for number in range(2)]
    keyless = replace(table, primary_key=())
    store = case.store(keyless)
    store.create(keyless)
    assert store.fill(keyless, files).rows == 24
    store.close()


def test_a_dry_run_shows_statements_and_no_secret(case: Case, rows: tuple[Table, Path]) -> None:
    needs(case, Feature.LOAD)
    table, path = rows
    statements = case.engine.statements(case.target, case.plan(table), {table.name: (path,)})
    assert any("CREATE " in text and "every_kind" in text for text in statements)
    words = [secret.reveal() for secret in case.target.secrets.values()]
    assert not [word for word in words for text in statements if word and word in text]


@pytest.mark.parametrize(
    "name",
    ['a"; drop table b; --', "select", "Größe", "a b", "x" * 127, "'; drop table b; --", "a`b", "a\\", "$1", "?", "%s", "{0}"],
)
def test_names_cannot_break_out_of_their_quotes(case: Case, tmp_path: Path, name: str) -> None:
    needs(case, Feature.LOAD)
    table = Table(name, (Column("id", DataType(TypeKind.INTEGER)), Column(name, DataType(TypeKind.INTEGER))))
    path = tmp_path / "rows.parquet"
    with duck.opened() as connection:
        duck.run(connection, f"COPY (SELECT 1 AS id, 2 AS {duck.quote(name)}) TO '{path}' (FORMAT parquet)")
        expected = check(connection, table, f"read_parquet('{path}')")
    # A name that the product cannot hold is refused before anything is sent.
    with suppress(DesignError, UnsupportedError), closing(case.store(table)) as store:
        store.create(table)
        store.fill(table, [path])
        assert differing(expected, store.check(table)) == ()


def test_doctor_finds_the_engine_well(case: Case) -> None:
    checks = list(case.engine.examine(case.target))
    assert [each for each in checks if each.status == "fail"] == []
    assert all(each.name and each.found for each in checks)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sql=NAMES)
def test_translation_of_literals_keeps_every_character(case: Case, sql: str) -> None:
    from warehousebench.model.catalog import Catalog

    text = "SELECT " + duck.text(sql) + " AS a"
    translated = case.engine.translate(text, Catalog((), "a test")).sql
    client = case.connector().connect()
    try:
        assert client.query(translated, 60.0).rows == [(sql,)]
    finally:
        client.close()
