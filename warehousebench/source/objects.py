"""What scripts hold beside tables: types that columns use, views, routines, and statements that say nothing about a schema."""

from __future__ import annotations

import re

from warehousebench.model.catalog import DataType, SourceObject, TypeKind, View
from warehousebench.source import clauses, splitter
from warehousebench.source.clauses import QUALIFIED
from warehousebench.source.names import names
from warehousebench.source.reader import Reader
from warehousebench.source.types import enumerated

_I = re.I | re.S
_ENUM = re.compile(rf"CREATE\s+TYPE\s+(?P<name>{QUALIFIED})\s+AS\s+ENUM\s*(?P<labels>\(.*)", _I)
_DOMAIN = re.compile(rf"CREATE\s+DOMAIN\s+(?P<name>{QUALIFIED})\s+(?:AS\s+)?(?P<type>.*)", _I)
_ALIAS = re.compile(rf"CREATE\s+TYPE\s+(?P<name>{QUALIFIED})\s+FROM\s+(?P<type>.*)", _I)
_DISTINCT = re.compile(
    rf"CREATE\s+TYPE\s+(?P<name>{QUALIFIED})\s+AS\s+(?P<type>(?!OBJECT\b|TABLE\b|VARRAY\b|RANGE\b|VARYING\b)\w.*)", _I
)
_OWN_TYPE = re.compile(
    rf"CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:NON)?EDITIONABLE\s+)?TYPE\s+(?P<body>BODY\s+)?(?P<name>{QUALIFIED})", re.I
)
_VIEW = re.compile(
    r"CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:ALGORITHM\s*=\s*\w+\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:SQL\s+SECURITY\s+\w+\s+)?"
    r"(?:(?:NO\s+)?FORCE\s+)?(?:(?:NON)?EDITIONABLE\s+)?(?:TEMP(?:ORARY)?\s+)?(?:RECURSIVE\s+)?(?P<materialized>MATERIALIZED\s+)?VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    rf"(?P<name>{QUALIFIED})(?P<rest>.*)",
    _I,
)
_QUERY = re.compile(r"(?<![\w¤])AS\s+(?=\(?\s*(?:SELECT|WITH|VALUES|TABLE)\b|\()", re.I)
_VIEW_END = re.compile(r"\s+WITH\s+(?:(?:NO\s+)?DATA|(?:(?:CASCADED|LOCAL)\s+)?CHECK\s+OPTION|READ\s+ONLY)\s*$", re.I)
_OBJECT = re.compile(
    r"CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:(?:NON)?EDITIONABLE\s+)?(?:CONSTRAINT\s+)?(?:PUBLIC\s+)?"
    r"(?P<kind>TRIGGER|FUNCTION|PROCEDURE|PROC|PACKAGE(?:\s+BODY)?|SEQUENCE|EVENT|SYNONYM|AGGREGATE|RULE|POLICY|OPERATOR)\s+"
    rf"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?P<name>{QUALIFIED})",
    _I,
)
# SQL Server's scripts hide a view that may exist already in a string.
_EXECUTED = re.compile(r"EXEC(?:UTE)?\s+(?:\w+\.)?sp_executesql\s+@statement\s*=\s*(?P<sql>N?'.*)", _I)
# Statements that say nothing about tables, keys or views.
_PASSED = re.compile(
    r"(?:INSERT|REPLACE|UPDATE|DELETE|MERGE|TRUNCATE|SELECT|COPY|CALL|EXEC|EXECUTE|PRINT|SET|USE|GRANT|REVOKE|DENY|LOCK|UNLOCK|BEGIN|START|COMMIT"
    r"|ROLLBACK|SAVEPOINT|END|PRAGMA|ANALYZE|ANALYSE|VACUUM|REFRESH|REINDEX|CONNECT|DISCONNECT|WHENEVER|EXIT|QUIT|DECLARE|IF|ELSE|WHILE|DO|RAISERROR|RETURN"
    r"|CHECKPOINT|SHUTDOWN|FLUSH|HANDLER|SOURCE|DBCC|BACKUP|RESTORE|AUDIT|NOAUDIT|PURGE|RENAME|ATTACH|DETACH|DROP|SECURITY)\b"
    r"|CREATE\s+(?:SCHEMA|DATABASE|EXTENSION|USER|ROLE|LOGIN|TABLESPACE|SERVER|CAST|COLLATION|CONVERSION|LANGUAGE|PUBLICATION|SUBSCRIPTION|ACCESS|STATISTICS"
    r"|FOREIGN\s+DATA|TEXT\s+SEARCH|EVENT\s+TRIGGER|PARTITION\s+(?:FUNCTION|SCHEME)|FULLTEXT|XML|PRIMARY\s+XML|SPATIAL|BITMAP|(?:NON)?CLUSTERED|INDEX|COLUMNSTORE"
    r"|UNIQUE|DIRECTORY|DATABASE\s+LINK|CONTEXT|PROFILE|VIRTUAL\s+TABLE|TABLE\s+SPACE|TRANSFORM|OPERATOR\s+(?:CLASS|FAMILY)|DEFAULT|APPLICATION)\b"
    r"|ALTER\s+(?!TABLE\b|FOREIGN\s+TABLE\b)|COMMENT\s+ON\s+(?!TABLE\b|COLUMN\b)|/\s*$|@",
    re.I,
)

