"""User-defined functions for Vertica: SQL macros, and Python beside every node (UDx).

Sources: Vertica documentation, "User-defined SQL functions" (one RETURN, no FROM), "ScalarFunction (Python)", "CREATE LIBRARY",
"CREATE FUNCTION (scalar)".  Python UDx run in a process of their own (fenced).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import dedent, indent

from warehousebench.engines.base import YES, Ability
from warehousebench.engines.common.functions import expression, refuse, script
from warehousebench.engines.common.functions import variants as with_reasons
from warehousebench.engines.vertica.ddl import PRODUCT
from warehousebench.engines.vertica.sql import translate
from warehousebench.engines.vertica.types import quote, text, type_sql
from warehousebench.errors import UnsupportedError
from warehousebench.model.catalog import FLOATS, INTEGERS, Column, DataType, TypeKind
from warehousebench.model.function import Function, Variant

LIBRARY_FILE = "functions_udx.py"
_LIBRARY = "warehousebench_functions"
_LONGEST = 65_000  # bytes of a VARCHAR


def variants() -> Mapping[Variant, Ability]:
    """Return what Vertica offers."""
    return with_reasons({Variant.SQL: YES, Variant.UDX: YES})


def definition(function: Function, variant: Variant, library_path: str = "") -> tuple[str, ...]:
    """Return the statements that make ``function`` callable; raises UnsupportedError.

    ``library_path`` is where the file of :func:`library` lies on the node that the session is on.
    """
    name = quote(function.called(variant))
    if variant is Variant.SQL:
        arguments = ", ".join(f"{quote(each.name)} {_sql(each.type)}" for each in function.arguments)
        body = expression(function, translate)
        return (f"CREATE OR REPLACE FUNCTION {name}({arguments}) RETURN {_sql(function.returns)}\nAS BEGIN\n  RETURN {body};\nEND",)
    if variant is not Variant.UDX:
        raise refuse("Vertica", function, variant, variants())
    if not library_path:
        raise UnsupportedError(
            f"{function.name} as a UDx needs {LIBRARY_FILE} on the node: write it with warehousebench functions, copy it there, "
            "and give its path as udx_library to the target"
        )
    return (
        f"CREATE OR REPLACE LIBRARY {quote(_LIBRARY)} AS {text(library_path)} LANGUAGE 'Python'",
        f"CREATE OR REPLACE FUNCTION {name} AS LANGUAGE 'Python' NAME {text(_factory(function))} LIBRARY {quote(_LIBRARY)} FENCED",
    )


def files(functions: Sequence[Function]) -> dict[str, str]:
    """Return file name -> text: the SQL macros, and the UDx library with its definitions."""
    sql = [statement for function in functions for statement in definition(function, Variant.SQL)]
    udx = [
        statement for function in functions for statement in definition(function, Variant.UDX, f"/path/on/the/node/{LIBRARY_FILE}")
    ]
    return {
        "functions.vertica.sql": script(PRODUCT, sql),
        "udx.vertica.sql": script(f"{PRODUCT}, after {LIBRARY_FILE} is on the node; put its path in", list(dict.fromkeys(udx))),
        LIBRARY_FILE: library(tuple(functions)),
    }


def library(functions: tuple[Function, ...]) -> str:
    """Return the source of the library: each function's Python, its class and its factory."""
    head = '"""Scalar functions for Vertica\'s Python UDx; written by warehousebench."""\n\nimport vertica_sdk\n'
    return head + "".join(f"\n\n{_classes(function)}" for function in functions)


def _classes(function: Function) -> str:
    arguments = range(len(function.arguments))
    reads = ", ".join(f"arg_reader.get{_word(each.type)}({place})" for place, each in enumerate(function.arguments))
    missing = " or ".join(f"arg_reader.isNull({place})" for place in arguments)
    prototype = "\n".join(f"arg_types.add{_word(each.type, column=True)}()" for each in function.arguments)
    word = _word(function.returns, column=True)
    source = dedent(f"""\
        %s

        class {function.name}_udx(vertica_sdk.ScalarFunction):
            def processBlock(self, server_interface, arg_reader, res_writer):
                while True:
                    if {missing}:
                        res_writer.setNull()
                    else:
                        res_writer.set{_word(function.returns)}({function.name}({reads}))
                    res_writer.next()
                    if not arg_reader.next():
                        break


        class {_factory(function)}(vertica_sdk.ScalarFunctionFactory):
            def createScalarFunction(self, server_interface):
                return {function.name}_udx()

            def getPrototype(self, server_interface, arg_types, return_type):
        %s
                return_type.add{word}()

            def getReturnType(self, server_interface, arg_types, return_type):
                return_type.add{word}({_size(function.returns)})
        """)
    return source.replace("%s", function.python.rstrip() + "\n", 1).replace("%s", indent(prototype, " " * 8), 1)


def _factory(function: Function) -> str:
    return f"{function.name}_factory"


def _sql(type_: DataType) -> str:
    return type_sql(Column("value", type_), None)


def _word(type_: DataType, *, column: bool = False) -> str:
    """Return the SDK's word for a type in get…, set… and add…; texts are String in values and Varchar in columns."""
    if type_.kind in INTEGERS:
        return "Int"
    if type_.kind in FLOATS:
        return "Float"
    words = {
        TypeKind.BOOLEAN: "Bool",
        TypeKind.DECIMAL: "Numeric",
        TypeKind.DATE: "Date",
        TypeKind.TIMESTAMP: "Timestamp",
        TypeKind.BINARY: "Binary",
    }
    return words.get(type_.kind, "Varchar" if column else "String")


def _size(type_: DataType) -> str:
    if type_.kind is TypeKind.DECIMAL:
        return f"{type_.precision or 37}, {type_.scale or 0}"
    return str(min(4 * type_.length, _LONGEST) if type_.length else _LONGEST) if _word(type_) == "String" else ""
