"""The data set: where each table's rows lie and what identifies them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class TableData:
    """One table's files (relative to the manifest), its row count and an order-independent checksum of the rows."""

    files: tuple[str, ...]
    rows: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What makes two data sets the same: the generator with its version, and rows and checksum per table."""

    generator: str
    checksum_method: str
    tables: Mapping[str, str]

    def differences(self, other: Fingerprint) -> tuple[str, ...]:
        """Return one sentence per difference from ``other``; empty if both stand for the same rows."""
        if self.checksum_method != other.checksum_method:
            return (f"checksums were made by {self.checksum_method} and by {other.checksum_method}",)
        names = sorted(self.tables.keys() | other.tables.keys())
        return tuple(
            f"table {name}: {self.tables.get(name, 'absent')} against {other.tables.get(name, 'absent')}"
            for name in names
            if self.tables.get(name) != other.tables.get(name)
        )


@dataclass(frozen=True, slots=True)
class DataSet:
    """``data.json`` in a data folder: the tables as Parquet (or CSV) files, their fingerprint and where they come from."""

    made_by: ClassVar[str] = "warehousebench generate"

    suite: str
    scale: float
    generator: str
    checksum_method: str
    tables: Mapping[str, TableData]
    format: str = "warehousebench.data"
    version: int = 1

    @property
    def fingerprint(self) -> Fingerprint:
        """Return the identity of these rows, free of file names."""
        tables = {name: f"{table.rows} rows, {table.checksum}" for name, table in sorted(self.tables.items())}
        return Fingerprint(self.generator, self.checksum_method, tables)
