"""Cut SQL scripts into statements and statements into items, whatever stands between them.

sqlglot gives up a whole file for one odd statement, and silently reads nothing from T-SQL batches between ``GO`` lines.
Here a statement ends where its product's own shell would end it, and only what matters is parsed later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

_CREATE = r"CREATE(?=\s+(?:\w+\s+){0,2}TABLE\b)"
# T-SQL needs no semicolon between statements: these words at the start of a line, outside of parentheses, begin one.
_TSQL_STARTS = (
    r"ALTER(?=\s+TABLE\b)|CREATE(?=\s+(?:\w+\s+){0,2}INDEX\b)|INSERT(?=\s)|EXEC(?:UTE)?(?=\s)|SET(?!\s+(?:NULL|DEFAULT)\b)(?=\s)"
    r"|PRINT(?=\s)|IF(?=\s)|USE(?=\s)|DROP(?=\s+(?:TABLE|PROC|VIEW|INDEX)\b)|GRANT(?=\s)"
)
# A line of an HSQLDB script is a statement, with or without a semicolon.
_HSQLDB_STARTS = (
    r"(?:ALTER|CREATE|INSERT|GRANT|COMMENT|DELETE|DROP|COMMIT|CONNECT|DISCONNECT)(?=\s)|SET(?=\s)(?!\s+(?:NULL|DEFAULT)\s*[,);\n])"
)
_ROUTINE = re.compile(
    r"\s*(?:(?:CREATE(?:\s+OR\s+(?:REPLACE|ALTER))?|ALTER)\s+(?:\w+\s+)?(?:PROC|PROCEDURE|FUNCTION|PACKAGE|TRIGGER|TYPE\s+BODY)"
    r"|DECLARE|BEGIN(?!\s+(?:TRAN|TRANSACTION|WORK)\b))\b",
    re.I,
)
_TRIGGER = re.compile(r"\s*CREATE\s+(?:TEMP(?:ORARY)?\s+)?TRIGGER\b", re.I)
_TRIGGER_END = re.compile(r"\bEND\s*$", re.I)
MASK = "¤"  # no letter, digit or blank, so that no rule for words takes it for one
_COPY = re.compile(r"\s*COPY\b.*\bFROM\s+stdin\b", re.I | re.S)
_COPY_END = re.compile(r"^\\\.[ \t\r]*$", re.M)
_SLASH = re.compile(r"^/[ \t\r]*$", re.M)
_DELIMITER_BACK = re.compile(r"^[ \t]*DELIMITER[ \t]+;[ \t\r]*$|\Z", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without comments and end mark, and the line of the script it begins on, from 1."""

    text: str
    line: int


@dataclass(slots=True)
class _Buffer:
    """The statement being collected."""

    parts: list[str]
    line: int = 0
    depth: int = 0

    def flush(self) -> Iterator[Statement]:
        text = "".join(self.parts).strip()
        if text:
            yield Statement(text, self.line)
        self.parts, self.depth = [], 0

    def add(self, text: str, line: int) -> None:
        if not self.parts:
            stripped = text.lstrip()
            if not stripped:
                return
            self.line = line + text[: len(text) - len(stripped)].count("\n")
        self.parts.append(text)

    @property
    def text(self) -> str:
        return "".join(self.parts)


def statements(script: str, dialect: str) -> Iterator[Statement]:
    """Yield the statements of ``script``; data of COPY blocks, shell commands and other routines' inner ends are skipped."""
    buffer, lexer, position, line = _Buffer([]), _lexer(dialect), 0, 1
    while position < len(script):
        token = lexer.match(script, position)
        assert token is not None  # the last alternative matches any character
        kind, text, end = token.lastgroup or "", token[0], token.end()
        if kind == "end" and not _inside_routine(buffer, script, position, dialect):
            end = _after_copy(buffer, script, end)
            yield from buffer.flush()
        elif kind == "go" or (kind == "start" and buffer.depth <= 0 and not _inside_routine(buffer, script, position, dialect)):
            yield from buffer.flush()
            buffer.add(text if kind == "start" else "", line)
        elif kind == "insert" and not _inside_routine(buffer, script, position, dialect):
            yield from buffer.flush()
        elif kind == "delimiter":
            back = _DELIMITER_BACK.search(script, end)
            assert back is not None  # the script's end at the latest
            yield from _delimited(script[end : back.start()], text.split()[-1], line, dialect)
            end = back.end()
        elif kind == "shell" and not buffer.parts:
            pass
        else:
            _collect(buffer, kind, text, line)
        line += script.count("\n", position, end)
        position = end
    yield from buffer.flush()


