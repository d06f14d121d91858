"""What Vertica refuses in CREATE TABLE and CREATE PROJECTION although it parses; one rule a row, with the page that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warehousebench.engines.common.rules import Created, Rule, split, too_long, unquoted
from warehousebench.engines.vertica.design import COLUMNS, ENCODINGS
from warehousebench.engines.vertica.types import LONG_BYTES, NAME_BYTES, NUMERIC_DIGITS, VARIABLE_BYTES

_TABLE = 'Vertica documentation, "CREATE TABLE"'
_PROJECTION = 'Vertica documentation, "CREATE PROJECTION"'
_SEGMENTATION = 'Vertica documentation, "Hash segmentation clause"'
_ENCODING = 'Vertica documentation, "Encoding types"'
_LIMITS = 'Vertica documentation, "System limits"'
_LIVE = 'Vertica documentation, "Live aggregate projections"'

_LONGEST = {
    "VARCHAR": VARIABLE_BYTES,
    "CHAR": VARIABLE_BYTES,
    "VARBINARY": VARIABLE_BYTES,
    "LONG VARCHAR": LONG_BYTES,
    "LONG VARBINARY": LONG_BYTES,
    "NUMERIC": NUMERIC_DIGITS,
}
_NO_KEY = ("LONG VARCHAR", "LONG VARBINARY", "GEOMETRY", "GEOGRAPHY")


def _ordered(statement: Created) -> list[str]:
    """Return the items of the statement's ORDER BY."""
    clause = re.search(r"\bORDER BY (.*?)(?= SEGMENTED\b| UNSEGMENTED\b| KSAFE\b| PARTITION\b|$)", statement.words, re.IGNORECASE)
    return split(clause[1]) if clause else []


def _hashed(statement: Created) -> list[str]:
    clause = re.search(r"(?<!UN)SEGMENTED BY (?:MODULAR)?HASH\s*\(([^()]*)\)", statement.words, re.IGNORECASE)
    return split(clause[1]) if clause else []


def _offsets(statement: Created) -> Iterator[str]:
    offset = re.search(r"\bOFFSET \d+", statement.words.upper())
    if offset and statement.kind == "TABLE":
        yield "OFFSET is for projections alone"
    if offset and "KSAFE" in statement.words.upper():
        yield "OFFSET and KSAFE exclude each other: with an offset, every buddy is a projection of its own"


def _directions(statement: Created) -> Iterator[str]:
    for item in _ordered(statement):
        if re.search(r"\s(ASC|DESC|NULLS)\b", item, re.IGNORECASE):
            yield f"ORDER BY {item} has a direction; projections are sorted upwards"


def _restrictions(statement: Created) -> Iterator[str]:
    if statement.kind == "PROJECTION":
        for clause in re.findall(r"\b(WHERE|HAVING|JOIN|DISTINCT|UNION)\b", statement.words.upper()):
            yield f"a projection's query takes no {clause}"


def _stored(statement: Created) -> Iterator[str]:
    if statement.kind == "PROJECTION" and statement.columns:
        known = {name.lower() for name in statement.columns}
        for what, items in (("sorted", _ordered(statement)), ("segmented", _hashed(statement))):
            for item in items:
                name = unquoted(re.split(r"\s", item)[0] if not item.startswith('"') else item)
                if name.lower() not in known:
                    yield f"it is {what} by {name}, which it does not store"


def _anchored(statement: Created) -> Iterator[str]:
    table = _table(statement)
    if table and "GROUP BY" not in statement.words.upper():
        known = {name.lower() for name in table.columns}
        yield from (f"{name} is not a column of {table.name}" for name in statement.columns if name.lower() not in known)


def _table(statement: Created) -> Created | None:
    """Return the table of a projection if the script creates it."""
    anchor = re.search(r'\bFROM ("(?:""|[^"])*"|\S+)', statement.words, re.IGNORECASE)
    return statement.tables.get(unquoted(anchor[1]).lower()) if statement.kind == "PROJECTION" and anchor else None


def _encodings(statement: Created) -> Iterator[str]:
    for name, text in statement.columns.items():
        encoding = re.search(r"\bENCODING (\w+)", text)
        if encoding and encoding[1] not in ENCODINGS:
            yield f"the encoding {encoding[1]} of {name} is not known"


def _encoded_types(statement: Created) -> Iterator[str]:
    table = _table(statement)
    for name, text in statement.columns.items() if table else ():
        type_ = next((each for column, each in table.columns.items() if column.lower() == name.lower()), "") if table else ""
        if re.search(r"ENCODING (BLOCK_DICT|BLOCKDICT_COMP)", text) and re.match(r"(LONG )?(VAR)?BINARY", type_):
            yield f"{text.split()[1]} does not encode {name}, which is {type_.split('(')[0]}"


def _key_types(statement: Created) -> Iterator[str]:
    table = _table(statement) or statement
    types = {name.lower(): text for name, text in table.columns.items()}
    for item in _ordered(statement) + _hashed(statement):
        if types.get(unquoted(item).lower(), "").startswith(_NO_KEY):
            yield f"{item} is {types[unquoted(item).lower()].split('(')[0]}, which rows are neither sorted nor segmented by"


def _safety(statement: Created) -> Iterator[str]:
    level = re.search(r"\bKSAFE (\d+)", statement.words.upper())
    if level and int(level[1]) > 2:
        yield f"KSAFE {level[1]}; Vertica knows 0, 1 and 2"


def _groups(statement: Created) -> Iterator[str]:
    if statement.kind == "PROJECTION" and "GROUP BY" in statement.words.upper() and "UNSEGMENTED" in statement.words.upper():
        yield "a live aggregate projection cannot be unsegmented"


def _lengths(statement: Created) -> Iterator[str]:
    for name, text in statement.columns.items():
        size = re.match(r"((?:LONG )?[A-Z]+)\s?\((\d+)", text)
        if size and int(size[2]) > _LONGEST.get(size[1], int(size[2])):
            yield f"{name} is {size[1]}({size[2]}), at most {_LONGEST[size[1]]} are allowed"


def _column_count(statement: Created) -> Iterator[str]:
    if len(statement.columns) > COLUMNS:
        yield f"it has {len(statement.columns)} columns, at most {COLUMNS} are allowed"


RULES = (
    Rule("OFFSET belongs to projections without KSAFE", _SEGMENTATION, _offsets),
    Rule("sorted upwards only", _TABLE, _directions),
    Rule("a projection holds all rows of one table", _PROJECTION, _restrictions),
    Rule("sorted and segmented by stored columns", _PROJECTION, _stored),
    Rule("stored columns are the table's", _PROJECTION, _anchored),
    Rule("encodings are known", _ENCODING, _encodings),
    Rule("dictionaries hold no binary values", _ENCODING, _encoded_types),
    Rule("keys are not long", _PROJECTION, _key_types),
    Rule("K-safety is 0, 1 or 2", _PROJECTION, _safety),
    Rule("live aggregates are segmented", _LIVE, _groups),
    Rule("types are not too long", _LIMITS, _lengths),
    Rule("names are not too long", _LIMITS, too_long(NAME_BYTES)),
    Rule("not too many columns", _LIMITS, _column_count),
)
