"""What a load has stored: tables in their order and encodings, with proof that no row was lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """``load.json`` in a layout's folder; ``database`` is None until every table is in it and verified."""

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
    format: str = "warehousebench.load"
    version: int = 1
