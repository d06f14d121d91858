"""User-defined functions from a ``functions.toml`` beside a workload's queries."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from warehousebench.errors import SourceError
from warehousebench.model.catalog import FLOATS, INTEGERS, Column, DataType, TypeKind
from warehousebench.model.function import Example, Function, compiled
from warehousebench.source.types import parse_type

_NULL = "NULL"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class _Described(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says of one function."""

    arguments: dict[str, str]
    returns: str
    sql: str
    python: str
    arrow: str = ""
    pandas: str = ""
    examples: list[tuple[list[Any], Any]] = []


def read_functions(path: Path) -> tuple[Function, ...]:
    """Return the functions in a file in its order, their examples tried on the Python source; raises SourceError."""
    try:
        described = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), dict[str, _Described])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SourceError(f"{path} is not valid: {error}. A function has arguments, returns, sql, python and examples.") from error
    return tuple(_function(path, name, each) for name, each in described.items())


def _function(path: Path, name: str, described: _Described) -> Function:
    if odd := [each for each in (name, *described.arguments) if not _NAME.fullmatch(each)]:
        # Products fold the case of names in different ways, and a query may write a call in any.
        raise SourceError(f"{path}: the name {odd[0]} is not usable everywhere. Write it in lower-case letters, digits and _")
    arguments = tuple(Column(argument, _type(path, native)) for argument, native in described.arguments.items())
    returns = _type(path, described.returns)
    try:
        examples = tuple(
            Example(tuple(_value(text, each.type) for text, each in zip(inputs, arguments, strict=True)), _value(output, returns))
            for inputs, output in described.examples
        )
        python, arrow, pandas = (text.lstrip() for text in (described.python, described.arrow, described.pandas))
        function = Function(name, arguments, returns, described.sql.strip(), python, arrow, pandas, examples)
        _try(function)
    except (ValueError, TypeError, InvalidOperation, SyntaxError, NameError) as error:
        raise SourceError(f"{path}: the function {name} does not hold together: {error}") from error
    return function


def _type(path: Path, native: str) -> DataType:
    found = parse_type(native, "postgres")
    if found.kind is TypeKind.OTHER:
        raise SourceError(f"{path}: the type {native} is not known. Write an SQL type such as DECIMAL(10,2) or VARCHAR(20)")
    return found


def _value(text: Any, type_: DataType) -> Any:
    """Return an example's value: numbers and texts as they are written, everything exact as text."""
    return None if text == _NULL else _reader(type_.kind)(text)


def _reader(kind: TypeKind) -> Callable[[Any], Any]:
    readers: Mapping[TypeKind, Callable[[Any], Any]] = {
        TypeKind.BOOLEAN: bool,
        TypeKind.DECIMAL: lambda text: Decimal(str(text)),
        TypeKind.DATE: date.fromisoformat,
        TypeKind.TIMESTAMP: datetime.fromisoformat,
    }
    if kind in INTEGERS:
        return int
    return float if kind in FLOATS else readers.get(kind, str)


def _try(function: Function) -> None:
    python = compiled(function)
    for example in function.examples:
        given = None if None in example.inputs else python(*example.inputs)
        if given != example.output:
            raise ValueError(f"its Python gives {given!r} for {example.inputs}, and its example says {example.output!r}")
