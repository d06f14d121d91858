"""Vertica's delimited text: read into fields, converted by DuckDB, with the rows that do not fit set aside."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from standins import sql
from standins.errors import unsupported

if TYPE_CHECKING:
    from standins.vertica_sql import Vertica
    from standins.vertica_statement import Copy

_STAGE = "_standin_stage"
Row = tuple[int, str, list[str | None]]


@dataclass(slots=True)
class Format:
    """How the text is written; defaults are Vertica's."""

    delimiter: str = "|"
    null: str = ""
    escape: str = "\\"
    enclosed: str = ""
    terminator: str = "\n"
    skip: int = 0
    trailing_nulls: bool = False
    enforce_length: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not loaded: its number from 1, its text, and why."""

    row: int
    data: str
    reason: str


def read(text: str, form: Format, width: int) -> tuple[list[Row], list[Rejected]]:
    """Return the rows of ``text`` as fields (None is NULL) with their numbers and texts, and those of a wrong width."""
    rows: list[Row] = []
    bad: list[Rejected] = []
    for number, (line, fields) in enumerate(_lines(text, form), 1):
        if number <= form.skip:
            continue
        if form.trailing_nulls:
            fields.extend([None] * (width - len(fields)))
        if len(fields) != width:
            bad.append(Rejected(number, line, f"Too {'few' if len(fields) < width else 'many'} columns found"))
        else:
            rows.append((number, line, fields))
    return rows, bad


def _lines(text: str, form: Format) -> Iterator[tuple[str, list[str | None]]]:
    special = [mark for mark in (form.escape, form.enclosed) if mark and mark in text]
    if special:
        yield from _scanned(text, form)
        return
    lines = text.split(form.terminator)
    for line in lines[:-1] if lines and not lines[-1] else lines:
        yield line, [None if value == form.null else value for value in line.split(form.delimiter)]


def _scanned(text: str, form: Format) -> Iterator[tuple[str, list[str | None]]]:
    """Read with quotes and escapes; a quoted text is never NULL."""
    escape = re.escape(form.escape) if form.escape else "(?!)"
    delimiter, end = re.escape(form.delimiter), re.escape(form.terminator)
    plain = rf"((?:{escape}.|(?!{delimiter}|{end}|{escape}).)*)"
    quoted = ""
    if form.enclosed:
        mark = re.escape(form.enclosed)
        quoted = rf"{mark}((?:{escape}.|(?!{mark}|{escape}).)*){mark}(?={delimiter}|{end}|\Z)|"
    field = re.compile(f"(?:{quoted or '((?!))|'}{plain})({delimiter}|{end}|\\Z)", re.DOTALL)
    unescape = re.compile(rf"{escape}(.)", re.DOTALL)
    at = start = 0
    fields: list[str | None] = []
    while at < len(text) or fields:
        match = field.match(text, at)
        assert match is not None
        inner, bare, stop = match.groups()
        value = bare if inner is None else inner
        fields.append(None if inner is None and value == form.null else unescape.sub(r"\1", value))
        at = match.end()
        if stop != form.delimiter:
            yield text[start : match.start(3)], fields
            fields, start = [], at
        elif at >= len(text):
            fields.append(None if form.null == "" else "")
            yield text[start:], fields
            return


def stage(session: Vertica, copy: Copy, target: dict[str, str], rows: list[Row]) -> tuple[Callable[[], int], list[Rejected]]:
    """Return what inserts the rows that fit their columns' types and limits, and the rows that do not."""
    if not rows:
        return lambda: 0, []
    names = [f"c{number}" for number in range(len(target))]
    columns = zip(*(fields for _, _, fields in rows), strict=True)
    numbers = pa.array([number for number, _, _ in rows], pa.int64())
    table = pa.table([numbers, *(pa.array(list(column), pa.string()) for column in columns)], names=["r", *names])
    rejected = _unfit(session, copy, target, table, rows)
    if rejected:
        bad = {each.row for each in rejected}
        table = table.filter(pa.array([number not in bad for number, _, _ in rows]))

    def insert() -> int:
        values = ", ".join(_value(copy, column, name, kind) for name, (column, kind) in zip(names, target.items(), strict=True))
        into = f"{sql.quoted(copy.schema)}.{sql.quoted(copy.name)} ({', '.join(map(sql.quoted, target))})"
        with _registered(session, table):
            ((count,),) = session.query(f"INSERT INTO {into} SELECT {values} FROM {_STAGE} ORDER BY r")
        return int(count)

    return insert, rejected


def _value(copy: Copy, column: str, name: str, kind: str) -> str:
    """Return DuckDB's expression for a field; binary columns may have a format of their own."""
    form = copy.formats.get(column.lower(), "")
    if form and (form, kind) != ("hex", "BLOB"):
        raise unsupported(f"the format {form} of a column of type {kind}")
    return f"unhex(regexp_replace({name}, '^0x', ''))" if form else f"CAST({name} AS {kind})"


def _unfit(session: Vertica, copy: Copy, target: dict[str, str], table: pa.Table, rows: list[Row]) -> list[Rejected]:
    design = session.design(copy.schema, copy.name)
    declared = {column["name"].lower(): column for column in design.body["columns"]} if design else {}
    tests: list[tuple[str, str]] = []
    for number, (name, kind) in enumerate(target.items()):
        column = declared.get(name.lower(), {"limit": 0, "not_null": False, "shown": kind})
        # The name stands in a text of DuckDB's, and in a pattern of its function format.
        plain = name.replace("'", "''").replace("{", "{{").replace("}", "}}")
        shown, where = column["shown"].capitalize(), f"column {number + 1} ({plain})"
        if copy.formats.get(name.lower()) == "hex":
            digits = f"NOT regexp_full_match(c{number}, '(0x)?([0-9A-Fa-f]{{2}})*')"
            tests.append((digits, f"format('Invalid hexadecimal digits for {where}')"))
        elif kind != "VARCHAR":
            word = "integer" if column["shown"] == "int" else column["shown"]
            reason = f"format('Invalid {word} format ''{{}}'' for {where}', c{number})"
            tests.append((f"c{number} IS NOT NULL AND TRY_CAST(c{number} AS {kind}) IS NULL", reason))
        if column["limit"]:
            reason = f"format('The {{}}-byte value is too long for type {shown}, {where}', strlen(c{number}))"
            tests.append((f"strlen(c{number}) > {column['limit']}", reason))
        if column["not_null"]:
            tests.append((f"c{number} IS NULL", f"format('Null value in a column that is NOT NULL, {where}')"))
    if not tests:
        return []
    cases = " ".join(f"WHEN {test} THEN {reason}" for test, reason in tests)
    with _registered(session, table):
        found = session.query(f"SELECT r, CASE {cases} END AS f FROM {_STAGE} WHERE f IS NOT NULL ORDER BY r")
    texts = {number: line for number, line, _ in rows} if found else {}
    rejected = [Rejected(row, texts[row], reason) for row, reason in found]
    if any("too long" in each.reason for each in rejected) and not copy.format.enforce_length:
        raise unsupported("cutting texts that are too long, as COPY without ENFORCELENGTH does,")
    return rejected


@contextlib.contextmanager
def _registered(session: Vertica, table: pa.Table) -> Iterator[None]:
    session.duck.register(_STAGE, table)
    try:
        yield
    finally:
        with contextlib.suppress(duckdb.Error):
            session.duck.unregister(_STAGE)
