"""Large, wide, cyclic and broken inputs: read whole, or refused with one line."""

from __future__ import annotations

from pathlib import Path

import erp
import pytest
from printers import PRINTERS, printed

from warehousebench.errors import SourceError
from warehousebench.source.database import reflect_source
from warehousebench.source.ddl import read_ddl


@pytest.mark.parametrize("dialect", sorted(PRINTERS))
def test_large_schema_is_read_back(dialect: str, tmp_path: Path) -> None:
    path = tmp_path / "erp.sql"
    tables = erp.tables(dialect)
    path.write_text(printed(tables, dialect), encoding="utf-8")
    assert (len(tables), sum(len(table.foreign_keys) for table in tables)) == (64, 63)
    found = read_ddl([path])
    assert found.source == f"erp.sql ({dialect})"
    assert found.findings == ()
    assert found.tables == tables


def test_a_wide_table(tmp_path: Path) -> None:
    path = tmp_path / "wide.sql"
    columns = ",\n".join(f"  c{number} integer DEFAULT {number}" for number in range(2_000))
    path.write_text(f"CREATE TABLE wide (\n{columns},\n  CONSTRAINT k PRIMARY KEY (c0, c1999)\n);\n", encoding="utf-8")
    (table,) = read_ddl([path], "postgres")
    assert len(table.columns) == 2_000
    assert table.primary_key == ("c0", "c1999")
    assert table.columns[1_234].default == "1234"


def test_cycles_of_keys_stay(tmp_path: Path) -> None:
    ring = "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, next int REFERENCES t{(n + 1) % 5} (id));\n" for n in range(5))
    path = tmp_path / "ring.sql"
    path.write_text(ring, encoding="utf-8")
    catalog = read_ddl([path], "postgres")
    assert [table.foreign_keys[0].referenced_table for table in catalog] == ["t1", "t2", "t3", "t4", "t0"]
    assert catalog.findings == ()


MYSQL = "CREATE TABLE `t` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT, `e` enum('a','b'), KEY `k` (`e`)) ENGINE=InnoDB;\n"


def test_a_wrong_dialect_is_doubted(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_text(MYSQL, encoding="utf-8")
    assert read_ddl([path]).findings == ()
    doubt = "the text looks like mysql, but was read as tsql: if names or types are wrong, read it with --dialect mysql"
    assert doubt in read_ddl([path], "tsql").findings


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PGDMP\x01\x0e\x00", "pg_restore"),
        (b"\x1f\x8b\x08\x00abc", "unpack it first"),
        (b"PK\x03\x04\x14\x00", "unpack it first"),
        (b"BZh91AY&SY\x00", "unpack it first"),
        (b"\xfd7zXZ\x00\x00", "unpack it first"),
        (b"\x28\xb5\x2f\xfd\x04\x00", "unpack it first"),
        (b"Salted__\x8f\x00\x11", "encrypted"),
        (b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n", "encrypted"),
        (b"\x03\x01\x00EXPDP\x00\x00", "a binary or encrypted file"),
        (bytes(range(128, 256)) * 40, "a binary or encrypted file"),
        (b"TAPE\x00\x00\x03\x00", "SQL Server"),
    ],
)
def test_files_that_are_no_script(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "dump.sql"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message) as caught:
        reflect_source(str(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_script_without_its_end(tmp_path: Path) -> None:
    path = tmp_path / "cut.sql"
    path.write_text("CREATE TABLE a (x int);\nCREATE TABLE b (\n  y int,\n  z varchar(", encoding="utf-8")
    catalog = read_ddl([path], "postgres")
    assert [table.name for table in catalog] == ["a"]
    assert catalog.findings[0].startswith("cut.sql:2: table b has no column list that could be read")
