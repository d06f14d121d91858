from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from warehousebench import duck
from warehousebench.errors import UsageError, VerificationError
from warehousebench.load import manifest
from warehousebench.load.local import Job, load
from warehousebench.load.manifest import DATABASE, MANIFEST
from warehousebench.load.parquet import ParquetProfile
from warehousebench.model import document
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind
from warehousebench.model.data import DataSet, TableData
from warehousebench.model.load import Loaded, TableLayout
from warehousebench.source import checksum

RELATIONS = {
    "orders": "(SELECT 999 - i AS id, i % 3 AS day, 'é' || i AS note FROM range(1000) t(i))",
    "parts": "(SELECT i AS id, (i / 4)::DECIMAL(9, 2) AS price, if(i % 2 = 0, NULL, i) AS size FROM range(50) t(i))",
    "regions": "(SELECT 1 AS id WHERE false)",
}


def stored(connection: duck.Connection, relation: str) -> tuple[int, str]:
    return checksum.checksum(connection, relation, checksum.columns_of(connection, relation))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    with duck.opened() as connection:
        expected = {name: stored(connection, relation) for name, relation in RELATIONS.items()}
        method = checksum.method(connection)
    column = Column("id", DataType(TypeKind.BIGINT))
    orders = Table("orders", (column, Column("day", DataType(TypeKind.BIGINT))), primary_key=("id",))
    tables = {name: TableData((f"{name}.parquet",), rows, sum_) for name, (rows, sum_) in expected.items()}
    return Job(
        name="advised",
        basis="a design",
        data=DataSet("shop", 1.0, "by hand", method, tables),
        catalog=Catalog((orders,), "here"),
        relations=RELATIONS,
        expected=expected,
        layouts={"orders": TableLayout(("day",)), "parts": TableLayout(("size",))},
        profile=ParquetProfile.COMPACT,
        folder=tmp_path / "layout",
        checksum=stored,
        threads=2,
        memory="500MB",
    )


def files(job: Job) -> list[str]:
    return sorted(str(each.relative_to(job.folder)) for each in job.folder.rglob("*") if each.is_file())


PARQUET = [f"parquet/{name}.parquet" for name in RELATIONS]
FINISHED = sorted([MANIFEST, DATABASE, *PARQUET])


def test_a_load_is_whole_and_verified(job: Job) -> None:
    loaded = load(job)
    assert files(job) == FINISHED
    assert manifest.read(job.folder) == loaded == document.read(job.folder / MANIFEST, Loaded)
    assert loaded.database_bytes == (job.folder / DATABASE).stat().st_size
    for name, table in loaded.tables.items():
        assert (table.rows, table.checksum) == job.expected[name]
        assert table.bytes == (job.folder / table.file).stat().st_size
        assert table.order_by == job.layouts.get(name, TableLayout()).order_by
    with duck.opened(job.folder / DATABASE, read_only=True) as connection:
        for name, expected in job.expected.items():
            assert stored(connection, name) == expected
    assert loaded.fingerprint == job.data.fingerprint


