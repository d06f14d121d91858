"""A table's check as DuckDB computes it, on loaded tables and on the files of the source."""

from __future__ import annotations

from warehousebench import duck
from warehousebench.engines.common.checks import Folds, check_statement, in_parts, readings
from warehousebench.model.catalog import Table

FOLDS = Folds(
    quote=duck.quote,
    octets="strlen({})",
    digest="CAST('0x' || left(md5({}), 8) AS BIGINT)",
    hex="lower(hex({}))",
    uuid="lower(CAST({} AS VARCHAR))",
    days="date_diff('day', DATE '1970-01-01', {})",
    micros="epoch_us({})",
    micros_zoned="epoch_us({})",
    micros_of_day="epoch_us({})",
)


def check(connection: duck.Connection, table: Table, relation: str) -> dict[str, str]:
    """Return the aggregates of ``relation``, a FROM expression with the columns of ``table``; raises EngineError."""
    found: dict[str, str] = {}
    for part in in_parts(table):
        labels, sql = check_statement(part, relation, FOLDS)
        (row,) = duck.rows(connection, sql)
        found |= readings(labels, row)
    return found
