"""Queries of another product ─► DuckDB's dialect, with the same answers, or a finding that says where and why not."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlglot import Dialect, exp
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.schema import MappingSchema

from warehousebench import duck
from warehousebench.errors import EngineError, SourceError, UsageError
from warehousebench.model.catalog import Catalog, DataType, Table, TypeKind
from warehousebench.workload.rewrites import Twins, compares_text, keep_answers, typed_twins
from warehousebench.workload.suite import SuiteQuery
from warehousebench.workload.usage import point_at_catalog, tables_by_name

DUCKDB = "duckdb"
DIALECTS = (DUCKDB, "mysql", "oracle", "postgres", "redshift", "snowflake", "spark", "sqlite", "tsql", "vertica")

# Text is compared without case there by default: the MySQL manual, "Case Sensitivity in String Searches", and the
# default collation of a SQL Server in the United States, SQL_Latin1_General_CP1_CI_AS.
_CASELESS = frozenset({"mysql", "tsql"})
_ORACLE_PSEUDOCOLUMNS = frozenset({"ROWNUM", "ROWID", "LEVEL"})
# What sqlglot raises on trees that one of its generators was not written for.
FAILURES = (SqlglotError, ValueError, TypeError, AttributeError, KeyError, NotImplementedError, RecursionError)

_TYPES: Mapping[TypeKind, str] = {
    TypeKind.REAL: "FLOAT",
    TypeKind.CHAR: "VARCHAR",
    TypeKind.TEXT: "VARCHAR",
    TypeKind.BINARY: "BLOB",
}


@dataclass(frozen=True, slots=True)
class _Target:
    """Where queries are translated from, and the schema they are for: by name, for sqlglot, and in an empty DuckDB."""

    dialect: str
    tables: Mapping[str, Table]
    schema: MappingSchema
    empty: duck.Connection


class NotTranslatedError(Exception):
    """A query without a translation: ``offset`` is where in its text, from 0, if that is known."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason)
        self.offset = offset


def to_duckdb(queries: Sequence[SuiteQuery], dialect: str, catalog: Catalog) -> tuple[tuple[SuiteQuery, ...], tuple[str, ...]]:
    """Return the translated queries, and findings: queries left out, and places where an answer may differ.

    Types come from ``catalog``.  A query with names that are not in it is translated all the same: the analysis names
    them.  Raises UsageError for an unknown dialect.
    """
    check_dialect(dialect)
    if dialect == DUCKDB:
        return tuple(queries), ()
    translated: list[SuiteQuery] = []
    findings: list[str] = []
    caseless: list[str] = []
    with duck.opened() as empty:
        target = _target(dialect, catalog, empty)
        for query in queries:
            try:
                with sqlglot_warnings() as warnings:
                    sql, notes, text = _translate(query.sql, target)
            except NotTranslatedError as error:
                findings.append(f"{query.name}{place_in(query.sql, error.offset)}: {error}; left out")
                continue
            translated.append(replace(query, sql=sql))
            findings += [f"{query.name}{note}" for note in notes] + [f"{query.name}: {warning}" for warning in warnings]
            caseless += [query.name] if text and dialect in _CASELESS else []
    if caseless:
        findings.append(f"{dialect} takes no notice of letter case by default, DuckDB does: look at {', '.join(caseless)}")
    return tuple(translated), tuple(findings)


def check_dialect(dialect: str) -> None:
    """Raise UsageError if queries in ``dialect`` cannot be translated here."""
    if dialect not in DIALECTS:
        raise UsageError(f"the SQL dialect {dialect} is not known. Choose one of: {', '.join(DIALECTS)}")
    if Dialect.get(dialect) is None:
        raise UsageError(f"queries in {dialect} need one more package. Run: pip install vertica-sqlglot-dialect")


def _target(dialect: str, catalog: Catalog, empty: duck.Connection) -> _Target:
    for table in catalog:
        # The empty table needs a type to exist at all, also where the catalog says "other".
        types = [f"{duck.quote(column.name)} {_duckdb_type(column.type) or 'VARCHAR'}" for column in table.columns]
        if types:
            duck.run(empty, f"CREATE TABLE {duck.quote(table.name)} ({', '.join(types)})")
    return _Target(dialect, tables_by_name(catalog), typed_schema(catalog), empty)


def typed_schema(catalog: Catalog) -> MappingSchema:
    """Return the tables for sqlglot: names in lower case, columns with DuckDB's types, unknown where the catalog says "other"."""
    columns: dict[str, object] = {
        table.name.lower(): {column.name.lower(): _duckdb_type(column.type) or "UNKNOWN" for column in table.columns}
        for table in catalog
    }
    return MappingSchema(columns, dialect=DUCKDB, normalize=False)


def _duckdb_type(type_: DataType) -> str | None:
    if type_.kind is TypeKind.OTHER:
        return None
    if type_.kind is not TypeKind.DECIMAL:
        return _TYPES.get(type_.kind, type_.kind.value.upper())
    precision, scale = type_.precision or 38, type_.scale if type_.scale is not None else 0 if type_.precision else 10
    return f"DECIMAL({precision}, {scale})" if 0 <= scale <= precision <= 38 else "DOUBLE"


def _translate(sql: str, target: _Target) -> tuple[str, list[str], bool]:
    """Return the query in DuckDB's dialect, notes with their places, and whether it compares text."""
    tree = parsed(sql, target.dialect)
    twins = _resolved(tree, target)
    notes = keep_answers(tree, target.schema, target.dialect)
    text = _generated(tree)
    _check_bound(sql, text, twins, target)
    return text, [f"{place_in(sql, offset_of(node))}: {reason}" for node, reason in notes], compares_text(tree)


