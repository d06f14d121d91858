"""Queries over a table with NULLs, negative numbers, halves and ties: where dialects are known to give other answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from warehousebench.model.catalog import Catalog, Column, DataType, Table, TypeKind

COLUMNS = {
    "id": DataType(TypeKind.BIGINT),
    "i": DataType(TypeKind.INTEGER),
    "j": DataType(TypeKind.SMALLINT),
    "d": DataType(TypeKind.DECIMAL, precision=15, scale=2),
    "e": DataType(TypeKind.DECIMAL, precision=18, scale=6),
    "f": DataType(TypeKind.DOUBLE),
    "s": DataType(TypeKind.VARCHAR, length=20),
    "p": DataType(TypeKind.VARCHAR, length=20),
    "day": DataType(TypeKind.DATE),
    "seen": DataType(TypeKind.TIMESTAMP),
    "ok": DataType(TypeKind.BOOLEAN),
    "g": DataType(TypeKind.INTEGER),
}
ROWS = [
    "(1, 7, 2, 2.50, 1.234567, 2.5, 'ab', 'a', '2016-01-31', '2016-01-31 23:59:59.5', true, 1)",
    "(2, -7, 2, -2.50, -1.234567, -2.5, 'a%b', 'b ', '2016-02-29', '2016-02-29 00:00:00', false, 1)",
    "(3, 7, -3, 0.05, 0.000001, 3.5, 'a\\_b', NULL, '2015-12-31', '2015-12-31 12:30:00', true, 1)",
    "(4, NULL, 4, NULL, 7.000000, NULL, NULL, 'C', NULL, NULL, NULL, 2)",
    "(5, 5, NULL, 12345678.91, NULL, 0.5, '', 'ab', '2020-02-29', '2020-02-29 01:02:03', false, 2)",
    "(6, 6, 4, 12345678.91, 2.500000, 1.5, 'Zürich', 'zü', '2021-01-03', '2021-01-03 10:00:00', NULL, 2)",
    "(7, 0, 1, 0.00, -2.500000, -0.5, 'abc', 'abc', '2021-01-04', '2021-01-04 10:00:00', true, NULL)",
    "(8, 7, 2, 2.50, 1.234567, 2.5, 'ab', 'a', '2016-01-31', '2016-01-31 23:59:59.5', true, NULL)",
]

TABLE = Table("t", tuple(Column(name, type_, name != "id") for name, type_ in COLUMNS.items()), primary_key=("id",))
CATALOG = Catalog((TABLE,), "a test")


def _read(path: Path) -> Mapping[str, str]:
    """Return name -> query: a comment names each query of the file."""
    named = (text.partition("\n") for text in path.read_text(encoding="utf-8").split("-- ")[1:])
    return {name: sql.strip().removesuffix(";") for name, _, sql in named}


CASES = _read(Path(__file__).parent / "inputs" / "translations.sql")


def create(double: str = "DOUBLE") -> str:
    """Return the DDL of the table; ``double`` is what the product calls a double."""
    spelled = []
    for name, type_ in COLUMNS.items():
        sql = f"DECIMAL({type_.precision}, {type_.scale})" if type_.kind is TypeKind.DECIMAL else type_.kind.value
        spelled.append(f"{name} {double if type_.kind is TypeKind.DOUBLE else sql}")
    return f"CREATE TABLE t ({', '.join(spelled)})"
