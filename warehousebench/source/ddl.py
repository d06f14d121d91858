"""DDL files of many dialects to a Catalog: statement by statement, and nothing lost in silence."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog
from warehousebench.source import items, script, splitter
from warehousebench.source.draft import Draft, assemble, resolve
from warehousebench.source.items import NAME, QUALIFIED, NotUnderstoodError

_I = re.I | re.S
# Named one by one: any word would also take the CREATE TABLE inside of a procedure.
_KIND = r"(?:(?:OR|REPLACE|GLOBAL|LOCAL|PRIVATE|TEMP|TEMPORARY|UNLOGGED|FOREIGN|EXTERNAL|COLUMN)\s+)*"
_CREATE = re.compile(rf"CREATE\s+(?P<kind>{_KIND})TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{QUALIFIED})(?P<rest>.*)", _I)
_ALTER = re.compile(rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<name>{QUALIFIED})\s*(?P<rest>.*)", _I)
_COMMENT = re.compile(rf"COMMENT\s+ON\s+(?P<kind>TABLE|COLUMN)\s+(?P<name>{QUALIFIED})\s+IS\s+[eE]?(?P<text>'.*'|NULL)\s*$", _I)
_UNIQUE_INDEX = re.compile(
    rf"CREATE\s+UNIQUE\s+(?:\w+\s+)?INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?:{QUALIFIED}\s+)?ON\s+(?:ONLY\s+)?"
    rf"(?P<name>{QUALIFIED})\s*(?:USING\s+\w+\s*)?(?P<rest>\(.*)",
    _I,
)
_COLUMN_OF_INDEX = re.compile(rf"({NAME})(?:\s+(?:ASC|DESC))?", re.I)
_MATTERS = re.compile(rf"CREATE\s+{_KIND}TABLE\s|ALTER\s+TABLE\s|COMMENT\s+ON\s+(?:TABLE|COLUMN)\s|CREATE\s+UNIQUE\s", re.I)
_ADD = re.compile(r"ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?P<item>.*)", _I)
_MODIFY = re.compile(rf"MODIFY\s+(?:COLUMN\s+)?(?P<item>{NAME}\s.*)", _I)
_ALTER_COLUMN = re.compile(
    rf"ALTER\s+(?:COLUMN\s+)?(?P<column>{NAME})\s+"
    rf"(?:(?P<required>SET\s+NOT\s+NULL|ADD\s+GENERATED\b.*)|(?P<free>DROP\s+NOT\s+NULL)|SET\s+DEFAULT\s+(?P<default>.+))$",
    _I,
)
_DEFAULT_FOR = re.compile(rf"ADD\s+(?:CONSTRAINT\s+{NAME}\s+)?DEFAULT\s*(?P<default>.+)\s+FOR\s+(?P<column>{NAME})\s*$", _I)
_ATTACH = re.compile(rf"ATTACH\s+PARTITION\s+(?P<name>{QUALIFIED})", re.I)
# Actions that change neither columns nor keys.
_HARMLESS = re.compile(
    r"OWNER\s+TO|(?:ENABLE|DISABLE|FORCE|NO\s+FORCE|REPLICA|CLUSTER|VALIDATE|INHERIT|CHECK|NOCHECK|ENGINE|AUTO_INCREMENT|COMMENT|LOGGING)\b"
    r"|(?:WITH\s+(?:NO)?CHECK\s+)?(?:NO)?CHECK\s+CONSTRAINT|SET\s*\(|SET\s+(?:TABLESPACE|LOGGED|UNLOGGED|WITHOUT|SCHEMA)\b"
    rf"|ALTER\s+(?:COLUMN\s+)?{NAME}\s+(?:SET\s+(?:STATISTICS|STORAGE|COMPRESSION|\()|DROP\s+DEFAULT)",
    re.I,
)


@dataclass(slots=True)
class _Reader:
    """All that is known while files are read."""

    dialect: str
    drafts: dict[str, Draft] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    partitions: set[str] = field(default_factory=set)

    def draft(self, qualified: str, place: str) -> Draft | None:
        """Return the table that a statement names; a finding if there is none, and silence about folded partitions."""
        name = items.names(qualified, self.dialect)[-1]
        known = resolve(name, self.drafts)
        if known is None and name not in self.partitions:
            self.findings.append(f"{place}: there is no table {name} that this could belong to; left out")
        return self.drafts[known] if known else None

    def miss(self, place: str, what: str, text: str) -> None:
        short = re.sub(r"\s+", " ", text)
        self.findings.append(f"{place}: {what}: {short if len(short) <= 80 else short[:77] + '...'}")


def read_ddl(paths: Sequence[Path], dialect: str | None = None) -> Catalog:
    """Return the schema in the SQL files ``paths``, read as one script.

    ``dialect`` is a name such as postgres, mysql, tsql, oracle or sqlite; it is guessed from the text if None.  What was
    not understood is in the catalog's findings with file and line.  Raises SourceError for files without tables.
    """
    if not paths:
        raise UsageError("no DDL file was given. Name at least one .sql file.")
    texts = [script.load(path) for path in paths]
    known = script.dialect_of(dialect, "\n".join(text for text, _ in texts))
    reader = _Reader(known, findings=[note for _, note in texts if note])
    statements = [
        (f"{path.name}:{statement.line}", statement.text)
        for path, (text, _) in zip(paths, texts, strict=True)
        for statement in splitter.statements(text, known)
        if _MATTERS.match(statement.text)
    ]
    with _quiet_sqlglot():
        _read(reader, statements)
    tables = [draft for draft in reader.drafts.values() if draft.name not in reader.partitions]
    if not tables:
        raise SourceError(script.no_tables(paths, known, reader.findings))
    return assemble(tables, f"{', '.join(path.name for path in paths)} ({known})", reader.findings)


def _read(reader: _Reader, statements: Sequence[tuple[str, str]]) -> None:
    """Read all tables first: dumps may state keys and comments in another file or order."""
    later = []
    for place, text in statements:
        if created := _CREATE.match(text):
            _create(reader, created, place)
        else:
            later.append((place, text))
    for place, text in later:
        _amend(reader, text, place)


@contextmanager
def _quiet_sqlglot() -> Iterator[None]:
    """Keep sqlglot's warnings about statements it passes over from the terminal: they become findings."""
    logger = logging.getLogger("sqlglot")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _create(reader: _Reader, created: re.Match[str], place: str) -> None:
    name, rest = items.names(created["name"], reader.dialect)[-1], created["rest"].lstrip()
    if re.search(r"\bTEMP", created["kind"], re.I) or name.startswith("#"):
        return  # a temporary table is gone when the script ends
    if re.match(r"PARTITION\s+OF\b", rest, re.I):
        reader.partitions.add(name)
        return
    span = splitter.body(rest, reader.dialect) if rest.startswith("(") else None
    if span is None or re.match(r"\(\s*(?:SELECT|WITH)\b", rest, re.I):
        reader.miss(place, f"table {name} has no column list that could be read; left out", created[0])
        return
    if re.match(r"\)\s*INHERITS\s*\(", rest[span[1] :], re.I):
        reader.partitions.add(name)
        reader.miss(place, f"table {name} inherits; its rows count as rows of its parent", created[0])
        return
    _add_table(reader, Draft(name, place), created, rest, span)


