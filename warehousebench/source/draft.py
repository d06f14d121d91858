"""Tables while they are being read, and how they become a Catalog that holds together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from warehousebench.errors import SourceError
from warehousebench.model.catalog import Catalog, Check, Column, ForeignKey, SourceObject, Table, View


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key as written: without ``referenced_columns`` it means the other table's primary key."""

    columns: tuple[str, ...]
    table: str
    referenced_columns: tuple[str, ...]
    name: str | None = None


@dataclass(slots=True)
class Draft:
    """One table under construction; ``place`` tells a person where it was found."""

    name: str
    place: str
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()
    unique_keys: list[tuple[str, ...]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    comment: str | None = None
    rows: int | None = None
    checks: list[Check] = field(default_factory=list)
    partitioned_by: str | None = None
    charset: str | None = None
    collation: str | None = None

    def add(self, column: Column) -> None:
        """Add ``column`` at the end; raises SourceError if there is one of its name."""
        if column.name in self.columns:
            raise SourceError(f"{self.place}: table {self.name} has the column {column.name} twice. Remove one of them.")
        self.columns[column.name] = column


def assemble(
    drafts: Iterable[Draft],
    source: str,
    findings: Sequence[str],
    views: Iterable[View] = (),
    objects: Iterable[SourceObject] = (),
) -> Catalog:
    """Return the catalog of ``drafts`` by table name; keys that name what is not there become findings."""
    by_name = {draft.name: draft for draft in drafts}
    found = list(findings)
    tables = tuple(_table(by_name[name], by_name, found) for name in sorted(by_name))
    seen = tuple(sorted(views, key=lambda view: view.name))
    return Catalog(tables, source, tuple(found), seen, tuple(sorted(set(objects), key=lambda each: (each.kind, each.name))))


def resolve(name: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``name`` means: itself, else the only one that differs in case alone."""
    names = list(known)
    if name in names:
        return name
    alike = [other for other in names if other.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def _table(draft: Draft, drafts: Mapping[str, Draft], findings: list[str]) -> Table:
    primary = _key(draft, draft.primary_key, "primary key", findings)
    unique = [_key(draft, key, "unique key", findings) for key in draft.unique_keys]
    references = [key for reference in draft.references if (key := _foreign_key(draft, reference, drafts, findings))]
    columns = (replace(column, nullable=False) if column.name in primary else column for column in draft.columns.values())
    return Table(
        draft.name,
        tuple(columns),
        primary,
        tuple(sorted({key for key in unique if key and key != primary})),
        tuple(sorted(set(references), key=lambda key: (key.columns, key.referenced_table, key.referenced_columns, key.name or ""))),
        draft.comment,
        draft.rows,
        tuple(sorted(set(draft.checks), key=lambda check: (check.sql, check.name or ""))),
        draft.partitioned_by,
    )


def _key(draft: Draft, columns: Sequence[str], what: str, findings: list[str]) -> tuple[str, ...]:
    names = [resolve(name, draft.columns) for name in columns]
    if None in names:
        findings.append(f"{draft.place}: the {what} ({', '.join(columns)}) of {draft.name} names an unknown column; left out")
        return ()
    return tuple(name for name in names if name)


def _foreign_key(draft: Draft, reference: Reference, drafts: Mapping[str, Draft], findings: list[str]) -> ForeignKey | None:
    target = resolve(reference.table, drafts)
    other = drafts[target] if target else None
    own = [resolve(name, draft.columns) for name in reference.columns]
    theirs = [resolve(name, other.columns) for name in reference.referenced_columns or other.primary_key] if other else []
    if flaw := _flaw(other, own, theirs):
        columns = ", ".join(reference.columns)
        findings.append(f"{draft.place}: the foreign key ({columns}) of {draft.name} to {reference.table} {flaw}; left out")
        return None
    return ForeignKey(tuple(filter(None, own)), target or "", tuple(filter(None, theirs)), reference.name)


def _flaw(other: Draft | None, own: Sequence[str | None], theirs: Sequence[str | None]) -> str:
    """Return why a foreign key cannot stand, empty if it can."""
    if other is None:
        return "refers to an unknown table"
    if None in own or None in theirs:
        return "names an unknown column"
    return "" if own and len(own) == len(theirs) else "has another number of columns than it refers to"
