"""What every engine's rendering of a user-defined function shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from warehousebench.engines.base import YES, Ability, Support, Translation
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import Catalog, Table
from warehousebench.model.function import Function, Variant

_FROM = "arguments"
_NEVER = "that is another product's kind of function"


def variants(offered: Mapping[Variant, Ability]) -> dict[Variant, Ability]:
    """Return an ability for every variant: those ``offered``, the plain expression, and the others with a reason."""
    return {each: Ability(Support.NEVER, _NEVER) for each in Variant} | {Variant.EXPRESSION: YES} | dict(offered)


def expression(function: Function, translate: Callable[[str, Catalog], Translation]) -> str:
    """Return the function's SQL in an engine's dialect, over the arguments' names; raises UnsupportedError."""
    catalog = Catalog((Table(_FROM, function.arguments),), "arguments")
    sql = translate(f"SELECT {function.sql} FROM {_FROM}", catalog).sql
    body = sql.removeprefix("SELECT").rpartition(f"FROM {_FROM}")[0].strip()
    if not sql.startswith("SELECT") or not body:
        raise UnsupportedError(f"the SQL of {function.name} does not become one expression: {sql}")
    return body


def refuse(engine: str, function: Function, variant: Variant, offered: Mapping[Variant, Ability]) -> UnsupportedError:
    """Return the error for a variant that ``engine`` does not offer."""
    return UnsupportedError(f"{engine} cannot define {function.name} as {variant}: {offered[variant].reason}")


def script(title: str, statements: Sequence[str]) -> str:
    """Return statements as a script."""
    return (
        f"-- User-defined functions for {title}; written by warehousebench.\n\n"
        + "\n\n".join(f"{each};" for each in statements)
        + "\n"
    )
