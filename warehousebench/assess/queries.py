"""Queries and views on one product: translated as they are, with notes, or not."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.errors import UnsupportedError
from warehousebench.model.assessment import Outcome, QueryOutcome
from warehousebench.model.catalog import Catalog
from warehousebench.workload.dialect import DIALECTS, to_duckdb
from warehousebench.workload.suite import SuiteQuery

_CLOCKS: Mapping[type[exp.Expr], str] = {
    exp.CurrentDate: "DATE",
    exp.CurrentTimestamp: "TIMESTAMP",
    exp.Localtimestamp: "TIMESTAMP",
}
_OWN = "a text of its own is given for this product"


def query_outcome(query: SuiteQuery, catalog: Catalog, product: Counterparts, engine: str = "") -> QueryOutcome:
    """Return how a query in DuckDB's dialect gets to the product; a text that the user wrote for ``engine`` is taken as it is."""
    if engine in query.overrides:
        return QueryOutcome(query.name, Outcome.CHANGED, (_OWN,), query.overrides[engine])
    try:
        translation = product.translate(query.sql, catalog)
    except UnsupportedError as error:
        return _without_clock(query, catalog, product) or QueryOutcome(query.name, Outcome.BY_HAND, (str(error),))
    kept = Outcome.CHANGED if translation.notes else Outcome.AS_IS
    return QueryOutcome(query.name, kept, translation.notes, translation.sql)


def _without_clock(query: SuiteQuery, catalog: Catalog, product: Counterparts) -> QueryOutcome | None:
    """Return the outcome of a query that is refused for nothing but asking for the time; None for any other.

    A run cannot compare such answers, and refuses them; a product has the time all the same.
    """
    tree = sqlglot.parse_one(query.sql, read="duckdb")
    clocks = [node for node in tree.walk() if type(node) in _CLOCKS]
    for node in clocks:
        node.replace(exp.cast(exp.Literal.string("2000-01-01 00:00:00"), _CLOCKS[type(node)]))
    if not clocks:
        return None
    try:
        notes = product.translate(tree.sql("duckdb"), catalog).notes
    except UnsupportedError:
        return None
    return QueryOutcome(query.name, Outcome.CHANGED, ("it asks for the time, which the translation leaves to you", *notes))


def view_queries(catalog: Catalog) -> Mapping[str, SuiteQuery | str]:
    """Return every view's query in DuckDB's dialect, or why it has none."""
    dialect = source_dialect(catalog)
    if dialect not in DIALECTS:
        reason = f"views in the dialect of {dialect or 'an unknown source'} are not translated"
        return {view.name: reason for view in catalog.views}
    found: dict[str, SuiteQuery | str] = {}
    for view in catalog.views:
        translated, findings = to_duckdb([SuiteQuery(view.name, view.sql)], dialect, catalog)
        if translated and not findings:
            found[view.name] = translated[0]
        else:
            told = (finding.removeprefix(view.name).lstrip(":, ") for finding in findings)
            found[view.name] = "; ".join(told) or "its query is not understood"
    return found


def source_dialect(catalog: Catalog) -> str:
    """Return the dialect that the columns were declared in, empty if they do not say."""
    return next((column.type.dialect for table in catalog for column in table.columns if column.type.dialect), "")


def view_outcome(name: str, query: SuiteQuery | str, catalog: Catalog, product: Counterparts) -> QueryOutcome:
    """Return how a view's query gets to the product; one with a doubt on its way here is written by hand."""
    if isinstance(query, str):
        return QueryOutcome(name, Outcome.BY_HAND, (query,))
    return query_outcome(query, catalog, product)
