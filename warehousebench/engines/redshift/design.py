"""A physical design for Redshift: distribution style, sort key and encodings per table, checked against AWS's rules.

Sources: Amazon Redshift Developer Guide, "CREATE TABLE", "Compression encodings", "Quotas and limits".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from warehousebench.engines.common.names import same_when_folded, unusable
from warehousebench.engines.redshift.types import SYSTEM_COLUMNS, quote, target
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.design import Reason
from warehousebench.model.layout import Cluster
from warehousebench.model.profile import Profile, TableProfile

COLUMNS = 1_600
SORT_COLUMNS = {"COMPOUND": 400, "INTERLEAVED": 8}

_INTEGERS = frozenset({"SMALLINT", "INTEGER", "BIGINT"})
_DATES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMPTZ"})
_STRINGS = frozenset({"CHAR", "VARCHAR"})
FLOATS = frozenset({"REAL", "DOUBLE PRECISION"})
_EXACT = _INTEGERS | {"DECIMAL"} | _DATES
# TIME and TIMETZ are missing from AWS's encoding table, yet CREATE TABLE gives AZ64 as their default.
APPLICABLE: Mapping[str, frozenset[str]] = {
    "AZ64": _EXACT | {"TIME", "TIMETZ"},
    "BYTEDICT": _EXACT | FLOATS | _STRINGS,
    "DELTA": _EXACT,
    "DELTA32K": _EXACT - {"SMALLINT"},
    "LZO": _EXACT | _STRINGS | {"SUPER", "VARBYTE"},
    "MOSTLY8": _INTEGERS | {"DECIMAL"},
    "MOSTLY16": frozenset({"INTEGER", "BIGINT", "DECIMAL"}),
    "MOSTLY32": frozenset({"BIGINT", "DECIMAL"}),
    "RUNLENGTH": _EXACT | FLOATS | _STRINGS | {"BOOLEAN"},
    "TEXT255": frozenset({"VARCHAR"}),
    "TEXT32K": frozenset({"VARCHAR"}),
    "ZSTD": _EXACT | FLOATS | _STRINGS | {"BOOLEAN", "SUPER"},
}
ENCODINGS = APPLICABLE.keys() | {"RAW"}
KEY_TYPES = _EXACT | FLOATS | _STRINGS | {"BOOLEAN", "TIME", "TIMETZ"}


class DistStyle(StrEnum):
    """Where rows go: by the hash of a column, to every node, in turn, or as Redshift decides."""

    KEY = "KEY"
    ALL = "ALL"
    EVEN = "EVEN"
    AUTO = "AUTO"


class SortStyle(StrEnum):
    """How rows lie on a slice: by columns one after the other, by all of them alike, or as they came."""

    COMPOUND = "COMPOUND"
    INTERLEAVED = "INTERLEAVED"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class TableDesign:
    """One table's design; ``encodings`` names every column, or is empty for ENCODE AUTO."""

    diststyle: DistStyle
    distkey: str | None = None
    sortstyle: SortStyle = SortStyle.NONE
    sortkey: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        broken = list(_broken_alone(self))
        if broken:
            raise ValueError("; ".join(broken))


@dataclass(frozen=True, slots=True)
class RedshiftDesign:
    """``design.redshift.json``: every table's design by name, for a cluster of a given size."""

    made_by: ClassVar[str] = "warehousebench advise"

    basis: str
    cluster: Cluster
    tables: Mapping[str, TableDesign]
    format: str = "warehousebench.design.redshift"
    version: int = 1


def check(design: RedshiftDesign, catalog: Catalog, profile: Profile | None = None) -> None:
    """Raise DesignError listing everything in ``design`` that Redshift or ``catalog`` would not accept.

    ``profile`` must be the one that the script will be written with, since types depend on it.
    """
    broken = list(_broken(design, catalog, profile))
    if broken:
        raise DesignError(
            "the Redshift design breaks these rules:\n" + "\n".join(f"- {each}" for each in broken) + "\nCorrect the design."
        )


