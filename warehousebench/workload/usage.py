"""Queries + Catalog ─► Workload: which columns each query filters, joins, groups, orders and reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import product
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope, walk_in_scope
from sqlglot.schema import MappingSchema

from warehousebench.duck import first_line
from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.workload import ColumnUse, Join, Query, Role, Workload
from warehousebench.workload.lineage import Origin, definitions, origins
from warehousebench.workload.predicates import restrictions
from warehousebench.workload.suite import SuiteQuery

DIALECT = "duckdb"

# How sqlglot says that a column is nowhere.
_UNRESOLVED = re.compile(r"(?:Unknown column: |Column ')([^']+)")

# What may stand between a column and the GROUP BY or ORDER BY it is a key of.
_WRAPPERS = (exp.Paren, exp.Tuple, exp.Rollup, exp.Cube, exp.GroupingSets)


@dataclass(slots=True)
class _Tally:
    """Places counted so far, by the names of the qualified query; ``claimed`` are the columns already counted."""

    uses: Counter[tuple[str, str, Role]] = field(default_factory=Counter)
    joins: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    claimed: set[int] = field(default_factory=set)

    def use(self, column: exp.Column, role: Role, found: Sequence[Origin]) -> None:
        """Count ``column`` once in ``role`` for each stored column it stands for."""
        self.claimed.add(id(column))
        self.uses.update({(origin.table, origin.column, role) for origin in found})


def analyse(queries: Sequence[SuiteQuery], catalog: Catalog, source: str) -> Workload:
    """Return the workload of ``queries`` over ``catalog``; ``source`` says where the queries are from.

    Names are matched without case, as DuckDB does, and reported as the catalog spells them.  A query that cannot be
    parsed or resolved keeps its place and carries the reason as its finding.
    """
    tables = tables_by_name(catalog)
    return Workload(tuple(_query(query, tables) for query in queries), source)


def _query(query: SuiteQuery, tables: Mapping[str, Table]) -> Query:
    try:
        tally = _tally(query.sql, tables)
    except (SqlglotError, SourceError, RecursionError) as error:
        return Query(query.name, query.sql, query.weight, finding=_reason(error, tables))
    return Query(query.name, query.sql, query.weight, _column_uses(tally, tables), _joins(tally, tables))


def tables_by_name(catalog: Catalog) -> dict[str, Table]:
    """Return the tables by their names in lower case; raises SourceError if two names differ in case only."""
    tables = {table.name.lower(): table for table in catalog}
    if len(tables) < len(catalog.tables):
        raise SourceError("the catalog has tables whose names differ only in case. Rename one: queries cannot tell them apart")
    return tables


def qualified(sql: str, tables: Mapping[str, Table]) -> exp.Query:
    """Return a query of DuckDB's dialect with every column bound to its source; ``tables`` are by name in lower case.

    Raises SourceError, or sqlglot's own error, for what cannot be read.
    """
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    if not isinstance(tree, exp.Query):
        raise SourceError("not a query: only SELECT statements are analysed")
    point_at_catalog(tree, tables)
    columns: dict[str, object] = {
        key: {column.name.lower(): "unknown" for column in table.columns} for key, table in tables.items()
    }
    # normalize=False: the keys are in lower case already, and one with a dot in it is a name, not a path.
    schema = MappingSchema(columns, dialect=DIALECT, normalize=False)
    return qualify(tree, schema=schema, dialect=DIALECT, quote_identifiers=False)


def _tally(sql: str, tables: Mapping[str, Table]) -> _Tally:
    tree = qualified(sql, tables)
    tally = _Tally()
    for scope in traverse_scope(tree):
        _count_conditions(scope, tally)
        _count_the_rest(scope, tally)
    return tally


def _reason(error: Exception, tables: Mapping[str, Table]) -> str:
    """Return why a query is not analysed; for a column that no table has, with the names that come close."""
    message = first_line(error)
    told = _UNRESOLVED.match(message)
    columns = {column.name.lower(): column.name for table in tables.values() for column in table.columns}
    return _unknown("column", told[1], columns.values()) if told and told[1].lower() not in columns else message


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name.lower(), sorted({other.lower() for other in known}), n=1)
    spelled = sorted(other for other in known if other.lower() in close)
    return f"unknown {what} {name}; " + (f"did you mean {spelled[0]}?" if spelled else "nothing in the catalog is called like it")


def point_at_catalog(tree: exp.Query, tables: Mapping[str, Table]) -> None:
    """Give each stored table of ``tree`` the key of its catalog entry as its name, and its old name as an alias.

    Raises SourceError for a table that the catalog does not have.
    """
    stored = [source for scope in traverse_scope(tree) for source in scope.sources.values() if isinstance(source, exp.Table)]
    for table in {id(table): table for table in stored if isinstance(table.this, exp.Identifier)}.values():
        key = _catalog_key(".".join(part.name for part in table.parts), tables)
        if not table.db and table.name.lower() == key:
            continue
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
        table.set("this", exp.to_identifier(key, quoted=True))
        table.set("db", None)
        table.set("catalog", None)


def _catalog_key(name: str, tables: Mapping[str, Table]) -> str:
    """Return the key of table ``name``, whichever of query and catalog names the schema."""
    wanted = name.lower()
    if wanted in tables:
        return wanted
    fits = [key for key in tables if key.endswith(f".{wanted}") or wanted.endswith(f".{key}")]
    if len(fits) != 1:
        known = [table.name for table in tables.values()]
        raise SourceError(f"table {name} is in the catalog more than once" if fits else _unknown("table", name, known))
    return fits[0]


def _count_conditions(scope: Scope, tally: _Tally) -> None:
    for condition in _conditions(scope):
        for restriction in restrictions(condition):
            found = [origins(column, scope) for column in restriction.columns]
            if restriction.role is Role.JOIN and not _count_joins(found[0], found[1], tally):
                continue
            for column, stored in zip(restriction.columns, found, strict=True):
                tally.use(column, restriction.role, stored)
    for member in _own(scope, exp.In):
        if member.args.get("query"):
            _count_membership(member, scope, tally)


def _conditions(scope: Scope) -> Iterator[exp.Expr]:
    """Yield the conditions on rows: WHERE, HAVING, QUALIFY and each ON; never those inside CASE or FILTER."""
    for clause in _own(scope, exp.Where, exp.Having, exp.Qualify):
        if clause.parent is scope.expression:
            yield clause.this
    for join in _own(scope, exp.Join):
        if join.args.get("on"):
            yield join.args["on"]


def _count_membership(member: exp.In, scope: Scope, tally: _Tally) -> None:
    """Count ``column IN (SELECT column …)``, negated or not, as a join: the engine runs it as a semi or anti join."""
    left = member.this.unnest()
    columns = left.expressions if isinstance(left, exp.Tuple) else [left]
    query = member.args["query"].unnest()
    inner = next(inner for inner in scope.subquery_scopes if inner.expression is query)
    for position, column in enumerate(columns):
        if not isinstance(column, exp.Column):
            continue
        outside = origins(column, scope)
        inside = _output_origins(inner, position)
        if _count_joins(outside, inside, tally):
            tally.use(column, Role.JOIN, outside)
            tally.uses.update({(origin.table, origin.column, Role.JOIN) for origin in inside})


def _output_origins(scope: Scope, position: int) -> tuple[Origin, ...]:
    found = ((expression.unnest(), inner) for expression, inner in definitions(scope, position))
    return tuple(origin for node, inner in found if isinstance(node, exp.Column) for origin in origins(node, inner))


def _count_joins(left: Sequence[Origin], right: Sequence[Origin], tally: _Tally) -> bool:
    """Count the pairs that join two instances of tables, and tell whether there was one."""
    pairs = [(one, other) for one, other in product(left, right) if one.path != other.path]
    ends = [sorted((origin.table, origin.column) for origin in pair) for pair in pairs]
    tally.joins.update({(*first, *second) for first, second in ends})
    return bool(pairs)


def _count_the_rest(scope: Scope, tally: _Tally) -> None:
    """Count the keys of groups, orders and windows; whatever no clause claims is just read."""
    select = scope.expression
    passed_on = {id(projection.unalias()) for projection in select.selects} if isinstance(select, exp.Select) else set()
    for column in _own(scope, exp.Column):
        if id(column) in passed_on:
            for role in _roles_of_output(scope):
                tally.use(column, role, origins(column, scope))
        elif id(column) not in tally.claimed:
            tally.use(column, _role_of_place(column), origins(column, scope))


def _roles_of_output(scope: Scope) -> Iterator[Role]:
    """Yield the roles of a column that a SELECT hands out unchanged.

    One that only hands it to a surrounding query does not use it: its use is counted where that query does.
    """
    if _is_result(scope):
        yield Role.OUTPUT
    distinct, group, order = (scope.expression.args.get(key) for key in ("distinct", "group", "order"))
    if (distinct and not distinct.args.get("on")) or (group and group.args.get("all")):
        yield Role.GROUP
    if order and order.expressions[0].this.name.upper() == "ALL" and isinstance(order.expressions[0].this, exp.Var):
        yield Role.ORDER


def _is_result(scope: Scope) -> bool:
    """Tell whether the scope's rows are an answer or a scalar value, not the input of another FROM, IN or EXISTS."""
    node: exp.Expr = scope.expression
    while isinstance(node.parent, (exp.Subquery, exp.SetOperation)):
        node = node.parent
    return not isinstance(node.parent, (exp.From, exp.Join, exp.Lateral, exp.CTE, exp.In, exp.Exists))


