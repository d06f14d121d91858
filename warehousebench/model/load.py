"""What a load has stored: tables in their order and encodings, with proof that no row was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from warehousebench.model.data import Fingerprint


class CodecFamily(StrEnum):
    """What kinds of encoding all columnar stores share; a product's encodings map onto these."""

    PLAIN = "plain"
    RUNS = "runs"
    DICTIONARY = "dictionary"
    DELTA = "delta"
    COMPRESSED = "compressed"


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How one table is to be stored locally: the order of its rows, and per column a family of encodings."""

    order_by: tuple[str, ...] = ()
    families: Mapping[str, CodecFamily] | None = None


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """One stored table: its Parquet file (relative), rows, checksum, bytes, order, encodings and seconds it took."""

    file: str
    rows: int
    checksum: str
    bytes: int
    seconds: float
    order_by: tuple[str, ...]
    encodings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Loaded:
    """``load.json`` in a layout's folder; ``database`` is None until every table is in it and verified.

    ``database`` is the DuckDB file in the folder, or the name of the target that holds the tables.  ``arrived`` are the
    tables that are on the target, with their rows; ``design_applied`` says whether the target's own catalogue shows the
    design that was asked for, None if there was none to show.
    """

    made_by: ClassVar[str] = "warehousebench load"

    layout: str
    basis: str
    suite: str
    scale: float
    parquet_profile: str
    fingerprint: Fingerprint
    tables: Mapping[str, LoadedTable]
    database: str | None = None
    database_bytes: int | None = None
    seconds: float | None = None
    engine: str = "duckdb"
    engine_version: str | None = None
    stand_in: bool = False
    arrived: Mapping[str, int] = field(default_factory=dict)
    design_applied: bool | None = None
    format: str = "warehousebench.load"
    version: int = 1
