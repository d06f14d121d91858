"""The relational schema: tables, columns, keys, as the source declares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class TypeKind(StrEnum):
    """Neutral type families; ``DataType.native`` keeps what the source said."""

    BOOLEAN = "boolean"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    DECIMAL = "decimal"
    REAL = "real"
    DOUBLE = "double"
    CHAR = "char"
    VARCHAR = "varchar"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    INTERVAL = "interval"
    BINARY = "binary"
    UUID = "uuid"
    JSON = "json"
    OTHER = "other"


INTEGERS = frozenset({TypeKind.SMALLINT, TypeKind.INTEGER, TypeKind.BIGINT})
STRINGS = frozenset({TypeKind.CHAR, TypeKind.VARCHAR, TypeKind.TEXT})
FLOATS = frozenset({TypeKind.REAL, TypeKind.DOUBLE})
TEMPORALS = frozenset({TypeKind.DATE, TypeKind.TIME, TypeKind.TIMESTAMP, TypeKind.TIMESTAMPTZ})


@dataclass(frozen=True, slots=True)
class DataType:
    """A column's type: ``length`` in characters (bytes for binary), ``precision`` and ``scale`` in decimal digits.

    ``native`` is the declaration in the words of ``dialect``, as far as they are known.  ``character_bytes`` is the most UTF-8
    bytes that one unit of ``length`` takes where the source says so, and ``labels`` are those of an enum or a set.
    """

    kind: TypeKind
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    native: str = ""
    dialect: str = ""
    character_bytes: int | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column as declared; ``generated`` is the expression it is computed by, and the source numbers rows by an ``identity``."""

    name: str
    type: DataType
    nullable: bool = True
    default: str | None = None
    comment: str | None = None
    generated: str | None = None
    identity: bool = False
    collation: str | None = None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``columns`` of this table refer to ``referenced_columns`` of ``referenced_table``, pair by pair."""

    columns: tuple[str, ...]
    referenced_table: str
    referenced_columns: tuple[str, ...]
    name: str | None = None

    def __post_init__(self) -> None:
        if len(self.columns) != len(self.referenced_columns) or not self.columns:
            raise ValueError(f"a foreign key to {self.referenced_table} needs as many columns as it refers to")


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that the source holds every row to, in the source's own SQL."""

    sql: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A stored query, in the source's own SQL."""

    name: str
    sql: str
    materialized: bool = False


@dataclass(frozen=True, slots=True)
class SourceObject:
    """What the source has beside tables and views: ``kind`` in lower case, such as trigger, function, sequence or type."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns in declared order and its keys; ``rows`` where the source told a count.

    ``partitioned_by`` is how the source cuts the table up, in its own words; the parts are no tables of their own here.
    """

    name: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str | None = None
    rows: int | None = None
    checks: tuple[Check, ...] = ()
    partitioned_by: str | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise ValueError(f"table {self.name} has the column {twice[0]} twice")
        known = set(names)
        keys = (self.primary_key, *self.unique_keys, *(key.columns for key in self.foreign_keys))
        for missing in sorted({name for key in keys for name in key} - known):
            raise ValueError(f"a key of table {self.name} names the column {missing}, which it does not have")

    def column(self, name: str) -> Column:
        """Return the column ``name``; raises KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


@dataclass(frozen=True, slots=True)
class Catalog:
    """All tables of a schema, by name; ``findings`` lists what could not be read or does not hold together."""

    made_by: ClassVar[str] = "warehousebench reflect"

    tables: tuple[Table, ...]
    source: str
    findings: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    objects: tuple[SourceObject, ...] = ()
    format: str = "warehousebench.catalog"
    version: int = 1

    def __post_init__(self) -> None:
        names = [table.name for table in self.tables]
        if len(set(names)) < len(names):
            raise ValueError(f"the table {max(names, key=names.count)} is there twice")

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables)

    def __contains__(self, name: object) -> bool:
        return any(table.name == name for table in self.tables)

    def table(self, name: str) -> Table:
        """Return the table ``name``; raises KeyError if there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
