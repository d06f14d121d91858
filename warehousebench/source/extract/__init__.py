"""Rows out of a live database: in parallel, as of one moment, exactly, and as fast as the source's best path allows."""

from __future__ import annotations

from collections.abc import Sequence

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Table
from warehousebench.source.database import connected, is_database
from warehousebench.source.extract.base import Extraction
from warehousebench.source.extract.generic import GenericExtraction
from warehousebench.source.extract.mysql import MySqlExtraction
from warehousebench.source.extract.postgres import PostgresExtraction

__all__ = ["Extraction", "open_extraction"]


def open_extraction(url: str, schema: str | None, tables: Sequence[Table], connections: int = 3) -> Extraction:
    """Return the extraction of ``tables`` from a database URL or an SQLite file; raises SourceError if it cannot be read.

    All that it reads is as of the moment it was opened, with at most so many sessions at once.  Close it after use.
    """
    if not is_database(url):
        raise SourceError(
            f"{url} is no database. Rows come from a database URL or an SQLite file; data files are loaded with: load"
        )
    with connected(url) as connection:
        name = connection.dialect.name
    if name == "postgresql":
        return PostgresExtraction(url, schema, tables, connections)
    if name in ("mysql", "mariadb"):
        return MySqlExtraction(url, schema, tables, connections)
    return GenericExtraction(url, schema)
