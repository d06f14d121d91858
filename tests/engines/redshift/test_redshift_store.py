"""Loads through the driver and S3: tables whole or not at all, designs proven applied, faults that end well or in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from redshift_cases import CATALOG, DESIGN, LEAKS, PASSWORD, SALES, SHOPS, Make, write_sales, write_shops
from standins import s3
from standins.faults import Fault
from standins.redshift import RedshiftServer

from warehousebench import duck
from warehousebench.engines.base import Plan
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.redshift import engine
from warehousebench.engines.redshift.readback import differences
from warehousebench.engines.redshift.settings import Settings, settings
from warehousebench.engines.redshift.store import RedshiftStore, open_store
from warehousebench.engines.redshift.types import quote
from warehousebench.errors import DesignError, EngineError, TransientError, UsageError
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind

pytestmark = pytest.mark.filterwarnings(LEAKS)
PLAN = Plan(CATALOG, DESIGN)


@pytest.fixture
def store(configured: Settings) -> Iterator[RedshiftStore]:
    with closing(open_store(configured, PLAN)) as opened:
        yield opened


@pytest.fixture
def files(tmp_path: Path) -> Mapping[str, Path]:
    return {"sales": write_sales(tmp_path, rows=200), "shops": write_shops(tmp_path)}


def expected(table: Table, path: Path) -> Mapping[str, str]:
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        return check(connection, table, f"read_parquet({duck.text(str(path))})")


def load(store: RedshiftStore, files: Mapping[str, Path]) -> None:
    for table in (SHOPS, SALES):
        store.create(table)
        store.fill(table, [files[table.name]])
    store.finish()


def assert_whole(store: RedshiftStore, files: Mapping[str, Path]) -> None:
    for table in (SHOPS, SALES):
        assert differing(expected(table, files[table.name]), store.check(table)) == ()


def test_a_load_is_equal_at_both_ends_and_its_design_is_proven(store: RedshiftStore, files: Mapping[str, Path]) -> None:
    for _ in range(2):
        load(store, files)
        assert_whole(store, files)
        assert store.differences() == ()
    assert store.stand_in
    assert store.slices == 6, "the cluster's own word, not the design's"


def test_the_design_is_read_back_as_it_was_applied(store: RedshiftStore, files: Mapping[str, Path], target: Make) -> None:
    load(store, files)
    found = engine.reflect_design(target(), CATALOG)
    assert found.basis == "read from there, schema tpch"
    assert (found.cluster.nodes, found.cluster.slices) == (3, 2)
    assert {name: replace(table, reasons=()) for name, table in found.tables.items()} == {
        "sales": DESIGN.tables["sales"],
        "shops": replace(DESIGN.tables["shops"], encodings={"id": "AZ64", "town": "LZO"}),
    }


def test_another_design_does_not_pass_for_the_one_asked_for(
    store: RedshiftStore, files: Mapping[str, Path], configured: Settings
) -> None:
    load(store, files)
    sales = DESIGN.tables["sales"]
    wrong = replace(
        DESIGN,
        tables={
            "sales": replace(sales, distkey="shop", sortkey=("id",), encodings={**sales.encodings, "note": "ZSTD"}),
            "shops": DESIGN.tables["shops"],
        },
    )
    with closing(open_store(configured, Plan(CATALOG, wrong))) as other:
        assert other.differences() == (
            "sales: the distribution is KEY (id) and should be KEY (shop)",
            "sales: the sort key is (day, id) and should be (id)",
            "sales: column note is encoded LZO and should be ZSTD",
        )


def test_an_empty_table_is_proven_too(store: RedshiftStore, tmp_path: Path) -> None:
    store.create(SALES)
    store.create(SHOPS)
    assert store.fill(SALES, [write_sales(tmp_path, rows=0)]).rows == 0
    assert store.differences() == ()


def test_staged_files_are_removed_or_kept(
    store: RedshiftStore, files: Mapping[str, Path], target: Make, s3_service: s3.Bucket, bucket: str
) -> None:
    store.create(SALES)
    store.fill(SALES, [files["sales"]])
    assert s3_service.names(f"s3://{bucket}/") == []
    with closing(open_store(settings(target(keep_stage="true")), PLAN)) as keeping:
        keeping.create(SALES)
        keeping.fill(SALES, [files["sales"]])
    assert len(s3_service.names(f"s3://{bucket}/")) == 2


def test_a_value_that_is_too_long_is_told_with_file_and_reason_and_no_row_stays(store: RedshiftStore, tmp_path: Path) -> None:
    store.create(SALES)
    long = pa.array(["x" * 21 if n == 777 else "x" for n in range(1000)])
    with pytest.raises(EngineError, match=r"sales was not loaded, no row of it: .*s3://.*/sales/00001-of-00001.parquet") as caught:
        store.fill(SALES, [write_sales(tmp_path, note=long)])
    assert "Correct the type or the rows" in str(caught.value)
    assert store.client.rows("SELECT count(*) FROM sales") == [(0,)]
    assert store.fill(SALES, [write_sales(tmp_path)]).rows == 1000


def test_rows_that_came_from_elsewhere_are_noticed(store: RedshiftStore, files: Mapping[str, Path]) -> None:
    store.create(SHOPS)
    store.client.run("INSERT INTO shops VALUES (9, 'X')")
    with pytest.raises(EngineError, match=r"shops has 4 rows after COPY and 3 were staged: nothing was kept"):
        store.fill(SHOPS, [files["shops"]])
    assert store.client.rows("SELECT count(*) FROM shops") == [(1,)]


@pytest.mark.usefixtures("leaky_driver")
@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        (Fault.RESET_BEFORE, "^create table sales"),
        (Fault.RESET_BEFORE, "^copy sales"),
        (Fault.RESET_IN_COPY, "^copy sales"),
        (Fault.RESET_AFTER, "^copy sales"),
        (Fault.RESET_BEFORE, "^commit"),
        (Fault.RESET_AFTER, "^commit"),
        (Fault.SERIALIZATION, "^copy sales"),
        (Fault.RESET_AFTER, "^alter table"),
    ],
)
def test_whatever_breaks_the_next_attempt_has_every_row_once(
    redshift_server: RedshiftServer, configured: Settings, files: Mapping[str, Path], fault: Fault, pattern: str
) -> None:
    redshift_server.faults.arm(fault, pattern, amount=1)
    with closing(open_store(configured, PLAN)) as broken, pytest.raises(TransientError) as caught:
        load(broken, files)
    assert redshift_server.faults.fired == [fault]
    assert "\n" not in str(caught.value)
    with closing(open_store(configured, PLAN)) as again:
        load(again, files)
        assert_whole(again, files)
        assert again.differences() == ()


@pytest.mark.usefixtures("leaky_driver")
def test_a_restart_in_the_middle_is_worth_another_attempt(
    redshift_server: RedshiftServer, configured: Settings, files: Mapping[str, Path]
) -> None:
    with closing(open_store(configured, PLAN)) as broken:
        broken.create(SHOPS)
        redshift_server.restart()
        with pytest.raises(TransientError):
            broken.fill(SHOPS, [files["shops"]])
    with closing(open_store(configured, PLAN)) as again:
        load(again, files)
        assert_whole(again, files)


def test_a_slow_copy_has_all_the_time_it_needs(
    redshift_server: RedshiftServer, store: RedshiftStore, files: Mapping[str, Path]
) -> None:
    store.client.query("SELECT 1", 0.2)
    redshift_server.faults.arm(Fault.SLOW, "^copy", amount=0.5)
    store.create(SHOPS)
    assert store.fill(SHOPS, [files["shops"]]).rows == 3


def test_a_failed_copy_rolls_back_and_leaves_the_session_usable(
    redshift_server: RedshiftServer, store: RedshiftStore, files: Mapping[str, Path]
) -> None:
    store.create(SHOPS)
    redshift_server.faults.arm(Fault.SERIALIZATION, "^copy")
    with pytest.raises(TransientError):
        store.fill(SHOPS, [files["shops"]])
    assert store.client.rows("SELECT count(*) FROM shops") == [(0,)]
    assert store.fill(SHOPS, [files["shops"]]).rows == 3


def test_a_dry_run_lists_what_a_load_executes(target: Make, files: Mapping[str, Path], bucket: str) -> None:
    listed = engine.statements(target(), PLAN, {name: (path,) for name, path in files.items()})
    assert listed[:2] == ("CREATE SCHEMA IF NOT EXISTS tpch", "SET search_path TO tpch")
    copies = [statement for statement in listed if statement.startswith("COPY")]
    assert copies[1] == (
        f"COPY sales FROM 's3://{bucket}/loads/tpch/sales/manifest.json' "
        "IAM_ROLE 'arn:aws:iam::123456789012:role/load' FORMAT AS PARQUET MANIFEST"
    )
    (create,) = [statement for statement in listed if statement.startswith("CREATE TABLE sales")]
    assert "DISTSTYLE KEY\nDISTKEY (id)\nCOMPOUND SORTKEY (day, id)" in create
    assert "ALTER TABLE sales ADD FOREIGN KEY (shop) REFERENCES shops (id)" in listed
    assert listed[-2:] == ("ANALYZE shops", "ANALYZE sales")
    assert PASSWORD not in "\n".join(listed)


def test_what_the_dry_run_lists_is_what_is_executed(
    redshift_server: RedshiftServer, store: RedshiftStore, files: Mapping[str, Path], target: Make
) -> None:
    load(store, files)
    ran = [record.text for record in redshift_server.backend.records()]
    listed = engine.statements(target(), PLAN, {name: (path,) for name, path in files.items()})
    missing = [text for text in listed if text not in ran and not text.startswith("CREATE SCHEMA")]
    assert missing == []


@pytest.mark.parametrize(
    ("options", "says"),
    [({"s3": None}, "no s3 is configured"), ({"iam_role": None}, "no iam_role is configured. Give the ARN of a role")],
)
def test_a_store_needs_a_place_and_a_role(target: Make, options: dict[str, None], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        engine.store(target(**options), PLAN)


def test_tables_without_a_design_are_left_to_redshift(configured: Settings, files: Mapping[str, Path]) -> None:
    with closing(open_store(configured, Plan(CATALOG))) as store:
        load(store, files)
        assert store.differences() == ()


@pytest.mark.parametrize(
    "name", ['a"; drop table b; --', "select", "Größe", "a b", "x" * 127, "'; drop table b; --", "a\\", "$1", "%s"]
)
def test_names_cannot_break_out_of_their_quotes(configured: Settings, tmp_path: Path, name: str) -> None:
    table = Table(name, (Column("id", DataType(TypeKind.BIGINT)), Column(name, DataType(TypeKind.BIGINT))))
    path = tmp_path / "rows.parquet"
    with duck.opened() as connection:
        duck.run(connection, f"COPY (SELECT 1::BIGINT AS id, 2::BIGINT AS {duck.quote(name)}) TO '{path}' (FORMAT parquet)")
    with closing(open_store(configured, Plan(Catalog((table,), "test")))) as store:
        store.create(table)
        store.fill(table, [path])
        assert store.client.rows(f"SELECT {quote(name)} FROM {quote(name)}") == [(2,)]
        assert store.differences() == ()


def test_names_that_redshift_would_cut_are_refused_before_anything_is_sent(
    redshift_server: RedshiftServer, configured: Settings
) -> None:
    table = Table("x" * 128, (Column("id", DataType(TypeKind.BIGINT)),))
    with pytest.raises(DesignError, match="1 to 127"):
        open_store(configured, Plan(Catalog((table,), "test")))
    assert redshift_server.backend.records() == []


def test_the_proof_reads_the_catalogue_and_not_the_plan(store: RedshiftStore, files: Mapping[str, Path]) -> None:
    assert list(differences({}, DESIGN, CATALOG, None)) == ["sales does not exist", "shops does not exist"]
    load(store, files)
    store.client.run("DROP TABLE sales")
    assert store.differences() == ("sales does not exist",)
