"""The aggregates that must be equal at both ends of a load."""

from __future__ import annotations

import pytest

from warehousebench import duck
from warehousebench.engines.common.checks import differing
from warehousebench.engines.duckdb.checks import check
from warehousebench.model.catalog import Column, DataType, Table, TypeKind

_VALUES: dict[TypeKind, tuple[str, str, str]] = {
    # kind -> DuckDB type, a value, another value
    TypeKind.BOOLEAN: ("BOOLEAN", "true", "false"),
    TypeKind.SMALLINT: ("SMALLINT", "-3", "4"),
    TypeKind.INTEGER: ("INTEGER", "-3", "4"),
    TypeKind.BIGINT: ("BIGINT", "9223372036854775807", "9223372036854775806"),
    TypeKind.DECIMAL: ("DECIMAL(38, 10)", "1234567890123456789012345678.0000000001", "1234567890123456789012345678.0000000002"),
    TypeKind.REAL: ("FLOAT", "1.5", "1.25"),
    TypeKind.DOUBLE: ("DOUBLE", "1e300", "-1e300"),
    TypeKind.CHAR: ("VARCHAR", "'ab'", "'ba'"),
    TypeKind.VARCHAR: ("VARCHAR", "'Zürich'", "'Zurich'"),
    TypeKind.TEXT: ("VARCHAR", "''", "' '"),
    TypeKind.DATE: ("DATE", "'0001-01-01'", "'9999-12-31'"),
    TypeKind.TIME: ("TIME", "'23:59:59.999999'", "'00:00:00'"),
    TypeKind.TIMESTAMP: ("TIMESTAMP", "'2016-02-29 12:34:56.789012'", "'2016-02-29 12:34:56.789013'"),
    TypeKind.TIMESTAMPTZ: ("TIMESTAMPTZ", "'2016-03-27 01:30:00+00'", "'2016-03-27 01:30:00+01'"),
    TypeKind.BINARY: ("BLOB", "'\\x00\\xFF'", "'\\xFF\\x00'"),
    TypeKind.UUID: ("UUID", "'6ba7b810-9dad-11d1-80b4-00c04fd430c8'", "'6ba7b810-9dad-11d1-80b4-00c04fd430c9'"),
}


def sums(kind: TypeKind, *values: str) -> dict[str, str]:
    type_ = _VALUES[kind][0]
    table = Table("t", (Column("c", DataType(kind, scale=10 if kind is TypeKind.DECIMAL else None)),))
    rows = ", ".join(f"(CAST({value} AS {type_}))" for value in values)
    with duck.opened() as connection:
        return check(connection, table, f"(VALUES {rows}) AS t(c)")


@pytest.mark.parametrize("kind", _VALUES)
def test_one_other_value_shows_and_another_order_does_not(kind: TypeKind) -> None:
    _, one, other = _VALUES[kind]
    expected = sums(kind, one, other, "NULL")
    assert differing(expected, sums(kind, "NULL", other, one)) == ()
    assert differing(expected, sums(kind, one, one, "NULL"))
    assert differing(expected, sums(kind, one, other, "NULL", "NULL"))
    assert differing(expected, sums(kind, one, other, one))


def test_an_empty_text_is_not_a_missing_one() -> None:
    assert differing(sums(TypeKind.TEXT, "''"), sums(TypeKind.TEXT, "NULL"))


def test_blanks_behind_fixed_text_do_not_count() -> None:
    assert differing(sums(TypeKind.CHAR, "'ab'"), sums(TypeKind.CHAR, "'ab   '")) == ()
    assert differing(sums(TypeKind.VARCHAR, "'ab'"), sums(TypeKind.VARCHAR, "'ab   '"))


def test_sums_of_floats_may_differ_in_their_last_digits_only() -> None:
    expected = sums(TypeKind.DOUBLE, "0.1", "0.2")
    label = "c: sum of floats"
    assert differing(expected, expected | {label: repr(float(expected[label]) * (1 + 1e-12))}) == ()
    assert differing(expected, expected | {label: repr(float(expected[label]) * (1 + 1e-6))})
    exact = sums(TypeKind.INTEGER, "1", "2")
    assert differing(exact, exact | {"c: sum": "4"}) == ("c: sum is 4 and should be 3",)


def test_what_is_no_finite_number_spoils_no_sum() -> None:
    odd = ("'NaN'", "'Infinity'", "'-Infinity'", "1.7976931348623157e308", "1.7e308", "-0.0")
    expected = sums(TypeKind.DOUBLE, *odd, "0.25")
    assert expected["c: sum of floats"] == "0.25"
    assert (expected["c: least"], expected["c: greatest"]) == ("-inf", "nan")
    assert differing(expected, sums(TypeKind.DOUBLE, *reversed(odd), "0.25")) == ()
    assert differing(expected, sums(TypeKind.DOUBLE, *odd, "0.5"))


def test_the_longest_decimals_overflow_no_sum() -> None:
    longest = "9999999999999999999999999999.9999999999"
    expected = sums(TypeKind.DECIMAL, longest, longest, f"-{longest}", longest)
    assert differing(expected, sums(TypeKind.DECIMAL, longest, f"-{longest}", longest, longest)) == ()
    other = "9999999999999999999999999999.9999999998"
    assert len(differing(expected, sums(TypeKind.DECIMAL, other, longest, f"-{longest}", longest))) == 1


def test_a_column_that_only_one_end_has_is_a_difference() -> None:
    expected = sums(TypeKind.DATE, "'2020-01-01'")
    renamed = {label.replace("c:", "d:"): value for label, value in expected.items()}
    assert len(differing(expected, renamed)) == 2 * (len(expected) - 1)


def test_empty_tables_agree() -> None:
    table = Table("t", tuple(Column(f"c{n}", DataType(kind)) for n, kind in enumerate(TypeKind)))
    columns = ", ".join(f'CAST(NULL AS {_VALUES.get(c.type.kind, ("VARCHAR",))[0]}) AS "{c.name}"' for c in table.columns)
    with duck.opened() as connection:
        found = check(connection, table, f"(SELECT {columns} WHERE false)")
    assert set(found.values()) == {"0", ""}
    assert differing(found, dict(reversed(found.items()))) == ()
