"""User-defined functions in DuckDB: macros, and Python called per row or per Arrow batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from warehousebench import duck
from warehousebench.engines.base import YES, Ability
from warehousebench.engines.common.functions import refuse
from warehousebench.engines.common.functions import variants as with_reasons
from warehousebench.engines.duckdb.types import type_sql
from warehousebench.model.function import Function, Variant, compiled


def variants() -> Mapping[Variant, Ability]:
    """Return what DuckDB offers."""
    return with_reasons(dict.fromkeys((Variant.SQL, Variant.PYTHON, Variant.ARROW), YES))


def define(connection: duck.Connection, function: Function, variant: Variant) -> None:
    """Make ``function`` callable in this session under the variant's name; raises UnsupportedError and EngineError."""
    name = function.called(variant)
    if variant is Variant.SQL:
        duck.run(connection, macro(function))
    elif variant in (Variant.PYTHON, Variant.ARROW):
        types = [type_sql(argument.type) for argument in function.arguments]
        batches = variant is Variant.ARROW
        made = batch(function) if batches else compiled(function)
        duck.define(connection, name, made, types, type_sql(function.returns), batches=batches)
    else:
        raise refuse("DuckDB", function, variant, variants())


def macro(function: Function) -> str:
    """Return the statement that makes the function a macro of this session."""
    arguments = ", ".join(duck.quote(argument.name) for argument in function.arguments)
    name = duck.quote(function.called(Variant.SQL))
    return f"CREATE OR REPLACE TEMP MACRO {name}({arguments}) AS ({function.sql})"


def batch(function: Function) -> Callable[..., pa.Array]:
    """Return the function over Arrow arrays: its own source, or its Python looped over the rows."""
    if function.arrow:
        return compiled(function, Variant.ARROW)
    row = compiled(function)

    def looped(*columns: Any) -> pa.Array:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return pa.array([None if None in values else row(*values) for values in rows])

    return looped
