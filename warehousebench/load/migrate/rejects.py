"""Rows that do not fit their types: kept line by line in ``rejected/``, and told to the source's check as rows to leave out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

import msgspec

from warehousebench.model.catalog import Table
from warehousebench.source.extract.base import NO_TEXT, Chunk, Extraction, Rejected

REJECTED = "rejected"
_NAMED = 1_000  # values that a statement may name
_LONGEST = 1_000  # characters of such a value


class Rejects(AbstractContextManager["Rejects"]):
    """The rejected rows of one chunk: the file appears whole at the end, or not at all if there are none."""

    def __init__(self, folder: Path, table: str, chunk: int) -> None:
        self.path = folder / REJECTED / f"{table}-{chunk:05d}.jsonl"
        self.rows = 0
        self._beside = self.path.with_name(f".{self.path.name}.part")
        self._stream: IO[bytes] | None = None

    def add(self, row: Rejected) -> None:
        """Write one row down."""
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._beside.open("wb")
        self._stream.write(msgspec.json.encode(row) + b"\n")
        self.rows += 1

    def __exit__(self, kind: Any, *_: object) -> None:
        """Put the file in its place, instead of that of an earlier attempt."""
        if self._stream is not None:
            self._stream.close()
        if kind is not None:
            self._beside.unlink(missing_ok=True)
        elif self._stream is not None:
            os.replace(self._beside, self.path)
        else:
            self.path.unlink(missing_ok=True)


def rejected_rows(folder: Path, table: str) -> Iterator[Rejected]:
    """Yield the rows of a table that did not fit, as they were noted."""
    for path in sorted((folder / REJECTED).glob(f"{_escaped(table)}-[0-9][0-9][0-9][0-9][0-9].jsonl")):
        with path.open("rb") as lines:
            for line in lines:
                yield msgspec.json.decode(line, type=Rejected)


def the_rest(source: Extraction, table: Table, folder: Path) -> Chunk | None:
    """Return the table without its rejected rows, as a chunk; None if they cannot be named.

    Whether a row fits depends on its values alone, so all rows with one of the rejected values are left out.
    """
    odd: dict[str, set[str]] = {}
    for row in rejected_rows(folder, table.name):
        if row.reason == NO_TEXT:
            return None  # no statement can name bytes that are no text
        odd.setdefault(row.column, set()).add(row.value)
    values = [value for each in odd.values() for value in each]
    if len(values) > _NAMED or any(len(value) > _LONGEST for value in values):
        return None
    parts = [
        f"({source.plain(table.column(column))} IN ({', '.join(map(source.literal, sorted(found)))})) IS NOT TRUE"
        for column, found in odd.items()
    ]
    return Chunk(0, " AND ".join(parts))


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
