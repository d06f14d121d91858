"""Schemas that a machine makes up, printed in every dialect and read back: nothing may be lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printers import PRINTERS, printed

from warehousebench.model.catalog import STRINGS, Check, Column, ForeignKey, Table
from warehousebench.source.ddl import read_ddl
from warehousebench.source.types import parse_type

# Declarations as the dialects' tools print them.
NATIVES = {
    "postgres": "integer|bigint|numeric(12,3)|numeric|character varying(7)|text|timestamp(3) with time zone|uuid|jsonb|integer[]"
    "|bit(3)|interval day to second(0)|double precision|numeric(6,2)[]|inet",
    "mysql": "int(11)|bigint(20) unsigned|decimal(10,2)|varchar(20)|enum('a','b,)c','it''s')|set('x','y z')|tinyint(1)|mediumtext"
    "|bit(5)|datetime(6)|double|varbinary(9)|json",
    "sqlite": "INTEGER|TEXT|REAL|BLOB|DECIMAL(10,2)|VARCHAR(20)|UNSIGNED BIG INT||DATETIME|wobble",
    "tsql": "[int]|[nvarchar](50)|[nvarchar](max)|[decimal](18, 2)|[datetime2](7)|[uniqueidentifier]|[varbinary](max)|[bit]"
    "|[money]|[xml]",
    "oracle": "NUMBER(10,0)|NUMBER|NUMBER(*,0)|VARCHAR2(20 CHAR)|NVARCHAR2(10)|DATE|TIMESTAMP (6) WITH TIME ZONE|CLOB|RAW(16)"
    "|FLOAT(126)|INTERVAL DAY (2) TO SECOND (6)",
    "hsqldb": "INTEGER|BIGINT|VARCHAR(30)|DECIMAL(10,4)|DOUBLE|TIMESTAMP(6)|CLOB(1G)|VARCHAR(5) ARRAY[3]|BOOLEAN|UUID",
}
# Literals that hold what ends statements, items and comments.
DEFAULTS = [
    "0",
    "-1.5",
    "'x'",
    "'it''s'",
    "'a;b'",
    "'open ('",
    "') close'",
    "'a, b'",
    "'-- no'",
    "'/* no'",
    "'DEFAULT NULL'",
    "(1)",
    "f(1, 'b)')",
]
CONDITIONS = ["1 > 0", "(1 > 0) AND (2 > 1)", "'a)' <> 'b;'", "x IN ('CHECK (', 'y')"]
CONDITIONS_WITH_NAMES = st.tuples(st.sampled_from(CONDITIONS), st.none() | st.sampled_from(["c", "odd name", "CHECK"]))
SPECIAL = {"oracle": "ab _;'()-ÄÖ$.[", "mysql": "ab _;'()-\"`ÄÖ$.[", "hsqldb": "ab _;'()-\"ÄÖ$.["}
RESERVED = ["select", "Order", "primary key", "CHECK", "unique", "constraint", "ON", "table", "end", "GO", "like"]


def _names(dialect: str) -> st.SearchStrategy[str]:
    odd = st.text(alphabet=SPECIAL.get(dialect, "ab _;'()-\"`]ÄÖ$.["), min_size=1, max_size=8).filter(
        lambda text: text.strip() == text
    )
    return st.sampled_from(RESERVED) | odd


def _comments(dialect: str) -> st.SearchStrategy[str | None]:
    if dialect == "sqlite":
        return st.none()
    return st.none() | st.text(alphabet="x;'-/*(\\é" + ("" if dialect == "hsqldb" else "\n"), min_size=1, max_size=8)


@st.composite
def columns(draw: st.DrawFn, dialect: str, name: str) -> Column:
    native = draw(st.sampled_from(NATIVES[dialect].split("|")))
    type_ = parse_type(native.replace("[", "", 1).replace("]", "", 1) if dialect == "tsql" else native, dialect, "utf8mb4")
    generated = draw(st.sampled_from(["a + 1", "concat('x)', ';')"])) if draw(st.integers(0, 9)) == 0 else None
    if generated and dialect == "tsql":
        type_ = parse_type("", dialect)
    default = draw(st.none() | st.sampled_from(DEFAULTS)) if not generated else None
    collation = "utf8mb4_general_ci" if dialect == "mysql" and type_.kind in STRINGS else None
    nullable = True if generated else draw(st.booleans())
    return Column(name, type_, nullable, default, draw(_comments(dialect)), generated, collation=collation)


@st.composite
def schemas(draw: st.DrawFn, dialect: str) -> tuple[Table, ...]:
    tables: list[Table] = []
    for name in sorted(draw(st.lists(_names(dialect), min_size=1, max_size=4, unique_by=str.lower))):
        found = [
            draw(columns(dialect, each)) for each in draw(st.lists(_names(dialect), min_size=1, max_size=5, unique_by=str.lower))
        ]
        plain = [column.name for column in found if not column.generated] or [found[0].name]
        key = tuple(draw(st.lists(st.sampled_from(plain), unique=True, max_size=2)))
        found = [replace(column, nullable=column.nullable and column.name not in key) for column in found]
        unique = {tuple(each) for each in draw(st.lists(st.lists(st.sampled_from(plain), unique=True, min_size=1), max_size=2))} - {
            key
        }
        parents = [table for table in tables if table.primary_key and len(table.primary_key) <= len(plain) and draw(st.booleans())]
        foreign = [
            ForeignKey(tuple(plain[: len(each.primary_key)]), each.name, each.primary_key, draw(_names(dialect)))
            for each in parents
        ]
        checks = {Check(*each) for each in draw(st.lists(CONDITIONS_WITH_NAMES, max_size=2))}
        tables.append(
            Table(
                name,
                tuple(found),
                key,
                tuple(sorted(unique)),
                tuple(
                    sorted(
                        foreign, key=lambda each: (each.columns, each.referenced_table, each.referenced_columns, each.name or "")
                    )
                ),
                draw(_comments(dialect)),
                checks=tuple(sorted(checks, key=lambda check: (check.sql, check.name or ""))),
            )
        )
    return tuple(tables)


@pytest.mark.parametrize("dialect", sorted(PRINTERS))
def test_printed_schemas_are_read_back(dialect: str, tmp_path: Path) -> None:
    path = tmp_path / "x.sql"

    @settings(max_examples=20, deadline=None)
    @given(schemas(dialect))
    def check(tables: tuple[Table, ...]) -> None:
        path.write_text(printed(tables, dialect), encoding="utf-8")
        found = read_ddl([path], dialect)
        assert [finding for finding in found.findings if "is computed" not in finding] == []
        assert found.tables == tables

    check()