def _role_of_place(column: exp.Column) -> Role:
    """Return the role of a column by the clause it stands in; inside an expression it is merely read."""
    if column.arg_key == "partition_by":
        return Role.GROUP
    node = column.parent
    while isinstance(node, _WRAPPERS):
        node = node.parent
    if isinstance(node, (exp.Group, exp.Distinct)) and not isinstance(node.parent, exp.AggFunc):
        return Role.GROUP
    if isinstance(node, exp.Ordered) and isinstance(node.parent, exp.Order) and not _orders_within(node.parent):
        return Role.ORDER
    return Role.OUTPUT


def _orders_within(order: exp.Order) -> bool:
    """Tell whether an ORDER BY belongs to an aggregate, such as string_agg, not to rows or a window."""
    return not isinstance(order.parent, (exp.Query, exp.Window))


def _own(scope: Scope, *kinds: type[exp.Expr]) -> Iterator[Any]:
    """Yield the nodes of ``kinds`` in the scope itself, in the order of the text."""
    return (node for node in walk_in_scope(scope.expression) if isinstance(node, kinds))


def _column_uses(tally: _Tally, tables: Mapping[str, Table]) -> tuple[ColumnUse, ...]:
    spelled = ((*_spelling(tables, table, column), role, count) for (table, column, role), count in tally.uses.items())
    return tuple(ColumnUse(*use) for use in sorted(spelled))


def _joins(tally: _Tally, tables: Mapping[str, Table]) -> tuple[Join, ...]:
    spelled = (
        (*_spelling(tables, left, left_column), *_spelling(tables, right, right_column), count)
        for (left, left_column, right, right_column), count in tally.joins.items()
    )
    return tuple(Join(*join) for join in sorted(spelled))


def _spelling(tables: Mapping[str, Table], table: str, column: str) -> tuple[str, str]:
    found = tables[table]
    return found.name, next(known.name for known in found.columns if known.name.lower() == column)
