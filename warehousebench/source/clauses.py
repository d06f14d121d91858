"""A column's declaration cut into its type and its clauses, whatever their order and dialect.

The cutter works on text in which strings and everything in parentheses are masked, so that no word inside of them counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from warehousebench.source import splitter

NAME = r'(?:"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[(?:[^\]]|\]\])+\]|[^\W\d][\w$#@]*)'
QUALIFIED = rf"{NAME}(?:\s*\.\s*{NAME})*"

# What a clause begins with, longer ones first; the last line is of words that say nothing about columns and keys.
_WORDS = (
    r"NOT\s+NULL|NULL|DEFAULT(?:\s+ON\s+NULL)?|PRIMARY\s+KEY|UNIQUE(?:\s+KEY)?|REFERENCES|CHECK|CONSTRAINT|COMMENT(?=\s*[¤=eE])|COLLATE"
    r"|CHARACTER\s+SET|CHARSET"
    r"|GENERATED\s+(?:ALWAYS|BY\s+DEFAULT(?:\s+ON\s+NULL)?)\s+AS\s+(?:IDENTITY|SEQUENCE|ROW\s+(?:START|END)|(?=\())"
    r"|AS(?=\s*\()|AUTO_?INCREMENT|IDENTITY|ON\s+UPDATE|KEY"
    r"|(?P<noise>(?:NON)?CLUSTERED|NOT\s+FOR\s+REPLICATION|ROWGUIDCOL|SPARSE|PERSISTED|VIRTUAL|STORED|ENABLE|DISABLE|(?:NO)?VALIDATE|(?:NO)?RELY"
    r"|(?:NOT\s+)?DEFERRABLE|INITIALLY|USING|INVISIBLE|VISIBLE|HIDDEN|STORAGE|COMPRESSION|COLUMN_FORMAT|NO\s+INHERIT|NOT\s+VALID"
    r"|(?:NOT\s+)?ENFORCED|(?:MASKED\s+)?WITH(?=\s*\()|OPTIONS(?=\s*\()|WITHOUT\s+SYSTEM\s+VERSIONING|WITH\s+SYSTEM\s+VERSIONING|ON|ENCODE|DISTKEY|SORTKEY|SRID)"
)
_START = re.compile(rf"(?<![\w$#@.])(?:{_WORDS})(?![\w$#@])", re.I)
_TOKEN = re.compile(r"\s*(?:\([^)]*\)|\S+)")
_NOUN = "[\\w$#¤]+"
_TARGET = re.compile(rf"\s*{_NOUN}(?:\s*\.\s*{_NOUN})*\s*(?:\([^)]*\))?", re.I)
_ACTIONS = re.compile(
    r"(?:\s*(?:MATCH\s+(?:FULL|PARTIAL|SIMPLE)|ON\s+(?:DELETE|UPDATE)\s+(?:SET\s+NULL|SET\s+DEFAULT|NO\s+ACTION|CASCADE|RESTRICT)(?:\s*\([^)]*\))?))*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its first words in capitals with single blanks, and the text behind them."""

    word: str
    text: str
    noise: bool = False


def cut(declaration: str, dialect: str) -> tuple[str, list[Clause]]:
    """Return the type at the beginning of ``declaration``, what follows a column's name, and the clauses behind it."""
    mask = splitter.masked(declaration, dialect)
    start = _START.search(mask)
    native = declaration[: start.start()] if start else declaration
    found = []
    while start:
        following = _START.search(mask, _least_end(mask, start))
        word = re.sub(r"\s+", " ", start[0]).upper()
        text = declaration[start.end() : following.start() if following else len(declaration)].strip()
        found.append(Clause(word, text, bool(start["noise"])))
        start = following
    return re.sub(r"\s+", " ", native).strip(), found


def _least_end(mask: str, start: re.Match[str]) -> int:
    """Return where the next clause may begin: a default's first word and a reference's actions belong to them."""
    word, end = start[0].upper(), start.end()
    if word.startswith(("DEFAULT", "CONSTRAINT", "COLLATE", "ON UPDATE")):
        token = _TOKEN.match(mask, end)
        return token.end() if token else end
    if word == "REFERENCES":
        target = _TARGET.match(mask, end)
        actions = _ACTIONS.match(mask, target.end() if target else end)
        return actions.end() if actions else end
    return end


def inside(text: str, dialect: str) -> tuple[str, str] | None:
    """Return what the parentheses at the beginning of ``text`` hold and what follows them; None if there are none."""
    span = splitter.body(text, dialect) if text.lstrip().startswith("(") else None
    return (text[span[0] : span[1]].strip(), text[span[1] + 1 :].strip()) if span else None


def literal(text: str, dialect: str) -> str | None:
    """Return the value of the string at the beginning of ``text``; None for NULL and for anything else."""
    found = re.match(r"\s*=?\s*(?P<kind>[eEnN]?)'(?P<value>(?:[^'\\]|''|\\.)*)'", text, re.S)
    if dialect != "mysql" and not (found and found["kind"] in ("e", "E")):
        found = re.match(r"\s*=?\s*(?P<kind>[nN]?)'(?P<value>(?:[^']|'')*)'", text, re.S)
        return found["value"].replace("''", "'") if found else None
    return re.sub(r"\\(.)|''", _unescaped, found["value"], flags=re.S) if found else None


def _unescaped(found: re.Match[str]) -> str:
    return "'" if found[1] is None else {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(found[1], found[1])
