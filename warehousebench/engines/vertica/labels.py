"""Labels of queries, by which Vertica's system tables find them again.

Source: Vertica documentation, "Labeling statements" (a LABEL hint behind the statement's first word, of at most 128 bytes).
"""

from __future__ import annotations

import re

# What a label can stand behind is found between what only looks like it: texts, quoted names, comments, brackets.
_WORDS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|[()]|\w+", re.DOTALL)


def labelled(sql: str, label: str) -> str:
    """Return ``sql`` with a LABEL hint after its own SELECT, behind a WITH clause; unchanged if there is none."""
    depth = 0
    selects: dict[int, int] = {}
    for part in _WORDS.finditer(sql):
        depth += {"(": 1, ")": -1}.get(part[0], 0)
        if part[0].upper() == "SELECT":
            selects.setdefault(depth, part.end())
    if not selects:
        return sql
    end = selects[min(selects)]
    return f"{sql[:end]} /*+LABEL({label})*/{sql[end:]}"


def word(text: str) -> str:
    """Return ``text`` as the beginning of a label, which without quotes is a word of at most 128 bytes."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text)[:80]
    return plain if plain[:1].isalpha() else f"q{plain}"
