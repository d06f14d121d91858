from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from outline import outline

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog, DataType, ForeignKey, TypeKind
from warehousebench.source.ddl import read_ddl

GOLDEN = Path(__file__).parent.parent / "golden" / "source"


def _read(tmp_path: Path, text: str, dialect: str | None = None) -> Catalog:
    path = tmp_path / "schema.sql"
    path.write_text(text, encoding="utf-8")
    return read_ddl([path], dialect)


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "tsql", "oracle"])
def test_script_of_each_dialect(dialect: str, golden: Callable[[str, str], None]) -> None:
    # The dialect is guessed here; the outlines were compared with the scripts by eye.
    catalog = read_ddl([GOLDEN / f"{dialect}.sql"])
    golden(f"source/{dialect}.txt", outline(catalog))


def test_tpch_schema() -> None:
    catalog = read_ddl([Path(__file__).parents[2] / "schemas" / "tpch" / "schema.sql"])
    assert [len(table.columns) for table in catalog] == [8, 16, 4, 9, 9, 5, 3, 7]
    assert sum(len(table.foreign_keys) for table in catalog) == 10
    assert catalog.table("partsupp").primary_key == ("ps_partkey", "ps_suppkey")
    assert catalog.findings == ()


def test_sqlite_shorthand(tmp_path: Path) -> None:
    catalog = _read(
        tmp_path, "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, b, c text references A, unique (b) on conflict replace);"
    )
    table = catalog.table("a")
    assert catalog.source == "schema.sql (sqlite)"
    assert (table.primary_key, table.unique_keys) == (("id",), (("b",),))
    assert table.foreign_keys == (ForeignKey(("c",), "a", ("id",)),)
    assert table.column("b").type == DataType(TypeKind.OTHER, dialect="sqlite")
    assert catalog.findings == ()


def test_one_odd_statement_does_not_lose_the_others(tmp_path: Path) -> None:
    text = "CREATE TABLE a (x int, y text DEFAULT 'open);\nCREATE FROBNICATE (;\nCREATE TABLE b (z int);\nCREATE TABLE c (d int)"
    catalog = _read(tmp_path, text, "postgres")
    assert [table.name for table in catalog] == ["a", "b", "c"]
    assert len(catalog.table("a").columns) == 2
    assert catalog.findings[0].startswith("schema.sql:1: not understood in table a, kept name and type")


def test_dangling_keys_become_findings_and_cycles_stay(tmp_path: Path) -> None:
    catalog = _read(
        tmp_path,
        "CREATE TABLE a (x int PRIMARY KEY, y int REFERENCES b, z int REFERENCES gone (q), w int REFERENCES b (nope), "
        "UNIQUE (oops));\n"
        "CREATE TABLE b (x int PRIMARY KEY REFERENCES a, p int, FOREIGN KEY (x, p) REFERENCES a);",
    )
    assert catalog.table("a").foreign_keys == (ForeignKey(("y",), "b", ("x",)),)
    assert catalog.table("b").foreign_keys == (ForeignKey(("x",), "a", ("x",)),)
    assert catalog.findings == (
        "schema.sql:1: the unique key (oops) of a names an unknown column; left out",
        "schema.sql:1: the foreign key (z) of a to gone refers to an unknown table; left out",
        "schema.sql:1: the foreign key (w) of a to b names an unknown column; left out",
        "schema.sql:2: the foreign key (x, p) of b to a has another number of columns than it refers to; left out",
    )


def test_every_statement_that_was_not_understood_is_found_with_its_line(tmp_path: Path) -> None:
    text = (
        "CREATE TABLE a (x int);\n\nALTER TABLE a FROBNICATE x;\nALTER TABLE b ADD PRIMARY KEY (x);\nCREATE TABLE c AS SELECT 1;\n"
    )
    findings = _read(tmp_path, text).findings
    assert [finding.split(": ")[0] for finding in findings[:-1]] == ["schema.sql:3", "schema.sql:4", "schema.sql:5"]
    assert findings[-1] == "not understood in all: 2 statements or parts of statements, named above"


def test_lines_inside_a_statement(tmp_path: Path) -> None:
    text = "/* two\nlines */\nCREATE TABLE a (\n  x int, -- comment\n  /* more\n */\n  y frobnicate wobble\n);"
    assert _read(tmp_path, text).findings[0].startswith("schema.sql:7: ")


def test_keys_may_come_before_tables_and_in_another_file(tmp_path: Path) -> None:
    keys, tables = tmp_path / "1.sql", tmp_path / "2.sql"
    keys.write_text("ALTER TABLE a ADD PRIMARY KEY (x);", encoding="utf-8")
    tables.write_text("CREATE TABLE a (x int);", encoding="utf-8")
    assert read_ddl([keys, tables]).table("a").primary_key == ("x",)


def test_temporary_tables_are_no_part_of_the_schema(tmp_path: Path) -> None:
    catalog = _read(tmp_path, "CREATE TEMP TABLE a (x int); CREATE TABLE b (x int); CREATE GLOBAL TEMPORARY TABLE c (x int);")
    assert [table.name for table in catalog] == ["b"]