def body(text: str, dialect: str) -> tuple[int, int] | None:
    """Return where the inside of the first parentheses of ``text`` begins and ends; None if they do not close."""
    depth, begin = 0, 0
    for token in _lexer(dialect).finditer(text):
        if token.lastgroup == "open":
            begin = begin or token.end()
            depth += 1
        elif token.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return begin, token.start()
    return None


def items(text: str, dialect: str) -> list[tuple[str, int]]:
    """Return the parts of ``text`` between its outermost commas, each with its offset; empty parts are left out."""
    cuts, depth = [-1], 0
    for token in _lexer(dialect).finditer(text):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        if token.lastgroup == "comma" and depth == 0:
            cuts.append(token.start())
    cuts.append(len(text))
    parts = [(text[begin + 1 : end], begin + 1) for begin, end in pairwise(cuts)]
    return [(part.strip(), offset + len(part) - len(part.lstrip())) for part, offset in parts if part.strip()]


def masked(text: str, dialect: str) -> str:
    """Return ``text`` with strings, quoted names and everything in parentheses replaced by MASK, at unchanged offsets."""
    result, depth = [], 0
    for token in _lexer(dialect).finditer(text):
        depth -= token.lastgroup == "close"
        hidden = depth > 0 or token.lastgroup in ("string", "quoted")
        result.append(MASK * len(token[0]) if hidden else token[0])
        depth += token.lastgroup == "open"
    return "".join(result)


def code(text: str, dialect: str) -> list[tuple[bool, str]]:
    """Return ``text`` cut into (is code, part): False for strings, so that rules for words never touch them."""
    parts = [(token.lastgroup not in ("string", "dollar"), token[0]) for token in _lexer(dialect).finditer(text)]
    joined: list[tuple[bool, str]] = []
    for is_code, part in parts:
        if joined and joined[-1][0] and is_code:
            joined[-1] = (True, joined[-1][1] + part)
        else:
            joined.append((is_code, part))
    return joined


def _delimited(block: str, mark: str, line: int, dialect: str) -> Iterator[Statement]:
    """Yield the statements of ``block``, which ``mark`` separates instead of a semicolon: the bodies of routines hold those."""
    buffer = _Buffer([])
    for piece in block.split(mark):
        for token in _lexer(dialect).finditer(piece):
            _collect(buffer, token.lastgroup or "", token[0], line + piece.count("\n", 0, token.start()))
        yield from buffer.flush()
        line += piece.count("\n")


def _collect(buffer: _Buffer, kind: str, text: str, line: int) -> None:
    if kind in ("comment", "conditional"):
        # Newlines stay, so that the lines of findings inside the statement stay right.
        buffer.add("\n" * text.count("\n") or " ", line)
        return
    buffer.depth += (kind == "open") - (kind == "close")
    buffer.add(text, line)


def _inside_routine(buffer: _Buffer, script: str, position: int, dialect: str) -> bool:
    """Say whether a semicolon here belongs to a routine's body, which ends at GO (T-SQL), at a lone / (Oracle) or after END."""
    if dialect in ("sqlite", "hsqldb"):
        return bool(_TRIGGER.match("".join(buffer.parts[:6]))) and not _ends_trigger(buffer.text)
    if dialect not in ("tsql", "oracle") or not _ROUTINE.match("".join(buffer.parts[:12])):
        return False
    return dialect == "tsql" or bool(_SLASH.search(script, position))


