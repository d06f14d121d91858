"""Queries and views on one product: translated as they are, with notes, or not."""

from __future__ import annotations

from collections.abc import Mapping

from warehousebench.engines.common.counterparts import Counterparts
from warehousebench.errors import UnsupportedError
from warehousebench.model.assessment import Outcome, QueryOutcome
from warehousebench.model.catalog import Catalog
from warehousebench.workload.dialect import DIALECTS, to_duckdb
from warehousebench.workload.suite import SuiteQuery

_OWN = "a text of its own is given for this product"


def query_outcome(query: SuiteQuery, catalog: Catalog, product: Counterparts, engine: str = "") -> QueryOutcome:
    """Return how a query in DuckDB's dialect gets to the product; a text that the user wrote for ``engine`` is taken as it is."""
    if engine in query.overrides:
        return QueryOutcome(query.name, Outcome.CHANGED, (_OWN,), query.overrides[engine])
    try:
        translation = product.translate(query.sql, catalog)
    except UnsupportedError as error:
        return QueryOutcome(query.name, Outcome.BY_HAND, (str(error),))
    kept = Outcome.CHANGED if translation.notes else Outcome.AS_IS
    return QueryOutcome(query.name, kept, translation.notes, translation.sql)


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
            told = (finding.removeprefix(view.name).removeprefix(": ") for finding in findings)
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
