"""Vertica's COPY through the driver: delimited text from streams and files, rejected rows, Parquet, commits."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vertica_python
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vertica_python import errors

from standins import s3
from standins.fixtures import connect_vertica
from standins.vertica import VerticaServer
from standins.vertica_text import Format, read


@pytest.fixture
def connection(vertica_server: VerticaServer) -> Iterator[vertica_python.Connection]:
    with connect_vertica(vertica_server) as opened:
        run(opened, "CREATE TABLE t (a INT NOT NULL, b VARCHAR(5), c NUMERIC(9,2), d DATE)")
        yield opened


def run(connection: vertica_python.Connection, sql: str, **options: object) -> list[list]:
    return connection.cursor().execute(sql, **options).fetchall()


def counts(connection: vertica_python.Connection) -> list[int]:
    return run(connection, "SELECT GET_NUM_ACCEPTED_ROWS(), GET_NUM_REJECTED_ROWS()")[0]


def rows(connection: vertica_python.Connection) -> list[list]:
    return run(connection, "SELECT a, b FROM t ORDER BY a")


GOOD_AND_BAD = "1|x|1.5|2020-01-01\nx|y|1|\n2||2.25|\n3|three too long|1|\n4|z\n|null|1|\n5|\\|\\\\|1|2020-13-01\n6|\\|\\\\||\n"


def test_counts_and_keeps_rejected_rows(connection: vertica_python.Connection) -> None:
    connection.cursor().copy("COPY t FROM STDIN REJECTED DATA AS TABLE bad ENFORCELENGTH", GOOD_AND_BAD)
    assert counts(connection) == [3, 5]
    assert rows(connection) == [[1, "x"], [2, None], [6, "|\\"]]
    assert run(connection, "SELECT row_number, rejected_data, rejected_reason FROM bad ORDER BY row_number") == [
        [2, "x|y|1|", "Invalid integer format 'x' for column 1 (a)"],
        [4, "3|three too long|1|", "The 14-byte value is too long for type Varchar(5), column 2 (b)"],
        [5, "4|z", "Too few columns found"],
        [6, "|null|1|", "Null value in a column that is NOT NULL, column 1 (a)"],
        [7, "5|\\|\\\\|1|2020-13-01", "Invalid date format '2020-13-01' for column 4 (d)"],
    ]
    assert run(connection, "SELECT accepted_row_count, rejected_row_count FROM load_streams") == [[3, 5]]


@pytest.mark.parametrize("options", ["ABORT ON ERROR", "REJECTMAX 2"])
def test_gives_up_on_rejected_rows(connection: vertica_python.Connection, options: str) -> None:
    with pytest.raises(errors.CopyRejected, match="record 2"):
        connection.cursor().copy(f"COPY t FROM STDIN ENFORCELENGTH {options}", GOOD_AND_BAD)
    assert rows(connection) == []


def test_options(connection: vertica_python.Connection) -> None:
    data = "a,b;nothing\n1,'x,\ny';\n2,NIL;3,'NIL'"
    sql = "COPY public.t (a, b) FROM STDIN DELIMITER AS ',' ENCLOSED BY '''' NULL 'NIL' RECORD TERMINATOR ';' SKIP 1"
    connection.cursor().copy(sql, data.replace("nothing\n", "").replace(";\n", ";"))
    assert rows(connection) == [[1, "x,\ny"], [2, None], [3, "NIL"]]


def test_commits_unless_told_not_to(connection: vertica_python.Connection) -> None:
    connection.cursor().copy("COPY t FROM STDIN NO COMMIT", "1|x||\n")
    connection.rollback()
    assert rows(connection) == []
    connection.cursor().copy("COPY t FROM STDIN", "1|x||\n")
    connection.rollback()
    assert rows(connection) == [[1, "x"]]


def test_too_long_texts_are_not_cut(connection: vertica_python.Connection) -> None:
    with pytest.raises(errors.QueryError, match="not supported by this stand-in"):
        connection.cursor().copy("COPY t FROM STDIN", "1|longer than five||\n")


def test_a_stream_that_fails_at_the_client(connection: vertica_python.Connection) -> None:
    class Broken(io.StringIO):
        def read(self, size: int | None = -1) -> str:
            if self.tell():
                raise OSError("the disk is gone")
            return super().read(size)

    with pytest.raises(errors.DataError):
        connection.cursor().copy("COPY t FROM STDIN", Broken("1|x||\n" * 100), buffer_size=10)
    assert rows(connection) == []


def test_local_files_and_their_rejected_rows(connection: vertica_python.Connection, tmp_path: Path) -> None:
    (tmp_path / "one.tbl").write_text("1|a||\nx|b||\n")
    (tmp_path / "two.tbl").write_text("2|c||\n")
    bad, why = tmp_path / "bad.txt", tmp_path / "why.txt"
    sources = ", ".join(f"'{tmp_path / name}'" for name in ("one.tbl", "two.tbl"))
    assert run(connection, f"COPY t FROM LOCAL {sources} REJECTED DATA '{bad}' EXCEPTIONS '{why}'") == [[2]]
    assert bad.read_text() == "x|b||\n"
    assert "Invalid integer format 'x' for column 1" in why.read_text()
    assert rows(connection) == [[1, "a"], [2, "c"]]


def test_local_stream(connection: vertica_python.Connection) -> None:
    stream = io.StringIO("1|a||\n2|b||\n")
    assert run(connection, "COPY t FROM LOCAL STDIN RETURNREJECTED", copy_stdin=stream) == [[2]]
    with pytest.raises(OSError, match="does not exist"):
        run(connection, "COPY t FROM LOCAL '/nowhere/x.tbl'")
    assert rows(connection) == [[1, "a"], [2, "b"]]


def parquet(path: Path, **change: pa.Array) -> Path:
    columns = {"a": pa.array([1, 2], pa.int64()), "b": pa.array(["x", None]), "c": pa.array([None, None], pa.decimal128(9, 2))}
    pq.write_table(pa.table(columns | {"d": pa.array([None, None], pa.date32())} | change), path)
    return path


def test_parquet_from_an_allowed_folder(connection: vertica_python.Connection, tmp_path: Path) -> None:
    parquet(tmp_path / "1.parquet")
    parquet(tmp_path / "2.parquet", a=pa.array([3, 4], pa.int64()))
    assert run(connection, f"COPY t FROM '{tmp_path}/*.parquet' PARQUET") == [[4]]
    assert [row[0] for row in rows(connection)] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"a": pa.array(["1", "2"])}, "22V23"),
        ({"e": pa.array([1, 2])}, "22V23"),
        ({"b": pa.array(["too long", "x"])}, "22001"),
        ({"a": pa.array([1, None], pa.int64())}, "23502"),
    ],
)
def test_parquet_that_does_not_fit(
    connection: vertica_python.Connection, tmp_path: Path, change: dict[str, pa.Array], state: str
) -> None:
    path = parquet(tmp_path / "x.parquet", **change)
    with pytest.raises(errors.QueryError) as error:
        run(connection, f"COPY t FROM '{path}' PARQUET")
    assert error.value.sqlstate == state
    assert rows(connection) == []


def test_parquet_from_s3(connection: vertica_python.Connection, tmp_path: Path, s3_service: s3.Bucket) -> None:
    s3_service.client.create_bucket(Bucket="vertica-loads")
    s3_service.client.put_object(Bucket="vertica-loads", Key="t/1.parquet", Body=parquet(tmp_path / "x").read_bytes())
    assert run(connection, "COPY t FROM 's3://vertica-loads/t/*.parquet' PARQUET") == [[2]]
    with pytest.raises(errors.QueryError, match="No files match"):
        run(connection, "COPY t FROM 's3://vertica-loads/nothing/*.parquet' PARQUET")


TEXT = st.one_of(st.none(), st.text(alphabet="ab|'\\\n ", max_size=6))


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=5))
def test_text_reads_as_the_driver_writes_it(table: list[tuple[str | None, str | None]]) -> None:
    writer = vertica_python.vertica.cursor.Cursor.format_quote
    lines = [
        "|".join("" if value is None else writer(None, value, True, False) for value in row)  # type: ignore[arg-type]
        for row in table
    ]
    found, bad = read("\n".join(lines), Format(enclosed="'"), 2)
    assert not bad
    assert [tuple(fields) for _, _, fields in found] == table


def test_binary_columns_are_read_as_hexadecimal_digits(connection: vertica_python.Connection) -> None:
    run(connection, "CREATE TABLE bytes (id INT, raw VARBINARY(8))")
    data = '1|0x00FF\n2|7c0a\n3|\n4|""\n5|0xF\n'
    connection.cursor().copy(
        """COPY bytes (id, raw FORMAT 'hex') FROM STDIN ENCLOSED BY '"' ENFORCELENGTH REJECTED DATA AS TABLE bad""", data
    )
    rows = run(connection, "SELECT id, raw FROM bytes ORDER BY id")
    assert rows == [[1, b"\x00\xff"], [2, b"|\n"], [3, None], [4, b""]]
    assert run(connection, "SELECT row_number FROM bad") == [[5]]


def test_names_with_quotes_and_braces_in_the_reasons(connection: vertica_python.Connection) -> None:
    run(connection, """CREATE TABLE odd ("it's {0}" INT, b VARCHAR(1))""")
    sql = """COPY odd ("it's {0}", b) FROM STDIN ENFORCELENGTH REJECTED DATA AS TABLE bad"""
    connection.cursor().copy(sql, "x|a\n1|ab\n2|a\n")
    assert counts(connection) == [1, 2]
    reasons = run(connection, "SELECT rejected_reason FROM bad ORDER BY row_number")
    assert reasons[0] == ["Invalid integer format 'x' for column 1 (it's {0})"]
