"""The text of a COPY, read back by the documented rules of Vertica's DELIMITED parser, and the statements around it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
import sqlglot_vertica  # noqa: F401 - registers its dialect
from hypothesis import given, settings
from hypothesis import strategies as st

from warehousebench.engines.vertica.copy import RowStream, copy_parquet, copy_text
from warehousebench.errors import EngineError
from warehousebench.model.catalog import Column, DataType, Table, TypeKind

TEXTS = Table("texts", (Column("a", DataType(TypeKind.TEXT)), Column("b", DataType(TypeKind.VARCHAR, length=9))))
ALL_KINDS = (
    (TypeKind.BOOLEAN, pa.bool_(), True, "true"),
    (TypeKind.BIGINT, pa.int64(), -(2**62), "-4611686018427387904"),
    (TypeKind.DECIMAL, pa.decimal128(38, 5), Decimal("-123456789012345678901234567890123.12345"), None),
    (TypeKind.DOUBLE, pa.float64(), 0.1, "0.1"),
    (TypeKind.DATE, pa.date32(), dt.date(1992, 2, 29), "1992-02-29"),
    (TypeKind.TIME, pa.time64("us"), dt.time(23, 59, 59, 5), "23:59:59.000005"),
    (TypeKind.TIMESTAMP, pa.timestamp("us"), dt.datetime(2024, 2, 29, 1, 2, 3, 4), "2024-02-29 01:02:03.000004"),
    (TypeKind.TIMESTAMPTZ, pa.timestamp("us", "UTC"), dt.datetime(2024, 2, 29, 1, tzinfo=dt.UTC), "2024-02-29 01:00:00+00"),
    (TypeKind.BINARY, pa.binary(), b"\x00|\n\xff", "0x007C0AFF"),
    (TypeKind.UUID, pa.string(), str(uuid.UUID(int=5)), str(uuid.UUID(int=5))),
)


def fields(text: str) -> Iterator[list[str | None]]:
    """Yield the rows of a text with delimiter |, quotes ", escape \\ and NULL for nothing at all; Vertica's documented defaults."""
    row: list[str | None] = []
    field, quoted, was_quoted = "", False, False
    characters = iter(text)
    for character in characters:
        if character == "\\":
            field += next(characters)
        elif character == '"':
            quoted, was_quoted = not quoted, True
        elif character in "|\n" and not quoted:
            row.append(field if field or was_quoted else None)
            field, was_quoted = "", False
            if character == "\n":
                yield row
                row = []
        else:
            field += character
    assert (row, field, quoted) == ([], "", False), "the text ends within a row"


def written(path: Path, columns: dict[str, pa.Array]) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def streamed(table: Table, files: list[Path], size: int = 1 << 17) -> bytes:
    stream = RowStream(table, files)
    try:
        return b"".join(iter(lambda: stream.read(size), b""))
    finally:
        stream.close()


SPECIAL = st.text(st.sampled_from(list('a|"\\\n\r\t \x01é☃')) | st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None, max_examples=30)
@given(rows=st.lists(st.tuples(st.none() | SPECIAL, st.none() | SPECIAL), min_size=1, max_size=6), size=st.integers(1, 40))
def test_every_text_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, Any]], size: int) -> None:
    left, right = (pa.array(list(values), pa.string()) for values in zip(*rows, strict=True))
    file = written(tmp_path_factory.mktemp("copy") / "t.parquet", {"b": right, "a": left})
    assert list(fields(streamed(TEXTS, [file], size).decode())) == [list(row) for row in rows]


@pytest.mark.parametrize(
    ("kind", "type_", "value", "text"), ALL_KINDS, ids=lambda each: str(each) if isinstance(each, TypeKind) else ""
)
def test_values_are_written_as_vertica_reads_them(
    tmp_path: Path, kind: TypeKind, type_: pa.DataType, value: Any, text: str | None
) -> None:
    table = Table("t", (Column("c", DataType(kind)),))
    file = written(tmp_path / "t.parquet", {"c": pa.array([value, None], type_)})
    assert list(fields(streamed(table, [file]).decode())) == [[text or str(value)], [None]]


def test_floats_have_words_for_what_is_no_number_and_lose_no_digit(tmp_path: Path) -> None:
    table = Table("t", (Column("c", DataType(TypeKind.DOUBLE)),))
    values = [float("inf"), float("-inf"), float("nan"), 0.1 + 0.2, 5e-324, -0.0]
    file = written(tmp_path / "t.parquet", {"c": pa.array(values, pa.float64())})
    read = [row[0] for row in fields(streamed(table, [file]).decode())]
    assert read[:3] == ["Infinity", "-Infinity", "NaN"]
    assert [float(str(text)).hex() for text in read[3:]] == [value.hex() for value in values[3:]]


def test_empty_binary_is_not_null(tmp_path: Path) -> None:
    table = Table("t", (Column("c", DataType(TypeKind.BINARY)),))
    file = written(tmp_path / "t.parquet", {"c": pa.array([b"", None], pa.binary())})
    assert list(fields(streamed(table, [file]).decode())) == [[""], [None]]


def test_rows_of_many_files_are_counted_and_keep_their_order(tmp_path: Path) -> None:
    table = Table("t", (Column("c", DataType(TypeKind.BIGINT)),))
    halves = [range(30_000), range(30_000, 50_000)]
    files = [written(tmp_path / f"{place}.parquet", {"c": pa.array(half, pa.int64())}) for place, half in enumerate(halves)]
    stream = RowStream(table, files)
    text = b"".join(iter(lambda: stream.read(1000), b""))
    stream.close()
    assert text == b"".join(b"%d\n" % value for value in range(50_000))
    assert (stream.rows, stream.bytes) == (50_000, len(text))


def test_a_missing_column_is_an_error_of_one_line(tmp_path: Path) -> None:
    file = written(tmp_path / "t.parquet", {"a": pa.array(["x"])})
    with pytest.raises(EngineError, match='"b"') as error:
        streamed(TEXTS, [file])
    assert "\n" not in str(error.value)


def test_statements_are_in_vertica_s_grammar() -> None:
    table = Table("select", (Column("a b", DataType(TypeKind.TEXT)), Column("c", DataType(TypeKind.BINARY))))
    text = copy_text(table, "rejects")
    assert text.startswith("""COPY "select" ("a b", c FORMAT 'hex') FROM STDIN DELIMITER '|' ENCLOSED BY '"' """)
    parquet = copy_parquet(table, ("/stage/it's.parquet", "s3://bucket/b.parquet"), "rejects")
    assert "FROM '/stage/it''s.parquet', 's3://bucket/b.parquet' PARQUET" in parquet
    for statement in (text, parquet):
        tree = sqlglot.parse_one(statement, read="vertica")
        assert type(tree).__name__ == "VerticaCopy"
        assert statement.endswith(" REJECTED DATA AS TABLE rejects NO COMMIT")
