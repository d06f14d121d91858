"""Every declared type of the dumps, and more, to both products: what is lost is said, and no column is silently short."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.engines.common.widths import Target
from warehousebench.engines.redshift import types as redshift
from warehousebench.engines.vertica import types as vertica
from warehousebench.errors import DesignError
from warehousebench.model.catalog import STRINGS, Column, DataType, TypeKind
from warehousebench.model.loss import Loss
from warehousebench.model.profile import ColumnProfile
from warehousebench.source.ddl import read_ddl
from warehousebench.source.types import parse_type

DUMPS = Path(__file__).parents[1] / "source" / "dumps"
PRODUCTS = [pytest.param(redshift, id="redshift"), pytest.param(vertica, id="vertica")]
SAFE = (Loss.NONE, Loss.WIDENED)
MORE = [
    ("postgres", "numeric(38,38)"),
    ("postgres", "numeric(39,2)"),
    ("postgres", "numeric(3,-2)"),
    ("postgres", "character varying(20000)"),
    ("postgres", "character varying(10485760)"),
    ("postgres", "hstore"),
    ("postgres", "geometry(Point,4326)"),
    ("postgres", "interval year to month"),
    ("postgres", "macaddr8"),
    ("mysql", "double unsigned"),
    ("mysql", "bit(64)"),
    ("mysql", "geometry"),
    ("mysql", "varbinary(65535)"),
    ("mysql", "int8"),
    ("mysql", "int8 unsigned"),
    ("mysql", "serial"),
    ("mysql", "boolean"),
    ("tsql", "nchar(4000)"),
    ("tsql", "varbinary(8000)"),
    ("oracle", "NUMBER(38,127)"),
    ("oracle", "INTERVAL DAY(9) TO SECOND(9)"),
    ("sqlite", ""),
    ("sqlite", "VARCHAR(20)"),
    ("hsqldb", "VARCHAR(16777216)"),
]


def seen(*, widest: int = 8, low: str | None = None, high: str | None = None) -> ColumnProfile:
    return ColumnProfile(10, True, 0, low, high, float(widest), widest, 10, 0.1, True)


def _columns() -> dict[tuple[str, str], Column]:
    """Return a column for every dialect and declaration that the dumps hold, plain ones before generated and numbered ones."""
    found: dict[tuple[str, str], Column] = {}
    for path in sorted(DUMPS.glob("*/*")):
        for table in read_ddl([path]):
            for column in sorted(table.columns, key=lambda column: (column.generated or "", column.identity)):
                found.setdefault((column.type.dialect, column.type.native), column)
    for dialect, native in MORE:
        found.setdefault((dialect, native), Column("c", parse_type(native, dialect)))
    return found


COLUMNS = _columns()


def test_map(golden: Callable[[str, str], None]) -> None:
    # Meant to be read: what becomes of every type, and what is lost on the way.
    lines = []
    for (dialect, native), column in sorted(COLUMNS.items()):
        lines.append(
            f"{dialect} {native or '(none)'}" + (" generated" if column.generated else " identity" if column.identity else "")
        )
        for product in (redshift, vertica):
            target = product.target(column, None)
            name = product.__name__.split(".")[-2]
            lines.append(f"  {name:9}{target.sql}  {target.loss}" + (f": {target.why}" if target.why else ""))
    golden("type_maps.txt", "\n".join(lines) + "\n")


def _sizes(sql: str) -> list[int]:
    found = re.search(r"\(([\d,]+)\)", sql)
    return [int(number) for number in found[1].split(",")] if found else []


def _bytes(type_: DataType) -> float:
    """Return the most bytes that a value takes in UTF-8, from the declaration alone; the rules are written down anew here."""
    native = type_.native.lower()
    if type_.labels:
        sizes = [len(label.encode()) for label in type_.labels]
        return sum(sizes) + len(sizes) - 1 if native.startswith("set") else max(sizes)
    if type_.dialect == "mysql" and native in ("tinytext", "text", "mediumtext", "longtext"):
        return {"tinytext": 255, "text": 65_535, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}[native]
    if type_.length is None:
        return float("inf")
    if re.match(r"(bit|inet|rowid|urowid)", native):
        return type_.length
    charset = (
        type_.character_bytes if type_.dialect == "mysql" else None
    )  # the column's charset, which the type's text does not tell
    return type_.length * (charset or (3 if type_.dialect == "tsql" or "byte" in native or native.startswith("nvarchar2") else 4))


def _holds(target: Target, type_: DataType) -> bool:
    """Tell whether every value of the declared type fits the target, by the products' documented ranges."""
    sizes, base, kind = _sizes(target.sql), target.base, type_.kind
    if kind in STRINGS:
        return sizes[0] >= _bytes(type_)
    if kind is TypeKind.BINARY:
        return sizes[0] >= (type_.length or float("inf"))
    if kind is TypeKind.DECIMAL:
        precision, scale = type_.precision, type_.scale or 0
        if base.startswith("VARCHAR"):
            return precision is not None and sizes[0] >= precision + 2
        return precision is not None and sizes[1] >= scale and sizes[0] - sizes[1] >= precision - scale
    order = ["SMALLINT", "INTEGER", "BIGINT"]
    if kind.value.upper() in order:
        return base == "INTEGER" or order.index(base) >= order.index(kind.value.upper())
    if kind in (TypeKind.REAL, TypeKind.DOUBLE):
        return base in ("FLOAT", "DOUBLE PRECISION") or (base == "REAL" and kind is TypeKind.REAL)
    if kind is TypeKind.TIME:
        return type_.dialect != "mysql" or base in ("INTERVAL DAY TO SECOND", "VARCHAR")
    return True


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("column", [pytest.param(each, id=f"{key[0]} {key[1]}") for key, each in sorted(COLUMNS.items())])
def test_no_column_is_silently_short(product: ModuleType, column: Column) -> None:
    target = product.target(column, None)
    if target.loss in SAFE:
        assert _holds(target, column.type), target
    else:
        assert target.why
    if target.loss in (Loss.LOSSY, Loss.UNSUPPORTED):
        assert target.remark.startswith(f"{target.loss}: ")
    if column.generated or column.identity:
        assert target.loss is not Loss.NONE
    assert _is_valid(product, target.sql), target.sql


