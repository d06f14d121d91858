"""DDL files of many dialects to a Catalog: statement by statement, and nothing lost in silence."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from warehousebench.errors import SourceError, UsageError
from warehousebench.model.catalog import Catalog, SourceObject
from warehousebench.source import amend, clauses, objects, script, splitter
from warehousebench.source.clauses import QUALIFIED
from warehousebench.source.draft import Draft, assemble, resolve
from warehousebench.source.names import names
from warehousebench.source.reader import Reader

_I = re.I | re.S
# Named one by one: any word would also take the CREATE TABLE inside of a procedure.
_KIND = (
    r"(?:(?:OR|REPLACE|GLOBAL|LOCAL|PRIVATE|TEMP|TEMPORARY|UNLOGGED|FOREIGN|EXTERNAL|COLUMN|MEMORY|CACHED|TEXT|SHARDED|IMMUTABLE"
    r"|BLOCKCHAIN)\s+)*"
)
_CREATE = re.compile(rf"CREATE\s+(?P<kind>{_KIND})TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{QUALIFIED})(?P<rest>.*)", _I)
_DROP = re.compile(rf"DROP\s+(?:FOREIGN\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?P<names>{QUALIFIED}(?:\s*,\s*{QUALIFIED})*)", re.I)
_VIRTUAL = re.compile(rf"CREATE\s+VIRTUAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>{QUALIFIED})", re.I)
_OF = re.compile(r"PARTITION\s+OF\b", re.I)
_INHERITS = re.compile(rf"\)?\s*INHERITS\s*\(\s*(?P<names>{QUALIFIED}(?:\s*,\s*{QUALIFIED})*)\s*\)", re.I)
_PARTITION = re.compile(r"\bPARTITION\s+BY\s+(?P<how>(?:LINEAR\s+)?\w+(?:\s+COLUMNS)?)\s*(?=\()", re.I)
_CHARSET = re.compile(r"\b(?:CHARSET|CHARACTER\s+SET)\s*=?\s*(?P<charset>\w+)", re.I)
_COLLATE = re.compile(r"\bCOLLATE\s*=?\s*(?P<collation>\w+)", re.I)


def read_ddl(paths: Sequence[Path], dialect: str | None = None) -> Catalog:
    """Return the schema in the SQL files ``paths``, read as one script.

    ``dialect`` is a name such as postgres, mysql, tsql, oracle, sqlite or hsqldb; it is guessed from the text if None.  What was
    not understood is in the catalog's findings with file and line.  Raises SourceError for files without tables.
    """
    if not paths:
        raise UsageError("no DDL file was given. Name at least one .sql file.")
    texts = [script.load(path) for path in paths]
    whole = "\n".join(text for text, _ in texts)
    known = script.dialect_of(dialect, whole)
    reader = Reader(known, findings=[("", note) for _, note in texts if note])
    with _quiet_sqlglot():
        _read(reader, [(path.name, text) for path, (text, _) in zip(paths, texts, strict=True)])
    if doubt := script.doubt(known, whole):
        reader.note("", doubt)
    tables = [draft for draft in reader.drafts.values() if draft.name not in reader.partitions]
    told = list(reader.told())
    if not tables:
        raise SourceError(script.no_tables(paths, known, told))
    source = f"{', '.join(path.name for path in paths)} ({known})"
    return assemble([_finished(reader, draft) for draft in tables], source, told, reader.views.values(), reader.objects)


def read_script(text: str, dialect: str) -> Reader:
    """Return all that the script ``text`` says, with places such as ``:3``; for the parts of a schema that only its SQL tells."""
    reader = Reader(dialect)
    with _quiet_sqlglot():
        _read(reader, [("", text)])
    return reader


def _read(reader: Reader, texts: Sequence[tuple[str, str]]) -> None:
    """Read types, then tables, then the rest: dumps may state keys and comments in another file or order."""
    statements = [
        (f"{file}:{statement.line}", statement.text)
        for file, text in texts
        for statement in splitter.statements(text, reader.dialect)
    ]
    reader.shared = _shared(statements, reader.dialect)
    for name in sorted(reader.shared):
        reader.note("", f"several schemas have a table {name}: each is called by its schema's name too")
    later = [each for each in statements if not objects.take_type(reader, each[1])]
    rest = [each for each in later if not _take_table(reader, *each)]
    for place, text in rest:
        if not (objects.take(reader, text) or amend.take(reader, text, place)):
            reader.miss(place, "not understood", text)
    for name in reader.views.keys() & reader.drafts.keys():
        del reader.drafts[name]  # a dump's placeholder for the view


def _shared(statements: Sequence[tuple[str, str]], dialect: str) -> set[str]:
    """Return the names that tables of several schemas have."""
    schemas: dict[str, set[str]] = {}
    for _, text in statements:
        if created := _CREATE.match(text):
            parts = names(created["name"], dialect)
            schemas.setdefault(parts[-1], set()).add(parts[-2] if len(parts) > 1 else "")
    return {name for name, found in schemas.items() if len(found) > 1 and "" not in found}


def _take_table(reader: Reader, place: str, text: str) -> bool:
    """Carry out a CREATE or DROP TABLE; False for anything else."""
    if created := _CREATE.match(text):
        _create(reader, created, place)
        return True
    if virtual := _VIRTUAL.match(text):
        name = reader.name(virtual["name"])
        reader.objects.add(SourceObject("virtual table", name))
        reader.note(place, f"table {name} is virtual; left out")
        return True
    if dropped := _DROP.match(text):
        for qualified, _ in splitter.items(dropped["names"], reader.dialect):
            known = resolve(reader.name(qualified), reader.drafts)
            reader.drafts.pop(known or "", None)
        return True
    return False


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


def _create(reader: Reader, created: re.Match[str], place: str) -> None:
    name, rest = reader.name(created["name"]), created["rest"].lstrip()
    if re.search(r"\bTEMP", created["kind"], re.I) or name.startswith("#"):
        return  # a temporary table is gone when the script ends
    if _OF.match(rest):
        reader.partitions.add(name)
        return
    if re.match(r"LIKE\s", rest, re.I):
        rest = f"({rest})"  # as PostgreSQL writes what MySQL says without parentheses
    span = splitter.body(rest, reader.dialect) if rest.startswith("(") else None
    if span is None or re.match(r"\(\s*(?:SELECT|WITH)\b", rest, re.I):
        reader.miss(place, f"table {name} has no column list that could be read; left out", created[0])
        return
    draft = Draft(name, place)
    _tail(reader, draft, rest[span[1] + 1 :])
    parents = _INHERITS.match(rest[span[1] :])
    _add_table(reader, draft, created, rest, span)
    if parents and name in reader.drafts:
        _inherit(reader, draft, parents["names"], place)
    elif not draft.columns:
        reader.note(place, f"table {name} has no column that could be read; left out")
        reader.drafts.pop(name, None)


def _add_table(reader: Reader, draft: Draft, created: re.Match[str], rest: str, span: tuple[int, int]) -> None:
    if other := reader.drafts.get(draft.name):
        if re.match(r"CREATE\s.*?TABLE\s+IF\s+NOT\s+EXISTS\b", created[0], _I):
            return
        raise SourceError(f"the table {draft.name} is created twice, at {other.place} and at {draft.place}. Keep one of them.")
    begin = max(len(created[0]) - len(rest), 0)
    reader.drafts[draft.name] = draft
    reader.add_items(draft, rest[span[0] : span[1]], draft.place, created[0][: begin + span[0]].count("\n"))


def _inherit(reader: Reader, draft: Draft, parents: str, place: str) -> None:
    """Give a child its parents' columns; one that adds none of its own is a part of its parent and no table."""
    own = [reader.name(qualified) for qualified, _ in splitter.items(parents, reader.dialect)]
    known = [reader.drafts[name] for each in own if (name := resolve(each, reader.drafts))]
    theirs = {name: column for parent in known for name, column in parent.columns.items()}
    if known and draft.columns.keys() <= theirs.keys():
        del reader.drafts[draft.name]
        reader.partitions.add(draft.name)
        reader.note(place, f"table {draft.name} inherits; its rows count as rows of its parent")
    else:
        draft.columns = {**theirs, **draft.columns}
        reader.note(place, f"table {draft.name} inherits from {', '.join(own)}, whose rows include its rows")


def _tail(reader: Reader, draft: Draft, tail: str) -> None:
    """Read what follows the column list: partitioning, and MySQL's comment and charset."""
    mask = splitter.masked(tail, reader.dialect)
    if how := _PARTITION.search(mask):
        inner = clauses.inside(tail[how.end() :], reader.dialect)
        words = re.sub(r"\s+", " ", how["how"]).upper()
        draft.partitioned_by = f"{words} ({inner[0]})" if inner else None
    if reader.dialect != "mysql":
        return
    if comment := re.search(r"\bCOMMENT\s*(?==|¤)", mask, re.I):
        draft.comment = clauses.literal(tail[comment.end() :], reader.dialect)
    charset, collation = _CHARSET.search(mask), _COLLATE.search(mask)
    draft.collation = collation["collation"] if collation else None
    draft.charset = charset["charset"] if charset else draft.collation.partition("_")[0] if draft.collation else None


def _finished(reader: Reader, draft: Draft) -> Draft:
    """Return ``draft`` with the tables that it refers to called as they are here."""
    draft.references = [replace(each, table=reader.name(each.table)) for each in draft.references]
    return draft