def _ends_trigger(text: str) -> bool:
    """Say whether a trigger's text is whole: its BEGIN has its END, or it has a single statement without either."""
    words = [word.upper() for word in re.findall(r"\b(?:BEGIN|CASE|END)\b", text, re.I)]
    return words.count("END") == len(words) - words.count("END") and (not words or bool(_TRIGGER_END.search(text)))


def _after_copy(buffer: _Buffer, script: str, end: int) -> int:
    if _COPY.match(buffer.text):
        closing = _COPY_END.search(script, end)
        return closing.end() if closing else end
    return end


def _insert(dialect: str, string: str, quoted: str) -> str:
    """Return the pattern of an INSERT that can be passed over in one step, since nothing in it needs a closer look."""
    head = r"^[ \t]*INSERT\s+"
    if dialect == "hsqldb":
        return rf"{head}INTO\b(?:[^';\n]++|{string}|\n(?!(?:{_HSQLDB_STARTS})))*+(?:;|$)"
    if dialect == "tsql":  # one line, and the next begins another statement
        inside = rf"(?:[^'\"\[;$\-/\n]++|{string}|{quoted}|-(?!-)|/(?!\*))*+"
        return rf"{head}{inside}(?:;|(?=\n[ \t]*(?:GO|INSERT|SET|PRINT|ALTER)\b|\s*\Z))"
    if dialect == "oracle":  # without a quoted literal of its own kind
        return rf"{head}INTO\b(?:[^'\";$\-/\#\\]++|(?<![qQ])'(?:[^']++|'')*+'|{quoted}|-(?!-)|/(?!\*))*+;"
    return rf"{head}(?:IGNORE\s+)?INTO\b(?:[^'\"`\[;$\-/\#\\]++|{string}|{quoted}|-(?!-)|/(?!\*))*+;"


@cache
def _lexer(dialect: str) -> re.Pattern[str]:
    mysql, tsql, oracle = dialect == "mysql", dialect == "tsql", dialect == "oracle"
    brackets = tsql or dialect == "sqlite"  # around names; elsewhere they hold the values of an array
    nothing = r"(?!)"
    string = r"'(?:[^'\\]++|''|\\.)*+'" if mysql else r"(?<=\b[eE])'(?:[^'\\]++|''|\\.)*+'|'(?:[^']++|'')*+'"
    if oracle:
        string = r"(?<=[qQ])'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<edge>[^\s\[{(<]).*?(?P=edge))'|" + string
    quoted = r'"(?:[^"]++|"")*+"|`(?:[^`]++|``)*+`' + (r"|\[(?:[^\]\n]|\]\])*+\]" if tsql else r"|\[[^\]\n]*\]" if brackets else "")
    starts = _TSQL_STARTS if tsql else _HSQLDB_STARTS if dialect == "hsqldb" else ""
    kinds = {
        "go": r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t\r]*$" if tsql else r"^/[ \t\r]*$" if oracle else nothing,
        "delimiter": r"^[ \t]*DELIMITER[ \t]+(?!;[ \t\r]*$)\S+[ \t\r]*$" if mysql else nothing,
        # Rows are most of a dump: an INSERT in which nothing needs a closer look is passed over in one step.
        "insert": _insert(dialect, string, quoted),
        "shell": r"^\\[^\n]*" + (r"|^[ \t]*(?:REM|REMARK|PROMPT|SPOOL|WHENEVER)\b[^\n]*" if oracle else ""),
        "start": rf"^[ \t]*(?:{_CREATE}{'|' + starts if starts else ''})",
        "conditional": r"/\*M?!(?!999999)\d*|\*/" if mysql else nothing,
        "comment": r"--[^\n]*|/\*.*?\*/" + (r"|\#[^\n]*" if mysql else ""),
        "string": string,
        "dollar": nothing if mysql else r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$",
        "quoted": quoted,
        "open": r"\(" if brackets else r"[(\[]",
        "close": r"\)" if brackets else r"[)\]]",
        "comma": ",",
        "end": ";",
        "other": r"\n|[^'\"`$\-/\#;(),\n\\\[\]*]+|.",
    }
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items()), re.S | re.M | re.I)
