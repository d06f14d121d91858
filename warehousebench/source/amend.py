"""Statements that change tables: ALTER TABLE, comments, unique indexes, each applied to what was created before."""

from __future__ import annotations

import re
from dataclasses import replace

from warehousebench.model.catalog import Column
from warehousebench.source import clauses, items, splitter
from warehousebench.source.clauses import NAME, QUALIFIED
from warehousebench.source.draft import Draft, resolve
from warehousebench.source.items import NotUnderstoodError
from warehousebench.source.names import names, unquoted
from warehousebench.source.reader import Reader

_I = re.I | re.S
_ALTER = re.compile(rf"ALTER\s+(?:FOREIGN\s+)?TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<name>{QUALIFIED})\s*(?P<rest>.*)", _I)
_COMMENT = re.compile(rf"COMMENT\s+ON\s+(?P<kind>TABLE|COLUMN)\s+(?P<name>{QUALIFIED})\s+IS\s+(?P<text>.*)", _I)
_UNIQUE_INDEX = re.compile(
    rf"CREATE\s+UNIQUE\s+(?:\w+\s+)?INDEX\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?:{QUALIFIED}\s+)?ON\s+(?:ONLY\s+)?"
    rf"(?P<name>{QUALIFIED})\s*(?:USING\s+\w+\s*)?(?P<rest>\(.*)",
    _I,
)
# SQL Server keeps comments as properties of objects.
_PROPERTY = re.compile(r"EXEC(?:UTE)?\s+(?:sys\.|\[sys\]\.)?\[?sp_addextendedproperty\]?\s+(?P<values>.*)", _I)
_ADD = re.compile(r"ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?P<item>.*)", _I)
_MODIFY = re.compile(rf"(?:MODIFY\s+(?:COLUMN\s+)?|CHANGE\s+(?:COLUMN\s+)?(?P<old>{NAME})\s+)(?P<item>\(.*|{NAME}\s.*)", _I)
_RENAME_TABLE = re.compile(rf"RENAME\s+(?:TO\s+|AS\s+)(?P<new>{QUALIFIED})\s*$", _I)
_RENAME = re.compile(rf"RENAME\s+COLUMN\s+(?P<old>{NAME})\s+TO\s+(?P<new>{NAME})\s*$", _I)
_DROP = re.compile(
    rf"DROP\s+(?:COLUMN\s+)(?:IF\s+EXISTS\s+)?(?P<name>{NAME})(?:\s+(?:CASCADE|RESTRICT|CASCADE\s+CONSTRAINTS))?\s*$", _I
)
_ALTER_COLUMN = re.compile(
    rf"ALTER\s+(?:COLUMN\s+)?(?P<column>{NAME})\s+(?:(?P<identity>ADD\s+GENERATED\b.*|RESTART\b.*)|(?P<required>SET\s+NOT\s+NULL)"
    r"|(?P<free>DROP\s+NOT\s+NULL)|SET\s+DEFAULT\s+(?P<default>.+)|(?:SET\s+DATA\s+)?TYPE\s+(?P<type>.+)|(?P<anew>(?!SET\b|DROP\b).+))$",
    _I,
)
_DEFAULT_FOR = re.compile(
    rf"ADD\s+(?:CONSTRAINT\s+{NAME}\s+)?DEFAULT\s*(?P<default>.+)\s+FOR\s+(?P<column>{NAME})(?:\s+WITH\s+VALUES)?\s*$", _I
)
_ATTACH = re.compile(rf"ATTACH\s+PARTITION\s+(?P<name>{QUALIFIED})", re.I)
_INHERIT = re.compile(r"INHERIT\s", re.I)
# Actions that change neither columns nor keys.
_HARMLESS = re.compile(
    r"OWNER\s+TO|(?:ENABLE|DISABLE|FORCE|NO\s+FORCE|REPLICA|CLUSTER|VALIDATE|CHECK|NOCHECK|ENGINE|AUTO_INCREMENT|COMMENT|LOGGING|NOLOGGING)\b"
    r"|(?:WITH\s+(?:NO)?CHECK\s+)?(?:NO)?CHECK\s+CONSTRAINT|SET\s*\(|SET\s+(?:TABLESPACE|LOGGED|UNLOGGED|WITHOUT|SCHEMA|LOCK_ESCALATION)\b"
    rf"|ALTER\s+(?:COLUMN\s+)?{NAME}\s+(?:SET\s+(?:STATISTICS|STORAGE|COMPRESSION|\()|DROP\s+DEFAULT)"
    r"|ADD\s+(?:(?:FULLTEXT|SPATIAL)\s+)?(?:INDEX|KEY)\b|ADD\s+SUPPLEMENTAL\b|(?:CONVERT\s+TO|DEFAULT)\s+CHARACTER\b|RENAME\s+CONSTRAINT\b|ADD\s+PERIOD\b",
    re.I,
)


