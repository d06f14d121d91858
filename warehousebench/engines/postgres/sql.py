"""DuckDB's queries in PostgreSQL's dialect."""

from __future__ import annotations

from warehousebench.engines.base import Translation
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import Catalog


def translate(sql: str, catalog: Catalog) -> Translation:  # noqa: ARG001
    """Return ``sql`` for PostgreSQL; raises UnsupportedError for what it has no words for."""
    import sqlglot
    from sqlglot.errors import ErrorLevel, SqlglotError

    try:
        return Translation(sqlglot.transpile(sql, read="duckdb", write="postgres", unsupported_level=ErrorLevel.RAISE)[0])
    except SqlglotError as error:
        raise UnsupportedError(f"PostgreSQL has no words for this: {str(error).splitlines()[0]}") from error
