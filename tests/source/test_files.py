"""Schemas of folders of data: types of Parquet files as they are, of CSV files from their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench import duck
from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, TypeKind
from warehousebench.source.database import reflect_source
from warehousebench.source.dataset import describe, relation
from warehousebench.source.files import read_folder


def csv_types(folder: Path, text: str) -> dict[str, str]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    return {column.name: column.type.native for column in read_folder(folder).table("t").columns}


@pytest.mark.parametrize(
    ("values", "native"),
    [
        (["1", "-20", "0"], "INTEGER"),
        (["1", "3000000000"], "BIGINT"),
        (["007", "123"], "VARCHAR"),
        (["+1", "2"], "VARCHAR"),
        (["1.50", "-22.125"], "DECIMAL(18,3)"),
        (["1.5", "2e9"], "DOUBLE"),
        (["0.12345678901234567890", "1"], "DOUBLE"),
        (["true", "FALSE"], "BOOLEAN"),
        (["1997-01-31", "2000-02-29"], "DATE"),
        (["1997-01-31", "1997-02-30"], "VARCHAR"),
        (["1997-01-31 00:00:00.0", "1998-01-07 12:00:00"], "TIMESTAMP"),
        (["12:30:00"], "TIME"),
        (["12", "twelve"], "VARCHAR"),
        (['""', "1"], "VARCHAR"),
    ],
)
def test_a_csv_column_gets_the_narrowest_type_that_holds_every_value(tmp_path: Path, values: list[str], native: str) -> None:
    # The empty last field is NULL, and says nothing about the type.
    assert csv_types(tmp_path, "k,v\n" + "".join(f"{i},{value}\n" for i, value in enumerate([*values, ""])))["v"] == native


def test_a_late_value_counts_as_much_as_the_first(tmp_path: Path) -> None:
    assert csv_types(tmp_path, "v\n" + "1\n" * 5000 + "x\n") == {"v": "VARCHAR"}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1) | st.decimals(-999, 999, places=2) | st.dates(), max_size=6))
def test_guessed_types_can_read_the_file_again(tmp_path_factory: pytest.TempPathFactory, values: list[object]) -> None:
    folder = tmp_path_factory.mktemp("csv")
    (folder / "t.csv").write_text("k,v\n" + "".join(f"1,{'' if value is None else value}\n" for value in values), encoding="utf-8")
    catalog = read_folder(folder)
    source = relation(folder, describe(folder, "t", 1.0, "files").tables["t"], catalog.table("t"))
    with duck.opened() as connection:
        found = duck.rows(connection, f"SELECT v FROM {source}")
    assert [row[0] is None for row in found] == [value is None for value in values]


def test_columns_without_values_are_text_and_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,\n2,\n", encoding="utf-8")
    catalog = read_folder(tmp_path)
    assert catalog.table("t").column("b").type.kind is TypeKind.TEXT
    assert any("no value in b" in finding for finding in catalog.findings)
    assert any("files tell no keys" in finding for finding in catalog.findings)


def test_parquet_files_say_their_types(tmp_path: Path) -> None:
    with duck.opened() as connection:
        rows = "SELECT 7::SMALLINT AS s, 1.5::DECIMAL(9,2) AS d, DATE '2026-01-01' AS day, '007' AS code"
        duck.run(connection, f"COPY ({rows}) TO {duck.text(str(tmp_path / 't.parquet'))}")
    catalog = reflect_source(str(tmp_path))
    table = catalog.table("t")
    assert [(column.name, column.type.native) for column in table.columns] == [
        ("s", "SMALLINT"), ("d", "DECIMAL(9,2)"), ("day", "DATE"), ("code", "VARCHAR"),
    ]  # fmt: skip
    assert table.rows == 1
    assert not any("guessed" in finding for finding in catalog.findings)
    assert isinstance(catalog, Catalog)


def test_folders_without_data_and_broken_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no Parquet or CSV files"):
        read_folder(tmp_path)
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"t\.parquet"):
        read_folder(tmp_path)
