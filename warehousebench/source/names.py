"""Identifiers as the databases themselves store them."""

from __future__ import annotations

import re

from warehousebench.source.clauses import NAME

_LOWER, _UPPER = ("postgres", "redshift"), ("oracle", "hsqldb")


def fold(name: str, dialect: str) -> str:
    """Return ``name``, which was written without quotes, as the database stores it; others than these keep or ignore case."""
    if dialect in _LOWER:
        return name.lower()
    return name.upper() if dialect in _UPPER else name


def names(text: str, dialect: str) -> tuple[str, ...]:
    """Return the identifiers in ``text`` without their quotes."""
    return tuple(unquoted(found, dialect) for found in re.findall(NAME, text))


def unquoted(text: str, dialect: str) -> str:
    """Return the identifier ``text`` as it is stored."""
    if text[0] in '"`[':
        edge = "]" if text[0] == "[" else text[0]
        return text[1:-1].replace(edge * 2, edge)
    return fold(text, dialect)