def _add_table(reader: _Reader, draft: Draft, created: re.Match[str], rest: str, span: tuple[int, int]) -> None:
    if other := reader.drafts.get(draft.name):
        raise SourceError(f"the table {draft.name} is created twice, at {other.place} and at {draft.place}. Keep one of them.")
    begin = len(created[0]) - len(rest)
    _items(reader, draft, rest[span[0] : span[1]], draft.place, created[0][: begin + span[0]].count("\n"))
    if tail := re.search(r"\bCOMMENT\s*=?\s*('(?:[^']|'')*')", rest[span[1] :], re.I):
        draft.comment = _literal(tail[1])
    if draft.columns:
        reader.drafts[draft.name] = draft
    else:
        reader.miss(draft.place, f"table {draft.name} has no column that could be read; left out", created[0])


def _items(reader: _Reader, draft: Draft, text: str, place: str, lines: int = 0) -> None:
    """Add the items in ``text``, which begins ``lines`` lines below ``place``."""
    file, _, first = place.rpartition(":")
    for item, offset in splitter.items(text, reader.dialect):
        try:
            items.apply(draft, item, reader.dialect)
        except NotUnderstoodError as error:
            line = int(first) + lines + text[:offset].count("\n")
            reader.miss(f"{file}:{line}", f"not understood in table {draft.name}, kept {error.kept}", item)


