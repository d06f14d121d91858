"""User-defined functions for Redshift: SQL ones, and Python in AWS Lambda.

Sources: Amazon Redshift Developer Guide, "Creating a scalar SQL UDF", "CREATE EXTERNAL FUNCTION", "Lambda UDFs".  Python
functions inside Redshift are refused: they cannot be created any more, and stopped being supported on 2026-06-30.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from textwrap import dedent

from warehousebench.engines.base import YES, Ability, Support
from warehousebench.engines.common.functions import expression, refuse, script
from warehousebench.engines.common.functions import variants as with_reasons
from warehousebench.engines.redshift.ddl import PRODUCT
from warehousebench.engines.redshift.sql import translate
from warehousebench.engines.redshift.types import quote, text, type_sql
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import INTEGERS, Column, TypeKind
from warehousebench.model.function import Function, Variant

_ENDED = "Python functions inside Redshift are not supported since 2026-06-30 (patch 198 ended their creation); use sql or lambda"
_READ: Mapping[TypeKind, str] = {
    TypeKind.DECIMAL: "exact",
    TypeKind.DATE: "date.fromisoformat",
    TypeKind.TIMESTAMP: "datetime.fromisoformat",
    TypeKind.REAL: "float",
    TypeKind.DOUBLE: "float",
    TypeKind.BOOLEAN: "bool",
}


def variants() -> Mapping[Variant, Ability]:
    """Return what Redshift offers."""
    return with_reasons({Variant.SQL: YES, Variant.LAMBDA: YES, Variant.PYTHON: Ability(Support.NEVER, _ENDED)})


def definition(function: Function, variant: Variant, lambda_prefix: str = "", iam_role: str = "") -> str:
    """Return the statement that makes ``function`` callable; raises UnsupportedError.

    A Lambda function has to be deployed before under ``lambda_prefix`` and the function's name; see :func:`handler`.
    """
    types = ", ".join(type_sql(argument, None) for argument in function.arguments)
    head = f"{quote(function.called(variant))} ({types})\nRETURNS {_returned(function)}"
    if variant is Variant.SQL:
        return f"CREATE OR REPLACE FUNCTION {head}\nIMMUTABLE AS $$\n  SELECT {_numbered(function)}\n$$ LANGUAGE sql"
    if variant is not Variant.LAMBDA:
        raise refuse("Redshift", function, variant, variants())
    if not iam_role:
        raise UnsupportedError(f"{function.name} as a Lambda function needs a role that may call it. Give iam_role to the target")
    role = "default" if iam_role == "default" else text(iam_role)
    # STABLE, since IMMUTABLE is documented as not supported for these.
    return f"CREATE OR REPLACE EXTERNAL FUNCTION {head}\nSTABLE\nLAMBDA {text(lambda_prefix + function.name)}\nIAM_ROLE {role}"


def files(functions: Sequence[Function]) -> dict[str, str]:
    """Return file name -> text: the SQL functions, and per function the handler to deploy with its definition."""
    placeholder = "arn:aws:iam::ACCOUNT:role/ROLE"
    sql = [definition(function, Variant.SQL) for function in functions]
    external = [definition(function, Variant.LAMBDA, iam_role=placeholder) for function in functions]
    return {
        "functions.redshift.sql": script(PRODUCT, sql),
        "lambda.redshift.sql": script(f"{PRODUCT}, after the handlers are deployed; put your role in", external),
    } | {f"lambda/{function.name}.py": handler(function) for function in functions}


def handler(function: Function) -> str:
    """Return the source of the AWS Lambda function: rows come as ``arguments``, answers go back as JSON text.

    Numbers that JSON cannot hold exactly are answered as text.  How Redshift writes decimals into the event is not
    documented in what we read: numbers and texts are both taken.
    """
    readers = "".join(f"{_reader(argument.type.kind)}, " for argument in function.arguments)
    source = dedent(f'''\
        """AWS Lambda handler of {function.name}, for Redshift's CREATE EXTERNAL FUNCTION; written by warehousebench."""

        import json
        from datetime import date, datetime
        from decimal import Decimal


        %s

        def exact(value):
            return Decimal(str(value))


        READERS = ({readers.strip()})


        def answer(row):
            if None in row:
                return None
            value = {function.name}(*(read(value) for read, value in zip(READERS, row)))
            return str(value) if isinstance(value, (Decimal, date, datetime)) else value


        def handler(event, context=None):
            try:
                results = [answer(row) for row in event["arguments"]]
            except Exception as error:
                return json.dumps({{"success": False, "error_msg": f"{function.name}: {{error}}"}})
            return json.dumps({{"success": True, "num_records": len(results), "results": results}})
        ''')
    return source.replace("%s", function.python.rstrip() + "\n", 1)


def _reader(kind: TypeKind) -> str:
    return "int" if kind in INTEGERS else _READ.get(kind, "str")


def _returned(function: Function) -> str:
    return type_sql(Column("returned", function.returns), None)


def _numbered(function: Function) -> str:
    """Return the function's SQL with ``$1``, ``$2`` … in place of its arguments' names, as Redshift wants them."""
    numbers = {argument.name.lower(): f"${place}" for place, argument in enumerate(function.arguments, 1)}
    pattern = r"(?<![\w.'\"])\"?(" + "|".join(map(re.escape, numbers)) + r")\"?(?![\w'\"])"
    return re.sub(pattern, lambda match: numbers[match[1].lower()], expression(function, translate), flags=re.IGNORECASE)
