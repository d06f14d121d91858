"""One item of a column list at a time: a column or a constraint, through sqlglot, with a way out for odd ones.

Items are parsed alone so that one that sqlglot does not know costs that item and not its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlglot
from sqlglot import exp

from warehousebench.model.catalog import Column, TypeKind
from warehousebench.source import splitter
from warehousebench.source.draft import Draft, Reference
from warehousebench.source.types import data_type, parse_type

NAME = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[[^\]]+\]|[^\W\d][\w$#@]*)'
QUALIFIED = rf"{NAME}(?:\s*\.\s*{NAME})*"
_FOLDING = ("postgres", "redshift")

# Words that say nothing about columns and keys and that sqlglot stumbles over, by dialect.
_NOISE = {
    "tsql": re.compile(
        r"(?<=\s)(?:(?:NON)?CLUSTERED|NOT\s+FOR\s+REPLICATION|ROWGUIDCOL|SPARSE)\b|\bWITH\s*\([^()]*\)"
        r"|(?<=\s)ON\s+(?:\[[^\]]+\]|\w+)(?:\s*\([^()]*\))?\s*$",
        re.I,
    ),
    "oracle": re.compile(
        r"(?<=\s)(?:ENABLE|DISABLE|(?:NO)?VALIDATE|(?:NO)?RELY|(?:NOT\s+)?DEFERRABLE|INITIALLY\s+\w+)\b|\bUSING\s+INDEX\b[^,]*$",
        re.I,
    ),
    "sqlite": re.compile(r"\bON\s+CONFLICT\s+\w+", re.I),
    "postgres": re.compile(r"\bUSING\s+INDEX\s+TABLESPACE\s+\w+|\bNOT\s+VALID\b|(?<=\))\s*VIRTUAL\b", re.I),
    "mysql": re.compile(r"\bUSING\s+(?:BTREE|HASH)\b", re.I),
}
_CONSTRAINT = rf"(?:CONSTRAINT\s+(?:{NAME}\s+)?)?"
_NOT_A_KEY = re.compile(rf"{_CONSTRAINT}(?:CHECK\s*\(|EXCLUDE\s|PERIOD\s+FOR\s)", re.I)
_INDEX = re.compile(r"(?:(?:FULLTEXT|SPATIAL)\s+)?(?:INDEX|KEY)\s|(?:FULLTEXT|SPATIAL)\s", re.I)
_IS_CONSTRAINT = re.compile(rf"{_CONSTRAINT}(?:PRIMARY\s+KEY|UNIQUE|FOREIGN\s+KEY)\b|CONSTRAINT\s|LIKE\s", re.I)
# Where a column's type ends and its constraints begin.
_AFTER_TYPE = re.compile(
    r"(?<!\w)(?:NOT|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|CONSTRAINT|COMMENT|COLLATE|GENERATED|AUTO_?INCREMENT|IDENTITY|AS|ON"
    r"|ENCODE|DISTKEY|SORTKEY|INVISIBLE|VISIBLE|STORAGE|SPARSE|ROWGUIDCOL|ENABLE|KEY)\b",
    re.I,
)


class NotUnderstoodError(Exception):
    """An item that could not be read; ``kept`` says what was saved of it."""

    def __init__(self, kept: str) -> None:
        super().__init__(kept)
        self.kept = kept


def fold(name: str, quoted: bool, dialect: str) -> str:
    """Return ``name`` as the database stores it: PostgreSQL folds what is not quoted, others keep or ignore case."""
    return name if quoted or dialect not in _FOLDING else name.lower()


def names(text: str, dialect: str) -> tuple[str, ...]:
    """Return the identifiers in ``text`` without their quotes."""
    return tuple(_unquoted(found, dialect) for found in re.findall(NAME, text))


def apply(draft: Draft, item: str, dialect: str) -> None:
    """Add one item of a column list to ``draft``; raises NotUnderstoodError for what is more than a check or an index."""
    if _NOT_A_KEY.match(item) or (dialect in ("mysql", "tsql") and _INDEX.match(item)):
        return
    nodes = _parse(_without_noise(item, dialect), dialect)
    if nodes is None:
        _salvage(draft, item, dialect)
        return
    for node in nodes:
        _add(draft, node, item, dialect)


def type_text(declaration: str, dialect: str) -> str:
    """Return the type at the beginning of ``declaration``, what follows a column's name, as it was written."""
    end = _AFTER_TYPE.search(splitter.masked(declaration, dialect))
    return re.sub(r"\s+", " ", declaration[: end.start()] if end else declaration).strip()


def _unquoted(text: str, dialect: str) -> str:
    if text[0] in '"`[':
        return text[1:-1].replace(text[-1] * 2, text[-1])
    return fold(text, False, dialect)


def _without_noise(item: str, dialect: str) -> str:
    noise = _NOISE.get(dialect)
    if noise is None:
        return item
    return "".join(noise.sub(" ", part) if is_code else part for is_code, part in splitter.code(item, dialect))


def _parse(item: str, dialect: str) -> Sequence[exp.Expression] | None:
    try:
        tree = sqlglot.parse_one(f"CREATE TABLE t (\n{item}\n)", read=dialect)
    except sqlglot.errors.SqlglotError:
        return None
    schema = tree.this if isinstance(tree, exp.Create) else None
    return schema.expressions if isinstance(schema, exp.Schema) else None


