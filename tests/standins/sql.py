"""A product's SQL ─► DuckDB's: statements cut apart, parsed in the product's dialect, checked and translated, or refused."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping

import sqlglot_vertica  # noqa: F401 - registers its dialect
from sqlglot import exp
from sqlglot.dialects import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError, TokenError
from sqlglot.tokens import Token, TokenType

from standins.errors import ServerError, unsupported

Relation = Callable[[], exp.Expression]

logging.getLogger("sqlglot").addFilter(lambda _: False)

# What DuckDB and PostgreSQL have under one name that sqlglot has no class of its own for; all else is refused.
_PLAIN_FUNCTIONS = frozenset({"translate", "btrim", "to_hex", "hash", "mod", "pg_typeof", "date_part", "strlen"})
# sqlglot takes $1,$ for the opening of a dollar-quoted text, so parameters are renamed outside quotes and comments.
_DOLLAR = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\$\$.*?\$\$|\$(\d+)""", re.DOTALL)
_NUMBERED = "standin_"
_BODY = re.compile(r"create\s+(or\s+replace\s+)?function\b.*\bbegin\b", re.IGNORECASE | re.DOTALL)


def named_parameters(text: str) -> str:
    """Return ``text`` with $1, $2, … in a form that the tokenizer understands."""
    return _DOLLAR.sub(lambda match: f"@{_NUMBERED}{match[1]}" if match[1] else match[0], text)


def original(text: str) -> str:
    """Return ``text`` with its parameters as the client wrote them."""
    return text.replace(f"@{_NUMBERED}", "$")


def tokens(text: str, dialect: str) -> list[Token]:
    """Return the tokens of ``text``; raises ServerError for an unclosed quote and the like."""
    try:
        return Dialect.get_or_raise(dialect).tokenize(text)
    except (TokenError, ParseError) as error:
        raise ServerError("42601", _first_line(error)) from error


def statements(text: str, dialect: str) -> list[str]:
    """Return the statements of ``text``, without those that are empty."""
    found, start, end = [], None, 0
    listed = tokens(text, dialect)
    for token, following in zip(listed, [*listed[1:], None], strict=True):
        if token.token_type is TokenType.SEMICOLON and not _within_function(text[start:end], following):
            if start is not None:
                found.append(text[start:end])
            start = None
            continue
        start = token.start if start is None else start
        end = token.end + 1
    return [*found, text[start:end]] if start is not None else found


def _within_function(text: str, following: Token | None) -> bool:
    """Tell whether a semicolon behind ``text`` ends RETURN in a function's body, which END closes."""
    return following is not None and following.text.upper() == "END" and bool(_BODY.match(text))


def parse(text: str, dialect: str) -> exp.Expression:
    """Return the tree of one statement; raises ServerError where sqlglot does not know it."""
    try:
        tree = Dialect.get_or_raise(dialect).parse(text)[0]
    except (SqlglotError, ValueError) as error:
        raise ServerError("42601", f"syntax error: {_first_line(error)}") from error
    if tree is None or isinstance(tree, exp.Command):
        raise unsupported(f"the statement {' '.join(text.split()[:2])}")
    if isinstance(tree, exp.Condition | exp.Alias | exp.Identifier):
        raise ServerError("42601", f'syntax error at or near "{text.split()[0]}"')
    return tree


def to_duckdb(
    tree: exp.Expression,
    relations: Mapping[str, Relation],
    functions: Mapping[str, exp.Expression],
    defined: Callable[[], Collection[str]] = tuple,
) -> str:
    """Return ``tree`` as DuckDB's text, with the product's system relations and session functions put in.

    ``defined`` gives the names of user-defined functions, asked only where there is a call that is not known.

    Raises ServerError for anything that sqlglot does not translate, that reads files, or that calls an unknown function.
    """
    tree = tree.copy()
    for hint in list(tree.find_all(exp.Hint)):
        hint.pop()
    tree = _session_functions(_plain_tree(tree), functions).transform(_named_otherwise)
    _check_functions(tree, defined)
    tree = tree.transform(lambda node: _relation(node, relations))
    try:
        return Dialect.get_or_raise("duckdb").generate(tree, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, ValueError, AttributeError, TypeError) as error:
        raise unsupported(_first_line(error)) from error


def bind(tree: exp.Expression, values: Mapping[int, exp.Expression]) -> exp.Expression:
    """Return ``tree`` with the parameters $1, $2, … or ?, ?, … replaced by ``values``, counted from 1."""
    count = iter(range(1, len(values) + 1))

    def replace(node: exp.Expression) -> exp.Expression:
        if isinstance(node, exp.Parameter) and node.name.startswith(_NUMBERED):
            number = int(node.name.removeprefix(_NUMBERED))
        elif isinstance(node, exp.Placeholder):
            number = next(count, 0)
        else:
            return node
        if number not in values:
            raise ServerError("08P01", f"no value for parameter {number}")
        value = values[number].copy()
        # Standing alone, a text would leave the column's type to the value.
        alone = isinstance(node.parent, exp.Select | exp.Alias)
        return exp.cast(value, "VARCHAR") if alone and isinstance(value, exp.Literal | exp.Null) else value

    return tree.transform(replace)