def take(reader: Reader, text: str, place: str) -> bool:
    """Carry out one statement about tables that exist; False if it is none of those known here."""
    if reader.dialect == "tsql":
        text = re.sub(r"\s+END\s*$", "", text, flags=re.I)  # of the block of an IF NOT EXISTS
    if altered := _ALTER.match(text):
        _alter(reader, altered, place)
    elif comment := _COMMENT.match(text):
        _comment(reader, comment, place)
    elif index := _UNIQUE_INDEX.match(text):
        _unique_index(reader, index, place)
    elif told := _PROPERTY.match(text):
        _property(reader, told["values"], place)
    else:
        return False
    return True


def _alter(reader: Reader, altered: re.Match[str], place: str) -> None:
    rest = re.sub(r"^WITH\s+(?:NO)?CHECK\s+(?=ADD)", "", altered["rest"], flags=re.I)
    if attached := _ATTACH.match(rest):
        reader.partitions.add(reader.name(attached["name"]))
        return
    if _INHERIT.match(rest):
        reader.partitions.add(reader.name(altered["name"]))
        return
    draft = None if _HARMLESS.match(rest) else reader.draft(altered["name"], place)
    if draft and re.match(r"DROP\s", rest, re.I) and _before(place, draft.place):
        return  # a dump clears away what it creates later
    adding = False
    for action, offset in splitter.items(rest, reader.dialect) if draft else ():
        # T-SQL and Oracle write ADD once for several constraints.
        adding = adding and not re.match(r"(?:ADD|DROP|ALTER|MODIFY|CHANGE)\s", action, re.I)
        text = f"ADD {action}" if adding and not _HARMLESS.match(action) else action
        adding = bool(re.match(r"ADD\s", text, re.I))
        line = _lower(place, altered[0][: altered.start("rest")] + rest[:offset])
        if draft and not _HARMLESS.match(text) and not _act(reader, draft, text, line):
            reader.miss(line, f"not understood about table {draft.name}", text)


def _before(place: str, other: str) -> bool:
    (file, _, line), (other_file, _, other_line) = place.rpartition(":"), other.rpartition(":")
    return file == other_file and int(line) < int(other_line)


def _lower(place: str, above: str) -> str:
    """Return the place that is as many lines below ``place`` as ``above`` has."""
    file, _, line = place.rpartition(":")
    return f"{file}:{int(line) + above.count(chr(10))}"


def _act(reader: Reader, draft: Draft, action: str, place: str) -> bool:
    """Carry out one action of ALTER TABLE; False if it is unknown."""
    if (change := _ALTER_COLUMN.match(action) or _DEFAULT_FOR.match(action)) is not None:
        return _change_column(reader, draft, change.groupdict(), place)
    if modified := _MODIFY.match(action):
        return _modify(reader, draft, modified, place)
    if renamed := _RENAME.match(action):
        return _rename(draft, *(unquoted(renamed[each], reader.dialect) for each in ("old", "new")))
    if renamed := _RENAME_TABLE.match(action):
        reader.rename(draft, reader.name(renamed["new"]))
        return True
    if dropped := _DROP.match(action):
        known = resolve(unquoted(dropped["name"], reader.dialect), draft.columns)
        return draft.columns.pop(known or "", None) is not None
    if added := _ADD.match(action):
        item = added["item"].strip()
        span = splitter.body(item, reader.dialect) if item.startswith("(") else None
        reader.add_items(draft, item[span[0] : span[1]] if span else item, place)
        return True
    return False


def _modify(reader: Reader, draft: Draft, modified: re.Match[str], place: str) -> bool:
    """State a column anew, as MySQL's dumps do to make it AUTO_INCREMENT; its place in the table stays."""
    anew = Draft(draft.name, place, charset=draft.charset, collation=draft.collation)
    item = modified["item"]
    span = splitter.body(item, reader.dialect) if item.startswith("(") else None
    reader.add_items(anew, item[span[0] : span[1]] if span else item, place, typed=False)
    old = unquoted(modified["old"], reader.dialect) if modified["old"] else None
    for name, column in anew.columns.items():
        known = resolve(old or name, draft.columns)
        if known is None:
            return False
        draft.columns = {
            (name if key == known else key): (_anew(each, column) if key == known else each) for key, each in draft.columns.items()
        }
        _rename_keys(draft, known, name)
    draft.checks += anew.checks
    return True


