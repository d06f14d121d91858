"""Constraints held against the rows.  Neither product enforces keys as it is loaded, and both planners trust them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot.errors import SqlglotError

from warehousebench import duck
from warehousebench.assess.rows import Rows, meant_type
from warehousebench.assess.values import EXAMPLES
from warehousebench.errors import EngineError
from warehousebench.model.assessment import ConstraintCheck, Status
from warehousebench.model.catalog import FLOATS, INTEGERS, Check, Column, ForeignKey, Table, TypeKind
from warehousebench.model.profile import TableProfile
from warehousebench.workload.dialect import DIALECTS, sqlglot_warnings

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class _Asked:
    """A constraint with the statements that count the rows which break it and show some of their keys."""

    kind: str
    text: str
    count: str
    examples: str
    reason: str = ""


def constraint_checks(
    connection: duck.Connection, table: Table, rows: Mapping[str, Rows], seen: TableProfile
) -> Iterator[ConstraintCheck]:
    """Yield every constraint of a table that has data, checked or with the reason why not."""
    own = rows[table.name]
    # A value that cannot be read is NULL to the profile: no NULL there is none in the file either.
    full = {name for name, figures in seen.columns.items() if not figures.nulls}
    missing = [column.name for column in table.columns if not own.has(column.name)]
    for kind, text, columns, asked in _asked(table, rows):
        if lost := [name for name in columns if name in missing]:
            yield _unchecked(table, kind, text, f"the data have no column {lost[0]}")
        elif isinstance(asked, str):
            yield _unchecked(table, kind, text, asked)
        elif kind == "not null" and text in full:
            yield ConstraintCheck(table.name, kind, text, Status.HOLDS, 0, seen.rows)
        else:
            yield _checked(connection, table, asked, seen.rows)


def _unchecked(table: Table, kind: str, text: str, reason: str) -> ConstraintCheck:
    return ConstraintCheck(table.name, kind, text, Status.UNCHECKED, reason=reason)


def _checked(connection: duck.Connection, table: Table, asked: _Asked, of: int) -> ConstraintCheck:
    try:
        ((count,),) = duck.rows(connection, asked.count)
        found = duck.rows(connection, f"{asked.examples} ORDER BY ALL LIMIT {EXAMPLES}") if count else []
    except EngineError as error:
        return _unchecked(table, asked.kind, asked.text, f"DuckDB cannot evaluate it: {error}")
    status = Status.VIOLATED if count else Status.HOLDS
    examples = tuple(", ".join("NULL" if value is None else str(value) for value in row)[:_SHOWN] for row in found)
    return ConstraintCheck(table.name, asked.kind, asked.text, status, int(count or 0), of, examples, asked.reason)


def _asked(table: Table, rows: Mapping[str, Rows]) -> Iterator[tuple[str, str, Sequence[str], _Asked | str]]:
    """Yield kind, text and columns of every constraint, with what to ask or why nothing can be."""
    own = rows[table.name]
    if table.primary_key:
        yield "primary key", _listed(table.primary_key), table.primary_key, _unique(own, "primary key", table.primary_key)
    for key in table.unique_keys:
        yield "unique key", _listed(key), key, _unique(own, "unique key", key)
    for foreign in table.foreign_keys:
        text = f"{_listed(foreign.columns)} → {foreign.referenced_table} ({_listed(foreign.referenced_columns)})"
        yield "foreign key", text, foreign.columns, _orphans(own, foreign, rows, text)
    required = [column.name for column in table.columns if not column.nullable and column.name not in table.primary_key]
    for name in required:
        yield "not null", name, (name,), _nulls(own, name)
    for check in table.checks:
        yield "check", check.name or check.sql, (), _check(own, check)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _columns(names: Sequence[str], before: str = "") -> str:
    return ", ".join(f"{before}{duck.quote(name)}" for name in names)


def _unique(rows: Rows, kind: str, key: Sequence[str]) -> _Asked:
    """A primary key may hold no NULL; in a unique key rows with a NULL equal no other row."""
    names = _columns(key)
    absent = " OR ".join(f"{duck.quote(name)} IS NULL" for name in key)
    groups = f"(SELECT {names}, count(*) AS n FROM {rows.typed} WHERE NOT ({absent}) GROUP BY ALL HAVING count(*) > 1)"
    nulls = f" + (SELECT count(*) FROM {rows.typed} WHERE {absent})" if kind == "primary key" else ""
    also = f" UNION SELECT {names} FROM {rows.typed} WHERE {absent}" if kind == "primary key" else ""
    return _Asked(
        kind,
        _listed(key),
        f"SELECT (SELECT coalesce(sum(n - 1), 0) FROM {groups}){nulls}",
        f"SELECT * FROM (SELECT {names} FROM {groups}{also})",
        "rows beyond the first of each key" + (", and rows with NULL" if nulls else ""),
    )


def _orphans(rows: Rows, key: ForeignKey, others: Mapping[str, Rows], text: str) -> _Asked | str:
    parent = others.get(key.referenced_table)
    if parent is None:
        return f"there are no data of {key.referenced_table}"
    if not parent.has(*key.referenced_columns):
        return f"the data of {key.referenced_table} lack a column of the key"
    pairs = zip(key.columns, key.referenced_columns, strict=True)
    equal = " AND ".join(_equal(rows.table.column(child), parent.table.column(up)) for child, up in pairs)
    present = " AND ".join(f"c.{duck.quote(name)} IS NOT NULL" for name in key.columns)
    # DuckDB answers NOT EXISTS over all keys of the child by way of their distinct values, which takes many times as long.
    orphans = f"FROM {rows.typed} AS c ANTI JOIN {parent.typed} AS p ON {equal} WHERE {present}"
    return _Asked("foreign key", text, f"SELECT count(*) {orphans}", f"SELECT DISTINCT {_columns(key.columns, 'c.')} {orphans}")


def _equal(child: Column, parent: Column) -> str:
    """Return the comparison of a pair; a number and a text compare as text, so that a reference by 007 is none to 7."""
    numbers = INTEGERS | FLOATS | {TypeKind.DECIMAL}
    alike = meant_type(child) == meant_type(parent) or {child.type.kind, parent.type.kind} <= numbers
    cast = "" if alike else "::VARCHAR"
    return f"c.{duck.quote(child.name)}{cast} = p.{duck.quote(parent.name)}{cast}"


def _nulls(rows: Rows, name: str) -> _Asked:
    # The stored values decide here: a text that is no number is another finding, not a NULL.
    absent = f"FROM {rows.raw} WHERE {duck.quote(name)} IS NULL"
    return _Asked("not null", name, f"SELECT count(*) {absent}", f"SELECT DISTINCT {_shown(rows, name)} {absent}")


def _shown(rows: Rows, name: str) -> str:
    """Return the columns that tell a row: those of the primary key, or else the one it is about."""
    key = rows.table.primary_key
    return _columns(key if key and rows.has(*key) else (name,))


def _check(rows: Rows, check: Check) -> _Asked | str:
    dialect = rows.table.columns[0].type.dialect
    try:
        with sqlglot_warnings():
            condition = sqlglot.parse_one(check.sql, read=dialect if dialect in DIALECTS else None).sql("duckdb")
    except (SqlglotError, ValueError) as error:
        return f"it is not understood: {duck.first_line(error)}"
    broken = f"FROM {rows.typed} WHERE NOT ({condition})"
    key = rows.table.primary_key
    shown = _columns(key) if key and rows.has(*key) else "*"
    reason = "" if condition == check.sql else f"evaluated as {condition}"
    return _Asked("check", check.name or check.sql, f"SELECT count(*) {broken}", f"SELECT DISTINCT {shown} {broken}", reason)
