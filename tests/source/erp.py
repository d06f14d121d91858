"""A large schema, made by a script: 64 tables of an enterprise's eight departments, in the words of every dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from warehousebench.model.catalog import STRINGS, Check, Column, ForeignKey, Table
from warehousebench.source.types import parse_type

_DEPARTMENTS = ("crm", "hr", "ledger", "plant", "project", "sales", "service", "stock")
_THINGS = ("account", "batch", "contract", "document", "entry", "item", "line", "unit")
_ROLES = ("id", "code", "amount", "rate", "quantity", "day", "stamp", "note", "picture", "flag")
_NATIVES: Mapping[str, str] = {
    "postgres": "bigint|character varying(20)|numeric(14,2)|double precision|integer|date|timestamp with time zone|text|bytea"
    "|boolean",
    "mysql": "bigint(20)|varchar(20)|decimal(14,2)|double|int(11)|date|timestamp|mediumtext|longblob|tinyint(1)",
    "sqlite": "INTEGER|VARCHAR(20)|DECIMAL(14,2)|REAL|INT|DATE|DATETIME|TEXT|BLOB|BOOLEAN",
    "tsql": "bigint|nvarchar(20)|decimal(14, 2)|float|int|date|datetimeoffset(7)|nvarchar(max)|varbinary(max)|bit",
    "oracle": "NUMBER(18,0)|VARCHAR2(20 CHAR)|NUMBER(14,2)|BINARY_DOUBLE|NUMBER(9,0)|DATE|TIMESTAMP (6) WITH TIME ZONE|CLOB"
    "|BLOB|NUMBER(1,0)",
    "hsqldb": "BIGINT|VARCHAR(20)|DECIMAL(14,2)|DOUBLE|INTEGER|DATE|TIMESTAMP(6) WITH TIME ZONE|CLOB(1G)|BLOB(1G)|BOOLEAN",
}
_POSITIVE = {"postgres": "(quantity > 0)", "mysql": "`quantity` > 0"}


def tables(dialect: str) -> tuple[Table, ...]:
    """Return the tables by name: chains within departments, from one to the next, and lines with composite keys."""
    return tuple(sorted((_table(dialect, *each) for each in _names()), key=lambda table: table.name))


def _names() -> Iterator[tuple[str, str, str | None]]:
    """Yield department, thing, and the table it refers to."""
    for place, department in enumerate(_DEPARTMENTS):
        yield department, _THINGS[0], f"{_DEPARTMENTS[place - 1]}_{_THINGS[0]}" if place else None
        for parent, thing in pairwise(_THINGS):
            yield department, thing, f"{department}_{'account' if thing in ('line', 'unit') else parent}"


def _table(dialect: str, department: str, thing: str, parent: str | None) -> Table:
    name, is_line = f"{department}_{thing}", thing == "line"
    natives = dict(zip(_ROLES, _NATIVES[dialect].split("|"), strict=True))
    columns = [_column(dialect, "id", natives["id"], required=True, identity=not is_line)]
    columns += [_column(dialect, role, natives[role], required=role in ("code", "quantity")) for role in _ROLES[1:]]
    columns += [_column(dialect, "parent_id", natives["id"], required=is_line)]
    columns += [_column(dialect, "position", natives["quantity"], required=True)] if is_line else []
    keys = [ForeignKey(("parent_id",), parent, ("id",), f"{name}_parent")] if parent else []
    return Table(
        name,
        tuple(columns),
        ("parent_id", "position") if is_line else ("id",),
        (("code",),) if not is_line else (),
        tuple(keys),
        None if dialect in ("sqlite",) else f"{thing} of {department}; 'made' by a script",
        checks=(Check(_POSITIVE.get(dialect, "quantity > 0"), f"{name}_positive"),),
    )


def _column(dialect: str, name: str, native: str, required: bool, identity: bool = False) -> Column:
    type_ = parse_type(native, dialect, "utf8mb4")
    collation = "utf8mb4_general_ci" if dialect == "mysql" and type_.kind in STRINGS else None
    return Column(name, type_, not required, identity=identity, collation=collation)
