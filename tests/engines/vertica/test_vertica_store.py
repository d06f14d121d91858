"""Loads through the real driver on the stand-in: all or none, proven equal and as designed, whatever is interrupted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from standins import s3
from standins.backend import Backend
from standins.faults import Fault
from standins.fixtures import PASSWORD
from standins.vertica import VerticaServer
from vertica_cases import CHILD, DESIGN, PARENT, PLAN, make_target

from warehousebench import duck
from warehousebench.engines import designer
from warehousebench.engines.base import CheckStatus
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.targets import Target
from warehousebench.engines.vertica import engine
from warehousebench.engines.vertica import store as stores
from warehousebench.engines.vertica.client import opened
from warehousebench.engines.vertica.copy import RowStream
from warehousebench.engines.vertica.ddl import analyse, refresh
from warehousebench.engines.vertica.store import VerticaStore, open_store
from warehousebench.errors import DesignError, EngineError, TransientError, UsageError
from warehousebench.model.catalog import Column, DataType, Table, TypeKind

Files = dict[str, list[Path]]


def load(store: VerticaStore, files: Files) -> None:
    for table in (PARENT, CHILD):
        store.create(table)
        assert store.fill(table, files[table.name]).rejected == ()
    store.finish()


def differences(store: VerticaStore, files: Files) -> tuple[str, ...]:
    """Return where the tables there differ from their files."""
    with duck.opened() as connection:
        wrong = [
            each
            for table in (PARENT, CHILD)
            for each in differing(check(connection, table, f"read_parquet('{files[table.name][0]}')"), store.check(table))
        ]
    return (*wrong, *store.differences())


@pytest.fixture
def store(target: Target) -> Iterator[VerticaStore]:
    with closing(open_store(target, PLAN)) as found:
        yield found


def test_a_load_is_equal_and_as_designed_however_often_it_is_repeated(store: VerticaStore, files: Files) -> None:
    for _ in range(2):
        load(store, files)
        assert differences(store, files) == ()
    assert store.stand_in


def test_only_the_projections_of_the_design_are_there(store: VerticaStore, files: Files, target: Target) -> None:
    load(store, files)
    with opened(target) as session:
        rows = session.run("SELECT DISTINCT projection_basename FROM v_catalog.projections WHERE projection_schema = 'shop'")
    assert sorted(name for (name,) in rows) == ["child_narrow", "child_super", "parent_super"]


def test_a_design_that_was_not_applied_is_found_out(target: Target, files: Files) -> None:
    with closing(open_store(target, replace(PLAN, design=None))) as store:
        load(store, files)
    with closing(open_store(target, PLAN)) as store:
        assert any("projection child_narrow is missing" in each for each in store.differences())


def test_the_design_comes_back_and_costs_like_any_other(store: VerticaStore, files: Files, target: Target) -> None:
    load(store, files)
    back = engine.reflect_design(target)
    assert back.basis == "read from a test, schema shop"
    asked = {each.name: replace(each, reasons=()) for each in DESIGN.projections}
    assert {each.name: each for each in back.projections} == asked
    assert designer("vertica").layout(back, PLAN.catalog).of("child")


def test_a_second_fill_doubles_nothing(store: VerticaStore, files: Files) -> None:
    load(store, files)
    store.fill(CHILD, files["child"])
    assert differences(store, files) == ()


def test_refused_rows_undo_the_load_and_say_why(store: VerticaStore, files: Files, tmp_path: Path) -> None:
    load(store, files)
    words = ["fits", "far too long for 20 bytes", None, "also too long for 20 bytes"]
    pq.write_table(pa.table({"id": [1, 2, 3, 4], "parent": [1, 1, 1, 1], "word": words}), tmp_path / "wide.parquet")
    filled = store.fill(CHILD, [tmp_path / "wide.parquet"])
    assert filled.rows == 0
    assert [reason.partition(":")[0] for reason in filled.rejected] == ["row 2", "row 4"]
    assert all(len(reason.partition(":")[2]) > 5 for reason in filled.rejected)
    assert store.check(CHILD)["rows"] == "0"


def test_rows_that_get_lost_on_the_way_undo_the_load(store: VerticaStore, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    class Short(RowStream):
        def read(self, size: int = -1) -> bytes:
            return super().read(size).partition(b"\n")[0]

    store.create(PARENT)
    with monkeypatch.context() as patched:
        patched.setattr(stores, "RowStream", Short)
        with pytest.raises(EngineError, match="3 rows were sent, 1 arrived and 0 were refused"):
            store.fill(PARENT, files["parent"])
    assert store.check(PARENT)["rows"] == "0"


def test_a_file_that_cannot_be_read_leaves_the_session_usable(store: VerticaStore, files: Files, tmp_path: Path) -> None:
    store.create(CHILD)
    pq.write_table(pa.table({"id": [1]}), tmp_path / "narrow.parquet")
    with pytest.raises(EngineError, match="parent"):
        store.fill(CHILD, [tmp_path / "narrow.parquet"])
    assert store.fill(CHILD, files["child"]).rows == 3_000


@pytest.mark.parametrize(
    ("fault", "pattern", "amount"),
    [
        (Fault.RESET_IN_COPY, "COPY child", 10_000),
        (Fault.RESET_BEFORE, "CREATE TABLE child", 0),
        (Fault.RESET_AFTER, "CREATE TABLE child", 0),
        (Fault.RESET_BEFORE, "CREATE PROJECTION child_narrow", 0),
        (Fault.RESET_BEFORE, "COMMIT", 0),
        (Fault.RESET_AFTER, "COMMIT", 0),
        (Fault.SERIALIZATION, "COPY child", 0),
        (Fault.RESET_AFTER, "ANALYZE_STATISTICS", 0),
        (Fault.RESET_AFTER, "ADD CONSTRAINT", 0),
    ],
)
def test_an_interrupted_load_is_whole_after_a_retry(
    vertica_server: VerticaServer, target: Target, files: Files, fault: Fault, pattern: str, amount: float
) -> None:
    vertica_server.faults.arm(fault, pattern, amount=amount)
    with closing(open_store(target, PLAN)) as store, pytest.raises(TransientError) as error:
        load(store, files)
    assert vertica_server.faults.fired == [fault]
    assert "\n" not in str(error.value)
    with closing(open_store(target, PLAN)) as store:
        load(store, files)
        assert differences(store, files) == ()


def test_a_restart_in_between_is_survived(vertica_server: VerticaServer, target: Target, files: Files) -> None:
    with closing(open_store(target, PLAN)) as store:
        store.create(PARENT)
        vertica_server.restart()
        with pytest.raises(TransientError):
            store.fill(PARENT, files["parent"])
    with closing(open_store(make_target(vertica_server), PLAN)) as store:
        load(store, files)
        assert differences(store, files) == ()


def test_a_reset_in_the_copy_leaves_no_row(vertica_server: VerticaServer, target: Target, files: Files) -> None:
    vertica_server.faults.arm(Fault.RESET_IN_COPY, "COPY child", amount=10_000)
    with closing(open_store(target, PLAN)) as store:
        store.create(CHILD)
        with pytest.raises(TransientError):
            store.fill(CHILD, files["child"])
    with closing(open_store(target, PLAN)) as store:
        assert store.check(CHILD)["rows"] == "0"


def test_the_dry_run_is_what_is_run(target: Target, files: Files, backend: Backend) -> None:
    shown = engine.statements(target, PLAN, files)
    with closing(open_store(target, PLAN)) as store:
        load(store, files)
    run = [re.sub("(rejects)_[0-9a-f]+", r"\1", record.text) for record in backend.records()]
    asked = ("SELECT count", "SELECT version", "DROP TABLE IF EXISTS warehousebench_rejects")
    without_comments = [re.sub(r"\A(--[^\n]*\n)+", "", each) for each in shown]
    assert sorted(each for each in run if not each.startswith(asked)) == sorted(without_comments)
    assert shown[:2] == ("CREATE SCHEMA IF NOT EXISTS shop", "SET SEARCH_PATH TO shop")
    assert sum("CREATE PROJECTION" in each for each in shown) == 3
    assert not any(PASSWORD in each for each in shown)
    with opened(target) as session:
        for statement in shown:
            if not statement.startswith("COPY"):
                session.run(statement)
        assert session.run("SELECT count(*) FROM child") == [(0,)]


def test_a_design_of_another_product_is_refused(target: Target) -> None:
    with pytest.raises(UsageError, match="not one for Vertica"):
        open_store(target, replace(PLAN, design=object()))


def test_a_design_that_breaks_a_rule_is_refused_before_anything_is_made(target: Target) -> None:
    with pytest.raises(DesignError, match="superprojection"):
        open_store(target, replace(PLAN, design=replace(DESIGN, projections=DESIGN.projections[1:])))


def test_parquet_is_read_from_a_shared_folder(vertica_server: VerticaServer, files: Files, tmp_path: Path) -> None:
    stage = tmp_path / "stage"
    with closing(open_store(make_target(vertica_server, stage=str(stage)), PLAN)) as store:
        load(store, files)
        assert differences(store, files) == ()
    assert list(stage.iterdir()) == []


def test_parquet_is_read_from_s3(
    vertica_server: VerticaServer, s3_service: s3.Bucket, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        *(("AWS_ENDPOINT_URL_S3", s3_service.endpoint), ("AWS_ACCESS_KEY_ID", s3.KEY), ("AWS_SECRET_ACCESS_KEY", s3.SECRET)),
        ("AWS_DEFAULT_REGION", s3.REGION),
    ):
        monkeypatch.setenv(name, value)
    s3_service.client.create_bucket(Bucket="vertica-stage")
    with closing(open_store(make_target(vertica_server, stage="s3://vertica-stage/loads/"), PLAN)) as store:
        load(store, files)
        assert differences(store, files) == ()
    assert s3_service.names("s3://vertica-stage/") == []
    with closing(open_store(make_target(vertica_server, stage="s3://no-such-bucket/x"), PLAN)) as store:
        store.create(PARENT)
        with pytest.raises(TransientError, match=r"cannot write to the stage.*AWS_PROFILE"):
            store.fill(PARENT, files["parent"])


def test_a_stage_that_cannot_be_written_is_said(vertica_server: VerticaServer, files: Files, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, error in (("ftp://host/stage", UsageError), (str(tmp_path / "file"), EngineError)):
        with closing(open_store(make_target(vertica_server, stage=place), PLAN)) as store:
            store.create(PARENT)
            with pytest.raises(error, match="stage"):
                store.fill(PARENT, files["parent"])


ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
# The stand-in refuses what DuckDB could take for a file.
NO_FILE = ANY.filter(lambda name: not {".", "/"} & set(name))


@example(name='a"; drop table b; --', column="'; drop table b; --")
@example(name="select", column='a"; drop table b; --')
@example(name="a" * 127, column="é" * 64)
@example(name="a\\' b", column="Order")
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NO_FILE, column=ANY)
def test_names_are_quoted(store: VerticaStore, tmp_path: Path, name: str, column: str) -> None:
    table = Table(name, (Column(column, DataType(TypeKind.BIGINT)),))
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table({column: [7]}), file)
    store.create(table)
    assert store.fill(table, [file]).rows == 1
    for statement in (refresh(table), analyse(table)):
        store._session.run(statement)
    assert store.check(table)[f"{column}: sum"] == "7"


@pytest.mark.parametrize("name", ["a" * 129, "é" * 65, "a\0b", ""])
def test_names_that_vertica_cannot_hold_are_refused_before_anything_is_sent(store: VerticaStore, name: str) -> None:
    for table in (
        Table(name, (Column("a", DataType(TypeKind.BIGINT)),)),
        Table("a", (Column(name, DataType(TypeKind.BIGINT)),)),
    ):
        with pytest.raises(DesignError, match="Rename it"):
            store.create(table)


def test_doctor_looks_at_all_of_it(target: Target) -> None:
    checks = {each.name: each for each in engine.examine(target)}
    assert {"driver", "configuration", "reachability", "login", "TLS", "version", "nodes", "system tables", "clock"} <= set(checks)
    assert checks["login"].status is CheckStatus.OK
    assert checks["version"].status is CheckStatus.WARN
    assert checks["TLS"].status is CheckStatus.WARN
    assert all(each.remedy for each in checks.values() if each.status is not CheckStatus.OK)
    assert not any(PASSWORD in f"{each.found}{each.remedy}" for each in checks.values())


@pytest.mark.parametrize(
    ("options", "last"), [({"port": "1"}, "reachability"), ({"port": "x"}, "configuration"), ({"user": "nobody"}, "login")]
)
def test_doctor_stops_where_the_rest_makes_no_sense(vertica_server: VerticaServer, options: dict[str, str], last: str) -> None:
    checks = list(engine.examine(make_target(vertica_server, **options)))
    assert [(each.name, each.status) for each in checks if each.status is CheckStatus.FAIL] == [(last, CheckStatus.FAIL)]
    assert checks[-1].name == last
