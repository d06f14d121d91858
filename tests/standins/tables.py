"""CREATE TABLE in either product ─► DuckDB's table, and the columns as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from standins.errors import ServerError, unsupported
from standins.sql import quoted


@dataclass(frozen=True, slots=True)
class Rules:
    """How a product reads types: lengths and precision where none is given, the widest DECIMAL, the names it shows."""

    dialect: str
    default_decimal: tuple[int, int]
    default_varchar: int
    names: dict[str, str]


_LIMITED = {exp.DType.VARCHAR, exp.DType.CHAR, exp.DType.NVARCHAR, exp.DType.NCHAR}
# Keys are not enforced by either product unless told to; Vertica's dialect has classes of its own for them.
_KEYS = ("PrimaryKey", "ForeignKey", "UniqueColumnConstraint", "Constraint", "Reference")


def columns(schema: exp.Schema, rules: Rules) -> list[dict[str, Any]]:
    """Return name, type as DuckDB's and as shown, NOT NULL, encoding and text limit of the declared columns."""
    found = []
    for item in schema.expressions:
        if isinstance(item, exp.ColumnDef):
            found.append(_column(item, rules))
        elif not type(item).__name__.endswith(_KEYS):
            raise unsupported(f"{type(item).__name__} in CREATE TABLE")
    if len({column["name"].lower() for column in found}) != len(found):
        raise ServerError("42701", "a column is named twice")
    return found


def create(schema: str, name: str, declared: list[dict[str, Any]], *, temporary: bool = False) -> str:
    """Return DuckDB's CREATE TABLE for the declared columns; the limits of texts count bytes, as both products do."""
    lines = []
    for column in declared:
        identifier = quoted(column["name"])
        line = f"{identifier} {column['duckdb']}"
        line += " NOT NULL" if column["not_null"] else ""
        line += f" DEFAULT {column['default']}" if column["default"] else ""
        line += f" CHECK (strlen({identifier}) <= {column['limit']})" if column["limit"] else ""
        lines.append(line)
    target = quoted(name) if temporary else f"{quoted(schema)}.{quoted(name)}"
    return f"CREATE {'TEMP ' if temporary else ''}TABLE {target} ({', '.join(lines)})"


def from_query(described: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Return columns as declared for the result of a query."""
    return [
        {"name": name, "duckdb": kind, "shown": kind.lower(), "not_null": False, "default": "", "encoding": "", "limit": 0}
        for name, kind in described
    ]


def _column(item: exp.ColumnDef, rules: Rules) -> dict[str, Any]:
    if item.kind is None:
        raise ServerError("42601", f"column {item.name} has no type")
    duckdb, shown, limit = _type(item.kind, rules)
    column: dict[str, Any] = {"name": item.name, "duckdb": duckdb, "shown": shown, "limit": limit}
    column |= {"not_null": False, "default": "", "encoding": ""}
    for constraint in item.constraints:
        kind = constraint.kind
        if isinstance(kind, exp.NotNullColumnConstraint):
            column["not_null"] = not kind.args.get("allow_null")
        elif isinstance(kind, exp.EncodeColumnConstraint):
            column["encoding"] = kind.this.name.upper()
        elif isinstance(kind, exp.DefaultColumnConstraint):
            column["default"] = kind.this.sql("duckdb")
        elif type(kind).__name__.endswith("PrimaryKeyColumnConstraint"):
            column["not_null"] = True
        elif not type(kind).__name__.endswith(("UniqueColumnConstraint", "Reference")):
            raise unsupported(f"{type(kind).__name__} of column {item.name}")
    return column


def _type(kind: exp.DataType, rules: Rules) -> tuple[str, str, int]:
    base = kind.this
    if not isinstance(base, exp.DType):
        raise ServerError("42704", f'type "{kind.sql().lower()}" does not exist')
    if base is exp.DType.INTERVAL:
        # DuckDB hands intervals out as days and seconds, months made into 30 days.
        raise unsupported(f"the type {kind.sql()}")
    numbers = [_size(parameter) for parameter in kind.expressions]
    name = rules.names.get(base.value, kind.sql("postgres").lower())
    if base is exp.DType.DECIMAL:
        precision, scale = (*numbers, 0)[:2] if numbers else rules.default_decimal
        if precision > 38:
            raise unsupported(f"NUMERIC({precision},{scale}): DuckDB ends at 38 digits, and so a type beyond them")
        return f"DECIMAL({precision},{scale})", f"{name}({precision},{scale})", 0
    if base in _LIMITED:
        length = numbers[0] if numbers else (1 if base in (exp.DType.CHAR, exp.DType.NCHAR) else rules.default_varchar)
        return "VARCHAR", f"{name}({length})", length
    if base is exp.DType.LONGTEXT:
        length = numbers[0] if numbers else 1_048_576
        return "VARCHAR", f"{name}({length})", length
    if base is exp.DType.TEXT:
        return "VARCHAR", f"{rules.names.get('VARCHAR', 'varchar')}({rules.default_varchar})", rules.default_varchar
    if base in (exp.DType.USERDEFINED, exp.DType.ARRAY, exp.DType.STRUCT, exp.DType.MAP, exp.DType.SUPER, exp.DType.NULL):
        raise unsupported(f"the type {kind.sql()}")
    if base is exp.DType.VARBINARY and numbers:
        return "BLOB", f"{name}({numbers[0]})", 0
    return kind.sql("duckdb").split("(")[0], name, 0


def _size(parameter: exp.Expression) -> int:
    return 65535 if parameter.name.upper() == "MAX" else int(parameter.name)
