"""What Redshift refuses in CREATE TABLE although its grammar allows it; one rule a row, with AWS's page that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from warehousebench.engines.common.rules import Created, Rule, listed, too_long
from warehousebench.engines.redshift.design import APPLICABLE, COLUMNS, ENCODINGS, KEY_TYPES, SORT_COLUMNS
from warehousebench.engines.redshift.types import DECIMAL_DIGITS, NAME_BYTES, VARBYTE_BYTES, VARCHAR_BYTES

_CREATE = 'Amazon Redshift Developer Guide, "CREATE TABLE"'
_ENCODE = 'Amazon Redshift Developer Guide, "Compression encodings"'
_TYPES = 'Amazon Redshift Developer Guide, "Data types"'
_NAMES = 'Amazon Redshift Developer Guide, "Names and identifiers"'
_LIMITS = 'Amazon Redshift Management Guide, "Quotas and limits"'

_SORTKEY = r"(?<!INTERLEAVED )SORTKEY"
_SYNONYMS = {"INT": "INTEGER", "NUMERIC": "DECIMAL", "FLOAT": "DOUBLE PRECISION", "FLOAT8": "DOUBLE PRECISION", "BOOL": "BOOLEAN"}
# The longest that a type may be declared; CHAR's are bytes too.
_LONGEST = {"VARCHAR": VARCHAR_BYTES, "CHAR": 4_096, "VARBYTE": VARBYTE_BYTES, "DECIMAL": DECIMAL_DIGITS}
_SCALE = 37


def _type(text: str) -> str:
    found = re.match(r"DOUBLE PRECISION|[A-Z_0-9]+", text)
    return _SYNONYMS.get(found[0], found[0]) if found else ""


def _distkeys(statement: Created) -> list[str]:
    by_column = [name for name, text in statement.columns.items() if re.search(r"\bDISTKEY\b", text)]
    return by_column + [name for names in listed(statement.words, "DISTKEY") for name in names]


def _two_distkeys(statement: Created) -> Iterator[str]:
    if len(keys := _distkeys(statement)) > 1:
        yield f"it has {len(keys)} distribution keys, {', '.join(keys)}; a table has one"


def _style_against_key(statement: Created) -> Iterator[str]:
    style = re.search(r"DISTSTYLE (EVEN|ALL|AUTO)", statement.words.upper())
    if style and _distkeys(statement):
        yield f"DISTSTYLE {style[1]} takes no DISTKEY"
    if re.search(r"DISTSTYLE KEY", statement.words.upper()) and not _distkeys(statement):
        yield "DISTSTYLE KEY needs a DISTKEY"


def _encodings(statement: Created) -> Iterator[str]:
    for name, text in statement.columns.items():
        encoding = re.search(r"\bENCODE (\w+)", text)
        if encoding and encoding[1] not in ENCODINGS | {"AUTO"}:
            yield f"the encoding {encoding[1]} of {name} is not known"
        elif encoding and encoding[1] in APPLICABLE and _type(text) not in APPLICABLE[encoding[1]]:
            yield f"{encoding[1]} does not encode {name}, which is {_type(text)}"


def _sort_columns(statement: Created) -> Iterator[str]:
    for style, clause in (("COMPOUND", _SORTKEY), ("INTERLEAVED", "INTERLEAVED SORTKEY")):
        for names in listed(statement.words, clause):
            if len(names) > SORT_COLUMNS[style]:
                yield f"{style} SORTKEY has {len(names)} columns, at most {SORT_COLUMNS[style]} are allowed"


def _keys(statement: Created) -> Iterator[tuple[str, str]]:
    yield from (("distribution key", name) for name in _distkeys(statement))
    yield from (("sort key", name) for names in listed(statement.words, "SORTKEY") for name in names)


def _key_columns(statement: Created) -> Iterator[str]:
    known = {name.lower(): text for name, text in statement.columns.items()}
    for what, name in _keys(statement):
        if re.search(r"\s(ASC|DESC)$", name, re.IGNORECASE):
            yield f"the {what} {name} has a direction; keys take none"
        elif name.lower() not in known:
            yield f"the {what} {name} is not one of its columns"


def _key_types(statement: Created) -> Iterator[str]:
    known = {name.lower(): _type(text) for name, text in statement.columns.items()}
    for what, name in _keys(statement):
        if known.get(name.lower(), "DATE") not in KEY_TYPES:
            yield f"the {what} {name} is {known[name.lower()]}, which cannot be a key"


def _lengths(statement: Created) -> Iterator[str]:
    for name, text in statement.columns.items():
        size = re.match(r"[A-Z]+\s?\((\d+)(?:,\s?(\d+))?\)", text)
        if size and int(size[1]) > _LONGEST.get(_type(text), int(size[1])):
            yield f"{name} is {_type(text)}({size[1]}), at most {_LONGEST[_type(text)]} are allowed"
        if size and size[2] and int(size[2]) > min(_SCALE, int(size[1])):
            yield f"{name} has {size[2]} places, at most {min(_SCALE, int(size[1]))} are allowed"


def _column_count(statement: Created) -> Iterator[str]:
    if len(statement.columns) > COLUMNS:
        yield f"it has {len(statement.columns)} columns, at most {COLUMNS} are allowed"


RULES = (
    Rule("one distribution key", _CREATE, _two_distkeys),
    Rule("DISTSTYLE and DISTKEY agree", _CREATE, _style_against_key),
    Rule("encodings suit the types", _ENCODE, _encodings),
    Rule("sort keys are not too wide", _CREATE, _sort_columns),
    Rule("keys are columns without a direction", _CREATE, _key_columns),
    Rule("keys have types that can be keys", _CREATE, _key_types),
    Rule("types are not too long", _TYPES, _lengths),
    Rule("names are not too long", _NAMES, too_long(NAME_BYTES)),
    Rule("not too many columns", _LIMITS, _column_count),
)
