"""The engines that the contract is held against, and a table with every kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from warehousebench import duck
from warehousebench.engines import engine
from warehousebench.engines.base import Connector, Engine, Feature, Plan, Store, Support
from warehousebench.engines.targets import Target
from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind

# column -> type, DuckDB type, and values: plain ones, extremes, and what loaders like to confuse with nothing
_COLUMNS: Mapping[str, tuple[DataType, str, tuple[str, ...]]] = {
    "id": (DataType(TypeKind.BIGINT), "BIGINT", ("1", "2", "3", "4")),
    "truth": (DataType(TypeKind.BOOLEAN), "BOOLEAN", ("true", "false", "NULL", "true")),
    "small": (DataType(TypeKind.SMALLINT), "SMALLINT", ("-32767", "32767", "NULL", "0")),
    "whole": (DataType(TypeKind.INTEGER), "INTEGER", ("-2147483647", "2147483647", "NULL", "0")),
    "large": (DataType(TypeKind.BIGINT), "BIGINT", ("-9223372036854775807", "9223372036854775807", "NULL", "0")),
    "price": (DataType(TypeKind.DECIMAL, precision=15, scale=2), "DECIMAL(15,2)", ("-9999999999999.99", "0.01", "NULL", "0")),
    "exact": (
        DataType(TypeKind.DECIMAL, precision=38, scale=10),
        "DECIMAL(38,10)",
        ("1234567890123456789012345678.0000000001", "-0.0000000001", "NULL", "0"),
    ),
    "single": (DataType(TypeKind.REAL), "FLOAT", ("1.1", "-2.5e-30", "NULL", "0")),
    "ratio": (DataType(TypeKind.DOUBLE), "DOUBLE", ("1.5e300", "-2.25e-300", "NULL", "0.1")),
    "word": (DataType(TypeKind.VARCHAR, length=40), "VARCHAR", ("'Zürich, 雪, 🎿'", "''", "NULL", "' a\tb\\\\n\"c\"|d''e '")),
    "story": (DataType(TypeKind.TEXT), "VARCHAR", ("'two' || chr(10) || 'lines' || chr(13)", "'NULL'", "NULL", "'\\N'")),
    "day": (DataType(TypeKind.DATE), "DATE", ("'0001-01-01'", "'9999-12-31'", "NULL", "'2016-02-29'")),
    "moment": (
        DataType(TypeKind.TIMESTAMP),
        "TIMESTAMP",
        ("'2016-02-29 12:34:56.789012'", "'1970-01-01 00:00:00'", "NULL", "'1969-12-31 23:59:59.999999'"),
    ),
    "instant": (
        DataType(TypeKind.TIMESTAMPTZ),
        "TIMESTAMPTZ",
        ("'2016-03-27 01:30:00+01'", "'2016-10-30 02:30:00+02'", "NULL", "'1969-12-31 23:59:59.999999+00'"),
    ),
    "raw": (DataType(TypeKind.BINARY, length=16), "BLOB", ("'\\x00\\xFF\\x0A\\x22'", "''", "NULL", "'\\x5C\\x4E'")),
}


def every_kind(without: frozenset[TypeKind] = frozenset()) -> Table:
    """Return the table with a column for every kind of value, but for those an engine says it has not."""
    columns = (Column(name, type_, name != "id") for name, (type_, _, _) in _COLUMNS.items() if type_.kind not in without)
    return Table("every_kind", tuple(columns), primary_key=("id",))


def write(table: Table, path: Path, copies: int = 1) -> Path:
    """Write the rows of :func:`every_kind`, ``copies`` times with their own keys, and return the Parquet file."""
    names = [column.name for column in table.columns]
    rows = ", ".join(
        "(" + ", ".join(f"CAST({_COLUMNS[name][2][place]} AS {_COLUMNS[name][1]})" for name in names) + ")" for place in range(4)
    )
    listed = ", ".join(names)
    select = (
        f"SELECT * EXCLUDE (copy) REPLACE (id + 4 * copy AS id) FROM (VALUES {rows}) AS t({listed}), range({copies}) AS r(copy)"
    )
    with duck.opened() as connection:
        duck.run(connection, "SET TimeZone = 'UTC'")
        duck.run(connection, f"COPY ({select}) TO {duck.text(str(path))} (FORMAT parquet)")
    return path


@dataclass(frozen=True)
class Case:
    """One engine under test: where it is, kinds of values it has not, and whether a stand-in plays it."""

    name: str
    target: Target
    without: frozenset[TypeKind] = frozenset()
    stand_in: bool = False

    @property
    def engine(self) -> Engine:
        return engine(self.name)

    def supports(self, feature: Feature) -> bool:
        return self.engine.capabilities()[feature].support is Support.YES

    def plan(self, *tables: Table) -> Plan:
        return Plan(Catalog(tables, "a test"))

    def store(self, *tables: Table) -> Store:
        return self.engine.store(self.target, self.plan(*tables))

    def connector(self, **files: tuple[Path, ...]) -> Connector:
        return self.engine.connector(self.target, files)