def _is_valid(product: ModuleType, sql: str) -> bool:
    """Tell whether the type keeps to the product's documented names and limits."""
    base, sizes = sql.partition("(")[0], _sizes(sql)
    if product is redshift:
        plain = (
            "SMALLINT INTEGER BIGINT REAL DOUBLE_PRECISION BOOLEAN DATE TIME TIMETZ TIMESTAMP TIMESTAMPTZ SUPER GEOMETRY GEOGRAPHY"
        )
        limits = {"VARCHAR": 65_535, "CHAR": 4_096, "VARBYTE": 16_777_216}
        digits, places = 38, 37
    else:
        plain = "INTEGER FLOAT BOOLEAN DATE TIME TIMETZ TIMESTAMP TIMESTAMPTZ UUID GEOMETRY GEOGRAPHY INTERVAL_DAY_TO_SECOND"
        plain += " INTERVAL_YEAR_TO_MONTH"
        limits = {"VARCHAR": 65_000, "CHAR": 65_000, "VARBINARY": 65_000, "LONG VARCHAR": 32_000_000, "LONG VARBINARY": 32_000_000}
        digits, places = 1_024, 1_024
    if base in ("DECIMAL", "NUMERIC"):
        return 1 <= sizes[0] <= digits and 0 <= sizes[1] <= min(places, sizes[0])
    if base in limits:
        return 1 <= sizes[0] <= limits[base]
    return base.replace(" ", "_") in plain.split() and not sizes


@pytest.mark.parametrize("product", PRODUCTS)
@given(column=st.sampled_from(list(COLUMNS.values())), widest=st.integers(1, 40_000_000))
def test_what_was_seen_fits_or_is_refused(product: ModuleType, column: Column, widest: int) -> None:
    if column.type.kind not in (*STRINGS, TypeKind.BINARY):
        return
    most = 65_535 if product is redshift and column.type.kind in STRINGS else 16_777_216 if product is redshift else 32_000_000
    if widest > most:
        with pytest.raises(DesignError, match="Leave the column out"):
            product.target(column, seen(widest=widest))
        return
    target = product.target(column, seen(widest=widest))
    assert _sizes(target.sql)[0] >= widest
    assert target.loss not in SAFE or _holds(target, column.type) or widest > _bytes(column.type)


def _told(dialect: str, native: str, data: ColumnProfile | None) -> Iterator[tuple[str, Loss]]:
    for product in (redshift, vertica):
        target = product.target(Column("c", parse_type(native, dialect)), data)
        yield target.sql, target.loss


@pytest.mark.parametrize(
    ("dialect", "native", "data", "on_redshift", "on_vertica"),
    [
        # The digits that all values are stored with decide about a bare number.
        ("postgres", "numeric", seen(low="-1.5000", high="999.2500"), "DECIMAL(38,4)", "NUMERIC(38,4)"),
        ("oracle", "NUMBER", seen(low="1", high="99"), "DECIMAL(38,0)", "NUMERIC(38,0)"),
        ("postgres", "numeric", seen(low="1." + "0" * 30, high="9" * 20 + "." + "0" * 30), "VARCHAR(53)", "VARCHAR(53)"),
        # A duration stays within a day, or it is none of the products' times.
        ("mysql", "time", seen(low="00:00:00", high="23:59:59"), "TIME", "TIME"),
        ("mysql", "time", seen(low="-00:00:01", high="01:00:00"), "VARCHAR(17)", "INTERVAL DAY TO SECOND"),
        ("mysql", "time", seen(low="00:00:00", high="838:59:59"), "VARCHAR(17)", "INTERVAL DAY TO SECOND"),
        ("mysql", "text", seen(widest=100), "VARCHAR(120)", "VARCHAR(120)"),
        ("tsql", "nvarchar(max)", seen(widest=100), "VARCHAR(120)", "VARCHAR(120)"),
    ],
)
def test_data_decide(dialect: str, native: str, data: ColumnProfile, on_redshift: str, on_vertica: str) -> None:
    (one, lost), (other, lost_there) = _told(dialect, native, data)
    assert (one, other) == (on_redshift, on_vertica)
    assert {lost, lost_there} <= {Loss.CHECKED, Loss.UNSUPPORTED, Loss.WIDENED}


def test_data_settle_what_a_declaration_leaves_open() -> None:
    date = parse_type("date", "mysql")
    assert redshift.target(Column("c", date), None).loss is Loss.CHECKED
    assert redshift.target(Column("c", date), seen(low="2020-01-01", high="2024-01-01")).loss is Loss.NONE
    flag = Column("c", parse_type("tinyint(1)", "mysql"))
    assert redshift.target(flag, seen(low="0", high="1")).why == "0 and 1 alone seen: BOOLEAN would do"
    assert redshift.target(flag, seen(low="0", high="3")).why == "a BOOLEAN if it holds 0 and 1 alone"
    big = Column("c", parse_type("bigint", "postgres"))
    assert "is the least one seen" in vertica.target(big, seen(low="-5", high="5")).why
    assert "least one seen" not in vertica.target(big, seen(low=str(-(2**63)), high="5")).why
