"""Rules of meaning that no grammar checks, applied to DDL as text: the last look at what a script is about to create.

A design is checked as data before it is written; this reads what was written, whoever wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from warehousebench.errors import DesignError
from warehousebench.workload.suite import OPAQUE, blanked

_HEAD = re.compile(r"CREATE\s+(?:TEMP(?:ORARY)?\s+)?(TABLE|PROJECTION)\s+(?:IF\s+NOT\s+EXISTS\s+)?", re.IGNORECASE)
_KEYWORD = re.compile(r"(?:PRIMARY|FOREIGN|UNIQUE|CONSTRAINT|CHECK|LIKE)\b", re.IGNORECASE)
_NAME = re.compile(r'(?:"(?:""|[^"])*"|[\w$]+)(?:\.(?:"(?:""|[^"])*"|[\w$]+))*')


@dataclass(frozen=True, slots=True)
class Created:
    """A CREATE TABLE or CREATE PROJECTION: name, column -> what follows it, and the clauses after the bracket.

    ``words`` and the columns' texts are in upper case, strings and comments blanked; names are as written, without quotes.
    """

    kind: str
    name: str
    columns: Mapping[str, str]
    words: str
    tables: Mapping[str, Created] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it says, the vendor's document that says so, and what breaks it in a statement."""

    name: str
    source: str
    broken: Callable[[Created], Iterator[str]]


def check(script: str, rules: Sequence[Rule]) -> None:
    """Raise DesignError listing each statement of ``script`` that breaks a rule, with the rule's source."""
    found = [f"- {each}" for each in violations(script, rules)]
    if found:
        raise DesignError("the script breaks these rules:\n" + "\n".join(found) + "\nCorrect the design.")


def violations(script: str, rules: Sequence[Rule]) -> Iterator[str]:
    """Yield what breaks which rule, in the order of the script."""
    for statement in created(script):
        for rule in rules:
            for what in rule.broken(statement):
                yield f"{statement.name}: {what} ({rule.source})"


def created(script: str) -> Iterator[Created]:
    """Yield the tables and projections that ``script`` creates."""
    # Comments and strings are blanked, quoted names stay readable, and every place stays where it was.
    code = OPAQUE.sub(lambda match: match[0] if match[0].startswith('"') else " " * len(match[0]), script)
    tables: dict[str, Created] = {}
    start = 0
    for end in [match.start() for match in re.finditer(";", blanked(script))] + [len(script)]:
        statement = code[start:end].strip()
        start = end + 1
        if head := _HEAD.match(statement):
            made = _parsed(head[1].upper(), statement[head.end() :], tables)
            tables |= {made.name.lower(): made} if made.kind == "TABLE" else {}
            yield made


def _parsed(kind: str, rest: str, tables: Mapping[str, Created]) -> Created:
    name = _NAME.match(rest)
    after = rest[name.end() :].lstrip() if name else rest
    body, tail = _bracket(after) if after.startswith("(") else ("", after)
    columns = {}
    for part in split(body):
        column = _NAME.match(part)
        if column and not _KEYWORD.match(part):
            columns[unquoted(column[0])] = " ".join(part[column.end() :].upper().split())
    return Created(kind, unquoted(name[0]) if name else "?", columns, " ".join(tail.split()), dict(tables))


def _bracket(text: str) -> tuple[str, str]:
    """Return what the first bracket holds, and what comes after it."""
    depth = 0
    for place, character in enumerate(blanked(text)):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return text[1:place], text[place + 1 :]
    return text[1:], ""


def split(text: str) -> list[str]:
    """Return the parts of a list between commas outside of brackets and quotes."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(blanked(text)):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def unquoted(name: str) -> str:
    """Return a name without its quotes."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def listed(words: str, clause: str) -> list[list[str]]:
    """Return the names in the brackets after each occurrence of ``clause`` (a pattern)."""
    return [
        [unquoted(each) for each in split(match[1])] for match in re.finditer(rf"{clause}\s*\(([^()]*)\)", words, re.IGNORECASE)
    ]


def too_long(product_bytes: int) -> Callable[[Created], Iterator[str]]:
    """Return the check that no name has more than ``product_bytes`` bytes."""

    def broken(statement: Created) -> Iterator[str]:
        for name in (statement.name, *statement.columns):
            if any(len(part.encode()) > product_bytes for part in ([name] if '"' in name else name.split("."))):
                yield f"the name {name[:20]}… has {len(name.encode())} bytes, at most {product_bytes} are allowed"

    return broken
