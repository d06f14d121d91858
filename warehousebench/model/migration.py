"""What became of a database's rows on their way: ``extraction.json`` while they come out, ``migration.json`` at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class ExtractedChunk:
    """A part of a table that is out: its condition in the source's SQL, its file (relative), rows written and rows rejected."""

    condition: str
    file: str
    rows: int
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class ExtractedTable:
    """A table on its way out: the conditions of its chunks, and the chunks that are there by number.

    ``source`` is the source's own word on the table (label -> value), None until every chunk is out and equal to it;
    ``failure`` says why a table could not be read.
    """

    conditions: tuple[str, ...]
    done: Mapping[str, ExtractedChunk] = field(default_factory=dict)
    source: Mapping[str, str] | None = None
    seconds: float = 0.0
    failure: str | None = None

    @property
    def rows(self) -> int:
        """Return the rows that are out."""
        return sum(chunk.rows for chunk in self.done.values())

    @property
    def rejected(self) -> int:
        """Return the rows that did not fit their types."""
        return sum(chunk.rejected for chunk in self.done.values())


@dataclass(frozen=True, slots=True)
class Extraction:
    """``extraction.json``: what is out of the source so far, to go on from after a kill."""

    made_by: ClassVar[str] = "warehousebench migrate"

    source: str
    tables: Mapping[str, ExtractedTable] = field(default_factory=dict)
    format: str = "warehousebench.extraction"
    version: int = 1


@dataclass(frozen=True, slots=True)
class MigratedTable:
    """How one table arrived.

    ``status`` is ``verified`` (aggregates of every column equal at both ends), ``incomplete`` (rows were rejected; they are
    in the rejects file) or ``failed``, with the reason.  ``sampled`` rows were compared value by value.
    """

    status: str
    rows: int
    rejected: int = 0
    sampled: int = 0
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Migration:
    """``migration.json``: the account of a migration, table by table; ``notes`` names columns that came as another type."""

    made_by: ClassVar[str] = "warehousebench migrate"

    source: str
    target: str
    consistent: str
    started: str
    finished: str
    tables: Mapping[str, MigratedTable]
    notes: tuple[str, ...] = ()
    stand_in: bool = False
    format: str = "warehousebench.migration"
    version: int = 1