def _anew(old: Column, new: Column) -> Column:
    """Return the column ``old`` as ``new`` states it anew, which may say no more than NOT NULL."""
    if new.type.native and new.type.dialect != "oracle":
        return new
    # Oracle keeps what a MODIFY does not state.
    kept = replace(
        new,
        nullable=old.nullable and new.nullable,
        default=new.default or old.default,
        comment=old.comment,
        collation=new.collation or old.collation,
    )
    return kept if new.type.native else replace(kept, type=old.type, generated=old.generated, identity=old.identity)


def _rename(draft: Draft, old: str, new: str) -> bool:
    known = resolve(old, draft.columns)
    if known is None:
        return False
    draft.columns = {
        (new if key == known else key): (replace(each, name=new) if key == known else each) for key, each in draft.columns.items()
    }
    _rename_keys(draft, known, new)
    return True


def _rename_keys(draft: Draft, old: str, new: str) -> None:
    def told(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if column == old else column for column in columns)

    draft.primary_key = told(draft.primary_key)
    draft.unique_keys = [told(key) for key in draft.unique_keys]
    draft.references = [replace(each, columns=told(each.columns)) for each in draft.references]


def _change_column(reader: Reader, draft: Draft, change: dict[str, str | None], place: str) -> bool:
    name = resolve(unquoted(change["column"] or "", reader.dialect), draft.columns)
    if name is None:
        return False
    column = draft.columns[name]
    if change["default"]:
        default = change["default"].strip()
        column = replace(column, default=default, identity=column.identity or items.numbers(default, reader.dialect))
    elif change.get("identity"):
        column = replace(column, nullable=False, identity=True)
    elif declared := change.get("type") or change.get("anew"):
        native, found = clauses.cut(re.sub(r"\sUSING\s.*", "", declared, flags=_I), reader.dialect)
        required = any(each.word == "NOT NULL" for each in found)
        column = replace(
            column, type=reader.typed(native, draft.charset), nullable=column.nullable if change.get("type") else not required
        )
        if column.type.kind.value == "other":
            reader.note(place, f"column {name} of {draft.name} got the type {native}, which is not known")
    else:
        column = replace(column, nullable=bool(change["free"]))
    draft.columns[name] = column
    return True


def _comment(reader: Reader, comment: re.Match[str], place: str) -> None:
    text = clauses.literal(comment["text"], reader.dialect)
    if comment["kind"].upper() == "TABLE":
        if draft := reader.draft(comment["name"], place):
            draft.comment = text
        return
    parts = re.findall(NAME, comment["name"])
    _comment_column(reader, ".".join(parts[:-1]), parts[-1], text, place)


def _comment_column(reader: Reader, owner: str, column: str, text: str | None, place: str) -> None:
    draft = reader.draft(owner, place) if owner else None
    name = resolve(names(column, reader.dialect)[-1], draft.columns) if draft else None
    if draft and name:
        draft.columns[name] = replace(draft.columns[name], comment=text)
    elif draft:
        reader.miss(place, f"table {draft.name} has no such column", column)


def _property(reader: Reader, values: str, place: str) -> None:
    """Take a description of a table or a column; other properties are settings of tools."""
    parts = [re.sub(r"^@\w+\s*=\s*", "", value) for value, _ in splitter.items(values, reader.dialect)]
    told = [clauses.literal(part, reader.dialect) or part.strip("[] ") for part in parts]
    if len(told) < 6 or told[0] != "MS_Description" or told[4].upper() != "TABLE":
        return
    owner = f"{_bracketed(told[3])}.{_bracketed(told[5])}"
    if len(told) >= 8 and told[6].upper() == "COLUMN":
        _comment_column(reader, owner, _bracketed(told[7]), told[1], place)
    elif draft := reader.draft(owner, place):
        draft.comment = told[1]


def _bracketed(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _unique_index(reader: Reader, index: re.Match[str], place: str) -> None:
    inner = clauses.inside(index["rest"], reader.dialect)
    # An index over some rows does not make columns unique.
    if inner is None or re.search(r"\bWHERE\b", splitter.masked(inner[1], reader.dialect), re.I):
        return
    columns = re.sub(r"\s+(?:NULLS\s+(?:FIRST|LAST))", "", inner[0], flags=re.I)
    try:
        key = tuple(items.key_columns(columns, reader.dialect))
    except NotUnderstoodError:
        return  # nor does one over expressions
    if draft := reader.draft(index["name"], place):
        draft.unique_keys.append(key)