def _broken_alone(design: TableDesign) -> Iterator[str]:
    """Yield what is wrong with a table's design whatever the table looks like."""
    if (design.diststyle is DistStyle.KEY) != (design.distkey is not None):
        yield f"DISTSTYLE {design.diststyle} {'needs a' if design.distkey is None else 'takes no'} distkey"
    if (design.sortstyle is SortStyle.NONE) == bool(design.sortkey):
        yield f"sort style {design.sortstyle} {'takes no' if design.sortkey else 'needs a'} sort key"
    most = SORT_COLUMNS.get(design.sortstyle, 0)
    if design.sortkey and len(design.sortkey) > most > 0:
        yield f"{design.sortstyle} SORTKEY has {len(design.sortkey)} columns, at most {most} are allowed"
    if len(set(design.sortkey)) < len(design.sortkey):
        yield "the sort key names a column twice"
    for column, encoding in sorted(design.encodings.items()):
        if encoding not in ENCODINGS:
            yield f"column {column} has the unknown encoding {encoding}"


def _broken(design: RedshiftDesign, catalog: Catalog, profile: Profile | None) -> Iterator[str]:
    names = {table.name for table in catalog}
    yield from (f"table {name} is not in the catalog" for name in sorted(design.tables.keys() - names))
    yield from (f"table {name} has no design" for name in sorted(names - design.tables.keys()))
    yield from same_when_folded("tables", names)
    for name in sorted(names & design.tables.keys()):
        seen = profile.tables.get(name) if profile else None
        yield from (f"{name}: {each}" for each in _broken_table(catalog.table(name), design.tables[name], seen))


def _broken_table(table: Table, design: TableDesign, seen: TableProfile | None) -> Iterator[str]:
    columns = [column.name for column in table.columns]
    yield from _broken_names(table.name, columns)
    types: dict[str, str] = {}
    for column in table.columns:
        try:
            types[column.name] = target(column, seen.columns.get(column.name) if seen else None).base
        except DesignError as error:
            yield str(error)
    if design.distkey is not None:
        yield from _broken_key("distkey", design.distkey, types)
    for name in design.sortkey:
        yield from _broken_key("sort key", name, types)
    yield from _broken_encodings(design.encodings, types)


def _broken_names(table: str, columns: list[str]) -> Iterator[str]:
    if len(columns) > COLUMNS:
        yield f"{len(columns):,} columns, a table has at most {COLUMNS:,}"
    yield from unusable(quote, (table, *columns))
    yield from (f"column {name} has the name of a system column" for name in columns if name.lower() in SYSTEM_COLUMNS)
    yield from same_when_folded("columns", columns)


def _broken_key(what: str, name: str, types: Mapping[str, str]) -> Iterator[str]:
    if name not in types:
        direction = " (a sort key takes no ASC or DESC)" if name.upper().endswith((" ASC", " DESC")) else ""
        yield f"the {what} column {name} does not exist{direction}"
    elif types[name] not in KEY_TYPES:
        yield f"the {what} column {name} is {types[name]}, which cannot be a key"


def _broken_encodings(encodings: Mapping[str, str], types: Mapping[str, str]) -> Iterator[str]:
    if not encodings:
        return
    # One ENCODE switches ENCODE AUTO off for the whole table, so a half-encoded table is rarely what was meant.
    yield from (f"column {name} has no encoding although others have" for name in sorted(types.keys() - encodings.keys()))
    yield from (f"the encoded column {name} does not exist" for name in sorted(encodings.keys() - types.keys()))
    for name in sorted(encodings.keys() & types.keys()):
        if encodings[name] != "RAW" and types[name] not in APPLICABLE[encodings[name]]:
            yield f"column {name} is {types[name]}, which {encodings[name]} does not encode"