_NOT_PASSED = re.compile(
    r"CREATE\s+UNIQUE\b|(?:EXEC\w*\s+)(?:\[?sys\]?\.)?\[?(?:sp_addextendedproperty|sp_rename)\b|RENAME\s+TABLE\b", re.I
)


def take_type(reader: Reader, text: str) -> bool:
    """Remember a type that the script creates; False for anything else."""
    if enum := _ENUM.match(text):
        inner = clauses.inside(enum["labels"], reader.dialect)
        labels = (
            [clauses.literal(part, reader.dialect) or "" for part, _ in splitter.items(inner[0], reader.dialect)] if inner else []
        )
        _remember(reader, enum["name"], "type", enumerated(labels))
    elif domain := _DOMAIN.match(text):
        _remember(reader, domain["name"], "domain", _base(reader, domain["type"]))
    elif alias := _ALIAS.match(text) or (_DISTINCT.match(text) if reader.dialect == "hsqldb" else None):
        _remember(reader, alias["name"], "type", _base(reader, alias["type"]))
    elif own := _OWN_TYPE.match(text):
        _remember(reader, own["name"], "type", DataType(TypeKind.OTHER))
    else:
        return False
    return True


def take(reader: Reader, text: str) -> bool:
    """Keep a view, note an object that is no table, pass over what says nothing; False if the statement is none of these."""
    if executed := _EXECUTED.match(text):
        return take(reader, (clauses.literal(executed["sql"], reader.dialect) or "").strip())
    if view := _VIEW.match(text):
        return _view(reader, view)
    if found := _OBJECT.match(text):
        kind = re.sub(r"\s+", " ", found["kind"]).lower()
        reader.objects.add(
            SourceObject({"proc": "procedure", "package body": "package"}.get(kind, kind), names(found["name"], reader.dialect)[-1])
        )
        return True
    return bool(_PASSED.match(text)) and not _NOT_PASSED.match(text)


def _remember(reader: Reader, qualified: str, kind: str, type_: DataType) -> None:
    name = names(qualified, reader.dialect)[-1]
    reader.types[name.lower()] = type_
    reader.objects.add(SourceObject(kind, name))


def _base(reader: Reader, declaration: str) -> DataType:
    return reader.typed(clauses.cut(declaration, reader.dialect)[0], None)


def _view(reader: Reader, view: re.Match[str]) -> bool:
    query = _QUERY.search(splitter.masked(view["rest"], reader.dialect))
    if not query:
        return False
    sql = _VIEW_END.sub("", view["rest"][query.end() :].strip())
    name = reader.name(view["name"])
    reader.views[name] = View(name, sql, bool(view["materialized"]))
    return True