def parameters(tree: exp.Expression) -> list[exp.Expression]:
    """Return the nodes of parameters in the order of the text."""
    return [node for node in tree.dfs() if isinstance(node, exp.Placeholder | exp.Parameter)]


def rows_as_query(columns: Mapping[str, str], rows: Collection[Collection[object]]) -> exp.Expression:
    """Return a query that gives ``rows`` with columns of the named DuckDB types."""
    names = ", ".join(f'"{name}"' for name in columns)
    typed = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in columns.items())
    if not rows:
        nulls = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
        return Dialect.get_or_raise("duckdb").parse(f"SELECT {nulls} WHERE false")[0]
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return Dialect.get_or_raise("duckdb").parse(f"SELECT {typed} FROM (VALUES {values}) AS rows({names})")[0]


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool | int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _plain_tree(tree: exp.Expression) -> exp.Expression:
    for node in reversed(list(tree.walk())):
        new = _plain(node)
        if new is not node:
            if node is tree:
                return new
            node.replace(new)
    return tree


def _plain(node: exp.Expression) -> exp.Expression:
    """Return a node of Vertica's dialect as the common one that it refines, for DuckDB's generator knows only those."""
    if not type(node).__module__.startswith("sqlglot_vertica"):
        return node
    base = next((each for each in type(node).__mro__[1:] if not each.__module__.startswith("sqlglot_vertica")), None)
    if base in (None, exp.Expression, exp.Func) or base.__name__ in ("Expression", "Func", "Condition"):
        raise unsupported(type(node).__name__)
    extra = {name: value for name, value in node.args.items() if value and name not in base.arg_types}
    if extra.keys() - {"nulls"} or str(extra.get("nulls", "LAST")).upper() not in ("FIRST", "LAST"):
        raise unsupported(f"{type(node).__name__} with {', '.join(extra)}")
    return base(**{name: value for name, value in node.args.items() if name in base.arg_types})


def _session_functions(tree: exp.Expression, functions: Mapping[str, exp.Expression]) -> exp.Expression:
    def replace(node: exp.Expression) -> exp.Expression:
        name = function_name(node)
        if name not in functions:
            return node
        value = functions[name].copy()
        return exp.alias_(value, name) if isinstance(node.parent, exp.Select) and node.arg_key == "expressions" else value

    return tree.transform(replace)


def function_name(node: exp.Expression) -> str:
    """Return the name of a function call in lower case; an empty text for other nodes."""
    if isinstance(node, exp.Anonymous):
        return str(node.name).lower()
    if isinstance(node, exp.CurrentVersion):
        return "version"
    return node.sql_name().lower() if isinstance(node, exp.Func) else ""


def _named_otherwise(node: exp.Expression) -> exp.Expression:
    """Return a function that DuckDB has under another name, or as an expression, as DuckDB has it."""
    name = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if name == "octet_length":
        return exp.func("strlen", *node.expressions)
    if isinstance(node, exp.FromBase) and node.expression.name == "16":
        return exp.cast(exp.func("concat", exp.Literal.string("0x"), node.this), "BIGINT")
    if name == "hex_to_integer":
        return exp.cast(exp.func("concat", exp.Literal.string("0x"), *node.expressions), "BIGINT")
    if isinstance(node, exp.DayOfWeekIso):
        return exp.cast(node, "INT")  # DuckDB takes no BIGINT from a date
    if name in ("week_iso", "year_iso"):
        return exp.Extract(this=exp.var("week" if name == "week_iso" else "isoyear"), expression=node.expressions[0])
    if name == "has_schema_privilege" or name == "has_database_privilege":
        return exp.true()  # whoever is logged in may do anything here
    return node


def _check_functions(tree: exp.Expression, defined: Callable[[], Collection[str]]) -> None:
    unknown = [call.name for call in tree.find_all(exp.Anonymous) if call.name.lower() not in _PLAIN_FUNCTIONS]
    known = defined() if unknown else ()
    for name in unknown:
        if name.lower() not in known:
            raise unsupported(f"the function {name}")
    for table in tree.find_all(exp.Table):
        if isinstance(table.parent, exp.Create | exp.Drop) and table.this is None:
            continue  # the name of a schema
        # DuckDB would read files: FROM 'x.csv', FROM read_parquet(...).
        if not isinstance(table.this, exp.Identifier) or "." in table.name or "/" in table.name:
            raise unsupported(f"the relation {table.sql()}")


def _relation(node: exp.Expression, relations: Mapping[str, Relation]) -> exp.Expression:
    if not isinstance(node, exp.Table):
        return node
    schema, name = node.db.lower(), node.name.lower()
    relation = relations.get(f"{schema}.{name}" if schema else name)
    if relation is not None:
        return exp.Subquery(this=relation(), alias=exp.TableAlias(this=exp.to_identifier(node.alias_or_name)))
    if schema.startswith(("_", "v_", "information_schema")) or name.startswith(("duckdb_", "sqlite_", "pragma_")):
        raise unsupported(f"the relation {node.sql()}")
    return node


def _first_line(error: BaseException) -> str:
    return str(error).strip().split("\n", 1)[0]


def quoted(name: str) -> str:
    """Return ``name`` as an identifier for DuckDB."""
    return '"' + name.replace('"', '""') + '"'