def test_rows_that_tie_on_the_sort_key_lie_by_primary_key(job: Job) -> None:
    load(job)
    table = pq.read_table(job.folder / "parquet/orders.parquet")
    keys = list(zip(table["day"].to_pylist(), table["id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    ids = pq.read_table(job.folder / "parquet/parts.parquet")["size"].to_pylist()
    assert ids == sorted(i for i in ids if i is not None) + [None] * 25


def test_without_a_sort_key_rows_stay_as_they_came(job: Job) -> None:
    load(replace(job, layouts={}))
    assert pq.read_table(job.folder / "parquet/orders.parquet")["id"].to_pylist() == list(range(999, -1, -1))


class BrokenOffError(Exception):
    """What a test raises where a user would press Ctrl-C."""


def interrupt(job: Job, table: str, step: str, **options: Any) -> None:
    """Begin the load and break off at a step of a table."""

    def observe(*at: str) -> None:
        if at == (table, step):
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        load(job, observe=observe, **options)


STEPS = [(table, step) for step in ("write", "load", "verify") for table in RELATIONS]


@pytest.mark.parametrize(("table", "step"), STEPS)
def test_an_interrupted_load_goes_on_where_it_stopped(job: Job, table: str, step: str) -> None:
    interrupt(job, table, step)
    done = list(RELATIONS)[: list(RELATIONS).index(table)] if step == "write" else list(RELATIONS)
    assert files(job) == sorted([f"parquet/{name}.parquet" for name in done] + [MANIFEST] * bool(done))
    times = {file: (job.folder / file).stat().st_mtime_ns for file in files(job) if file != MANIFEST}
    if done:
        with pytest.raises(UsageError, match=r"not finished\. Go on with: warehousebench load --resume"):
            manifest.read(job.folder)
    heard: list[tuple[str, str]] = []
    loaded = load(job, resume=True, observe=lambda *at: heard.append(at))
    assert [name for name, what in heard if what == "write"] == [name for name in RELATIONS if name not in done]
    assert {file: (job.folder / file).stat().st_mtime_ns for file in times} == times
    assert files(job) == FINISHED
    assert loaded == manifest.read(job.folder)
    with duck.opened(job.folder / DATABASE, read_only=True) as connection:
        assert {name: stored(connection, name) for name in RELATIONS} == job.expected


def test_the_time_of_a_resumed_load_covers_what_was_written_before(job: Job) -> None:
    interrupt(job, "parts", "write")
    before = document.read(job.folder / MANIFEST, Loaded)
    document.write(job.folder / MANIFEST, replace(before, tables={"orders": replace(before.tables["orders"], seconds=1000.0)}))
    loaded = load(job, resume=True)
    assert loaded.seconds is not None
    assert 1000 < loaded.seconds < 1100


def test_a_finished_load_is_not_repeated_but_what_is_missing_is_made_again(job: Job) -> None:
    def never(*_: str) -> None:
        raise AssertionError("nothing is to be done")

    loaded = load(job)
    assert load(job, resume=True, observe=never) == loaded
    (job.folder / DATABASE).unlink()
    with pytest.raises(UsageError, match="--resume"):
        manifest.read(job.folder)
    heard: list[str] = []
    load(job, resume=True, observe=lambda *at: heard.append(at[1]))
    assert "write" not in heard
    (job.folder / "parquet/parts.parquet").unlink()
    load(job, resume=True, observe=lambda *at: heard.append(" ".join(at)))
    assert [each for each in heard if each.startswith("parts")] == ["parts write", "parts load", "parts verify"]
    assert files(job) == FINISHED


def test_a_folder_that_holds_a_load_is_left_alone(job: Job) -> None:
    loaded = load(job)
    with pytest.raises(UsageError, match=r"holds a load already\. Choose another --out, continue it with --resume"):
        load(job)
    assert manifest.read(job.folder) == loaded


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"basis": "arrival order"},
        {"profile": ParquetProfile.PORTABLE},
        {"data": DataSet("shop", 2.0, "by hand", "sum", {})},
    ],
)
def test_a_folder_of_another_load_is_refused(job: Job, change: dict[str, Any]) -> None:
    interrupt(job, "parts", "write")
    with pytest.raises(UsageError, match="a load of other data or another layout"):
        load(replace(job, **change), resume=True)
    assert files(job) == [MANIFEST, "parquet/orders.parquet"]


def test_a_table_that_is_to_lie_in_another_order_is_written_again(job: Job) -> None:
    load(job)
    heard: list[tuple[str, str]] = []
    load(replace(job, layouts={"orders": TableLayout(("note",))}), resume=True, observe=lambda *at: heard.append(at))
    assert [name for name, step in heard if step == "write"] == ["orders", "parts"]
    notes = pq.read_table(job.folder / "parquet/orders.parquet")["note"].to_pylist()
    assert notes == sorted(notes, key=str.encode)


def test_a_stored_table_that_differs_is_no_load(job: Job) -> None:
    def swap(table: str, step: str) -> None:
        if (table, step) == ("parts", "load"):
            path = job.folder / "parquet/parts.parquet"
            rows = pq.read_table(path)
            pq.write_table(rows.set_column(0, "id", rows["id"].take([*range(1, 50), 0])), path)

    with pytest.raises(
        VerificationError, match=r"parts: stored 50 rows with checksum \w+, the source has 50 with \w+\. Delete the folder"
    ):
        load(job, observe=swap)
    assert files(job) == sorted([MANIFEST, *PARQUET])
    assert document.read(job.folder / MANIFEST, Loaded).database is None


def test_a_checksum_that_differs_for_one_table_stops_the_load(job: Job) -> None:
    def wrong(connection: duck.Connection, relation: str) -> tuple[int, str]:
        rows, sum_ = stored(connection, relation)
        return rows, "0" if relation == '"regions"' else sum_ + "1" * (relation == '"parts"')

    with pytest.raises(VerificationError, match=r"^parts: "):
        load(replace(job, checksum=wrong))


def test_a_source_with_other_rows_than_described_stops_before_the_database(job: Job) -> None:
    expected = {**job.expected, "parts": (51, "ab")}
    with pytest.raises(VerificationError, match=r"parts: 50 rows were written, the source has 51\. Generate the data again"):
        load(replace(job, expected=expected))
    assert DATABASE not in files(job)
    assert list(document.read(job.folder / MANIFEST, Loaded).tables) == ["orders"]


def test_an_old_database_survives_a_load_that_fails(job: Job) -> None:
    load(job)
    before = (job.folder / DATABASE).read_bytes()
    (job.folder / "parquet/parts.parquet").unlink()
    interrupt(job, "regions", "verify", resume=True)
    assert (job.folder / DATABASE).read_bytes() == before
    assert files(job) == FINISHED
