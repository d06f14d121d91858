"""Queries of DuckDB's dialect ─► an engine's, with the same answers, or a refusal that says why.

The rewrites know what DuckDB means and what an engine would take the same words for.  A function that no rule knows is
refused: sqlglot passes on what it does not know, and an answer that looks right is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlglot import Dialect, exp
from sqlglot.errors import ErrorLevel

from warehousebench import duck
from warehousebench.engines.base import Translation
from warehousebench.engines.common import clauses, texts
from warehousebench.engines.common.inference import UNLIMITED, DecimalRules
from warehousebench.engines.common.typed import TypedQuery
from warehousebench.errors import SourceError, UnsupportedError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.workload.dialect import (
    DUCKDB,
    FAILURES,
    NotTranslatedError,
    culprit_of,
    parsed,
    place_in,
    sqlglot_warnings,
    typed_schema,
)
from warehousebench.workload.usage import point_at_catalog, tables_by_name

Rule = Callable[[TypedQuery], None]

# Functions that mean the same everywhere once their arguments and results are what the rules make of them.
COMMON: frozenset[type[exp.Expr]] = frozenset(
    {
        *(exp.And, exp.Or, exp.Case, exp.If, exp.Cast, exp.Coalesce, exp.Nullif, exp.Exists, exp.Grouping),
        *(exp.Sum, exp.Avg, exp.Count, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr),
        *(exp.Stddev, exp.StddevSamp, exp.StddevPop, exp.Variance, exp.VariancePop),
        *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
        *(exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue),
        *(exp.Abs, exp.Sign, exp.Round, exp.Floor, exp.Ceil, exp.Sqrt, exp.Exp, exp.Ln, exp.Pow, exp.Greatest, exp.Least),
        *(exp.Upper, exp.Lower, exp.Length, exp.Substring, exp.Trim, exp.Replace, exp.Concat, exp.StrPosition),
        *(exp.Left, exp.Right, exp.Extract, exp.TimestampTrunc, exp.DateDiff, exp.DateAdd, exp.DateSub, exp.StrToTime),
        exp.CountIf,
    }
)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Grammar:
    """An engine's SQL: sqlglot's dialect for it, its names, its decimals, the rewrites in order and what they cannot help.

    ``shapes`` are rewrites into what is DuckDB's dialect still; types are found again after them, before the ``rules``.
    ``refused`` gives a reason by the kind of node.  ``reserved`` are words to quote beyond those of sqlglot's tokenizer.
    """

    product: str
    dialect: str | type[Dialect]
    shapes: tuple[Rule, ...]
    rules: tuple[Rule, ...]
    functions: frozenset[type[exp.Expr]] = COMMON
    refused: Mapping[type[exp.Expr], str] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    decimals: DecimalRules = UNLIMITED


def translate(sql: str, catalog: Catalog, grammar: Grammar) -> Translation:
    """Return ``sql`` (DuckDB's dialect, names of ``catalog``) as the engine writes it; raises UnsupportedError."""
    with sqlglot_warnings():
        query = _resolved(sql, catalog, grammar)
        texts.named_parts(query)
        clauses.any_values(query)
        _refuse(query, grammar)
        for rule in grammar.shapes:
            rule(query)
        query.resolve()
        for rule in grammar.rules:
            rule(query)
        _name(query.tree, query.tables, grammar)
        return Translation(_written(query, grammar), tuple(query.notes))


def _resolved(sql: str, catalog: Catalog, grammar: Grammar) -> TypedQuery:
    try:
        tree = _with_one_truncation(parsed(sql, DUCKDB))
        tables = tables_by_name(catalog)
        point_at_catalog(tree, tables)
    except NotTranslatedError as error:
        place = place_in(sql, error.offset).removeprefix(", ")
        raise UnsupportedError(f"not translated for {grammar.product}: {place + ': ' if place else ''}{error}") from error
    except (SourceError, *FAILURES) as error:
        raise UnsupportedError(f"not translated for {grammar.product}: {duck.first_line(error)}") from error
    query = TypedQuery(sql, tree, tables, typed_schema(catalog), grammar.product, grammar.decimals)
    clauses.checked_joins(query)
    query.resolve()
    return query


def _with_one_truncation(tree: exp.Query) -> exp.Query:
    """Write date_trunc one way: the parser takes it for another function where it sees that a date is cut."""
    for node in list(tree.find_all(exp.DateTrunc)):
        node.replace(exp.TimestampTrunc(this=node.this, unit=exp.var(node.args["unit"].name)))
    return tree


def _refuse(query: TypedQuery, grammar: Grammar) -> None:
    """Raise UnsupportedError for what has no translation that keeps the answer."""
    for node in query.tree.walk():
        reason = next((grammar.refused[kind] for kind in type(node).__mro__ if kind in grammar.refused), None)
        if reason:
            raise query.refusal(node, reason)
        if isinstance(node, exp.Anonymous):
            _judge_unknown(query, node)
        elif isinstance(node, exp.Func) and type(node) not in grammar.functions:
            raise query.refusal(node, f"no translation of {node.sql_name().lower()}() is known to keep the answer")


def _judge_unknown(query: TypedQuery, call: exp.Anonymous) -> None:
    """Let a function pass that DuckDB does not bring itself: it is the user's own, to be created on the engine."""
    if call.name.lower() in _builtin():
        raise query.refusal(call, f"no translation of {call.name.lower()}() is known to keep the answer")
    query.note(call, f"{call.name}() is a function of your own: it has to exist on {query.product}, with the same results")


@lru_cache
def _builtin() -> frozenset[str]:
    with duck.opened() as connection:
        return frozenset(name.lower() for (name,) in duck.rows(connection, "SELECT DISTINCT function_name FROM duckdb_functions()"))


def _name(tree: exp.Query, tables: Mapping[str, Table], grammar: Grammar) -> None:
    """Spell each name as the catalog does, the others in lower case; quote those that are not plain."""
    words = {word.lower() for word in Dialect.get_or_raise(grammar.dialect).tokenizer_class.KEYWORDS} | grammar.reserved
    stored = [table.name for table in tables.values()] + [column.name for table in tables.values() for column in table.columns]
    spelled: dict[str, str] = {}
    for name in stored:
        # Two spellings of one name: the engines that care for case were given the one in lower case only if both are.
        spelled[name.lower()] = name if spelled.get(name.lower(), name) == name else name.lower()
    for identifier in tree.find_all(exp.Identifier):
        name = spelled.get(identifier.name.lower(), identifier.name.lower())
        identifier.set("this", name)
        identifier.set("quoted", not _PLAIN.fullmatch(name) or name in words)


def _written(query: TypedQuery, grammar: Grammar) -> str:
    try:
        return query.tree.sql(grammar.dialect, pretty=True, unsupported_level=ErrorLevel.RAISE)
    except FAILURES as error:
        raise query.refusal(culprit_of(query.tree, grammar.dialect), duck.first_line(error)) from error
