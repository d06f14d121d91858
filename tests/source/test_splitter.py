from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehousebench.source.splitter import Statement, body, items, statements


def _texts(script: str, dialect: str = "postgres") -> list[str]:
    return [statement.text for statement in statements(script, dialect)]


@pytest.mark.parametrize(
    ("dialect", "script", "expected"),
    [
        ("postgres", "a ';' b; c", ["a ';' b", "c"]),
        ("postgres", "a $$ ; $$ b; c $x$ ; $$ $x$", ["a $$ ; $$ b", "c $x$ ; $$ $x$"]),
        ("postgres", "a -- ; '\nb; c /* ; ' */ d", ["a  \nb", "c   d"]),
        ("postgres", r"a E'\';' b; c '\'; d", [r"a E'\';' b", r"c '\'", "d"]),
        ("postgres", "COPY t FROM stdin;\n1;'\n\\.\nb;", ["COPY t FROM stdin", "b"]),
        ("postgres", "COPY t FROM stdin;\nb;", ["COPY t FROM stdin", "b"]),
        ("postgres", "\\set x 'y\na;", ["a"]),
        ("postgres", "INSERT INTO t VALUES (';', 1 - 2);\na;", ["a"]),
        ("postgres", "INSERT INTO t VALUES (1); -- '\na;", ["a"]),
        (
            "postgres",
            "CREATE SCHEMA x\nCREATE TABLE y (a int)\n  CREATE TABLE z (a int);",
            ["CREATE SCHEMA x", "CREATE TABLE y (a int)", "CREATE TABLE z (a int)"],
        ),
        ("mysql", r"a '\';' b; c", [r"a '\';' b", "c"]),
        ("mysql", "/*!40101 SET x = 1 */; a # ; '\n b;", ["SET x = 1", "a  \n b"]),
        ("mysql", "DELIMITER $$\nx; y $$\nDELIMITER ;\na;", ["x; y", "a"]),
        ("mysql", "DELIMITER $$\na;", ["a;"]),
        ("tsql", "a\nGO\nb\ngo 5\nc [x;y]", ["a", "b", "c [x;y]"]),
        (
            "tsql",
            "CREATE PROC p AS\nSELECT 1;\nCREATE TABLE x (a int)\nGO\nb",
            ["CREATE PROC p AS\nSELECT 1;\nCREATE TABLE x (a int)", "b"],
        ),
        (
            "tsql",
            "CREATE TABLE x (\na int,\n)\nINSERT INTO x VALUES (1);\nALTER TABLE x ADD b int",
            ["CREATE TABLE x (\na int,\n)", "ALTER TABLE x ADD b int"],
        ),
        ("oracle", "CREATE TRIGGER t BEGIN\nx;\nEND;\n/\nREM it's\na;", ["CREATE TRIGGER t BEGIN\nx;\nEND;", "a"]),
        ("sqlite", "a; b;;", ["a", "b"]),
    ],
)
def test_statements(dialect: str, script: str, expected: list[str]) -> None:
    assert _texts(script, dialect) == expected


def test_lines() -> None:
    script = "-- one\n\na;\n  b\n'x\n';\nINSERT INTO t VALUES ('\n');\nc"
    assert list(statements(script, "postgres")) == [Statement("a", 3), Statement("b\n'x\n'", 4), Statement("c", 9)]


def test_items_and_body() -> None:
    text = "t (a int, b numeric(10, 2) DEFAULT ')', \"c,\" text) tail (x)"
    span = body(text, "postgres")
    assert span is not None
    inside = text[span[0] : span[1]]
    parts = items(inside, "postgres")
    assert [part for part, _ in parts] == ["a int", "b numeric(10, 2) DEFAULT ')'", '"c," text']
    assert all(inside[offset:].startswith(part) for part, offset in parts)
    assert body("(a", "postgres") is None


piece = st.sampled_from(["a", "'x;y'", '"q;"', "$$;$$", "-- c;\n", "/* ; */", "(1, 2)", "\n", " "])


@given(st.lists(st.lists(piece, min_size=1, max_size=6).map(lambda parts: "k " + " ".join(parts)), min_size=1, max_size=6))
def test_as_many_statements_as_were_joined(parts: list[str]) -> None:
    assert len(_texts("\n;".join(parts))) == len(parts)


@given(
    st.text(alphabet="'\"`$;()-/*#\\\n\taCREATE TABLE[]", max_size=60),
    st.sampled_from(["postgres", "mysql", "tsql", "oracle", "sqlite"]),
)
def test_any_text_is_split(script: str, dialect: str) -> None:
    for statement in statements(script, dialect):
        assert statement.text
        assert 1 <= statement.line <= script.count("\n") + 1
