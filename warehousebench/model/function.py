"""A user-defined function, defined once for every engine: typed arguments, an SQL expression, Python source, examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from warehousebench.model.catalog import Column, DataType


class Variant(StrEnum):
    """How a function gets into a query.

    ``expression`` is no function at all: its SQL stands in the query, what every other variant is held against.
    ``sql`` is a function whose body is SQL (a macro in DuckDB and Vertica).  ``python`` is called once per row, ``arrow``
    and ``pandas`` once per batch; ``lambda`` runs in AWS Lambda and ``udx`` beside Vertica's nodes.
    """

    EXPRESSION = "expression"
    SQL = "sql"
    PYTHON = "python"
    ARROW = "arrow"
    PANDAS = "pandas"
    LAMBDA = "lambda"
    UDX = "udx"


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs in the order of the arguments, and the output that they must give; None is NULL."""

    inputs: tuple[Any, ...]
    output: Any


@dataclass(frozen=True, slots=True)
class Function:
    """A scalar function that gives NULL if any argument is NULL, and otherwise depends on its arguments alone.

    ``sql`` is an expression over the arguments' names in DuckDB's dialect; ``python`` is source text that defines a Python
    function of the same name, using nothing but the standard library.  ``arrow`` and ``pandas`` define it over whole
    columns, with pyarrow or pandas; where they are missing the variant loops over the rows of a batch.
    """

    name: str
    arguments: tuple[Column, ...]
    returns: DataType
    sql: str
    python: str
    arrow: str = ""
    pandas: str = ""
    examples: tuple[Example, ...] = ()

    def called(self, variant: Variant) -> str:
        """Return the name of a variant in the engine, so that all of them can live in one session."""
        return f"{self.name}_{variant}"

    def source(self, variant: Variant) -> str:
        """Return the Python source of a variant; empty if there is none of its own."""
        return {Variant.ARROW: self.arrow, Variant.PANDAS: self.pandas}.get(variant, self.python)


def entry_name(query: str, variant: Variant) -> str:
    """Return what a query in one variant is called in a run: the plain expression keeps the query's name."""
    return query if variant is Variant.EXPRESSION else f"{query}[{variant}]"


def split_entry(name: str) -> tuple[str, Variant]:
    """Return query and variant of a name made by :func:`entry_name`."""
    query, bracket, word = name.removesuffix("]").rpartition("[")
    if bracket and name.endswith("]") and word in set(Variant):
        return query, Variant(word)
    return name, Variant.EXPRESSION


def compiled(function: Function, variant: Variant = Variant.PYTHON) -> Callable[..., Any]:
    """Return the Python function of a variant; raises SyntaxError or NameError if its source does not define it."""
    space: dict[str, Any] = {}
    exec(compile(function.source(variant), f"<{function.name}>", "exec"), space)
    found = space.get(function.name)
    if not callable(found):
        raise NameError(f"its Python source defines no function {function.name}")
    return cast(Callable[..., Any], found)
