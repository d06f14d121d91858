"""CREATE TABLE as Redshift has it: distribution, sort key and encodings, kept as given and shown with their defaults.

sqlglot knows neither INTERLEAVED nor AUTO here, so the attributes behind the column list are read from the tokens.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from standins import sql, tables
from standins.errors import ServerError, unsupported

RULES = tables.Rules(
    dialect="redshift",
    default_decimal=(18, 0),
    default_varchar=256,
    names={
        "VARCHAR": "character varying",
        "NVARCHAR": "character varying",
        "CHAR": "character",
        "NCHAR": "character",
        "DECIMAL": "numeric",
        "INT": "integer",
        "BIGINT": "bigint",
        "SMALLINT": "smallint",
        "DOUBLE": "double precision",
        "FLOAT": "real",
        "TIMESTAMP": "timestamp without time zone",
        "TIMESTAMPTZ": "timestamp with time zone",
        "TIME": "time without time zone",
        "TIMETZ": "time with time zone",
        "VARBINARY": "binary varying",
    },
)
_RAW_BY_DEFAULT = ("boolean", "real", "double precision")
_LZO_BY_DEFAULT = ("character", "character varying", "varchar")


def split(text: str) -> tuple[str, list[Token], str]:
    """Return the text up to the end of the column list or table name, the attributes behind it, and the query after AS."""
    found = sql.tokens(text, "redshift")
    end, depth, opened = len(found) - 1, 0, False
    for at, token in enumerate(found):
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        opened = opened or depth > 0
        if opened and not depth:
            end = at
            break
        if not opened and (token.token_type is TokenType.ALIAS or (at > 1 and _is_attribute(token))):
            end = at - 1
            break
    rest = found[end + 1 :]
    query = next((i for i, token in enumerate(rest) if token.token_type is TokenType.ALIAS), len(rest))
    if query == len(rest) and not opened and rest:
        # CREATE TABLE t DISTKEY (a) AS …: the parentheses are the attribute's.
        raise unsupported("this form of CREATE TABLE")
    body = text[rest[query].end + 1 :] if query < len(rest) else ""
    return text[: found[end].end + 1], rest[:query], body


def _is_attribute(token: Token) -> bool:
    return token.text.upper() in ("BACKUP", "DISTSTYLE", "DISTKEY", "SORTKEY", "COMPOUND", "INTERLEAVED", "ENCODE")


def attributes(found: list[Token]) -> dict[str, Any]:
    """Return diststyle, distkey, sortkey and sortstyle as they were given; raises ServerError for anything else."""
    given: dict[str, Any] = {}
    words = [token.text for token in found]
    while words:
        word = words.pop(0).upper()
        if word in ("BACKUP", "ENCODE"):
            words.pop(0)
        elif word == "DISTSTYLE":
            _once(given, "diststyle", words.pop(0).upper())
        elif word == "DISTKEY":
            _once(given, "distkey", _names(words)[0])
        elif word in ("COMPOUND", "INTERLEAVED") and words[:1] and words[0].upper() == "SORTKEY":
            given["sortstyle"] = word
        elif word == "SORTKEY" and words[:1] and words[0].upper() == "AUTO":
            words.pop(0)
        elif word == "SORTKEY":
            _once(given, "sortkey", _names(words))
        else:
            raise ServerError("42601", f'syntax error at or near "{word}"')
    return given


def check(given: dict[str, Any], columns: list[dict[str, Any]]) -> None:
    """Raise ServerError for a key that is no column, and for a DISTSTYLE that does not go with the DISTKEY."""
    names = {column["name"].lower() for column in columns}
    for key in [*given.get("sortkey", []), *([given["distkey"]] if "distkey" in given else [])]:
        if key.lower() not in names:
            raise ServerError("42703", f'column "{key}" named in key does not exist')
    if (given.get("diststyle", "KEY") == "KEY") != ("distkey" in given) and "diststyle" in given:
        raise ServerError("42601", "DISTKEY and DISTSTYLE do not go together")


def shown_encoding(column: dict[str, Any], sortkey: list[str]) -> str:
    """Return the encoding as PG_TABLE_DEF shows it: the one given, or the default of the type."""
    if column["encoding"]:
        return "none" if column["encoding"] == "RAW" else column["encoding"].lower()
    kind = column["shown"].split("(")[0]
    if column["name"].lower() in map(str.lower, sortkey) or kind in _RAW_BY_DEFAULT:
        return "none"
    return "lzo" if kind in _LZO_BY_DEFAULT else "az64"


def shown_diststyle(body: dict[str, Any]) -> str:
    """Return the distribution as SVV_TABLE_INFO shows it."""
    if body.get("distkey"):
        return f"KEY({body['distkey']})"
    style = body.get("diststyle", "AUTO")
    return "AUTO(ALL)" if style == "AUTO" else style


def lowered(tree: exp.Expression) -> exp.Expression:
    """Return ``tree`` with identifiers in lower case, as Redshift has them even in quotes."""
    for identifier in tree.find_all(exp.Identifier):
        identifier.set("this", identifier.this.lower())
    return tree


def _once(given: dict[str, Any], name: str, value: object) -> None:
    if name in given:
        raise ServerError("42601", f"{name.upper()} is given twice")
    given[name] = value


def _names(words: list[str]) -> list[str]:
    if not words or words.pop(0) != "(":
        raise ServerError("42601", "a key needs columns in parentheses")
    names = []
    while words and (word := words.pop(0)) != ")":
        if word != ",":
            names.append(word.lower())
    return names
