"""User-defined functions in PostgreSQL: SQL ones, which its planner writes into the query.

Source: PostgreSQL documentation, "SQL Functions" and "CREATE FUNCTION"; a STRICT function would not be written into the query.
"""

from __future__ import annotations

from collections.abc import Mapping

from warehousebench.engines.base import YES, Ability, Support
from warehousebench.engines.common.functions import expression, refuse
from warehousebench.engines.common.functions import variants as with_reasons
from warehousebench.engines.postgres.ddl import quote, type_sql
from warehousebench.engines.postgres.sql import translate
from warehousebench.model.function import Function, Variant


def variants() -> Mapping[Variant, Ability]:
    """Return what PostgreSQL offers."""
    needs = "PL/Python has to be installed on the server, and is for superusers alone"
    return with_reasons({Variant.SQL: YES, Variant.PYTHON: Ability(Support.NOT_IMPLEMENTED, needs)})


def definition(function: Function, variant: Variant, schema: str) -> str:
    """Return the statement that makes ``function`` in ``schema``; raises UnsupportedError."""
    if variant is not Variant.SQL:
        raise refuse("PostgreSQL", function, variant, variants())
    arguments = ", ".join(f"{quote(each.name)} {type_sql(each.type)}" for each in function.arguments)
    body = expression(function, translate)
    name = f"{quote(schema)}.{quote(function.called(variant))}"
    return (
        f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURNS {type_sql(function.returns)} LANGUAGE SQL IMMUTABLE RETURN {body}"
    )
