"""Identifiers, literals and column types of both products."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from warehousebench.engines.common.script import comment, remark
from warehousebench.engines.redshift import types as redshift
from warehousebench.engines.vertica import types as vertica
from warehousebench.errors import DesignError
from warehousebench.model.catalog import Column, DataType, TypeKind
from warehousebench.model.profile import ColumnProfile

PRODUCTS = [pytest.param(redshift, id="redshift"), pytest.param(vertica, id="vertica")]
NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=31)


@pytest.mark.parametrize("product", PRODUCTS)
@given(name=NAMES)
def test_a_quoted_name_is_one_name(product: ModuleType, name: str) -> None:
    text = product.quote(name)
    if text == name:
        assert name.isascii()
        assert name == name.lower()
        assert name not in product.RESERVED
    else:
        assert text[0] == text[-1] == '"'
        assert text[1:-1].replace('""', "") == name.replace('"', "")
        assert text[1:-1].replace('""', '"') == name


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize(
    "name", ['a"; drop table b; --', "select", "Order", "two words", "ångström", "1st", "a-b", "user", 'say "hi"']
)
def test_awkward_names_are_quoted_and_read_back(product: ModuleType, name: str) -> None:
    statement = sqlglot.parse(f"SELECT {product.quote(name)} FROM t", read=product.__name__.split(".")[-2])
    assert len(statement) == 1
    assert product.quote(name).startswith('"')
    assert next(statement[0].find_all(exp.Column)).name == name


@pytest.mark.parametrize("product", PRODUCTS)
def test_plain_names_stay_plain(product: ModuleType) -> None:
    assert [product.quote(name) for name in ("l_shipdate", "_a1", "orders")] == ["l_shipdate", "_a1", "orders"]


@pytest.mark.parametrize(("product", "most"), [(redshift, 127), (vertica, 128)])
def test_names_are_measured_in_bytes(product: ModuleType, most: int) -> None:
    assert product.quote("a" * most) == "a" * most
    assert product.quote("a" * (most - 2) + "é").strip('"').endswith("é")
    for name in ("a" * (most + 1), "a" * (most - 1) + "é", "", "a\0b"):
        with pytest.raises(DesignError, match="Rename it"):
            product.quote(name)


@given(value=st.text(st.characters(exclude_categories=["Cs"])))
def test_literals_end_where_they_should(value: str) -> None:
    # A lone backslash must not be able to swallow the closing quote.
    for literal in (redshift.text(value), vertica.text(value)):
        assert literal.startswith("E'") == ("\\" in value) or literal == redshift.text(value)
        inner = literal.removeprefix("E")[1:-1]
        assert "'" not in inner.replace("''", "")
        assert "\\" not in inner.replace("\\\\", "")
        assert inner.replace("\\\\", "\\").replace("''", "'") == value


@given(text=st.text())
def test_comments_stay_comments(text: str) -> None:
    assert all(line.startswith("--") for line in comment(text).splitlines())
    assert len(remark(text).splitlines()) <= 1
    assert ";" not in comment(text) + remark(text)


def seen(*, widest: int = 8, low: str | None = None, high: str | None = None) -> ColumnProfile:
    return ColumnProfile(10, True, 0, low, high, float(widest), widest, 10, 0.1, True)


def column(
    kind: TypeKind, *, length: int | None = None, digits: tuple[int | None, int | None] = (None, None), native: str = ""
) -> Column:
    return Column("c", DataType(kind, length, digits[0], digits[1], native))


CASES: list[tuple[Column, ColumnProfile | None, str, str]] = [
    (column(TypeKind.SMALLINT), None, "SMALLINT", "INTEGER"),
    (column(TypeKind.REAL), None, "REAL", "FLOAT"),
    (column(TypeKind.DOUBLE), None, "DOUBLE PRECISION", "FLOAT"),
    (column(TypeKind.UUID), None, "CHAR(36)", "UUID"),
    (column(TypeKind.JSON), None, "SUPER", "LONG VARCHAR(32000000)"),
    (column(TypeKind.DATE), None, "DATE", "DATE"),
    (column(TypeKind.TIME), None, "TIME", "TIME"),
    (column(TypeKind.TIME, native="time with time zone"), None, "TIMETZ", "TIMETZ"),
    (column(TypeKind.TIMESTAMP, digits=(6, None)), None, "TIMESTAMP", "TIMESTAMP"),
    (column(TypeKind.TIMESTAMPTZ), None, "TIMESTAMPTZ", "TIMESTAMPTZ"),
    (column(TypeKind.INTERVAL), None, "VARCHAR(80)", "VARCHAR(80)"),
    (column(TypeKind.INTERVAL, native="INTERVAL YEAR TO MONTH"), None, "VARCHAR(80)", "INTERVAL YEAR TO MONTH"),
    (column(TypeKind.INTERVAL, native="interval day to second"), None, "VARCHAR(80)", "INTERVAL DAY TO SECOND"),
    (column(TypeKind.OTHER, native="integer[]"), None, "SUPER", "LONG VARCHAR(32000000)"),
    (column(TypeKind.OTHER, native="geometry(Point,4326)"), None, "GEOMETRY", "GEOMETRY"),
    # Declared characters may take four bytes each.
    (column(TypeKind.VARCHAR, length=40), None, "VARCHAR(160)", "VARCHAR(160)"),
    (column(TypeKind.CHAR, length=10), None, "VARCHAR(40)", "VARCHAR(40)"),
    (column(TypeKind.CHAR, length=1), seen(widest=1), "CHAR(1)", "CHAR(1)"),
    (column(TypeKind.CHAR, length=1), seen(widest=2), "VARCHAR(3)", "VARCHAR(3)"),
    # Observed bytes with headroom, but never below the declared characters.
    (column(TypeKind.VARCHAR, length=40), seen(widest=10), "VARCHAR(40)", "VARCHAR(40)"),
    (column(TypeKind.VARCHAR, length=40), seen(widest=100), "VARCHAR(120)", "VARCHAR(120)"),
    (column(TypeKind.VARCHAR, length=40), seen(widest=150), "VARCHAR(160)", "VARCHAR(160)"),
    # A length that the source did not enforce.
    (column(TypeKind.VARCHAR, length=40), seen(widest=500), "VARCHAR(500)", "VARCHAR(500)"),
    (column(TypeKind.VARCHAR, length=20_000), None, "VARCHAR(65535)", "LONG VARCHAR(80000)"),
    (column(TypeKind.TEXT), None, "VARCHAR(65535)", "LONG VARCHAR(32000000)"),
    (column(TypeKind.TEXT), seen(widest=1_000), "VARCHAR(1200)", "VARCHAR(1200)"),
    (column(TypeKind.TEXT), seen(widest=60_000), "VARCHAR(65535)", "LONG VARCHAR(72000)"),
    (column(TypeKind.BINARY, length=16), None, "VARBYTE(16)", "VARBINARY(16)"),
    (column(TypeKind.BINARY), None, "VARBYTE(16777216)", "LONG VARBINARY(32000000)"),
    (column(TypeKind.BINARY), seen(widest=100), "VARBYTE(120)", "VARBINARY(120)"),
    (column(TypeKind.DECIMAL, digits=(15, 2)), None, "DECIMAL(15,2)", "NUMERIC(15,2)"),
    (column(TypeKind.DECIMAL, digits=(20, None)), None, "DECIMAL(20,0)", "NUMERIC(20,0)"),
    (column(TypeKind.DECIMAL, digits=(5, -2)), None, "DECIMAL(7,0)", "NUMERIC(7,0)"),
    (column(TypeKind.DECIMAL, digits=(3, 5)), None, "DECIMAL(5,5)", "NUMERIC(5,5)"),
    (column(TypeKind.DECIMAL, digits=(38, 38)), None, "VARCHAR(41)", "NUMERIC(38,38)"),
    # Neither product's own default for a number without digits would keep the fractions.
    (column(TypeKind.DECIMAL), None, "DECIMAL(38,18)", "NUMERIC(38,18)"),
    (column(TypeKind.DECIMAL), seen(low="-9" * 1, high="9" * 25 + ".5"), "DECIMAL(38,13)", "NUMERIC(38,13)"),
    (column(TypeKind.DECIMAL, digits=(50, 4)), None, "VARCHAR(53)", "NUMERIC(50,4)"),
    (column(TypeKind.DECIMAL, digits=(50, 4)), seen(low="-1.0000", high="99.0000"), "DECIMAL(38,4)", "NUMERIC(50,4)"),
    (column(TypeKind.DECIMAL, digits=(2_000, 4)), None, "VARCHAR(2003)", "VARCHAR(2003)"),
]


@pytest.mark.parametrize(("declared", "data", "on_redshift", "on_vertica"), CASES)
def test_types(declared: Column, data: ColumnProfile | None, on_redshift: str, on_vertica: str) -> None:
    assert redshift.type_sql(declared, data) == on_redshift
    assert vertica.type_sql(declared, data) == on_vertica


@pytest.mark.parametrize("kind", [TypeKind.TEXT, TypeKind.BINARY])
def test_values_that_fit_no_type_are_refused(kind: TypeKind) -> None:
    for product, widest in ((redshift, 16_777_217), (vertica, 32_000_001)):
        with pytest.raises(DesignError, match="Leave the column out"):
            product.type_sql(column(kind), seen(widest=widest))
    if kind is TypeKind.TEXT:
        with pytest.raises(DesignError, match="65,536 bytes"):
            redshift.type_sql(column(kind), seen(widest=65_536))


@pytest.mark.parametrize("make", [redshift.type_sql, vertica.type_sql])
@given(characters=st.integers(1, 16_000), widest=st.integers(0, 64_000))
def test_text_types_are_never_shorter_than_the_data(make: Callable[..., str], characters: int, widest: int) -> None:
    sql = make(column(TypeKind.VARCHAR, length=characters), seen(widest=widest))
    assert int(sql.split("(")[1].rstrip(")")) >= max(characters, widest)


def test_what_the_source_does_not_say_is_noted() -> None:
    assert "longest VARCHAR" in redshift.target(column(TypeKind.TEXT), None).note
    assert "9 digits of a second declared" in vertica.target(column(TypeKind.TIMESTAMP, digits=(9, None)), None).remark
    assert redshift.target(column(TypeKind.VARCHAR, length=9), seen(widest=5)).note == "9 characters declared, 5 bytes seen"