def parsed(sql: str, dialect: str) -> exp.Query:
    """Return the one query in ``sql``; raises NotTranslatedError with the place of what is not understood."""
    try:
        trees = [tree for tree in Dialect.get_or_raise(dialect).parse(sql) if tree is not None]
    except ParseError as error:
        raise NotTranslatedError(*_parse_failure(sql, error)) from error
    except FAILURES as error:
        raise NotTranslatedError(f"not understood as {dialect}: {duck.first_line(error)}", 0) from error
    if len(trees) != 1:
        raise NotTranslatedError(f"{len(trees)} statements: give one query at a time", 0)
    if not isinstance(trees[0], exp.Query) or trees[0].args.get("into"):
        raise NotTranslatedError("not a query: only SELECT statements are translated", 0)
    if dialect == "oracle":
        _refuse_pseudocolumns(trees[0])
    return trees[0]


def _parse_failure(sql: str, error: ParseError) -> tuple[str, int | None]:
    first = error.errors[0] if error.errors else {}
    description = str(first.get("description") or duck.first_line(error))
    # sqlglot's own class names mean nothing to whoever wrote the query.
    reason = "an expression is missing here" if "<class" in description else description.rstrip(".")
    if not first:
        return reason, 0
    lines = sql.split("\n")
    before = sum(len(line) + 1 for line in lines[: first["line"] - 1])
    return f"{reason}, near {first['highlight']!r}", before + first["col"] - len(first["highlight"])


def _refuse_pseudocolumns(tree: exp.Query) -> None:
    for column in tree.find_all(exp.Column):
        if column.name.upper() in _ORACLE_PSEUDOCOLUMNS:
            raise NotTranslatedError(
                f"DuckDB has no {column.name.upper()}; write it another way, as FETCH FIRST", offset_of(column)
            )


def _resolved(tree: exp.Query, target: _Target) -> Twins:
    """Point ``tree`` at the catalog's tables and return its typed nodes; none if names are unknown."""
    try:
        point_at_catalog(tree, target.tables)
    except (SourceError, *FAILURES):
        return {}
    for column in tree.find_all(exp.Column):
        column.set("db", None)
        column.set("catalog", None)
    return typed_twins(tree, target.schema, target.dialect)


def _generated(tree: exp.Expr) -> str:
    try:
        return tree.sql(DUCKDB, pretty=True, unsupported_level=ErrorLevel.RAISE)
    except FAILURES as error:
        raise NotTranslatedError(f"DuckDB cannot do this: {duck.first_line(error)}", offset_of(culprit_of(tree))) from error


def culprit_of(tree: exp.Expr, dialect: str | type[Dialect] = DUCKDB) -> exp.Expr:
    """Return the smallest part of ``tree`` that cannot be written in ``dialect`` on its own."""
    for child in tree.iter_expressions():
        try:
            child.sql(dialect, unsupported_level=ErrorLevel.RAISE)
        except FAILURES:
            return culprit_of(child, dialect)
    return tree


def _check_bound(sql: str, translated: str, twins: Twins, target: _Target) -> None:
    """Let DuckDB bind the translation to empty tables, for sqlglot passes on what it does not know."""
    ((answer,),) = duck.rows(target.empty, f"SELECT json_serialize_plan({duck.text(translated)})")
    told = json.loads(answer)
    kind = told.get("error_type")
    # Without all names and types, only its grammar and its functions can be relied upon.
    known = kind == "parser" or (kind == "catalog" and told.get("type") != "Table")
    if told.get("error") and (known or (twins and not _has_untyped_columns(twins))):
        reason = duck.first_line(EngineError(told.get("error_message", "no reason given")))
        raise NotTranslatedError(f"DuckDB cannot do this: {reason}", _place_of_word(sql, translated, told, reason))


def _has_untyped_columns(twins: Twins) -> bool:
    columns = (node for node in twins.values() if isinstance(node, exp.Column))
    return any(column.type is None or column.type.this == exp.DataType.Type.UNKNOWN for column in columns)


def _place_of_word(sql: str, translated: str, told: Mapping[str, str], reason: str) -> int | None:
    """Return where the word DuckDB objects to stands in the author's text: its n-th place there is its n-th here."""
    quoted = re.findall(r'"([^"]+)"', reason)
    word = told.get("name") or (quoted[-1] if quoted else "")
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    position = int(told.get("position") or 0)
    number = sum(1 for match in pattern.finditer(translated) if match.start() < position)
    places = [match.start() for match in pattern.finditer(sql)] if word else []
    return places[number] if number < len(places) else None


def offset_of(node: exp.Expr) -> int | None:
    """Return where ``node`` begins in the text it was parsed from, from 0, if that is known."""
    return min((inner.meta["start"] for inner in node.walk() if "start" in inner.meta), default=None)


def place_in(sql: str, offset: int | None) -> str:
    """Return ``, line 2, column 8`` (from 1), or nothing if the place is not known."""
    if offset is None:
        return ""
    before = sql[:offset]
    return f", line {before.count(chr(10)) + 1}, column {offset - before.rfind(chr(10))}"


@contextmanager
def sqlglot_warnings() -> Iterator[list[str]]:
    """Collect what sqlglot logs, which would otherwise go to the terminal; each message once, first line only."""
    logger = logging.getLogger("sqlglot")
    heard: list[str] = []

    def hear(record: logging.LogRecord) -> bool:
        heard.extend({record.getMessage().split("\n", 1)[0]} - set(heard))
        return False

    logger.addFilter(hear)
    try:
        yield heard
    finally:
        logger.removeFilter(hear)