def _salvage(draft: Draft, item: str, dialect: str) -> None:
    """Keep name and type of a column whose constraints were not understood, and say so."""
    found = None if _IS_CONSTRAINT.match(item) else re.match(rf"({NAME})\s+(.+)", item, re.S)
    if not found:
        raise NotUnderstoodError("nothing")
    name, native = _unquoted(found[1], dialect), type_text(found[2], dialect)
    rest = splitter.masked(found[2], dialect)
    required = re.search(r"\bNOT\s+NULL\b|\bPRIMARY\s+KEY\b", rest, re.I)
    draft.add(Column(name, parse_type(native, dialect), nullable=not required))
    if re.search(r"\bPRIMARY\s+KEY\b", rest, re.I):
        draft.primary_key = (name,)
    rest = re.sub(r"\b(?:NOT\s+)?NULL\b|\bPRIMARY\s+KEY\b", "", rest[len(native) :], flags=re.I)
    if rest.strip() or draft.columns[name].type.kind is TypeKind.OTHER:
        raise NotUnderstoodError("name and type of the column")


def _add(draft: Draft, node: exp.Expression, item: str, dialect: str) -> None:
    if isinstance(node, exp.ColumnDef):
        _add_column(draft, node, item, dialect)
    elif isinstance(node, exp.Identifier):  # SQLite allows columns without a type
        name = fold(node.name, bool(node.args.get("quoted")), dialect)
        draft.add(Column(name, data_type(None, "", dialect)))
    elif isinstance(node, exp.Constraint):
        for inner in node.expressions:
            _add_key(draft, inner, node.this.name or None, dialect)
    else:
        _add_key(draft, node, None, dialect)


def _add_column(draft: Draft, node: exp.ColumnDef, item: str, dialect: str) -> None:
    name = fold(node.this.name, bool(node.this.args.get("quoted")), dialect)
    native = type_text(re.sub(rf"^{NAME}", "", item, count=1), dialect)
    column = Column(name, data_type(node.args.get("kind"), native, dialect), nullable="serial" not in native.lower())
    for constraint in node.args.get("constraints") or ():
        column = _constrained(draft, column, constraint, dialect)
    draft.add(column)


def _constrained(draft: Draft, column: Column, constraint: exp.Expression, dialect: str) -> Column:
    kind, key = constraint.args.get("kind"), (column.name,)
    if isinstance(kind, exp.PrimaryKeyColumnConstraint):
        draft.primary_key = key
    elif isinstance(kind, exp.UniqueColumnConstraint):
        draft.unique_keys.append(key)
    elif isinstance(kind, exp.Reference):
        draft.references.append(_reference(key, kind, constraint.name or None, dialect))
    elif isinstance(kind, exp.NotNullColumnConstraint):
        return replace(column, nullable=bool(kind.args.get("allow_null")))
    elif isinstance(kind, exp.GeneratedAsIdentityColumnConstraint) and not kind.args.get("expression"):
        return replace(column, nullable=False)
    elif isinstance(kind, exp.DefaultColumnConstraint) and not isinstance(kind.this, exp.Null):
        return replace(column, default=kind.this.sql(dialect=dialect))
    elif isinstance(kind, exp.CommentColumnConstraint):
        return replace(column, comment=kind.this.name)
    return column


def _add_key(draft: Draft, node: exp.Expression, name: str | None, dialect: str) -> None:
    if isinstance(node, exp.PrimaryKey):
        draft.primary_key = tuple(_columns(node.expressions, dialect))
    elif isinstance(node, exp.UniqueColumnConstraint) and isinstance(node.this, exp.Schema):
        draft.unique_keys.append(tuple(_columns(node.this.expressions, dialect)))
    elif isinstance(node, exp.ForeignKey) and isinstance(node.args.get("reference"), exp.Reference):
        columns = tuple(_columns(node.expressions, dialect))
        draft.references.append(_reference(columns, node.args["reference"], name, dialect))
    elif not isinstance(node, (exp.CheckColumnConstraint, exp.IndexColumnConstraint)):
        raise NotUnderstoodError("nothing")


def _reference(columns: tuple[str, ...], node: exp.Reference, name: str | None, dialect: str) -> Reference:
    schema = node.this
    table = schema.this if isinstance(schema, exp.Schema) else schema
    referenced = tuple(_columns(schema.expressions, dialect)) if isinstance(schema, exp.Schema) else ()
    return Reference(columns, fold(table.name, bool(table.this.args.get("quoted")), dialect), referenced, name)


def _columns(nodes: Sequence[exp.Expression], dialect: str) -> Iterator[str]:
    """Yield the column names of a key; a MySQL prefix such as ``name(10)`` counts as its column."""
    for node in nodes:
        inner = node.this if isinstance(node, exp.Ordered) else node
        if isinstance(inner, exp.Func) and not isinstance(inner, exp.Anonymous):
            raise NotUnderstoodError("nothing")
        identifier = inner.find(exp.Identifier)
        quoted = bool(identifier and identifier.args.get("quoted"))
        yield fold(identifier.name if identifier else inner.name, quoted, dialect)
