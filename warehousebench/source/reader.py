"""All that is known while DDL files are read: tables, types, views, and what was not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from warehousebench.model.catalog import DataType, SourceObject, View
from warehousebench.source import items, splitter
from warehousebench.source.clauses import QUALIFIED
from warehousebench.source.draft import Draft, resolve
from warehousebench.source.items import NotUnderstoodError
from warehousebench.source.names import names
from warehousebench.source.types import is_known, parse_type


@dataclass(slots=True)
class Reader:
    """The state of reading: ``findings`` with the line they belong to, ``shared`` names that several schemas use."""

    dialect: str
    drafts: dict[str, Draft] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    types: dict[str, DataType] = field(default_factory=dict)
    objects: set[SourceObject] = field(default_factory=set)
    findings: list[tuple[str, str]] = field(default_factory=list)
    partitions: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    missed: int = 0

    def name(self, qualified: str) -> str:
        """Return what a table is called here: its own name, with its schema's where several schemas have a table of that name."""
        parts = names(qualified, self.dialect)
        return ".".join(parts[-2:]) if parts[-1] in self.shared and len(parts) > 1 else parts[-1]

    def draft(self, qualified: str, place: str) -> Draft | None:
        """Return the table that a statement names; a finding if there is none, and silence about views and folded partitions."""
        name = self.name(qualified)
        known = resolve(name, self.drafts)
        if known is None and name not in self.partitions and name not in self.views:
            self.note(place, f"there is no table {name} that this could belong to; left out")
        return self.drafts[known] if known else None

    def rename(self, draft: Draft, name: str) -> None:
        """Call a table ``name`` from now on, in the keys that refer to it too."""
        for other in self.drafts.values():
            other.references = [
                replace(each, table=f'"{name}"') if resolve(self.name(each.table), [draft.name]) else each
                for each in other.references
            ]
        self.drafts = {(name if key == draft.name else key): each for key, each in self.drafts.items()}
        draft.name = name

    def note(self, place: str, text: str) -> None:
        """Add a finding about the statement at ``place``."""
        self.findings.append((place, text))

    def miss(self, place: str, what: str, text: str) -> None:
        """Add a finding about what was not understood, and count it."""
        short = re.sub(r"\s+", " ", text)
        self.missed += 1
        self.note(place, f"{what}: {short if len(short) <= 80 else short[:77] + '...'}")

    def typed(self, native: str, charset: str | None) -> DataType:
        """Return the neutral type of a declaration, resolved if the script itself creates the type."""
        own = self.types.get(_last(native))
        return replace(own, native=native, dialect=self.dialect) if own else parse_type(native, self.dialect, charset)

    def add_items(self, draft: Draft, text: str, place: str, lines: int = 0, typed: bool = True) -> None:
        """Add the items in ``text``, which begins ``lines`` lines below ``place``; their columns must have types if ``typed``."""
        file, _, first = place.rpartition(":")
        for item, offset in splitter.items(text, self.dialect):
            line = f"{file}:{int(first) + lines + text[:offset].count(chr(10))}"
            if self._copies(draft, item):
                continue
            before = len(draft.columns)
            try:
                items.apply(draft, item, self.dialect, self.typed)
            except NotUnderstoodError as error:
                self.miss(line, f"not understood in table {draft.name}, kept {error.kept}", item)
                continue
            if typed and len(draft.columns) > before:
                self._check_type(draft, line, item)

    def _copies(self, draft: Draft, item: str) -> bool:
        """Carry out LIKE, which copies another table's columns; False for any other item."""
        like = re.match(rf"LIKE\s+(?P<name>{QUALIFIED})(?P<options>.*)", item, re.I | re.S)
        known = resolve(self.name(like["name"]), self.drafts) if like else None
        if like is None or known is None:
            return False
        other = self.drafts[known]
        # MySQL copies keys and defaults too, PostgreSQL what it is told to.
        all_of_it = self.dialect == "mysql" or re.search(r"INCLUDING\s+ALL\b", like["options"], re.I)
        for column in other.columns.values():
            draft.add(column if all_of_it else replace(column, identity=False, default=None, generated=None, comment=None))
        if all_of_it:
            draft.primary_key, draft.unique_keys, draft.checks = other.primary_key, list(other.unique_keys), list(other.checks)
        return True

    def _check_type(self, draft: Draft, place: str, item: str) -> None:
        column = list(draft.columns.values())[-1]
        native = column.type.native
        if not native and column.generated:
            self.note(place, f"column {column.name} of {draft.name} is computed and its type is not written; taken for unknown")
        elif _last(native) not in self.types and not is_known(native, self.dialect):
            self.miss(place, f"not understood in table {draft.name}, kept name and type of the column", item)

    def told(self) -> Iterator[str]:
        """Yield all findings in the order of the script, and how much was not understood."""
        for place, text in sorted(self.findings, key=lambda finding: _order(finding[0])):
            yield f"{place}: {text}" if place else text
        if self.missed:
            yield f"not understood in all: {self.missed} statement{'s' * (self.missed > 1)} or parts of statements, named above"


def _last(native: str) -> str:
    return native.rpartition(".")[2].strip('"').lower()


def _order(place: str) -> tuple[str, int]:
    file, _, line = place.rpartition(":")
    return file, int(line) if line.isdigit() else 0
