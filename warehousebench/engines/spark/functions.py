"""User-defined functions in Spark: SQL ones, and Python called per row or per batch in workers beside the JVM.

Sources: Spark SQL reference, "CREATE FUNCTION (SQL)"; PySpark documentation, "Python User-defined Functions (UDFs)" and
"Apache Arrow in PySpark".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from warehousebench.engines.base import YES, Ability
from warehousebench.engines.common.functions import expression, refuse
from warehousebench.engines.common.functions import variants as with_reasons
from warehousebench.engines.spark.ddl import quote
from warehousebench.engines.spark.sql import translate
from warehousebench.engines.spark.types import type_sql
from warehousebench.model.catalog import INTEGERS
from warehousebench.model.function import Function, Variant, compiled


def variants() -> Mapping[Variant, Ability]:
    """Return what Spark offers."""
    return with_reasons(dict.fromkeys((Variant.SQL, Variant.PYTHON, Variant.ARROW, Variant.PANDAS), YES))


def definition(function: Function) -> str:
    """Return the statement that makes ``function`` an SQL function of this session."""
    arguments = ", ".join(f"{quote(each.name)} {type_sql(each.type)}" for each in function.arguments)
    name, body = quote(function.called(Variant.SQL)), expression(function, translate)
    return f"CREATE OR REPLACE TEMPORARY FUNCTION {name}({arguments}) RETURNS {type_sql(function.returns)} RETURN {body}"


def made(function: Function, variant: Variant) -> Callable[..., Any]:
    """Return the Python callable of a variant as Spark is to register it; raises UnsupportedError.

    It is sent to workers that need not have this package: nothing of it may be referred to from inside.
    """
    if variant is Variant.PYTHON:
        return _per_row(compiled(function))
    if variant not in (Variant.ARROW, Variant.PANDAS):
        raise refuse("Spark", function, variant, variants())
    own = bool(function.arrow if variant is Variant.ARROW else function.pandas)
    body = compiled(function, variant) if own else None
    if variant is Variant.ARROW:
        return _per_arrow(compiled(function), body)
    return _per_series(compiled(function), body, [each.type.kind in INTEGERS for each in function.arguments])


def _per_row(row: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else row(*values)


def _per_arrow(row: Callable[..., Any], own: Callable[..., Any] | None) -> Callable[..., Any]:
    import pyarrow

    def arrays(*columns: Any) -> Any:
        if own:
            return own(*columns)
        values = zip(*(column.to_pylist() for column in columns), strict=True)
        return pyarrow.array([None if None in each else row(*each) for each in values])

    arrays.__annotations__ = {"columns": pyarrow.Array, "return": pyarrow.Array}
    return arrays


def _per_series(row: Callable[..., Any], own: Callable[..., Any] | None, whole: list[bool]) -> Callable[..., Any]:
    import pandas

    def looped(*columns: Any) -> Any:
        return pandas.Series([row(*values) for values in zip(*columns, strict=True)], columns[0].index, dtype=object)

    def series(*columns: Any) -> Any:
        # A missing value turns a column of whole numbers into one of floats: the function sees none of either.
        present = pandas.concat([column.notna() for column in columns], axis=1).all(axis=1)
        kept = [
            each[present].astype("int64").astype(object) if w else each[present] for each, w in zip(columns, whole, strict=True)
        ]
        return (own or looped)(*kept).astype(object).reindex(present.index, fill_value=None)

    series.__annotations__ = {"columns": pandas.Series, "return": pandas.Series}
    return series