def _amend(reader: _Reader, text: str, place: str) -> None:
    if altered := _ALTER.match(text):
        _alter(reader, altered, place)
    elif comment := _COMMENT.match(text):
        _comment(reader, comment, place)
    elif index := _UNIQUE_INDEX.match(text):
        _unique_index(reader, index, place)
    else:
        reader.miss(place, "not understood", text)


def _alter(reader: _Reader, altered: re.Match[str], place: str) -> None:
    rest = re.sub(r"^WITH\s+(?:NO)?CHECK\s+(?=ADD)", "", altered["rest"], flags=re.I)
    if attached := _ATTACH.match(rest):
        reader.partitions.add(items.names(attached["name"], reader.dialect)[-1])
        return
    draft = None if _HARMLESS.match(rest) else reader.draft(altered["name"], place)
    adding = False
    for action, _ in splitter.items(rest, reader.dialect) if draft else ():
        # T-SQL and Oracle write ADD once for several constraints.
        adding = adding and not re.match(r"(?:ADD|DROP|ALTER|MODIFY|CHANGE)\s", action, re.I)
        text = f"ADD {action}" if adding and not _HARMLESS.match(action) else action
        adding = bool(re.match(r"ADD\s", text, re.I))
        if draft and not _HARMLESS.match(text) and not _act(reader, draft, text, place):
            reader.miss(place, f"not understood about table {draft.name}", text)


def _act(reader: _Reader, draft: Draft, action: str, place: str) -> bool:
    """Carry out one action of ALTER TABLE; False if it is unknown."""
    if (change := _ALTER_COLUMN.match(action) or _DEFAULT_FOR.match(action)) is not None:
        return _change_column(reader, draft, change.groupdict())
    if modified := _MODIFY.match(action):
        # MySQL dumps state the column anew to make it AUTO_INCREMENT; its place in the table stays.
        anew = Draft(draft.name, place)
        _items(reader, anew, modified["item"], place)
        draft.columns.update(anew.columns)
        return True
    if added := _ADD.match(action):
        item = added["item"].strip()
        span = splitter.body(item, reader.dialect) if item.startswith("(") else None
        _items(reader, draft, item[span[0] : span[1]] if span else item, place)
        return True
    return False


def _change_column(reader: _Reader, draft: Draft, change: dict[str, str | None]) -> bool:
    name = resolve(items.names(change["column"] or "", reader.dialect)[0], draft.columns)
    if name is None:
        return False
    column = draft.columns[name]
    if change["default"]:
        draft.columns[name] = replace(column, default=change["default"].strip())
    else:
        draft.columns[name] = replace(column, nullable=bool(change["free"]))
    return True


def _comment(reader: _Reader, comment: re.Match[str], place: str) -> None:
    parts = comment["name"]
    text = _literal(comment["text"])
    if comment["kind"].upper() == "TABLE":
        if draft := reader.draft(parts, place):
            draft.comment = text
        return
    owner, _, column = parts.rpartition(".")
    draft = reader.draft(owner, place) if owner else None
    name = resolve(items.names(column, reader.dialect)[-1], draft.columns) if draft else None
    if draft and name:
        draft.columns[name] = replace(draft.columns[name], comment=text)
    elif draft:
        reader.miss(place, f"table {draft.name} has no such column", comment[0])


def _unique_index(reader: _Reader, index: re.Match[str], place: str) -> None:
    span = splitter.body(index["rest"], reader.dialect)
    parts = splitter.items(index["rest"][span[0] : span[1]], reader.dialect) if span else []
    columns = [_COLUMN_OF_INDEX.fullmatch(part) for part, _ in parts]
    # An index over some rows, or over expressions, does not make columns unique.
    if span is None or None in columns or re.search(r"\bWHERE\b", index["rest"][span[1] :], re.I):
        return
    if draft := reader.draft(index["name"], place):
        draft.unique_keys.append(tuple(items.names(column[1], reader.dialect)[0] for column in columns if column))


def _literal(text: str) -> str | None:
    return None if text.upper() == "NULL" else text[1:-1].replace("''", "'")
