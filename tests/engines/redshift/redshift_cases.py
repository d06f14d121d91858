"""Targets, tables and scripted answers that the tests of the Redshift engine share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from warehousebench.engines.redshift.design import DistStyle, RedshiftDesign, SortStyle, TableDesign
from warehousebench.engines.redshift.settings import CONVENTION
from warehousebench.engines.targets import Secret, Target
from warehousebench.model.catalog import Catalog, Column, DataType, ForeignKey, Table, TypeKind
from warehousebench.model.layout import Cluster

PASSWORD = "secret"
# redshift_connector leaves the socket of a failed login or a lost connection to the garbage collector.
LEAKS = "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"


class Make(Protocol):
    """Makes a target with the options given; None leaves one out."""

    def __call__(self, **options: str | None) -> Target: ...


def make_target(password: str | None = PASSWORD, **options: str | None) -> Target:
    """Return a target of the options that are not None, over the engine's defaults."""
    given = {name: value for name, value in options.items() if value is not None}
    secrets = {"password": Secret(password)} if password else {}
    return Target("redshift", "there", {**CONVENTION.defaults, **given}, secrets, dict.fromkeys(given, "the test"))


def _column(name: str, kind: TypeKind, *, nullable: bool = True, **sizes: int) -> Column:
    return Column(name, DataType(kind, **sizes), nullable)


SHOPS = Table("shops", (_column("id", TypeKind.BIGINT, nullable=False), _column("town", TypeKind.VARCHAR, length=20)), ("id",))
SALES = Table(
    "sales",
    (
        _column("id", TypeKind.BIGINT, nullable=False),
        _column("shop", TypeKind.BIGINT),
        _column("day", TypeKind.DATE),
        _column("price", TypeKind.DECIMAL, precision=15, scale=2),
        _column("note", TypeKind.VARCHAR, length=5),
        _column("paid", TypeKind.BOOLEAN),
        _column("weight", TypeKind.DOUBLE),
        _column("seen", TypeKind.TIMESTAMP),
        _column("number", TypeKind.INTEGER),
    ),
    ("id",),
    foreign_keys=(ForeignKey(("shop",), "shops", ("id",)),),
)
CATALOG = Catalog((SALES, SHOPS), "test")
DESIGN = RedshiftDesign(
    "by hand",
    Cluster(2, 2),
    {
        "sales": TableDesign(
            DistStyle.KEY,
            "id",
            SortStyle.COMPOUND,
            ("day", "id"),
            {
                "id": "RAW",
                "shop": "AZ64",
                "day": "RAW",
                "price": "AZ64",
                "note": "LZO",
                "paid": "RAW",
                "weight": "RAW",
                "seen": "AZ64",
                "number": "DELTA",
            },
        ),
        "shops": TableDesign(DistStyle.ALL),
    },
)


def write_sales(folder: Path, rows: int = 1000, **changed: Any) -> Path:
    """Write ``rows`` sales to a Parquet file, in DuckDB's types rather than Redshift's, some columns ``changed``."""
    import datetime as dt
    from decimal import Decimal

    numbers = range(rows)
    columns: dict[str, Any] = {
        "number": pa.array([None if n % 7 == 0 else n for n in numbers], pa.int64()),
        "id": pa.array(numbers, pa.int64()),
        "shop": pa.array([n % 3 for n in numbers], pa.int32()),
        "day": pa.array([dt.date(2020, 1, 1) + dt.timedelta(n % 365) for n in numbers]),
        "price": pa.array([Decimal(n) / 4 for n in numbers], pa.decimal128(15, 2)),
        "note": pa.array([None if n % 5 == 0 else "äöü€x"[: n % 4] for n in numbers]),
        "paid": pa.array([n % 2 == 0 for n in numbers]),
        "weight": pa.array([n / 3 for n in numbers]),
        "seen": pa.array([dt.datetime(2020, 1, 1, 12, 30, 0, n) for n in numbers], pa.timestamp("us")),
    }
    path = folder / "sales.parquet"
    pq.write_table(pa.table(columns | changed), path, row_group_size=100)
    return path


def write_shops(folder: Path) -> Path:
    """Write three shops to a Parquet file."""
    path = folder / "shops.parquet"
    pq.write_table(pa.table({"id": pa.array(range(3), pa.int64()), "town": ["A", "B", None]}), path)
    return path


def scripted(*answers: tuple[str, Sequence[tuple[Any, ...]]]) -> Callable[[str], list[tuple[Any, ...]]]:
    """Return a function that answers a query by the first of ``answers`` whose words are in it."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        for words, answer in answers:
            if words in sql:
                return list(answer)
        raise AssertionError(f"unexpected: {sql}")

    return rows
