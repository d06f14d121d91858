"""A source's own aggregates of a table, to hold what came out of it against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from warehousebench import duck
from warehousebench.engines.common.checks import ROWS, Folds, check_statement, in_parts, readings
from warehousebench.engines.duckdb.checks import check
from warehousebench.engines.postgres.store import FOLDS as POSTGRES
from warehousebench.load.migrate.sums import Sums
from warehousebench.model.catalog import Column, Table, TypeKind
from warehousebench.source.extract.base import Chunk, Extraction

# What is text when it comes out, whatever the source calls it.
_TEXTS = frozenset({TypeKind.INTERVAL, TypeKind.JSON, TypeKind.OTHER})

# MySQL reference manual, "String Functions", "Date and Time Functions"; text is digested in UTF-8, whatever its column's charset.
MYSQL = Folds(
    quote=lambda name: "`" + name.replace("`", "``") + "`",
    octets="octet_length(convert({} USING utf8mb4))",
    digest="CAST(conv(left(md5(convert({} USING utf8mb4)), 8), 16, 10) AS UNSIGNED)",
    hex="lower(hex({}))",
    uuid="lower({})",
    days="datediff({}, '1970-01-01')",
    micros="timestampdiff(MICROSECOND, '1970-01-01', {})",
    micros_zoned="timestampdiff(MICROSECOND, '1970-01-01', {})",
    micros_of_day="(hour({}) * 3600000000 + minute({}) * 60000000 + second({}) * 1000000 + microsecond({}))",
    double="({} + 0e0)",
)
_FOLDS: Mapping[str, Folds] = {"postgres": POSTGRES, "mysql": MYSQL}


def tells(source: Extraction) -> bool:
    """Say whether the source computes its aggregates itself; otherwise they are added up here from a second reading."""
    return source.dialect in _FOLDS


def source_check(source: Extraction, table: Table, chunk: Chunk | None = None) -> Mapping[str, str]:
    """Return the aggregates of a table's rows, or of a chunk of them, as the source computes them; raises SourceError."""
    chunk, seen = chunk or Chunk(), _comparable(table)
    if not tells(source):
        return _summed(source, seen, chunk)
    found: dict[str, str] = {}
    condition = f" WHERE {chunk.condition}" if chunk.condition else ""
    for part in in_parts(seen):
        columns = ", ".join(f"{source.shown(table.column(each.name))} AS {source.quote(each.name)}" for each in part.columns)
        relation = f"(SELECT {columns} FROM {source.relation(table)}{condition}) AS part"
        labels, sql = check_statement(part, relation, _FOLDS[source.dialect])
        (row,) = source.rows(sql)
        found |= readings(labels, row)
    return found


def extracted_check(table: Table, files: Sequence[Path]) -> Mapping[str, str]:
    """Return the aggregates of what is out."""
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        return check(connection, _comparable(table), reading(files))


def reading(files: Sequence[Path]) -> str:
    """Return the FROM expression of Parquet files."""
    return f"read_parquet([{', '.join(duck.text(str(file)) for file in files)}])"


def source_count(source: Extraction, table: Table) -> int:
    """Return how many rows the source has."""
    ((count,),) = source.rows(f"SELECT count(*) FROM {source.relation(table)}")
    return int(count)


def _comparable(table: Table) -> Table:
    return replace(table, columns=tuple(_as_it_is(column) for column in table.columns))


def _as_it_is(column: Column) -> Column:
    return replace(column, type=replace(column.type, kind=TypeKind.TEXT)) if column.type.kind in _TEXTS else column


def _summed(source: Extraction, table: Table, chunk: Chunk) -> Mapping[str, str]:
    """Return the aggregates computed here from a second reading of the rows; those that do not fit are not among them."""
    sums = [Sums(column) for column in table.columns]
    rows = 0
    for batch in source.batches(table, chunk, lambda _: None):
        rows += batch.num_rows
        for each, column in zip(sums, batch.columns, strict=True):
            each.add(column)
    labels = {ROWS: str(rows)}
    for each in sums:
        labels |= each.readings()
    return labels
