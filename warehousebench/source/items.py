"""One item of a column list at a time: a column, a constraint or an index, and what to say about the odd ones.

Nothing but the odd clause is lost: a column keeps its name and its type, whatever follows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from warehousebench.model.catalog import STRINGS, Check, Column, DataType, TypeKind
from warehousebench.source import clauses, splitter, types
from warehousebench.source.clauses import NAME, QUALIFIED, Clause
from warehousebench.source.draft import Draft, Reference
from warehousebench.source.names import names, unquoted

# What gives the neutral type of a declaration: it knows the types that the script itself creates.
Typed = Callable[[str, str | None], DataType]

_NAMED = re.compile(
    rf"CONSTRAINT\s+(?P<name>{NAME})\s+(?P<rest>.*)|CONSTRAINT\s+(?P<bare>(?:PRIMARY|UNIQUE|FOREIGN|CHECK)\b.*)", re.I | re.S
)
_KEY = re.compile(
    rf"(?P<kind>PRIMARY\s+KEY|UNIQUE)(?:\s+(?:KEY|INDEX))?(?:\s+(?!CLUSTERED\b|NONCLUSTERED\b|USING\b|NULLS\b){NAME})?"
    r"(?:\s+(?:NON)?CLUSTERED|\s+USING\s+(?:BTREE|HASH)|\s+NULLS\s+(?:NOT\s+)?DISTINCT)*\s*(?P<columns>\(.*)",
    re.I | re.S,
)
_FOREIGN = re.compile(rf"FOREIGN\s+KEY\s*(?:(?:IF\s+NOT\s+EXISTS\s+)?{NAME}\s*)?(?P<columns>\(.*)", re.I | re.S)
_REFERENCE = re.compile(rf"\s*(?:REFERENCES\s*)?(?P<table>{QUALIFIED})\s*(?P<columns>\(.*)?", re.I | re.S)
_CHECK = re.compile(r"CHECK\s*(?:NOT\s+FOR\s+REPLICATION\s*)?(?P<sql>\(.*)", re.I | re.S)
_NOT_A_KEY = re.compile(r"(?:EXCLUDE|PERIOD\s+FOR|SUPPLEMENTAL\s+LOG)\b", re.I)
_INDEX = re.compile(rf"(?:(?:FULLTEXT|SPATIAL)\s+)?(?:INDEX|KEY)\s|(?:FULLTEXT|SPATIAL)\s|INDEX\s+{NAME}\s", re.I)
_CONSTRAINT = re.compile(r"(?:PRIMARY\s+KEY|FOREIGN\s+KEY|UNIQUE|CHECK|LIKE|CONSTRAINT)\b", re.I)
_OFF = re.compile(r"\bDISABLE\b(?!\s+(?:NO)?VALIDATE)|\bNOT\s+ENFORCED\b", re.I)
_COLUMN = re.compile(rf"({NAME})\s*(.*)", re.S)


class NotUnderstoodError(Exception):
    """An item that could not be read whole; ``kept`` says what was saved of it."""

    def __init__(self, kept: str) -> None:
        super().__init__(kept)
        self.kept = kept


def apply(draft: Draft, item: str, dialect: str, typed: Typed) -> None:
    """Add one item of a column list to ``draft``; raises NotUnderstoodError after saving what can be."""
    named = _NAMED.fullmatch(item)
    name = unquoted(named["name"], dialect) if named and named["name"] else None
    text = (named["rest"] or named["bare"]) if named else item
    if _NOT_A_KEY.match(text) or (dialect in ("mysql", "tsql") and _INDEX.match(text)):
        return
    if named or _CONSTRAINT.match(text):
        _constraint(draft, text, name, dialect)
    else:
        _column(draft, item, dialect, typed)


def _constraint(draft: Draft, text: str, name: str | None, dialect: str) -> None:
    if key := _KEY.match(text):
        _key(draft, key["kind"], key["columns"], dialect)
    elif foreign := _FOREIGN.match(text):
        inner = clauses.inside(foreign["columns"], dialect)
        if not inner:
            raise NotUnderstoodError("nothing")
        draft.references.append(_reference(tuple(key_columns(inner[0], dialect)), inner[1], name, dialect))
    elif (check := _CHECK.match(text)) and (inner := clauses.inside(check["sql"], dialect)):
        if not _OFF.search(inner[1]):
            draft.checks.append(Check(inner[0], name))
    else:
        raise NotUnderstoodError("nothing")


def _key(draft: Draft, kind: str, text: str, dialect: str) -> None:
    inner = clauses.inside(text, dialect)
    if not inner:
        raise NotUnderstoodError("nothing")
    if _OFF.search(inner[1]):
        raise NotUnderstoodError("nothing: the key is switched off in the source")
    if any(part.startswith("(") for part, _ in splitter.items(inner[0], dialect)):
        return  # a key over expressions makes no columns unique
    columns = tuple(key_columns(inner[0], dialect))
    if kind.upper().startswith("PRIMARY"):
        draft.primary_key = columns
    else:
        draft.unique_keys.append(columns)


def key_columns(text: str, dialect: str) -> Iterator[str]:
    """Yield the columns of a key; a MySQL prefix such as ``name(10)`` is unique only if its whole column is."""
    for part, _ in splitter.items(text, dialect):
        found = re.fullmatch(rf"({NAME})\s*(?:\(\s*\d+\s*\))?(?:\s+(?:ASC|DESC))?", part, re.I)
        if not found:
            raise NotUnderstoodError("nothing")
        yield unquoted(found[1], dialect)


def _reference(columns: tuple[str, ...], text: str, name: str | None, dialect: str) -> Reference:
    found = _REFERENCE.match(text)
    if not found:
        raise NotUnderstoodError("nothing")
    inner = clauses.inside(found["columns"], dialect) if found["columns"] else None
    return Reference(columns, found["table"], tuple(key_columns(inner[0], dialect)) if inner else (), name)


def _column(draft: Draft, item: str, dialect: str, typed: Typed) -> None:
    found = _COLUMN.match(item)
    if not found:
        raise NotUnderstoodError("nothing")
    name = unquoted(found[1], dialect)
    native, parts = clauses.cut(found[2], dialect)
    native = types.bare(native, dialect)
    type_ = typed(native, _charset(draft, parts))
    column = Column(
        name, type_, collation=draft.collation if type_.kind in STRINGS and not native.lower().startswith("inet") else None
    )
    serial = dialect in ("postgres", "redshift") and "serial" in native.lower()
    column = replace(column, nullable=not serial, identity=serial)
    column, odd = _with_clauses(draft, column, parts, dialect)
    if dialect == "mysql" and any(is_json_check(check.sql, name) for check in draft.checks):
        column = replace(column, type=replace(column.type, kind=TypeKind.JSON, length=None, character_bytes=None))
    draft.add(column)
    if odd or "'" in splitter.masked(item, dialect):  # or a string has no end
        raise NotUnderstoodError("name and type of the column")


def _charset(draft: Draft, parts: Sequence[Clause]) -> str | None:
    """Return the charset of a MySQL column: its own, its collation's, or its table's."""
    said = {part.word: part.text.strip("'\"= ").lower() for part in parts if part.word in ("CHARACTER SET", "CHARSET", "COLLATE")}
    own = said.get("CHARACTER SET") or said.get("CHARSET") or said.get("COLLATE", "").partition("_")[0]
    return own or draft.charset


def is_json_check(sql: str, column: str) -> bool:
    """Say whether a check makes a text column JSON, as MariaDB writes it."""
    return re.fullmatch(rf"json_valid\(\s*`?{re.escape(column)}`?\s*\)", sql, re.I) is not None


def _with_clauses(draft: Draft, column: Column, parts: Sequence[Clause], dialect: str) -> tuple[Column, bool]:
    """Return ``column`` with what its clauses say, and whether one of them was odd."""
    name: str | None = None
    odd = False
    for part in parts:
        if part.word == "CONSTRAINT":
            found = re.match(NAME, part.text)
            name = unquoted(found[0], dialect) if found else None
            continue
        try:
            column = _with_clause(draft, column, part, name, dialect)
        except NotUnderstoodError:
            odd = True
        name = None
    return column, odd


def _with_clause(draft: Draft, column: Column, part: Clause, name: str | None, dialect: str) -> Column:
    word, text = part.word, part.text
    if word == "DEFAULT" or word.startswith("DEFAULT ON"):
        nothing = re.fullmatch(r"\(?NULL\)?(?:::.*)?", text, re.I | re.S)
        return column if nothing else replace(column, default=text, identity=column.identity or numbers(text, dialect))
    if word == "COMMENT":
        return replace(column, comment=clauses.literal(text, dialect))
    if word == "COLLATE":
        return replace(column, collation=names(text, dialect)[-1] if names(text, dialect) else None)
    if word == "ON UPDATE":  # MySQL's timestamps
        return replace(column, default=f"{column.default or 'NULL'} ON UPDATE {text}")
    if word == "REFERENCES":
        draft.references.append(_reference((column.name,), text, name, dialect))
    elif word == "CHECK":
        inner = clauses.inside(text, dialect)
        if not inner:
            raise NotUnderstoodError("name and type of the column")
        draft.checks.append(Check(inner[0], name))
    elif part.noise or word in ("CHARACTER SET", "CHARSET"):
        pass
    elif word == "AS" or word.startswith("GENERATED"):
        return _generated(column, word, text, dialect)
    elif word in ("IDENTITY", "AUTO_INCREMENT", "AUTOINCREMENT"):
        return replace(column, identity=True)
    else:
        return _simple(draft, column, word, text)
    return column


def _simple(draft: Draft, column: Column, word: str, text: str) -> Column:
    """Return ``column`` with a clause that is nothing but its words."""
    if word in ("PRIMARY KEY", "KEY"):
        draft.primary_key = (column.name,)
    elif word.startswith("UNIQUE"):
        draft.unique_keys.append((column.name,))
    if text and not re.fullmatch(r"(?:ASC|DESC)", text, re.I):
        raise NotUnderstoodError("name and type of the column")
    return replace(column, nullable=word == "NULL") if word in ("NULL", "NOT NULL") else column


def _generated(column: Column, word: str, text: str, dialect: str) -> Column:
    if word.endswith(("IDENTITY", "SEQUENCE")):
        return replace(column, identity=True, nullable=False)
    if "ROW" in word.split():  # the period of a system-versioned table
        return replace(column, nullable=False)
    inner = clauses.inside(text, dialect)
    if not inner:
        raise NotUnderstoodError("name and type of the column")
    return replace(column, generated=inner[0])


def numbers(default: str, dialect: str) -> bool:
    """Say whether a default takes the next number of a sequence."""
    patterns = {"postgres": r"nextval\(", "tsql": r"\(?NEXT VALUE FOR", "oracle": r'.*\."?nextval"?$', "hsqldb": r"NEXT VALUE FOR"}
    return dialect in patterns and bool(re.match(patterns[dialect], default, re.I))