def test_two_tables_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"table a is created twice, at schema\.sql:1 and at schema\.sql:2"):
        _read(tmp_path, "CREATE TABLE a (x int);\nCREATE TABLE s.A (y int);")


def test_a_column_twice_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the column x twice"):
        _read(tmp_path, "CREATE TABLE a (x int, X text);", "postgres")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b" \n\t", "is empty"),
        (b"SELECT 1;", "no table was found .* read as postgres"),
        (b"PGDMP\0\0\1", "pg_restore"),
        (b"SQLite format 3\0....", "a SQLite database"),
        (b"\x7fELF\0\0\0", "a binary or encrypted file"),
        (b"CREATE TABLE a (LIKE b);", "First finding: .*LIKE b"),
    ],
)
def test_files_that_hold_no_schema(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "x.sql"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read_ddl([path])


def test_unreadable(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"absent\.sql: No such file"):
        read_ddl([tmp_path / "absent.sql"])
    with pytest.raises(SourceError, match="Is a directory"):
        read_ddl([tmp_path])
    with pytest.raises(UsageError, match="at least one"):
        read_ddl([])


def test_unknown_dialect(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="dialect klingon"):
        _read(tmp_path, "CREATE TABLE a (x int);", "klingon")


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "x.sql"
    path.write_bytes("CREATE TABLE straße (x int);\r\n".encode("utf-16"))
    assert "straße" in read_ddl([path])
    path.write_bytes(b"\xef\xbb\xbfCREATE TABLE a (x int);")
    assert "a" in read_ddl([path])
    path.write_bytes("CREATE TABLE straße (x int);".encode("cp1252"))
    catalog = read_ddl([path])
    assert "straße" in catalog
    assert "Windows-1252" in catalog.findings[0]


def test_sqlglot_keeps_quiet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        _read(tmp_path, "CREATE TABLE a (x int);ALTER TABLE a ALTER COLUMN x ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s);")
    assert caplog.records == []


def test_tables_like_others_and_later_changes(tmp_path: Path) -> None:
    catalog = _read(
        tmp_path,
        "CREATE TABLE a (id int PRIMARY KEY, b text DEFAULT 'x', c int UNIQUE);\n"
        "CREATE TABLE whole (LIKE a INCLUDING ALL, d int);\nCREATE TABLE bare (LIKE a);\nCREATE TABLE e (a int REFERENCES a);\n"
        "ALTER TABLE a RENAME COLUMN c TO cc;\nALTER TABLE a RENAME TO z;\n"
        "ALTER TABLE z ADD COLUMN f int NOT NULL, DROP COLUMN b, ALTER COLUMN cc TYPE bigint USING cc::bigint;",
        "postgres",
    )
    assert catalog.findings == ()
    assert [table.name for table in catalog] == ["bare", "e", "whole", "z"]
    assert [(column.name, column.type.kind.value) for column in catalog.table("z").columns] == [
        ("id", "integer"),
        ("cc", "bigint"),
        ("f", "integer"),
    ]
    assert catalog.table("z").unique_keys == (("cc",),)
    assert catalog.table("e").foreign_keys == (ForeignKey(("a",), "z", ("id",)),)
    assert (catalog.table("whole").primary_key, catalog.table("bare").primary_key) == (("id",), ())
    assert [column.default for column in catalog.table("whole").columns] == [None, "'x'", None, None]
    assert catalog.table("bare").column("b").default is None


def test_oracle_keeps_what_a_change_does_not_state(tmp_path: Path) -> None:
    text = "CREATE TABLE a (x NUMBER(3) DEFAULT 1 NOT NULL, y NUMBER);\nALTER TABLE a MODIFY (x NUMBER(9), y NOT NULL);"
    x, y = _read(tmp_path, text, "oracle").table("A").columns
    assert (x.type.precision, x.nullable, x.default, y.nullable, y.type.native) == (9, False, "1", False, "NUMBER")


def test_keys_that_are_none(tmp_path: Path) -> None:
    text = (
        "CREATE TABLE a (x int, y int, UNIQUE KEY f ((x + 1)), UNIQUE KEY g (y));\nCREATE UNIQUE INDEX i ON a ((y * 2));\n"
        "ALTER TABLE a ADD UNIQUE h (x, y);"
    )
    catalog = _read(tmp_path, text, "mysql")
    assert catalog.table("a").unique_keys == (("x", "y"), ("y",))
    assert catalog.findings == ()
    off = _read(tmp_path, "CREATE TABLE a (x NUMBER, CONSTRAINT p PRIMARY KEY (x) DISABLE);", "oracle")
    assert off.table("A").primary_key == ()
    assert "the key is switched off in the source" in off.findings[0]


def test_a_procedure_that_renames_is_not_passed_over(tmp_path: Path) -> None:
    text = "CREATE TABLE a (x int)\nGO\nEXEC sp_rename 'a.x', 'y', 'COLUMN'\nGO\nEXEC sp_who\nGO\n"
    assert _read(tmp_path, text, "tsql").findings[0].startswith("schema.sql:3: not understood: EXEC sp_rename")
